/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "base/conf_scan.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

/* No library's isdigit() here: what is a digit does not depend on the locale. */
#define DIGITS "0123456789"
#define LETTERS "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
#define NAME_CHARACTERS LETTERS DIGITS "-_*"

struct scan {
	const char *at;
	int line;
	bool sound;
	const char *file;
	const struct reporter *reporter;
};

static bool is_one_of(char c, const char *set)
{
	return c != '\0' && strchr(set, c) != NULL;
}

static void complain(struct scan *scan, int line, const char *what)
{
	scan->sound = false;
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
		if (is_one_of(scan->at[1], "xX") && scan->at[2] == '0' && scan->at[3] == '0')
			complain(scan, scan->line, "a string cannot hold \\x00: leave it out");
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
	const char *end = is_hex ? digits + 2 + strspn(digits + 2, DIGITS "ABCDEFabcdef")
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

bool conf_scan(const char *text, const char *file, const struct reporter *reporter)
{
	struct scan scan = { text, 1, true, file, reporter };

	if (strncmp(text, "\xEF\xBB\xBF", 3) == 0)
		complain(&scan, 1,
			"the file begins with a byte order mark: save it as UTF-8 without one");
	while (*scan.at != '\0') {
		if (scan.at == text || scan.at[-1] == '\n')
			scan_line_start(&scan);
		scan_token(&scan);
	}
	return scan.sound;
}
