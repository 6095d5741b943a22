/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "cache/refusals.h"

#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

#include <cmocka.h>

#define IAT INT64_C(1750000000)
#define HELD 1000 /* ms */

struct sbj {
	uint8_t bytes[PERSON_KEY_LEN];
};

/* Some fall into one bucket: their first octets are alike. */
static struct sbj sbj_of(uint8_t number)
{
	struct sbj sbj = { { 0 } };

	sbj.bytes[0] = number % 3;
	sbj.bytes[PERSON_KEY_LEN - 1] = number;
	return sbj;
}

static void note(struct refusals *refusals, uint8_t number, int64_t iat, int64_t now_ms)
{
	refusals_note(refusals, sbj_of(number).bytes, iat, now_ms, now_ms + HELD);
}

static int64_t of(struct refusals *refusals, uint8_t number, int64_t now_ms)
{
	return refusals_of(refusals, sbj_of(number).bytes, now_ms);
}

static struct refusals *some(size_t capacity)
{
	struct refusals *refusals = refusals_new(capacity);

	assert_non_null(refusals);
	return refusals;
}

static void a_watermark_is_held_for_its_time(void **state)
{
	struct refusals *refusals = some(4);

	(void)state;
	assert_int_equal(of(refusals, 1, 0), 0);
	note(refusals, 1, IAT, 50);
	assert_int_equal(of(refusals, 1, 50), IAT);
	assert_int_equal(of(refusals, 1, 50 + HELD - 1), IAT);
	assert_int_equal(of(refusals, 1, 50 + HELD), 0);
	assert_int_equal(of(refusals, 4, 50), 0); /* of the same bucket */
	assert_int_equal(refusals_floor(refusals), 0);
	assert_int_equal(refusals_count(refusals), 1);
	refusals_free(refusals);
}

/* The same person once more: the later of both, whichever is told first. */
static void the_later_refusal_counts(void **state)
{
	struct refusals *refusals = some(2);

	(void)state;
	note(refusals, 1, IAT, 0);
	note(refusals, 1, IAT + 5, 100);
	assert_int_equal(of(refusals, 1, 100), IAT + 5);
	note(refusals, 1, IAT - 5, 50);
	assert_int_equal(of(refusals, 1, 100 + HELD - 1), IAT + 5);
	assert_int_equal(refusals_count(refusals), 1);
	refusals_free(refusals);
}

static void without_room_the_floor_rises(void **state)
{
	struct refusals *refusals = some(3);

	(void)state;
	for (uint8_t i = 0; i < 9; i++) {
		note(refusals, i, IAT + i, i);
		for (uint8_t j = 0; j <= i; j++)
			assert_int_equal(of(refusals, j, i), j + 3 > i ? IAT + j : 0);
		assert_int_equal(refusals_floor(refusals), i < 3 ? 0 : IAT + i - 3);
	}
	assert_int_equal(refusals_count(refusals), 3);
	refusals_free(refusals);
}

/* The one that makes way is the oldest told, not the oldest signed: the floor never sinks. */
static void the_floor_never_sinks(void **state)
{
	struct refusals *refusals = some(1);

	(void)state;
	note(refusals, 1, IAT + 100, 0);
	note(refusals, 2, IAT, 0);
	assert_int_equal(refusals_floor(refusals), IAT + 100);
	note(refusals, 3, IAT + 1, 0);
	assert_int_equal(refusals_floor(refusals), IAT + 100);
	refusals_free(refusals);
}

static void what_has_run_out_leaves_no_floor(void **state)
{
	struct refusals *refusals = some(1);

	(void)state;
	note(refusals, 1, IAT, 0);
	note(refusals, 2, IAT + 1, HELD);
	assert_int_equal(refusals_floor(refusals), 0);
	assert_int_equal(of(refusals, 1, HELD), 0);
	assert_int_equal(of(refusals, 2, HELD), IAT + 1);
	refusals_free(refusals);
	refusals_free(NULL);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_watermark_is_held_for_its_time),
		cmocka_unit_test(the_later_refusal_counts),
		cmocka_unit_test(without_room_the_floor_rises),
		cmocka_unit_test(the_floor_never_sinks),
		cmocka_unit_test(what_has_run_out_leaves_no_floor),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
