/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "cache/keeping.h"

#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>

#define NOW INT64_C(1750000000)
#define DAY 86400
#define ANY (DOC | TOK | BOTH)
#define DOC (1u << SUBJECT_DOCUMENT)
#define TOK (1u << SUBJECT_TOKEN)
#define BOTH (1u << SUBJECT_TOKEN_DOCUMENT)

static const struct answer_policy policy = { .keep_yes = DAY, .keep_no = 60, .keep_own_yes = 900 };

/* What the contract's table says, reason by reason; in which forms it is so. */
static const struct {
	enum result result;
	enum reason reason;
	unsigned persons; /* it serves the person */
	unsigned refuses; /* it drops what is kept for the person */
	int64_t own; /* s that it serves its own sale */
} table[] = {
	{ RESULT_YES, REASON_MATCH, DOC, 0, 900 },
	{ RESULT_NO, REASON_NOT_ENROLLED, DOC, DOC | BOTH, 60 },
	{ RESULT_NO, REASON_DOCUMENT_INVALID, DOC, DOC | BOTH, 60 },
	{ RESULT_NO, REASON_ID_LOCKED, DOC, DOC | BOTH, 60 },
	{ RESULT_NO, REASON_ID_BLOCKED, DOC, DOC | BOTH, 60 },
	{ RESULT_NO, REASON_NO_MATCH, 0, 0, 60 },
	{ RESULT_NO, REASON_TOO_SOON, 0, 0, 60 },
	{ RESULT_NO, REASON_CONSENT_MISSING, 0, 0, 60 },
	{ RESULT_UNDETERMINED, REASON_SERVICE_UNAVAILABLE, 0, 0, 0 },
	{ RESULT_UNDETERMINED, REASON_TOKEN_USED, 0, 0, 0 },
	{ RESULT_UNDETERMINED, REASON_DOCUMENT_MISMATCH, 0, 0, 0 },
};

static struct answer answer_of(size_t row, enum subject_form form, int64_t iat, int64_t exp)
{
	return (struct answer){ .result = table[row].result,
		.reason = table[row].reason,
		.form = form,
		.issued_at = iat,
		.expires_at = exp };
}

static void each_row_for_each_form(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(table); i++) {
		for (enum subject_form form = 0; form < SUBJECT_FORMS; form++) {
			struct answer answer = answer_of(i, form, NOW, NOW + 2 * DAY);
			bool persons = (table[i].persons & 1u << form) != 0;
			int64_t keep = table[i].result == RESULT_YES ? DAY : 60;

			assert_int_equal(keeping_is_the_persons(&answer), persons);
			assert_int_equal(
				keeping_is_refusal(&answer), (table[i].refuses & 1u << form) != 0);
			assert_int_equal(
				keeping_until(&policy, &answer, NOW), persons ? NOW + keep : NOW);
			assert_int_equal(
				keeping_own_until(&policy, &answer, NOW), NOW + table[i].own);
		}
	}
}

/* Row 0 is the yes, row 3 a no. */
static void it_counts_from_the_signed_times(void **state)
{
	static const struct {
		size_t row;
		int64_t iat, exp, until, own; /* from NOW */
	} rows[] = {
		{ 0, -3600, 2 * DAY, DAY - 3600, 900 },
		{ 0, -DAY, 2 * DAY, 0, 900 }, /* as old as it may be: not any more */
		{ 0, -2 * DAY, 2 * DAY, -DAY, 900 },
		{ 0, 0, 100, 100, 100 }, /* never past exp */
		{ 0, 60, 2 * DAY, DAY, 900 }, /* a clock ahead of ours wins nothing */
		{ 3, -59, DAY, 1, 60 },
		{ 3, -60, DAY, 0, 60 },
		{ 3, 60, DAY, 60, 60 },
		{ 3, 0, 30, 30, 30 },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		struct answer answer = answer_of(
			rows[i].row, SUBJECT_DOCUMENT, NOW + rows[i].iat, NOW + rows[i].exp);

		assert_int_equal(keeping_until(&policy, &answer, NOW), NOW + rows[i].until);
		assert_int_equal(keeping_own_until(&policy, &answer, NOW), NOW + rows[i].own);
	}
}

static void without_keep_yes_nothing_is_the_persons(void **state)
{
	const struct answer_policy none = { .keep_yes = 0, .keep_no = 60, .keep_own_yes = 900 };

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(table); i++) {
		struct answer answer = answer_of(i, SUBJECT_DOCUMENT, NOW, NOW + DAY);

		assert_int_equal(keeping_until(&none, &answer, NOW), NOW);
		assert_int_equal(keeping_own_until(&none, &answer, NOW), NOW + table[i].own);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(each_row_for_each_form),
		cmocka_unit_test(it_counts_from_the_signed_times),
		cmocka_unit_test(without_keep_yes_nothing_is_the_persons),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
