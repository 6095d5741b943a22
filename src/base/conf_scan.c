/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "base/conf_scan.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

/* No library's isdigit() here: what is a digit does not depend on the locale. */
#define DIGITS "0123456789"
#define HEX_DIGITS DIGITS "ABCDEFabcdef"
#define LETTERS "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
#define NAME_CHARACTERS LETTERS DIGITS "-_*"

struct scan {
	const char *at;
	int line;
	bool valid;
	const char *file;
	const struct reporter *reporter;
};

static bool is_one_of(char c, const char *set)
{
	return c != '\0' && strchr(set, c) != NULL;
}

static void complain(struct scan *scan, int line, const char *what)
{
	scan->valid = false;
	report(scan->reporter, SAY_ERROR, scan->file, line, "%s", what);
}

static void step(struct scan *scan)
{
	if (*scan->at == '\n')
		scan->line++;
	scan->at++;
}

/* libconfig takes @include only as the first word of a line. */
static void scan_line_start(struct scan *scan)
{
	static const char include[] = "@include";
	const char *word = scan->at + strspn(scan->at, " \t");

	if (strncmp(word, include, sizeof(include) - 1) == 0)
		complain(scan, scan->line,
			"@include is not supported: one file says all; put the settings here");
}

/*
 * \xNN can end a string early (00) or spoil its UTF-8 (80 and above). Without two digits behind it,
 * \x is no escape to libconfig.
 */
static void check_escape(struct scan *scan)
{
	char digits[3] = { 0 };
	unsigned long octet;

	if (strspn(scan->at + 2, HEX_DIGITS) < 2)
		return;
	memcpy(digits, scan->at + 2, 2);
	octet = strtoul(digits, NULL, 16);
	if (octet < 0x20 || octet > 0x7E)
		complain(scan, scan->line,
			"\\x is only for printable ASCII: write the character itself, in UTF-8");
}

static void scan_string(struct scan *scan)
{
	int opened = scan->line;

	for (scan->at++; *scan->at != '"'; step(scan)) {
		if (*scan->at == '\0') {
			complain(scan, opened, "this string is never closed: add the missing \"");
			return;
		}
		if (scan->at[0] != '\\' || scan->at[1] == '\0')
			continue;
		if (is_one_of(scan->at[1], "xX"))
			check_escape(scan);
		if (is_one_of(scan->at[1], "\\\""))
			scan->at++;
	}
	scan->at++;
}

static void scan_block_comment(struct scan *scan)
{
	int opened = scan->line;

	for (scan->at += 2; strncmp(scan->at, "*/", 2) != 0; step(scan)) {
		if (*scan->at == '\0') {
			complain(scan, opened, "this comment is never closed: add the missing */");
			return;
		}
	}
	scan->at += 2;
}

/* A whole number without L is 32 bits to libconfig, and 1.5 cuts a longer one. */
static void check_integer(struct scan *scan, const char *digits, int base, bool is_long)
{
	unsigned long long value;

	errno = 0;
	value = strtoull(digits, NULL, base);
	if (errno != 0 || value > INT64_MAX)
		complain(scan, scan->line,
			"this number is too large: 9223372036854775807 is the largest");
	else if (!is_long && value > INT32_MAX)
		complain(scan, scan->line,
			"a number above 2147483647 needs an L at its end, as in 4294967296L");
}

static void scan_number(struct scan *scan)
{
	const char *digits = scan->at;
	bool is_hex = digits[0] == '0' && is_one_of(digits[1], "xX");
	const char *end = is_hex ? digits + 2 + strspn(digits + 2, HEX_DIGITS)
				 : digits + strspn(digits, DIGITS);

	/* A number with a fraction is no setting's type; what reads the settings refuses it. */
	if (is_one_of(*end, ".eE"))
		end += strspn(end, DIGITS ".eE+-");
	else
		check_integer(scan, digits, is_hex ? 16 : 10, *end == 'L');
	scan->at = end + strspn(end, "L");
}

static void scan_token(struct scan *scan)
{
	const char *at = scan->at;

	if (*at == '"')
		scan_string(scan);
	else if (*at == '#' || strncmp(at, "//", 2) == 0)
		scan->at += strcspn(at, "\n");
	else if (strncmp(at, "/*", 2) == 0)
		scan_block_comment(scan);
	else if (is_one_of(*at, LETTERS "*"))
		scan->at += strspn(at, NAME_CHARACTERS);
	else if (*at == '.')
		scan->at += strspn(at, DIGITS ".eE+-");
	else if (is_one_of(*at, DIGITS))
		scan_number(scan);
	else
		step(scan);
}

/* Octets of the well-formed character at a place (RFC 3629 section 4), 0 if it is none. */
static size_t utf8_len(const char *at)
{
	const unsigned char *u = (const unsigned char *)at;
	unsigned char low = 0x80, high = 0xBF;
	size_t len, i;

	if (u[0] < 0x80)
		return 1;
	if (u[0] < 0xC2 || u[0] > 0xF4)
		return 0;
	len = u[0] < 0xE0 ? 2 : u[0] < 0xF0 ? 3 : 4;
	if (u[0] == 0xE0)
		low = 0xA0; /* not over-long */
	else if (u[0] == 0xED)
		high = 0x9F; /* no surrogates */
	else if (u[0] == 0xF0)
		low = 0x90; /* not over-long */
	else if (u[0] == 0xF4)
		high = 0x8F; /* not above U+10FFFF */
	if (u[1] < low || u[1] > high)
		return 0;
	for (i = 2; i < len; i++)
		if (u[i] < 0x80 || u[i] > 0xBF)
			return 0;
	return len;
}

static void check_utf8(struct scan *scan)
{
	int line = 1;
	size_t len;

	for (const char *at = scan->at; *at != '\0'; at += len) {
		if (*at == '\n')
			line++;
		len = utf8_len(at);
		if (len == 0) {
			complain(scan, line, "not UTF-8: save the file in that encoding");
			return;
		}
	}
}

bool conf_scan(const char *text, const char *file, const struct reporter *reporter)
{
	struct scan scan = { text, 1, true, file, reporter };

	if (strncmp(text, "\xEF\xBB\xBF", 3) == 0)
		complain(&scan, 1,
			"the file begins with a byte order mark: save it as UTF-8 without one");
	check_utf8(&scan);
	while (*scan.at != '\0') {
		if (scan.at == text || scan.at[-1] == '\n')
			scan_line_start(&scan);
		scan_token(&scan);
	}
	return scan.valid;
}
