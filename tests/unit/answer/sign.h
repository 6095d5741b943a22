/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * sign.h - a reference signer for tests: makes keys at run time, right tokens, and wrong ones of
 * every sort, octet by octet. Whatever goes wrong in here ends the test program with a message.
 * What is returned by a pointer without const is the caller's to free (free, json_decref, ..).
 */
#ifndef MIGRANTID_TEST_SIGN_H
#define MIGRANTID_TEST_SIGN_H

#include <jansson.h>

#include "answer/jwks.h"

#define SIGN_MAX 1024 /* octets of the longest signature, that of RSA 8192 */

struct signer; /* a key pair, its kid and the algorithm it was made for */

/* A new key pair: P-256, Ed25519, or RSA of 2048 bits. kid NULL: none. */
struct signer *signer_new(enum jws_algorithm algorithm, const char *kid);

/* RSA with other parameters, those that must be refused among them. */
struct signer *signer_new_rsa(
	enum jws_algorithm algorithm, const char *kid, unsigned bits, unsigned long exponent);

/* A P-256 or other prime curve by its OpenSSL name, such as "P-384". */
struct signer *signer_new_ec(const char *curve, const char *kid);
void signer_free(struct signer *signer);

/* The public key as a JWK with kid, use and alg, for the caller to spoil. */
json_t *signer_jwk(const struct signer *signer);

/*
 * Members laid over an object, which is returned: {'use':'enc','kid':'-'} with ' for ", and "-" for
 * what is taken away.
 */
json_t *sign_laid_over(json_t *object, const char *members);

/* {"keys": [..]} as text; the array is taken over. */
char *sign_jwks_text(json_t *keys);

/* A key set of the public keys of some signers. */
struct key_set *signer_key_set(const struct signer *const *signers, size_t count);

/* The public key as SubjectPublicKeyInfo, in PEM or DER. */
uint8_t *signer_public(const struct signer *signer, bool pem, size_t *len);

/* A signature as a JWS has it (ECDSA: R||S); returns its length. `algorithm` may be another one of
 * the same key type. */
size_t sign_octets(const struct signer *signer, enum jws_algorithm algorithm, const void *message,
	size_t len, uint8_t out[SIGN_MAX]);

/* ECDSA in DER, as other formats have it. */
size_t sign_octets_der(
	const struct signer *signer, const void *message, size_t len, uint8_t out[SIGN_MAX]);

/* RSASSA-PSS with SHA-256, but a salt of any length and MGF1 with any digest ("SHA1"). */
size_t sign_octets_pss(const struct signer *signer, int salt_len, const char *mgf1_digest,
	const void *message, size_t len, uint8_t out[SIGN_MAX]);

/* HMAC-SHA-256 by any octets as the secret: for forgeries. Returns 32. */
size_t sign_hs256(const void *secret, size_t secret_len, const void *message, size_t len,
	uint8_t out[SIGN_MAX]);

/* base64url(header) "." base64url(payload), the text that is signed. */
char *sign_input(const void *header, size_t header_len, const void *payload, size_t payload_len);

/* input "." base64url(signature) */
char *sign_join(const char *input, const void *signature, size_t len);

/* A token with just this header and payload, signed with the signer's own algorithm. */
char *sign_token(const struct signer *signer, const char *header, const char *payload);

/* {"alg": .., "kid": .., "typ": "sim-sale-verification+jwt"} */
char *sign_header(const struct signer *signer);

/* The claims of a right answer; `subject` is the form. A string that is NULL is left out. */
struct sign_claims {
	const char *iss, *aud, *sbj, *txn, *nonce, *jti, *subject, *result, *reason;
	int64_t iat, exp;
};
json_t *sign_claims_json(const struct sign_claims *claims);

/* The whole: a token with sign_header() and these claims. */
char *sign_answer(const struct signer *signer, const struct sign_claims *claims);

#endif
