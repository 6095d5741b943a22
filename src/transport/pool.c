/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * pool.c - the connections of one endpoint under one certificate: libcurl says which sockets and
 * what time it waits for, libuv waits for them.
 */
#include <stdlib.h>

#include "transport/transport_internal.h"

#define POOL_LIFETIME_MS 600000 /* addresses change and loads are balanced anew */
#define TURNS 2 /* of libcurl's own, until all that has been read is told */

/* A socket that libcurl waits for. */
struct watch {
	uv_poll_t poll;
	struct pool *pool;
	curl_socket_t socket;
};

/* False: nothing new. *failed is set if a transfer has failed. */
static bool mark_done(struct pool *pool, bool *failed)
{
	CURLMsg *message;
	bool any = false;
	int left;

	while ((message = curl_multi_info_read(pool->multi, &left)) != NULL) {
		struct exchange *exchange = NULL;

		if (message->msg != CURLMSG_DONE)
			continue;
		(void)curl_easy_getinfo(message->easy_handle, CURLINFO_PRIVATE, &exchange);
		exchange->done = any = true;
		exchange->code = message->data.result;
		*failed = *failed || exchange->code != CURLE_OK;
	}
	return any;
}

/*
 * What is done is known of all before anybody is told: one's failure may end others' connection.
 * What came for those before its end libcurl holds back until it is their turn, which is at once.
 */
static bool mark_all_done(struct pool *pool)
{
	bool failed = false;
	int running;

	if (!mark_done(pool, &failed))
		return false;
	for (int turn = 0; turn < TURNS && failed; turn++) {
		(void)curl_multi_socket_action(pool->multi, CURL_SOCKET_TIMEOUT, 0, &running);
		(void)mark_done(pool, &failed);
	}
	return true;
}

static void collect(struct pool *pool)
{
	struct exchange *exchange;

	if (!mark_all_done(pool))
		return;
	/* From the begin each time, for a hook may cancel any of them. */
	do {
		exchange = pool->exchanges;
		while (exchange != NULL && !exchange->done)
			exchange = exchange->next;
		if (exchange != NULL)
			exchange_done(exchange);
	} while (exchange != NULL);
}

static void on_socket(uv_poll_t *poll, int status, int events)
{
	struct watch *watch = poll->data;
	struct pool *pool = watch->pool; /* the watch may be gone after the call */
	int flags = 0, running;

	if (status < 0)
		flags = CURL_CSELECT_ERR;
	if ((events & UV_READABLE) != 0)
		flags |= CURL_CSELECT_IN;
	if ((events & UV_WRITABLE) != 0)
		flags |= CURL_CSELECT_OUT;
	(void)curl_multi_socket_action(pool->multi, watch->socket, flags, &running);
	collect(pool);
}

static void on_timer(void *ctx)
{
	struct pool *pool = ctx;
	int running;

	(void)curl_multi_socket_action(pool->multi, CURL_SOCKET_TIMEOUT, 0, &running);
	collect(pool);
}

static void on_watch_closed(uv_handle_t *handle)
{
	free(handle->data);
}

static struct watch *watch_new(struct pool *pool, curl_socket_t socket)
{
	struct watch *watch = calloc(1, sizeof(*watch));

	if (watch == NULL)
		return NULL;
	watch->pool = pool;
	watch->socket = socket;
	watch->poll.data = watch;
	if (uv_poll_init_socket(
		    engine_loop(pool->endpoint->transport->engine), &watch->poll, socket) != 0) {
		free(watch);
		return NULL;
	}
	(void)curl_multi_assign(pool->multi, socket, watch);
	return watch;
}

/* Connecting waits to write, the handshake to read: for people, when it takes too long. */
static void note_handshake(CURL *easy, int what)
{
	struct exchange *exchange = NULL;

	(void)curl_easy_getinfo(easy, CURLINFO_PRIVATE, &exchange);
	if (exchange != NULL && exchange->stage == EXCHANGE_CONNECTING && what == CURL_POLL_IN)
		exchange->stage = EXCHANGE_HANDSHAKING;
}

/* An error would end the whole pool for libcurl: without a watch, it is the deadline that ends. */
static int socket_wanted(CURL *easy, curl_socket_t socket, int what, void *ctx, void *assigned)
{
	struct watch *watch = assigned;
	int events = 0;

	note_handshake(easy, what);
	if (what == CURL_POLL_REMOVE) {
		if (watch != NULL) {
			(void)uv_poll_stop(&watch->poll);
			uv_close((uv_handle_t *)&watch->poll, on_watch_closed);
		}
		return 0;
	}
	if (watch == NULL && (watch = watch_new(ctx, socket)) == NULL)
		return 0;
	if (what == CURL_POLL_IN || what == CURL_POLL_INOUT)
		events |= UV_READABLE;
	if (what == CURL_POLL_OUT || what == CURL_POLL_INOUT)
		events |= UV_WRITABLE;
	(void)uv_poll_start(&watch->poll, events, on_socket);
	return 0;
}

