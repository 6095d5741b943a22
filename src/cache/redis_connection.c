/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * hiredis brings what ties it to libuv, but that of Debian 12 (0.14) overlooks errors: a connection
 * that is refused would be noticed by its silence alone. Hence the few lines here.
 */
#include "cache/redis_connection.h"

#include <stdio.h>
#include <stdlib.h>

#include "cache/redis_limits.h"

/* No command of ours has as much in its reply. */
static const struct reply_limits limits = { .elements = 16, .octets = 256 * 1024, .depth = 0 };

/* What ties a connection to the loop; lives until libuv has closed the handle. */
struct binding {
	uv_poll_t poll;
	redisAsyncContext *connection; /* NULL: hiredis has freed it */
	int wanted; /* UV_READABLE, UV_WRITABLE */
	struct reply_limiter limiter;
};

/* The reader keeps what is not a whole reply yet, however long that becomes. */
static void read_ready(struct binding *binding)
{
	redisAsyncHandleRead(binding->connection);
	if (binding->connection == NULL || binding->connection->c.reader->len <= limits.octets)
		return;
	binding->limiter.refused = REPLY_TOO_LONG;
	redisAsyncFree(binding->connection);
}

/* On an error hiredis looks for itself what it is. Either call may end the connection. */
static void on_ready(uv_poll_t *poll, int status, int events)
{
	struct binding *binding = poll->data;

	if (status != 0)
		events = binding->wanted;
	if (binding->connection != NULL && (events & UV_READABLE) != 0)
		read_ready(binding);
	if (binding->connection != NULL && (events & UV_WRITABLE) != 0)
		redisAsyncHandleWrite(binding->connection);
}

static void watch_for(struct binding *binding, int events)
{
	binding->wanted = events;
	if (events == 0)
		(void)uv_poll_stop(&binding->poll);
	else
		(void)uv_poll_start(&binding->poll, events, on_ready);
}

static void add_read(void *data)
{
	struct binding *binding = data;

	watch_for(binding, binding->wanted | UV_READABLE);
}

static void del_read(void *data)
{
	struct binding *binding = data;

	watch_for(binding, binding->wanted & ~UV_READABLE);
}

static void add_write(void *data)
{
	struct binding *binding = data;

	watch_for(binding, binding->wanted | UV_WRITABLE);
}

static void del_write(void *data)
{
	struct binding *binding = data;

	watch_for(binding, binding->wanted & ~UV_WRITABLE);
}

static void on_closed(uv_handle_t *handle)
{
	free(handle->data);
}

/* hiredis is done with the connection, and closes the socket next. */
static void clean_up(void *data)
{
	struct binding *binding = data;

	binding->connection = NULL;
	(void)uv_poll_stop(&binding->poll);
	uv_close((uv_handle_t *)&binding->poll, on_closed);
}

static bool attach(redisAsyncContext *connection, uv_loop_t *loop)
{
	struct binding *binding = calloc(1, sizeof(*binding));

	if (binding == NULL || uv_poll_init(loop, &binding->poll, connection->c.fd) != 0) {
		free(binding);
		return false;
	}
	binding->poll.data = binding;
	binding->connection = connection;
	reply_limiter_attach(
		&binding->limiter, connection->c.reader, &connection->replies, &limits);
	connection->ev.data = binding;
	connection->ev.addRead = add_read;
	connection->ev.delRead = del_read;
	connection->ev.addWrite = add_write;
	connection->ev.delWrite = del_write;
	connection->ev.cleanup = clean_up;
	return true;
}

const char *redis_connection_error(const redisAsyncContext *connection)
{
	const struct binding *binding = connection->ev.data;

	if (binding->limiter.refused != NULL)
		return binding->limiter.refused;
	return connection->errstr != NULL && connection->errstr[0] != '\0' ? connection->errstr
									   : "it hangs up";
}

redisAsyncContext *redis_connection_open(uv_loop_t *loop, const struct redis_address *address,
	const struct redis_tls *tls, const char **why)
{
	static _Thread_local char reason[160];
	redisAsyncContext *connection = address->port == 0
						? redisAsyncConnectUnix(address->host)
						: redisAsyncConnect(address->host, address->port);

	*why = "out of memory";
	if (connection == NULL)
		return NULL;
	if (connection->err == 0 && attach(connection, loop) &&
		redis_tls_start(tls, &connection->c, address))
		return connection;
	(void)snprintf(reason, sizeof(reason), "%s",
		connection->c.errstr[0] != '\0' ? connection->c.errstr
						: "no connection can be made");
	*why = reason;
	redisAsyncFree(connection);
	return NULL;
}
