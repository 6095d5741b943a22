/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Claims and times of answers whose signature is right. Forged ones: test_forgery.c; what an answer
 * says: test_verdict.c.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/base64url.h"
#include "expect.h"

static struct signer *signer;
static struct key_set *keys;

static int set_up(void **state)
{
	(void)state;
	signer = signer_new(JWS_ES256, "k");
	keys = signer_key_set((const struct signer *const *)&signer, 1);
	return 0;
}

static int tear_down(void **state)
{
	(void)state;
	key_set_unref(keys);
	signer_free(signer);
	return 0;
}

static enum answer_check check_payload(const char *payload, size_t len,
	const struct answer_expectation *expectation, struct answer *answer)
{
	char *header = sign_header(signer);
	char *input = sign_input(header, strlen(header), payload, len);
	uint8_t signature[SIGN_MAX];
	size_t signature_len = sign_octets(signer, JWS_ES256, input, strlen(input), signature);
	char *token = sign_join(input, signature, signature_len);
	enum answer_check failed = expect_octets(token, strlen(token), keys, expectation, answer);

	free(token);
	free(input);
	free(header);
	return failed;
}

/* The json is taken over. */
static enum answer_check check_json(json_t *json, const struct answer_expectation *expectation)
{
	char *text = json_dumps(json, JSON_COMPACT);
	struct answer answer;
	enum answer_check failed = check_payload(text, strlen(text), expectation, &answer);

	free(text);
	json_decref(json);
	return failed;
}

static void test_right(void **state)
{
	char *token = sign_answer(signer, &right_claims);
	struct answer answer;

	(void)state;
	assert_int_equal(
		expect_octets(token, strlen(token), keys, &right_expectation, &answer), CHECK_NONE);
	assert_int_equal(answer.result, RESULT_YES);
	assert_int_equal(answer.reason, REASON_MATCH);
	assert_int_equal(answer.issued_at, NOW - 1);
	assert_int_equal(answer.expires_at, NOW + 3599);
	assert_memory_equal(
		answer.thumbprint, key_set_info(keys, 0).thumbprint, KEY_THUMBPRINT_LEN);
	assert_int_equal(
		answer_verify(token, strlen(token), keys, &right_expectation, &answer, NULL),
		CHECK_NONE);
	free(token);
}

#define SALE(result, reason)                                                                       \
	"{'sim_sale':{'subject':'token+document','result':" result ",'reason':" reason "}}"

