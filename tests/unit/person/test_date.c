/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "person/date.h"

#include <setjmp.h>
#include <stdarg.h>
#include <string.h>
#include <time.h>

#include <cmocka.h>

static struct date day(const char *text)
{
	struct date date = { 0 };

	if (!date_parse(text, strlen(text), true, &date))
		fail_msg("no date: %s", text);
	return date;
}

static void assert_day(struct date date, const char *text)
{
	char written[DATE_TEXT_LEN + 1];

	date_format(&date, written);
	assert_string_equal(written, text);
}

static void dates_are_read_strictly(void **state)
{
	static const struct {
		const char *text;
		bool full, unknown; /* accepted without and with allow_unknown */
	} rows[] = {
		{ "1990-01-31", true, true },
		{ "0001-01-01", true, true },
		{ "9999-12-31", true, true },
		{ "2000-02-29", true, true },
		{ "2024-02-29", true, true },
		{ "1900-02-29", false, false },
		{ "2023-02-29", false, false },
		{ "2024-02-30", false, false },
		{ "2024-04-31", false, false },
		{ "2024-06-31", false, false },
		{ "2024-09-31", false, false },
		{ "2024-11-31", false, false },
		{ "2024-12-32", false, false },
		{ "2024-13-01", false, false },
		{ "1990-05-00", false, true },
		{ "1990-00-00", false, true },
		{ "1990-00-15", false, false }, /* a day of no month */
		{ "0000-01-01", false, false },
		{ "0000-00-00", false, false },
		{ "", false, false },
		{ "1990-1-31", false, false },
		{ "1990-01-3", false, false },
		{ "1990-01-311", false, false },
		{ "1990-01-31 ", false, false },
		{ " 990-01-31", false, false },
		{ "1990/01/31", false, false },
		{ "1990-01/31", false, false },
		{ "19900131", false, false },
		{ "31-01-1990", false, false },
		{ "+990-01-31", false, false },
		{ "-990-01-31", false, false },
		{ "1990-+1-31", false, false },
		{ "1990-01- 1", false, false },
		{ "1990-01-3x", false, false },
		{ "199:-01-01", false, false },
		{ "199/-01-01", false, false },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		struct date date = { 7, 7, 7 };
		size_t len = strlen(rows[i].text);

		if (date_parse(rows[i].text, len, false, &date) != rows[i].full)
			fail_msg("\"%s\" as a full date", rows[i].text);
		if (date_parse(rows[i].text, len, true, &date) != rows[i].unknown)
			fail_msg("\"%s\" with unknown parts", rows[i].text);
		if (rows[i].unknown)
			assert_day(date, rows[i].text);
		else
			assert_int_equal(date.year, 7);
	}
}

static void set_and_full_differ(void **state)
{
	static const struct {
		struct date date;
		bool set, full;
	} rows[] = {
		{ { 0, 0, 0 }, false, false },
		{ { 1990, 0, 0 }, true, false },
		{ { 1990, 5, 0 }, true, false },
		{ { 1990, 5, 1 }, true, true },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		assert_int_equal(date_is_set(&rows[i].date), rows[i].set);
		assert_int_equal(date_is_full(&rows[i].date), rows[i].full);
	}
	assert_day((struct date){ 0, 0, 0 }, "0000-00-00");
}

static void seconds_fall_on_days(void **state)
{
	static const struct {
		int64_t seconds;
		const char *day;
	} rows[] = {
		{ 0, "1970-01-01" },
		{ 86399, "1970-01-01" },
		{ 86400, "1970-01-02" },
		{ -1, "1969-12-31" },
		{ -86400, "1969-12-31" },
		{ -86401, "1969-12-30" },
		{ 951782400, "2000-02-29" },
		{ 951868800, "2000-03-01" },
		{ INT64_C(4107542400), "2100-03-01" },
		{ INT64_C(2147483648), "2038-01-19" },
		{ INT64_C(-62135596800), "0001-01-01" },
		{ INT64_C(253402300799), "9999-12-31" },
		/* past what a date holds: the nearest */
		{ INT64_C(-62135596801), "0001-01-01" },
		{ INT64_C(253402300800), "9999-12-31" },
		{ INT64_MIN, "0001-01-01" },
		{ INT64_MAX, "9999-12-31" },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(rows); i++)
		assert_day(date_of_seconds(rows[i].seconds), rows[i].day);
}

