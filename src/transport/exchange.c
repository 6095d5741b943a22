/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * exchange.c - an attempt from its begin to its end.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>

#include <openssl/crypto.h>

#include "transport/transport_internal.h"

static void put_in(struct exchange *exchange, struct exchange **list)
{
	if (exchange->link != NULL) {
		*exchange->link = exchange->next;
		if (exchange->next != NULL)
			exchange->next->link = exchange->link;
	}
	exchange->link = list;
	exchange->next = list != NULL ? *list : NULL;
	if (list == NULL)
		return;
	if (*list != NULL)
		(*list)->link = &exchange->next;
	*list = exchange;
}

/* What the silence says of the endpoint; its connection may be given up for it. */
static enum breaker_outcome silence_of(struct exchange *exchange)
{
	struct connection *connection = exchange->connection;
	struct pool *pool = exchange->pool;

	if (exchange->stage == EXCHANGE_QUEUED) {
		connections_give_up(pool, exchange->sent_at);
		/*
		 * Whoever had a connection tells more; but somebody must say that none is to be
		 * had.
		 */
		return !exchange->moved && pool_is_stuck(pool, exchange->sent_at)
			       ? BREAKER_FAILURE
			       : BREAKER_ABANDONED;
	}
	if (exchange->stage == EXCHANGE_SENT)
		connections_give_up(pool, exchange->sent_at);
	else if (exchange->stage == EXCHANGE_ANSWERED)
		connections_give_up(pool, exchange->read_at + 1);
	/*
	 * A connection that worked and fell silent says nothing of who may be behind a fresh one.
	 */
	if (connection == NULL || !connection->given_up || !exchange->worked_before)
		return BREAKER_FAILURE;
	endpoint_silent(exchange->endpoint);
	return BREAKER_ABANDONED;
}

static void timed_out(struct exchange *exchange)
{
	struct pool *pool = exchange->pool;
	enum breaker_outcome outcome;

	exchange->result.end = ending_timed_out(exchange);
	exchange->lost = true; /* its end is known, whatever becomes of its connection */
	outcome = silence_of(exchange);
	exchange->lost = false;
	endpoint_ended(exchange->endpoint, exchange->probe, outcome, exchange->result.end,
		exchange->cause);
	exchange_deliver(exchange);
	if (pool != NULL)
		connections_deliver(pool);
}

static void on_due(void *ctx)
{
	struct exchange *exchange = ctx;

	if (exchange->stage == EXCHANGE_ENDING)
		exchange_deliver(exchange);
	else
		timed_out(exchange);
}

struct exchange *exchange_new(
	struct transport *transport, const struct attempt *attempt, attempt_ended *ended, void *ctx)
{
	struct exchange *exchange = calloc(1, sizeof(*exchange));

	if (exchange == NULL)
		return NULL;
	exchange->timer = engine_timer_new(transport->engine, on_due, exchange);
	if (exchange->timer == NULL) {
		free(exchange);
		return NULL;
	}
	exchange->transport = transport;
	exchange->attempt = *attempt;
	exchange->ended = ended;
	exchange->ctx = ctx;
	exchange->begun_ms = transport_now(transport);
	exchange->result = (struct attempt_result){ .endpoint = -1,
		.retry_after_s = -1,
		.type = "",
		.body = "",
		.cause = exchange->cause };
	return exchange;
}

void exchange_end_later(struct exchange *exchange, enum attempt_end end, const char *cause)
{
	exchange->stage = EXCHANGE_ENDING;
	exchange->result.end = end;
	(void)snprintf(exchange->cause, sizeof(exchange->cause), "%s", cause);
	put_in(exchange, &exchange->transport->ending);
	engine_timer_set(exchange->timer, 0);
}

static void unresolved(struct exchange *exchange)
{
	struct resolver *resolver = exchange->endpoint->resolver;
	bool no_descriptors = resolver_no_descriptors(resolver);
	char cause[CAUSE_MAX];

	(void)snprintf(cause, sizeof(cause), "its name cannot be resolved: %s",
		no_descriptors ? "this process has no file descriptors left (EMFILE)"
			       : resolver_cause(resolver));
	endpoint_ended(exchange->endpoint, exchange->probe,
		no_descriptors ? BREAKER_ABANDONED : BREAKER_FAILURE, END_RESOLVE, cause);
	exchange_end_later(exchange, no_descriptors ? END_NO_DESCRIPTORS : END_RESOLVE, cause);
}

static bool send_request(struct exchange *exchange)
{
	struct pool *pool = exchange->pool = pool_in_use(exchange->endpoint);

	if (pool == NULL || !request_prepare(exchange))
		return false;
	put_in(exchange, &pool->exchanges);
	exchange->stage = EXCHANGE_QUEUED;
	exchange->sent_at = ++exchange->transport->events;
	if (curl_multi_add_handle(pool->multi, exchange->easy) == CURLM_OK)
		return true;
	curl_easy_cleanup(exchange->easy);
	exchange->easy = NULL;
	return false;
}

static void send_or_end(struct exchange *exchange)
{
	int64_t left = exchange->attempt.deadline_ms - transport_now(exchange->transport);

	engine_timer_set(exchange->timer, left);
	errno = 0;
	if (send_request(exchange))
		return;
	endpoint_ended(exchange->endpoint, exchange->probe, BREAKER_ABANDONED, END_STATUS, NULL);
	/* A pool of libcurl 8.22 wants descriptors for itself. */
	if (errno == EMFILE || errno == ENFILE)
		exchange_end_later(exchange, END_NO_DESCRIPTORS,
			"this process has no file descriptors left (EMFILE)");
	else
		exchange_end_later(exchange, END_NO_MEMORY, "out of memory");
}