static const struct {
	const char *members; /* laid over the right claims */
	enum answer_check failed;
} claims[] = {
	/* what nobody asked for is nobody's business */
	{ "{'jti':'-'}", CHECK_NONE },
	{ "{'jti':''}", CHECK_NONE },
	{ "{'sub':'x','more':{'a':[1,2.5,null,true]},'ratio':0.5}", CHECK_NONE },
	{ "{'result':'no','reason':'no_match'}", CHECK_NONE },
	{ "{'nbf':1767225600}", CHECK_NONE },
	{ "{'nbf':1767225660}", CHECK_NONE },
	{ "{'nbf':0}", CHECK_NONE },
	/* absent */
	{ "{'iss':'-'}", CHECK_JSON },
	{ "{'aud':'-'}", CHECK_JSON },
	{ "{'iat':'-'}", CHECK_JSON },
	{ "{'exp':'-'}", CHECK_JSON },
	{ "{'txn':'-'}", CHECK_JSON },
	{ "{'nonce':'-'}", CHECK_JSON },
	{ "{'sbj':'-'}", CHECK_JSON },
	{ "{'sim_sale':'-'}", CHECK_JSON },
	{ "{'sim_sale':{'subject':'token+document','result':'yes'}}", CHECK_JSON },
	{ "{'sim_sale':{'subject':'token+document','reason':'match'}}", CHECK_JSON },
	{ "{'sim_sale':{'result':'yes','reason':'match'}}", CHECK_JSON },
	{ "{'sim_sale':{}}", CHECK_JSON },
	/* one more could turn what the three say into something else */
	{ SALE("'yes'", "'match','more':1"), CHECK_JSON },
	{ SALE("'yes'", "'match','subject2':'token+document'"), CHECK_JSON },
	{ SALE("'yes'", "'match','not':null"), CHECK_JSON },
	{ "{'sim_sale':{'result':'yes','reason':'match','more':1}}", CHECK_JSON },
	/* of another type */
	{ "{'iss':null}", CHECK_JSON },
	{ "{'iss':['https://id.example']}", CHECK_JSON },
	{ "{'iss':1}", CHECK_JSON },
	{ "{'aud':['https://operator.example']}", CHECK_JSON },
	{ "{'aud':['https://operator.example','https://other.example']}", CHECK_JSON },
	{ "{'aud':[]}", CHECK_JSON },
	{ "{'aud':{'https://operator.example':1}}", CHECK_JSON },
	{ "{'aud':null}", CHECK_JSON },
	{ "{'txn':1}", CHECK_JSON },
	{ "{'nonce':null}", CHECK_JSON },
	{ "{'sbj':true}", CHECK_JSON },
	{ "{'jti':1}", CHECK_JSON },
	{ "{'jti':null}", CHECK_JSON },
	{ "{'sim_sale':'yes'}", CHECK_JSON },
	{ "{'sim_sale':null}", CHECK_JSON },
	{ "{'sim_sale':[{'subject':'token+document','result':'yes','reason':'match'}]}",
		CHECK_JSON },
	{ "{'sim_sale':['token+document','yes','match']}", CHECK_JSON },
	{ SALE("true", "'match'"), CHECK_JSON },
	{ SALE("['yes']", "'match'"), CHECK_JSON },
	{ SALE("'yes'", "null"), CHECK_JSON },
	{ "{'sim_sale':{'subject':2,'result':'yes','reason':'match'}}", CHECK_JSON },
	{ "{'sim_sale':{'subject':['token+document'],'result':'yes','reason':'match'}}",
		CHECK_JSON },
	{ "{'iat':'1767225599'}", CHECK_JSON },
	{ "{'iat':null}", CHECK_JSON },
	{ "{'iat':true}", CHECK_JSON },
	{ "{'iat':1767225599.0}", CHECK_JSON },
	{ "{'iat':1.767225599e9}", CHECK_JSON },
	{ "{'iat':1767225599.5}", CHECK_JSON },
	{ "{'exp':'1767229199'}", CHECK_JSON },
	{ "{'exp':1767229199.0}", CHECK_JSON },
	{ "{'exp':1e300}", CHECK_JSON },
	{ "{'exp':null}", CHECK_JSON },
	{ "{'exp':[1767229199]}", CHECK_JSON },
	{ "{'nbf':'1767225600'}", CHECK_JSON },
	{ "{'nbf':1767225600.0}", CHECK_JSON },
	{ "{'nbf':null}", CHECK_JSON },
	{ "{'nbf':-1}", CHECK_JSON },
	/* out of range: before 1970, after 9999, milliseconds, the ends of 64 bits */
	{ "{'iat':-1}", CHECK_JSON },
	{ "{'iat':-9223372036854775808}", CHECK_JSON },
	{ "{'iat':9223372036854775807}", CHECK_JSON },
	{ "{'exp':-1}", CHECK_JSON },
	{ "{'exp':253402300800}", CHECK_JSON },
	{ "{'exp':253402300799}", CHECK_TIME },
	{ "{'exp':1767229199000}", CHECK_JSON },
	{ "{'exp':9223372036854775807}", CHECK_JSON },
	{ "{'exp':-9223372036854775808}", CHECK_JSON },
	/* exact to the letter */
	{ "{'iss':''}", CHECK_ISSUER },
	{ "{'iss':'https://id.example/'}", CHECK_ISSUER },
	{ "{'iss':'https://id.exampl'}", CHECK_ISSUER },
	{ "{'iss':'HTTPS://ID.EXAMPLE'}", CHECK_ISSUER },
	{ "{'iss':' https://id.example'}", CHECK_ISSUER },
	{ "{'iss':'https://operator.example'}", CHECK_ISSUER },
	{ "{'aud':''}", CHECK_AUDIENCE },
	{ "{'aud':'https://other.example'}", CHECK_AUDIENCE },
	{ "{'aud':'https://operator.example https://other.example'}", CHECK_AUDIENCE },
	{ "{'aud':'https://operator.example/'}", CHECK_AUDIENCE },
	{ "{'aud':'https://id.example'}", CHECK_AUDIENCE },
	{ "{'txn':''}", CHECK_QUESTION },
	{ "{'txn':'0190B8A2-7D3E-7C3A-9A44-2B1F0C9D8E77'}", CHECK_QUESTION },
	{ "{'txn':'0190b8a2-7d3e-7c3a-9a44-2b1f0c9d8e78'}", CHECK_QUESTION },
	{ "{'nonce':''}", CHECK_QUESTION },
	{ "{'nonce':'q83vEjRWeJCrze8SNFZ4kA=='}", CHECK_QUESTION },
	{ "{'nonce':'q83vEjRWeJCrze8SNFZ4kQ'}", CHECK_QUESTION },
	{ "{'nonce':'0190b8a2-7d3e-7c3a-9a44-2b1f0c9d8e77'}", CHECK_QUESTION },
	{ "{'sbj':''}", CHECK_SUBJECT },
	{ "{'sbj':'Zm9yIHRlc3RzIG9ubHksIG5vYm9keSdzIHBzZXVkb255bA'}", CHECK_SUBJECT },
	{ "{'sbj':'ZM9yIHRlc3RzIG9ubHksIG5vYm9keSdzIHBzZXVkb255bQ'}", CHECK_SUBJECT },
	{ "{'sbj':'Zm9yIHRlc3RzIG9ubHksIG5vYm9keSdzIHBzZXVkb255bQ='}", CHECK_SUBJECT },
	/* swapped with each other */
	{ "{'iss':'https://operator.example','aud':'https://id.example'}", CHECK_ISSUER },
	{ "{'sbj':'https://operator.example',"
	  "'aud':'Zm9yIHRlc3RzIG9ubHksIG5vYm9keSdzIHBzZXVkb255bQ'}",
		CHECK_AUDIENCE },
	{ "{'txn':'q83vEjRWeJCrze8SNFZ4kA','nonce':'0190b8a2-7d3e-7c3a-9a44-2b1f0c9d8e77'}",
		CHECK_QUESTION },
	{ "{'sub':'Zm9yIHRlc3RzIG9ubHksIG5vYm9keSdzIHBzZXVkb255bQ','sbj':'-'}", CHECK_JSON },
	/* not yet */
	{ "{'nbf':1767225661}", CHECK_TIME },
	{ "{'nbf':253402300799}", CHECK_TIME },
	/* result and reason */
	{ SALE("'YES'", "'match'"), CHECK_RESULT },
	{ SALE("'yes '", "'match'"), CHECK_RESULT },
	{ SALE("''", "''"), CHECK_RESULT },
	{ SALE("'Yes'", "'match'"), CHECK_RESULT },
	{ SALE("'exempt'", "'exempt'"), CHECK_RESULT },
	{ SALE("'pending'", "'pending'"), CHECK_RESULT },
	{ SALE("'no'", "'no-match'"), CHECK_RESULT },
	{ SALE("'no'", "'service-unavailable'"), CHECK_RESULT },
	{ SALE("'undetermined'", "'service-timeout'"), CHECK_RESULT },
};

