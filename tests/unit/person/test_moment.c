/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "person/moment.h"

#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>

static void moments_are_read(void **state)
{
	static const struct {
		const char *text;
		int64_t seconds;
	} rows[] = {
		{ "1970-01-01", 0 },
		{ "0", 0 },
		{ "1796119200", 1796119200 },
		{ "2026-12-01T10:00:00Z", 1796119200 },
		{ "2026-12-01", 1796083200 },
		{ "2024-02-29T23:59:59Z", 1709251199 },
		{ "9999-12-31T23:59:59Z", INT64_C(253402300799) },
		{ "253402300799", INT64_C(253402300799) },
		{ "0001-01-01", INT64_C(-62135596800) },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		int64_t seconds = -1;

		if (!moment_parse(rows[i].text, &seconds))
			fail_msg("no moment: %s", rows[i].text);
		assert_int_equal(seconds, rows[i].seconds);
	}
}

static void anything_else_is_refused(void **state)
{
	static const char *const rows[] = {
		"",
		"noon",
		"-1",
		"+1",
		" 1",
		"1 ",
		"1.5",
		"253402300800",
		"99999999999999999999",
		"2026-02-30",
		"2026-00-01",
		"2026-12-01T10:00:00",
		"2026-12-01T10:00:00+03:00",
		"2026-12-01 10:00:00Z",
		"2026-12-01T24:00:00Z",
		"2026-12-01T10:60:00Z",
		"2026-12-01T10:00:60Z",
		"2026-12-01T1 :00:00Z",
		"2026-12-01T-1:00:00Z",
		"2026-12-01T10:00:00Zz",
		"2026-12-01T",
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		int64_t seconds = 7;

		if (moment_parse(rows[i], &seconds))
			fail_msg("a moment: %s", rows[i]);
		assert_int_equal(seconds, 7);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(moments_are_read),
		cmocka_unit_test(anything_else_is_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
