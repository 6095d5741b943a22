/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * zone.h - check digits of a machine-readable zone, reckoned once more by tables of their own. With
 * them fuzz_mrz sees through what is accepted, and puts digits right that a fuzzer never guesses.
 */
#ifndef MIGRANTID_FUZZ_ZONE_H
#define MIGRANTID_FUZZ_ZONE_H

#include "fuzz.h"

#define ZONE_MAX 90

struct zone_digit {
	size_t digit; /* its place, from 0 over all lines */
	size_t over[4][2]; /* places and lengths of what it is made over */
};

struct zone_form {
	size_t len;
	size_t number; /* place of the number; nine characters, a digit behind */
	size_t optional, optional_len; /* where a long number goes on; 0: nowhere */
	struct zone_digit digits[4]; /* the composite last: it covers the others */
};

static const struct zone_form zone_forms[] = {
	{ 90, 5, 15, 15,
		{ { 36, { { 30, 6 } } }, { 44, { { 38, 6 } } },
			{ 59, { { 5, 25 }, { 30, 7 }, { 38, 7 }, { 48, 11 } } } } },
	{ 72, 36, 64, 7,
		{ { 55, { { 49, 6 } } }, { 63, { { 57, 6 } } },
			{ 71, { { 36, 10 }, { 49, 7 }, { 57, 14 } } } } },
	{ 88, 44, 0, 0,
		{ { 63, { { 57, 6 } } }, { 71, { { 65, 6 } } }, { 86, { { 72, 14 } } },
			{ 87, { { 44, 10 }, { 57, 7 }, { 65, 22 } } } } },
};

/* The characters alone, upper case; false if they are no zone's by number or kind. */
static inline bool zone_flatten(const char *text, size_t len, char out[ZONE_MAX], size_t *out_len)
{
	*out_len = 0;
	for (size_t i = 0; i < len; i++) {
		char c = text[i];

		if (c == ' ' || c == '\t' || c == '\r' || c == '\n')
			continue;
		if (c >= 'a' && c <= 'z')
			c = (char)(c - 'a' + 'A');
		if (*out_len == ZONE_MAX ||
			!((c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '<'))
			return false;
		out[(*out_len)++] = c;
	}
	return *out_len > 0;
}

static inline const struct zone_form *zone_form_of(size_t len)
{
	for (size_t i = 0; i < ARRAY_LEN(zone_forms); i++)
		if (zone_forms[i].len == len)
			return &zone_forms[i];
	return NULL;
}

/* Doc 9303-3 section 4.9 */
static inline void zone_add(int *sum, size_t *count, const char *text, size_t len)
{
	for (size_t i = 0; i < len; i++, (*count)++) {
		int value = text[i] == '<'   ? 0
			    : text[i] >= 'A' ? text[i] - 'A' + 10
					     : text[i] - '0';

		*sum += value * (*count % 3 == 0 ? 7 : *count % 3 == 1 ? 3 : 1);
	}
}

static inline char zone_digit_of(const struct zone_digit *digit, const char *text)
{
	size_t count = 0;
	int sum = 0;

	for (size_t i = 0; i < ARRAY_LEN(digit->over); i++)
		zone_add(&sum, &count, text + digit->over[i][0], digit->over[i][1]);
	return (char)('0' + sum % 10);
}

/* Put every digit right; that of a long number stands at the end of its rest. */
static inline void zone_put_right(const struct zone_form *form, char text[ZONE_MAX])
{
	size_t position = form->number + 9, rest = 0, count = 0;
	int sum = 0;

	zone_add(&sum, &count, text + form->number, 9);
	if (form->optional_len > 0 && text[position] == '<' && text[position - 1] != '<') {
		while (rest < form->optional_len && text[form->optional + rest] != '<')
			rest++;
		if (rest == form->optional_len)
			rest = 0;
	}
	if (rest > 1) {
		zone_add(&sum, &count, text + form->optional, rest - 1);
		position = form->optional + rest - 1;
	}
	text[position] = (char)('0' + sum % 10);
	for (size_t i = 0; i < ARRAY_LEN(form->digits); i++)
		if (form->digits[i].digit != 0)
			text[form->digits[i].digit] = zone_digit_of(&form->digits[i], text);
}

/* One field that is empty may do without its digit; the composite never. */
static inline bool zone_left_out(const struct zone_digit *digit, const char text[ZONE_MAX])
{
	if (digit->digit == 0 || text[digit->digit] != '<' || digit->over[1][1] != 0)
		return false;
	for (size_t i = 0; i < digit->over[0][1]; i++)
		if (text[digit->over[0][0] + i] != '<')
			return false;
	return true;
}

/* The digits of an accepted zone, but for the number's, which the composite covers. */
static inline bool zone_holds(const struct zone_form *form, const char text[ZONE_MAX])
{
	for (size_t i = 0; i < ARRAY_LEN(form->digits); i++) {
		const struct zone_digit *digit = &form->digits[i];
		bool left_out = zone_left_out(digit, text);

		if (digit->digit != 0 && !left_out &&
			text[digit->digit] != zone_digit_of(digit, text))
			return false;
	}
	return true;
}

#endif
