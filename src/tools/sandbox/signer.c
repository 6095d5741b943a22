/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "signer.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <openssl/core_names.h>
#include <openssl/ec.h>
#include <openssl/ecdsa.h>

#include <openssl/rsa.h>

#include "base/base64url.h"

#define HALF 32 /* octets of R, S, x and y of P-256 */
#define RSA_BITS 2048
#define NUMBER_MAX (RSA_BITS / 8)
#define SIGNATURE_MAX (RSA_BITS / 8)

static const struct {
	const char *algorithm, *type; /* RFC 7518 and 9864; OpenSSL's */
} kinds[] = { { "ES256", "EC" }, { "PS256", "RSA" }, { "Ed25519", "ED25519" } };

const char *signer_algorithm(const struct signing_key *key)
{
	for (size_t i = 0; i < ARRAY_LEN(kinds); i++)
		if (EVP_PKEY_is_a(key->key, kinds[i].type))
			return kinds[i].algorithm;
	return NULL;
}

bool signer_knows(const char *algorithm)
{
	for (size_t i = 0; i < ARRAY_LEN(kinds); i++)
		if (strcmp(algorithm, kinds[i].algorithm) == 0)
			return true;
	return false;
}

EVP_PKEY *signer_generate(const char *algorithm)
{
	if (strcmp(algorithm, "PS256") == 0)
		return EVP_RSA_gen(RSA_BITS);
	if (strcmp(algorithm, "Ed25519") == 0)
		return EVP_PKEY_Q_keygen(NULL, NULL, "ED25519");
	return EVP_EC_gen("P-256");
}

/* pad 0: in as few octets as it needs. */
static json_t *number_of(const EVP_PKEY *key, const char *name, int pad)
{
	char text[BASE64URL_LEN(NUMBER_MAX) + 1];
	uint8_t octets[NUMBER_MAX];
	BIGNUM *number = NULL;
	int len = -1;

	if (EVP_PKEY_get_bn_param(key, name, &number) == 1 &&
		BN_num_bytes(number) <= (int)sizeof(octets))
		len = BN_bn2binpad(number, octets, pad > 0 ? pad : BN_num_bytes(number));
	BN_free(number);
	if (len <= 0)
		return NULL;
	base64url_encode(octets, (size_t)len, text);
	return json_string(text);
}

static json_t *ed25519_of(const EVP_PKEY *key)
{
	char text[BASE64URL_LEN(HALF) + 1];
	uint8_t octets[HALF];
	size_t len = sizeof(octets);

	if (EVP_PKEY_get_raw_public_key(key, octets, &len) != 1)
		return NULL;
	base64url_encode(octets, len, text);
	return json_string(text);
}

/* The members that make the key, those of its thumbprint (RFC 7638 section 3.2, RFC 8037). */
json_t *signer_public_key(const struct signing_key *signing_key)
{
	const EVP_PKEY *key = signing_key->key;

	if (key == NULL)
		return NULL;
	if (EVP_PKEY_is_a(key, "RSA"))
		return json_pack("{s:s, s:o, s:o}", "kty", "RSA", "n",
			number_of(key, OSSL_PKEY_PARAM_RSA_N, 0), "e",
			number_of(key, OSSL_PKEY_PARAM_RSA_E, 0));
	if (EVP_PKEY_is_a(key, "ED25519"))
		return json_pack(
			"{s:s, s:s, s:o}", "kty", "OKP", "crv", "Ed25519", "x", ed25519_of(key));
	return json_pack("{s:s, s:s, s:o, s:o}", "kty", "EC", "crv", "P-256", "x",
		number_of(key, OSSL_PKEY_PARAM_EC_PUB_X, HALF), "y",
		number_of(key, OSSL_PKEY_PARAM_EC_PUB_Y, HALF));
}

