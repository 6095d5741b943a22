/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>
#include <glib.h>

#include "tools/ctl/day_sales.h"

static void add(struct day_sales *sales, unsigned number, const char *name)
{
	char reference[REFERENCE_LEN + 1];

	(void)snprintf(reference, sizeof(reference), "0000-0000-%04u", number % 10000);
	day_sales_add(sales, reference, name);
}

static uint64_t count_of(const struct cell *cells, size_t count, const char *name)
{
	for (size_t i = 0; i < count; i++)
		if (strcmp(cells[i].name, name) == 0)
			return cells[i].count;
	return 0;
}

static void counts_by_name(void **state)
{
	struct day_sales *sales = day_sales_new();
	struct cell *cells;
	char name[16];
	uint64_t sum;
	size_t count;

	(void)state;
	for (unsigned i = 0; i < 1000; i++) {
		(void)snprintf(name, sizeof(name), "shop%u", i % 300);
		add(sales, i, name);
	}
	cells = day_sales_count(sales, &count, &sum);
	assert_int_equal(count, 300);
	assert_int_equal(sum, 1000);
	assert_int_equal(count_of(cells, count, "shop0"), 4);
	assert_int_equal(count_of(cells, count, "shop299"), 3);
	g_free(cells);
	day_sales_free(sales);
}

static void one_sale_counts_once(void **state)
{
	struct day_sales *sales = day_sales_new();
	struct cell *cells;
	uint64_t sum;
	size_t count;

	(void)state;
	for (unsigned i = 0; i < 12; i++)
		add(sales, i % 6, "shop17");
	cells = day_sales_count(sales, &count, &sum);
	assert_int_equal(count, 1);
	assert_int_equal(sum, 6);
	assert_int_equal(cells[0].count, 6);
	g_free(cells);
	day_sales_free(sales);
}

static void a_day_may_be_empty(void **state)
{
	struct day_sales *sales = day_sales_new();
	struct cell *cells;
	uint64_t sum;
	size_t count;

	(void)state;
	cells = day_sales_count(sales, &count, &sum);
	assert_int_equal(count, 0);
	assert_int_equal(sum, 0);
	g_free(cells);
	day_sales_free(sales);
	day_sales_free(NULL);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(counts_by_name),
		cmocka_unit_test(one_sale_counts_once),
		cmocka_unit_test(a_day_may_be_empty),
	};

	return cmocka_run_group_tests_name("day_sales", tests, NULL, NULL);
}