void exchange_move(struct exchange *exchange)
{
	exchange_stop(exchange);
	curl_easy_cleanup(exchange->easy);
	exchange->easy = NULL;
	exchange->moved = true;
	address_list_unref(exchange->addresses);
	exchange->addresses = NULL;
	send_or_end(exchange);
}

static void wait_for_name(struct exchange *exchange)
{
	int64_t left = exchange->attempt.deadline_ms - exchange->begun_ms;
	int64_t connect = exchange->transport->options.connect_ms;

	exchange->stage = EXCHANGE_RESOLVING;
	put_in(exchange, &exchange->endpoint->waiting);
	engine_timer_set(exchange->timer, left < connect ? left : connect);
}

void exchange_begin(struct exchange *exchange)
{
	switch (resolver_poll(exchange->endpoint->resolver)) {
	case RESOLVED:
		send_or_end(exchange);
		break;
	case RESOLVING:
		wait_for_name(exchange);
		break;
	case UNRESOLVED:
		unresolved(exchange);
		break;
	}
}

static enum breaker_outcome outcome_of(const struct exchange *exchange)
{
	switch (exchange->result.end) {
	case END_STATUS: /* the asker judges it */
	case END_CONNECTION_GIVEN_UP:
	case END_NO_DESCRIPTORS:
	case END_NO_MEMORY:
	case END_ALL_RESTING:
		return BREAKER_ABANDONED;
	case END_TOO_LARGE:
		return BREAKER_SUCCESS;
	case END_RESOLVE:
	case END_CONNECT:
	case END_TLS:
	case END_SEND:
	case END_TIMEOUT:
	case END_CUT_OFF:
		break;
	}
	return BREAKER_FAILURE;
}

static void take_response(struct exchange *exchange)
{
	struct attempt_result *result = &exchange->result;
	struct curl_header *header;
	curl_off_t seconds = 0;
	long status = 0;
	char *type = NULL;

	(void)curl_easy_getinfo(exchange->easy, CURLINFO_RESPONSE_CODE, &status);
	(void)curl_easy_getinfo(exchange->easy, CURLINFO_CONTENT_TYPE, &type);
	result->status = (int)status;
	(void)snprintf(exchange->cause, sizeof(exchange->cause), "HTTP status %ld", status);
	result->type = type != NULL ? type : "";
	result->body = exchange->body != NULL ? exchange->body : "";
	result->len = exchange->body_len;
	if (curl_easy_header(exchange->easy, "Retry-After", 0, CURLH_HEADER, -1, &header) !=
		CURLHE_OK)
		return;
	(void)curl_easy_getinfo(exchange->easy, CURLINFO_RETRY_AFTER, &seconds);
	result->retry_after_s = seconds > 0 ? seconds : 0;
}

/*
 * libcurl 8.22 gives out a connection that was shut down, for a second or so: on_connection() would
 * not have it. Nothing was sent, and a fresh connection is to be had from a fresh pool.
 */
static bool begins_anew(struct exchange *exchange)
{
	if (exchange->code != CURLE_ABORTED_BY_CALLBACK || exchange->stage != EXCHANGE_QUEUED ||
		exchange->moved)
		return false;
	exchange->done = false;
	exchange->pool->stuck = true;
	exchange_move(exchange);
	return true;
}

void exchange_done(struct exchange *exchange)
{
	CURLcode code = exchange->code;
	struct pool *pool = exchange->pool;
	enum attempt_end end;

	if (begins_anew(exchange))
		return;
	end = exchange->result.end = ending_of(exchange, code);
	if (end == END_STATUS)
		take_response(exchange);
	else
		endpoint_ended(exchange->endpoint, exchange->probe, outcome_of(exchange), end,
			exchange->cause);
	exchange->lost = true;
	if (end != END_STATUS && end != END_TOO_LARGE && connection_has_ended(exchange, code))
		connection_died(exchange);
	exchange->lost = false;
	exchange_deliver(exchange);
	connections_deliver(pool);
}

void exchange_stop(struct exchange *exchange)
{
	if (exchange->easy == NULL)
		return;
	(void)curl_multi_remove_handle(exchange->pool->multi, exchange->easy);
	connections_forget(exchange);
}

void exchange_deliver(struct exchange *exchange)
{
	struct transport *transport = exchange->transport;
	struct endpoint *endpoint = exchange->endpoint;

	exchange_stop(exchange);
	put_in(exchange, NULL);
	if (endpoint != NULL)
		exchange->result.endpoint = endpoint->number;
	transport->told = exchange->result.end == END_STATUS ? exchange : NULL;
	exchange->ended(exchange->ctx, &exchange->result);
	if (transport->told != NULL)
		endpoint_ended(endpoint, exchange->probe, BREAKER_ABANDONED, END_STATUS, NULL);
	transport->told = NULL;
	exchange_free(exchange);
}

void exchange_free(struct exchange *exchange)
{
	struct transport *transport = exchange->transport;

	exchange_stop(exchange);
	put_in(exchange, NULL);
	if (exchange->pool != NULL && exchange->endpoint->pools != exchange->pool &&
		exchange->pool->exchanges == NULL)
		engine_timer_set(transport->sweep, 0);
	curl_easy_cleanup(exchange->easy);
	engine_timer_free(exchange->timer);
	connection_use(exchange, NULL);
	address_list_unref(exchange->addresses);
	OPENSSL_clear_free(exchange->body, exchange->body_room);
	free(exchange);
}
