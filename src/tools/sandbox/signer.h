/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * signer.h - the service's signing keys (ES256, RFC 7518 section 3.4) and their JWK Set.
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

/* A new P-256 key pair; NULL if OpenSSL fails. */
MUST_CHECK EVP_PKEY *signer_generate(void);

/* Takes the key over and names it by its thumbprint (RFC 7638). */
MUST_CHECK bool signer_take(EVP_PKEY *key, struct signing_key *out);
void signer_clear(struct signing_key *key);

/* The public key as a JWK; the caller's reference. */
json_t *signer_jwk(const struct signing_key *key);

/* A compact JWS, to be freed; NULL if memory or OpenSSL fails. Thread-safe. */
MUST_CHECK char *signer_sign(const struct signing_key *key, const char *header,
			     const char *payload);
/* header.payload.signature of octets that the caller has. */
MUST_CHECK char *signer_join(const char *header, const char *payload, const void *signature,
			     size_t len);

#endif
