/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Tokens by someone who has not got the service's private key, but everything else: the public
 * keys in every form, right answers about others, keys of his own. None may pass.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdio.h>

#include "base/base64url.h"
#include "expect.h"

#define COUNT 4

static const enum jws_algorithm algorithms[COUNT] = { JWS_ES256, JWS_PS256, JWS_RS256, JWS_EDDSA };
static const char *const kids[COUNT] = { "es", "ps", "rs", "ed" };
static struct signer *service[COUNT]; /* the pinned keys */
static struct signer *attacker[COUNT]; /* the same kids, but not in the set */
static struct key_set *keys;

static int set_up(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT; i++) {
		service[i] = signer_new(algorithms[i], kids[i]);
		attacker[i] = signer_new(algorithms[i], kids[i]);
	}
	keys = signer_key_set((const struct signer *const *)service, COUNT);
	return 0;
}

static int tear_down(void **state)
{
	(void)state;
	key_set_unref(keys);
	for (size_t i = 0; i < COUNT; i++) {
		signer_free(service[i]);
		signer_free(attacker[i]);
	}
	return 0;
}

static enum answer_check verify(const char *token)
{
	struct answer answer;

	return expect_octets(token, strlen(token), keys, &right_expectation, &answer);
}

static enum answer_check verify_and_free(char *token)
{
	enum answer_check failed = verify(token);

	free(token);
	return failed;
}

static char *right_payload(void)
{
	json_t *json = sign_claims_json(&right_claims);
	char *payload = json_dumps(json, JSON_COMPACT);

	json_decref(json);
	return payload;
}

/* A header with another alg or kid, and more members ("" or ",\"jwk\":..") behind. */
static char *input_with(const char *alg, const char *kid, const char *more)
{
	char header[4096], *payload = right_payload(), *input;

	(void)snprintf(header, sizeof(header),
		"{\"alg\":\"%s\",\"kid\":\"%s\",\"typ\":\"" ANSWER_TYP "\"%s}", alg, kid, more);
	input = sign_input(header, strlen(header), payload, strlen(payload));
	free(payload);
	return input;
}

static char *signed_by(const struct signer *signer, enum jws_algorithm algorithm, char *input)
{
	uint8_t signature[SIGN_MAX];
	size_t len = sign_octets(signer, algorithm, input, strlen(input), signature);
	char *token = sign_join(input, signature, len);

	free(input);
	return token;
}

/* All that follows fails for the forgery alone: the service's own tokens pass. */
static void test_right_answers_pass(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT; i++) {
		assert_int_equal(
			verify_and_free(sign_answer(service[i], &right_claims)), CHECK_NONE);
		assert_int_equal(
			verify_and_free(signed_by(service[i], algorithms[i],
				input_with(jws_algorithm_name(algorithms[i]), kids[i], ""))),
			CHECK_NONE);
	}
	assert_int_equal(
		verify_and_free(signed_by(service[3], JWS_EDDSA, input_with("EdDSA", "ed", ""))),
		CHECK_NONE);
}

static void test_none(void **state)
{
	static const char *const spellings[] = { "none", "None", "NONE", "nOnE", "NonE", "", " ",
		"none ", " none", "null", "no", "NULL", "\\u006eone", "n\\u00f8ne", "none\\n",
		"unsecured", "0" };
	static const char *const signatures[] = { "", "AA", "none", "e30" };

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(spellings) * COUNT; i++) {
		char *input = input_with(spellings[i / COUNT], kids[i % COUNT], "");

		for (size_t j = 0; j < ARRAY_LEN(signatures); j++) {
			char token[4096];

			(void)snprintf(token, sizeof(token), "%s.%s", input, signatures[j]);
			assert_int_equal(verify(token), CHECK_HEADER);
		}
		assert_int_equal(verify(input), CHECK_FORM); /* without the second dot */
		free(input);
	}
}