static void test_claims(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(claims); i++) {
		enum answer_check failed = check_json(
			sign_laid_over(sign_claims_json(&right_claims), claims[i].members),
			&right_expectation);

		if (failed != claims[i].failed)
			fail_msg("%s: %s", claims[i].members, answer_check_name(failed));
	}
}

/* A claim of an answer out of a store is looked at in the same way, but for txn and nonce. */
static void test_claims_stored(void **state)
{
	struct answer_expectation stored = right_expectation;

	(void)state;
	stored.txn = stored.nonce = NULL;
	for (size_t i = 0; i < ARRAY_LEN(claims); i++) {
		enum answer_check failed = check_json(
			sign_laid_over(sign_claims_json(&right_claims), claims[i].members),
			&stored);

		assert_int_equal(
			failed, claims[i].failed == CHECK_QUESTION ? CHECK_NONE : claims[i].failed);
	}
}

/* Half an expectation, or an empty one, is met by nothing; not even by claims as empty. */
static void test_expectations(void **state)
{
	static const size_t members[] = {
		offsetof(struct answer_expectation, issuer),
		offsetof(struct answer_expectation, audience),
		offsetof(struct answer_expectation, subject),
		offsetof(struct answer_expectation, txn),
		offsetof(struct answer_expectation, nonce),
	};
	static const enum answer_check failed[] = { CHECK_ISSUER, CHECK_AUDIENCE, CHECK_SUBJECT,
		CHECK_QUESTION, CHECK_QUESTION };
	static const char *const emptied[] = { "{'iss':''}", "{'aud':''}", "{'sbj':''}",
		"{'txn':''}", "{'nonce':''}" };
	static const char *const values[] = { NULL, "" };

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(members); i++) {
		for (size_t j = 0; j < ARRAY_LEN(values); j++) {
			struct answer_expectation half = right_expectation;

			memcpy((char *)&half + members[i], &values[j], sizeof(values[j]));
			assert_int_equal(
				check_json(sign_claims_json(&right_claims), &half), failed[i]);
			assert_int_equal(check_json(sign_laid_over(sign_claims_json(&right_claims),
							    emptied[i]),
						 &half),
				failed[i]);
		}
	}
}

