/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "tools/ctl/request.h"

#include <ctype.h>
#include <string.h>
#include <strings.h>

#include "tools/ctl/request_dates.h"

#define OURS "MigrantID-"

struct line {
	char *at; /* what is not read yet; ends with '\0' */
	const char *fault; /* NULL: none */
};

static void skip_blanks(struct line *line)
{
	line->at += strspn(line->at, " \t\r");
}

static struct span read_name(struct line *line)
{
	size_t len = 0;

	while (isalnum((unsigned char)line->at[len]) || line->at[len] == '-' ||
		line->at[len] == '_' || line->at[len] == '.')
		len++;
	line->at += len;
	if (len == 0)
		line->fault = "a line is NAME = VALUE";
	return (struct span){ line->at - len, len };
}

static void read_operator(struct line *line)
{
	skip_blanks(line);
	if (strncmp(line->at, "+=", 2) == 0 || strncmp(line->at, ":=", 2) == 0 ||
		strncmp(line->at, "==", 2) == 0)
		line->at += 2;
	else if (line->at[0] == '=')
		line->at++;
	else
		line->fault = "a line is NAME = VALUE";
	skip_blanks(line);
}

static bool is_octal(char c)
{
	return c >= '0' && c <= '7';
}

/* What stands behind a backslash, in double quotes; as radclient reads it. */
static char read_escape(struct line *line)
{
	static const char letters[] = "nrt\"\\", stands_for[] = "\n\r\t\"\\";
	const char *at = *line->at == '\0' ? NULL : strchr(letters, *line->at);

	if (at != NULL) {
		line->at++;
		return stands_for[at - letters];
	}
	if (line->at[0] >= '0' && line->at[0] <= '3' && is_octal(line->at[1]) &&
		is_octal(line->at[2])) {
		line->at += 3;
		return (char)((line->at[-3] - '0') << 6 | (line->at[-2] - '0') << 3 |
			      (line->at[-1] - '0'));
	}
	line->fault =
		"in double quotes, \\ stands before n, r, t, \", \\ or three octal digits alone";
	return 0;
}

/* In place: what an escape stands for is shorter than the escape. */
static struct span read_quoted(struct line *line, char quote)
{
	char *start = ++line->at, *to = start;

	while (line->fault == NULL && *line->at != '\0' && *line->at != quote) {
		char c = *line->at++;

		*to++ = quote == '"' && c == '\\' ? read_escape(line) : c;
	}
	if (line->fault == NULL && *line->at != quote)
		line->fault = "the value's closing quote is missing";
	else if (line->fault == NULL)
		line->at++;
	return (struct span){ start, (size_t)(to - start) };
}

static struct span read_bare(struct line *line)
{
	size_t len = strcspn(line->at, " \t\r,#");

	line->at += len;
	return (struct span){ line->at - len, len };
}

static int digit_of(char character)
{
	static const char digits[] = "0123456789abcdef";
	const char *at = strchr(digits, tolower((unsigned char)character));

	return character == '\0' || at == NULL ? -1 : (int)(at - digits);
}

/* 0x.. in place; anything else, and half an octet, stays as it is. */
static struct span read_hexadecimal(char *text, size_t len)
{
	char *to = text;

	if (len < 4 || len % 2 != 0 || strncmp(text, "0x", 2) != 0)
		return (struct span){ text, len };
	for (size_t i = 2; i < len; i++)
		if (digit_of(text[i]) < 0)
			return (struct span){ text, len };
	for (size_t i = 2; i < len; i += 2)
		*to++ = (char)(digit_of(text[i]) << 4 | digit_of(text[i + 1]));
	return (struct span){ text, (size_t)(to - text) };
}

static struct span read_value(struct line *line, bool octets)
{
	char *start = line->at;
	struct span value;

	if (*start == '"' || *start == '\'')
		return read_quoted(line, *start);
	value = read_bare(line);
	if (value.len == 0)
		line->fault = "the value is missing";
	return octets ? read_hexadecimal(start, value.len) : value;
}

