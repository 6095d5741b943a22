/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "rules/vocabulary.h"

#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

#include <cmocka.h>

#define AS_VALUE(symbol, number, name) symbol,
static const enum result results[] = { RESULTS(AS_VALUE) };
static const enum reason reasons[] = { REASONS(AS_VALUE) };
static const enum source sources[] = { SOURCES(AS_VALUE) };
#undef AS_VALUE

/* The numbers are on the wire: written out here so that no edit of the header moves one unseen. */
static const struct {
	int number;
	const char *name;
} wire_reasons[] = {
	{ 1, "match" },
	{ 2, "no-match" },
	{ 3, "not-enrolled" },
	{ 4, "document-invalid" },
	{ 5, "id-locked" },
	{ 6, "id-blocked" },
	{ 7, "too-soon" },
	{ 8, "consent-missing" },
	{ 9, "exempt" },
	{ 10, "not-applicable" },
	{ 11, "pending" },
	{ 12, "token-used" },
	{ 13, "document-mismatch" },
	{ 20, "service-timeout" },
	{ 21, "service-unavailable" },
	{ 22, "service-busy" },
	{ 23, "answer-rejected" },
	{ 24, "not-configured" },
	{ 25, "question-refused" },
	{ 26, "service-outage" },
	{ 27, "too-many" },
	{ 30, "attribute-missing" },
	{ 31, "attribute-invalid" },
	{ 32, "mrz-check-digit" },
	{ 33, "mrz-mismatch" },
	{ 34, "attribute-unreadable" },
	{ 40, "credential-invalid" },
	{ 41, "credential-revoked" },
	{ 42, "credential-suspended" },
};

static void reasons_have_the_numbers_of_the_wire(void **state)
{
	(void)state;
	assert_int_equal(ARRAY_LEN(reasons), ARRAY_LEN(wire_reasons));
	for (size_t i = 0; i < ARRAY_LEN(wire_reasons); i++) {
		enum reason reason = (enum reason)wire_reasons[i].number;

		assert_string_equal(reason_name(reason), wire_reasons[i].name);
	}
}

static void results_and_sources_have_the_numbers_of_the_wire(void **state)
{
	static const char *const result_names[] = { "Yes", "No", "Undetermined", "Exempt",
		"Not-Applicable" };
	static const char *const source_names[] = { "Service", "Cache", "Shared-Cache", "Rule",
		"Credential" };

	(void)state;
	assert_int_equal(ARRAY_LEN(results), ARRAY_LEN(result_names));
	for (size_t i = 0; i < ARRAY_LEN(result_names); i++) {
		assert_int_equal(results[i], i + 1);
		assert_string_equal(result_name(results[i]), result_names[i]);
	}
	assert_int_equal(ARRAY_LEN(sources), ARRAY_LEN(source_names));
	for (size_t i = 0; i < ARRAY_LEN(source_names); i++) {
		assert_int_equal(sources[i], i + 1);
		assert_string_equal(source_name(sources[i]), source_names[i]);
	}
}

static void numbers_between_have_no_name(void **state)
{
	static const int none[] = { -1, 0, 14, 19, 28, 29, 35, 64, 1000 };

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(none); i++) {
		assert_null(reason_name((enum reason)none[i]));
		assert_null(result_name((enum result)none[i]));
		assert_null(source_name((enum source)none[i]));
		assert_false(reason_is_bad_request((enum reason)none[i]));
	}
}

static void bad_requests_are_thirty_and_above(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(reasons); i++)
		assert_int_equal(reason_is_bad_request(reasons[i]), reasons[i] >= 30);
}

