/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "../heard.h"

/* What is quoted in a message comes from a file; a log is read line by line. */
static void a_message_is_one_line(void **state)
{
	static const struct {
		const char *quoted, *said;
	} rows[] = {
		{ "RUS", "error a.cfg:3: \"RUS\" is no state\n" },
		{ "R\nerror b.cfg:1: S", "error a.cfg:3: \"R?error b.cfg:1: S\" is no state\n" },
		{ "\r\t\x1b[2J\x7f\x01", "error a.cfg:3: \"???[2J??\" is no state\n" },
		{ "\xd0\xa0\xd0\xa4", "error a.cfg:3: \"\xd0\xa0\xd0\xa4\" is no state\n" },
		{ "100 %s", "error a.cfg:3: \"100 %s\" is no state\n" },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		struct heard heard;
		struct reporter reporter = heard_by(&heard);

		report(&reporter, SAY_ERROR, "a.cfg", 3, "\"%s\" is no state", rows[i].quoted);
		assert_string_equal(heard.text, rows[i].said);
	}
}

static void a_long_message_is_cut(void **state)
{
	struct heard heard;
	struct reporter reporter = heard_by(&heard);

	(void)state;
	report(&reporter, SAY_INFO, NULL, 0, "%0600d", 1);
	assert_int_equal(heard.len, strlen("info -:0: ") + 511 + 1);
}

static void nobody_listens(void **state)
{
	const struct reporter silent = { NULL, NULL };

	(void)state;
	report(NULL, SAY_ERROR, NULL, 0, "text");
	report(&silent, SAY_ERROR, NULL, 0, "text");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_message_is_one_line),
		cmocka_unit_test(a_long_message_is_cut),
		cmocka_unit_test(nobody_listens),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
