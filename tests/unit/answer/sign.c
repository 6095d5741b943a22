/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "sign.h"

#include <openssl/core_names.h>
#include <openssl/ec.h>
#include <openssl/ecdsa.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>
#include <openssl/pem.h>
#include <openssl/rsa.h>
#include <openssl/x509.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "answer/answer.h"
#include "base/base64url.h"

#define MUST(condition) must((condition), #condition, __LINE__)

struct signer {
	EVP_PKEY *pkey;
	enum jws_algorithm algorithm;
	char *kid; /* NULL: none */
};

static void must(bool holds, const char *what, int line)
{
	if (holds)
		return;
	(void)fprintf(stderr, "sign.c:%d: %s\n", line, what);
	ERR_print_errors_fp(stderr);
	abort();
}

static struct signer *signer_of(EVP_PKEY *pkey, enum jws_algorithm algorithm, const char *kid)
{
	struct signer *signer = calloc(1, sizeof(*signer));

	MUST(signer != NULL && pkey != NULL);
	signer->pkey = pkey;
	signer->algorithm = algorithm;
	if (kid != NULL)
		MUST((signer->kid = strdup(kid)) != NULL);
	return signer;
}

struct signer *signer_new_rsa(
	enum jws_algorithm algorithm, const char *kid, unsigned bits, unsigned long exponent)
{
	EVP_PKEY_CTX *ctx = EVP_PKEY_CTX_new_from_name(NULL, "RSA", NULL);
	BIGNUM *e = BN_new();
	EVP_PKEY *pkey = NULL;

	MUST(ctx != NULL && e != NULL && BN_set_word(e, exponent) == 1);
	MUST(EVP_PKEY_keygen_init(ctx) == 1);
	MUST(EVP_PKEY_CTX_set_rsa_keygen_bits(ctx, (int)bits) == 1);
	MUST(EVP_PKEY_CTX_set1_rsa_keygen_pubexp(ctx, e) == 1);
	MUST(EVP_PKEY_generate(ctx, &pkey) == 1);
	BN_free(e);
	EVP_PKEY_CTX_free(ctx);
	return signer_of(pkey, algorithm, kid);
}

struct signer *signer_new_ec(const char *curve, const char *kid)
{
	return signer_of(EVP_EC_gen(curve), JWS_ES256, kid);
}

struct signer *signer_new(enum jws_algorithm algorithm, const char *kid)
{
	switch (algorithm) {
	case JWS_ES256:
		return signer_new_ec("P-256", kid);
	case JWS_PS256:
	case JWS_RS256:
		return signer_new_rsa(algorithm, kid, 2048, RSA_F4);
	case JWS_EDDSA:
		return signer_of(EVP_PKEY_Q_keygen(NULL, NULL, "ED25519"), algorithm, kid);
	case JWS_NO_ALGORITHM:
		break;
	}
	MUST(false);
	return NULL;
}

void signer_free(struct signer *signer)
{
	if (signer == NULL)
		return;
	EVP_PKEY_free(signer->pkey);
	free(signer->kid);
	free(signer);
}

static void set_octets(json_t *jwk, const char *name, const uint8_t *octets, size_t len)
{
	char text[BASE64URL_LEN(SIGN_MAX) + 1];

	base64url_encode(octets, len, text);
	MUST(json_object_set_new(jwk, name, json_string(text)) == 0);
}

/* pad 0: as few octets as it needs */
static void set_number(
	json_t *jwk, const char *name, const EVP_PKEY *pkey, const char *param, int pad)
{
	uint8_t octets[SIGN_MAX];
	BIGNUM *number = NULL;
	int len;

	MUST(EVP_PKEY_get_bn_param(pkey, param, &number) == 1);
	len = BN_bn2binpad(number, octets, pad > 0 ? pad : BN_num_bytes(number));
	MUST(len > 0);
	set_octets(jwk, name, octets, (size_t)len);
	BN_free(number);
}

static void set_text(json_t *jwk, const char *name, const char *text)
{
	MUST(json_object_set_new(jwk, name, json_string(text)) == 0);
}

static void set_ec(json_t *jwk, const EVP_PKEY *pkey)
{
	int bits = EVP_PKEY_get_bits(pkey);

	set_text(jwk, "kty", "EC");
	set_text(jwk, "crv", bits == 256 ? "P-256" : bits == 384 ? "P-384" : "P-521");
	set_number(jwk, "x", pkey, OSSL_PKEY_PARAM_EC_PUB_X, (bits + 7) / 8);
	set_number(jwk, "y", pkey, OSSL_PKEY_PARAM_EC_PUB_Y, (bits + 7) / 8);
}