/* Payloads as they are, octet by octet. */
#define HEAD "{\"iss\":\"https://id.example\",\"aud\":\"https://operator.example\","
#define BODY                                                                                       \
	"\"txn\":\"0190b8a2-7d3e-7c3a-9a44-2b1f0c9d8e77\",\"nonce\":\"q83vEjRWeJCrze8SNFZ4kA\","   \
	"\"sbj\":\"Zm9yIHRlc3RzIG9ubHksIG5vYm9keSdzIHBzZXVkb255bQ\","
#define TIMES "\"iat\":1767225599,\"exp\":1767229199,"
#define YES "\"sim_sale\":{\"subject\":\"token+document\",\"result\":\"yes\",\"reason\":\"match\"}"
#define RIGHT HEAD BODY TIMES YES "}"
#define TEXT(literal) literal, sizeof(literal) - 1

static const struct {
	const char *payload;
	size_t len;
	enum answer_check failed;
} payloads[] = {
	{ TEXT(RIGHT), CHECK_NONE },
	{ TEXT("\n\t " RIGHT " \r\n"), CHECK_NONE },
	{ TEXT(HEAD BODY TIMES "\"\\u0073im_sale\":{\"subject\":\"token+document\",\"result\":"
			       "\"\\u0079es\",\"reason\":\"match\"}}"),
		CHECK_NONE },
	{ TEXT(HEAD BODY TIMES YES ",\"a\":[[[[[[[[[[[[[[[]]]]]]]]]]]]]]]}"), CHECK_NONE },
	/* not one object */
	{ TEXT(""), CHECK_JSON },
	{ TEXT("null"), CHECK_JSON },
	{ TEXT("true"), CHECK_JSON },
	{ TEXT("\"yes\""), CHECK_JSON },
	{ TEXT("[" RIGHT "]"), CHECK_JSON },
	{ TEXT("[]"), CHECK_JSON },
	{ TEXT(RIGHT RIGHT), CHECK_JSON },
	{ TEXT(RIGHT "}"), CHECK_JSON },
	{ TEXT(RIGHT ","), CHECK_JSON },
	{ TEXT(RIGHT "\0"), CHECK_JSON },
	{ TEXT("\0" RIGHT), CHECK_JSON },
	{ TEXT(RIGHT "\0\"sim_sale\""), CHECK_JSON },
	{ TEXT("\xef\xbb\xbf" RIGHT), CHECK_JSON },
	{ TEXT(HEAD BODY TIMES YES), CHECK_JSON },
	{ TEXT(HEAD BODY TIMES YES ",}"), CHECK_JSON },
	/* members twice: the same, another, before, behind, escaped, inside */
	{ TEXT(HEAD BODY TIMES YES "," YES "}"), CHECK_JSON },
	{ TEXT("{\"sim_sale\":{\"subject\":\"token+document\",\"result\":\"no\",\"reason\":\"no_"
	       "match\"}," BODY TIMES
	       "\"iss\":\"https://id.example\",\"aud\":\"https://operator.example\"," YES "}"),
		CHECK_JSON },
	{ TEXT(HEAD BODY TIMES YES ",\"aud\":\"https://other.example\"}"), CHECK_JSON },
	{ TEXT(HEAD BODY TIMES YES ",\"\\u0065xp\":253402300799}"), CHECK_JSON },
	{ TEXT(HEAD BODY TIMES "\"sim_sale\":{\"subject\":\"token+document\",\"result\":\"no\","
			       "\"result\":\"yes\",\"reason\":\"match\"}}"),
		CHECK_JSON },
	{ TEXT(HEAD BODY TIMES YES ",\"a\":{\"b\":[{\"c\":1,\"c\":1}]}}"), CHECK_JSON },
	/* NUL, ill-formed UTF-8, numbers that do not fit, depth: also where nobody looks */
	{ TEXT("{\"iss\":\"https://id.example\\u0000x\",\"aud\":\"https://operator.example\"," BODY
			  TIMES YES "}"),
		CHECK_JSON },
	{ TEXT("{\"iss\":\"https://id.example\0x\",\"aud\":\"https://operator.example\"," BODY TIMES
			  YES "}"),
		CHECK_JSON },
	{ TEXT(HEAD BODY TIMES "\"sim_sale\":{\"subject\":\"token+document\",\"result\":"
			       "\"yes\\u0000\",\"reason\":\"match\"}}"),
		CHECK_JSON },
	{ TEXT(HEAD BODY TIMES YES ",\"exp\\u0000\":1}"), CHECK_JSON },
	{ TEXT(HEAD BODY TIMES YES ",\"a\":\"\xff\"}"), CHECK_JSON },
	{ TEXT(HEAD BODY TIMES YES ",\"a\":\"\xc0\x80\"}"), CHECK_JSON },
	{ TEXT(HEAD BODY TIMES YES ",\"a\":\"\\ud800\"}"), CHECK_JSON },
	{ TEXT(HEAD BODY TIMES YES ",\"a\":18446744073709551616}"), CHECK_JSON },
	{ TEXT(HEAD BODY TIMES YES ",\"a\":1e400}"), CHECK_JSON },
	{ TEXT(HEAD BODY TIMES YES ",\"a\":[[[[[[[[[[[[[[[[]]]]]]]]]]]]]]]]}"), CHECK_JSON },
	{ TEXT(HEAD BODY "\"iat\":18446744075476777215,\"exp\":1767229199," YES "}"), CHECK_JSON },
	{ TEXT(HEAD BODY "\"iat\":1767225599,\"exp\":18446744075476780815," YES "}"), CHECK_JSON },
	{ TEXT(HEAD BODY "\"iat\":01767225599,\"exp\":1767229199," YES "}"), CHECK_JSON },
	{ TEXT(HEAD BODY "\"iat\":1767225599,\"exp\":17672291990e-1," YES "}"), CHECK_JSON },
	{ TEXT(HEAD BODY "\"iat\":-0,\"exp\":1767229199," YES "}"), CHECK_TIME },
};

