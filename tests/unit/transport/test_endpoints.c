/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Who is asked, who rests, and what people are told of it.
 */
#include <stdio.h>
#include <stdlib.h>
#include <arpa/inet.h>
#include <sys/socket.h>
#include <unistd.h>

#include "fixture.h"

/* Two peers; either may be stopped before its time. */
struct group {
	struct fixture fixture;
	struct peer *peers[2];
};

static void group_init(struct group *group)
{
	fixture_init(&group->fixture);
	for (size_t i = 0; i < ARRAY_LEN(group->peers); i++)
		group->peers[i] =
			peer_start(&(struct peer_options){ .identity = &group->fixture.server });
}

static void group_open(struct group *group)
{
	fixture_open(&group->fixture, group->peers[0]->url, group->peers[1]->url);
}

static void group_close(struct group *group)
{
	fixture_close(&group->fixture);
	for (size_t i = 0; i < ARRAY_LEN(group->peers); i++)
		if (group->peers[i] != NULL)
			peer_stop(group->peers[i]);
}

static void stop_peer(struct group *group, int number)
{
	peer_stop(group->peers[number]);
	group->peers[number] = NULL;
}

static struct asked ask_avoiding(struct group *group, const char *body, int to_avoid)
{
	struct asked asked;

	asked_init(&asked, &group->fixture, body, 1000);
	asked.attempt.endpoint_to_avoid = to_avoid;
	asked_send(&asked, 1);
	asked_wait(&asked, 1);
	return asked;
}

static struct asked ask(struct group *group, const char *body)
{
	return ask_avoiding(group, body, -1);
}

static void test_in_order(void **state)
{
	struct group group;

	(void)state;
	group_init(&group);
	group_open(&group);
	for (int i = 0; i < 3; i++)
		assert_int_equal(ask(&group, "ok").result.endpoint, 0);
	assert_int_equal(ask_avoiding(&group, "ok", 0).result.endpoint, 1);
	assert_int_equal(ask_avoiding(&group, "ok", 1).result.endpoint, 0);
	assert_string_equal(
		transport_address(group.fixture.transport, GROUP_SERVICE, 1), group.peers[1]->url);
	group_close(&group);
}

static void test_round_robin(void **state)
{
	struct group group;

	(void)state;
	group_init(&group);
	group.fixture.options.round_robin = true;
	group_open(&group);
	for (int i = 0; i < 6; i++)
		assert_int_equal(ask(&group, "ok").result.endpoint, i % 2);
	group_close(&group);
}

/* An endpoint that is down rests after so many failures; avoided is only who need not be asked. */
static void test_breaker(void **state)
{
	struct endpoint_health health[TRANSPORT_ENDPOINTS_ALL];
	struct group group;
	struct asked asked;

	(void)state;
	group_init(&group);
	group.fixture.options.breaker_failures = 2;
	stop_peer(&group, 0);
	fixture_open(&group.fixture, "https://127.0.0.1:1", group.peers[1]->url);
	for (int i = 0; i < 2; i++) {
		asked = ask(&group, "ok");
		assert_int_equal(asked.result.end, END_CONNECT);
		assert_int_equal(asked.result.endpoint, 0);
		assert_string_equal(asked.cause, "it refuses the connection");
	}
	assert_true(
		fixture_said(&group.fixture, "it refuses the connection: nothing listens there: "
					     "look at the address and its port"));
	assert_int_equal(ask(&group, "ok").result.endpoint, 1);
	assert_int_equal(ask_avoiding(&group, "ok", 1).result.endpoint, 1);
	assert_int_equal(transport_health(group.fixture.transport, health), 2);
	assert_string_equal(health[0].address, "https://127.0.0.1:1");
	assert_false(health[0].up);
	assert_int_equal(health[0].failures[END_CONNECT], 2);
	assert_true(health[1].up);
	assert_int_equal(health[1].failures[END_CONNECT], 0);
	group_close(&group);
}

