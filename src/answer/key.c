/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "answer/answer_internal.h"

#include <openssl/bn.h>
#include <openssl/core_names.h>
#include <openssl/ec.h>
#include <openssl/param_build.h>
#include <stdio.h>
#include <string.h>

#include "answer/strict_json.h"
#include "base/base64url.h"

static bool octets_of(const json_t *jwk, const char *name, uint8_t *out, size_t room, size_t *len)
{
	const char *text = strict_json_text(jwk, name);

	return text != NULL && base64url_decode(text, strlen(text), out, room, len);
}

static bool exact_octets_of(const json_t *jwk, const char *name, uint8_t *out, size_t want)
{
	size_t len;

	return octets_of(jwk, name, out, want, &len) && len == want;
}

/* The parameters are freed, whatever becomes of the key. */
static EVP_PKEY *public_key(const char *type, OSSL_PARAM *params)
{
	EVP_PKEY_CTX *ctx = EVP_PKEY_CTX_new_from_name(NULL, type, NULL);
	EVP_PKEY *pkey = NULL;

	if (ctx == NULL || params == NULL || EVP_PKEY_fromdata_init(ctx) != 1 ||
		EVP_PKEY_fromdata(ctx, &pkey, EVP_PKEY_PUBLIC_KEY, params) != 1)
		pkey = NULL;
	EVP_PKEY_CTX_free(ctx);
	OSSL_PARAM_free(params);
	return pkey;
}

static bool passes_public_check(EVP_PKEY *pkey)
{
	EVP_PKEY_CTX *ctx = EVP_PKEY_CTX_new_from_pkey(NULL, pkey, NULL);
	bool passes = ctx != NULL && EVP_PKEY_public_check(ctx) == 1;

	EVP_PKEY_CTX_free(ctx);
	return passes;
}

static OSSL_PARAM *p256_params(const uint8_t *point, size_t len)
{
	OSSL_PARAM_BLD *build = OSSL_PARAM_BLD_new();
	OSSL_PARAM *params = NULL;

	if (build != NULL &&
		OSSL_PARAM_BLD_push_utf8_string(build, OSSL_PKEY_PARAM_GROUP_NAME, "P-256", 0) ==
			1 &&
		OSSL_PARAM_BLD_push_octet_string(build, OSSL_PKEY_PARAM_PUB_KEY, point, len) == 1)
		params = OSSL_PARAM_BLD_to_param(build);
	OSSL_PARAM_BLD_free(build);
	return params;
}

/* RFC 7518 section 6.2.1: coordinates in their full length. */
static const char *read_ec(const json_t *jwk, struct key *key)
{
	const char *curve = strict_json_text(jwk, "crv");
	uint8_t point[1 + 2 * P256_LEN] = { POINT_CONVERSION_UNCOMPRESSED };

	if (curve == NULL || strcmp(curve, "P-256") != 0)
		return "its curve is not P-256";
	if (!exact_octets_of(jwk, "x", point + 1, P256_LEN) ||
		!exact_octets_of(jwk, "y", point + 1 + P256_LEN, P256_LEN))
		return "x and y are not 32 octets of base64url each";
	key->pkey = public_key("EC", p256_params(point, sizeof(point)));
	if (key->pkey == NULL || !passes_public_check(key->pkey))
		return "it is no point of its curve";
	key->algorithms = JWS_ES256;
	(void)snprintf(key->type, sizeof(key->type), "EC P-256");
	return NULL;
}

static OSSL_PARAM *rsa_params(const BIGNUM *n, const BIGNUM *e)
{
	OSSL_PARAM_BLD *build = OSSL_PARAM_BLD_new();
	OSSL_PARAM *params = NULL;

	if (build != NULL && OSSL_PARAM_BLD_push_BN(build, OSSL_PKEY_PARAM_RSA_N, n) == 1 &&
		OSSL_PARAM_BLD_push_BN(build, OSSL_PKEY_PARAM_RSA_E, e) == 1)
		params = OSSL_PARAM_BLD_to_param(build);
	OSSL_PARAM_BLD_free(build);
	return params;
}