static void test_payloads(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(payloads); i++) {
		struct answer answer;
		enum answer_check failed = check_payload(
			payloads[i].payload, payloads[i].len, &right_expectation, &answer);

		if (failed != payloads[i].failed)
			fail_msg("%s: %s", payloads[i].payload, answer_check_name(failed));
	}
}

static void test_times(void **state)
{
	static const struct {
		int64_t iat, exp, now, max_lifetime;
		enum answer_check failed;
	} rows[] = {
		{ NOW, NOW + 1, NOW, 3600, CHECK_NONE },
		{ NOW, NOW + 3600, NOW, 3600, CHECK_NONE },
		{ NOW, NOW + 3601, NOW, 3600, CHECK_TIME },
		{ NOW, NOW + 3600, NOW + 3599, 3600, CHECK_NONE },
		/* expired at exp itself, and ever after */
		{ NOW, NOW + 3600, NOW + 3600, 3600, CHECK_TIME },
		{ NOW, NOW + 3600, NOW + 3601, 3600, CHECK_TIME },
		{ NOW, NOW + 3600, NOW + 1000000000, 3600, CHECK_TIME },
		{ NOW, NOW, NOW, 3600, CHECK_TIME },
		/* 60 s ahead and not one more */
		{ NOW + 60, NOW + 120, NOW, 3600, CHECK_NONE },
		{ NOW + 61, NOW + 120, NOW, 3600, CHECK_TIME },
		{ NOW + 1000000, NOW + 1000060, NOW, 3600, CHECK_TIME },
		/* expired before it was made */
		{ NOW + 30, NOW + 30, NOW, 3600, CHECK_TIME },
		{ NOW + 30, NOW + 10, NOW, 3600, CHECK_TIME },
		/* the ceiling */
		{ NOW - 10, NOW + 10, NOW, 20, CHECK_NONE },
		{ NOW - 10, NOW + 10, NOW, 19, CHECK_TIME },
		{ NOW, NOW + 1, NOW, 0, CHECK_TIME },
		{ NOW, NOW + 1, NOW, -1, CHECK_TIME },
		{ 0, NOW + 1, NOW, 3600, CHECK_TIME },
		/* the ends of the range, and clocks that have gone mad */
		{ 0, INT64_C(253402300799), NOW, INT64_MAX, CHECK_NONE },
		{ 0, 1, 0, 3600, CHECK_NONE },
		{ NOW, NOW + 60, INT64_MAX, 3600, CHECK_TIME },
		{ NOW, NOW + 60, INT64_MIN, 3600, CHECK_TIME },
		{ NOW, NOW + 60, 0, 3600, CHECK_TIME },
		{ NOW, NOW + 60, -1, 3600, CHECK_TIME },
		{ 0, INT64_C(253402300799), INT64_MAX, INT64_MAX, CHECK_TIME },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		struct answer_expectation expectation = right_expectation;
		struct sign_claims timed = right_claims;

		timed.iat = rows[i].iat;
		timed.exp = rows[i].exp;
		expectation.now = rows[i].now;
		expectation.max_lifetime = rows[i].max_lifetime;
		if (check_json(sign_claims_json(&timed), &expectation) != rows[i].failed)
			fail_msg("row %zu", i);
	}
}

