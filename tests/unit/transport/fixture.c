/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "fixture.h"

#include <stdio.h>

static int64_t wall(void *ctx)
{
	(void)ctx;
	return clock_wall(&system_clock);
}

static int64_t mono(void *ctx)
{
	struct fixture *fixture = ctx;

	return clock_mono_ms(&system_clock) + atomic_load(&fixture->clock_ahead_ms);
}

static void say(void *ctx, enum severity severity, const char *file, int line, const char *text)
{
	struct fixture *fixture = ctx;
	size_t len;

	(void)file, (void)line;
	if (severity == SAY_DEBUG)
		return;
	pthread_mutex_lock(&fixture->mutex);
	len = strlen(fixture->said);
	(void)snprintf(fixture->said + len, sizeof(fixture->said) - len, "%s\n", text);
	pthread_mutex_unlock(&fixture->mutex);
}

size_t fixture_said_count(struct fixture *fixture, const char *text)
{
	const char *at = fixture->said;
	size_t count = 0;

	pthread_mutex_lock(&fixture->mutex);
	while ((at = strstr(at, text)) != NULL) {
		at++;
		count++;
	}
	pthread_mutex_unlock(&fixture->mutex);
	return count;
}

bool fixture_said(struct fixture *fixture, const char *text)
{
	return fixture_said_count(fixture, text) > 0;
}

void fixture_init(struct fixture *fixture)
{
	memset(fixture, 0, sizeof(*fixture));
	pthread_mutex_init(&fixture->mutex, NULL);
	fixture->authority = identity_new("authority", NULL, -60, DAYS(1), NULL);
	fixture->stranger = identity_new("stranger", NULL, -60, DAYS(1), NULL);
	fixture->server = identity_new(
		"server", "IP:127.0.0.1,DNS:named.invalid", -60, DAYS(1), &fixture->authority);
	fixture->client =
		identity_new("client", "DNS:client.invalid", -60, DAYS(1), &fixture->authority);
	fixture->tls = material_new(&fixture->authority, &fixture->client);
	fixture->options = (struct transport_options){
		.connect_ms = 1000 * FIXTURE_SLACK,
		.max_connections = 4,
		.breaker_failures = 1000,
		.breaker_pause_ms = 60000,
		.breaker_pause_max_ms = 60000,
		.clock = { wall, mono, fixture },
		.reporter = { say, fixture },
	};
}

void fixture_open(struct fixture *fixture, const char *url, const char *other)
{
	fixture->options.groups[GROUP_SERVICE].urls[0] = url;
	fixture->options.groups[GROUP_SERVICE].urls[1] = other;
	fixture->options.groups[GROUP_SERVICE].count = other != NULL ? 2 : url != NULL ? 1 : 0;
	fixture->engine = engine_start();
	assert_non_null(fixture->engine);
	fixture->transport = transport_open(&fixture->options, fixture->engine, fixture->tls);
	assert_non_null(fixture->transport);
}

void fixture_close(struct fixture *fixture)
{
	int64_t begun = clock_mono_ms(&system_clock);

	transport_close(fixture->transport);
	engine_stop(fixture->engine);
	assert_true(clock_mono_ms(&system_clock) - begun < 1000 * FIXTURE_SLACK);
	assert_int_equal(atomic_load(&fixture->tls->references), 1);
	tls_material_unref(fixture->tls);
	identity_free(&fixture->authority);
	identity_free(&fixture->stranger);
	identity_free(&fixture->server);
	identity_free(&fixture->client);
	pthread_mutex_destroy(&fixture->mutex);
}

void asked_init(struct asked *asked, struct fixture *fixture, const char *body, int64_t within_ms)
{
	memset(asked, 0, sizeof(*asked));
	asked->fixture = fixture;
	asked->begun_ms = mono(fixture);
	asked->attempt = (struct attempt){
		.group = GROUP_SERVICE,
		.method = HTTP_POST,
		.path = "/v2/sim-sale-verifications",
		.idempotency_key = "00000000-0000-8000-8000-000000000000",
		.accept = "application/jwt",
		.body = body,
		.len = strlen(body),
		.body_max = 16384,
		.deadline_ms = asked->begun_ms + within_ms * FIXTURE_SLACK,
		.endpoint_to_avoid = -1,
	};
	pthread_mutex_init(&asked->mutex, NULL);
	pthread_cond_init(&asked->ended_changed, NULL);
}

