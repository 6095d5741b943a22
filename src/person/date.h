/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * date.h - calendar dates of documents and people, proleptic Gregorian, no time of day.
 *
 * A date of birth may have an unknown day, or an unknown month and day (ICAO Doc 9303-3
 * section 4.8); both are 0 here. What "today" is, is the caller's to say: nothing in this folder
 * reads a clock. All functions are thread-safe.
 */
#ifndef MIGRANTID_DATE_H
#define MIGRANTID_DATE_H

#include "base/base.h"

struct date {
	int year; /* 1..9999; 0: no date at all */
	int month; /* 1..12; 0: unknown */
	int day; /* 1..31; 0: unknown */
};

#define DATE_TEXT_LEN 10

/*
 * Read "YYYY-MM-DD" (ISO 8601 calendar date), exactly ten characters. With allow_unknown, "00" is
 * accepted as the day, or as month and day together. False for anything else, 30 February included.
 */
MUST_CHECK bool date_parse(const char *text, size_t len, bool allow_unknown, struct date *out);

/* Write "YYYY-MM-DD" and a terminator; unknown parts as 00. */
void date_format(const struct date *date, char out[DATE_TEXT_LEN + 1]);

bool date_is_set(const struct date *date);
bool date_is_full(const struct date *date);

/* <0, 0, >0 like memcmp, for two full dates. */
int date_compare(const struct date *a, const struct date *b);

/* The date that begins `seconds` (since 1970-01-01T00:00:00Z, may be negative) falls on, UTC. */
struct date date_of_seconds(int64_t seconds);

/*
 * A full date, so many years and months on (less than 10000 of each; negative: back), then so many
 * days. A day that the month has not counts on into the next: 29 February a year on is 1 March.
 */
struct date date_add(const struct date *date, int years, int months, int days);

/*
 * The day that a year of two digits (0..99) stands for: of those that exist the one nearest to
 * today. Not set if there is no such day.
 */
struct date date_of_short_year(int year, int month, int day, const struct date *today);

/*
 * True if a date lies ahead whichever possible day is meant, and wherever on Earth somebody says
 * it: one day after today has begun further east. `today` is full.
 */
bool date_is_ahead(const struct date *date, const struct date *today);

/* The first and the last full date that a date with unknown parts can be. */
struct date date_earliest(const struct date *date);
struct date date_latest(const struct date *date);

/*
 * The day on which someone born on a full date reaches `years`: the same day and month, and
 * 1 March where that year has no 29 February.
 */
struct date date_birthday(const struct date *birth, int years);

/*
 * True only if the person has not reached `years` on `today` whichever possible day of birth is
 * the true one. False too for a birth date that is not set or lies ahead.
 */
bool age_is_below(const struct date *birth, int years, const struct date *today);

#endif
