/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "inquiry/status.h"

#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>

static void each_status_has_its_meaning(void **state)
{
	static const struct {
		int status;
		bool has_retry_after;
		enum status_meaning meaning;
	} rows[] = {
		{ 200, false, STATUS_ANSWER },
		{ 200, true, STATUS_ANSWER },
		{ 202, true, STATUS_LATER },
		{ 202, false, STATUS_LATER },
		{ 301, false, STATUS_OUR_FAULT },
		{ 302, true, STATUS_OUR_FAULT },
		{ 304, false, STATUS_OUR_FAULT },
		{ 399, false, STATUS_OUR_FAULT },
		{ 400, false, STATUS_OUR_FAULT },
		{ 401, false, STATUS_OUR_FAULT },
		{ 403, false, STATUS_OUR_FAULT },
		{ 404, false, STATUS_OUR_FAULT },
		{ 405, false, STATUS_OUR_FAULT },
		{ 406, false, STATUS_OUR_FAULT },
		{ 408, false, STATUS_OUR_FAULT },
		{ 409, true, STATUS_IN_PROGRESS },
		{ 409, false, STATUS_IN_PROGRESS },
		{ 413, false, STATUS_OUR_FAULT },
		{ 415, false, STATUS_OUR_FAULT },
		{ 422, false, STATUS_QUESTION_REFUSED },
		{ 422, true, STATUS_QUESTION_REFUSED },
		{ 429, true, STATUS_SLOW_DOWN },
		{ 429, false, STATUS_SLOW_DOWN },
		{ 451, false, STATUS_OUR_FAULT },
		{ 499, false, STATUS_OUR_FAULT },
		{ 500, false, STATUS_FAILED },
		{ 500, true, STATUS_FAILED },
		{ 501, false, STATUS_FAILED },
		{ 502, false, STATUS_FAILED },
		{ 503, true, STATUS_SLOW_DOWN },
		{ 503, false, STATUS_FAILED },
		{ 504, true, STATUS_FAILED },
		{ 599, false, STATUS_FAILED },
		/* What no contract has means that no decision came. */
		{ 0, false, STATUS_FAILED },
		{ 100, false, STATUS_FAILED },
		{ 201, false, STATUS_FAILED },
		{ 204, false, STATUS_FAILED },
		{ 206, false, STATUS_FAILED },
		{ 299, false, STATUS_FAILED },
		{ 600, false, STATUS_FAILED },
		{ -1, false, STATUS_FAILED },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(rows); i++)
		if (status_meaning_of(rows[i].status, rows[i].has_retry_after) != rows[i].meaning)
			fail_msg("%d, %d", rows[i].status, rows[i].has_retry_after);
}

static void a_retry_after_is_clamped(void **state)
{
	(void)state;
	assert_int_equal(retry_after_of(-1, 5), 5);
	assert_int_equal(retry_after_of(INT64_MIN, 5), 5);
	assert_int_equal(retry_after_of(0, 5), 1);
	assert_int_equal(retry_after_of(1, 5), 1);
	assert_int_equal(retry_after_of(59, 5), 59);
	assert_int_equal(retry_after_of(60, 5), 60);
	assert_int_equal(retry_after_of(61, 5), 60);
	assert_int_equal(retry_after_of(INT64_MAX, 5), 60);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(each_status_has_its_meaning),
		cmocka_unit_test(a_retry_after_is_clamped),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
