/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdlib.h>
#include <string.h>

#include "answer/jwks.h"
#include "base/base64url.h"
#include "heard.h"
#include "sign.h"

enum base { EC, RSA, OKP, BASES };

static struct signer *signers[BASES];

static int make_signers(void **state)
{
	(void)state;
	signers[EC] = signer_new(JWS_ES256, "the-kid");
	signers[RSA] = signer_new(JWS_PS256, "the-kid");
	signers[OKP] = signer_new(JWS_EDDSA, "the-kid");
	return 0;
}

static int free_signers(void **state)
{
	(void)state;
	for (size_t i = 0; i < BASES; i++)
		signer_free(signers[i]);
	return 0;
}

static struct key_set *parse(json_t *keys, struct heard *heard)
{
	struct reporter reporter = hearing(heard);
	char *text = sign_jwks_text(keys);
	struct key_set *set = key_set_parse(text, strlen(text), "jwks.json", &reporter);

	free(text);
	return set;
}

#define RSA_BOTH (JWS_PS256 | JWS_RS256)

/* Members laid over a good key; "-": taken away. */
static const struct row {
	enum base base;
	const char *members;
	unsigned algorithms; /* 0: left out .. */
	const char *because; /* .. with this in the warning */
} rows[] = {
	{ EC, "{}", JWS_ES256, NULL },
	{ RSA, "{}", JWS_PS256, NULL },
	{ OKP, "{}", JWS_EDDSA, NULL },
	{ EC, "{'more':{'a':[1,2.5]},'x5c':['AA=='],'x5u':'http://x/'}", JWS_ES256, NULL },
	/* alg */
	{ EC, "{'alg':'-'}", JWS_ES256, NULL },
	{ RSA, "{'alg':'-'}", RSA_BOTH, NULL },
	{ OKP, "{'alg':'-'}", JWS_EDDSA, NULL },
	{ RSA, "{'alg':'RS256'}", JWS_RS256, NULL },
	{ OKP, "{'alg':'EdDSA'}", JWS_EDDSA, NULL },
	{ OKP, "{'alg':'Ed25519'}", JWS_EDDSA, NULL },
	{ OKP, "{'alg':'Ed448'}", 0, "its alg" },
	{ RSA, "{'alg':'PS384'}", 0, "its alg" },
	{ RSA, "{'alg':'RS512'}", 0, "its alg" },
	{ RSA, "{'alg':'ES256'}", 0, "its alg" },
	{ RSA, "{'alg':'RSA-OAEP'}", 0, "its alg" },
	{ EC, "{'alg':'PS256'}", 0, "its alg" },
	{ EC, "{'alg':'ES384'}", 0, "its alg" },
	{ EC, "{'alg':'es256'}", 0, "its alg" },
	{ EC, "{'alg':'HS256'}", 0, "its alg" },
	{ EC, "{'alg':'none'}", 0, "its alg" },
	{ EC, "{'alg':''}", 0, "its alg" },
	{ EC, "{'alg':null}", JWS_ES256, NULL },
	{ EC, "{'alg':['ES256']}", 0, "its alg" },
	/* use and key_ops */
	{ EC, "{'use':'-'}", JWS_ES256, NULL },
	{ EC, "{'use':'enc'}", 0, "its use" },
	{ EC, "{'use':'SIG'}", 0, "its use" },
	{ EC, "{'use':''}", 0, "its use" },
	{ EC, "{'use':null}", JWS_ES256, NULL },
	{ EC, "{'use':['sig']}", 0, "its use" },
	{ EC, "{'key_ops':['verify']}", JWS_ES256, NULL },
	{ EC, "{'key_ops':['sign','verify'],'use':'-'}", JWS_ES256, NULL },
	{ EC, "{'key_ops':['sign']}", 0, "key_ops" },
	{ EC, "{'key_ops':['encrypt']}", 0, "key_ops" },
	{ EC, "{'key_ops':[]}", 0, "key_ops" },
	{ EC, "{'key_ops':'verify'}", 0, "key_ops" },
	{ EC, "{'key_ops':['verify',1]}", 0, "key_ops" },
	{ EC, "{'key_ops':null}", JWS_ES256, NULL },
	{ EC, "{'key_ops':['verify'],'use':'enc'}", 0, "its use" },
	/* private and symmetric members, whatever they hold */
	{ EC, "{'d':'AA'}", 0, "private" },
	{ EC, "{'d':null}", 0, "private" },
	{ OKP, "{'d':'AA'}", 0, "private" },
	{ RSA, "{'d':'AA'}", 0, "private" },
	{ RSA, "{'p':'AA'}", 0, "private" },
	{ RSA, "{'q':'AA'}", 0, "private" },
	{ RSA, "{'dp':'AA'}", 0, "private" },
	{ RSA, "{'dq':'AA'}", 0, "private" },
	{ RSA, "{'qi':'AA'}", 0, "private" },
	{ RSA, "{'oth':[]}", 0, "private" },
	{ EC, "{'k':'AA'}", 0, "private" },
	{ EC, "{'kty':'oct','k':'AAAA','alg':'HS256'}", 0, "private" },
	/* kty and crv */
	{ EC, "{'kty':'oct'}", 0, "kty" },
	{ EC, "{'kty':'ec'}", 0, "kty" },
	{ EC, "{'kty':'-'}", 0, "kty" },
	{ EC, "{'kty':1}", 0, "kty" },
	{ EC, "{'kty':'RSA'}", 0, "n is not" },
	{ EC, "{'kty':'OKP'}", 0, "curve" },
	{ EC, "{'crv':'-'}", 0, "curve" },
	{ EC, "{'crv':'P-384'}", 0, "curve" },
	{ EC, "{'crv':'p-256'}", 0, "curve" },
	{ EC, "{'crv':'secp256k1'}", 0, "curve" },
	{ EC, "{'crv':256}", 0, "curve" },
	{ OKP, "{'crv':'X25519'}", 0, "curve" },
	{ OKP, "{'crv':'Ed448'}", 0, "curve" },
	{ OKP, "{'crv':'P-256'}", 0, "curve" },
	/* coordinates: 31, 33 and no octets, padding, the other alphabet, trailing bits, types */
	{ EC, "{'x':'-'}", 0, "x and y" },
	{ EC, "{'y':'-'}", 0, "x and y" },
	{ EC, "{'x':''}", 0, "x and y" },
	{ EC, "{'x':1}", 0, "x and y" },
	{ EC, "{'x':'AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA'}", 0, "x and y" },
	{ EC, "{'x':'AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA'}", 0, "x and y" },
	{ EC, "{'x':'AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA='}", 0, "x and y" },
	{ EC, "{'x':'AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAB'}", 0, "x and y" },
	{ EC, "{'x':'//AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA'}", 0, "x and y" },
	{ EC, "{'x':'AAAAAAAAAAAAAAAAAAAAA AAAAAAAAAAAAAAAAAAAAA'}", 0, "x and y" },
	/* no point: a coordinate changed, (0, 0), and one beyond the field's prime */
	{ EC, "{'x':'AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA'}", 0, "no point" },
	{ EC,
		"{'x':'AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA',"
		"'y':'AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA'}",
		0, "no point" },
	{ EC, "{'x':'__________________________________________8'}", 0, "no point" },
	{ OKP, "{'x':'-'}", 0, "x is not" },
	{ OKP, "{'x':'AAAA'}", 0, "x is not" },
	{ OKP, "{'x':'AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA'}", 0, "x is not" },
	{ OKP, "{'x':'AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA'}", 0, "small order" },
	{ OKP, "{'x':'AgAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA'}", 0, "no point" },
	/* RSA: exponents 0, 1, 2, 65536, 65537 with a zero before it, of 72 bits; no modulus */
	{ RSA, "{'e':'Aw'}", JWS_PS256, NULL },
	{ RSA, "{'e':'-'}", 0, "e is not" },
	{ RSA, "{'e':''}", 0, "e is not" },
	{ RSA, "{'e':65537}", 0, "e is not" },
	{ RSA, "{'e':'AQAB='}", 0, "e is not" },
	{ RSA, "{'e':'AA'}", 0, "zero octet" },
	{ RSA, "{'e':'AQ'}", 0, "its exponent" },
	{ RSA, "{'e':'Ag'}", 0, "its exponent" },
	{ RSA, "{'e':'AQAA'}", 0, "its exponent" },
	{ RSA, "{'e':'AAEAAQ'}", 0, "zero octet" },
	{ RSA, "{'e':'AQAAAAAAAAAB'}", 0, "64 bits" },
	{ RSA, "{'n':'-'}", 0, "n is not" },
	{ RSA, "{'n':''}", 0, "n is not" },
	{ RSA, "{'n':'AQAB'}", 0, "its modulus" },
	/* kid */
	{ EC, "{'kid':''}", 0, "its kid" },
	{ EC, "{'kid':7}", 0, "its kid" },
	{ EC, "{'kid':null}", JWS_ES256, NULL },
};