json_t *signer_jwk(const struct signer *signer)
{
	json_t *jwk = json_object();
	uint8_t octets[32];
	size_t len = sizeof(octets);

	MUST(jwk != NULL);
	if (EVP_PKEY_is_a(signer->pkey, "EC")) {
		set_ec(jwk, signer->pkey);
	} else if (EVP_PKEY_is_a(signer->pkey, "RSA")) {
		set_text(jwk, "kty", "RSA");
		set_number(jwk, "n", signer->pkey, OSSL_PKEY_PARAM_RSA_N, 0);
		set_number(jwk, "e", signer->pkey, OSSL_PKEY_PARAM_RSA_E, 0);
	} else {
		set_text(jwk, "kty", "OKP");
		set_text(jwk, "crv", "Ed25519");
		MUST(EVP_PKEY_get_raw_public_key(signer->pkey, octets, &len) == 1);
		set_octets(jwk, "x", octets, len);
	}
	set_text(jwk, "use", "sig");
	set_text(jwk, "alg", jws_algorithm_name(signer->algorithm));
	if (signer->kid != NULL)
		set_text(jwk, "kid", signer->kid);
	return jwk;
}

json_t *sign_laid_over(json_t *object, const char *members)
{
	char *text = strdup(members);
	const char *name;
	json_t *over;

	MUST(text != NULL);
	for (char *c = text; *c != '\0'; c++)
		*c = *c == '\'' ? '"' : *c;
	over = json_loads(text, JSON_REJECT_DUPLICATES, NULL);
	MUST(over != NULL);
	for (void *i = json_object_iter(over); i != NULL; i = json_object_iter_next(over, i)) {
		const char *value = json_string_value(json_object_iter_value(i));

		name = json_object_iter_key(i);
		if (value != NULL && strcmp(value, "-") == 0)
			(void)json_object_del(object, name);
		else
			MUST(json_object_set(object, name, json_object_iter_value(i)) == 0);
	}
	json_decref(over);
	free(text);
	return object;
}

char *sign_jwks_text(json_t *keys)
{
	json_t *set = json_pack("{s:o}", "keys", keys);
	char *text = json_dumps(set, JSON_COMPACT);

	MUST(text != NULL);
	json_decref(set);
	return text;
}

struct key_set *signer_key_set(const struct signer *const *signers, size_t count)
{
	json_t *keys = json_array();
	struct key_set *set;
	char *text;

	for (size_t i = 0; i < count; i++)
		MUST(json_array_append_new(keys, signer_jwk(signers[i])) == 0);
	text = sign_jwks_text(keys);
	set = key_set_parse(text, strlen(text), NULL, NULL);
	MUST(set != NULL && key_set_count(set) == count);
	free(text);
	return set;
}

uint8_t *signer_public(const struct signer *signer, bool pem, size_t *len)
{
	BIO *bio = BIO_new(BIO_s_mem());
	uint8_t *copy;
	char *data;
	long got;

	MUST(bio != NULL);
	if (pem)
		MUST(PEM_write_bio_PUBKEY(bio, signer->pkey) == 1);
	else
		MUST(i2d_PUBKEY_bio(bio, signer->pkey) == 1);
	got = BIO_get_mem_data(bio, &data);
	MUST(got > 0);
	*len = (size_t)got;
	copy = malloc(*len);
	MUST(copy != NULL);
	memcpy(copy, data, *len);
	BIO_free(bio);
	return copy;
}

static size_t finish(EVP_MD_CTX *ctx, const void *message, size_t len, uint8_t out[SIGN_MAX])
{
	size_t out_len = SIGN_MAX;

	MUST(EVP_DigestSign(ctx, out, &out_len, message, len) == 1);
	EVP_MD_CTX_free(ctx);
	return out_len;
}

size_t sign_octets_pss(const struct signer *signer, int salt_len, const char *mgf1_digest,
	const void *message, size_t len, uint8_t out[SIGN_MAX])
{
	EVP_MD_CTX *ctx = EVP_MD_CTX_new();
	EVP_PKEY_CTX *pctx = NULL;

	MUST(ctx != NULL);
	MUST(EVP_DigestSignInit(ctx, &pctx, EVP_sha256(), NULL, signer->pkey) == 1);
	MUST(EVP_PKEY_CTX_set_rsa_padding(pctx, RSA_PKCS1_PSS_PADDING) == 1);
	MUST(EVP_PKEY_CTX_set_rsa_pss_saltlen(pctx, salt_len) == 1);
	MUST(EVP_PKEY_CTX_set_rsa_mgf1_md_name(pctx, mgf1_digest, NULL) == 1);
	return finish(ctx, message, len, out);
}

