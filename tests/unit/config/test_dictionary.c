/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The dictionary, the vocabulary of decisions, the attributes of a sale and those of a reply say
 * the same: every line of the dictionary is in the code, and everything in the code is a line.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "rlm_migrantid/reply_attributes.h"
#include "rules/sale.h"
#include "rules/vocabulary.h"

#define LINE_MAX_LEN 256
#define LINES_MAX 128

/* Lines of the dictionary, without comments, with single spaces. */
struct lines {
	char line[LINES_MAX][LINE_MAX_LEN];
	size_t count;
};

static void add(struct lines *lines, const char *text)
{
	assert_true(lines->count < LINES_MAX);
	snprintf(lines->line[lines->count++], LINE_MAX_LEN, "%s", text);
}

static void squeeze(char *text)
{
	char *out = text;

	for (char *word = strtok(text, " \t\n"); word; word = strtok(NULL, " \t\n")) {
		size_t len = strlen(word);

		if (out != text)
			*out++ = ' ';
		memmove(out, word, len);
		out += len;
	}
	*out = '\0';
}

static struct lines read_dictionary(const char *path)
{
	struct lines found = { .count = 0 };
	char line[LINE_MAX_LEN];
	FILE *file = fopen(path, "r");

	assert_non_null(file);
	while (fgets(line, sizeof(line), file)) {
		line[strcspn(line, "#")] = '\0';
		squeeze(line);
		if (line[0] != '\0')
			add(&found, line);
	}
	fclose(file);
	return found;
}

/* encrypt=1: hidden on the wire, and kept out of the server's debug output. */
static bool is_hidden(enum attribute attribute)
{
#define OR_HIDDEN(hidden, twin) || attribute == (hidden)
	return false HIDDEN_ATTRIBUTES(OR_HIDDEN);
#undef OR_HIDDEN
}

static void want_attribute(
	struct lines *lines, const char *name, int number, const char *type, const char *flags)
{
	char line[LINE_MAX_LEN];

	snprintf(line, sizeof(line), "ATTRIBUTE %s %d %s%s", name, number, type, flags);
	add(lines, line);
}

static void want_value(struct lines *lines, const char *attribute, const char *name, int number)
{
	char line[LINE_MAX_LEN];

	snprintf(line, sizeof(line), "VALUE %s %s %d", attribute, name, number);
	add(lines, line);
}

static const char *type_of(const char *symbol)
{
	if (strcmp(symbol, "PW_TYPE_INTEGER") == 0)
		return "integer";
	return strcmp(symbol, "PW_TYPE_DATE") == 0 ? "date" : "string";
}

/* Of the standard ones that a sale needs, with types that other libraries can read. */
static void want_standard_attributes(struct lines *lines)
{
	want_attribute(lines, "User-Name", 1, "string", "");
	want_attribute(lines, "Reply-Message", 18, "string", "");
	want_attribute(lines, "State", 24, "octets", "");
	want_attribute(lines, "Class", 25, "octets", "");
	want_attribute(lines, "NAS-Identifier", 32, "string", "");
	want_attribute(lines, "Message-Authenticator", 80, "string", "");
}

static void want_attributes(struct lines *lines)
{
	add(lines, "VENDOR MigrantID 32473");
	add(lines, "BEGIN-VENDOR MigrantID");
#define OF_SALE(symbol, number, name, longest, most)                                               \
	if ((number) != 0)                                                                         \
		want_attribute(lines, name, number,                                                \
			symbol == ATTR_ACCEPT_CHALLENGE ? "integer" : "string",                    \
			is_hidden(symbol) ? " encrypt=1" : "");
	SALE_ATTRIBUTES(OF_SALE)
#undef OF_SALE
#define OF_REPLY(symbol, number, name, type)                                                       \
	want_attribute(lines, name, number, type_of(#type), "");
	REPLY_ATTRIBUTES(OF_REPLY)
#undef OF_REPLY
}

static struct lines expected_lines(bool standalone)
{
	struct lines lines = { .count = 0 };

	if (standalone)
		want_standard_attributes(&lines);
	want_attributes(&lines);
	/* Of the control list: CONTROL_SHOP, CONTROL_FORM, CONTROL_PLAIN_ALLOWED. */
	if (!standalone) {
		want_attribute(&lines, "MigrantID-Shop", 200, "string", "");
		want_attribute(&lines, "MigrantID-Form", 201, "string", "");
		want_attribute(&lines, "MigrantID-Plain-Allowed", 202, "integer", "");
	}
	want_value(&lines, "MigrantID-Accept-Challenge", "No", 0);
	want_value(&lines, "MigrantID-Accept-Challenge", "Yes", 1);
	if (!standalone) {
		want_value(&lines, "MigrantID-Plain-Allowed", "No", 0);
		want_value(&lines, "MigrantID-Plain-Allowed", "Yes", 1);
	}
#define OF_RESULT(symbol, number, name) want_value(&lines, "MigrantID-Result", name, number);
	RESULTS(OF_RESULT)
#undef OF_RESULT
#define OF_REASON(symbol, number, name) want_value(&lines, "MigrantID-Reason", name, number);
	REASONS(OF_REASON)
#undef OF_REASON
#define OF_SOURCE(symbol, number, name) want_value(&lines, "MigrantID-Source", name, number);
	SOURCES(OF_SOURCE)
#undef OF_SOURCE
	add(&lines, "END-VENDOR MigrantID");
	return lines;
}

static void check(const char *path, bool standalone)
{
	struct lines found = read_dictionary(path);
	struct lines wanted = expected_lines(standalone);

	for (size_t i = 0; i < found.count && i < wanted.count; i++)
		assert_string_equal(found.line[i], wanted.line[i]);
	assert_int_equal(found.count, wanted.count);
}

static void dictionary_says_what_the_code_says(void **state)
{
	(void)state;
	check(DICTIONARY, false);
}

/* Of the other's control list a shop needs nothing. */
static void standalone_dictionary_says_the_same(void **state)
{
	(void)state;
	check(DICTIONARY ".standalone", true);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(dictionary_says_what_the_code_says),
		cmocka_unit_test(standalone_dictionary_says_the_same),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
