/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Connections are judged apart from the endpoint: which are given up, which are kept, and that no
 * attempt is lost for it.
 */
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "fixture.h"

/* One attempt in vain, and the next goes over a fresh connection. */
static void test_silent_connection(void **state)
{
	struct pair pair;
	struct asked asked;

	fixture_init(&pair.fixture);
	pair.fixture.options.breaker_failures = 1;
	pair_open_with(&pair, (struct peer_options){ .http2 = *state != NULL });
	asked = pair_ask(&pair, "ok", 2000);
	assert_answered(&asked);
	peer_freeze(pair.peer);
	asked = pair_ask(&pair, "ok", 300);
	assert_int_equal(asked.result.end, END_TIMEOUT);
	for (int i = 0; i < 3; i++) {
		asked = pair_ask(&pair, "ok", 1000);
		assert_answered(&asked);
	}
	assert_int_equal(atomic_load(&pair.peer->accepted), 2);
	assert_int_equal(fixture_said_count(&pair.fixture, "gone silent"), 1);
	pair_close(&pair);
}

/* Those who wait on it with the first are told with it, and not one sale is lost. */
static void test_silent_for_many(void **state)
{
	enum { MANY = 60 };
	static struct asked asked[MANY], again[MANY];
	struct pair pair;
	struct asked first;
	int timed_out = 0, given_up = 0;

	(void)state;
	fixture_init(&pair.fixture);
	pair.fixture.options.breaker_failures = 2;
	pair_open_with(&pair, (struct peer_options){ .http2 = true });
	first = pair_ask(&pair, "ok", 2000);
	assert_answered(&first);
	peer_freeze(pair.peer);
	for (int i = 0; i < MANY; i++) {
		asked_init(&asked[i], &pair.fixture, "ok", i < 5 ? 300 : 3000);
		asked_init(&again[i], &pair.fixture, "ok", 3000);
		asked[i].then = &again[i];
	}
	asked_send(asked, MANY);
	asked_wait(asked, MANY);
	asked_wait(again, MANY);
	for (int i = 0; i < MANY; i++) {
		timed_out += asked[i].result.end == END_TIMEOUT;
		given_up += asked[i].result.end == END_CONNECTION_GIVEN_UP;
		assert_true(asked[i].took_ms < 1000 * FIXTURE_SLACK);
		assert_answered(&again[i]);
	}
	assert_int_equal(timed_out, 1);
	assert_int_equal(given_up, MANY - 1);
	assert_false(fixture_said(&pair.fixture, "timed out"));
	pair_close(&pair);
}

/* All connections of an endpoint have gone silent: one attempt in vain finds all of them out. */
static void test_all_are_silent(void **state)
{
	enum { MANY = 4 };
	static struct asked asked[MANY];
	struct pair pair;
	struct asked one;
	int opened;

	pair_open(&pair, false);
	(void)state;
	for (int i = 0; i < MANY; i++)
		asked_init(&asked[i], &pair.fixture, "slow 100", 3000);
	asked_send(asked, MANY);
	asked_wait(asked, MANY);
	opened = atomic_load(&pair.peer->accepted);
	assert_in_range(opened, 2, MANY);
	peer_freeze(pair.peer);
	one = pair_ask(&pair, "ok", 300);
	assert_int_equal(one.result.end, END_TIMEOUT);
	one = pair_ask(&pair, "ok", 1000);
	assert_answered(&one);
	assert_int_equal(atomic_load(&pair.peer->accepted), opened + 1);
	pair_close(&pair);
}

/* The first connection of all never says a word after its handshake. */
static void test_silent_from_the_start(void **state)
{
	enum { MANY = 20 };
	static struct asked asked[MANY], again[MANY];
	struct pair pair;

	fixture_init(&pair.fixture);
	pair.fixture.options.breaker_failures = 3;
	pair_open_with(&pair, (struct peer_options){ .http2 = *state != NULL });
	atomic_store(&pair.peer->frozen, 1);
	for (int i = 0; i < MANY; i++) {
		asked_init(&asked[i], &pair.fixture, "ok", 300);
		asked_init(&again[i], &pair.fixture, "ok", 2000);
		asked[i].then = &again[i];
	}
	asked_send(asked, MANY);
	asked_wait(asked, MANY);
	for (int i = 0; i < MANY; i++) {
		if (asked[i].result.end == END_STATUS)
			continue;
		asked_wait(&again[i], 1);
		assert_answered(&again[i]);
	}
	assert_in_range(atomic_load(&pair.peer->accepted), 2, 5);
	assert_int_equal(fixture_said_count(&pair.fixture, "timed out waiting for the answer"), 1);
	pair_close(&pair);
}

