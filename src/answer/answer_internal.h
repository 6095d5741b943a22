/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * answer_internal.h - what a key set is made of. Inside src/answer only: nothing above sees an
 * OpenSSL type.
 */
#ifndef MIGRANTID_ANSWER_INTERNAL_H
#define MIGRANTID_ANSWER_INTERNAL_H

#include <jansson.h>
#include <openssl/evp.h>
#include <stdatomic.h>

#include "answer/jwks.h"

#define P256_LEN 32 /* octets of a coordinate, of R and of S */
#define ED25519_KEY_LEN 32
#define ED25519_SIGNATURE_LEN 64
#define RSA_MIN_BITS 2048
#define RSA_MAX_BITS 8192
#define RSA_MAX_LEN (RSA_MAX_BITS / 8)
#define RSA_EXPONENT_MAX_LEN 8 /* octets; what OpenSSL takes with every modulus up to the maximum */

struct key {
	EVP_PKEY *pkey; /* public part only; this struct holds one reference */
	/*
	 * For ES256, begun but not fed: a copy of it costs a third of beginning anew. NULL: none.
	 * Only copied once the set is made, which OpenSSL does without writing to it.
	 */
	EVP_MD_CTX *begun;
	unsigned algorithms; /* bits of enum jws_algorithm */
	uint8_t thumbprint[KEY_THUMBPRINT_LEN];
	char kid[KEY_ID_MAX + 1]; /* "": none */
	char type[16];
};

/* Written while it is made, by one thread; after that only the count changes. */
struct key_set {
	atomic_uint references;
	size_t count;
	struct key keys[];
};

/*
 * Fill *key from one JWK (RFC 7517 section 4). NULL, or why it cannot be used: a constant, a few
 * words for people. After a reason *key holds nothing that needs freeing, but key->kid may be
 * set. Leaves errors on OpenSSL's queue.
 */
MUST_CHECK const char *key_read(const json_t *jwk, struct key *key);

/* Frees what a key holds. */
void key_drop(struct key *key);

/*
 * False for the 32 octets of an Ed25519 public key (RFC 8032 section 5.1.3) that are no point of
 * the curve, not the point's one encoding, or a point of small order.
 */
MUST_CHECK bool ed25519_point_is_valid(const uint8_t octets[ED25519_KEY_LEN]);

#endif
