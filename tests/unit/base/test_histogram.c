/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "base/histogram.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

static void bounds_grow_and_belong_to_their_class(void **state)
{
	struct histogram histogram = { 0 };

	(void)state;
	for (size_t i = 0; i < HISTOGRAM_BOUNDS; i++) {
		if (i > 0)
			assert_true(histogram_bound(i) > histogram_bound(i - 1));
		histogram_note(&histogram, histogram_bound(i));
		assert_int_equal(histogram.counts[i], 1);
	}
	histogram_note(&histogram, histogram_bound(HISTOGRAM_BOUNDS - 1) + 1);
	assert_int_equal(histogram.counts[HISTOGRAM_BOUNDS], 1);
	assert_int_equal(histogram_count(&histogram), HISTOGRAM_BOUNDS + 1);
}

static void the_sum_is_of_what_was_noted(void **state)
{
	struct histogram histogram = { 0 };

	(void)state;
	histogram_note(&histogram, -5);
	histogram_note(&histogram, 7);
	histogram_note(&histogram, 1000000);
	assert_int_equal(histogram.sum_us, 1000007);
	assert_int_equal(histogram_count(&histogram), 3);
}

static void a_quantile_of_nothing_is_none(void **state)
{
	const struct histogram histogram = { 0 };

	(void)state;
	assert_int_equal(histogram_quantile(&histogram, 50), -1);
}

/* All in the class above 1 ms up to 5 ms: as if they were 1.04, 1.08 .. 5 ms. */
static void a_quantile_lies_within_its_class(void **state)
{
	struct histogram histogram = { 0 };

	(void)state;
	for (int i = 0; i < 100; i++)
		histogram_note(&histogram, 3000);
	assert_int_equal(histogram_quantile(&histogram, 50), 3000);
	assert_int_equal(histogram_quantile(&histogram, 99), 4960);
}

static void a_quantile_finds_its_class(void **state)
{
	struct histogram histogram = { 0 };

	(void)state;
	for (int i = 0; i < 90; i++)
		histogram_note(&histogram, 50);
	for (int i = 0; i < 10; i++)
		histogram_note(&histogram, 2000000);
	assert_true(histogram_quantile(&histogram, 50) <= 100);
	assert_int_equal(histogram_quantile(&histogram, 90), 100);
	assert_in_range(histogram_quantile(&histogram, 99), 1500000, 2500000);
}

static void beyond_the_last_bound_it_is_that(void **state)
{
	struct histogram histogram = { 0 };

	(void)state;
	histogram_note(&histogram, INT64_MAX / 2);
	assert_int_equal(histogram_quantile(&histogram, 50), histogram_bound(HISTOGRAM_BOUNDS - 1));
}

/* Counts as a forged file may hold them: nothing overflows (the sanitizers look). */
static void absurd_counts_do_no_harm(void **state)
{
	struct histogram histogram;

	(void)state;
	for (size_t i = 0; i <= HISTOGRAM_BOUNDS; i++)
		histogram.counts[i] = UINT64_MAX;
	histogram.sum_us = UINT64_MAX;
	for (unsigned percent = 1; percent < 100; percent++)
		assert_in_range(histogram_quantile(&histogram, percent), 0,
			histogram_bound(HISTOGRAM_BOUNDS - 1));
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(bounds_grow_and_belong_to_their_class),
		cmocka_unit_test(the_sum_is_of_what_was_noted),
		cmocka_unit_test(a_quantile_of_nothing_is_none),
		cmocka_unit_test(a_quantile_lies_within_its_class),
		cmocka_unit_test(a_quantile_finds_its_class),
		cmocka_unit_test(beyond_the_last_bound_it_is_that),
		cmocka_unit_test(absurd_counts_do_no_harm),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
