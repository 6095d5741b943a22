/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Tokens under keys whose private halves exist no more: of all inputs only what those keys signed
 * is verified, octet by octet (an ECDSA signature has a twin, s and n - s, but what is signed is
 * the same), and only as the answer that it is. Whatever fails leaves nothing in the results.
 */
#include "answer/jws.h"
#include "fuzz.h"
#include "question.h"
#include "tokens.h"

static struct key_set *keys;

/* What of a token is signed: header, dot, payload. */
static size_t signed_len(const char *token)
{
	return (size_t)(strrchr(token, '.') - token);
}

static const char *signed_by_us(const char *token, size_t len)
{
	for (size_t i = 0; i < ARRAY_LEN(tokens); i++) {
		size_t head = signed_len(tokens[i]);

		if (len == strlen(tokens[i]) && memcmp(token, tokens[i], head + 1) == 0)
			return tokens[i];
	}
	return NULL;
}

static enum answer_check verify(const char *token, size_t len, const struct jws_rules *rules)
{
	static const struct jws_verified nothing;
	struct jws_verified verified;
	bool unknown_kid = true;
	enum answer_check failed;

	memset(&verified, 0xa5, sizeof(verified));
	failed = jws_verify(token, len, keys, rules, &verified, &unknown_kid);
	HOLDS(failed <= CHECK_SIGNATURE && answer_check_name(failed)[0] != '\0');
	HOLDS(!unknown_kid || failed == CHECK_KEY);
	if (failed == CHECK_NONE) {
		HOLDS(signed_by_us(token, len) != NULL);
		HOLDS(verified.payload[verified.payload_len] == '\0');
		HOLDS((rules->algorithms & verified.algorithm) != 0);
		HOLDS(key_set_holds(keys, verified.thumbprint));
		free(verified.payload);
	} else {
		HOLDS(memcmp(&verified, &nothing, sizeof(nothing)) == 0);
	}
	return failed;
}

static enum answer_check answer(const char *token, size_t len)
{
	static const struct answer nothing;
	struct answer answer;
	bool unknown_kid;
	enum answer_check failed;

	memset(&answer, 0xa5, sizeof(answer));
	failed = answer_verify(token, len, keys, &question_expectation, &answer, &unknown_kid);
	if (failed == CHECK_NONE)
		HOLDS(answer.result >= RESULT_YES && answer.result <= RESULT_UNDETERMINED);
	if (failed == CHECK_TIME) /* it tells of the clock */
		answer.issued_at = answer.expires_at = 0;
	if (failed != CHECK_NONE)
		HOLDS(memcmp(&answer, &nothing, sizeof(nothing)) == 0);
	return failed;
}

/* A fuzzer that refuses everything would prove nothing: the genuine ones pass. */
int LLVMFuzzerInitialize(int *argc, char ***argv)
{
	(void)argc;
	(void)argv;
	keys = key_set_parse(token_keys, strlen(token_keys), "tokens.h", NULL);
	HOLDS(keys != NULL && key_set_count(keys) == ARRAY_LEN(tokens));
	for (size_t i = 0; i < ARRAY_LEN(tokens); i++)
		HOLDS(answer(tokens[i], strlen(tokens[i])) == CHECK_NONE);
	return 0;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const struct jws_rules strict = { ANSWER_TYP, QUESTION_ALGORITHMS, false };
	static const struct jws_rules lax = { NULL, QUESTION_ALGORITHMS, true };
	static const struct jws_rules default_set = { NULL, JWS_DEFAULT_ALGORITHMS, true };
	static const struct jws_rules no_algorithm = { NULL, 0, true };
	char *token = exact_copy(data, size);
	enum answer_check failed = verify(token, size, &strict);

	if (failed == CHECK_NONE)
		HOLDS(verify(token, size, &lax) == CHECK_NONE);
	HOLDS(verify(token, size, &lax) <= CHECK_SIGNATURE);
	HOLDS(verify(token, size, &default_set) <= CHECK_SIGNATURE);
	HOLDS(verify(token, size, &no_algorithm) != CHECK_NONE);
	HOLDS(answer(token, size) == failed);
	free(token);
	return 0;
}
