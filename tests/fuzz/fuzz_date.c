/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Dates: a text that is read is the one that is written; a date lies between its earliest and its
 * latest day; a birthday is reached once, and an age never falls as days go by.
 */
#include "fuzz.h"
#include "person/date.h"

static void reads_what_it_writes(const char *text, const struct date *date)
{
	char written[DATE_TEXT_LEN + 1];

	date_format(date, written);
	HOLDS(memcmp(written, text, DATE_TEXT_LEN) == 0 && strlen(written) == DATE_TEXT_LEN);
	HOLDS(date_is_set(date));
}

static void lies_within_its_bounds(const struct date *date)
{
	struct date first = date_earliest(date), last = date_latest(date);

	HOLDS(date_is_full(&first) && date_is_full(&last));
	HOLDS(date_compare(&first, &last) <= 0);
	if (date_is_full(date))
		HOLDS(date_compare(&first, date) == 0 && date_compare(&last, date) == 0);
	HOLDS(first.year == date->year && last.year == date->year);
}

static void ages_once(const struct date *birth, const struct date *today, int years)
{
	struct date first = date_earliest(birth), last = date_latest(birth);
	bool below = age_is_below(birth, years, today);

	if (below) {
		struct date reached = date_birthday(&last, years);

		HOLDS(!date_is_ahead(&first, today));
		HOLDS(date_compare(today, &reached) < 0);
		HOLDS(age_is_below(birth, years + 1, today));
		HOLDS(age_is_below(&first, years, today));
	}
	/* Of an unknown day only what is true for each of them, as far as they are born yet. */
	if (date_compare(&last, today) <= 0 && !age_is_below(&first, years, today))
		HOLDS(!below);
	HOLDS(!age_is_below(birth, 0, today));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char *text = exact_copy(data, size);
	size_t half = size < DATE_TEXT_LEN ? size : DATE_TEXT_LEN;
	struct date birth = { 0 }, full = { 0 }, today = { 0 };
	int64_t seconds = 0;

	if (date_parse(text, half, true, &birth)) {
		reads_what_it_writes(text, &birth);
		lies_within_its_bounds(&birth);
		HOLDS(date_parse(text, half, false, &full) == date_is_full(&birth));
	}
	memcpy(&seconds, data + size - (size < sizeof(seconds) ? size : sizeof(seconds)),
		size < sizeof(seconds) ? size : sizeof(seconds));
	today = date_of_seconds(seconds);
	HOLDS(date_is_full(&today));
	if (date_is_set(&birth) && size > DATE_TEXT_LEN)
		ages_once(&birth, &today, data[DATE_TEXT_LEN] % 120);
	free(text);
	return 0;
}