static const char *make_rsa(const BIGNUM *n, const BIGNUM *e, struct key *key)
{
	int bits;

	if (n == NULL || e == NULL)
		return "out of memory";
	bits = BN_num_bits(n);
	if (bits < RSA_MIN_BITS || bits > RSA_MAX_BITS)
		return "its modulus has not 2048 to 8192 bits";
	if (!BN_is_odd(n))
		return "its modulus is even";
	if (!BN_is_odd(e) || BN_is_one(e))
		return "its exponent is not odd and at least 3";
	key->pkey = public_key("RSA", rsa_params(n, e));
	if (key->pkey == NULL)
		return "OpenSSL does not take it";
	key->algorithms = JWS_PS256 | JWS_RS256;
	(void)snprintf(key->type, sizeof(key->type), "RSA %d", bits);
	return NULL;
}

/* RFC 7518 sections 2 and 6.3.1: integers in as few octets as they need, so never a leading 0. */
static const char *read_rsa(const json_t *jwk, struct key *key)
{
	uint8_t n_octets[RSA_MAX_LEN], e_octets[RSA_EXPONENT_MAX_LEN];
	size_t n_len, e_len;
	const char *problem;
	BIGNUM *n, *e;

	if (!octets_of(jwk, "n", n_octets, sizeof(n_octets), &n_len) || n_len == 0)
		return "n is not base64url, or longer than 8192 bits";
	if (!octets_of(jwk, "e", e_octets, sizeof(e_octets), &e_len) || e_len == 0)
		return "e is not base64url, or longer than 64 bits";
	if (n_octets[0] == 0 || e_octets[0] == 0)
		return "n or e begins with a zero octet";
	n = BN_bin2bn(n_octets, (int)n_len, NULL);
	e = BN_bin2bn(e_octets, (int)e_len, NULL);
	problem = make_rsa(n, e, key);
	BN_free(n);
	BN_free(e);
	return problem;
}

/* RFC 8037 section 2. */
static const char *read_okp(const json_t *jwk, struct key *key)
{
	const char *curve = strict_json_text(jwk, "crv");
	uint8_t x[ED25519_KEY_LEN];

	if (curve == NULL || strcmp(curve, "Ed25519") != 0)
		return "its curve is not Ed25519";
	if (!exact_octets_of(jwk, "x", x, sizeof(x)))
		return "x is not 32 octets of base64url";
	if (!ed25519_point_is_valid(x))
		return "it is no point of its curve, or one of small order";
	key->pkey = EVP_PKEY_new_raw_public_key(EVP_PKEY_ED25519, NULL, x, sizeof(x));
	if (key->pkey == NULL)
		return "OpenSSL does not take it";
	key->algorithms = JWS_EDDSA;
	(void)snprintf(key->type, sizeof(key->type), "OKP Ed25519");
	return NULL;
}

/* RFC 7638 section 3.2, RFC 8037 section 2: the members that make the key, in this order. */
static const struct key_type {
	const char *kty;
	const char *(*read)(const json_t *jwk, struct key *key);
	const char *members[4];
} key_types[] = {
	{ "EC", read_ec, { "crv", "kty", "x", "y" } },
	{ "RSA", read_rsa, { "e", "kty", "n" } },
	{ "OKP", read_okp, { "crv", "kty", "x" } },
};

static const struct key_type *type_of(const json_t *jwk)
{
	const char *kty = strict_json_text(jwk, "kty");

	for (size_t i = 0; kty != NULL && i < ARRAY_LEN(key_types); i++) {
		if (strcmp(kty, key_types[i].kty) == 0)
			return &key_types[i];
	}
	return NULL;
}

/* The members have been read: they hold base64url and constants, which JSON writes as they are. */
static bool take_thumbprint(const json_t *jwk, const struct key_type *type, struct key *key)
{
	char text[BASE64URL_LEN(RSA_MAX_LEN) + 64];
	size_t len = 0;

	for (size_t i = 0; i < ARRAY_LEN(type->members) && type->members[i] != NULL; i++) {
		int added = snprintf(text + len, sizeof(text) - len, "%c\"%s\":\"%s\"",
			i == 0 ? '{' : ',', type->members[i],
			strict_json_text(jwk, type->members[i]));

		if (added < 0 || (size_t)added >= sizeof(text) - len - 1)
			return false;
		len += (size_t)added;
	}
	text[len++] = '}';
	return EVP_Q_digest(NULL, "SHA256", NULL, text, len, key->thumbprint, NULL) == 1;
}