static void test_members(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		const struct row *row = &rows[i];
		struct heard heard;
		struct key_set *set =
			parse(json_pack("[o]",
				      sign_laid_over(signer_jwk(signers[row->base]), row->members)),
				&heard);

		if ((set != NULL) != (row->algorithms != 0))
			fail_msg("row %zu: %s: %s", i, row->members, heard.text);
		if (set != NULL) {
			assert_int_equal(key_set_info(set, 0).algorithms, row->algorithms);
			assert_int_equal(heard.warnings + heard.errors, 0);
		} else {
			assert_int_equal(heard.warnings, 1);
			assert_int_equal(heard.errors, 1);
			if (strstr(heard.text, row->because) == NULL)
				fail_msg("row %zu: %s: %s", i, row->members, heard.text);
		}
		key_set_unref(set);
	}
}

/* A modulus of so many bits: all ones, or even, or with a zero octet before it. */
static bool takes_modulus(unsigned bits, bool even, bool zero_before, const char *type)
{
	uint8_t octets[1100] = { 0 };
	char text[BASE64URL_LEN(sizeof(octets)) + 1];
	size_t len = (bits + 7) / 8 + zero_before;
	struct key_set *set;
	struct heard heard;

	memset(octets + zero_before, 0xff, len - zero_before);
	if (bits % 8 != 0)
		octets[zero_before] = (uint8_t)(0xff >> (8 - bits % 8));
	if (even)
		octets[len - 1] = 0xfe;
	base64url_encode(octets, len, text);
	set = parse(json_pack("[{s:s, s:s, s:s}]", "kty", "RSA", "n", text, "e", "AQAB"), &heard);
	if (set == NULL)
		return false;
	assert_string_equal(key_set_info(set, 0).type, type);
	key_set_unref(set);
	return true;
}

