/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "person/person_internal.h"

/* A check digit in the making; over parts, so that no copy of a person's data is needed. */
struct sum {
	int total;
	size_t count;
	bool strange;
};

static int value_of(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	if (c >= 'A' && c <= 'Z')
		return c - 'A' + 10;
	return c == '<' ? 0 : -1;
}

static void sum_add(struct sum *sum, const char *text, size_t len)
{
	static const int weights[] = { 7, 3, 1 };

	for (size_t i = 0; i < len; i++) {
		int value = value_of(text[i]);

		if (value < 0)
			sum->strange = true;
		sum->total = (sum->total + value * weights[sum->count % ARRAY_LEN(weights)]) % 10;
		sum->count++;
	}
}

static char sum_digit(const struct sum *sum)
{
	return sum->strange ? '\0' : (char)('0' + sum->total);
}

char mrz_check_digit(const char *text, size_t len)
{
	struct sum sum = { 0 };

	sum_add(&sum, text, len);
	return sum_digit(&sum);
}

static enum mrz_verdict verdict_of(bool holds)
{
	return holds ? MRZ_HOLDS : MRZ_FAILS;
}

bool mrz_is_filler(const char *text, size_t len)
{
	for (size_t i = 0; i < len; i++)
		if (text[i] != '<')
			return false;
	return true;
}

static enum mrz_verdict check_number(const struct mrz_layout *layout, const char *text)
{
	const struct mrz_part *number = &layout->field[MRZ_NUMBER];
	const char *rest = text + layout->field[MRZ_OPTIONAL].at;
	size_t rest_len = mrz_number_rest(layout, text);
	struct sum without = { 0 };
	struct sum with;

	sum_add(&without, text + number->at, number->len);
	if (rest_len == 0)
		return verdict_of(text[layout->digit[MRZ_NUMBER]] == sum_digit(&without));
	/* States do not agree on whether the filler between the halves has a weight. */
	with = without;
	sum_add(&with, "<", 1);
	sum_add(&with, rest, rest_len);
	sum_add(&without, rest, rest_len);
	return verdict_of(
		rest[rest_len] == sum_digit(&with) || rest[rest_len] == sum_digit(&without));
}

static enum mrz_verdict check_plain(
	const struct mrz_layout *layout, const char *text, enum mrz_field field)
{
	const struct mrz_part *part = &layout->field[field];
	char digit = text[layout->digit[field]];

	/*
	 * An empty field may do without (Doc 9303-4 section 4.2.2.2, position 43; national
	 * documents have it so in place of a date).
	 */
	if (digit == '<')
		return verdict_of(mrz_is_filler(text + part->at, part->len));
	return verdict_of(digit == mrz_check_digit(text + part->at, part->len));
}

static enum mrz_verdict check_composite(const struct mrz_layout *layout, const char *text)
{
	struct sum sum = { 0 };

	for (size_t i = 0; i < MRZ_PARTS_MAX; i++)
		sum_add(&sum, text + layout->composite[i].at, layout->composite[i].len);
	return verdict_of(text[layout->digit[MRZ_COMPOSITE]] == sum_digit(&sum));
}

void mrz_check_zone(
	const struct mrz_layout *layout, const char *text, enum mrz_verdict verdict[MRZ_FIELDS])
{
	for (int field = MRZ_FIELD_NONE; field < MRZ_FIELDS; field++) {
		if (layout->digit[field] == 0)
			verdict[field] = MRZ_UNCHECKED;
		else if (field == MRZ_NUMBER)
			verdict[field] = check_number(layout, text);
		else if (field == MRZ_COMPOSITE)
			verdict[field] = check_composite(layout, text);
		else
			verdict[field] = check_plain(layout, text, (enum mrz_field)field);
	}
}
