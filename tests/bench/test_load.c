/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The load generator against a server of a few lines, in a thread beside it. */
#include "load.h"

#include <pthread.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cmocka.h>

#define SECRET "xyzzy5461"

/* What the server does to its requests. */
struct server {
	int fd;
	pthread_t thread;
	const char *reply_secret;
	unsigned drop_every; /* of first requests; 0: none */
	bool challenge; /* requests without a State */
	atomic_uint first, again;
};

static void put(uint8_t *data, size_t *len, struct radius_attribute attribute, const char *value,
	size_t value_len)
{
	static const uint8_t vendor[] = { 26, 0, 0, 0, 0x7e, 0xd9 };

	if (attribute.vendor) {
		memcpy(data + *len, vendor, sizeof(vendor));
		data[*len + 1] = (uint8_t)(value_len + 8);
		*len += sizeof(vendor);
	}
	data[(*len)++] = attribute.number;
	data[(*len)++] = (uint8_t)(value_len + 2);
	memcpy(data + *len, value, value_len);
	*len += value_len;
}

static size_t make_reply(
	const struct server *server, const uint8_t *request, bool again, uint8_t *data)
{
	size_t len = RADIUS_HEADER_LEN;

	data[0] = again || !server->challenge ? RADIUS_ACCESS_ACCEPT : RADIUS_ACCESS_CHALLENGE;
	data[1] = request[1];
	memcpy(data + 4, request + 4, RADIUS_AUTH_LEN);
	if (data[0] == RADIUS_ACCESS_CHALLENGE) {
		put(data, &len, attribute_state, "once more", 9);
		put(data, &len, attribute_retry_after, "\0\0\0\1", 4);
	} else {
		put(data, &len, attribute_result, "\0\0\0\1", 4);
		put(data, &len, attribute_reason, "\0\0\0\1", 4);
	}
	data[2] = 0;
	data[3] = (uint8_t)len;
	memcpy(data + len, server->reply_secret, strlen(server->reply_secret));
	EVP_Digest(data, len + strlen(server->reply_secret), data + 4, NULL, EVP_md5(), NULL);
	return len;
}

static void *serve(void *arg)
{
	struct server *server = arg;
	uint8_t request[RADIUS_PACKET_MAX], reply[512];
	struct sockaddr_in from;

	for (;;) {
		socklen_t from_len = sizeof(from);
		ssize_t len = recvfrom(server->fd, request, sizeof(request), 0,
			(struct sockaddr *)&from, &from_len);
		size_t state_len;
		const uint8_t *state;

		if (len < RADIUS_HEADER_LEN)
			return NULL;
		state = radius_find(request, attribute_state, &state_len);
		if (state && (state_len != 9 || memcmp(state, "once more", 9) != 0))
			continue;
		atomic_fetch_add(state ? &server->again : &server->first, 1);
		if (!state && server->drop_every > 0 && server->first % server->drop_every == 0)
			continue;
		(void)sendto(server->fd, reply, make_reply(server, request, state, reply), 0,
			(struct sockaddr *)&from, from_len);
	}
}

