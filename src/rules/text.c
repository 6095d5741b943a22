/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "rules/text.h"

#include "base/utf8.h"

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

bool text_is_plain(const char *text, size_t len)
{
	uint32_t character = 0;

	for (size_t at = 0; at < len;) {
		size_t octets = utf8_read(text + at, len - at, &character);

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