static int timer_wanted(CURLM *multi, long after_ms, void *ctx)
{
	struct pool *pool = ctx;

	(void)multi;
	if (after_ms < 0)
		engine_timer_stop(pool->timer);
	else
		engine_timer_set(pool->timer, after_ms);
	return 0;
}

static bool multi_init(struct pool *pool)
{
	long connections = (long)pool->endpoint->transport->options.max_connections;
	CURLM *multi = pool->multi = curl_multi_init();

	return multi != NULL &&
	       curl_multi_setopt(multi, CURLMOPT_SOCKETFUNCTION, socket_wanted) == CURLM_OK &&
	       curl_multi_setopt(multi, CURLMOPT_SOCKETDATA, pool) == CURLM_OK &&
	       curl_multi_setopt(multi, CURLMOPT_TIMERFUNCTION, timer_wanted) == CURLM_OK &&
	       curl_multi_setopt(multi, CURLMOPT_TIMERDATA, pool) == CURLM_OK &&
	       curl_multi_setopt(multi, CURLMOPT_PIPELINING, (long)CURLPIPE_MULTIPLEX) ==
		       CURLM_OK &&
	       /* With CURLOPT_PIPEWAIT alone a cold burst opens a connection for most of it. */
	       curl_multi_setopt(multi, CURLMOPT_MAX_HOST_CONNECTIONS, connections) == CURLM_OK &&
	       curl_multi_setopt(multi, CURLMOPT_MAXCONNECTS, connections) == CURLM_OK;
}

static void pool_free(struct pool *pool)
{
	/* Connections are closed first: libcurl takes its watches out of the loop. */
	if (pool->multi != NULL)
		(void)curl_multi_cleanup(pool->multi);
	engine_timer_free(pool->timer);
	tls_material_unref(pool->tls);
	free(pool);
}

static struct pool *pool_new(struct endpoint *endpoint)
{
	struct transport *transport = endpoint->transport;
	struct pool *pool = calloc(1, sizeof(*pool));

	if (pool == NULL)
		return NULL;
	pool->endpoint = endpoint;
	pool->tls = tls_material_ref(transport->tls);
	pool->begun_ms = transport_now(transport);
	pool->timer = engine_timer_new(transport->engine, on_timer, pool);
	if (pool->timer == NULL || !multi_init(pool)) {
		pool_free(pool);
		return NULL;
	}
	return pool;
}

struct pool *pool_in_use(struct endpoint *endpoint)
{
	struct transport *transport = endpoint->transport;
	struct pool *pool = endpoint->pools;

	if (pool != NULL && !pool->stuck && pool->tls == transport->tls &&
		transport_now(transport) - pool->begun_ms < POOL_LIFETIME_MS)
		return pool;
	pool = pool_new(endpoint);
	if (pool == NULL)
		return NULL;
	pool->next = endpoint->pools;
	endpoint->pools = pool;
	engine_timer_set(transport->sweep, 0);
	return pool;
}

/* libcurl 8.14 may wait for ever for a connection that it failed to set up, and keeps it. */
bool pool_is_stuck(struct pool *pool, uint64_t since)
{
	struct exchange *exchange, *next;

	if (pool->stuck || pool->read_at >= since)
		return false;
	pool->stuck = true;
	for (exchange = pool->exchanges; exchange != NULL; exchange = next) {
		next = exchange->next;
		if (exchange->stage == EXCHANGE_QUEUED && !exchange->done && !exchange->lost)
			exchange_move(exchange);
	}
	return true;
}

void pools_sweep(struct endpoint *endpoint)
{
	struct pool **link = &endpoint->pools;

	if (*link != NULL)
		link = &(*link)->next;
	while (*link != NULL) {
		struct pool *pool = *link;

		if (pool->exchanges != NULL) {
			link = &pool->next;
			continue;
		}
		*link = pool->next;
		pool_free(pool);
	}
}

void pools_free(struct endpoint *endpoint)
{
	while (endpoint->pools != NULL) {
		struct pool *pool = endpoint->pools;

		endpoint->pools = pool->next;
		while (pool->exchanges != NULL)
			exchange_free(pool->exchanges);
		pool_free(pool);
	}
}
