/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "decision/reference.h"

static const char alphabet[] = "0123456789ABCDEFGHJKMNPQRSTVWXY";

/*
 * Whether the check character fits, by the rule of reference.h: values weighed 1, 2, 3.. from the
 * left sum up to a multiple of 31.
 */
static bool checks(const char *text)
{
	size_t weight = 0, sum = 0;

	for (; *text != '\0'; text++)
		if (*text != '-')
			sum += ++weight * (size_t)(strchr(alphabet, *text) - alphabet);
	return weight == 12 && sum % strlen(alphabet) == 0;
}

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
		assert_true(checks(text));
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
				assert_int_equal(checks(bad), *other == good[at]);
			}
		}
		for (size_t at = 0; at + 1 < REFERENCE_LEN; at++) {
			if (good[at] == '-' || good[at + 1] == '-' || good[at] == good[at + 1])
				continue;
			memcpy(bad, good, sizeof(bad));
			bad[at] = good[at + 1];
			bad[at + 1] = good[at];
			assert_false(checks(bad));
		}
	}
}

static void expect_read(const char *text, enum reference_fault fault)
{
	char out[REFERENCE_LEN + 1] = "";

	assert_int_equal(reference_read(text, out), fault);
	assert_string_equal(out, fault == REFERENCE_GOOD ? "1234-5678-9ABS" : "");
}

/* As people type it, and what they mishear: those characters that no reference has, as well. */
static void reads_what_people_type(void **state)
{
	char made[REFERENCE_LEN + 1], read[REFERENCE_LEN + 1];

	(void)state;
	for (int i = 0; i < 100; i++) {
		assert_true(reference_make(made));
		assert_int_equal(reference_read(made, read), REFERENCE_GOOD);
		assert_string_equal(read, made);
	}
	expect_read("1234-5678-9ABS", REFERENCE_GOOD);
	expect_read("1234 5678 9abs", REFERENCE_GOOD);
	expect_read("123456789ABS", REFERENCE_GOOD);
	expect_read("1234-5678-9ABT", REFERENCE_MISHEARD);
	expect_read("1234-5678-AB9S", REFERENCE_MISHEARD);
	expect_read("I234-5678-9ABS", REFERENCE_MISHEARD);
	expect_read("1234-5678-9AB", REFERENCE_OTHER_SHAPE);
	expect_read("1234-5678-9ABSS", REFERENCE_OTHER_SHAPE);
	expect_read("1234-5678-9AB/", REFERENCE_OTHER_SHAPE);
	expect_read("", REFERENCE_OTHER_SHAPE);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(is_three_groups_of_the_alphabet),
		cmocka_unit_test(differs_each_time),
		cmocka_unit_test(finds_slips_and_swaps),
		cmocka_unit_test(reads_what_people_type),
	};

	return cmocka_run_group_tests_name("reference", tests, NULL, NULL);
}
