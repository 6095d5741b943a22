/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Vectors made by other implementations: Wycheproof's raw signatures through jws_verify_raw(),
 * the examples of RFC 7515, 7520, 7638 and 8037 through jws_verify().
 *
 * `valid` must verify, `invalid` must not. `acceptable` (implementations may differ) is in none
 * of these files; a file that brings one fails here, so that someone decides it by its reason.
 * argv[1]: the folder of the vectors.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "answer/jws.h"
#include "base/base64url.h"
#include "load.h"

#define ALL_ALGORITHMS ((unsigned)(JWS_DEFAULT_ALGORITHMS | JWS_RS256))

static const char *folder;

struct tally {
	size_t run;
	size_t valid, invalid; /* what the vectors say */
	size_t groups_refused; /* keys that are not taken */
	size_t outside_policy; /* valid vectors of keys or algorithms that are not taken */
	size_t wrong;
};

/* malloc'd, so that a sanitizer sees a read past the end. */
static uint8_t *unhex(const char *hex, size_t *len)
{
	uint8_t *octets;
	size_t i;

	*len = strlen(hex) / 2;
	octets = malloc(*len > 0 ? *len : 1);
	assert_non_null(octets);
	for (i = 0; i < *len; i++) {
		unsigned value;

		assert_int_equal(sscanf(hex + 2 * i, "%2x", &value), 1);
		octets[i] = (uint8_t)value;
	}
	return octets;
}

/* base64url of hex digits, without leading zero octets if it is a number. */
static json_t *base64url_of(const char *hex, size_t hex_len, bool number)
{
	char digits[2048], text[2048];
	uint8_t *octets;
	size_t len;

	while (number && hex_len > 2 && strncmp(hex, "00", 2) == 0) {
		hex += 2;
		hex_len -= 2;
	}
	(void)snprintf(digits, sizeof(digits), "%.*s", (int)hex_len, hex);
	octets = unhex(digits, &len);
	base64url_encode(octets, len, text);
	free(octets);
	return json_string(text);
}

static json_t *ec_jwk(const json_t *group)
{
	const char *point = text_of(json_object_get(group, "publicKey"), "uncompressed");

	assert_int_equal(strlen(point), 130);
	return json_pack("{s:s, s:s, s:o, s:o}", "kty", "EC", "crv", "P-256", "x",
		base64url_of(point + 2, 64, false), "y", base64url_of(point + 66, 64, false));
}

static json_t *ed25519_jwk(const json_t *group)
{
	const char *pk = text_of(json_object_get(group, "publicKey"), "pk");

	return json_pack("{s:s, s:s, s:o}", "kty", "OKP", "crv", "Ed25519", "x",
		base64url_of(pk, strlen(pk), false));
}

static json_t *rsa_jwk(const json_t *group)
{
	const json_t *key = json_object_get(group, "publicKey");
	const char *n = text_of(key, "modulus"), *e = text_of(key, "publicExponent");

	assert_int_equal(json_integer_value(json_object_get(group, "sLen")), 32);
	assert_string_equal(text_of(group, "sha"), "SHA-256");
	assert_string_equal(text_of(group, "mgfSha"), "SHA-256");
	return json_pack("{s:s, s:o, s:o}", "kty", "RSA", "n", base64url_of(n, strlen(n), true),
		"e", base64url_of(e, strlen(e), true));
}

static struct key_set *set_of(json_t *jwk)
{
	json_t *document = json_pack("{s:[o]}", "keys", jwk);
	char *text = json_dumps(document, 0);
	struct key_set *set;

	assert_non_null(text);
	set = key_set_parse(text, strlen(text), NULL, NULL);
	free(text);
	json_decref(document);
	return set;
}

static bool is_valid(const json_t *vector)
{
	const char *result = text_of(vector, "result");

	if (strcmp(result, "valid") == 0)
		return true;
	if (strcmp(result, "invalid") != 0)
		fail_msg("vector %lld is \"%s\": decide it",
			json_integer_value(json_object_get(vector, "tcId")), result);
	return false;
}

static void count(struct tally *tally, const json_t *vector, bool accepted, bool in_policy)
{
	bool valid = is_valid(vector);

	tally->run++;
	tally->valid += valid;
	tally->invalid += !valid;
	tally->outside_policy += valid && !in_policy;
	if (accepted == (valid && in_policy))
		return;
	tally->wrong++;
	print_error("vector %lld (%s): %s\n",
		(long long)json_integer_value(json_object_get(vector, "tcId")),
		text_of(vector, "comment"), accepted ? "accepted" : "refused");
}

