/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Vectors made by other implementations: Wycheproof's raw signatures through jws_verify_raw(),
 * its JWS tokens and the examples of RFC 7515, 7520, 7638 and 8037 through jws_verify().
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

#define ALL_ALGORITHMS ((unsigned)(JWS_DEFAULT_ALGORITHMS | JWS_RS256))

static const char *folder;

struct tally {
	size_t run;
	size_t valid, invalid; /* what the vectors say */
	size_t groups_refused; /* keys that are not taken */
	size_t outside_policy; /* valid vectors of keys or algorithms that are not taken */
	size_t wrong;
};

static json_t *load(const char *name)
{
	json_error_t error;
	char path[4096];
	json_t *json;

	(void)snprintf(path, sizeof(path), "%s/%s", folder, name);
	json = json_load_file(path, 0, &error);
	if (json == NULL)
		fail_msg("%s:%d: %s", path, error.line, error.text);
	return json;
}

static const char *text_of(const json_t *object, const char *name)
{
	const char *text = json_string_value(json_object_get(object, name));

	if (text == NULL)
		fail_msg("no %s", name);
	return text;
}

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
		fail_msg("vector %lld is \"%s\": decide it", json_integer_value(
			json_object_get(vector, "tcId")), result);
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
	json_t *document = load(file), *group, *vector;
	size_t i, j;

	json_array_foreach(json_object_get(document, "testGroups"), i, group) {
		struct key_set *set = set_of(jwk_of(group));

		tally->groups_refused += set == NULL;
		json_array_foreach(json_object_get(group, "tests"), j, vector) {
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
	assert_int_equal(tally->run, json_integer_value(json_object_get(document,
		"numberOfTests")));
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

int main(int argc, char **argv)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_raw_vectors),
	};

	if (argc != 2)
		return 2;
	folder = argv[1];
	return cmocka_run_group_tests(tests, NULL, NULL);
}
