/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "person/date.h"

#define SECONDS_PER_DAY 86400

/* Beginning with a year 4n+1, 100n+1, 400n+1: the leap day, if any, comes last. */
#define DAYS_IN_4_YEARS 1461
#define DAYS_IN_100_YEARS 36524
#define DAYS_IN_400_YEARS 146097

/* 0001-01-01T00:00:00Z and 9999-12-31T23:59:59Z: what struct date can hold. */
#define FIRST_SECOND (-INT64_C(62135596800))
#define LAST_SECOND INT64_C(253402300799)

static bool is_leap(int year)
{
	return year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
}

static int days_in_month(int year, int month)
{
	static const int days[] = { 31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31 };

	return month == 2 && is_leap(year) ? 29 : days[month - 1];
}

/* Value of `len` digits, -1 if one is none. */
static int number(const char *text, size_t len)
{
	int value = 0;

	for (size_t i = 0; i < len; i++) {
		if (text[i] < '0' || text[i] > '9')
			return -1;
		value = value * 10 + (text[i] - '0');
	}
	return value;
}

static bool is_valid(const struct date *date, bool allow_unknown)
{
	if (date->year < 1 || date->month < 0 || date->month > 12 || date->day < 0)
		return false;
	if (date->month == 0)
		return allow_unknown && date->day == 0;
	if (date->day == 0)
		return allow_unknown;
	return date->day <= days_in_month(date->year, date->month);
}

bool date_parse(const char *text, size_t len, bool allow_unknown, struct date *out)
{
	struct date date;

	if (len != DATE_TEXT_LEN || text[4] != '-' || text[7] != '-')
		return false;
	date.year = number(text, 4);
	date.month = number(text + 5, 2);
	date.day = number(text + 8, 2);
	if (!is_valid(&date, allow_unknown))
		return false;
	*out = date;
	return true;
}

static void put_digits(char *out, size_t count, int value)
{
	for (size_t i = count; i > 0; i--) {
		out[i - 1] = (char)('0' + value % 10);
		value /= 10;
	}
}

void date_format(const struct date *date, char out[DATE_TEXT_LEN + 1])
{
	put_digits(out, 4, date->year);
	out[4] = '-';
	put_digits(out + 5, 2, date->month);
	out[7] = '-';
	put_digits(out + 8, 2, date->day);
	out[DATE_TEXT_LEN] = '\0';
}

bool date_is_set(const struct date *date)
{
	return date->year != 0;
}

bool date_is_full(const struct date *date)
{
	return date->year != 0 && date->month != 0 && date->day != 0;
}

int date_compare(const struct date *a, const struct date *b)
{
	if (a->year != b->year)
		return a->year < b->year ? -1 : 1;
	if (a->month != b->month)
		return a->month < b->month ? -1 : 1;
	return (a->day > b->day) - (a->day < b->day);
}

/* How many whole cycles fit in *days, at most `most`; leaves the rest in *days. */
static int take_cycles(int *days, int length, int most)
{
	int cycles = *days / length;

	if (cycles > most)
		cycles = most;
	*days -= cycles * length;
	return cycles;
}

struct date date_of_seconds(int64_t seconds)
{
	struct date date = { .year = 1, .month = 1 };
	int days;

	if (seconds < FIRST_SECOND)
		seconds = FIRST_SECOND;
	if (seconds > LAST_SECOND)
		seconds = LAST_SECOND;
	days = (int)((seconds - FIRST_SECOND) / SECONDS_PER_DAY);
	/* At most 3: the last of four centuries and the last of four years are a day longer. */
	date.year += 400 * take_cycles(&days, DAYS_IN_400_YEARS, 9999 / 400);
	date.year += 100 * take_cycles(&days, DAYS_IN_100_YEARS, 3);
	date.year += 4 * take_cycles(&days, DAYS_IN_4_YEARS, 24);
	date.year += take_cycles(&days, 365, 3);
	while (days >= days_in_month(date.year, date.month))
		days -= days_in_month(date.year, date.month++);
	date.day = days + 1;
	return date;
}

/* Days from 0001-01-01 to a full date. */
static int64_t days_to(int year, int month, int day)
{
	int64_t years = year - 1, days = 365 * years + years / 4 - years / 100 + years / 400;

	for (int m = 1; m < month; m++)
		days += days_in_month(year, m);
	return days + day - 1;
}

struct date date_add(const struct date *date, int years, int months, int days)
{
	int month = (date->year + years) * 12 + date->month - 1 + months;

	if (month < 12)
		month = 12; /* January of the year 1 */
	return date_of_seconds(
		FIRST_SECOND +
		SECONDS_PER_DAY * (days_to(month / 12, month % 12 + 1, date->day) + days));
}

static int64_t days_apart(const struct date *a, const struct date *b)
{
	int64_t days = days_to(a->year, a->month, a->day) - days_to(b->year, b->month, b->day);

	return days < 0 ? -days : days;
}

struct date date_of_short_year(int year, int month, int day, const struct date *today)
{
	struct date nearest = { 0 };
	int century = today->year / 100;

	for (int c = century - 1; c <= century + 1; c++) {
		struct date one = { c * 100 + year, month, day };

		if (!is_valid(&one, false))
			continue;
		if (!date_is_set(&nearest) || days_apart(&one, today) < days_apart(&nearest, today))
			nearest = one;
	}
	return nearest;
}

bool date_is_ahead(const struct date *date, const struct date *today)
{
	struct date first = date_earliest(date);
	struct date tomorrow = date_add(today, 0, 0, 1);

	return date_is_set(date) && date_compare(&first, &tomorrow) > 0;
}

struct date date_earliest(const struct date *date)
{
	struct date first = *date;

	if (!date_is_set(date))
		return first;
	if (first.month == 0)
		first.month = 1;
	if (first.day == 0)
		first.day = 1;
	return first;
}

struct date date_latest(const struct date *date)
{
	struct date last = *date;

	if (!date_is_set(date))
		return last;
	if (last.month == 0)
		last.month = 12;
	if (last.day == 0)
		last.day = days_in_month(last.year, last.month);
	return last;
}

struct date date_birthday(const struct date *birth, int years)
{
	struct date day = *birth;

	day.year += years;
	if (day.month == 2 && day.day == 29 && !is_leap(day.year)) {
		day.month = 3;
		day.day = 1;
	}
	return day;
}

bool age_is_below(const struct date *birth, int years, const struct date *today)
{
	struct date first, reached;

	if (!date_is_set(birth) || !date_is_full(today))
		return false;
	if (date_is_ahead(birth, today))
		return false;
	/* Whoever was born on the earliest possible day reaches the age first. */
	first = date_earliest(birth);
	if (date_compare(&first, today) > 0)
		first = *today; /* born today, further east */
	reached = date_birthday(&first, years);
	return date_compare(today, &reached) < 0;
}