static void run_raw(const char *file, enum jws_algorithm algorithm,
	json_t *(*jwk_of)(const json_t *group), struct tally *tally)
{
	json_t *document = load(folder, file), *group, *vector;
	size_t i, j;

	json_array_foreach(json_object_get(document, "testGroups"), i, group)
	{
		struct key_set *set = set_of(jwk_of(group));

		tally->groups_refused += set == NULL;
		json_array_foreach(json_object_get(group, "tests"), j, vector)
		{
			size_t message_len, signature_len;
			uint8_t *message = unhex(text_of(vector, "msg"), &message_len);
			uint8_t *signature = unhex(text_of(vector, "sig"), &signature_len);

			count(tally, vector,
				set != NULL && jws_verify_raw(set, 0, algorithm, message,
						       message_len, signature, signature_len),
				set != NULL);
			free(message);
			free(signature);
		}
		key_set_unref(set);
	}
	assert_int_equal(
		tally->run, json_integer_value(json_object_get(document, "numberOfTests")));
	json_decref(document);
}

static void test_raw_vectors(void **state)
{
	struct tally ec = { 0 }, ed25519 = { 0 }, pss = { 0 };

	(void)state;
	run_raw("ecdsa_secp256r1_sha256_p1363_test.json", JWS_ES256, ec_jwk, &ec);
	assert_int_equal(ec.wrong, 0);
	assert_int_equal(ec.valid, 173);
	assert_int_equal(ec.invalid, 89);
	run_raw("ed25519_test.json", JWS_EDDSA, ed25519_jwk, &ed25519);
	assert_int_equal(ed25519.wrong, 0);
	assert_int_equal(ed25519.valid, 88);
	assert_int_equal(ed25519.invalid, 63);
	run_raw("rsa_pss_2048_sha256_mgf1_32_test.json", JWS_PS256, rsa_jwk, &pss);
	assert_int_equal(pss.wrong, 0);
	assert_int_equal(pss.valid, 63);
	assert_int_equal(pss.invalid, 45);
	assert_int_equal(ec.run + ed25519.run + pss.run, 521);
	/* Every key of these files is one that is taken, so no vector went by unlooked at. */
	assert_int_equal(ec.groups_refused + ed25519.groups_refused + pss.groups_refused, 0);
}

static bool token_verifies(const char *token, const struct key_set *set, struct span *payload)
{
	struct jws_rules rules = { .algorithms = ALL_ALGORITHMS, .kid_optional = true };
	struct jws_verified verified;
	char *copy = malloc(strlen(token) + 1);
	enum answer_check failed;

	assert_non_null(copy);
	memcpy(copy, token, strlen(token)); /* the '\0' is left out: nothing may count on it */
	failed = jws_verify(copy, strlen(token), set, &rules, &verified, NULL);
	free(copy);
	if (payload != NULL)
		*payload = (struct span){ (char *)verified.payload, verified.payload_len };
	else
		free(verified.payload);
	return failed == CHECK_NONE;
}

static json_t *public_part(const json_t *jwk)
{
	static const char *const secret[] = { "d", "p", "q", "dp", "dq", "qi" };
	json_t *copy = json_deep_copy(jwk);

	for (size_t i = 0; i < ARRAY_LEN(secret); i++)
		(void)json_object_del(copy, secret[i]);
	return copy;
}

/* What of the cookbook is verified here, and what is not for its algorithm. */
static void test_cookbook(void **state)
{
	static const struct {
		const char *file;
		bool key_taken, verifies;
	} rows[] = {
		{ "jose-cookbook/4_1.rsa_v15_signature.json", true, true }, /* RS256 */
		{ "jose-cookbook/4_2.rsa-pss_signature.json", true, false }, /* PS384 */
		{ "jose-cookbook/4_3.ecdsa_signature.json", false, false }, /* ES512, P-521 */
		{ "jose-cookbook/jws.json", true, true }, /* RFC 8037: EdDSA, no kid */
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		json_t *example = load(folder, rows[i].file);
		const json_t *input = json_object_get(example, "input");
		const char *token = text_of(json_object_get(example, "output"), "compact");
		struct key_set *set = set_of(public_part(json_object_get(input, "key")));
		struct span payload = { NULL, 0 };

		assert_int_equal(set != NULL, rows[i].key_taken);
		if (set != NULL)
			assert_int_equal(token_verifies(token, set, &payload), rows[i].verifies);
		if (rows[i].verifies)
			assert_string_equal(payload.data, text_of(input, "payload"));
		/* As published, with its private part, no key of these is taken. */
		assert_null(set_of(json_incref(json_object_get(input, "key"))));
		free((void *)(uintptr_t)payload.data);
		key_set_unref(set);
		json_decref(example);
	}
}

