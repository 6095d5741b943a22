/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Keys that should not be taken, or not for this: a right token of each of their owners.
 */
#include "differential.h"

#include "base/base64url.h"

/* {'use':'enc'} laid over the JWK of a right key (sign.h). */
static const struct {
	const char *family;
	enum jws_algorithm algorithm; /* that is signed with */
	const char *members;
} rows[] = {
	{ "right key", JWS_ES256, "{'alg':'-'}" },
	{ "right key", JWS_PS256, "{'alg':'-'}" },
	{ "right key", JWS_RS256, "{'alg':'-'}" },
	{ "right key", JWS_EDDSA, "{'alg':'-'}" },
	{ "right key", JWS_ES256, "{'use':'-','key_ops':['verify']}" },
	{ "right key", JWS_RS256, "{'use':'-','key_ops':['sign','verify']}" },
	{ "key for encryption", JWS_ES256, "{'use':'enc'}" },
	{ "key for encryption", JWS_PS256, "{'use':'enc'}" },
	{ "key for encryption", JWS_ES256, "{'use':1}" },
	{ "key_ops without verify", JWS_ES256, "{'use':'-','key_ops':['encrypt']}" },
	{ "key_ops without verify", JWS_RS256, "{'use':'-','key_ops':['sign']}" },
	{ "key_ops without verify", JWS_ES256, "{'use':'-','key_ops':[]}" },
	{ "key for another alg", JWS_PS256, "{'alg':'RS256'}" },
	{ "key for another alg", JWS_RS256, "{'alg':'PS256'}" },
	{ "key for another alg", JWS_PS256, "{'alg':'RSA-OAEP'}" },
	{ "key for another alg", JWS_RS256, "{'alg':'RS512'}" },
	{ "key for another alg", JWS_ES256, "{'alg':'ECDH-ES'}" },
	{ "key for another alg", JWS_ES256, "{'alg':'ES384'}" },
	{ "key for another alg", JWS_ES256, "{'alg':'HS256'}" },
	{ "key for another alg", JWS_ES256, "{'alg':'none'}" },
	{ "secret in a public key", JWS_ES256, "{'k':'AAAA'}" },
	{ "even exponent", JWS_RS256, "{'e':'AQAA'}" },
	{ "exponent 1", JWS_RS256, "{'e':'AQ'}" },
	{ "no point of the curve", JWS_ES256,
		"{'y':'AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA'}" },
	{ "other curve", JWS_ES256, "{'crv':'P-384'}" },
	{ "other curve", JWS_ES256, "{'crv':'secp256k1'}" },
	{ "other kty", JWS_ES256, "{'kty':'RSA'}" },
	{ "other kty", JWS_ES256, "{'kty':'oct'}" },
	{ "other kty", JWS_EDDSA, "{'kty':'EC'}" },
};

/* Making an RSA key takes long. Borrowed. */
static struct signer *owner_of(enum jws_algorithm algorithm)
{
	for (size_t i = 0; i < SUBJECTS; i++) {
		if (subjects[i].algorithm == algorithm)
			return subjects[i].signer;
	}
	fail();
	return NULL;
}

static char *token_of(const struct subject *subject)
{
	return signed_text(subject, input_of(subject, NULL));
}

/* A coordinate with a zero octet before it (RFC 7518 section 6.2.1.2 demands the very length). */
static void compare_long_coordinate(void)
{
	struct signer *signer = signer_new(JWS_ES256, COMPARE_KID);
	json_t *jwk = signer_jwk(signer);
	const char *x = json_string_value(json_object_get(jwk, "x"));
	uint8_t octets[33] = { 0 };
	struct subject subject;
	char text[64];
	size_t len;

	assert_true(base64url_decode(x, strlen(x), octets + 1, 32, &len));
	base64url_encode(octets, sizeof(octets), text);
	assert_int_equal(json_object_set_new(jwk, "x", json_string(text)), 0);
	subject = subject_of_jwk(JWS_ES256, signer, jwk);
	compare(&subject, "long coordinate", token_of(&subject));
	subject_drop(&subject);
}

/* RSA and EC keys of other sizes. */
static void compare_sizes(void)
{
	static const struct {
		const char *family;
		unsigned bits;
		unsigned long exponent;
		bool right;
	} sizes[] = {
		{ "weak RSA", 1024, 65537, false },
		{ "weak RSA", 1536, 65537, false },
		{ "weak RSA", 2040, 65537, false },
		{ "right key", 2048, 3, true },
		{ "right key", 3072, 65537, true },
		{ "right key", 2056, 4294967291, true },
	};
	struct signer *signer;
	struct subject subject;

	for (size_t i = 0; i < ARRAY_LEN(sizes); i++) {
		enum jws_algorithm algorithm = i % 2 == 0 ? JWS_RS256 : JWS_PS256;

		signer = signer_new_rsa(algorithm, COMPARE_KID, sizes[i].bits, sizes[i].exponent);
		subject = subject_of_jwk(algorithm, signer, signer_jwk(signer));
		if (sizes[i].right)
			compare_right(&subject, sizes[i].family, token_of(&subject));
		else
			compare(&subject, sizes[i].family, token_of(&subject));
		subject_drop(&subject);
	}
	signer = signer_new_ec("P-384", COMPARE_KID);
	subject = subject_of_jwk(JWS_ES256, signer, signer_jwk(signer));
	compare(&subject, "other curve", token_of(&subject));
	subject_drop(&subject);
}

void test_keys(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		struct signer *signer = owner_of(rows[i].algorithm);
		json_t *jwk = sign_laid_over(signer_jwk(signer), rows[i].members);
		struct subject subject = subject_of_jwk(rows[i].algorithm, signer, jwk);

		if (strcmp(rows[i].family, "right key") == 0)
			compare_right(&subject, rows[i].family, token_of(&subject));
		else
			compare(&subject, rows[i].family, token_of(&subject));
		subject.signer = NULL;
		subject_drop(&subject);
	}
	compare_long_coordinate();
	compare_sizes();
}