/* null is how some writers say that a member is not there. */
static const json_t *member_of(const json_t *jwk, const char *name)
{
	const json_t *value = json_object_get(jwk, name);

	return json_is_null(value) ? NULL : value;
}

static const char *read_kid(const json_t *jwk, struct key *key)
{
	const json_t *kid = member_of(jwk, "kid");

	if (kid == NULL)
		return NULL;
	if (!json_is_string(kid) || json_string_length(kid) == 0)
		return "its kid is not a string, or empty";
	if (json_string_length(kid) > KEY_ID_MAX)
		return "its kid is longer than 128 octets";
	memcpy(key->kid, json_string_value(kid), json_string_length(kid));
	return NULL;
}

/* RFC 7517 sections 4.2 and 4.3, and the members of RFC 7518 section 6 that must stay secret. */
static const char *check_purpose(const json_t *jwk)
{
	static const char *const secret[] = { "d", "p", "q", "dp", "dq", "qi", "oth", "k" };
	const json_t *use = member_of(jwk, "use");
	const json_t *key_ops = member_of(jwk, "key_ops");
	bool verifies = false;
	size_t i;

	for (i = 0; i < ARRAY_LEN(secret); i++) {
		if (json_object_get(jwk, secret[i]) != NULL)
			return "it holds a private or symmetric key, which must never be published";
	}
	if (use != NULL && (!json_is_string(use) || strcmp(json_string_value(use), "sig") != 0))
		return "its use is not sig";
	if (key_ops == NULL)
		return NULL;
	for (i = 0; i < json_array_size(key_ops); i++) {
		const json_t *op = json_array_get(key_ops, i);

		if (!json_is_string(op))
			return "its key_ops are not strings";
		verifies = verifies || strcmp(json_string_value(op), "verify") == 0;
	}
	return verifies ? NULL : "its key_ops do not have verify";
}

/* RFC 7517 section 4.4: a key that names its algorithm is for that one alone. */
static const char *narrow_to_alg(const json_t *jwk, struct key *key)
{
	const json_t *alg = member_of(jwk, "alg");

	if (alg == NULL)
		return NULL;
	if (!json_is_string(alg))
		return "its alg is not a string";
	key->algorithms &= jws_algorithm_of_name(json_string_value(alg));
	return key->algorithms != 0 ? NULL : "its alg is not one that is verified with it here";
}

static const char *read_members(const json_t *jwk, struct key *key)
{
	const struct key_type *type = type_of(jwk);
	const char *problem = check_purpose(jwk);

	if (problem != NULL)
		return problem;
	if (type == NULL)
		return "its kty is not EC, RSA or OKP";
	problem = type->read(jwk, key);
	if (problem != NULL)
		return problem;
	if (!take_thumbprint(jwk, type, key))
		return "no thumbprint could be made";
	return narrow_to_alg(jwk, key);
}

/* A verification begun once and copied for each; without it all works, too. */
static void prepare(struct key *key)
{
	key->begun = (key->algorithms & JWS_ES256) != 0 ? EVP_MD_CTX_new() : NULL;
	if (key->begun == NULL ||
		EVP_DigestVerifyInit(key->begun, NULL, EVP_sha256(), NULL, key->pkey) == 1)
		return;
	EVP_MD_CTX_free(key->begun);
	key->begun = NULL;
}

const char *key_read(const json_t *jwk, struct key *key)
{
	const char *problem;

	memset(key, 0, sizeof(*key));
	if (!json_is_object(jwk))
		return "it is not a JSON object";
	problem = read_kid(jwk, key);
	if (problem == NULL)
		problem = read_members(jwk, key);
	if (problem != NULL)
		key_drop(key);
	else
		prepare(key);
	return problem;
}

void key_drop(struct key *key)
{
	EVP_MD_CTX_free(key->begun);
	EVP_PKEY_free(key->pkey);
	key->begun = NULL;
	key->pkey = NULL;
}