static void test_modulus(void **state)
{
	(void)state;
	assert_false(takes_modulus(1024, false, false, NULL));
	assert_false(takes_modulus(2040, false, false, NULL));
	assert_false(takes_modulus(2047, false, false, NULL));
	assert_true(takes_modulus(2048, false, false, "RSA 2048"));
	assert_true(takes_modulus(2049, false, false, "RSA 2049"));
	assert_true(takes_modulus(4096, false, false, "RSA 4096"));
	assert_true(takes_modulus(8192, false, false, "RSA 8192"));
	assert_false(takes_modulus(8193, false, false, NULL));
	assert_false(takes_modulus(8200, false, false, NULL));
	assert_false(takes_modulus(2048, true, false, NULL));
	assert_false(takes_modulus(2048, false, true, NULL));
	assert_false(takes_modulus(8192, false, true, NULL));
}

/* What is wrong with the document as a whole; nothing is left over from it. */
static void test_documents(void **state)
{
	static const struct {
		const char *text;
		const char *because;
	} documents[] = {
		{ "", "is empty: a JWK Set" },
		{ "{", "not a JWK Set" },
		{ "[]", "not a JWK Set" },
		{ "null", "not a JWK Set" },
		{ "{\"keys\":[],\"keys\":[]}", "duplicate" },
		{ "{\"keys\":[{\"kid\":\"a\",\"kid\":\"b\"}]}", "duplicate" },
		{ "{\"keys\":[[[[[[[[[[[[[[[[[[[]]]]]]]]]]]]]]]]]]]}", "too deep" },
		{ "{}", "no array \"keys\"" },
		{ "{\"keys\":{}}", "no array \"keys\"" },
		{ "{\"keys\":null}", "no array \"keys\"" },
		{ "{\"kty\":\"EC\",\"crv\":\"P-256\"}", "no array \"keys\"" },
		{ "{\"keys\":[]}", "no usable key" },
		{ "{\"keys\":[1]}", "not a JSON object" },
		{ "{\"keys\":[null,\"a\",[]]}", "no usable key" },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(documents); i++) {
		struct heard heard;
		struct reporter reporter = hearing(&heard);

		assert_null(key_set_parse(
			documents[i].text, strlen(documents[i].text), "f", &reporter));
		assert_int_equal(heard.errors, 1);
		if (strstr(heard.text, documents[i].because) == NULL)
			fail_msg("document %zu: %s", i, heard.text);
	}
}

