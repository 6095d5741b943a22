/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "answer/jws.h"

#include <openssl/ecdsa.h>
#include <openssl/err.h>
#include <openssl/rsa.h>

#include "answer/answer_internal.h"

/* A P-256 signature in DER: two integers of at most 33 octets, with 2 octets before each thing. */
#define P256_DER_MAX (2 + 2 * (2 + 1 + P256_LEN))

struct verification {
	EVP_PKEY *pkey;
	const EVP_MD_CTX *begun; /* for ES256; may be NULL */
	struct span message;
	const uint8_t *signature; /* as EVP takes it */
	size_t signature_len;
};

static void drop_context(EVP_MD_CTX **ctx)
{
	EVP_MD_CTX_free(*ctx);
}

/* The salt is as long as the digest (RFC 7518 section 3.5), not of any length that fits. */
static bool set_padding(EVP_PKEY_CTX *pctx, int padding)
{
	if (EVP_PKEY_CTX_set_rsa_padding(pctx, padding) != 1)
		return false;
	return padding != RSA_PKCS1_PSS_PADDING ||
	       (EVP_PKEY_CTX_set_rsa_mgf1_md(pctx, EVP_sha256()) == 1 &&
		       EVP_PKEY_CTX_set_rsa_pss_saltlen(pctx, RSA_PSS_SALTLEN_DIGEST) == 1);
}

/* digest NULL: the algorithm brings its own; padding 0: not RSA. */
static bool verify_evp(const struct verification *v, const EVP_MD *digest, int padding)
{
	EVP_MD_CTX *ctx CLEANUP(drop_context) = EVP_MD_CTX_new();
	EVP_PKEY_CTX *pctx = NULL; /* belongs to ctx */

	if (ctx == NULL)
		return false;
	if (v->begun != NULL ? EVP_MD_CTX_copy_ex(ctx, v->begun) != 1
			     : EVP_DigestVerifyInit(ctx, &pctx, digest, NULL, v->pkey) != 1)
		return false;
	if (padding != 0 && !set_padding(pctx, padding))
		return false;
	/* Only 1 is true: EVP says 0 for a bad signature, and less for an error. */
	return EVP_DigestVerify(ctx, v->signature, v->signature_len,
		       (const uint8_t *)v->message.data, v->message.len) == 1;
}

/* R||S to DER; the length, or 0. R and S out of range are left to the verification. */
static size_t der_of(const uint8_t *signature, uint8_t der[P256_DER_MAX])
{
	BIGNUM *r = BN_bin2bn(signature, P256_LEN, NULL);
	BIGNUM *s = BN_bin2bn(signature + P256_LEN, P256_LEN, NULL);
	ECDSA_SIG *pair = ECDSA_SIG_new();
	int len = 0;

	if (r == NULL || s == NULL || pair == NULL || ECDSA_SIG_set0(pair, r, s) != 1) {
		BN_free(r);
		BN_free(s);
	} else {
		len = i2d_ECDSA_SIG(pair, NULL);
		if (len > 0 && len <= P256_DER_MAX)
			len = i2d_ECDSA_SIG(pair, &der);
		else
			len = 0;
	}
	ECDSA_SIG_free(pair);
	return len > 0 ? (size_t)len : 0;
}

static bool verify_es256(const struct verification *v)
{
	struct verification in_der = *v;
	uint8_t der[P256_DER_MAX];

	if (v->signature_len != 2 * P256_LEN)
		return false;
	in_der.signature = der;
	in_der.signature_len = der_of(v->signature, der);
	return in_der.signature_len > 0 && verify_evp(&in_der, EVP_sha256(), 0);
}

/* RFC 8017 sections 8.1.2 and 8.2.2: as long as the modulus. OpenSSL takes shorter ones for PSS. */
static bool verify_rsa(const struct verification *v, int padding)
{
	return v->signature_len == (size_t)EVP_PKEY_get_size(v->pkey) &&
	       verify_evp(v, EVP_sha256(), padding);
}

static bool verify_ed25519(const struct verification *v)
{
	return v->signature_len == ED25519_SIGNATURE_LEN && verify_evp(v, NULL, 0);
}

static bool verify(const struct verification *v, enum jws_algorithm algorithm)
{
	switch (algorithm) {
	case JWS_ES256:
		return verify_es256(v);
	case JWS_PS256:
		return verify_rsa(v, RSA_PKCS1_PSS_PADDING);
	case JWS_RS256:
		return verify_rsa(v, RSA_PKCS1_PADDING);
	case JWS_EDDSA:
		return verify_ed25519(v);
	case JWS_NO_ALGORITHM:
		return false;
	}
	return false;
}

bool jws_verify_raw(const struct key_set *keys, size_t index, enum jws_algorithm algorithm,
	const void *message, size_t message_len, const void *signature, size_t signature_len)
{
	struct verification v = {
		.message = { message, message_len },
		.signature = signature,
		.signature_len = signature_len,
	};
	bool good;

	if (index >= keys->count || (keys->keys[index].algorithms & algorithm) == 0)
		return false;
	v.pkey = keys->keys[index].pkey;
	v.begun = algorithm == JWS_ES256 ? keys->keys[index].begun : NULL;
	(void)ERR_set_mark();
	good = verify(&v, algorithm);
	(void)ERR_pop_to_mark();
	return good;
}
