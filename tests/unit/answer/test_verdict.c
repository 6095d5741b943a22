/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What an answer says, and whether it says it about what was asked: the form of the subject, the
 * results and reasons that go with it, and a yes that a later refusal has overtaken.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

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

static enum answer_check check(const struct sign_claims *said,
	const struct answer_expectation *expectation, struct answer *answer)
{
	char *token = sign_answer(signer, said);
	enum answer_check failed = expect_octets(token, strlen(token), keys, expectation, answer);

	free(token);
	return failed;
}

/* The contract's table, set out anew: by form d, t and b, both. */
static const struct {
	const char *result, *reason, *forms;
	enum result means;
	enum reason because;
} contract[] = {
	{ "yes", "match", "dtb", RESULT_YES, REASON_MATCH },
	{ "no", "consent_missing", "dtb", RESULT_NO, REASON_CONSENT_MISSING },
	{ "no", "not_enrolled", "dtb", RESULT_NO, REASON_NOT_ENROLLED },
	{ "no", "no_match", "tb", RESULT_NO, REASON_NO_MATCH },
	{ "no", "id_blocked", "dtb", RESULT_NO, REASON_ID_BLOCKED },
	{ "no", "id_locked", "dtb", RESULT_NO, REASON_ID_LOCKED },
	{ "no", "document_invalid", "db", RESULT_NO, REASON_DOCUMENT_INVALID },
	{ "no", "too_soon", "dtb", RESULT_NO, REASON_TOO_SOON },
	{ "undetermined", "technical", "dtb", RESULT_UNDETERMINED, REASON_SERVICE_UNAVAILABLE },
	{ "undetermined", "token_used", "tb", RESULT_UNDETERMINED, REASON_TOKEN_USED },
	{ "undetermined", "document_mismatch", "db", RESULT_UNDETERMINED,
		REASON_DOCUMENT_MISMATCH },
};

static const char letters[SUBJECT_FORMS] = { 'd', 't', 'b' };

/* The row of these words that a question of this form can have; -1: none. */
static int row_of(const char *result, const char *reason, enum subject_form form)
{
	for (size_t i = 0; i < ARRAY_LEN(contract); i++)
		if (strcmp(contract[i].result, result) == 0 &&
			strcmp(contract[i].reason, reason) == 0 &&
			strchr(contract[i].forms, letters[form]) != NULL)
			return (int)i;
	return -1;
}

static void check_words(const char *result, const char *reason, enum subject_form form)
{
	struct answer_expectation expectation = right_expectation;
	struct sign_claims said = right_claims;
	int row = row_of(result, reason, form);
	struct answer answer;
	enum answer_check failed;

	expectation.form = form;
	said.subject = subject_form_name(form);
	said.result = result;
	said.reason = reason;
	failed = check(&said, &expectation, &answer);
	if (failed != (row < 0 ? CHECK_RESULT : CHECK_NONE))
		fail_msg("%s, %s, %s: %s", said.subject, result, reason, answer_check_name(failed));
	if (row < 0)
		return;
	assert_int_equal(answer.result, contract[row].means);
	assert_int_equal(answer.reason, contract[row].because);
	assert_int_equal(answer.form, form);
}

/* Every result with every reason in every form: what the table does not have is no answer. */
static void test_every_verdict(void **state)
{
	static const char *const results[] = { "yes", "no", "undetermined", "exempt", "maybe", "" };
	static const char *const strange[] = { "exempt", "pending", "other", "", "no-match" };

	(void)state;
	for (enum subject_form form = 0; form < SUBJECT_FORMS; form++) {
		for (size_t i = 0; i < ARRAY_LEN(results); i++) {
			for (size_t j = 0; j < ARRAY_LEN(contract); j++)
				check_words(results[i], contract[j].reason, form);
			for (size_t j = 0; j < ARRAY_LEN(strange); j++)
				check_words(results[i], strange[j], form);
		}
	}
}

/* A yes to a token alone is none to the token together with the document, and so on around. */
static void test_another_form(void **state)
{
	(void)state;
	for (enum subject_form asked = 0; asked < SUBJECT_FORMS; asked++) {
		for (enum subject_form told = 0; told < SUBJECT_FORMS; told++) {
			struct answer_expectation expectation = right_expectation;
			struct sign_claims said = right_claims;
			struct answer answer;

			expectation.form = asked;
			said.subject = subject_form_name(told);
			assert_int_equal(check(&said, &expectation, &answer),
				asked == told ? CHECK_NONE : CHECK_RESULT);
			/* Out of a store no less. */
			expectation.txn = expectation.nonce = NULL;
			assert_int_equal(check(&said, &expectation, &answer),
				asked == told ? CHECK_NONE : CHECK_RESULT);
		}
	}
}

