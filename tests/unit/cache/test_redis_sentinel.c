/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The shared cache behind Sentinels that are right, wrong, hostile, silent, or not there.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "a_redis.h"

/* The master's address as a Sentinel tells it. */
static void tell(const char *host, const struct fake *master, char out[128])
{
	const char *port = strrchr(master->address, ':') + 1;

	(void)snprintf(out, 128, "*2\r\n$%zu\r\n%s\r\n$%zu\r\n%s\r\n", strlen(host), host,
		strlen(port), port);
}

static void by_sentinels(struct stand *stand, const char *first, const char *second)
{
	stand->config.redis.sentinels[0] = first;
	stand->config.redis.sentinels[1] = second;
	stand->config.redis.sentinel_count = 2;
	says(&stand->fakes[0], TEXT("*2\r\n$-1\r\n$-1\r\n"));
	begin(stand);
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
		struct stand stand;
		char told[128];

		stand_up(&stand);
		tell("127.0.0.1", &stand.fakes[0], told);
		says(&stand.fakes[1], rows[i].first, strlen(rows[i].first));
		says(&stand.fakes[2], told, strlen(told));
		by_sentinels(&stand, stand.fakes[1].address, stand.fakes[2].address);
		assert_false(look(&stand));
		run_for(&stand, WHILE_MS, NULL);
		if (!look(&stand) || !stand.called)
			fail_msg("row %zu: the second one was not asked", i);
		assert_int_equal(stand.fakes[1].heard, 1);
		assert_int_equal(stand.warnings, 0);
		take_down(&stand);
	}
}

/* The silent one is left after two ticks, the one that is not there at once. */
static void test_silent_sentinel(void **state)
{
	struct stand stand;
	char told[128];

	(void)state;
	stand_up(&stand);
	tell("127.0.0.1", &stand.fakes[0], told);
	says(&stand.fakes[2], told, strlen(told));
	by_sentinels(&stand, stand.fakes[1].address, stand.fakes[2].address);
	for (int i = 0; i < 3; i++) {
		shared_watch(stand.shared);
		run_for(&stand, WHILE_MS, NULL);
	}
	assert_true(look(&stand));
	assert_true(stand.called);
	take_down(&stand);
}

static void test_no_sentinel(void **state)
{
	struct stand stand;

	(void)state;
	stand_up(&stand);
	by_sentinels(&stand, "127.0.0.1:1", "127.0.0.1:2");
	for (int i = 0; i < 3; i++) {
		assert_false(look(&stand));
		run_for(&stand, WHILE_MS, NULL);
	}
	assert_int_equal(stand.warnings, 1);
	assert_non_null(strstr(stand.warning, "no Sentinel tells where it is"));
	assert_int_equal(stand.fakes[0].heard, 0);
	take_down(&stand);
}

/* A master that has become a replica is left, and asked after anew. */
static void test_replica(void **state)
{
	static const struct person_key key = { .text = "now" };
	const struct store_entry entry = { .stored_at = 1, .keep_until = 2, .token_len = 1,
		.token = "x" };
	struct stand stand;
	char told[128];

	(void)state;
	stand_up(&stand);
	tell("127.0.0.1", &stand.fakes[0], told);
	says(&stand.fakes[1], told, strlen(told));
	by_sentinels(&stand, stand.fakes[1].address, stand.fakes[1].address);
	assert_false(look(&stand));
	run_for(&stand, WHILE_MS, NULL);
	says(&stand.fakes[0], TEXT("-READONLY You can't write against a read only replica.\r\n"));
	shared_put(stand.shared, &key, &entry);
	run_for(&stand, WHILE_MS, NULL);
	says(&stand.fakes[0], TEXT("*2\r\n$-1\r\n$-1\r\n"));
	assert_false(look(&stand));
	run_for(&stand, WHILE_MS, NULL);
	assert_int_equal(stand.fakes[1].heard, 2);
	assert_true(look(&stand));
	assert_true(stand.called);
	take_down(&stand);
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
