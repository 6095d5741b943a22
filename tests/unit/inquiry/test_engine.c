/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The engine's manners towards those who wait: against addresses where nothing listens, or where
 * somebody accepts and never says a word. What a service that speaks does to it is tested with
 * the sandbox (tests/system).
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <arpa/inet.h>
#include <netdb.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "engine/engine.h"

struct stand {
	int listener; /* accepts in its backlog, answers nothing */
	char url[64];
	struct engine_config config;
	struct engine *engine;
	atomic_int ticks;
};

static enum verdict reject(void *ctx, const struct question *question, const char *body, size_t len,
	struct answer *out, int64_t *keep_until)
{
	(void)ctx, (void)question, (void)body, (void)len, (void)out, (void)keep_until;
	return VERDICT_REJECTED;
}

static bool no_keys(void *ctx, const char *json, size_t len)
{
	(void)ctx, (void)json, (void)len;
	return false;
}

static void tick(void *ctx)
{
	atomic_fetch_add(&((struct stand *)ctx)->ticks, 1);
}

static void stand_at(struct stand *stand, bool listening)
{
	struct sockaddr_in address = { .sin_family = AF_INET,
		.sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
	socklen_t len = sizeof(address);

	memset(stand, 0, sizeof(*stand));
	stand->listener = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
	assert_true(stand->listener >= 0);
	assert_int_equal(bind(stand->listener, (struct sockaddr *)&address, len), 0);
	assert_int_equal(getsockname(stand->listener, (struct sockaddr *)&address, &len), 0);
	if (listening)
		assert_int_equal(listen(stand->listener, 512), 0);
	(void)snprintf(stand->url, sizeof(stand->url), "https://127.0.0.1:%u",
		(unsigned)ntohs(address.sin_port));
	stand->config = (struct engine_config){
		.urls = { stand->url },
		.url_count = 1,
		.question_ms = 2000,
		.attempt_ms = 1000,
		.connect_ms = 1000,
		.max_in_flight = 64,
		.max_waiting = 8,
		.max_connections = 64,
		.breaker_failures = 5,
		.breaker_pause_ms = 60000,
		.breaker_pause_max_ms = 60000,
		.clock = system_clock,
		.hooks = { .answered = reject, .keys = no_keys, .tick = tick, .ctx = stand },
	};
}

static void begin(struct stand *stand)
{
	stand->engine = engine_start(&stand->config);
	assert_non_null(stand->engine);
}

static int64_t now(void)
{
	return clock_mono_ms(&system_clock);
}

static int64_t finish(struct stand *stand)
{
	int64_t begun = now();

	engine_stop(stand->engine);
	(void)close(stand->listener);
	return now() - begun;
}

static struct question about(unsigned person)
{
	struct question question = { .body = strdup("{}"), .body_len = 2 };

	assert_non_null(question.body);
	memcpy(question.key.bytes, &person, sizeof(person));
	(void)snprintf(
		question.txn, sizeof(question.txn), "%08x-0000-8000-8000-000000000000", person);
	return question;
}

static struct ask_result ask(struct stand *stand, unsigned person, int64_t wait_ms)
{
	struct question question = about(person);
	struct ask_result result;

	engine_ask(stand->engine, &question, wait_ms, &result);
	assert_null(question.body); /* taken in every case */
	return result;
}

static struct engine_stats stats(struct stand *stand)
{
	struct engine_stats out;

	engine_stats(stand->engine, &out);
	return out;
}

static void test_nobody_there(void **state)
{
	struct stand stand;

	(void)state;
	stand_at(&stand, false);
	begin(&stand);
	assert_int_equal(ask(&stand, 1, 1900).outcome, ASK_UNAVAILABLE);
	assert_int_equal(stats(&stand).attempts, 2); /* one retry */
	assert_int_equal(stats(&stand).retries, 1);
	assert_int_equal(stats(&stand).in_flight, 0);
	(void)finish(&stand);
}

static void test_breaker_rests(void **state)
{
	struct stand stand;
	struct ask_result result;
	int64_t begun;

	(void)state;
	stand_at(&stand, false);
	stand.config.breaker_failures = 2;
	begin(&stand);
	(void)ask(&stand, 1, 1900);
	begun = now();
	result = ask(&stand, 2, 1900);
	assert_int_equal(result.outcome, ASK_UNAVAILABLE);
	assert_in_range(result.retry_after, 40, 60);
	assert_true(now() - begun < 500);
	assert_int_equal(stats(&stand).attempts, 2);
	assert_int_equal(stats(&stand).breaker_opened, 1);
	(void)finish(&stand);
}

/*
 * The third look that is too slow ends Redis's connection and with it all other looks, whose
 * questions end there and then: nobody may be asked. It used to go on with one that was freed.
 */
static void test_both_are_away(void **state)
{
	enum { PEOPLE = 32 };
	struct stand stand, silent;

	(void)state;
	stand_at(&silent, true);
	stand_at(&stand, false);
	stand.config.breaker_failures = 1;
	stand.config.shared = (struct shared_config){
		.redis = { .address = silent.url + strlen("https://"),
			.user = "",
			.password = "",
			.ca_file = "",
			.prefix = "" },
		.timeout_ms = 100,
		.clock = system_clock,
	};
	begin(&stand);
	(void)ask(&stand, PEOPLE, 1900); /* opens the service's breaker */
	for (unsigned i = 0; i < PEOPLE; i++)
		(void)ask(&stand, i, 0);
	for (int i = 0; i < 400 && stats(&stand).in_flight > 0; i++)
		(void)usleep(5000);
	assert_int_equal(stats(&stand).in_flight, 0);
	assert_int_equal(stats(&stand).attempts, 1);
	(void)finish(&stand);
	(void)close(silent.listener);
}

static void test_hanging_service(void **state)
{
	struct stand stand;

	(void)state;
	stand_at(&stand, true);
	begin(&stand);
	/* The worker goes after its time, the question goes on. */
	assert_int_equal(ask(&stand, 1, 100).outcome, ASK_PENDING);
	assert_int_equal(stats(&stand).in_flight, 1);
	assert_int_equal(ask(&stand, 2, 0).outcome, ASK_PENDING);
	assert_int_equal(ask(&stand, 1, 2500).outcome, ASK_TIMEOUT);
	assert_int_equal(stats(&stand).joined, 1);
	(void)finish(&stand);
}

struct asker {
	struct stand *stand;
	struct ask_result result;
};

static void *ask_about_one(void *ctx)
{
	struct asker *asker = ctx;

	asker->result = ask(asker->stand, 7, 2500);
	return NULL;
}

static void test_one_person_is_one_question(void **state)
{
	enum { ASKERS = 64 };
	struct asker askers[ASKERS];
	pthread_t threads[ASKERS];
	struct stand stand;

	(void)state;
	stand_at(&stand, true);
	stand.config.max_waiting = ASKERS;
	begin(&stand);
	for (int i = 0; i < ASKERS; i++) {
		askers[i].stand = &stand;
		assert_int_equal(pthread_create(&threads[i], NULL, ask_about_one, &askers[i]), 0);
	}
	for (int i = 0; i < ASKERS; i++) {
		assert_int_equal(pthread_join(threads[i], NULL), 0);
		assert_int_equal(askers[i].result.outcome, ASK_TIMEOUT);
	}
	assert_int_equal(stats(&stand).asked, 1);
	assert_int_equal(stats(&stand).joined, ASKERS - 1);
	assert_int_equal(stats(&stand).waiting, 0);
	(void)finish(&stand);
}

/* Where no answer may serve twice, another sale to the same person is another question. */
static void test_afresh_is_not_joined(void **state)
{
	static const char *const sales[] = { "a", "b", "a" };
	struct stand stand;

	(void)state;
	stand_at(&stand, true);
	begin(&stand);
	for (size_t i = 0; i < ARRAY_LEN(sales); i++) {
		struct question question = about(7);
		struct ask_result result;

		question.afresh = true;
		question.txn[0] = sales[i][0];
		engine_ask(stand.engine, &question, 0, &result);
		assert_int_equal(result.outcome, ASK_PENDING);
	}
	assert_int_equal(stats(&stand).asked, 2);
	assert_int_equal(stats(&stand).joined, 1);
	(void)finish(&stand);
}

static void test_bound_on_those_who_wait(void **state)
{
	enum { ASKERS = 4 };
	struct asker askers[ASKERS];
	pthread_t threads[ASKERS];
	struct stand stand;
	int64_t begun;

	(void)state;
	stand_at(&stand, true);
	stand.config.max_waiting = ASKERS;
	begin(&stand);
	for (int i = 0; i < ASKERS; i++) {
		askers[i].stand = &stand;
		assert_int_equal(pthread_create(&threads[i], NULL, ask_about_one, &askers[i]), 0);
	}
	for (int i = 0; i < 200 && stats(&stand).waiting < ASKERS; i++)
		(void)usleep(5000);
	begun = now();
	assert_int_equal(ask(&stand, 7, 1500).outcome, ASK_PENDING);
	assert_int_equal(ask(&stand, 8, 1500).outcome, ASK_PENDING);
	assert_true(now() - begun < 500);
	for (int i = 0; i < ASKERS; i++)
		assert_int_equal(pthread_join(threads[i], NULL), 0);
	(void)finish(&stand);
}

static void test_bound_on_questions(void **state)
{
	struct stand stand;
	struct ask_result result;

	(void)state;
	stand_at(&stand, true);
	begin(&stand);
	for (unsigned i = 0; i < 64; i++)
		assert_int_equal(ask(&stand, i, 0).outcome, ASK_PENDING);
	result = ask(&stand, 64, 1500);
	assert_int_equal(result.outcome, ASK_BUSY);
	assert_int_equal(result.retry_after, 1);
	/* Who is asked about already is no new question. */
	assert_int_equal(ask(&stand, 3, 0).outcome, ASK_PENDING);
	(void)finish(&stand);
}

static void test_stop_under_load(void **state)
{
	enum { ASKERS = 16 };
	struct asker askers[ASKERS];
	pthread_t threads[ASKERS];
	struct stand stand;

	(void)state;
	stand_at(&stand, true);
	stand.config.max_waiting = ASKERS;
	stand.config.question_ms = stand.config.attempt_ms = stand.config.connect_ms = 30000;
	begin(&stand);
	for (unsigned i = 100; i < 140; i++)
		(void)ask(&stand, i, 0);
	for (int i = 0; i < ASKERS; i++) {
		askers[i].stand = &stand;
		assert_int_equal(pthread_create(&threads[i], NULL, ask_about_one, &askers[i]), 0);
	}
	for (int i = 0; i < 200 && stats(&stand).waiting < ASKERS; i++)
		(void)usleep(5000);
	assert_true(finish(&stand) < 2000);
	for (int i = 0; i < ASKERS; i++) {
		assert_int_equal(pthread_join(threads[i], NULL), 0);
		assert_int_equal(askers[i].result.outcome, ASK_UNAVAILABLE);
	}
}

/* A name that no resolver answers for does not hold up the stop, nor another endpoint. */
static void test_name_that_is_not_there(void **state)
{
	struct stand stand;

	(void)state;
	stand_at(&stand, true);
	stand.config.urls[0] = "https://no-such-host.invalid:8443";
	begin(&stand);
	assert_int_equal(ask(&stand, 1, 2500).outcome, ASK_UNAVAILABLE);
	(void)ask(&stand, 2, 0);
	assert_true(finish(&stand) < 2000);
}

#define HANGING "hangs.invalid"

int __real_getaddrinfo(
	const char *node, const char *service, const struct addrinfo *hints, struct addrinfo **res);
int __wrap_getaddrinfo(
	const char *node, const char *service, const struct addrinfo *hints, struct addrinfo **res);

int __wrap_getaddrinfo(
	const char *node, const char *service, const struct addrinfo *hints, struct addrinfo **res)
{
	if (strcmp(node, HANGING) != 0)
		return __real_getaddrinfo(node, service, hints, res);
	(void)sleep(3);
	return EAI_AGAIN;
}

/* A resolver that hangs takes a question's time, and neither the worker's nor the stop's. */
static void test_name_that_hangs(void **state)
{
	struct stand stand;
	int64_t begun;

	(void)state;
	stand_at(&stand, true);
	stand.config.urls[0] = "https://" HANGING ":8443";
	stand.config.connect_ms = 300;
	begin(&stand);
	begun = now();
	assert_int_equal(ask(&stand, 1, 100).outcome, ASK_PENDING);
	assert_true(now() - begun < 500);
	assert_int_equal(ask(&stand, 1, 1900).outcome, ASK_UNAVAILABLE);
	(void)ask(&stand, 2, 0);
	assert_true(finish(&stand) < 1000);
}

static void test_ticks(void **state)
{
	struct stand stand;

	(void)state;
	stand_at(&stand, false);
	begin(&stand);
	for (int i = 0; i < 500 && atomic_load(&stand.ticks) < 2; i++)
		(void)usleep(10000);
	assert_true(atomic_load(&stand.ticks) >= 2);
	(void)finish(&stand);
}

static void test_unreadable_certificate(void **state)
{
	struct stand stand;

	(void)state;
	stand_at(&stand, false);
	stand.config.ca_file = "/nonexistent/ca.pem";
	assert_null(engine_start(&stand.config));
	(void)close(stand.listener);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_name_that_hangs),
		cmocka_unit_test(test_nobody_there),
		cmocka_unit_test(test_breaker_rests),
		cmocka_unit_test(test_both_are_away),
		cmocka_unit_test(test_hanging_service),
		cmocka_unit_test(test_one_person_is_one_question),
		cmocka_unit_test(test_afresh_is_not_joined),
		cmocka_unit_test(test_bound_on_those_who_wait),
		cmocka_unit_test(test_bound_on_questions),
		cmocka_unit_test(test_stop_under_load),
		cmocka_unit_test(test_name_that_is_not_there),
		cmocka_unit_test(test_ticks),
		cmocka_unit_test(test_unreadable_certificate),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
