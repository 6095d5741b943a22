/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Removals by other servers and tools, as the generation key tells of them.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "redis_fixture.h"

#define ONE "*1\r\n$32\r\n11111111111111111111111111111111\r\n"
#define TWO "*1\r\n$32\r\n22222222222222222222222222222222\r\n"

static void watch(struct fixture *fixture, const char *text)
{
	fake_says(fixture, 0, text, strlen(text));
	time_passes(fixture, 1000);
	tick(fixture);
	nap_ms(WHILE_MS);
}

static void test_removals(void **state)
{
	static const struct {
		const char *says;
		unsigned removed; /* in all */
	} rows[] = {
		{ "*1\r\n$-1\r\n", 0 }, /* nobody has removed anything yet */
		{ ONE, 1 },
		{ ONE, 1 },
		{ TWO, 2 },
		{ TWO, 2 },
		{ "*1\r\n$-1\r\n", 2 }, /* Redis has lost it */
		{ TWO, 2 },
		{ "*1\r\n$3\r\nabc\r\n", 2 },
		{ "*2\r\n$-1\r\n$-1\r\n", 2 },
		{ "-ERR\r\n", 2 },
		{ "+OK\r\n", 2 },
		{ ONE, 3 },
	};
	struct fixture fixture;

	(void)state;
	set_up(&fixture);
	open_tier(&fixture);
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		watch(&fixture, rows[i].says);
		(void)wait_for(&fixture, &fixture.removed, rows[i].removed);
		if (number_of(&fixture, &fixture.removed) != rows[i].removed)
			fail_msg("row %zu: %u", i, fixture.removed);
	}
	tear_down(&fixture);
}

/* What was removed while nobody could look is not missed. */
static void test_removal_unseen(void **state)
{
	struct fixture fixture;

	(void)state;
	set_up(&fixture);
	open_tier(&fixture);
	watch(&fixture, "*1\r\n$-1\r\n");
	for (int i = 0; i < 4; i++)
		watch(&fixture, "");
	watch(&fixture, ONE);
	assert_true(wait_for(&fixture, &fixture.removed, 1));
	tear_down(&fixture);
}

/* What a lookup has read before the removal is told before the removal is. */
static void test_removal_after_lookups(void **state)
{
	static const char found[] = "*2\r\n$22\r\n" RIGHT "\r\n$-1\r\n";
	static char text[4 * sizeof(found) + sizeof(ONE)];
	struct fixture fixture;
	size_t len = 0;

	(void)state;
	set_up(&fixture);
	open_tier(&fixture);
	for (int i = 0; i < 3; i++) {
		(void)recall_alone(&fixture);
		memcpy(text + len, found, sizeof(found) - 1);
		len += sizeof(found) - 1;
	}
	memcpy(text + len, ONE MISS, sizeof(ONE MISS) - 1);
	len += sizeof(ONE MISS) - 1;
	tick(&fixture);
	assert_true(wait_for(&fixture, &fixture.fakes[0].heard, 4));
	fake_says(&fixture, 0, text, len);
	assert_non_null(recall(&fixture));
	assert_true(wait_for(&fixture, &fixture.removed, 1));
	nap_ms(WHILE_MS);
	(void)number_of(&fixture, &fixture.warnings);
	assert_string_equal(fixture.events, "fffrf");
	tear_down(&fixture);
}

/* The tier ticks by itself, the first time at once. */
static void test_ticks(void **state)
{
	const struct tier_events events = { on_removed, NULL };
	struct tier_events ours = events;
	struct fixture fixture;
	bool fatal;

	(void)state;
	set_up(&fixture);
	ours.ctx = &fixture;
	SAYS(&fixture, 0, ONE);
	fixture.tier = redis_open_ticking(&fixture.options, fixture.engine, &ours, 10, &fatal);
	assert_non_null(fixture.tier);
	assert_true(wait_for(&fixture, &fixture.fakes[0].heard, 5));
	assert_true(health(&fixture).reads);
	assert_true(health(&fixture).writes);
	assert_int_equal(number_of(&fixture, &fixture.removed), 1);
	tear_down(&fixture);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_removals),
		cmocka_unit_test(test_removal_unseen),
		cmocka_unit_test(test_removal_after_lookups),
		cmocka_unit_test(test_ticks),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
