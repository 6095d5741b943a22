/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * signer.h - the service's signing keys and their JWK Set: ES256, PS256 (RFC 7518 sections 3.4,
 * 3.5) and Ed25519 (RFC 8037).
 */
#ifndef SANDBOX_SIGNER_H
#define SANDBOX_SIGNER_H

#include <jansson.h>
#include <openssl/evp.h>

#include "base/base.h"

#define KID_MAX 32

struct signing_key {
	EVP_PKEY *key;
	char kid[KID_MAX];
};

/* A new key pair for ES256, PS256 or Ed25519; NULL if OpenSSL fails. */
MUST_CHECK EVP_PKEY *signer_generate(const char *algorithm);
bool signer_knows(const char *algorithm);
const char *signer_algorithm(const struct signing_key *key); /* NULL: of no such kind */

/* Takes the key over and names it by its thumbprint (RFC 7638). */
MUST_CHECK bool signer_take(EVP_PKEY *key, struct signing_key *out);
void signer_clear(struct signing_key *key);

/* The members that make the public key; the caller's reference. */
json_t *signer_public_key(const struct signing_key *key);
/* The same with use, alg and kid: for a JWK Set. */
json_t *signer_jwk(const struct signing_key *key);
/* A JWK Set (RFC 7517 section 5), to be freed, of one key or two: second->key may be NULL. */
MUST_CHECK char *signer_jwk_set(const struct signing_key *first, const struct signing_key *second);

/* A compact JWS, to be freed; NULL if memory or OpenSSL fails. Thread-safe. */
MUST_CHECK char *signer_sign(
	const struct signing_key *key, const char *header, const char *payload);
/* The same of claims, with a header of typ, alg and kid (NULL: without); claims NULL: NULL. */
MUST_CHECK char *signer_token(
	const struct signing_key *key, const char *typ, const char *kid, const json_t *claims);
/* header.payload.signature of octets that the caller has. */
MUST_CHECK char *signer_join(
	const char *header, const char *payload, const void *signature, size_t len);

#endif
