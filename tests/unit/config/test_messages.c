/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "config/messages.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "../heard.h"

#define TEXT_MAX 32768

/* A file whose default language is "en", with a text of so many octets for each reason. */
static size_t write_default(char *text, size_t ordinary, size_t bad_request)
{
	size_t n = (size_t)snprintf(text, TEXT_MAX, "default = \"en\"; languages = { en = {\n");

#define AS_ENTRY(symbol, number, name)                                                             \
	n += (size_t)snprintf(text + n, TEXT_MAX - n,                                              \
		"%s = { clerk = \"%0*d\"; remedy = \"en\"; };\n", name,                            \
		(int)(reason_is_bad_request(symbol) || (symbol) == REASON_SERVICE_OUTAGE           \
				? bad_request                                                      \
				: ordinary),                                                       \
		0);
	REASONS(AS_ENTRY)
#undef AS_ENTRY
	return n;
}

static struct messages *parse(
	size_t ordinary, size_t bad_request, const char *more, struct heard *heard)
{
	struct reporter reporter = heard_by(heard);
	char text[TEXT_MAX];
	size_t n = write_default(text, ordinary, bad_request);

	(void)snprintf(text + n, sizeof(text) - n, "};\n%s };\n", more);
	return messages_parse(text, "messages.cfg", &reporter);
}

static void the_nearest_language_answers(void **state)
{
	static const char more[] = "ru = { match = { clerk = \"ru\"; remedy = \"ru\"; }; };\n"
				   "uz-Cyrl = { match = { remedy = \"uz-Cyrl\"; }; };\n"
				   "uz = { match = { clerk = \"uz\"; }; };\n"
				   "ru-x = { match = { clerk = \"ru-x\"; }; };\n";
	static const struct {
		const char *asked, *clerk, *remedy;
	} rows[] = {
		{ "", "0", "en" },
		{ "en", "0", "en" },
		{ "tg", "0", "en" },
		{ "ru", "ru", "ru" },
		{ "RU", "ru", "ru" },
		{ "ru_RU", "ru", "ru" },
		{ "ru-RU ", "ru", "ru" },
		{ "ru,en;q=0.8", "ru", "ru" },
		{ "en;q=0.8,ru", "ru", "ru" },
		{ "tg,ru;q=0.5", "ru", "ru" },
		{ "en,ru;q=0.5", "0", "en" },
		{ "uz-Cyrl-UZ", "uz", "uz-Cyrl" },
		{ "uz-Cyrl,ru", "uz", "uz-Cyrl" },
		{ "uz,ru", "uz", "ru" },
		/* What a single character begins is no language by itself. */
		{ "ru-x-a", "ru", "ru" },
		{ "\xff\xff", "0", "en" },
	};
	struct heard heard;
	struct messages *messages = parse(1, 1, more, &heard);

	(void)state;
	if (messages == NULL)
		fail_msg("%s", heard.text);
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		struct span asked = { rows[i].asked, strlen(rows[i].asked) };

		assert_string_equal(messages_clerk(messages, REASON_MATCH, asked), rows[i].clerk);
		assert_string_equal(messages_remedy(messages, REASON_MATCH, asked), rows[i].remedy);
	}
	messages_free(messages);
}

/* The bound is on what goes out: for a bad request something is put behind the text. */
static void a_text_leaves_room_for_what_is_put_behind_it(void **state)
{
	static const struct {
		size_t ordinary, bad_request;
		const char *error; /* NULL: taken */
	} rows[] = {
		{ MESSAGE_MAX, MESSAGE_MAX_BEFORE_DETAIL, NULL },
		{ MESSAGE_MAX + 1, MESSAGE_MAX_BEFORE_DETAIL, "clerk" },
		{ MESSAGE_MAX, MESSAGE_MAX_BEFORE_DETAIL + 1, "'clerk' may have 200 octets here" },
		{ MESSAGE_MAX, MESSAGE_MAX, "'clerk' may have 200 octets here" },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		struct heard heard;
		struct messages *messages =
			parse(rows[i].ordinary, rows[i].bad_request, "", &heard);

		assert_int_equal(messages == NULL, rows[i].error != NULL);
		if (rows[i].error != NULL)
			assert_non_null(strstr(heard.text, rows[i].error));
		messages_free(messages);
	}
}

/* Behind this one stands when the outage ends. */
static void so_does_that_of_an_outage(void **state)
{
	(void)state;
	for (int over = 0; over < 2; over++) {
		char more[MESSAGE_MAX + 80];
		struct heard heard;
		struct messages *messages;

		(void)snprintf(more, sizeof(more),
			"ru = { service-outage = { clerk = \"%0*d\"; }; };",
			MESSAGE_MAX_BEFORE_DETAIL + over, 0);
		messages = parse(1, 1, more, &heard);
		assert_int_equal(messages == NULL, over);
		if (over)
			assert_non_null(strstr(heard.text, "'clerk' may have 200 octets here"));
		messages_free(messages);
	}
}

static void a_tag_is_bounded(void **state)
{
#define TAG_35 "abcdefgh-abcdefgh-abcdefgh-abcdefgh"
	struct heard heard;
	struct messages *messages =
		parse(1, 1, TAG_35 " = { match = { clerk = \"long\"; }; };", &heard);
	const struct span asked = { TAG_35, sizeof(TAG_35) - 1 };

	(void)state;
	assert_non_null(messages);
	assert_string_equal(messages_clerk(messages, REASON_MATCH, asked), "long");
	messages_free(messages);
	assert_null(parse(1, 1, TAG_35 "-a = { match = { clerk = \"long\"; }; };", &heard));
	assert_non_null(strstr(heard.text, "no language tag"));
	assert_null(parse(1, 1, "x = { match = { clerk = \"short\"; }; };", &heard));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_nearest_language_answers),
		cmocka_unit_test(a_text_leaves_room_for_what_is_put_behind_it),
		cmocka_unit_test(so_does_that_of_an_outage),
		cmocka_unit_test(a_tag_is_bounded),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
