/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "histogram.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>

#include <cmocka.h>

static struct histogram *filled(uint64_t from, uint64_t to, uint64_t step)
{
	struct histogram *histogram = calloc(1, sizeof(*histogram));

	assert_non_null(histogram);
	for (uint64_t value = from; value <= to; value += step)
		histogram_add(histogram, value);
	return histogram;
}

static void test_nothing_counted(void **state)
{
	struct histogram *histogram = filled(1, 0, 1);

	(void)state;
	assert_int_equal(histogram_percentile(histogram, 500), 0);
	assert_int_equal(histogram_percentile(histogram, 1000), 0);
	free(histogram);
}

static void test_small_values_are_exact(void **state)
{
	struct histogram *histogram = filled(1, 100, 1);

	(void)state;
	assert_int_equal(histogram_percentile(histogram, 0), 1);
	assert_int_equal(histogram_percentile(histogram, 10), 1);
	assert_int_equal(histogram_percentile(histogram, 500), 50);
	assert_int_equal(histogram_percentile(histogram, 990), 99);
	assert_int_equal(histogram_percentile(histogram, 1000), 100);
	free(histogram);
}

static void test_percentiles_within_one_percent(void **state)
{
	static const unsigned per_mille[] = { 1, 10, 500, 900, 990, 999 };
	struct histogram *histogram = filled(1000, 1000 * 1000, 1000);

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(per_mille); i++) {
		uint64_t exact = 1000 * (uint64_t)per_mille[i];
		uint64_t found = histogram_percentile(histogram, per_mille[i]);

		assert_in_range(found, exact, exact + exact / 100);
	}
	free(histogram);
}

static void test_every_power_of_two_within_one_percent(void **state)
{
	(void)state;
	for (unsigned bits = 0; bits < HISTOGRAM_MAX_BITS; bits++) {
		uint64_t value = UINT64_C(1) << bits;
		struct histogram *histogram = filled(value, value, 1);

		/* A longer one, so that the longest seen does not cap what is asked. */
		histogram_add(histogram, value * 2);
		assert_in_range(histogram_percentile(histogram, 500), value, value + value / 100);
		free(histogram);
	}
}

static void test_too_long_is_counted_as_longest(void **state)
{
	struct histogram *histogram = filled(UINT64_MAX / 2, UINT64_MAX / 2, 1);

	(void)state;
	assert_int_equal(histogram->total, 1);
	assert_int_equal(histogram->max, UINT64_MAX / 2);
	assert_int_equal(
		histogram_percentile(histogram, 990), (UINT64_C(1) << HISTOGRAM_MAX_BITS) - 1);
	free(histogram);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_nothing_counted),
		cmocka_unit_test(test_small_values_are_exact),
		cmocka_unit_test(test_percentiles_within_one_percent),
		cmocka_unit_test(test_every_power_of_two_within_one_percent),
		cmocka_unit_test(test_too_long_is_counted_as_longest),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
