/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The Redis tier behind Sentinels that are right, wrong, hostile, silent, or not there.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "redis_fixture.h"

/* The master's address as a Sentinel tells it. */
static void format_reply(const char *host, const struct fake *master, char out[128])
{
	char port[8];

	(void)snprintf(port, sizeof(port), "%u", master->port);
	(void)snprintf(out, 128, "*2\r\n$%zu\r\n%s\r\n$%zu\r\n%s\r\n", strlen(host), host,
		strlen(port), port);
}

static void open_by_sentinels(struct fixture *fixture, const char *first, const char *second)
{
	fixture->options.redis.sentinels[0] = first;
	fixture->options.redis.sentinels[1] = second;
	fixture->options.redis.sentinel_count = 2;
	fixture->patience_ms = LATEST_MS;
	SAYS(fixture, 0, MISS);
	open_tier(fixture);
}

static void test_sentinels(void **state)
{
	static const struct {
		const char *first;
		bool hostile;
	} rows[] = {
		{ "*-1\r\n", false },
		{ "*0\r\n", false },
		{ "*1\r\n$9\r\n127.0.0.1\r\n", false },
		{ "*3\r\n$9\r\n127.0.0.1\r\n$1\r\n1\r\n$1\r\nx\r\n", false },
		{ "*2\r\n$9\r\nlocalhost\r\n$4\r\n6379\r\n", false },
		{ "*2\r\n$9\r\n127.0.0.1\r\n:6379\r\n", false },
		{ "*2\r\n$9\r\n127.0.0.1\r\n$1\r\n0\r\n", false },
		{ "*2\r\n$-1\r\n$-1\r\n", false },
		{ "-IDONTKNOW\r\n", false },
		{ "*2147483647\r\n", true },
		{ "+OK\r\n+OK\r\n", true },
		{ "rubbish", true },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		struct fixture fixture;
		char reply[128];

		set_up(&fixture);
		format_reply("127.0.0.1", &fixture.fakes[0], reply);
		fake_says(&fixture, 1, rows[i].first, strlen(rows[i].first));
		fake_says(&fixture, 2, reply, strlen(reply));
		open_by_sentinels(&fixture, fixture.fakes[1].address, fixture.fakes[2].address);
		assert_false(lookup(&fixture));
		(void)wait_for(&fixture, &fixture.fakes[0].callers, 1);
		if (!lookup(&fixture) || !fixture.called)
			fail_msg("row %zu: the second one was not asked", i);
		assert_int_equal(number_of(&fixture, &fixture.fakes[1].heard), 1);
		assert_int_equal(number_of(&fixture, &fixture.warnings), 0);
		tear_down(&fixture);
	}
}

/* The silent one is left after two ticks, the one that is not there at once. */
static void test_silent_sentinel(void **state)
{
	struct fixture fixture;
	char reply[128];

	(void)state;
	set_up(&fixture);
	format_reply("127.0.0.1", &fixture.fakes[0], reply);
	fake_says(&fixture, 2, reply, strlen(reply));
	open_by_sentinels(&fixture, fixture.fakes[1].address, fixture.fakes[2].address);
	for (int i = 0; i < 3; i++) {
		tick(&fixture);
		nap_ms(WHILE_MS);
	}
	assert_true(wait_for(&fixture, &fixture.fakes[0].callers, 1));
	assert_true(lookup(&fixture));
	assert_int_equal(fixture.called, 1);
	tear_down(&fixture);
}

static void test_no_sentinel(void **state)
{
	struct fixture fixture;

	(void)state;
	set_up(&fixture);
	open_by_sentinels(&fixture, "127.0.0.1:1", "127.0.0.1:2");
	for (int i = 0; i < 3; i++) {
		assert_false(lookup(&fixture));
		nap_ms(WHILE_MS);
	}
	assert_int_equal(number_of(&fixture, &fixture.warnings), 1);
	assert_non_null(strstr(fixture.warning, "no Sentinel tells where it is"));
	assert_int_equal(number_of(&fixture, &fixture.fakes[0].heard), 0);
	tear_down(&fixture);
}

/* A master that has become a replica is left, and asked after anew. */
static void test_replica(void **state)
{
	struct fixture fixture;
	char reply[128];

	(void)state;
	set_up(&fixture);
	format_reply("127.0.0.1", &fixture.fakes[0], reply);
	fake_says(&fixture, 1, reply, strlen(reply));
	open_by_sentinels(&fixture, fixture.fakes[1].address, fixture.fakes[1].address);
	assert_false(lookup(&fixture));
	assert_true(wait_for(&fixture, &fixture.fakes[0].callers, 1));
	SAYS(&fixture, 0, "-READONLY You can't write against a read only replica.\r\n");
	keep(&fixture);
	assert_true(wait_for(&fixture, &fixture.warnings, 1));
	assert_non_null(strstr(fixture.warning, "Sentinels are asked for the master anew"));
	SAYS(&fixture, 0, MISS);
	assert_false(lookup(&fixture));
	assert_true(wait_for(&fixture, &fixture.fakes[0].callers, 2));
	assert_int_equal(number_of(&fixture, &fixture.fakes[1].heard), 2);
	assert_true(lookup(&fixture));
	assert_int_equal(fixture.called, 1);
	tear_down(&fixture);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_sentinels),
		cmocka_unit_test(test_silent_sentinel),
		cmocka_unit_test(test_no_sentinel),
		cmocka_unit_test(test_replica),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
