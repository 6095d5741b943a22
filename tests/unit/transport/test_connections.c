/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Connections are judged apart from the endpoint: which are given up, which are kept, and that no
 * attempt is lost for it.
 */
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "fixture.h"

struct pair {
	struct fixture fixture;
	struct peer *peer;
};

static void pair_open_with(struct pair *pair, struct peer_options options)
{
	options.identity = &pair->fixture.server;
	options.authority = &pair->fixture.authority;
	pair->peer = peer_start(&options);
	fixture_open(&pair->fixture, pair->peer->url, NULL);
}

static void pair_open(struct pair *pair, bool http2)
{
	fixture_init(&pair->fixture);
	pair_open_with(pair, (struct peer_options){ .http2 = http2 });
}

static void pair_close(struct pair *pair)
{
	fixture_close(&pair->fixture);
	peer_stop(pair->peer);
}

static struct asked ask(struct pair *pair, const char *body, int64_t within_ms)
{
	return fixture_ask(&pair->fixture, body, within_ms);
}

static void assert_answered(const struct asked *asked)
{
	if (asked->result.end != END_STATUS)
		print_message("%d: %s\n", asked->result.end, asked->cause);
	assert_int_equal(asked->result.end, END_STATUS);
	assert_int_equal(asked->result.status, 200);
}