/* A listener whose backlog is full: what would connect is swallowed by the kernel. */
static void test_not_connected(void **state)
{
	struct sockaddr_in address = { .sin_family = AF_INET,
		.sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
	socklen_t len = sizeof(address);
	int listener = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0), fill;
	struct group group;
	struct asked asked;
	char url[64];

	(void)state;
	group_init(&group);
	assert_int_equal(bind(listener, (struct sockaddr *)&address, len), 0);
	assert_int_equal(listen(listener, 0), 0);
	assert_int_equal(getsockname(listener, (struct sockaddr *)&address, &len), 0);
	fill = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
	assert_int_equal(connect(fill, (struct sockaddr *)&address, len), 0);
	(void)snprintf(url, sizeof(url), "https://127.0.0.1:%u", ntohs(address.sin_port));
	group.fixture.options.connect_ms = 300;
	fixture_open(&group.fixture, url, NULL);
	asked = ask(&group, "ok");
	assert_int_equal(asked.result.end, END_TIMEOUT);
	assert_string_equal(asked.cause, "timed out connecting");
	assert_in_range(asked.took_ms, 290, 700 * FIXTURE_SLACK);
	(void)close(fill);
	(void)close(listener);
	group_close(&group);
}

static void test_all_rest(void **state)
{
	struct group group;
	struct asked asked;

	(void)state;
	group_init(&group);
	group.fixture.options.breaker_failures = 1;
	group_open(&group);
	(void)ask(&group, "cut");
	(void)ask(&group, "cut");
	asked = ask(&group, "ok");
	assert_int_equal(asked.result.end, END_ALL_RESTING);
	assert_int_equal(asked.result.endpoint, -1);
	assert_in_range(asked.result.retry_after_s, 45, 60);
	assert_false(asked.result.told_to_rest);
	group_close(&group);
}

static void test_told_to_rest(void **state)
{
	struct endpoint_health health[TRANSPORT_ENDPOINTS_ALL];
	struct group group;
	struct asked asked;

	(void)state;
	group_init(&group);
	group_open(&group);
	for (int i = 0; i < 2; i++) {
		asked_init(&asked, &group.fixture, "status 429 7", 1000);
		asked.rest_s = 7 + i;
		asked_send(&asked, 1);
		asked_wait(&asked, 1);
		assert_int_equal(asked.result.endpoint, i);
		assert_int_equal(asked.result.retry_after_s, 7);
	}
	asked = ask(&group, "ok");
	assert_int_equal(asked.result.end, END_ALL_RESTING);
	assert_true(asked.result.told_to_rest);
	assert_int_equal(asked.result.retry_after_s, 7);
	assert_int_equal(transport_health(group.fixture.transport, health), 2);
	assert_true(health[0].up);
	assert_in_range(health[0].rests_ms, 1, 7000);
	assert_in_range(health[1].rests_ms, 7001, 8000);
	atomic_fetch_add(&group.fixture.clock_ahead_ms, 7100);
	assert_int_equal(ask(&group, "ok").result.endpoint, 0);
	group_close(&group);
}

static void test_nobody_to_ask(void **state)
{
	struct group group;

	(void)state;
	group_init(&group);
	fixture_open(&group.fixture, NULL, NULL);
	assert_int_equal(ask(&group, "ok").result.end, END_ALL_RESTING);
	group_close(&group);
}

/* A 500 counts when the asker says so; the probe alone decides when it is half open. */
static void test_judged(void **state)
{
	struct endpoint_health health[TRANSPORT_ENDPOINTS_ALL];
	struct group group;
	struct asked late, probe, asked;

	(void)state;
	group_init(&group);
	group.fixture.options.breaker_failures = 2;
	fixture_open(&group.fixture, group.peers[0]->url, NULL);
	(void)ask(&group, "status 500");
	assert_int_equal(ask(&group, "ok").result.end, END_STATUS);
	assert_int_equal(fixture_said_count(&group.fixture, "answers again"), 1);
	atomic_fetch_add(&group.fixture.clock_ahead_ms, 61000);
	asked_init(&late, &group.fixture, "slow 400", 500000);
	asked_send(&late, 1);
	(void)ask(&group, "status 500");
	(void)ask(&group, "status 502");
	assert_int_equal(ask(&group, "ok").result.end, END_ALL_RESTING);

	/* The probe is out, and one that was sent before ends well: that is no probe's end. */
	atomic_fetch_add(&group.fixture.clock_ahead_ms, 61000);
	asked_init(&probe, &group.fixture, "slow 700", 5000);
	asked_send(&probe, 1);
	assert_int_equal(ask(&group, "ok").result.end, END_ALL_RESTING);
	asked_wait(&late, 1);
	assert_int_equal(late.result.end, END_STATUS);
	assert_int_equal(ask(&group, "ok").result.end, END_ALL_RESTING);
	assert_int_equal(fixture_said_count(&group.fixture, "answers again"), 1);
	asked_wait(&probe, 1);
	asked = ask(&group, "ok");
	assert_int_equal(asked.result.end, END_STATUS);
	assert_true(fixture_said(&group.fixture, "HTTP status 500"));
	assert_true(fixture_said(&group.fixture, "answers again after 6"));
	assert_int_equal(transport_health(group.fixture.transport, health), 1);
	assert_int_equal(health[0].failures[END_STATUS], 3);
	assert_true(health[0].up);
	group_close(&group);
}

