/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "rules/text.h"

#define SUBTAG_MAX 8

/* Characters by ASCII number: the server's locale has no say in what a request may hold. */
static bool is_letter(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

static bool is_digit(char c)
{
	return c >= '0' && c <= '9';
}

/* Octets of the UTF-8 sequence that begins with `first`; 0 if none does. */
static size_t sequence_len(unsigned char first)
{
	if (first < 0x80)
		return 1;
	if (first >= 0xc2 && first <= 0xdf)
		return 2;
	if (first >= 0xe0 && first <= 0xef)
		return 3;
	if (first >= 0xf0 && first <= 0xf4)
		return 4;
	return 0;
}

/* Read one character of len octets at most; returns its length, 0 if it is ill-formed. */
static size_t next_character(const char *text, size_t len, uint32_t *character)
{
	static const uint32_t shortest[] = { 0, 0, 0x80, 0x800, 0x10000 };
	unsigned char first = (unsigned char)text[0];
	size_t octets = sequence_len(first);

	if (octets == 0 || octets > len)
		return 0;
	*character = octets == 1 ? first : first & (0x7fU >> octets);
	for (size_t i = 1; i < octets; i++) {
		unsigned char next = (unsigned char)text[i];

		if ((next & 0xc0U) != 0x80)
			return 0;
		*character = *character << 6 | (next & 0x3fU);
	}
	if (*character < shortest[octets] || *character > 0x10ffff ||
	    (*character >= 0xd800 && *character <= 0xdfff))
		return 0;
	return octets;
}

bool text_is_plain(const char *text, size_t len)
{
	uint32_t character = 0;

	for (size_t at = 0; at < len;) {
		size_t octets = next_character(text + at, len - at, &character);

		if (octets == 0 || character < 0x20 || (character >= 0x7f && character <= 0x9f))
			return false;
		at += octets;
	}
	return true;
}

bool text_is_word(const char *text, size_t len)
{
	for (size_t i = 0; i < len; i++)
		if (!is_digit(text[i]) && text[i] != '-' && !(text[i] >= 'a' && text[i] <= 'z'))
			return false;
	return len > 0;
}

bool text_is_token(const char *text, size_t len)
{
	for (size_t i = 0; i < len; i++)
		if (!is_letter(text[i]) && !is_digit(text[i]) && text[i] != '.' && text[i] != '_' &&
		    text[i] != '~' && text[i] != '-')
			return false;
	return len > 0;
}

bool text_is_language(const char *text, size_t len)
{
	bool first = true;
	size_t subtag = 0;

	for (size_t i = 0; i < len; i++) {
		if (text[i] == '-' && subtag > 0) {
			first = false;
			subtag = 0;
		} else if (subtag < SUBTAG_MAX &&
			   (is_letter(text[i]) || (!first && is_digit(text[i])))) {
			subtag++;
		} else {
			return false;
		}
	}
	return subtag > 0;
}
