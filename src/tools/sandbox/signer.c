/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "signer.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <openssl/core_names.h>
#include <openssl/ec.h>
#include <openssl/ecdsa.h>

#include "base/base64url.h"

#define HALF 32 /* octets of R, S, x and y of P-256 */

EVP_PKEY *signer_generate(void)
{
	return EVP_EC_gen("P-256");
}

static bool coordinate(const EVP_PKEY *key, const char *name, char out[BASE64URL_LEN(HALF) + 1])
{
	BIGNUM *number = NULL;
	uint8_t octets[HALF];
	bool done = EVP_PKEY_get_bn_param(key, name, &number) == 1 &&
		    BN_bn2binpad(number, octets, HALF) == HALF;

	if (done)
		base64url_encode(octets, HALF, out);
	BN_free(number);
	return done;
}

bool signer_take(EVP_PKEY *key, struct signing_key *out)
{
	char x[BASE64URL_LEN(HALF) + 1], y[BASE64URL_LEN(HALF) + 1], text[256];
	char name[BASE64URL_LEN(HALF) + 1];
	uint8_t digest[HALF];

	*out = (struct signing_key){ .key = key };
	if (key == NULL || !coordinate(key, OSSL_PKEY_PARAM_EC_PUB_X, x) ||
		!coordinate(key, OSSL_PKEY_PARAM_EC_PUB_Y, y))
		return false;
	(void)snprintf(text, sizeof(text),
		"{\"crv\":\"P-256\",\"kty\":\"EC\",\"x\":\"%s\",\"y\":\"%s\"}", x, y);
	if (EVP_Digest(text, strlen(text), digest, NULL, EVP_sha256(), NULL) != 1)
		return false;
	base64url_encode(digest, sizeof(digest), name);
	(void)snprintf(out->kid, sizeof(out->kid), "sandbox-%.12s", name);
	return true;
}

void signer_clear(struct signing_key *key)
{
	EVP_PKEY_free(key->key);
	*key = (struct signing_key){ .key = NULL };
}

json_t *signer_jwk(const struct signing_key *key)
{
	char x[BASE64URL_LEN(HALF) + 1], y[BASE64URL_LEN(HALF) + 1];

	if (!coordinate(key->key, OSSL_PKEY_PARAM_EC_PUB_X, x) ||
		!coordinate(key->key, OSSL_PKEY_PARAM_EC_PUB_Y, y))
		return NULL;
	return json_pack("{s:s, s:s, s:s, s:s, s:s, s:s, s:s}", "kty", "EC", "crv", "P-256", "x", x,
		"y", y, "use", "sig", "alg", "ES256", "kid", key->kid);
}

/* base64url(header) "." base64url(payload), with room for a signature of `more` characters. */
static char *input_of(const char *header, const char *payload, size_t more, size_t *len)
{
	size_t header_len = strlen(header), payload_len = strlen(payload);
	size_t first = BASE64URL_LEN(header_len), second = BASE64URL_LEN(payload_len);
	char *text = malloc(first + second + more + 3);

	if (text == NULL)
		return NULL;
	base64url_encode(header, header_len, text);
	text[first] = '.';
	base64url_encode(payload, payload_len, text + first + 1);
	*len = first + 1 + second;
	return text;
}

char *signer_join(const char *header, const char *payload, const void *signature, size_t len)
{
	size_t at;
	char *text = input_of(header, payload, BASE64URL_LEN(len), &at);

	if (text == NULL)
		return NULL;
	text[at] = '.';
	base64url_encode(signature, len, text + at + 1);
	return text;
}

/* DER of (R, S) to R || S. */
static bool to_halves(const uint8_t *der, size_t len, uint8_t out[2 * HALF])
{
	ECDSA_SIG *signature = d2i_ECDSA_SIG(NULL, &der, (long)len);
	bool done = signature != NULL &&
		    BN_bn2binpad(ECDSA_SIG_get0_r(signature), out, HALF) == HALF &&
		    BN_bn2binpad(ECDSA_SIG_get0_s(signature), out + HALF, HALF) == HALF;

	ECDSA_SIG_free(signature);
	return done;
}

char *signer_sign(const struct signing_key *key, const char *header, const char *payload)
{
	EVP_MD_CTX *ctx = EVP_MD_CTX_new();
	uint8_t der[128], halves[2 * HALF];
	size_t at = 0, der_len = sizeof(der);
	char *text = input_of(header, payload, BASE64URL_LEN(2 * HALF), &at);
	bool done = ctx != NULL && text != NULL &&
		    EVP_DigestSignInit(ctx, NULL, EVP_sha256(), NULL, key->key) == 1 &&
		    EVP_DigestSign(ctx, der, &der_len, (const unsigned char *)text, at) == 1 &&
		    to_halves(der, der_len, halves);

	EVP_MD_CTX_free(ctx);
	if (!done) {
		free(text);
		return NULL;
	}
	text[at] = '.';
	base64url_encode(halves, sizeof(halves), text + at + 1);
	return text;
}
