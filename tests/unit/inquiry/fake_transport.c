/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "fake_transport.h"

#include <stdlib.h>

struct exchange *transport_send(
	struct transport *transport, const struct attempt *attempt, attempt_ended *ended, void *ctx)
{
	struct exchange **link = &transport->first;
	struct exchange *exchange = transport->out_of_memory ? NULL : calloc(1, sizeof(*exchange));

	if (exchange == NULL)
		return NULL;
	*exchange = (struct exchange){ transport, NULL, *attempt, ended, ctx, ++transport->sent };
	while (*link != NULL)
		link = &(*link)->next;
	*link = exchange;
	return exchange;
}

static void unlink_exchange(struct exchange *exchange)
{
	struct exchange **link = &exchange->transport->first;

	while (*link != exchange) {
		if (*link == NULL)
			abort(); /* cancelled twice, or behind its end */
		link = &(*link)->next;
	}
	*link = exchange->next;
}

void transport_cancel(struct exchange *exchange)
{
	exchange->transport->cancelled++;
	unlink_exchange(exchange);
	free(exchange);
}

struct exchange *fake_transport_waiting(struct transport *transport, enum transport_group group)
{
	struct exchange *exchange = transport->first;

	while (exchange != NULL && exchange->attempt.group != group)
		exchange = exchange->next;
	return exchange;
}

void fake_transport_end(struct exchange *exchange, const struct attempt_result *result)
{
	attempt_ended *ended = exchange->ended;
	void *ctx = exchange->ctx;

	unlink_exchange(exchange);
	free(exchange);
	ended(ctx, result);
}

void transport_rest(
	struct transport *transport, enum transport_group group, int endpoint, int64_t seconds)
{
	(void)group;
	transport->rested_s[endpoint] = seconds;
}

void transport_judge(struct transport *transport, enum transport_group group, int endpoint,
	bool healthy, const char *cause)
{
	(void)group;
	(void)endpoint;
	(void)cause;
	transport->healthy += healthy;
	transport->failing += !healthy;
}

const char *transport_address(
	const struct transport *transport, enum transport_group group, int endpoint)
{
	(void)transport;
	(void)endpoint;
	return group == GROUP_SERVICE ? "https://id.example" : "https://id.example/keys";
}

const char *transport_advice(const char *cause)
{
	(void)cause;
	return "";
}

void config_on_keys(struct config *config, void (*settled)(void *ctx, bool good), void *ctx)
{
	config->settled = settled;
	config->ctx = ctx;
}

void config_offer_keys(struct config *config, const char *jwks, size_t len)
{
	(void)jwks;
	config->offered++;
	config->offered_len = len;
}

unsigned config_outage(struct config *config, int64_t now)
{
	(void)now;
	return config->outage;
}
