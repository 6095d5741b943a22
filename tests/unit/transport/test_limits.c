/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Descriptors that run out, cancelling, and everything at once.
 */
#include <stdio.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <unistd.h>

#include "fixture.h"

static void test_no_descriptors(void **state)
{
	struct rlimit before, none;
	struct asked asked;
	struct pair pair;
	int next;

	(void)state;
	fixture_init(&pair.fixture);
	pair.fixture.options.breaker_failures = 1;
	pair_open_with(&pair, (struct peer_options){ .http2 = false });
	next = dup(0);
	(void)close(next);
	assert_int_equal(getrlimit(RLIMIT_NOFILE, &before), 0);
	none = before;
	none.rlim_cur = (rlim_t)next;
	assert_int_equal(setrlimit(RLIMIT_NOFILE, &none), 0);
	asked = pair_ask(&pair, "ok", 1000);
	assert_int_equal(setrlimit(RLIMIT_NOFILE, &before), 0);
	assert_int_equal(asked.result.end, END_NO_DESCRIPTORS);
	assert_non_null(strstr(asked.cause, "EMFILE"));
	/* That is no failure of the endpoint. */
	asked = pair_ask(&pair, "ok", 2000);
	assert_answered(&asked);
	pair_close(&pair);
}

struct cancelling {
	struct asked *first, *others;
	size_t count;
};

static void cancel_others(void *ctx, const struct attempt_result *result)
{
	struct cancelling *cancelling = ctx;

	(void)result;
	for (size_t i = 0; i < cancelling->count; i++)
		transport_cancel(cancelling->others[i].exchange);
	pthread_mutex_lock(&cancelling->first->mutex);
	cancelling->first->ended = true;
	pthread_cond_signal(&cancelling->first->ended_changed);
	pthread_mutex_unlock(&cancelling->first->mutex);
}

static void begin_cancelling(void *ctx)
{
	struct cancelling *cancelling = ctx;
	struct asked *first = cancelling->first;

	first->exchange = transport_send(
		first->fixture->transport, &first->attempt, cancel_others, cancelling);
	assert_non_null(first->exchange);
}

/* One's end cancels all others, at whatever stage they are: none is told. */
static void test_cancelled_from_a_hook(void **state)
{
	static struct asked others[12], first;
	struct cancelling cancelling = { &first, others, ARRAY_LEN(others) };
	struct asked asked;
	struct pair pair;

	pair_open(&pair, *state != NULL);
	for (size_t i = 0; i < ARRAY_LEN(others); i++)
		asked_init(&others[i], &pair.fixture, i % 2 == 0 ? "silent" : "slow 300", 1000);
	asked_init(&first, &pair.fixture, "slow 100", 2000);
	engine_call(pair.fixture.engine, begin_cancelling, &cancelling);
	asked_send(others, ARRAY_LEN(others));
	asked_wait(&first, 1);
	asked = pair_ask(&pair, "ok", 2000);
	assert_answered(&asked);
	(void)usleep(300000);
	for (size_t i = 0; i < ARRAY_LEN(others); i++)
		assert_false(others[i].ended);
	pair_close(&pair);
}

/* The next of a row of numbers, for a storm that can be repeated. */
static unsigned chance(unsigned *state)
{
	*state = *state * 1103515245u + 12345u;
	return *state >> 16;
}

static void cancel_one(void *ctx)
{
	struct asked *asked = ctx;

	/* What has ended is ended: asked->ended is set in this thread. */
	if (!asked->ended)
		transport_cancel(asked->exchange);
	pthread_mutex_lock(&asked->mutex);
	asked->ended = true;
	pthread_mutex_unlock(&asked->mutex);
}

/*
 * Whatever a peer does, with certificates changed, connections frozen and attempts cancelled
 * meanwhile: every attempt ends once, and then all is well.
 */
static void test_storm(void **state)
{
	static const char *const bodies[] = { "ok", "ok", "ok", "slow 20", "slow 90", "silent",
		"cut", "partial", "stall", "big 20000", "status 500", "status 429 1", "reset",
		"reset refused", "goaway", "last" };
	enum { MANY = 400 };
	static struct asked asked[MANY];
	struct pair pair;
	unsigned random = 7;

	pair_open(&pair, *state != NULL);
	for (int i = 0; i < MANY; i++) {
		asked_init(&asked[i], &pair.fixture, bodies[chance(&random) % ARRAY_LEN(bodies)],
			20 + chance(&random) % 200);
		asked_send(&asked[i], 1);
		if (i % 7 == 0)
			engine_call(pair.fixture.engine, cancel_one,
				&asked[chance(&random) % (unsigned)(i + 1)]);
		if (i % 50 == 0)
			peer_freeze(pair.peer);
		if (i % 90 == 0) {
			struct tls_material *tls =
				material_new(&pair.fixture.authority, &pair.fixture.client);

			transport_configure(pair.fixture.transport, tls);
			tls_material_unref(tls);
		}
		(void)usleep(chance(&random) % 3000);
	}
	asked_wait(asked, MANY);
	for (int i = 0; i < 3; i++)
		asked[i] = pair_ask(&pair, "ok", 1000);
	assert_answered(&asked[2]);
	pair_close(&pair);
}

int main(void)
{
	static char http2[] = "HTTP/2";
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_no_descriptors),
		cmocka_unit_test(test_cancelled_from_a_hook),
		cmocka_unit_test_prestate(test_cancelled_from_a_hook, http2),
		cmocka_unit_test(test_storm),
		cmocka_unit_test_prestate(test_storm, http2),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