static void each_decision_has_its_outcome(void **state)
{
	static const struct {
		enum result result;
		enum reason reason;
		bool challenge;
		enum outcome outcome;
	} rows[] = {
		{ RESULT_YES, REASON_MATCH, false, OUTCOME_GO },
		{ RESULT_YES, REASON_MATCH, true, OUTCOME_GO },
		{ RESULT_EXEMPT, REASON_EXEMPT, false, OUTCOME_GO },
		{ RESULT_NOT_APPLICABLE, REASON_NOT_APPLICABLE, false, OUTCOME_NOT_MINE },
		{ RESULT_NO, REASON_NO_MATCH, false, OUTCOME_REFUSED },
		{ RESULT_NO, REASON_DOCUMENT_INVALID, false, OUTCOME_REFUSED },
		{ RESULT_NO, REASON_TOO_SOON, true, OUTCOME_REFUSED },
		{ RESULT_NO, REASON_CONSENT_MISSING, false, OUTCOME_REFUSED },
		{ RESULT_NO, REASON_NOT_ENROLLED, false, OUTCOME_UNKNOWN },
		{ RESULT_NO, REASON_ID_LOCKED, false, OUTCOME_LOCKED },
		{ RESULT_NO, REASON_ID_BLOCKED, false, OUTCOME_LOCKED },
		{ RESULT_UNDETERMINED, REASON_PENDING, true, OUTCOME_ASK_AGAIN },
		{ RESULT_UNDETERMINED, REASON_PENDING, false, OUTCOME_FAILED },
		{ RESULT_UNDETERMINED, REASON_TOKEN_USED, true, OUTCOME_BAD_REQUEST },
		{ RESULT_UNDETERMINED, REASON_DOCUMENT_MISMATCH, false, OUTCOME_BAD_REQUEST },
		{ RESULT_UNDETERMINED, REASON_QUESTION_REFUSED, false, OUTCOME_FAILED },
		{ RESULT_UNDETERMINED, REASON_SERVICE_TIMEOUT, true, OUTCOME_FAILED },
		{ RESULT_UNDETERMINED, REASON_SERVICE_UNAVAILABLE, false, OUTCOME_FAILED },
		{ RESULT_UNDETERMINED, REASON_SERVICE_BUSY, false, OUTCOME_FAILED },
		{ RESULT_UNDETERMINED, REASON_ANSWER_REJECTED, false, OUTCOME_FAILED },
		{ RESULT_UNDETERMINED, REASON_NOT_CONFIGURED, false, OUTCOME_FAILED },
		{ RESULT_UNDETERMINED, REASON_ATTRIBUTE_MISSING, true, OUTCOME_BAD_REQUEST },
		{ RESULT_UNDETERMINED, REASON_ATTRIBUTE_INVALID, false, OUTCOME_BAD_REQUEST },
		{ RESULT_UNDETERMINED, REASON_MRZ_CHECK_DIGIT, false, OUTCOME_BAD_REQUEST },
		{ RESULT_UNDETERMINED, REASON_MRZ_MISMATCH, false, OUTCOME_BAD_REQUEST },
		{ RESULT_UNDETERMINED, REASON_ATTRIBUTE_UNREADABLE, false, OUTCOME_BAD_REQUEST },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(rows); i++)
		assert_int_equal(outcome_of(rows[i].result, rows[i].reason, rows[i].challenge),
			rows[i].outcome);
}

/* Whatever is passed, only Yes with match and Exempt with exempt let a sale go ahead. */
static void nothing_else_goes(void **state)
{
	(void)state;
	for (int result = -1; result < 8; result++) {
		for (int reason = -1; reason < 40; reason++) {
			bool go = (result == RESULT_YES && reason == REASON_MATCH) ||
				  (result == RESULT_EXEMPT && reason == REASON_EXEMPT);

			for (int challenge = 0; challenge < 2; challenge++)
				assert_int_equal(
					outcome_of((enum result)result, (enum reason)reason,
						challenge) == OUTCOME_GO,
					go);
		}
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(reasons_have_the_numbers_of_the_wire),
		cmocka_unit_test(results_and_sources_have_the_numbers_of_the_wire),
		cmocka_unit_test(numbers_between_have_no_name),
		cmocka_unit_test(bad_requests_are_thirty_and_above),
		cmocka_unit_test(each_decision_has_its_outcome),
		cmocka_unit_test(nothing_else_goes),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