static void test_words_of_forms(void **state)
{
	static const char *const none[] = { "", "Token", "token ", "token+", "document+token",
		"token+document+token", "tokens" };
	enum subject_form form;

	(void)state;
	for (enum subject_form each = 0; each < SUBJECT_FORMS; each++) {
		assert_true(subject_form_of_name(subject_form_name(each), &form));
		assert_int_equal(form, each);
	}
	assert_string_equal(subject_form_name(SUBJECT_DOCUMENT), "document");
	assert_string_equal(subject_form_name(SUBJECT_TOKEN), "token");
	assert_string_equal(subject_form_name(SUBJECT_TOKEN_DOCUMENT), "token+document");
	for (size_t i = 0; i < ARRAY_LEN(none); i++) {
		struct sign_claims said = right_claims;
		struct answer answer;

		assert_false(subject_form_of_name(none[i], &form));
		said.subject = none[i];
		assert_int_equal(check(&said, &right_expectation, &answer), CHECK_RESULT);
	}
}

/* A refusal that is known ends every yes up to its second; no `no` and no `undetermined`. */
static void test_refused_since(void **state)
{
	static const struct {
		const char *result, *reason;
		int64_t iat, refused_at;
		enum answer_check failed;
	} rows[] = {
		{ "yes", "match", NOW - 10, 0, CHECK_NONE },
		{ "yes", "match", NOW - 10, NOW - 11, CHECK_NONE },
		{ "yes", "match", NOW - 10, NOW - 10, CHECK_TIME },
		{ "yes", "match", NOW - 10, NOW - 9, CHECK_TIME },
		{ "yes", "match", NOW - 10, NOW, CHECK_TIME },
		{ "yes", "match", NOW - 10, INT64_MAX, CHECK_TIME },
		{ "yes", "match", NOW + 60, NOW + 59, CHECK_NONE },
		{ "no", "id_locked", NOW - 10, NOW, CHECK_NONE },
		{ "no", "not_enrolled", NOW - 10, NOW - 10, CHECK_NONE },
		{ "undetermined", "technical", NOW - 10, NOW, CHECK_NONE },
		/* What is no answer stays none, and says so by its own check. */
		{ "yes", "very_much", NOW - 10, NOW, CHECK_RESULT },
	};

	(void)state;
	for (size_t i = 0; i < 2 * ARRAY_LEN(rows); i++) {
		struct answer_expectation expectation = right_expectation;
		struct sign_claims said = right_claims;
		struct answer answer;

		if (i % 2 == 1)
			expectation.txn = expectation.nonce = NULL;
		expectation.refused_at = rows[i / 2].refused_at;
		said.result = rows[i / 2].result;
		said.reason = rows[i / 2].reason;
		said.iat = rows[i / 2].iat;
		said.exp = said.iat + 3600;
		if (check(&said, &expectation, &answer) != rows[i / 2].failed)
			fail_msg("row %zu", i / 2);
	}
}

/* Each request has a nonce of its own: the answer to the one before is none to this one. */
static void test_fresh_nonce(void **state)
{
	struct answer_expectation repeated = right_expectation;
	struct sign_claims said = right_claims;
	struct answer answer;

	(void)state;
	assert_int_equal(check(&said, &repeated, &answer), CHECK_NONE);
	repeated.nonce = "AAAAAAAAAAAAAAAAAAAAAA";
	assert_int_equal(check(&said, &repeated, &answer), CHECK_QUESTION);
	/* A decision that is repeated has its own times, and the new request's nonce. */
	said.nonce = repeated.nonce;
	assert_int_equal(check(&said, &repeated, &answer), CHECK_NONE);
	assert_int_equal(answer.issued_at, right_claims.iat);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_every_verdict),
		cmocka_unit_test(test_another_form),
		cmocka_unit_test(test_words_of_forms),
		cmocka_unit_test(test_refused_since),
		cmocka_unit_test(test_fresh_nonce),
	};

	return cmocka_run_group_tests(tests, set_up, tear_down);
}