static void start(struct server *server, struct load_plan *plan)
{
	socklen_t len = sizeof(plan->server);

	plan->server = (struct sockaddr_in){ .sin_family = AF_INET,
		.sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
	server->fd = socket(AF_INET, SOCK_DGRAM, 0);
	assert_int_equal(bind(server->fd, (struct sockaddr *)&plan->server, len), 0);
	assert_int_equal(getsockname(server->fd, (struct sockaddr *)&plan->server, &len), 0);
	assert_int_equal(pthread_create(&server->thread, NULL, serve, server), 0);
}

/* A datagram too short for RADIUS ends the server. */
static void stop_server(struct server *server, const struct load_plan *plan)
{
	int fd = socket(AF_INET, SOCK_DGRAM, 0);

	assert_int_equal(
		sendto(fd, "", 0, 0, (const struct sockaddr *)&plan->server, sizeof(plan->server)),
		0);
	pthread_join(server->thread, NULL);
	close(fd);
	close(server->fd);
}

static const struct template template = {
	.lines = { { .attribute = { .number = 1 }, .value = "shop %n" } },
	.count = 1,
};

static struct load_plan usual_plan(void)
{
	return (struct load_plan){ .secret = SECRET,
		.template = &template,
		.requests = 1000,
		.outstanding = 32,
		.seconds = 20,
		.timeout_ms = 300,
		.poll_ms = 10,
		.drain_ms = 1000 };
}

static struct load_result *measured(struct server *server, struct load_plan *plan)
{
	struct load_result *result = malloc(sizeof(*result));

	assert_non_null(result);
	start(server, plan);
	assert_true(load_run(plan, result));
	stop_server(server, plan);
	assert_int_equal(result->begun, result->finished + result->lost + result->unfinished);
	return result;
}

static void test_all_answered(void **state)
{
	struct server server = { .reply_secret = SECRET };
	struct load_plan plan = usual_plan();
	struct load_result *result = measured(&server, &plan);

	(void)state;
	assert_int_equal(result->finished, 1000);
	assert_int_equal(result->accepts, 1000);
	assert_int_equal(result->results[1], 1000);
	assert_int_equal(result->reasons[1], 1000);
	assert_int_equal(result->latency.total, 1000);
	assert_int_equal(server.first, 1000);
	free(result);
}

/* A sale that is asked again is one sale, and as long as both requests and the pause. */
static void test_asks_again(void **state)
{
	struct server server = { .reply_secret = SECRET, .challenge = true };
	struct load_plan plan = usual_plan();
	struct load_result *result;

	(void)state;
	plan.poll = true;
	result = measured(&server, &plan);
	assert_int_equal(result->finished, 1000);
	assert_int_equal(result->challenges, 1000);
	assert_int_equal(result->requests, 2000);
	assert_int_equal(server.again, 1000);
	assert_true(histogram_percentile(&result->latency, 1) >= 10 * 1000 * 1000);
	free(result);

	plan.poll = false;
	server = (struct server){ .reply_secret = SECRET, .challenge = true };
	result = measured(&server, &plan);
	assert_int_equal(result->finished, 1000);
	assert_int_equal(result->results[0], 1000);
	assert_int_equal(result->requests, 1000);
	free(result);
}

static void test_lost(void **state)
{
	struct server server = { .reply_secret = SECRET, .drop_every = 10 };
	struct load_plan plan = usual_plan();
	struct load_result *result = measured(&server, &plan);

	(void)state;
	assert_int_equal(result->finished, 900);
	assert_int_equal(result->lost, 100);
	free(result);
}

static void test_forged_replies_do_not_count(void **state)
{
	struct server server = { .reply_secret = "another" };
	struct load_plan plan = usual_plan();
	struct load_result *result;

	(void)state;
	plan.requests = 20;
	result = measured(&server, &plan);
	assert_int_equal(result->finished, 0);
	assert_int_equal(result->bad, 20);
	assert_int_equal(result->lost, 20);
	free(result);
}

static void test_unsigned_replies_do_not_count(void **state)
{
	struct server server = { .reply_secret = SECRET };
	struct load_plan plan = usual_plan();
	struct load_result *result;

	(void)state;
	plan.requests = 20;
	plan.need_signature = true;
	result = measured(&server, &plan);
	assert_int_equal(result->bad, 20);
	free(result);
}

static void test_rate_is_kept(void **state)
{
	struct server server = { .reply_secret = SECRET };
	struct load_plan plan = usual_plan();
	struct load_result *result;

	(void)state;
	plan.requests = 100;
	plan.rate = 200;
	result = measured(&server, &plan);
	assert_int_equal(result->begun + result->skipped, 100);
	/* The hundredth is begun 99 / 200 s after the first. */
	assert_true(result->elapsed_ns >= 490 * 1000 * UINT64_C(1000));
	free(result);
}

/* Bounded in time even if nobody answers: what is still open at the end is said to be. */
static void test_ends_in_time(void **state)
{
	struct server server = { .reply_secret = SECRET, .drop_every = 1 };
	struct load_plan plan = usual_plan();
	struct load_result *result;

	(void)state;
	plan.seconds = 1;
	plan.timeout_ms = 60000;
	plan.drain_ms = 100;
	result = measured(&server, &plan);
	assert_int_equal(result->begun, 32);
	assert_int_equal(result->unfinished, 32);
	free(result);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_all_answered),
		cmocka_unit_test(test_asks_again),
		cmocka_unit_test(test_lost),
		cmocka_unit_test(test_forged_replies_do_not_count),
		cmocka_unit_test(test_unsigned_replies_do_not_count),
		cmocka_unit_test(test_rate_is_kept),
		cmocka_unit_test(test_ends_in_time),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