/* One attempt in vain, and the next goes over a fresh connection. */
static void test_silent_connection(void **state)
{
	struct pair pair;
	struct asked asked;

	fixture_init(&pair.fixture);
	pair.fixture.options.breaker_failures = 1;
	pair_open_with(&pair, (struct peer_options){ .http2 = *state != NULL });
	asked = ask(&pair, "ok", 2000);
	assert_answered(&asked);
	peer_freeze(pair.peer);
	asked = ask(&pair, "ok", 300);
	assert_int_equal(asked.result.end, END_TIMEOUT);
	for (int i = 0; i < 3; i++) {
		asked = ask(&pair, "ok", 1000);
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
	first = ask(&pair, "ok", 2000);
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
		assert_true(asked[i].took_ms < 1000);
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

	pair_open(&pair, false);
	(void)state;
	for (int i = 0; i < MANY; i++)
		asked_init(&asked[i], &pair.fixture, "slow 100", 3000);
	asked_send(asked, MANY);
	asked_wait(asked, MANY);
	assert_int_equal(atomic_load(&pair.peer->accepted), MANY);
	peer_freeze(pair.peer);
	one = ask(&pair, "ok", 300);
	assert_int_equal(one.result.end, END_TIMEOUT);
	one = ask(&pair, "ok", 1000);
	assert_answered(&one);
	assert_int_equal(atomic_load(&pair.peer->accepted), MANY + 1);
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
	asked = ask(&pair, "stall", 300);
	assert_int_equal(asked.result.end, END_TIMEOUT);
	asked = ask(&pair, "ok", 1000);
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
	for (size_t i = 0; i < ARRAY_LEN(asked); i++)
		asked_init(&asked[i], &pair.fixture, "silent", 3000);
	asked_send(asked, ARRAY_LEN(asked));
	for (int i = 0; i < 400 && atomic_load(&pair.peer->requests) < 4; i++)
		(void)usleep(5000);
	one = ask(&pair, "ok", 300);
	assert_int_equal(one.result.end, END_TIMEOUT);
	assert_string_equal(one.cause, "timed out waiting for a free connection");
	asked_wait(asked, ARRAY_LEN(asked));
	for (size_t i = 0; i < ARRAY_LEN(asked); i++)
		assert_int_equal(asked[i].result.end, END_CONNECTION_GIVEN_UP);
	one = ask(&pair, "ok", 1000);
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
	asked = ask(&pair, "ok", 1000);
	assert_answered(&asked);
	asked_init(&slow, &pair.fixture, "slow 200", 1000);
	asked_send(&slow, 1);
	atomic_fetch_add(&pair.fixture.clock_ahead_ms, 601000);
	asked = ask(&pair, "ok", 1000);
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

	(void)state;
	pair_open(&pair, true);
	asked_init(&slow, &pair.fixture, "silent", 400);
	asked_init(&waiting[0], &pair.fixture, "slow 600", 2000);
	asked_init(&waiting[1], &pair.fixture, "slow 700", 2000);
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

/* A peer that grants no streams any more has a connection that is of no use. */
static void test_no_streams(void **state)
{
	struct pair pair;
	struct asked asked;
	int lost = 0;

	(void)state;
	pair_open(&pair, true);
	asked = ask(&pair, "ok", 2000);
	assert_answered(&asked);
	atomic_store(&pair.peer->no_streams, true);
	(void)usleep(50000);
	atomic_store(&pair.peer->no_streams, false);
	for (int i = 0; i < 4; i++) {
		asked = ask(&pair, "ok", 400);
		if (asked.result.end != END_STATUS)
			lost++;
	}
	assert_answered(&asked);
	assert_true(lost <= 1);
	assert_int_equal(atomic_load(&pair.peer->accepted), 2);
	pair_close(&pair);
}

/* Not even a fresh connection has streams: each attempt ends in its time, none is stuck. */
static void test_never_any_streams(void **state)
{
	static struct asked asked[20];
	struct pair pair;

	(void)state;
	pair_open(&pair, true);
	atomic_store(&pair.peer->no_streams, true);
	for (size_t i = 0; i < ARRAY_LEN(asked); i++)
		asked_init(&asked[i], &pair.fixture, "ok", 300 + 10 * (int64_t)i);
	asked_send(asked, ARRAY_LEN(asked));
	asked_wait(asked, ARRAY_LEN(asked));
	for (size_t i = 0; i < ARRAY_LEN(asked); i++)
		assert_true(asked[i].took_ms < 1000);
	atomic_store(&pair.peer->no_streams, false);
	asked[0] = ask(&pair, "ok", 500);
	asked[1] = ask(&pair, "ok", 500);
	assert_answered(&asked[1]);
	pair_close(&pair);
}

static void test_streams_reset(void **state)
{
	struct pair pair;
	struct asked asked;

	(void)state;
	pair_open(&pair, true);
	asked = ask(&pair, "ok", 2000);
	asked = ask(&pair, "reset", 2000);
	assert_int_equal(asked.result.end, END_CUT_OFF);
	asked = ask(&pair, "ok", 2000);
	assert_answered(&asked);
	assert_int_equal(atomic_load(&pair.peer->accepted), 1);
	/* Refused is not begun: libcurl tries it elsewhere, as often as it is refused. */
	asked = ask(&pair, "reset refused", 500);
	assert_int_not_equal(asked.result.end, END_STATUS);
	asked = ask(&pair, "ok", 2000);
	assert_answered(&asked);
	pair_close(&pair);
}

static void test_goaway(void **state)
{
	static struct asked asked[8];
	struct pair pair;
	struct asked one;

	(void)state;
	pair_open(&pair, true);
	one = ask(&pair, "last", 2000);
	assert_answered(&one);
	one = ask(&pair, "ok", 2000);
	assert_answered(&one);
	assert_int_equal(atomic_load(&pair.peer->accepted), 2);
	for (size_t i = 0; i < ARRAY_LEN(asked); i++)
		asked_init(&asked[i], &pair.fixture, i == 4 ? "goaway" : "slow 100", 700);
	asked_send(asked, ARRAY_LEN(asked));
	asked_wait(asked, ARRAY_LEN(asked));
	for (size_t i = 0; i < ARRAY_LEN(asked); i++)
		if (i != 4)
			assert_answered(&asked[i]);
	one = ask(&pair, "ok", 2000);
	assert_answered(&one);
	pair_close(&pair);
}

/* A connection's death is one failure of the endpoint, and none if it had worked. */
static void test_connection_cut(void **state)
{
	enum { MANY = 20 };
	static struct asked asked[MANY], again[MANY];
	struct pair pair;
	struct asked one;
	bool worked = *state != NULL;

	fixture_init(&pair.fixture);
	pair.fixture.options.breaker_failures = worked ? 1 : 5; /* libcurl tries again by itself */
	pair_open_with(&pair, (struct peer_options){ .http2 = true });
	if (worked)
		one = ask(&pair, "ok", 2000);
	for (int i = 0; i < MANY; i++) {
		asked_init(&asked[i], &pair.fixture, i == MANY - 1 ? "cut" : "slow 300", 2000);
		asked_init(&again[i], &pair.fixture, "ok", 2000);
		asked[i].then = &again[i];
	}
	asked_send(asked, MANY);
	asked_wait(asked, MANY);
	asked_wait(again, MANY);
	for (int i = 0; i < MANY; i++) {
		assert_int_equal(
			asked[i].result.end, worked ? END_CONNECTION_GIVEN_UP : END_CUT_OFF);
		assert_answered(&again[i]);
	}
	assert_int_equal(fixture_said_count(&pair.fixture, "cut off"), !worked);
	one = ask(&pair, "ok", 2000);
	assert_answered(&one);
	pair_close(&pair);
}

/* 250 at once after a start: few connections, nobody lost. */
static void test_cold_burst(void **state)
{
	enum { MANY = 250 };
	static struct asked asked[MANY];
	struct pair pair;

	pair_open(&pair, *state != NULL);
	for (int i = 0; i < MANY; i++)
		asked_init(&asked[i], &pair.fixture, "ok", 5000);
	asked_send(asked, MANY);
	asked_wait(asked, MANY);
	for (int i = 0; i < MANY; i++)
		assert_answered(&asked[i]);
	assert_true(atomic_load(&pair.peer->accepted) <= 4);
	pair_close(&pair);
}

/* Nobody answers the handshake: each ends in its time, those without a connection too. */
static void test_no_handshake(void **state)
{
	static struct asked asked[30];
	struct pair pair;

	(void)state;
	fixture_init(&pair.fixture);
	pair_open_with(&pair, (struct peer_options){ .http2 = true, .no_handshake = true });
	for (size_t i = 0; i < ARRAY_LEN(asked); i++)
		asked_init(&asked[i], &pair.fixture, "ok", 500);
	asked_send(asked, ARRAY_LEN(asked));
	asked_wait(asked, ARRAY_LEN(asked));
	for (size_t i = 0; i < ARRAY_LEN(asked); i++) {
		assert_int_equal(asked[i].result.end, END_TIMEOUT);
		assert_true(asked[i].took_ms < 1000);
	}
	assert_string_equal(asked[0].cause, "timed out in the TLS handshake");
	assert_string_equal(asked[29].cause, "timed out waiting for a free connection");
	pair_close(&pair);
}

int main(void)
{
	static char http2[] = "HTTP/2", worked[] = "worked";
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
		cmocka_unit_test(test_no_streams),
		cmocka_unit_test(test_never_any_streams),
		cmocka_unit_test(test_streams_reset),
		cmocka_unit_test(test_goaway),
		cmocka_unit_test(test_connection_cut),
		cmocka_unit_test_prestate(test_connection_cut, worked),
		cmocka_unit_test(test_cold_burst),
		cmocka_unit_test_prestate(test_cold_burst, http2),
		cmocka_unit_test(test_no_handshake),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