/* It fell silent in the midst of an answer. */
static void test_silent_midway(void **state)
{
	struct pair pair;
	struct asked asked;

	(void)state;
	pair_open(&pair, true);
	asked = pair_ask(&pair, "stall", 300);
	assert_int_equal(asked.result.end, END_TIMEOUT);
	asked = pair_ask(&pair, "ok", 1000);
	assert_answered(&asked);
	assert_int_equal(atomic_load(&pair.peer->accepted), 2);
	pair_close(&pair);
}

/* All connections are taken by those who wait in vain: who waits for one gives them up. */
static void test_none_is_free(void **state)
{
	static struct asked asked[4];
	struct pair pair;
	struct asked one;

	(void)state;
	pair_open(&pair, false);
	for (size_t i = 0; i < ARRAY_LEN(asked); i++) {
		asked_init(&asked[i], &pair.fixture, "silent", 3000);
		asked_send(&asked[i], 1);
		for (int j = 0; j < 400 && atomic_load(&pair.peer->requests) <= (int)i; j++)
			(void)usleep(5000);
	}
	one = pair_ask(&pair, "ok", 300);
	assert_int_equal(one.result.end, END_TIMEOUT);
	assert_string_equal(one.cause, "timed out waiting for a free connection");
	asked_wait(asked, ARRAY_LEN(asked));
	for (size_t i = 0; i < ARRAY_LEN(asked); i++)
		assert_int_equal(asked[i].result.end, END_CONNECTION_GIVEN_UP);
	one = pair_ask(&pair, "ok", 1000);
	assert_answered(&one);
	pair_close(&pair);
}

/* Even a connection that is always in use grows old: addresses change behind a name. */
static void test_old_connection(void **state)
{
	struct pair pair;
	struct asked asked, slow;

	(void)state;
	pair_open(&pair, true);
	asked = pair_ask(&pair, "ok", 1000);
	assert_answered(&asked);
	asked_init(&slow, &pair.fixture, "slow 200", 1000);
	asked_send(&slow, 1);
	atomic_fetch_add(&pair.fixture.clock_ahead_ms, 601000);
	asked = pair_ask(&pair, "ok", 1000);
	assert_answered(&asked);
	assert_int_equal(atomic_load(&pair.peer->accepted), 2);
	asked_wait(&slow, 1);
	assert_answered(&slow);
	pair_close(&pair);
}

/* A slow answer ends no connection that works for others. */
static void test_slow_answer(void **state)
{
	static struct asked slow, waiting[2], quick[40];
	struct pair pair;
	char later[2][16]; /* than the silent one ends */

	(void)state;
	pair_open(&pair, true);
	(void)snprintf(later[0], sizeof(later[0]), "slow %d", 600 * FIXTURE_SLACK);
	(void)snprintf(later[1], sizeof(later[1]), "slow %d", 700 * FIXTURE_SLACK);
	asked_init(&slow, &pair.fixture, "silent", 400);
	asked_init(&waiting[0], &pair.fixture, later[0], 2000);
	asked_init(&waiting[1], &pair.fixture, later[1], 2000);
	asked_send(&slow, 1);
	asked_send(waiting, 2);
	for (size_t i = 0; i < ARRAY_LEN(quick); i++) {
		asked_init(&quick[i], &pair.fixture, "ok", 2000);
		asked_send(&quick[i], 1);
		(void)usleep(15000);
	}
	asked_wait(&slow, 1);
	asked_wait(waiting, 2);
	asked_wait(quick, ARRAY_LEN(quick));
	assert_int_equal(slow.result.end, END_TIMEOUT);
	assert_answered(&waiting[0]);
	assert_answered(&waiting[1]);
	for (size_t i = 0; i < ARRAY_LEN(quick); i++)
		assert_answered(&quick[i]);
	assert_int_equal(atomic_load(&pair.peer->accepted), 1);
	pair_close(&pair);
}

int main(void)
{
	static char http2[] = "HTTP/2";
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_silent_connection),
		cmocka_unit_test_prestate(test_silent_connection, http2),
		cmocka_unit_test(test_silent_for_many),
		cmocka_unit_test(test_all_are_silent),
		cmocka_unit_test(test_silent_from_the_start),
		cmocka_unit_test_prestate(test_silent_from_the_start, http2),
		cmocka_unit_test(test_silent_midway),
		cmocka_unit_test(test_none_is_free),
		cmocka_unit_test(test_old_connection),
		cmocka_unit_test(test_slow_answer),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
