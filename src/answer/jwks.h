/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * jwks.h - the service's public keys: a JWK Set (RFC 7517, 7518, 8037) parsed once into an
 * immutable, reference-counted set. Only public signature keys are taken.
 */
#ifndef MIGRANTID_JWKS_H
#define MIGRANTID_JWKS_H

#include "base/base.h"
#include "base/report.h"

/* Signature algorithms (RFC 7518 section 3.1, RFC 8037, RFC 9864); a bit each, for sets of them. */
enum jws_algorithm {
	JWS_NO_ALGORITHM = 0,
	JWS_ES256 = 1 << 0,
	JWS_PS256 = 1 << 1,
	JWS_RS256 = 1 << 2,
	JWS_EDDSA = 1 << 3, /* Ed25519; "Ed25519" and the older name "EdDSA" */
};
#define JWS_DEFAULT_ALGORITHMS ((unsigned)(JWS_ES256 | JWS_PS256 | JWS_EDDSA))

/* An algorithm by its registered name, compared exactly; JWS_NO_ALGORITHM for any other. */
enum jws_algorithm jws_algorithm_of_name(const char *name);
const char *jws_algorithm_name(enum jws_algorithm algorithm);

#define KEY_THUMBPRINT_LEN 32 /* RFC 7638, SHA-256 */
#define KEY_ID_MAX 128
#define KEY_SET_MAX 64 /* keys in one set */
#define JWKS_MAX_LEN 65536 /* octets of a JWKS document */

struct key_set; /* opaque, immutable */

struct key_info {
	const char *kid; /* "" if the key has none; belongs to the set */
	enum jws_algorithm algorithms; /* what the key may verify: a set of bits */
	uint8_t thumbprint[KEY_THUMBPRINT_LEN];
	const char *type; /* "EC P-256", "RSA 2048", "OKP Ed25519" */
};

/*
 * Parse a JWKS document. Keys that cannot be used here (other use, key_ops or alg, other curves,
 * short or even-exponent RSA, not on the curve, private or symmetric members, repeated kid)
 * are left out with a warning that names the kid. NULL after an error was reported: not JSON,
 * duplicate members, no `keys`, or no usable key at all. `file` is for messages.
 * Starts with one reference. Thread-safe; leaves OpenSSL's error queue as it was.
 */
MUST_CHECK struct key_set *key_set_parse(
	const char *json, size_t len, const char *file, const struct reporter *reporter);
/*
 * As key_set_parse(), but a well-formed set without a usable key is an empty set: its owner has
 * said so on purpose, and it is for the caller to report what follows. NULL is a fault, reported.
 */
MUST_CHECK struct key_set *key_set_read(
	const char *json, size_t len, const char *file, const struct reporter *reporter);
struct key_set *key_set_ref(struct key_set *set);
void key_set_unref(struct key_set *set); /* NULL is fine */

size_t key_set_count(const struct key_set *set);
struct key_info key_set_info(const struct key_set *set, size_t index);

/* True if a key with this thumbprint is in the set: what it vouched for still stands. */
bool key_set_holds(const struct key_set *set, const uint8_t thumbprint[KEY_THUMBPRINT_LEN]);

#endif