/* A set that says "no key" is no fault; what cannot be read says nothing. */
static void test_empty_set(void **state)
{
	static const char *const faults[] = { "", " \r\n", "{\"keys\":[]", "{}", "[]",
		"{\"keys\":{}}" };
	static const char none[] = "{\"keys\":[]}", other[] = "{\"keys\":[{\"kty\":\"new\"}]}";
	struct heard heard;
	struct reporter reporter = hearing(&heard);
	struct key_set *set = key_set_read(none, strlen(none), "f", &reporter);

	(void)state;
	assert_non_null(set);
	assert_int_equal(key_set_count(set), 0);
	assert_int_equal(heard.errors + heard.warnings, 0);
	key_set_unref(set);
	set = key_set_read(other, strlen(other), "f", &reporter);
	assert_non_null(set);
	assert_int_equal(key_set_count(set), 0);
	assert_int_equal(heard.warnings, 1);
	key_set_unref(set);
	assert_null(key_set_parse(none, strlen(none), "f", &reporter));
	assert_non_null(strstr(heard.text, "no usable key"));
	for (size_t i = 0; i < ARRAY_LEN(faults); i++) {
		reporter = hearing(&heard);
		assert_null(key_set_read(faults[i], strlen(faults[i]), "f", &reporter));
		assert_int_equal(heard.errors, 1);
		assert_int_equal(strstr(heard.text, "is empty: a JWK Set") != NULL, i < 2);
	}
}

static void test_size(void **state)
{
	struct heard heard;
	struct reporter reporter = hearing(&heard);
	json_t *keys = json_pack("[o]", signer_jwk(signers[EC]));
	char *text = sign_jwks_text(keys), *padded = malloc(JWKS_MAX_LEN + 1);
	struct key_set *set;

	(void)state;
	assert_non_null(padded);
	memset(padded, ' ', JWKS_MAX_LEN + 1);
	memcpy(padded, text, strlen(text));
	set = key_set_parse(padded, JWKS_MAX_LEN, "f", &reporter);
	assert_non_null(set);
	key_set_unref(set);
	assert_null(key_set_parse(padded, JWKS_MAX_LEN + 1, "f", &reporter));
	assert_non_null(strstr(heard.text, "longer than 65536"));
	free(padded);
	free(text);
}

static json_t *with_kid(const struct signer *signer, const char *kid)
{
	json_t *jwk = signer_jwk(signer);

	if (kid == NULL)
		(void)json_object_del(jwk, "kid");
	else
		(void)json_object_set_new(jwk, "kid", json_string(kid));
	return jwk;
}