/* Wrong in everything, and put right one thing after the other: the first check speaks. */
static void test_order(void **state)
{
	static const struct {
		const char *put_right;
		enum answer_check failed;
	} steps[] = {
		{ "{}", CHECK_JSON },
		{ "{'iat':0}", CHECK_ISSUER },
		{ "{'iss':'https://id.example'}", CHECK_AUDIENCE },
		{ "{'aud':'https://operator.example'}", CHECK_QUESTION },
		{ "{'txn':'0190b8a2-7d3e-7c3a-9a44-2b1f0c9d8e77'}", CHECK_QUESTION },
		{ "{'nonce':'q83vEjRWeJCrze8SNFZ4kA'}", CHECK_SUBJECT },
		{ "{'sbj':'Zm9yIHRlc3RzIG9ubHksIG5vYm9keSdzIHBzZXVkb255bQ'}", CHECK_TIME },
		{ "{'iat':1767225599}", CHECK_TIME },
		{ "{'exp':1767229199}", CHECK_RESULT },
		{ "{'sim_sale':{'subject':'token+document','result':'yes','reason':'match'}}",
			CHECK_NONE },
	};
	json_t *wrong = sign_laid_over(json_object(),
		"{'iss':'a','aud':'b','txn':'c','nonce':'d','sbj':'e','iat':0.5,'exp':0,"
		"'sim_sale':{'subject':'token','result':'yes','reason':'no_match'}}");

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(steps); i++)
		assert_int_equal(check_json(sign_laid_over(json_incref(wrong), steps[i].put_right),
					 &right_expectation),
			steps[i].failed);
	json_decref(wrong);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_right),
		cmocka_unit_test(test_claims),
		cmocka_unit_test(test_claims_stored),
		cmocka_unit_test(test_expectations),
		cmocka_unit_test(test_payloads),
		cmocka_unit_test(test_times),
		cmocka_unit_test(test_order),
	};

	return cmocka_run_group_tests(tests, set_up, tear_down);
}
