/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * jws.h - verify one compact JWS (RFC 7515 section 7.1) against a pinned set of keys: checks 1 to 4
 * of the service's contract. Verify only: nothing here can sign, and there is no HMAC.
 *
 * Why it is written here: the libraries that Debian has accept some forged tokens or read past
 * a block on others (docs/threat-model.md); the gate around them would be most of this file.
 */
#ifndef MIGRANTID_JWS_H
#define MIGRANTID_JWS_H

#include "answer/jwks.h"
#include "base/base.h"

#define JWS_MAX_LEN 16384 /* octets of a token, where its rules name no other bound */

/* The ordered checks of docs/openapi.yaml; the number is the check's. */
enum answer_check {
	CHECK_NONE = 0, /* all hold */
	CHECK_FORM = 1, /* size, three segments, strict base64url */
	CHECK_HEADER = 2, /* typ, alg, crit, embedded keys */
	CHECK_KEY = 3, /* kid names exactly one pinned, fitting key */
	CHECK_SIGNATURE = 4,
	CHECK_JSON = 5, /* strict JSON, exact types */
	CHECK_ISSUER = 6,
	CHECK_AUDIENCE = 7,
	CHECK_QUESTION = 8, /* txn, nonce */
	CHECK_SUBJECT = 9, /* sbj */
	CHECK_TIME = 10, /* iat, exp, lifetime; no refusal since */
	CHECK_RESULT = 11, /* subject as asked; result and reason known and consistent with it */
};

struct jws_rules {
	const char *typ; /* demanded header typ, compared exactly; NULL: not looked at */
	unsigned algorithms; /* bits of enum jws_algorithm that are allowed at all */
	bool kid_optional; /* a token without kid is checked with the only key of the set */
	bool kid_passed_over; /* the set has one key, and that is meant, whatever kid says */
	size_t max_len; /* octets; 0: JWS_MAX_LEN */
};

struct jws_verified {
	uint8_t *payload; /* decoded, terminated by one extra '\0'; free() it */
	size_t payload_len;
	enum jws_algorithm algorithm;
	uint8_t thumbprint[KEY_THUMBPRINT_LEN]; /* of the key that verified it */
};

/*
 * CHECK_NONE and *out filled (payload is the caller's), or the first check that failed and *out
 * zeroed. *unknown_kid (may be NULL) tells a kid that is not in the set from other CHECK_KEY
 * failures: then a newer key set may help; NULL for keys is an empty set. Thread-safe; leaves
 * OpenSSL's error queue as it was: the caller's own errors on this thread stay, none is added.
 */
MUST_CHECK enum answer_check jws_verify(const char *token, size_t len, const struct key_set *keys,
	const struct jws_rules *rules, struct jws_verified *out, bool *unknown_kid);

/*
 * Verify a raw signature over a message with one key of the set: the code that jws_verify()
 * itself calls, open to the tests so that others' raw vectors go through it. ECDSA signatures are
 * R||S (RFC 7518 section 3.4). False as well for an index outside the set or an algorithm that is
 * not this key's. Thread-safe; leaves OpenSSL's error queue as it was.
 */
MUST_CHECK bool jws_verify_raw(const struct key_set *keys, size_t index,
	enum jws_algorithm algorithm, const void *message, size_t message_len,
	const void *signature, size_t signature_len);

const char *answer_check_name(enum answer_check check); /* "signature" .. */

#endif