static void test_mixed_set(void **state)
{
	struct heard heard;
	struct key_set *set;

	(void)state;
	set = parse(json_pack("[o, o, {s:s, s:s}, o, o]", with_kid(signers[EC], "ec"),
			    sign_laid_over(signer_jwk(signers[EC]), "{'kid':'crypt','use':'enc'}"),
			    "kid", "odd", "kty", "new", with_kid(signers[RSA], NULL),
			    with_kid(signers[OKP], "ed")),
		&heard);
	assert_non_null(set);
	assert_int_equal(key_set_count(set), 3);
	assert_int_equal(heard.warnings, 2);
	assert_int_equal(heard.errors, 0);
	assert_non_null(strstr(heard.text, "key \"crypt\" is left out: its use"));
	assert_non_null(strstr(heard.text, "key \"odd\" is left out: its kty"));
	assert_string_equal(key_set_info(set, 0).kid, "ec");
	assert_string_equal(key_set_info(set, 0).type, "EC P-256");
	assert_string_equal(key_set_info(set, 1).kid, "");
	assert_string_equal(key_set_info(set, 1).type, "RSA 2048");
	assert_string_equal(key_set_info(set, 2).kid, "ed");
	assert_string_equal(key_set_info(set, 2).type, "OKP Ed25519");
	assert_string_equal(key_set_info(set, 3).kid, "");
	assert_int_equal(key_set_info(set, 3).algorithms, 0);
	key_set_unref(set);
}

static void test_repeated_kid(void **state)
{
	struct heard heard;
	struct key_set *set;

	(void)state;
	/* Different keys: a kid that names two names none. */
	set = parse(json_pack("[o, o, o]", with_kid(signers[EC], "a"), with_kid(signers[RSA], "b"),
			    with_kid(signers[OKP], "a")),
		&heard);
	assert_int_equal(key_set_count(set), 1);
	assert_string_equal(key_set_info(set, 0).kid, "b");
	assert_int_equal(heard.warnings, 2);
	assert_non_null(strstr(heard.text, "key \"a\" is left out: another key"));
	key_set_unref(set);
	/* The same key again is no question of which. */
	set = parse(
		json_pack("[o, o, o, o]", with_kid(signers[EC], "a"), with_kid(signers[RSA], "b"),
			with_kid(signers[EC], "a"), with_kid(signers[EC], "a")),
		&heard);
	assert_int_equal(key_set_count(set), 2);
	assert_int_equal(heard.warnings, 2);
	key_set_unref(set);
	/* Both at once, in every order. */
	assert_null(parse(json_pack("[o, o, o]", with_kid(signers[EC], "a"),
				  with_kid(signers[EC], "a"), with_kid(signers[OKP], "a")),
		&heard));
	assert_null(parse(json_pack("[o, o, o]", with_kid(signers[EC], "a"),
				  with_kid(signers[OKP], "a"), with_kid(signers[EC], "a")),
		&heard));
	assert_null(parse(json_pack("[o, o, o]", with_kid(signers[OKP], "a"),
				  with_kid(signers[EC], "a"), with_kid(signers[EC], "a")),
		&heard));
	/* A key that is left out for itself takes no kid away. */
	set = parse(json_pack("[o, o]", with_kid(signers[EC], "the-kid"),
			    sign_laid_over(signer_jwk(signers[RSA]), "{'use':'enc'}")),
		&heard);
	assert_int_equal(key_set_count(set), 1);
	key_set_unref(set);
	/* Several keys without a kid are no repetition. */
	set = parse(json_pack("[o, o]", with_kid(signers[EC], NULL), with_kid(signers[RSA], NULL)),
		&heard);
	assert_int_equal(key_set_count(set), 2);
	key_set_unref(set);
}

static void test_kid_bounds(void **state)
{
	char kid[KEY_ID_MAX + 2];
	struct key_set *set;
	struct heard heard;

	(void)state;
	memset(kid, 'k', sizeof(kid));
	kid[KEY_ID_MAX + 1] = '\0';
	assert_null(parse(json_pack("[o]", with_kid(signers[EC], kid)), &heard));
	assert_non_null(strstr(heard.text, "longer than 128"));
	kid[KEY_ID_MAX] = '\0';
	set = parse(json_pack("[o]", with_kid(signers[EC], kid)), &heard);
	assert_string_equal(key_set_info(set, 0).kid, kid);
	key_set_unref(set);
	/* A log line stays one line, whatever a kid holds. */
	assert_null(parse(json_pack("[{s:s}]", "kid", "a\nb\033[2J\xc2\x85"), &heard));
	assert_non_null(strstr(heard.text, "key \"a?b?[2J??\" is left out"));
}

static struct key_set *many(unsigned from, unsigned count, struct heard *heard)
{
	json_t *keys = json_array();
	char kid[16];

