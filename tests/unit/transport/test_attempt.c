/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * How an attempt ends, and what is said of it, with a peer that does as it is told.
 */
#include <stdio.h>
#include <stdlib.h>

#include "fixture.h"

static void test_status(void **state)
{
	struct pair pair;
	struct asked asked;

	pair_open(&pair, *state != NULL);
	asked = pair_ask(&pair, "ok", 2000);
	assert_int_equal(asked.result.end, END_STATUS);
	assert_int_equal(asked.result.status, 200);
	assert_int_equal(asked.result.endpoint, 0);
	assert_int_equal(asked.result.len, 5);
	assert_int_equal(asked.result.retry_after_s, -1);
	assert_string_equal(asked.type, "text/plain");
	asked = pair_ask(&pair, "status 503 7", 2000);
	assert_int_equal(asked.result.end, END_STATUS);
	assert_int_equal(asked.result.status, 503);
	assert_int_equal(asked.result.retry_after_s, 7);
	assert_string_equal(asked.cause, "HTTP status 503");
	asked = pair_ask(&pair, "status 429 0", 2000);
	assert_int_equal(asked.result.retry_after_s, 0);
	assert_int_equal(atomic_load(&pair.peer->accepted), 1);
	assert_string_equal(pair.peer->client, "client");
	pair_close(&pair);
}

static void test_ends(void **state)
{
	static const struct {
		const char *body;
		enum attempt_end end;
		const char *cause;
	} rows[] = {
		{ "cut", END_CUT_OFF, "cut off before the answer" },
		{ "partial", END_CUT_OFF, "cut off while the answer came" },
		{ "silent", END_TIMEOUT, "timed out waiting for the answer" },
		{ "stall", END_TIMEOUT, "timed out while the answer came" },
		{ "big 16384", END_STATUS, "" },
		{ "big 16385", END_TOO_LARGE, "the answer is too large" },
		{ "big 3000000", END_TOO_LARGE, "the answer is too large" },
		{ "slow 100", END_STATUS, "" },
	};

	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		struct pair pair;
		struct asked asked;

		pair_open(&pair, *state != NULL);
		asked = pair_ask(&pair, rows[i].body, 400);
		assert_int_equal(asked.result.end, rows[i].end);
		assert_non_null(strstr(asked.cause, rows[i].cause));
		pair_close(&pair);
	}
}

/* Nor is there a header without an end. */
static void test_header_bound(void **state)
{
	struct pair pair;
	struct asked asked;

	(void)state;
	pair_open(&pair, false);
	asked = pair_ask(&pair, "header 30000", 2000);
	assert_int_equal(asked.result.end, END_STATUS);
	asked = pair_ask(&pair, "header 200000", 2000);
	assert_int_equal(asked.result.end, END_TOO_LARGE);
	pair_close(&pair);
}

/* The way is configured, not found in the environment. */
static void test_no_proxy(void **state)
{
	struct pair pair;
	struct asked asked;

	(void)state;
	assert_int_equal(setenv("https_proxy", "http://127.0.0.1:1", 1), 0);
	pair_open(&pair, false);
	asked = pair_ask(&pair, "ok", 2000);
	assert_int_equal(asked.result.end, END_STATUS);
	pair_close(&pair);
	assert_int_equal(unsetenv("https_proxy"), 0);
}

/* GET, as keys are fetched: from the address as it is. */
static void test_get(void **state)
{
	struct pair pair;
	struct asked asked;

	(void)state;
	pair_open(&pair, false);
	asked_init(&asked, &pair.fixture, "", 2000);
	asked.attempt.method = HTTP_GET;
	asked.attempt.body = asked.attempt.idempotency_key = NULL;
	asked.attempt.path = "";
	asked_send(&asked, 1);
	asked_wait(&asked, 1);
	assert_int_equal(asked.result.end, END_STATUS);
	pair_close(&pair);
}

/* What was due before it was sent ends, and not within the call. */
static void test_past_deadline(void **state)
{
	struct pair pair;
	struct asked asked;

	(void)state;
	pair_open(&pair, false);
	asked = pair_ask(&pair, "ok", -5);
	assert_int_equal(asked.result.end, END_TIMEOUT);
	asked = pair_ask(&pair, "ok", 2000);
	assert_int_equal(asked.result.end, END_STATUS);
	pair_close(&pair);
}

/* The answer is that of the address that was asked, and of no other. */
static void test_moved(void **state)
{
	struct pair pair;
	struct asked asked;

	(void)state;
	pair_open(&pair, false);
	asked = pair_ask(&pair, "moved", 2000);
	assert_int_equal(asked.result.end, END_STATUS);
	assert_int_equal(asked.result.status, 302);
	assert_int_equal(atomic_load(&pair.peer->requests), 1);
	pair_close(&pair);
}

int main(void)
{
	static char http2[] = "HTTP/2";
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_status),
		cmocka_unit_test_prestate(test_status, http2),
		cmocka_unit_test(test_ends),
		cmocka_unit_test_prestate(test_ends, http2),
		cmocka_unit_test(test_header_bound),
		cmocka_unit_test(test_no_proxy),
		cmocka_unit_test(test_get),
		cmocka_unit_test(test_past_deadline),
		cmocka_unit_test(test_moved),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