/* A token without a signature, or with another's, under a right header. */
static void test_unsigned(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT; i++) {
		char *input = input_with(jws_algorithm_name(algorithms[i]), kids[i], "");
		uint8_t octets[SIGN_MAX] = { 0 };

		assert_int_equal(verify_and_free(sign_join(input, "", 0)), CHECK_SIGNATURE);
		assert_int_equal(verify_and_free(sign_join(input, "\0", 1)), CHECK_SIGNATURE);
		assert_int_equal(verify_and_free(sign_join(input, octets, 64)), CHECK_SIGNATURE);
		assert_int_equal(verify_and_free(sign_join(input, octets, 256)), CHECK_SIGNATURE);
		free(input);
	}
}

struct secret {
	uint8_t *octets;
	size_t len;
};

static struct secret text_secret(const char *text)
{
	struct secret secret = { (uint8_t *)strdup(text), strlen(text) };

	assert_non_null(secret.octets);
	return secret;
}

static struct secret octets_secret(const json_t *jwk, const char *member)
{
	const char *text = json_string_value(json_object_get(jwk, member));
	struct secret secret = { malloc(SIGN_MAX), 0 };

	if (text != NULL)
		assert_true(
			base64url_decode(text, strlen(text), secret.octets, SIGN_MAX, &secret.len));
	return secret;
}

#define SECRETS 9

/* The public key in each form someone could have handed to an HMAC as its key. */
static void secrets_of(const struct signer *signer, struct secret secrets[SECRETS])
{
	json_t *jwk = signer_jwk(signer);
	char *text = json_dumps(jwk, JSON_COMPACT), *jwks;

	secrets[0].octets = signer_public(signer, true, &secrets[0].len);
	secrets[1].octets = signer_public(signer, true, &secrets[1].len);
	secrets[1].len--; /* without the last newline */
	secrets[2].octets = signer_public(signer, false, &secrets[2].len);
	secrets[3] = text_secret(text);
	secrets[4] = octets_secret(jwk, "n");
	secrets[5] = octets_secret(jwk, "x");
	secrets[6] = text_secret("");
	secrets[7] = text_secret(json_string_value(json_object_get(jwk, "kid")));
	jwks = sign_jwks_text(json_pack("[o]", jwk));
	secrets[8] = text_secret(jwks);
	free(jwks);
	free(text);
}

static void test_hmac_with_public_key(void **state)
{
	static const char *const names[] = { "HS256", "hs256", "HS384", "HS512", "HMAC", "ES256",
		"PS256", "RS256", "EdDSA" };

	(void)state;
	for (size_t i = 0; i < COUNT; i++) {
		struct secret secrets[SECRETS];

		secrets_of(service[i], secrets);
		for (size_t j = 0; j < SECRETS * ARRAY_LEN(names); j++) {
			const struct secret *secret = &secrets[j / ARRAY_LEN(names)];
			char *input = input_with(names[j % ARRAY_LEN(names)], kids[i], "");
			uint8_t mac[SIGN_MAX];
			size_t len =
				sign_hs256(secret->octets, secret->len, input, strlen(input), mac);
			enum answer_check failed = verify_and_free(sign_join(input, mac, len));

			if (strncmp(names[j % ARRAY_LEN(names)], "H", 1) == 0 ||
				names[j % ARRAY_LEN(names)][0] == 'h')
				assert_int_equal(failed, CHECK_HEADER);
			else
				assert_true(failed == CHECK_KEY || failed == CHECK_SIGNATURE);
			free(input);
		}
		for (size_t j = 0; j < SECRETS; j++)
			free(secrets[j].octets);
	}
}

/* The attacker's own key, under the service's kid or another, with and without company. */
static void test_own_key(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT; i++) {
		const char *name = jws_algorithm_name(algorithms[i]);
		json_t *jwk = signer_jwk(attacker[i]);
		char *text = json_dumps(jwk, JSON_COMPACT), more[3072];

		assert_int_equal(
			verify_and_free(sign_answer(attacker[i], &right_claims)), CHECK_SIGNATURE);
		assert_int_equal(verify_and_free(signed_by(
					 attacker[i], algorithms[i], input_with(name, "own", ""))),
			CHECK_KEY);
		(void)snprintf(more, sizeof(more), ",\"jwk\":%s", text);
		assert_int_equal(verify_and_free(signed_by(attacker[i], algorithms[i],
					 input_with(name, kids[i], more))),
			CHECK_HEADER);
		(void)snprintf(more, sizeof(more), ",\"kid\":%s", text); /* twice */
		assert_int_equal(verify_and_free(signed_by(attacker[i], algorithms[i],
					 input_with(name, kids[i], more))),
			CHECK_HEADER);
		free(text);
		json_decref(jwk);
	}
}