	for (unsigned i = 0; i < count; i++) {
		(void)snprintf(kid, sizeof(kid), "k%u", from + i);
		(void)json_array_append_new(keys, with_kid(signers[OKP], kid));
	}
	return parse(keys, heard);
}

static void test_count_bound(void **state)
{
	struct key_set *set, *other;
	struct heard heard;

	(void)state;
	set = many(0, KEY_SET_MAX, &heard);
	assert_int_equal(key_set_count(set), KEY_SET_MAX);
	assert_int_equal(heard.warnings, 0);
	other = many(40, KEY_SET_MAX + 3, &heard);
	assert_int_equal(key_set_count(other), KEY_SET_MAX);
	assert_int_equal(heard.warnings, 1);
	key_set_unref(other);
	key_set_unref(set);
}

static void test_references(void **state)
{
	struct key_set *set;
	struct heard heard;

	(void)state;
	key_set_unref(NULL);
	set = parse(json_pack("[o]", signer_jwk(signers[EC])), &heard);
	assert_ptr_equal(key_set_ref(set), set);
	key_set_unref(set);
	assert_int_equal(key_set_count(set), 1); /* the sanitizer sees whether it is still there */
	key_set_unref(set);
}

static void test_names(void **state)
{
	static const struct {
		const char *name;
		enum jws_algorithm algorithm;
	} names[] = {
		{ "ES256", JWS_ES256 },
		{ "PS256", JWS_PS256 },
		{ "RS256", JWS_RS256 },
		{ "EdDSA", JWS_EDDSA },
		{ "Ed25519", JWS_EDDSA },
		{ "", JWS_NO_ALGORITHM },
		{ "none", JWS_NO_ALGORITHM },
		{ "HS256", JWS_NO_ALGORITHM },
		{ "es256", JWS_NO_ALGORITHM },
		{ "ES256 ", JWS_NO_ALGORITHM },
		{ "ES25", JWS_NO_ALGORITHM },
		{ "ES2560", JWS_NO_ALGORITHM },
		{ "ES256K", JWS_NO_ALGORITHM },
		{ "Ed448", JWS_NO_ALGORITHM },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(names); i++)
		assert_int_equal(jws_algorithm_of_name(names[i].name), names[i].algorithm);
	assert_string_equal(jws_algorithm_name(JWS_ES256), "ES256");
	assert_string_equal(jws_algorithm_name(JWS_PS256), "PS256");
	assert_string_equal(jws_algorithm_name(JWS_RS256), "RS256");
	assert_string_equal(jws_algorithm_name(JWS_EDDSA), "Ed25519");
	assert_int_equal(jws_algorithm_of_name(jws_algorithm_name(JWS_NO_ALGORITHM)), 0);
	assert_int_equal(JWS_DEFAULT_ALGORITHMS & JWS_RS256, 0);
}

/* The curves and sizes that are real keys, but not ours. */
static void test_other_keys(void **state)
{
	struct signer *others[] = {
		signer_new_ec("P-384", "p384"),
		signer_new_ec("P-521", "p521"),
		signer_new_rsa(JWS_PS256, "short", 1024, 65537),
	};
	struct signer *three = signer_new_rsa(JWS_RS256, "three", 2048, 3);
	struct key_set *set;
	struct heard heard;

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(others); i++) {
		assert_null(parse(json_pack("[o]", signer_jwk(others[i])), &heard));
		signer_free(others[i]);
	}
	set = parse(json_pack("[o]", signer_jwk(three)), &heard);
	assert_non_null(set);
	key_set_unref(set);
	signer_free(three);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_members),
		cmocka_unit_test(test_modulus),
		cmocka_unit_test(test_documents),
		cmocka_unit_test(test_empty_set),
		cmocka_unit_test(test_size),
		cmocka_unit_test(test_mixed_set),
		cmocka_unit_test(test_repeated_kid),
		cmocka_unit_test(test_kid_bounds),
		cmocka_unit_test(test_count_bound),
		cmocka_unit_test(test_references),
		cmocka_unit_test(test_names),
		cmocka_unit_test(test_other_keys),
	};

	return cmocka_run_group_tests(tests, make_signers, free_signers);
}
