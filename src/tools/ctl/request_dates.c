/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "tools/ctl/request_dates.h"

#include <stdlib.h>
#include <string.h>

#include <openssl/crypto.h>

#define BEGINNING "@TODAY"
#define SHORTEST (sizeof(BEGINNING "@") - 1)
#define NUMBER_MAX 9999

struct distance {
	int years, months, days;
};

/* "-6Y", "+1D"; what stands behind it, NULL if it is none. */
static const char *read_step(const char *at, struct distance *out)
{
	int sign = *at == '-' ? -1 : 1, number = 0;
	size_t digits = strspn(at + 1, "0123456789");

	if (digits == 0)
		return NULL;
	for (size_t i = 1; i <= digits; i++)
		number = number > NUMBER_MAX ? number : number * 10 + (at[i] - '0');
	if (number > NUMBER_MAX)
		return NULL;
	switch (at[digits + 1]) {
	case 'D':
		out->days += sign * number;
		break;
	case 'M':
		out->months += sign * number;
		break;
	case 'Y':
		out->years += sign * number;
		break;
	default:
		return NULL;
	}
	return at + digits + 2;
}

/* What stands behind a date's sign, NULL if there is none here. */
static const char *read_sign(const char *at, const struct date *today, struct date *out)
{
	struct distance distance = { 0 };

	if (strncmp(at, BEGINNING, strlen(BEGINNING)) != 0)
		return NULL;
	at += strlen(BEGINNING);
	while (at != NULL && (*at == '-' || *at == '+'))
		at = read_step(at, &distance);
	if (at == NULL || *at != '@' || abs(distance.years) > NUMBER_MAX ||
		abs(distance.months) > NUMBER_MAX || abs(distance.days) > NUMBER_MAX)
		return NULL;
	*out = date_add(today, distance.years, distance.months, distance.days);
	return at + 1;
}

static size_t room_for(const char *text, size_t len)
{
	size_t room = len + 1;

	for (const char *at = strchr(text, '@'); at != NULL; at = strchr(at + 1, '@'))
		room += DATE_TEXT_LEN - SHORTEST;
	return room;
}

bool request_dates(struct input *input, const struct date *today)
{
	size_t room = room_for(input->data, input->len), len = 0;
	const char *at = input->data;
	char *text = calloc(1, room);

	if (text == NULL)
		return false;
	while (*at != '\0') {
		struct date date;
		const char *behind = read_sign(at, today, &date);

		if (behind == NULL) {
			text[len++] = *at++;
			continue;
		}
		date_format(&date, text + len);
		len += DATE_TEXT_LEN;
		at = behind;
	}
	input_clear(input);
	*input = (struct input){ .data = text, .len = len, .room = room };
	return true;
}
