/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "../heard.h"
#include "config/config_internal.h"

static struct notes notes;

static void keeps_what_was_said(void **state)
{
	struct reporter noting = notes_begin(&notes);
	struct heard heard;
	struct reporter reporter = heard_by(&heard);

	(void)state;
	report(&noting, SAY_WARNING, "a", 1, "first");
	report(&noting, SAY_INFO, NULL, 0, "second %%");
	assert_int_equal(notes.errors, 0);
	assert_int_equal(heard.count, 0);
	notes_report(&notes, &reporter);
	assert_string_equal(heard.text, "warning a:1: first\ninfo -:0: second %\n");
	(void)notes_begin(&notes);
	reporter = heard_by(&heard);
	notes_report(&notes, &reporter);
	assert_int_equal(heard.count, 0);
}

static uint64_t errors_of(enum severity severity, const char *file, int line, const char *text)
{
	struct reporter noting = notes_begin(&notes);

	report(&noting, SAY_ERROR, "f", 1, "begin");
	report(&noting, severity, file, line, "%s", text);
	return notes.errors;
}

static void tells_errors_apart(void **state)
{
	uint64_t digest = errors_of(SAY_ERROR, "a", 1, "t");

	(void)state;
	assert_true(digest != 0);
	assert_true(digest == errors_of(SAY_ERROR, "a", 1, "t"));
	assert_true(digest != errors_of(SAY_ERROR, "b", 1, "t"));
	assert_true(digest != errors_of(SAY_ERROR, "a", 2, "t"));
	assert_true(digest != errors_of(SAY_ERROR, "a", 1, "u"));
	assert_true(digest != errors_of(SAY_ERROR, NULL, 1, "t"));
	assert_true(digest != errors_of(SAY_WARNING, "a", 1, "t"));
	assert_true(errors_of(SAY_WARNING, "a", 1, "t") == errors_of(SAY_WARNING, "b", 2, "u"));
}

static void counts_what_has_no_room(void **state)
{
	struct reporter noting = notes_begin(&notes);
	struct heard heard;
	struct reporter reporter = heard_by(&heard);
	uint64_t before;
	char path[4096];

	(void)state;
	for (int i = 0; i < NOTES_MAX; i++)
		report(&noting, SAY_ERROR, "a", i, "text");
	before = notes.errors;
	report(&noting, SAY_ERROR, "a", NOTES_MAX, "text");
	assert_true(notes.errors != before);
	notes_report(&notes, &reporter);
	assert_int_equal(heard.count, NOTES_MAX + 1);
	assert_heard(&heard, "warning -:0: and 1 lines more of this kind");

	noting = notes_begin(&notes);
	memset(path, 'p', sizeof(path) - 1);
	path[sizeof(path) - 1] = '\0';
	for (int i = 0; i < 20; i++)
		report(&noting, SAY_ERROR, path, i, "text");
	assert_true(notes.used <= NOTES_ROOM);
	assert_int_equal(notes.count + notes.left_out, 20);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(keeps_what_was_said),
		cmocka_unit_test(tells_errors_apart),
		cmocka_unit_test(counts_what_has_no_room),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