static void on_ended(void *ctx, const struct attempt_result *result);

static void send_one(struct asked *asked)
{
	asked->begun_ms = mono(asked->fixture);
	asked->exchange =
		transport_send(asked->fixture->transport, &asked->attempt, on_ended, asked);
	if (!asked->may_fail)
		assert_non_null(asked->exchange);
}

static void judge(struct asked *asked, const struct attempt_result *result)
{
	struct transport *transport = asked->fixture->transport;

	if (asked->rest_s > 0)
		transport_rest(transport, asked->attempt.group, result->endpoint, asked->rest_s);
	else if (result->end == END_STATUS && !asked->not_judged)
		transport_judge(transport, asked->attempt.group, result->endpoint,
			result->status < 500, result->cause);
}

static void on_ended(void *ctx, const struct attempt_result *result)
{
	struct asked *asked = ctx;

	assert_non_null(result->cause);
	asked->result = *result;
	(void)snprintf(asked->cause, sizeof(asked->cause), "%s", result->cause);
	(void)snprintf(asked->type, sizeof(asked->type), "%s", result->type);
	asked->result.cause = asked->result.type = NULL;
	asked->result.body = NULL;
	asked->took_ms = mono(asked->fixture) - asked->begun_ms;
	judge(asked, result);
	if (asked->then != NULL && result->end != END_STATUS)
		send_one(asked->then);
	pthread_mutex_lock(&asked->mutex);
	assert_false(asked->ended);
	asked->ended = true;
	pthread_cond_signal(&asked->ended_changed);
	pthread_mutex_unlock(&asked->mutex);
}

struct sending {
	struct asked *asked;
	size_t count;
};

static void send_in_loop(void *ctx)
{
	struct sending *sending = ctx;

	for (size_t i = 0; i < sending->count; i++)
		send_one(&sending->asked[i]);
}

void asked_send(struct asked *asked, size_t count)
{
	struct sending sending = { asked, count };

	engine_call(asked->fixture->engine, send_in_loop, &sending);
}

void asked_wait(struct asked *asked, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		pthread_mutex_lock(&asked[i].mutex);
		while (!asked[i].ended)
			pthread_cond_wait(&asked[i].ended_changed, &asked[i].mutex);
		pthread_mutex_unlock(&asked[i].mutex);
	}
}

struct asked fixture_ask(struct fixture *fixture, const char *body, int64_t within_ms)
{
	struct asked asked;

	asked_init(&asked, fixture, body, within_ms);
	asked_send(&asked, 1);
	asked_wait(&asked, 1);
	return asked;
}

void pair_open_with(struct pair *pair, struct peer_options options)
{
	options.identity = &pair->fixture.server;
	options.authority = &pair->fixture.authority;
	pair->peer = peer_start(&options);
	fixture_open(&pair->fixture, pair->peer->url, NULL);
}

void pair_open(struct pair *pair, bool http2)
{
	fixture_init(&pair->fixture);
	pair_open_with(pair, (struct peer_options){ .http2 = http2 });
}

void pair_close(struct pair *pair)
{
	fixture_close(&pair->fixture);
	peer_stop(pair->peer);
}

struct asked pair_ask(struct pair *pair, const char *body, int64_t within_ms)
{
	return fixture_ask(&pair->fixture, body, within_ms);
}

void assert_answered(const struct asked *asked)
{
	if (asked->result.end != END_STATUS)
		print_message("%d: %s\n", asked->result.end, asked->cause);
	assert_int_equal(asked->result.end, END_STATUS);
	assert_int_equal(asked->result.status, 200);
}