bool signer_take(EVP_PKEY *key, struct signing_key *out)
{
	char name[BASE64URL_LEN(HALF) + 1], *text = NULL;
	uint8_t digest[HALF];
	json_t *members;
	bool done;

	*out = (struct signing_key){ .key = key };
	members = signer_public_key(out);
	if (members != NULL)
		text = json_dumps(members, JSON_COMPACT | JSON_SORT_KEYS);
	done = text != NULL &&
	       EVP_Digest(text, strlen(text), digest, NULL, EVP_sha256(), NULL) == 1 &&
	       signer_algorithm(out) != NULL;
	if (done) {
		base64url_encode(digest, sizeof(digest), name);
		(void)snprintf(out->kid, sizeof(out->kid), "sandbox-%.12s", name);
	}
	json_decref(members);
	free(text);
	return done;
}

void signer_clear(struct signing_key *key)
{
	EVP_PKEY_free(key->key);
	*key = (struct signing_key){ .key = NULL };
}

json_t *signer_jwk(const struct signing_key *key)
{
	json_t *jwk = signer_public_key(key);

	if (jwk != NULL)
		(void)json_object_update_new(jwk, json_pack("{s:s, s:s, s:s}", "use", "sig", "alg",
							  signer_algorithm(key), "kid", key->kid));
	return jwk;
}

char *signer_jwk_set(const struct signing_key *first, const struct signing_key *second)
{
	json_t *keys = json_pack("[o]", signer_jwk(first)), *set;
	char *text;

	if (keys != NULL && second->key != NULL)
		(void)json_array_append_new(keys, signer_jwk(second));
	set = json_pack("{s:o}", "keys", keys);
	text = set == NULL ? NULL : json_dumps(set, JSON_INDENT(1));
	json_decref(set);
	return text;
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

/* What OpenSSL makes; for ECDSA it is DER. */
static bool sign_octets(EVP_PKEY *key, const char *text, size_t len, uint8_t *out, size_t *out_len)
{
	const EVP_MD *digest = EVP_PKEY_is_a(key, "ED25519") ? NULL : EVP_sha256();
	EVP_MD_CTX *ctx = EVP_MD_CTX_new();
	EVP_PKEY_CTX *pctx = NULL; /* belongs to ctx */
	bool done = ctx != NULL && EVP_DigestSignInit(ctx, &pctx, digest, NULL, key) == 1;

	if (done && EVP_PKEY_is_a(key, "RSA"))
		done = EVP_PKEY_CTX_set_rsa_padding(pctx, RSA_PKCS1_PSS_PADDING) == 1 &&
		       EVP_PKEY_CTX_set_rsa_pss_saltlen(pctx, RSA_PSS_SALTLEN_DIGEST) == 1;
	done = done && EVP_DigestSign(ctx, out, out_len, (const unsigned char *)text, len) == 1;
	EVP_MD_CTX_free(ctx);
	return done;
}

char *signer_sign(const struct signing_key *key, const char *header, const char *payload)
{
	uint8_t made[SIGNATURE_MAX], halves[2 * HALF];
	const uint8_t *signature = made;
	size_t at = 0, len = sizeof(made);
	char *text = input_of(header, payload, BASE64URL_LEN(SIGNATURE_MAX), &at);
	bool done = text != NULL && sign_octets(key->key, text, at, made, &len);

	if (done && EVP_PKEY_is_a(key->key, "EC")) {
		done = to_halves(made, len, halves);
		signature = halves;
		len = sizeof(halves);
	}
	if (!done) {
		free(text);
		return NULL;
	}
	text[at] = '.';
	base64url_encode(signature, len, text + at + 1);
	return text;
}

char *signer_token(
	const struct signing_key *key, const char *typ, const char *kid, const json_t *claims)
{
	json_t *members =
		json_pack("{s:s, s:s, s:s*}", "typ", typ, "alg", signer_algorithm(key), "kid", kid);
	char *header = members == NULL ? NULL : json_dumps(members, JSON_COMPACT);
	char *payload = claims == NULL ? NULL : json_dumps(claims, JSON_COMPACT), *token = NULL;

	if (header != NULL && payload != NULL)
		token = signer_sign(key, header, payload);
	json_decref(members);
	free(header);
	free(payload);
	return token;
}
