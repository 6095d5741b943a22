/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "tools/ctl/pooling.h"

#define CELLS_MAX 4
#define SUM_MAX 90

static const char *const names[] = { "a", "b", "c", "d" };

static void figures_are_rounded_down(void **state)
{
	(void)state;
	assert_int_equal(pooling_round(0), 0);
	assert_int_equal(pooling_round(9), 0);
	assert_int_equal(pooling_round(10), 10);
	assert_int_equal(pooling_round(129), 120);
}

static void expect(const uint64_t *counts, size_t count, const char *shown)
{
	struct cell cells[CELLS_MAX];
	char text[64] = "";
	size_t n;

	for (size_t i = 0; i < count; i++)
		cells[i] = (struct cell){ names[i], counts[i] };
	n = pooling_show(cells, count);
	for (size_t i = 0; i < n; i++)
		(void)snprintf(text + strlen(text), sizeof(text) - strlen(text), "%s%d ",
			cells[i].name, (int)cells[i].count);
	assert_string_equal(text, shown);
}

static void the_smallest_are_pooled(void **state)
{
	(void)state;
	expect((uint64_t[]){ 812, 301, 25, 3 }, 4, "a810 b300 ");
	expect((uint64_t[]){ 3, 812, 9, 301 }, 4, "b810 d300 ");
}

/* Where none is small, one is pooled all the same: else a pool would say that somebody is in it. */
static void there_always_is_a_pool(void **state)
{
	(void)state;
	expect((uint64_t[]){ 812, 301, 25 }, 3, "a810 b300 ");
	expect((uint64_t[]){ 812 }, 1, "");
	expect(NULL, 0, "");
}

/* Which of two is the larger, their order must not tell where their figures do not. */
static void equal_figures_stand_by_name(void **state)
{
	(void)state;
	expect((uint64_t[]){ 121, 129, 50 }, 3, "a120 b120 ");
	expect((uint64_t[]){ 129, 121, 50 }, 3, "a120 b120 ");
}

/* 47 in all and b 10..19: were b shown, the small one could be nothing but 9. */
static void an_extreme_remainder_is_pooled(void **state)
{
	(void)state;
	expect((uint64_t[]){ 9, 19, 19 }, 3, "");
	expect((uint64_t[]){ 9, 19, 18 }, 3, "");
	expect((uint64_t[]){ 9, 10, 19 }, 3, "c10 ");
}

/*
 * What an onlooker knows of a day: the figures that are shown, and the exact sum. For every such
 * knowledge, what each cell can be: a bit for each count below the floor, one for all others.
 */
struct knowledge {
	uint16_t can_be[CELLS_MAX];
};

#define OTHERS (1u << POOLING_FLOOR)
#define TENS ((SUM_MAX / POOLING_FLOOR) + 1)

static size_t place_of(const uint64_t shown[CELLS_MAX], size_t count, uint64_t sum)
{
	size_t place = sum;

	for (size_t i = 0; i < count; i++)
		place = place * TENS + shown[i] / POOLING_FLOOR;
	return place;
}

/* What is shown of a day, in the cells' own order; 0: nothing. Cells of 0 have no line in a log. */
static void shown_of(const uint64_t *counts, size_t count, uint64_t shown[CELLS_MAX])
{
	struct cell cells[CELLS_MAX];
	size_t there = 0, n;

	for (size_t i = 0; i < count; i++) {
		shown[i] = 0;
		if (counts[i] > 0)
			cells[there++] = (struct cell){ names[i], counts[i] };
	}
	n = pooling_show(cells, there);
	for (size_t i = 0; i < n; i++)
		for (size_t k = 0; k < count; k++)
			if (names[k] == cells[i].name)
				shown[k] = cells[i].count;
}

/* The next day of so many cells whose sum is at most `most`; false after the last. */
static bool next_day(uint64_t *counts, size_t count, uint64_t most)
{
	uint64_t sum = 0;

	for (size_t i = 0; i < count; i++)
		sum += counts[i];
	for (size_t i = 0; i < count; i++) {
		if (sum < most) {
			counts[i]++;
			return true;
		}
		sum -= counts[i];
		counts[i] = 0;
	}
	return false;
}

static void learn(struct knowledge *all, size_t count, uint64_t most)
{
	uint64_t counts[CELLS_MAX] = { 0 }, shown[CELLS_MAX];

	do {
		uint64_t sum = 0;
		struct knowledge *known;

		for (size_t i = 0; i < count; i++)
			sum += counts[i];
		shown_of(counts, count, shown);
		known = &all[place_of(shown, count, sum)];
		for (size_t i = 0; i < count; i++) {
			unsigned being = counts[i] < POOLING_FLOOR ? 1u << counts[i] : OTHERS;

			if (shown[i] > 0)
				assert_true(counts[i] >= POOLING_FLOOR);
			else
				known->can_be[i] = (uint16_t)(known->can_be[i] | being);
		}
	} while (next_day(counts, count, most));
}

/*
 * Every day of so many cells and up to a sum: whatever is shown of it, and the sum being known, a
 * cell that is not shown can still be nearly any small number. Days with fewer than ten sales show
 * nothing, and the sum alone says what it says.
 */
static void nothing_small_follows(size_t count, uint64_t most)
{
	size_t places = most + 1;
	struct knowledge *all;

	for (size_t i = 0; i < count; i++)
		places *= TENS;
	all = calloc(places, sizeof(*all));
	assert_non_null(all);
	learn(all, count, most);
	for (size_t place = 0; place < places; place++)
		for (size_t i = 0; i < count; i++) {
			unsigned small = all[place].can_be[i] & (OTHERS - 1);
			size_t sum = place;

			for (size_t k = 0; k < count; k++)
				sum /= TENS;
			if (small != 0 && sum >= POOLING_FLOOR)
				assert_true(__builtin_popcount(small) >= POOLING_FLOOR - 1);
		}
	free(all);
}

static void nothing_small_follows_of_two(void **state)
{
	(void)state;
	nothing_small_follows(2, SUM_MAX);
}

static void nothing_small_follows_of_three(void **state)
{
	(void)state;
	nothing_small_follows(3, SUM_MAX);
}

static void nothing_small_follows_of_four(void **state)
{
	(void)state;
	nothing_small_follows(4, 69);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(figures_are_rounded_down),
		cmocka_unit_test(the_smallest_are_pooled),
		cmocka_unit_test(there_always_is_a_pool),
		cmocka_unit_test(equal_figures_stand_by_name),
		cmocka_unit_test(an_extreme_remainder_is_pooled),
		cmocka_unit_test(nothing_small_follows_of_two),
		cmocka_unit_test(nothing_small_follows_of_three),
		cmocka_unit_test(nothing_small_follows_of_four),
	};

	return cmocka_run_group_tests_name("pooling", tests, NULL, NULL);
}
