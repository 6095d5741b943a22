/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "person/document.h"

/* Not toupper() and the like: those ask the process's locale, which is not ours to know. */
static bool is_lower(char c)
{
	return c >= 'a' && c <= 'z';
}

static bool is_digit(char c)
{
	return c >= '0' && c <= '9';
}

static char to_upper(char c)
{
	return is_lower(c) ? (char)(c - 'a' + 'A') : c;
}

static bool is_upper(char c)
{
	return c >= 'A' && c <= 'Z';
}

static bool document_code(const char *text, size_t len, char out[DOCUMENT_TYPE_MAX + 1])
{
	while (len > 0 && text[len - 1] == '<')
		len--;
	if (len < 1 || len > 2)
		return false;
	for (size_t i = 0; i < len; i++) {
		out[i] = to_upper(text[i]);
		if (!is_upper(out[i]))
			return false;
	}
	out[len] = '\0';
	return true;
}

static bool document_kind(const char *text, size_t len, char out[DOCUMENT_TYPE_MAX + 1])
{
	if (len < 3 || len > DOCUMENT_TYPE_MAX)
		return false;
	for (size_t i = 0; i < len; i++) {
		if (!is_lower(text[i]) && !is_digit(text[i]) && text[i] != '-')
			return false;
		out[i] = text[i];
	}
	out[len] = '\0';
	return true;
}

bool document_type_canonical(const char *text, size_t len, char out[DOCUMENT_TYPE_MAX + 1])
{
	if (document_code(text, len, out) || document_kind(text, len, out))
		return true;
	out[0] = '\0';
	return false;
}