/* Every day of two eras, against the C library; and each round-trips through its text. */
static void days_follow_one_another(void **state)
{
	struct date before = { 1599, 12, 31 };

	(void)state;
	for (int64_t seconds = -INT64_C(11676096000); before.year < 2400; seconds += 86400) {
		struct date date = date_of_seconds(seconds), again;
		char text[DATE_TEXT_LEN + 1];
		time_t at = seconds;
		struct tm tm;

		assert_non_null(gmtime_r(&at, &tm));
		assert_int_equal(date.year, tm.tm_year + 1900);
		assert_int_equal(date.month, tm.tm_mon + 1);
		assert_int_equal(date.day, tm.tm_mday);
		assert_true(date_compare(&before, &date) < 0);
		assert_true(date_compare(&date, &before) > 0);
		date_format(&date, text);
		assert_true(date_parse(text, DATE_TEXT_LEN, false, &again));
		assert_int_equal(date_compare(&date, &again), 0);
		before = date;
	}
}

static void unknown_parts_have_bounds(void **state)
{
	static const struct {
		const char *date, *first, *last;
	} rows[] = {
		{ "2020-05-17", "2020-05-17", "2020-05-17" },
		{ "2020-05-00", "2020-05-01", "2020-05-31" },
		{ "2020-04-00", "2020-04-01", "2020-04-30" },
		{ "2020-02-00", "2020-02-01", "2020-02-29" },
		{ "2021-02-00", "2021-02-01", "2021-02-28" },
		{ "2020-00-00", "2020-01-01", "2020-12-31" },
	};
	struct date none = { 0, 0, 0 };

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		struct date date = day(rows[i].date);

		assert_day(date_earliest(&date), rows[i].first);
		assert_day(date_latest(&date), rows[i].last);
	}
	assert_day(date_earliest(&none), "0000-00-00");
	assert_day(date_latest(&none), "0000-00-00");
}

static void birthdays(void **state)
{
	static const struct {
		const char *birth;
		int years;
		const char *day;
	} rows[] = {
		{ "2018-06-15", 6, "2024-06-15" },
		{ "2016-02-29", 4, "2020-02-29" },
		{ "2016-02-29", 6, "2022-03-01" },
		{ "1896-02-29", 4, "1900-03-01" },
		{ "2016-02-28", 6, "2022-02-28" },
		{ "2018-12-31", 0, "2018-12-31" },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		struct date birth = day(rows[i].birth);

		assert_day(date_birthday(&birth, rows[i].years), rows[i].day);
	}
}

static void ages(void **state)
{
	static const struct {
		const char *birth;
		int years;
		const char *today;
		bool below;
	} rows[] = {
		{ "2018-06-15", 6, "2024-06-14", true },
		{ "2018-06-15", 6, "2024-06-15", false },
		{ "2018-06-15", 6, "2018-06-15", true }, /* born today */
		{ "2018-06-15", 6, "2018-06-14", true }, /* born today further east */
		{ "2018-06-15", 6, "2018-06-13", false }, /* not yet born */
		{ "2018-06-15", 0, "2018-06-15", false },
		{ "2016-02-29", 6, "2022-02-28", true },
		{ "2016-02-29", 6, "2022-03-01", false },
		{ "2016-02-29", 4, "2020-02-28", true },
		{ "2016-02-29", 4, "2020-02-29", false },
		/* unknown day: the first of the month counts */
		{ "2018-06-00", 6, "2024-05-31", true },
		{ "2018-06-00", 6, "2024-06-01", false },
		/* unknown month: 1 January counts */
		{ "2018-00-00", 6, "2023-12-31", true },
		{ "2018-00-00", 6, "2024-01-01", false },
		{ "2024-00-00", 6, "2024-06-01", true }, /* born some time this year */
		{ "2025-00-00", 6, "2024-06-01", false },
		{ "1990-01-31", 6, "2024-06-01", false },
		{ "0001-01-01", 6, "2024-06-01", false },
	};
	struct date none = { 0, 0, 0 }, today = { 2024, 6, 1 }, year = { 2024, 0, 0 };
	struct date child = { 2020, 1, 1 };

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		struct date birth = day(rows[i].birth), at = day(rows[i].today);

		if (age_is_below(&birth, rows[i].years, &at) != rows[i].below)
			fail_msg("%s below %d on %s", rows[i].birth, rows[i].years, rows[i].today);
	}
	assert_false(age_is_below(&none, 6, &today));
	assert_false(age_is_below(&child, 6, &year));
	assert_false(age_is_below(&child, 6, &none));
}

