/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The table "Other statuses" of the service's contract, each row.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "transport/retry.h"

static void test_statuses(void **state)
{
	static const struct {
		long status;
		bool retry_after;
		enum attempt_end end;
	} rows[] = {
		{ 200, false, END_ANSWER },
		{ 202, true, END_LATER },
		{ 202, false, END_LATER },
		{ 400, false, END_OUR_FAULT },
		{ 401, false, END_OUR_FAULT },
		{ 403, false, END_OUR_FAULT },
		{ 404, false, END_OUR_FAULT },
		{ 405, false, END_OUR_FAULT },
		{ 422, false, END_OUR_FAULT },
		{ 409, false, END_IN_PROGRESS },
		{ 409, true, END_IN_PROGRESS },
		{ 429, true, END_SLOW_DOWN },
		{ 429, false, END_SLOW_DOWN },
		{ 503, true, END_SLOW_DOWN },
		{ 503, false, END_FAILED }, /* not the service's word: a proxy without one */
		{ 500, false, END_FAILED },
		{ 502, false, END_FAILED },
		{ 504, false, END_FAILED },
		/* not in the contract */
		{ 0, false, END_FAILED },
		{ 100, false, END_FAILED },
		{ 201, false, END_FAILED },
		{ 204, false, END_FAILED },
		{ 301, false, END_OUR_FAULT },
		{ 406, false, END_OUR_FAULT },
		{ 408, false, END_FAILED },
		{ 415, false, END_OUR_FAULT },
		{ 425, false, END_FAILED },
		{ 501, false, END_FAILED },
		{ 599, false, END_FAILED },
		{ 999, false, END_FAILED },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(rows); i++)
		if (attempt_end_of(rows[i].status, rows[i].retry_after) != rows[i].end)
			fail_msg("status %ld", rows[i].status);
}

static void test_retry_after(void **state)
{
	static const struct {
		int64_t told;
		unsigned obeyed;
	} rows[] = {
		{ -1, 5 },
		{ INT64_MIN, 5 },
		{ 0, 1 },
		{ 1, 1 },
		{ 2, 2 },
		{ 60, 60 },
		{ 61, 60 },
		{ INT64_MAX, 60 },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(rows); i++)
		assert_int_equal(retry_after_clamp(rows[i].told, 5), rows[i].obeyed);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_statuses),
		cmocka_unit_test(test_retry_after),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
