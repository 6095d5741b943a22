/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Claims behind a genuine signature: the fuzzer writes the header and payload of a service that
 * signs anything. What passes says, on a second reading here, just what was asked and no more.
 * The input is the header, '\n', and the payload; a header of no octets stands for the right one.
 */
#include "answer/strict_json.h"
#include "fuzz.h"
#include "question.h"
#include "sign.h"

static struct signer *signer;
static struct key_set *keys;
static char *right_header;

int LLVMFuzzerInitialize(int *argc, char ***argv)
{
	(void)argc;
	(void)argv;
	signer = signer_new(JWS_EDDSA, "ed");
	keys = signer_key_set((const struct signer *const *)&signer, 1);
	right_header = sign_header(signer);
	return 0;
}

static bool says(const json_t *object, const char *name, const char *value)
{
	const char *text = strict_json_text(object, name);

	return text != NULL && strcmp(text, value) == 0;
}

static void says_what_was_asked(const char *payload, size_t len, const struct answer *answer)
{
	json_t *claims = strict_json_object(payload, len, NULL);
	const json_t *sim_sale = json_object_get(claims, "sim_sale");
	json_int_t iat = json_integer_value(json_object_get(claims, "iat"));
	json_int_t exp = json_integer_value(json_object_get(claims, "exp"));

	HOLDS(claims != NULL);
	HOLDS(says(claims, "iss", QUESTION_ISSUER) && says(claims, "aud", QUESTION_AUDIENCE));
	HOLDS(says(claims, "sbj", QUESTION_SUBJECT) && says(claims, "txn", QUESTION_TXN));
	HOLDS(says(claims, "nonce", QUESTION_NONCE));
	HOLDS(answer->issued_at == iat && answer->expires_at == exp);
	HOLDS(iat >= 0 && iat <= QUESTION_NOW + ANSWER_CLOCK_SKEW && exp > QUESTION_NOW);
	HOLDS(exp - iat <= QUESTION_LIFETIME);
	HOLDS(json_integer_value(json_object_get(claims, "nbf")) <=
		QUESTION_NOW + ANSWER_CLOCK_SKEW);
	HOLDS((answer->result == RESULT_YES) == says(sim_sale, "result", "yes"));
	HOLDS((answer->result == RESULT_NO) == says(sim_sale, "result", "no"));
	HOLDS((answer->result == RESULT_YES) == (answer->reason == REASON_MATCH));
	json_decref(claims);
}

static void says_what_was_meant(const char *header, size_t len)
{
	json_t *json = strict_json_object(header, len, NULL);

	HOLDS(says(json, "typ", ANSWER_TYP) && says(json, "kid", "ed"));
	HOLDS(says(json, "alg", "EdDSA") || says(json, "alg", "Ed25519"));
	HOLDS(json_object_get(json, "crit") == NULL && json_object_get(json, "jwk") == NULL);
	json_decref(json);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const uint8_t *end = size > 0 ? memchr(data, '\n', size) : NULL;
	size_t header_len = end != NULL ? (size_t)(end - data) : 0;
	const uint8_t *payload = end != NULL ? end + 1 : data;
	size_t payload_len = size - (size_t)(payload - data);
	const char *header = header_len > 0 ? (const char *)data : right_header;
	uint8_t signature[SIGN_MAX];
	struct answer answer;
	enum answer_check failed;
	char *input, *token;
	size_t len;

	header_len = header_len > 0 ? header_len : strlen(right_header);
	input = sign_input(header, header_len, payload, payload_len);
	len = sign_octets(signer, JWS_EDDSA, input, strlen(input), signature);
	token = sign_join(input, signature, len);
	failed = answer_verify(token, strlen(token), keys, &question_expectation, &answer, NULL);
	HOLDS(failed != CHECK_SIGNATURE);
	if (failed == CHECK_NONE) {
		says_what_was_asked((const char *)payload, payload_len, &answer);
		says_what_was_meant(header, header_len);
	}
	free(input);
	free(token);
	return 0;
}