/* A probe that is cancelled leaves its place to the next. */
static void cancel(void *ctx)
{
	struct asked *asked = ctx;

	transport_cancel(asked->exchange);
}

static void test_probe_cancelled(void **state)
{
	struct group group;
	struct asked probe;

	(void)state;
	group_init(&group);
	group.fixture.options.breaker_failures = 1;
	fixture_open(&group.fixture, group.peers[0]->url, NULL);
	(void)ask(&group, "cut");
	atomic_fetch_add(&group.fixture.clock_ahead_ms, 61000);
	asked_init(&probe, &group.fixture, "silent", 5000);
	asked_send(&probe, 1);
	assert_int_equal(ask(&group, "ok").result.end, END_ALL_RESTING);
	engine_call(group.fixture.engine, cancel, &probe);
	assert_int_equal(ask(&group, "ok").result.end, END_STATUS);
	assert_false(probe.ended);
	group_close(&group);
}

/* A response that nobody judges says nothing: the next one is the probe. */
static void test_probe_not_judged(void **state)
{
	struct group group;
	struct asked probe;

	(void)state;
	group_init(&group);
	group.fixture.options.breaker_failures = 1;
	fixture_open(&group.fixture, group.peers[0]->url, NULL);
	(void)ask(&group, "cut");
	for (int i = 0; i < 2; i++) {
		atomic_fetch_add(&group.fixture.clock_ahead_ms, 61000);
		asked_init(&probe, &group.fixture, "ok", 1000);
		probe.not_judged = true;
		asked_send(&probe, 1);
		asked_wait(&probe, 1);
		assert_int_equal(probe.result.end, END_STATUS);
	}
	group_close(&group);
}

/* Said at once, then once a minute, and the end of it. */
static void test_said(void **state)
{
	struct group group;

	(void)state;
	group_init(&group);
	fixture_open(&group.fixture, group.peers[0]->url, NULL);
	for (int i = 0; i < 5; i++)
		(void)ask(&group, "cut");
	assert_int_equal(fixture_said_count(&group.fixture, "cut off before"), 1);
	atomic_fetch_add(&group.fixture.clock_ahead_ms, 61000);
	(void)ask(&group, "partial");
	assert_true(fixture_said(&group.fixture, "cut off while"));
	assert_true(fixture_said(&group.fixture, "(and 4 more failures before)"));
	(void)ask(&group, "ok");
	(void)ask(&group, "ok");
	assert_int_equal(fixture_said_count(&group.fixture, "answers again after 6"), 1);
	/* One that fails now and then does not fill the log. */
	(void)ask(&group, "cut");
	(void)ask(&group, "ok");
	assert_int_equal(fixture_said_count(&group.fixture, "\n"), 3);
	atomic_fetch_add(&group.fixture.clock_ahead_ms, 61000);
	(void)ask(&group, "cut");
	assert_true(fixture_said(&group.fixture, "(and 1 more failures before)"));
	group_close(&group);
}

/* Whoever sends too much is there, and well enough to be asked. */
static void test_too_large_is_no_failure(void **state)
{
	struct group group;
	struct asked asked;

	(void)state;
	group_init(&group);
	group.fixture.options.breaker_failures = 1;
	fixture_open(&group.fixture, group.peers[0]->url, NULL);
	asked = ask(&group, "big 3000000");
	assert_int_equal(asked.result.end, END_TOO_LARGE);
	asked = ask(&group, "ok");
	assert_answered(&asked);
	group_close(&group);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_in_order),
		cmocka_unit_test(test_round_robin),
		cmocka_unit_test(test_breaker),
		cmocka_unit_test(test_not_connected),
		cmocka_unit_test(test_all_rest),
		cmocka_unit_test(test_told_to_rest),
		cmocka_unit_test(test_nobody_to_ask),
		cmocka_unit_test(test_judged),
		cmocka_unit_test(test_probe_cancelled),
		cmocka_unit_test(test_probe_not_judged),
		cmocka_unit_test(test_said),
		cmocka_unit_test(test_too_large_is_no_failure),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
