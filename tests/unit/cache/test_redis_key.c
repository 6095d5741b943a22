/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The names of what is kept in Redis.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "cache/redis_key.h"

#define TEXT_42 "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOP"

static void test_names(void **state)
{
	static const struct {
		const char *rest;
		size_t len;
		bool entry;
	} rows[] = {
		{ TEXT_42 "Q", 43, true },
		{ TEXT_42 "-", 43, true },
		{ TEXT_42 "_", 43, true },
		{ TEXT_42, 42, false },
		{ TEXT_42 "QR", 44, false },
		{ TEXT_42 "=", 43, false },
		{ TEXT_42 "+", 43, false },
		{ TEXT_42 "\n", 43, false },
		{ TEXT_42 "\0", 43, false },
		{ "", 0, false },
		{ REDIS_GENERATION, sizeof(REDIS_GENERATION) - 1, false },
	};
	char name[REDIS_KEY_ROOM];

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(rows); i++)
		if (redis_key_is_entry(rows[i].rest, rows[i].len) != rows[i].entry)
			fail_msg("row %zu: '%s'", i, rows[i].rest);
	redis_key_name("a%s b:", REDIS_GENERATION, name);
	assert_string_equal(name, "a%s b:generation");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_names),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