static void test_key_by_reference(void **state)
{
	static const char *const more[] = {
		",\"jku\":\"https://attacker.example/jwks.json\"",
		",\"x5u\":\"https://attacker.example/chain.pem\"",
		",\"x5c\":[\"MIIB\"]",
		",\"crit\":[\"jwk\"]",
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(more); i++) {
		assert_int_equal(verify_and_free(signed_by(attacker[0], JWS_ES256,
					 input_with("ES256", "es", more[i]))),
			CHECK_HEADER);
		/* Nor by the service itself: it has no business sending these. */
		assert_int_equal(verify_and_free(signed_by(service[0], JWS_ES256,
					 input_with("ES256", "es", more[i]))),
			CHECK_HEADER);
	}
}

/* The alg of one key, the kid of another, the signature of a third. */
static void test_mixed_up(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT * COUNT * COUNT; i++) {
		size_t alg = i % COUNT, kid = i / COUNT % COUNT, by = i / COUNT / COUNT;
		bool right = alg == kid && kid == by;
		enum answer_check failed = verify_and_free(signed_by(service[by], algorithms[by],
			input_with(jws_algorithm_name(algorithms[alg]), kids[kid], "")));

		assert_int_equal(failed, right        ? CHECK_NONE
					 : alg != kid ? CHECK_KEY
						      : CHECK_SIGNATURE);
	}
}

/* Segments of two right tokens of the same key, recombined. */
static void test_recombined(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT; i++) {
		struct sign_claims other = right_claims;
		char *parts[2][3], *tokens[2], token[4096];

		other.result = "no";
		other.reason = "no_match";
		tokens[0] = sign_answer(service[i], &right_claims);
		tokens[1] = sign_answer(service[i], &other);
		for (size_t j = 0; j < 2; j++) {
			char *save = NULL;

			assert_int_equal(verify(tokens[j]), CHECK_NONE);
			parts[j][0] = strtok_r(tokens[j], ".", &save);
			parts[j][1] = strtok_r(NULL, ".", &save);
			parts[j][2] = strtok_r(NULL, ".", &save);
		}
		(void)snprintf(
			token, sizeof(token), "%s.%s.%s", parts[1][0], parts[0][1], parts[1][2]);
		assert_int_equal(verify(token), CHECK_SIGNATURE);
		(void)snprintf(
			token, sizeof(token), "%s.%s.%s", parts[0][0], parts[1][1], parts[0][2]);
		assert_int_equal(verify(token), CHECK_SIGNATURE);
		(void)snprintf(
			token, sizeof(token), "%s.%s.%s", parts[0][1], parts[0][1], parts[0][2]);
		assert_int_equal(verify(token), CHECK_HEADER);
		free(tokens[0]);
		free(tokens[1]);
	}
}

/* Right answers to others: another person's, another operator's, another question's, an old one. */
static void test_replayed(void **state)
{
	static const struct {
		struct sign_claims claims;
		enum answer_check failed;
	} rows[] = {
		{ { .sbj = "c29tZWJvZHkgZWxzZSwgd2hvIG1heSBidXkgb25lISEhISE" }, CHECK_SUBJECT },
		{ { .aud = "https://other-operator.example" }, CHECK_AUDIENCE },
		{ { .txn = "0190b8a2-7d3e-7c3a-9a44-000000000000" }, CHECK_QUESTION },
		{ { .nonce = "AAAAAAAAAAAAAAAAAAAAAA" }, CHECK_QUESTION },
		{ { .iss = "https://id-test.example" }, CHECK_ISSUER },
		{ { .iat = NOW - 3601, .exp = NOW - 1 }, CHECK_TIME },
		{ { .iat = NOW + 3600, .exp = NOW + 7200 }, CHECK_TIME },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		const struct sign_claims *row = &rows[i].claims;
		struct sign_claims said = right_claims;

		said.sbj = row->sbj != NULL ? row->sbj : said.sbj;
		said.aud = row->aud != NULL ? row->aud : said.aud;
		said.txn = row->txn != NULL ? row->txn : said.txn;
		said.nonce = row->nonce != NULL ? row->nonce : said.nonce;
		said.iss = row->iss != NULL ? row->iss : said.iss;
		said.iat = row->iat != 0 ? row->iat : said.iat;
		said.exp = row->exp != 0 ? row->exp : said.exp;
		assert_int_equal(verify_and_free(sign_answer(service[0], &said)), rows[i].failed);
	}
}

