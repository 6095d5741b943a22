/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "decision/reference.h"

static const char alphabet[] = "0123456789ABCDEFGHJKMNPQRSTVWXY";

static void is_three_groups_of_the_alphabet(void **state)
{
	char text[REFERENCE_LEN + 1];

	(void)state;
	for (int i = 0; i < 1000; i++) {
		assert_true(reference_make(text));
		assert_int_equal(strlen(text), REFERENCE_LEN);
		for (size_t at = 0; at < REFERENCE_LEN; at++) {
			if (at % 5 == 4)
				assert_int_equal(text[at], '-');
			else
				assert_non_null(strchr(alphabet, text[at]));
		}
		assert_true(reference_holds(text));
	}
}

static void differs_each_time(void **state)
{
	char first[REFERENCE_LEN + 1], second[REFERENCE_LEN + 1];

	(void)state;
	assert_true(reference_make(first) && reference_make(second));
	assert_string_not_equal(first, second);
}

/* What the check character is for: every slip of one character, every swap of neighbours. */
static void finds_slips_and_swaps(void **state)
{
	char good[REFERENCE_LEN + 1], bad[REFERENCE_LEN + 1];

	(void)state;
	for (int i = 0; i < 50; i++) {
		assert_true(reference_make(good));
		for (size_t at = 0; at < REFERENCE_LEN; at++) {
			if (good[at] == '-')
				continue;
			for (const char *other = alphabet; *other != '\0'; other++) {
				memcpy(bad, good, sizeof(bad));
				bad[at] = *other;
				assert_int_equal(reference_holds(bad), *other == good[at]);
			}
		}
		for (size_t at = 0; at + 1 < REFERENCE_LEN; at++) {
			if (good[at] == '-' || good[at + 1] == '-' || good[at] == good[at + 1])
				continue;
			memcpy(bad, good, sizeof(bad));
			bad[at] = good[at + 1];
			bad[at + 1] = good[at];
			assert_false(reference_holds(bad));
		}
	}
}

static void is_read_as_people_say_it(void **state)
{
	char text[REFERENCE_LEN + 1], said[REFERENCE_LEN + 1];
	size_t len = 0;

	(void)state;
	assert_true(reference_make(text));
	for (size_t at = 0; at < REFERENCE_LEN; at++)
		if (text[at] != '-')
			said[len++] = (char)(text[at] >= 'A' ? text[at] + 32 : text[at]);
	said[len] = '\0';
	assert_true(reference_holds(said));
	assert_false(reference_holds(""));
	assert_false(reference_holds("0000-0000-000"));
	assert_false(reference_holds("OOOO-OOOO-OOOO"));
	assert_true(reference_holds("0000-0000-0000"));
	assert_false(reference_holds("0000-0000-0000-0"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(is_three_groups_of_the_alphabet),
		cmocka_unit_test(differs_each_time),
		cmocka_unit_test(finds_slips_and_swaps),
		cmocka_unit_test(is_read_as_people_say_it),
	};

	return cmocka_run_group_tests_name("reference", tests, NULL, NULL);
}
