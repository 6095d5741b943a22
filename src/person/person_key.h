/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * person_key.h - the operator's pseudonym of a person: HMAC-SHA-256 (RFC 2104, FIPS 198-1) under
 * the operator's own key over a canonical, length-prefixed form of the document and the person.
 * It is the claim `sbj`, and the key of every cache. docs/person-key.md sets it out byte by byte.
 */
#ifndef MIGRANTID_PERSON_KEY_H
#define MIGRANTID_PERSON_KEY_H

#include "base/base.h"
#include "base/base64url.h"
#include "person/document.h"

#define OPERATOR_KEY_MIN 32
#define OPERATOR_KEY_MAX 64
#define PERSON_KEY_LEN 32
#define PERSON_KEY_TEXT_LEN BASE64URL_LEN(PERSON_KEY_LEN)
#define PERSON_CANONICAL_MAX 256

/* The operator's secret. Cleared by whoever holds it. */
struct operator_key {
	uint8_t bytes[OPERATOR_KEY_MAX];
	size_t len; /* OPERATOR_KEY_MIN..OPERATOR_KEY_MAX; 0: none */
};

struct person_key {
	uint8_t bytes[PERSON_KEY_LEN];
	char text[PERSON_KEY_TEXT_LEN + 1]; /* base64url of bytes */
};

/*
 * Read a key file's text: hexadecimal digits, an even number of 64 to 128, and one line end (CR,
 * LF, CR LF) or none. False for anything else.
 */
MUST_CHECK bool operator_key_parse(const char *text, size_t len, struct operator_key *out);

/*
 * The canonical octets of a person whose fields are canonical (document.h, country.h, date.h);
 * returns their number (at most PERSON_CANONICAL_MAX). The caller clears them.
 */
size_t person_canonical(const struct person *person, uint8_t out[PERSON_CANONICAL_MAX]);

/* The pseudonym. False only if the key is none or OpenSSL fails (out of memory). Thread-safe. */
MUST_CHECK bool person_key_make(
	const struct operator_key *key, const struct person *person, struct person_key *out);

#define TOKEN_MAX 255 /* octets of a one-use token */

/*
 * The pseudonym of whoever a one-use token stands for (label "migrantid-token-1"): it names one
 * capture, and finds nobody again. `token` is 1 to TOKEN_MAX octets. False as person_key_make().
 */
MUST_CHECK bool token_key_make(
	const struct operator_key *key, const char *token, struct person_key *out);

#define DOCUMENT_DIGEST_LEN BASE64URL_LEN(32)

/*
 * base64url(HMAC-SHA-256(key = the octets of the request's nonce, canonical octets of the person
 * with field 1 = "migrantid-document-1")): by it the service, which knows the record, sees which
 * of its documents stands on the counter, and nobody else sees anything. False as
 * person_key_make(). Thread-safe.
 */
MUST_CHECK bool document_digest(const uint8_t *nonce, size_t nonce_len, const struct person *person,
	char out[DOCUMENT_DIGEST_LEN + 1]);

/*
 * HMAC-SHA-256 under a key derived from the operator's for one purpose, so that State, txn and
 * pseudonym can never stand in for each other:
 * HMAC(HMAC(operator key, "migrantid " purpose), data).
 * A purpose is a word of at most 32 octets. False as person_key_make(). Thread-safe.
 */
MUST_CHECK bool operator_key_mac(const struct operator_key *key, const char *purpose,
	const void *data, size_t len, uint8_t out[32]);

#endif
