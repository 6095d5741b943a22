/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <stdio.h>
#include <stdlib.h>

#include "transport/transport_internal.h"

#define SAY_EVERY_MS 60000 /* what goes on being wrong */

static unsigned jitter(struct transport *transport)
{
	/* xorshift64: times spread, secrets do not hang on it. */
	transport->random ^= transport->random << 13;
	transport->random ^= transport->random >> 7;
	transport->random ^= transport->random << 17;
	return (unsigned)(transport->random % 1000);
}

static int64_t now_of(void *ctx)
{
	return transport_now(((struct endpoint *)ctx)->transport);
}

static void on_looked_up(void *ctx)
{
	struct endpoint *endpoint = ctx;
	struct exchange *exchange, *next;

	for (exchange = endpoint->waiting; exchange != NULL; exchange = next) {
		next = exchange->next;
		exchange_begin(exchange);
	}
}

bool endpoint_init(struct endpoint *endpoint, struct transport *transport,
	enum transport_group group, size_t number)
{
	const struct transport_options *options = &transport->options;
	const struct breaker_limits limits = { options->breaker_failures, options->breaker_pause_ms,
		options->breaker_pause_max_ms };

	endpoint->transport = transport;
	endpoint->group = group;
	endpoint->number = (int)number;
	endpoint->address = options->groups[group].urls[number];
	breaker_init(&endpoint->breaker, &limits);
	endpoint->resolver =
		resolver_new(endpoint->address, transport->engine, now_of, on_looked_up, endpoint);
	if (endpoint->resolver == NULL)
		report(&options->reporter, SAY_ERROR, NULL, 0, "the address %s cannot be used",
			endpoint->address);
	return endpoint->resolver != NULL;
}

void endpoint_free(struct endpoint *endpoint)
{
	while (endpoint->waiting != NULL)
		exchange_free(endpoint->waiting);
	pools_free(endpoint);
	resolver_free(endpoint->resolver);
}

static bool may_be_asked(const struct endpoint *endpoint, int64_t now)
{
	return now >= endpoint->told_until_ms && breaker_allows(&endpoint->breaker, now);
}

struct endpoint *endpoint_choose(
	struct transport *transport, enum transport_group group, int to_avoid)
{
	size_t total = transport->options.groups[group].count;
	size_t first = 0;
	int64_t now = transport_now(transport);
	struct endpoint *avoided = NULL;

	if (transport->options.round_robin && total > 0)
		first = transport->turn[group]++ % total;
	for (size_t i = 0; i < total; i++) {
		struct endpoint *endpoint = &transport->endpoints[group][(first + i) % total];

		if (!may_be_asked(endpoint, now))
			continue;
		if (endpoint->number != to_avoid)
			return endpoint;
		avoided = endpoint;
	}
	return avoided;
}

void endpoint_all_rest(
	const struct transport *transport, enum transport_group group, struct attempt_result *out)
{
	int64_t now = transport_now(transport), soonest = INT64_MAX;

	for (size_t i = 0; i < transport->options.groups[group].count; i++) {
		const struct endpoint *endpoint = &transport->endpoints[group][i];
		int64_t rest = breaker_rest_ms(&endpoint->breaker, now);
		int64_t told = endpoint->told_until_ms - now;

		if (told > rest) {
			rest = told;
			out->told_to_rest = true;
		}
		if (rest < soonest)
			soonest = rest;
	}
	if (soonest == INT64_MAX)
		soonest = 0;
	out->end = END_ALL_RESTING;
	out->endpoint = -1;
	out->retry_after_s = soonest > 1000 ? (soonest + 999) / 1000 : 1;
	out->cause = "all addresses rest";
}

static void say_failure(struct endpoint *endpoint, int64_t now, const char *cause)
{
	const char *advice = transport_advice(cause);
	char more[40] = "";

	if (endpoint->failing_since_ms == 0)
		endpoint->failing_since_ms = now;
	if (endpoint->said_ms != 0 && now - endpoint->said_ms < SAY_EVERY_MS) {
		endpoint->unsaid++;
		return;
	}
	endpoint->said_ms = now;
	endpoint->said = true;
	if (endpoint->unsaid > 0)
		(void)snprintf(
			more, sizeof(more), " (and %u more failures before)", endpoint->unsaid);
	report(&endpoint->transport->options.reporter, SAY_WARNING, NULL, 0, "%s: %s%s%s%s",
		endpoint->address, cause, more, advice[0] != '\0' ? ": " : "", advice);
	endpoint->unsaid = 0;
}

static void say_recovery(struct endpoint *endpoint, int64_t now)
{
	if (endpoint->failing_since_ms != 0 && endpoint->said)
		report(&endpoint->transport->options.reporter, SAY_INFO, NULL, 0,
			"%s answers again after %lld s", endpoint->address,
			(long long)(now - endpoint->failing_since_ms + 999) / 1000);
	endpoint->failing_since_ms = 0;
	endpoint->said = false;
}

void endpoint_ended(struct endpoint *endpoint, bool probe, enum breaker_outcome outcome,
	enum attempt_end end, const char *cause)
{
	int64_t now = transport_now(endpoint->transport);
	bool opened =
		breaker_ended(&endpoint->breaker, now, jitter(endpoint->transport), probe, outcome);

	atomic_store(&endpoint->rests, endpoint->breaker.pause_ms != 0);
	if (outcome == BREAKER_FAILURE)
		atomic_fetch_add(&endpoint->failures[end], 1);
	if (outcome == BREAKER_FAILURE)
		say_failure(endpoint, now, cause);
	else if (outcome == BREAKER_SUCCESS && endpoint->breaker.pause_ms == 0)
		say_recovery(endpoint, now);
	if (outcome == BREAKER_FAILURE && opened)
		report(&endpoint->transport->options.reporter, SAY_DEBUG, NULL, 0,
			"%s failed %lld times in a row and rests", endpoint->address,
			(long long)endpoint->transport->options.breaker_failures);
}

void endpoint_silent(struct endpoint *endpoint)
{
	int64_t now = transport_now(endpoint->transport);

	if (endpoint->silence_said_ms != 0 && now - endpoint->silence_said_ms < SAY_EVERY_MS)
		return;
	endpoint->silence_said_ms = now;
	report(&endpoint->transport->options.reporter, SAY_INFO, NULL, 0,
		"%s: a connection has gone silent and is given up", endpoint->address);
}

void endpoint_health(const struct endpoint *endpoint, struct endpoint_health *out)
{
	int64_t rests_ms =
		atomic_load(&endpoint->told_until_ms) - transport_now(endpoint->transport);

	*out = (struct endpoint_health){
		.address = endpoint->address,
		.group = endpoint->group,
		.up = !atomic_load(&endpoint->rests),
		.rests_ms = rests_ms > 0 ? rests_ms : 0,
	};
	for (size_t end = 0; end < ATTEMPT_ENDS; end++)
		out->failures[end] = atomic_load(&endpoint->failures[end]);
}
