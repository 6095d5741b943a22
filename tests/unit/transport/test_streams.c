/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Connections that a peer ends or makes useless, streams that it refuses, and how many are opened.
 */
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "fixture.h"

/* A peer that grants no streams any more has a connection that is of no use. */
static void test_no_streams(void **state)
{
	struct pair pair;
	struct asked asked;
	int lost = 0;

	(void)state;
	pair_open(&pair, true);
	asked = pair_ask(&pair, "ok", 2000);
	assert_answered(&asked);
	atomic_store(&pair.peer->no_streams, true);
	(void)usleep(50000);
	atomic_store(&pair.peer->no_streams, false);
	for (int i = 0; i < 4; i++) {
		asked = pair_ask(&pair, "ok", 400);
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
		assert_true(asked[i].took_ms < 1000 * FIXTURE_SLACK);
	atomic_store(&pair.peer->no_streams, false);
	asked[0] = pair_ask(&pair, "ok", 500);
	asked[1] = pair_ask(&pair, "ok", 500);
	assert_answered(&asked[1]);
	pair_close(&pair);
}

static void test_streams_reset(void **state)
{
	struct pair pair;
	struct asked asked;

	(void)state;
	pair_open(&pair, true);
	asked = pair_ask(&pair, "ok", 2000);
	asked = pair_ask(&pair, "reset", 2000);
	assert_int_equal(asked.result.end, END_CUT_OFF);
	asked = pair_ask(&pair, "ok", 2000);
	assert_answered(&asked);
	assert_int_equal(atomic_load(&pair.peer->accepted), 1);
	/* Refused is not begun: libcurl tries it elsewhere, as often as it is refused. */
	asked = pair_ask(&pair, "reset refused", 500);
	assert_int_not_equal(asked.result.end, END_STATUS);
	asked = pair_ask(&pair, "ok", 2000);
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
	one = pair_ask(&pair, "last", 2000);
	assert_answered(&one);
	one = pair_ask(&pair, "ok", 2000);
	assert_answered(&one);
	assert_int_equal(atomic_load(&pair.peer->accepted), 2);
	for (size_t i = 0; i < ARRAY_LEN(asked); i++)
		asked_init(&asked[i], &pair.fixture, i == 4 ? "goaway" : "slow 100", 700);
	asked_send(asked, ARRAY_LEN(asked));
	asked_wait(asked, ARRAY_LEN(asked));
	for (size_t i = 0; i < ARRAY_LEN(asked); i++)
		if (i != 4)
			assert_answered(&asked[i]);
	one = pair_ask(&pair, "ok", 2000);
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
		one = pair_ask(&pair, "ok", 2000);
	for (int i = 0; i < MANY; i++) {
		asked_init(&asked[i], &pair.fixture, i == MANY - 1 ? "cut" : "slow 1500", 2000);
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
	one = pair_ask(&pair, "ok", 2000);
	assert_answered(&one);
	pair_close(&pair);
}

/* What was answered before the connection died stays answered, though it is told of afterwards. */
static void test_answered_before_the_end(void **state)
{
	enum { MANY = 20, ROUNDS = 10, TRIES = 3 };
	static struct asked asked[MANY];
	struct pair pair;
	struct asked one;

	(void)state;
	pair_open(&pair, true);
	for (int round = 0; round < ROUNDS; round++) {
		one = pair_ask(&pair, "ok", 2000);
		/* The end of the last one's connection may not have been seen yet. */
		for (int tries = 1; one.result.end != END_STATUS && tries < TRIES; tries++)
			one = pair_ask(&pair, "ok", 2000);
		assert_answered(&one);
		for (int i = 0; i < MANY; i++)
			asked_init(
				&asked[i], &pair.fixture, i == MANY - 1 ? "partial" : "ok", 2000);
		asked_send(asked, MANY);
		asked_wait(asked, MANY);
		for (int i = 0; i < MANY - 1; i++)
			assert_answered(&asked[i]);
		assert_int_equal(asked[MANY - 1].result.end, END_CUT_OFF);
	}
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
	int timed_out = 0, handshakes = 0, none_free = 0;

	(void)state;
	fixture_init(&pair.fixture);
	pair_open_with(&pair, (struct peer_options){ .http2 = true, .no_handshake = true });
	for (size_t i = 0; i < ARRAY_LEN(asked); i++)
		asked_init(&asked[i], &pair.fixture, "ok", 500);
	asked_send(asked, ARRAY_LEN(asked));
	asked_wait(asked, ARRAY_LEN(asked));
	for (size_t i = 0; i < ARRAY_LEN(asked); i++) {
		timed_out += asked[i].result.end == END_TIMEOUT;
		handshakes += strcmp(asked[i].cause, "timed out in the TLS handshake") == 0;
		none_free += strstr(asked[i].cause, "free") != NULL;
		assert_true(asked[i].took_ms < 1000 * FIXTURE_SLACK);
	}
	assert_true(timed_out > 0);
	assert_int_equal(handshakes + none_free, ARRAY_LEN(asked));
	assert_true(handshakes > 0 && none_free > 0);
	pair_close(&pair);
}

int main(void)
{
	static char http2[] = "HTTP/2", worked[] = "worked";
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_no_streams),
		cmocka_unit_test(test_never_any_streams),
		cmocka_unit_test(test_streams_reset),
		cmocka_unit_test(test_goaway),
		cmocka_unit_test(test_connection_cut),
		cmocka_unit_test_prestate(test_connection_cut, worked),
		cmocka_unit_test(test_answered_before_the_end),
		cmocka_unit_test(test_cold_burst),
		cmocka_unit_test_prestate(test_cold_burst, http2),
		cmocka_unit_test(test_no_handshake),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