/* What the service signs for another purpose with the same key is no answer. */
static void test_other_types(void **state)
{
	static const char *const types[] = { "JWT", "at+jwt", "token-introspection+jwt",
		"secevent+jwt", ("application/" ANSWER_TYP) };
	char *payload = right_payload();

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(types); i++) {
		char header[256];

		(void)snprintf(header, sizeof(header),
			"{\"alg\":\"ES256\",\"kid\":\"es\",\"typ\":\"%s\"}", types[i]);
		assert_int_equal(
			verify_and_free(sign_token(service[0], header, payload)), CHECK_HEADER);
	}
	free(payload);
}

/* A key that left the set vouches for nothing any more. */
static void test_rotated_away(void **state)
{
	struct key_set *rest = signer_key_set((const struct signer *const *)service + 1, COUNT - 1);
	char *token = sign_answer(service[0], &right_claims);
	struct answer answer;
	bool unknown_kid = false;

	(void)state;
	assert_int_equal(verify(token), CHECK_NONE);
	assert_int_equal(answer_verify(token, strlen(token), rest, &right_expectation, &answer,
				 &unknown_kid),
		CHECK_KEY);
	assert_true(unknown_kid);
	key_set_unref(rest);
	free(token);
}

/* RS256 counts only where the configuration has it. */
static void test_rs256_by_configuration(void **state)
{
	struct answer_expectation plain = right_expectation;
	struct answer answer;

	(void)state;
	plain.algorithms = JWS_DEFAULT_ALGORITHMS;
	for (size_t i = 0; i < COUNT; i++) {
		char *token = sign_answer(service[i], &right_claims);

		assert_int_equal(expect_octets(token, strlen(token), keys, &plain, &answer),
			algorithms[i] == JWS_RS256 ? CHECK_HEADER : CHECK_NONE);
		free(token);
	}
}

/* Each octet of a right token changed in each bit: none of it is another right token. */
static void test_every_bit_of_a_token(void **state)
{
	char *token = sign_answer(service[3], &right_claims);
	size_t len = strlen(token);
	struct answer answer;

	(void)state;
	for (size_t bit = 0; bit < len * 8; bit++) {
		token[bit / 8] = (char)(token[bit / 8] ^ 1 << bit % 8);
		assert_int_not_equal(
			expect_octets(token, len, keys, &right_expectation, &answer), CHECK_NONE);
		token[bit / 8] = (char)(token[bit / 8] ^ 1 << bit % 8);
	}
	for (size_t cut = 0; cut < len; cut++)
		assert_int_not_equal(
			expect_octets(token, cut, keys, &right_expectation, &answer), CHECK_NONE);
	assert_int_equal(expect_octets(token, len, keys, &right_expectation, &answer), CHECK_NONE);
	free(token);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_right_answers_pass),
		cmocka_unit_test(test_none),
		cmocka_unit_test(test_unsigned),
		cmocka_unit_test(test_hmac_with_public_key),
		cmocka_unit_test(test_own_key),
		cmocka_unit_test(test_key_by_reference),
		cmocka_unit_test(test_mixed_up),
		cmocka_unit_test(test_recombined),
		cmocka_unit_test(test_replayed),
		cmocka_unit_test(test_other_types),
		cmocka_unit_test(test_rotated_away),
		cmocka_unit_test(test_rs256_by_configuration),
		cmocka_unit_test(test_every_bit_of_a_token),
	};

	return cmocka_run_group_tests(tests, set_up, tear_down);
}