static void days_are_added_as_on_a_calendar(void **state)
{
	static const struct {
		const char *from;
		int years, months, days;
		const char *to;
	} rows[] = {
		{ "2026-05-10", 0, 0, 0, "2026-05-10" },
		{ "2026-12-31", 0, 0, 1, "2027-01-01" },
		{ "2026-01-01", 0, 0, -1, "2025-12-31" },
		{ "2024-02-29", -6, 0, 0, "2018-03-01" },
		{ "2024-02-29", -6, 0, 1, "2018-03-02" },
		{ "2024-02-29", -4, 0, 0, "2020-02-29" },
		{ "2026-01-31", 0, 1, 0, "2026-03-03" },
		{ "2026-05-10", 0, -5, 0, "2025-12-10" },
		{ "2026-05-10", 0, 20, -9, "2028-01-01" },
		{ "0001-01-01", 0, 0, -1, "0001-01-01" }, /* what a date can hold */
		{ "0001-01-01", -9999, 0, 0, "0001-01-01" },
		{ "9999-12-31", 9999, 0, 0, "9999-12-31" },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		struct date from = day(rows[i].from), to;
		char text[DATE_TEXT_LEN + 1];

		to = date_add(&from, rows[i].years, rows[i].months, rows[i].days);
		date_format(&to, text);
		assert_string_equal(text, rows[i].to);
	}
}

static void a_short_year_is_the_nearest(void **state)
{
	static const struct {
		const char *today;
		int year, month, day;
		const char *stands_for;
	} rows[] = {
		{ "2026-05-10", 99, 5, 1, "1999-05-01" },
		{ "2026-05-10", 26, 5, 10, "2026-05-10" },
		{ "2026-05-10", 76, 5, 9, "2076-05-09" },
		{ "2026-05-10", 76, 5, 11, "1976-05-11" },
		{ "2026-05-10", 0, 2, 29, "2000-02-29" },
		{ "2095-05-10", 0, 2, 28, "2100-02-28" },
		{ "2095-05-10", 0, 2, 29, "2000-02-29" }, /* 2100 has none */
		{ "2099-12-31", 1, 1, 1, "2101-01-01" },
		{ "2026-05-10", 25, 2, 29, NULL },
		{ "2026-05-10", 26, 13, 1, NULL },
		{ "2026-05-10", 26, 0, 0, NULL },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		struct date today = day(rows[i].today);
		struct date found =
			date_of_short_year(rows[i].year, rows[i].month, rows[i].day, &today);
		char text[DATE_TEXT_LEN + 1];

		assert_int_equal(date_is_set(&found), rows[i].stands_for != NULL);
		date_format(&found, text);
		if (rows[i].stands_for != NULL)
			assert_string_equal(text, rows[i].stands_for);
	}
}

/* What holds for an unknown birth date holds for every date that it can be. */
static void unknown_is_below_only_if_every_day_is(void **state)
{
	struct date births[] = { { 2018, 0, 0 }, { 2018, 2, 0 }, { 2016, 2, 0 }, { 2016, 0, 0 } };

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(births); i++) {
		struct date first = date_earliest(&births[i]), last = date_latest(&births[i]);

		for (int64_t s = INT64_C(1609459200); s < INT64_C(1735689600); s += 86400) {
			struct date today = date_of_seconds(s);
			bool every = true;

			for (int64_t b = INT64_C(1451606400);; b += 86400) {
				struct date birth = date_of_seconds(b);

				if (date_compare(&birth, &last) > 0)
					break;
				if (date_compare(&birth, &first) >= 0)
					every = every && age_is_below(&birth, 6, &today);
			}
			assert_int_equal(age_is_below(&births[i], 6, &today), every);
		}
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(dates_are_read_strictly),
		cmocka_unit_test(set_and_full_differ),
		cmocka_unit_test(seconds_fall_on_days),
		cmocka_unit_test(days_follow_one_another),
		cmocka_unit_test(unknown_parts_have_bounds),
		cmocka_unit_test(birthdays),
		cmocka_unit_test(ages),
		cmocka_unit_test(days_are_added_as_on_a_calendar),
		cmocka_unit_test(a_short_year_is_the_nearest),
		cmocka_unit_test(unknown_is_below_only_if_every_day_is),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
