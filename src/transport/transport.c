/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "transport/transport.h"

#include <stdlib.h>
#include <string.h>

#include <openssl/rand.h>

#include "transport/transport_internal.h"

static void on_sweep(void *ctx)
{
	struct transport *transport = ctx;

	for (size_t group = 0; group < TRANSPORT_GROUPS; group++)
		for (size_t i = 0; i < transport->options.groups[group].count; i++)
			pools_sweep(&transport->endpoints[group][i]);
}

/* Old pools end what they have begun; the next attempt makes a new one. */
static void on_configure(struct engine_task *task)
{
	struct transport *transport =
		(struct transport *)((char *)task - offsetof(struct transport, configure));
	struct tls_material *tls;

	pthread_mutex_lock(&transport->mutex);
	tls = transport->new_tls;
	transport->new_tls = NULL;
	transport->configuring = false;
	pthread_mutex_unlock(&transport->mutex);
	if (memcmp(tls->digest, transport->tls->digest, sizeof(tls->digest)) == 0) {
		tls_material_unref(tls);
		return;
	}
	tls_material_unref(transport->tls);
	transport->tls = tls;
}

void transport_configure(struct transport *transport, struct tls_material *tls)
{
	struct tls_material *unused;
	bool post;

	(void)tls_material_ref(tls);
	pthread_mutex_lock(&transport->mutex);
	unused = transport->new_tls;
	transport->new_tls = tls;
	post = !transport->configuring;
	transport->configuring = true;
	pthread_mutex_unlock(&transport->mutex);
	tls_material_unref(unused);
	if (post)
		engine_post(transport->engine, &transport->configure);
}

static bool endpoints_init(struct transport *transport)
{
	for (int group = 0; group < TRANSPORT_GROUPS; group++) {
		size_t count = transport->options.groups[group].count;

		transport->endpoints[group] =
			calloc(count + 1, sizeof(*transport->endpoints[group]));
		if (transport->endpoints[group] == NULL) {
			report(&transport->options.reporter, SAY_ERROR, NULL, 0, "out of memory");
			return false;
		}
		for (size_t i = 0; i < count; i++)
			if (!endpoint_init(&transport->endpoints[group][i], transport,
				    (enum transport_group)group, i))
				return false;
	}
	return true;
}

static void end_in_loop(void *ctx)
{
	struct transport *transport = ctx;

	while (transport->ending != NULL)
		exchange_free(transport->ending);
	for (size_t group = 0; group < TRANSPORT_GROUPS; group++) {
		struct endpoint *endpoints = transport->endpoints[group];
		size_t count = endpoints != NULL ? transport->options.groups[group].count : 0;

		for (size_t i = 0; i < count; i++)
			endpoint_free(&endpoints[i]);
		free(endpoints);
	}
	engine_timer_free(transport->sweep);
	tls_material_unref(transport->tls);
}

/* A part of opening that needs the engine's thread. */
struct opening {
	struct transport *transport;
	bool done;
};

static void open_in_loop(void *ctx)
{
	struct opening *opening = ctx;
	struct transport *transport = opening->transport;

	transport->sweep = engine_timer_new(transport->engine, on_sweep, transport);
	opening->done = transport->sweep != NULL && endpoints_init(transport);
}

struct transport *transport_open(
	const struct transport_options *options, struct engine *engine, struct tls_material *tls)
{
	struct transport *transport = calloc(1, sizeof(*transport));
	struct opening opening = { .transport = transport };

	if (transport == NULL || !transport_prepare() ||
		RAND_bytes((unsigned char *)&transport->random, sizeof(transport->random)) != 1) {
		report(&options->reporter, SAY_ERROR, NULL, 0, "libcurl cannot be set up");
		free(transport);
		return NULL;
	}
	transport->random |= 1; /* xorshift stays at 0 for ever */
	transport->options = *options;
	transport->engine = engine;
	transport->tls = tls_material_ref(tls);
	transport->configure.run = on_configure;
	pthread_mutex_init(&transport->mutex, NULL);
	engine_call(engine, open_in_loop, &opening);
	if (opening.done)
		return transport;
	transport_close(transport);
	return NULL;
}

void transport_close(struct transport *transport)
{
	if (transport == NULL)
		return;
	/* After what was posted before, a configuring as well. */
	engine_call(transport->engine, end_in_loop, transport);
	pthread_mutex_destroy(&transport->mutex);
	free(transport);
}

struct exchange *transport_send(
	struct transport *transport, const struct attempt *attempt, attempt_ended *ended, void *ctx)
{
	struct exchange *exchange = exchange_new(transport, attempt, ended, ctx);

	if (exchange == NULL)
		return NULL;
	exchange->endpoint = endpoint_choose(transport, attempt->group, attempt->endpoint_to_avoid);
	if (exchange->endpoint == NULL) {
		endpoint_all_rest(transport, attempt->group, &exchange->result);
		exchange_end_later(exchange, END_ALL_RESTING, "all addresses rest");
		return exchange;
	}
	exchange->probe = breaker_ask(&exchange->endpoint->breaker, exchange->begun_ms);
	exchange_begin(exchange);
	return exchange;
}

void transport_cancel(struct exchange *exchange)
{
	if (exchange->endpoint != NULL && exchange->stage != EXCHANGE_ENDING)
		endpoint_ended(
			exchange->endpoint, exchange->probe, BREAKER_ABANDONED, END_STATUS, NULL);
	exchange_free(exchange);
}

/* What is said of an endpoint while a response of its is told is said of that attempt. */
static bool was_probe(struct transport *transport, const struct endpoint *endpoint)
{
	struct exchange *told = transport->told;

	if (told == NULL || told->endpoint != endpoint)
		return false;
	transport->told = NULL;
	return told->probe;
}

void transport_rest(
	struct transport *transport, enum transport_group group, int endpoint, int64_t seconds)
{
	struct endpoint *resting = &transport->endpoints[group][endpoint];

	resting->told_until_ms = transport_now(transport) + seconds * 1000;
	endpoint_ended(resting, was_probe(transport, resting), BREAKER_ABANDONED, END_STATUS, NULL);
}

void transport_judge(struct transport *transport, enum transport_group group, int endpoint,
	bool healthy, const char *cause)
{
	struct endpoint *judged = &transport->endpoints[group][endpoint];

	endpoint_ended(judged, was_probe(transport, judged),
		healthy ? BREAKER_SUCCESS : BREAKER_FAILURE, END_STATUS, cause);
}

size_t transport_health(
	const struct transport *transport, struct endpoint_health out[TRANSPORT_ENDPOINTS_ALL])
{
	size_t count = 0;

	for (size_t group = 0; group < TRANSPORT_GROUPS; group++)
		for (size_t i = 0; i < transport->options.groups[group].count; i++)
			endpoint_health(&transport->endpoints[group][i], &out[count++]);
	return count;
}

const char *transport_address(
	const struct transport *transport, enum transport_group group, int endpoint)
{
	return transport->options.groups[group].urls[endpoint];
}