/* RFC 7515 appendix A.3 */
static void test_rfc7515_es256(void **state)
{
	const char *token = "eyJhbGciOiJFUzI1NiJ9."
			    "eyJpc3MiOiJqb2UiLA0KICJleHAiOjEzMDA4MTkzODAsDQogImh0dHA6Ly9leGFt"
			    "cGxlLmNvbS9pc19yb290Ijp0cnVlfQ."
			    "DtEhU3ljbEg8L38VWAfUAqOyKAM6-Xx-F4GawxaepmXFCgfTjDxw5djxLa8ISlSA"
			    "pmWQxfKTUJqPP3-Kg6NU1Q";
	struct key_set *set = set_of(json_pack("{s:s, s:s, s:s, s:s}", "kty", "EC", "crv", "P-256",
		"x", "f83OJ3D2xF1Bg8vub9tLe1gHMzV76e8Tus9uPHvRVEU", "y",
		"x_FEzRu9m36HLN_tue659LNpXW6pCyStikYjKIWI5a0"));

	(void)state;
	assert_non_null(set);
	assert_true(token_verifies(token, set, NULL));
	key_set_unref(set);
}

static void assert_thumbprint(json_t *jwk, const char *expected, const char *type)
{
	char text[BASE64URL_LEN(KEY_THUMBPRINT_LEN) + 1];
	struct key_set *set = set_of(jwk);

	assert_non_null(set);
	base64url_encode(key_set_info(set, 0).thumbprint, KEY_THUMBPRINT_LEN, text);
	assert_string_equal(text, expected);
	assert_string_equal(key_set_info(set, 0).type, type);
	assert_true(key_set_holds(set, key_set_info(set, 0).thumbprint));
	key_set_unref(set);
}

/* RFC 7638 section 3.1, RFC 8037 appendix A.3 */
static void test_thumbprints(void **state)
{
	(void)state;
	assert_thumbprint(json_pack("{s:s, s:s, s:s, s:s, s:s}", "kty", "RSA", "n",
				  "0vx7agoebGcQSuuPiLJXZptN9nndrQmbXEps2aiAFbWhM78LhWx4cbbfAAtVT86z"
				  "wu1RK7aPFFxu"
				  "hDR1L6tSoc_BJECPebWKRXjBZCiFV4n3oknjhMstn64tZ_2W-"
				  "5JsGY4Hc5n9yBXArwl93lqt7_RN"
				  "5w6Cf0h4QyQ5v-65YGjQR0_"
				  "FDW2QvzqY368QQMicAtaSqzs8KJZgnYb9c7d0zgdAZHzu6qMQvRL5"
				  "hajrn1n91CbOpbISD08qNLyrdkt-"
				  "bFTWhAI4vMQFh6WeZu0fM4lFd2NcRwr3XPksINHaQ-G_xBni"
				  "Iqbw0Ls1jF44-csFCur-kEgU8awapJzKnqDKgw",
				  "e", "AQAB", "alg", "RS256", "kid", "2011-04-29"),
		"NzbLsXh8uDCcd-6MNwXF4W_7noWXFZAfHkxZsRGC9Xs", "RSA 2048");
	assert_thumbprint(json_pack("{s:s, s:s, s:s}", "kty", "OKP", "crv", "Ed25519", "x",
				  "11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo"),
		"kPrK_qmxVWaYVA9wwBF6Iuo3vVzz7TxHCTwXBygrS4k", "OKP Ed25519");
}

int main(int argc, char **argv)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_raw_vectors),
		cmocka_unit_test(test_cookbook),
		cmocka_unit_test(test_rfc7515_es256),
		cmocka_unit_test(test_thumbprints),
	};

	if (argc != 2)
		return 2;
	folder = argv[1];
	return cmocka_run_group_tests(tests, NULL, NULL);
}