/* What OpenSSL makes by itself: DER for ECDSA. */
static size_t sign_native(const struct signer *signer, enum jws_algorithm algorithm,
	const void *message, size_t len, uint8_t out[SIGN_MAX])
{
	const EVP_MD *digest = algorithm == JWS_EDDSA ? NULL : EVP_sha256();
	EVP_MD_CTX *ctx;

	if (algorithm == JWS_PS256)
		return sign_octets_pss(signer, 32, "SHA256", message, len, out);
	ctx = EVP_MD_CTX_new();
	MUST(ctx != NULL && EVP_DigestSignInit(ctx, NULL, digest, NULL, signer->pkey) == 1);
	return finish(ctx, message, len, out);
}

size_t sign_octets_der(
	const struct signer *signer, const void *message, size_t len, uint8_t out[SIGN_MAX])
{
	return sign_native(signer, JWS_ES256, message, len, out);
}

size_t sign_octets(const struct signer *signer, enum jws_algorithm algorithm, const void *message,
	size_t len, uint8_t out[SIGN_MAX])
{
	size_t out_len = sign_native(signer, algorithm, message, len, out);
	int half = (EVP_PKEY_get_bits(signer->pkey) + 7) / 8;
	const uint8_t *der = out;
	ECDSA_SIG *pair;

	if (algorithm != JWS_ES256)
		return out_len;
	pair = d2i_ECDSA_SIG(NULL, &der, (long)out_len);
	MUST(pair != NULL);
	MUST(BN_bn2binpad(ECDSA_SIG_get0_r(pair), out, half) == half);
	MUST(BN_bn2binpad(ECDSA_SIG_get0_s(pair), out + half, half) == half);
	ECDSA_SIG_free(pair);
	return 2 * (size_t)half;
}

size_t sign_hs256(const void *secret, size_t secret_len, const void *message, size_t len,
	uint8_t out[SIGN_MAX])
{
	unsigned out_len = 0;

	MUST(HMAC(EVP_sha256(), secret, (int)secret_len, message, len, out, &out_len) != NULL);
	return out_len;
}

char *sign_input(const void *header, size_t header_len, const void *payload, size_t payload_len)
{
	char *text = malloc(BASE64URL_LEN(header_len) + BASE64URL_LEN(payload_len) + 2);

	MUST(text != NULL);
	base64url_encode(header, header_len, text);
	text[BASE64URL_LEN(header_len)] = '.';
	base64url_encode(payload, payload_len, text + BASE64URL_LEN(header_len) + 1);
	return text;
}

char *sign_join(const char *input, const void *signature, size_t len)
{
	size_t input_len = strlen(input);
	char *text = malloc(input_len + BASE64URL_LEN(len) + 2);

	MUST(text != NULL);
	memcpy(text, input, input_len);
	text[input_len] = '.';
	base64url_encode(signature, len, text + input_len + 1);
	return text;
}

char *sign_token(const struct signer *signer, const char *header, const char *payload)
{
	char *input = sign_input(header, strlen(header), payload, strlen(payload));
	uint8_t signature[SIGN_MAX];
	size_t len = sign_octets(signer, signer->algorithm, input, strlen(input), signature);
	char *token = sign_join(input, signature, len);

	free(input);
	return token;
}

char *sign_header(const struct signer *signer)
{
	json_t *header = json_pack("{s:s, s:s*, s:s}", "alg", jws_algorithm_name(signer->algorithm),
		"kid", signer->kid, "typ", ANSWER_TYP);
	char *text = json_dumps(header, JSON_COMPACT);

	MUST(text != NULL);
	json_decref(header);
	return text;
}

json_t *sign_claims_json(const struct sign_claims *claims)
{
	json_t *json =
		json_pack("{s:s*, s:s*, s:I, s:I, s:s*, s:s*, s:s*, s:s*, s:{s:s*, s:s*, s:s*}}",
			"iss", claims->iss, "aud", claims->aud, "iat", (json_int_t)claims->iat,
			"exp", (json_int_t)claims->exp, "jti", claims->jti, "txn", claims->txn,
			"nonce", claims->nonce, "sbj", claims->sbj, "sim_sale", "subject",
			claims->subject, "result", claims->result, "reason", claims->reason);

	MUST(json != NULL);
	return json;
}

char *sign_answer(const struct signer *signer, const struct sign_claims *claims)
{
	json_t *json = sign_claims_json(claims);
	char *payload = json_dumps(json, JSON_COMPACT);
	char *header = sign_header(signer);
	char *token;

	MUST(payload != NULL);
	token = sign_token(signer, header, payload);
	json_decref(json);
	free(payload);
	free(header);
	return token;
}