/* FreeRADIUS compares names without regard to case. */
static enum attribute attribute_of(struct span name)
{
	for (enum attribute a = ATTR_NONE + 1; a < ATTRIBUTES; a++) {
		const char *known = attribute_name(a);

		if (strlen(known) == name.len && strncasecmp(known, name.data, name.len) == 0)
			return a;
	}
	return ATTR_NONE;
}

static bool is_ours(struct span name)
{
	return name.len >= strlen(OURS) && strncasecmp(name.data, OURS, strlen(OURS)) == 0;
}

/* The values of Accept-Challenge by number, or by name in any case. */
static struct span name_of_number(struct span value)
{
	static const char *const rows[][2] = { { "0", "No" }, { "1", "Yes" }, { "no", "No" },
		{ "yes", "Yes" } };

	for (size_t i = 0; i < ARRAY_LEN(rows); i++)
		if (strlen(rows[i][0]) == value.len &&
			strncasecmp(rows[i][0], value.data, value.len) == 0)
			return (struct span){ rows[i][1], strlen(rows[i][1]) };
	return value;
}

static void take(
	struct request *request, struct line *line, enum attribute attribute, struct span value)
{
	if (attribute == ATTR_NONE)
		return;
	if (request->count == REQUEST_FIELDS_MAX) {
		line->fault = "too many attributes";
		return;
	}
	if (attribute == ATTR_ACCEPT_CHALLENGE)
		value = name_of_number(value);
	request->fields[request->count++] = (struct sale_field){ attribute, value };
}

/* One `name = value`; several may stand on a line with commas between them. */
static void read_pair(struct request *request, struct line *line)
{
	struct span name = read_name(line), value;
	enum attribute attribute = attribute_of(name);

	if (line->fault == NULL)
		read_operator(line);
	if (line->fault != NULL)
		return;
	value = read_value(line, attribute == ATTR_STATE);
	skip_blanks(line);
	if (line->fault != NULL)
		return;
	if (attribute == ATTR_NONE && is_ours(name))
		line->fault = "there is no such attribute of a request";
	else if (*line->at == ',')
		line->at++;
	else if (*line->at != '\0' && *line->at != '#')
		line->fault = "something stands behind the value; does it need quotes?";
	take(request, line, attribute, value);
}

static const char *read_line(struct request *request, char *text)
{
	struct line line = { text, NULL };

	skip_blanks(&line);
	while (line.fault == NULL && *line.at != '\0' && *line.at != '#') {
		read_pair(request, &line);
		skip_blanks(&line);
	}
	return line.fault;
}

enum request_state request_read(
	struct request *request, const struct date *today, const struct reporter *reporter)
{
	char *rest;
	int number = 0;
	bool valid = true;

	*request = (struct request){ .count = 0 };
	if (!input_read(&request->input, REQUEST_MAX, reporter))
		return REQUEST_UNREADABLE;
	if (strlen(request->input.data) != request->input.len) {
		report(reporter, SAY_ERROR, "standard input", 0, "holds a NUL octet");
		return REQUEST_WRONG;
	}
	if (!request_dates(&request->input, today)) {
		report(reporter, SAY_ERROR, NULL, 0, "out of memory");
		return REQUEST_UNREADABLE;
	}
	rest = request->input.data;
	while (rest != NULL) {
		char *text = strsep(&rest, "\n");
		const char *fault = read_line(request, text);

		number++;
		if (fault != NULL)
			report(reporter, SAY_ERROR, "standard input", number, "%s", fault);
		valid &= fault == NULL;
	}
	return valid ? REQUEST_READ : REQUEST_WRONG;
}

void request_clear(struct request *request)
{
	input_clear(&request->input);
	*request = (struct request){ .count = 0 };
}

void request_report_fault(const struct sale_fault *fault, const struct reporter *reporter)
{
	const char *name = attribute_name(fault->attribute);

	if (fault->mrz_field != MRZ_FIELD_NONE)
		report(reporter, SAY_ERROR, NULL, 0, "%s: %s (%s)", name,
			reason_name(fault->reason), mrz_field_name(fault->mrz_field));
	else
		report(reporter, SAY_ERROR, NULL, 0, "%s: %s", name, reason_name(fault->reason));
}
