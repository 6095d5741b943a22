/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * hiredis brings what ties it to libuv, but that of Debian 12 (0.14) overlooks errors: a connection
 * that is refused would be noticed by its silence alone. Hence the few lines here.
 */
#include "cache/redis_connection.h"

#include <stdio.h>
#include <stdlib.h>

#include "cache/redis_guard.h"

/* No command of ours has as much in its reply. */
static const struct guard_limits limits = { .elements = 16, .octets = 256 * 1024, .depth = 0 };

struct tie {
	uv_poll_t poll;
	redisAsyncContext *connection; /* NULL: let go of */
	int wanted; /* UV_READABLE, UV_WRITABLE */
	struct guard guard;
};

/* The reader keeps what is not a whole reply yet, however long that becomes. */
static void take_in(struct tie *tie)
{
	redisAsyncHandleRead(tie->connection);
	if (tie->connection == NULL || tie->connection->c.reader->len <= limits.octets)
		return;
	tie->guard.refused = GUARD_TOO_LONG;
	redisAsyncFree(tie->connection);
}

/* On an error hiredis looks for itself what it is. Either call may end the connection. */
static void on_ready(uv_poll_t *poll, int status, int events)
{
	struct tie *tie = poll->data;

	if (status != 0)
		events = tie->wanted;
	if (tie->connection != NULL && (events & UV_READABLE) != 0)
		take_in(tie);
	if (tie->connection != NULL && (events & UV_WRITABLE) != 0)
		redisAsyncHandleWrite(tie->connection);
}

static void want(struct tie *tie, int events)
{
	tie->wanted = events;
	if (events == 0)
		(void)uv_poll_stop(&tie->poll);
	else
		(void)uv_poll_start(&tie->poll, events, on_ready);
}

static void add_read(void *data)
{
	struct tie *tie = data;

	want(tie, tie->wanted | UV_READABLE);
}

static void del_read(void *data)
{
	struct tie *tie = data;

	want(tie, tie->wanted & ~UV_READABLE);
}

static void add_write(void *data)
{
	struct tie *tie = data;

	want(tie, tie->wanted | UV_WRITABLE);
}

static void del_write(void *data)
{
	struct tie *tie = data;

	want(tie, tie->wanted & ~UV_WRITABLE);
}

static void on_closed(uv_handle_t *handle)
{
	free(handle->data);
}

/* hiredis lets go, and closes the socket next. */
static void clean_up(void *data)
{
	struct tie *tie = data;

	tie->connection = NULL;
	(void)uv_poll_stop(&tie->poll);
	uv_close((uv_handle_t *)&tie->poll, on_closed);
}

static bool attach(redisAsyncContext *connection, uv_loop_t *loop)
{
	struct tie *tie = calloc(1, sizeof(*tie));

	if (tie == NULL || uv_poll_init(loop, &tie->poll, connection->c.fd) != 0) {
		free(tie);
		return false;
	}
	tie->poll.data = tie;
	tie->connection = connection;
	guard_set(&tie->guard, connection->c.reader, &connection->replies, &limits);
	connection->ev.data = tie;
	connection->ev.addRead = add_read;
	connection->ev.delRead = del_read;
	connection->ev.addWrite = add_write;
	connection->ev.delWrite = del_write;
	connection->ev.cleanup = clean_up;
	return true;
}

const char *redis_wire_fault(const redisAsyncContext *connection)
{
	const struct tie *tie = connection->ev.data;

	if (tie->guard.refused != NULL)
		return tie->guard.refused;
	return connection->errstr != NULL && connection->errstr[0] != '\0' ? connection->errstr :
									     "it hangs up";
}

redisAsyncContext *redis_wire_open(uv_loop_t *loop, const struct redis_place *place,
				   const struct redis_tls *tls, const char **why)
{
	static _Thread_local char reason[160];
	redisAsyncContext *connection = place->port == 0 ?
		redisAsyncConnectUnix(place->host) : redisAsyncConnect(place->host, place->port);

	*why = "out of memory";
	if (connection == NULL)
		return NULL;
	if (connection->err == 0 && attach(connection, loop) &&
		redis_tls_start(tls, &connection->c, place))
		return connection;
	(void)snprintf(reason, sizeof(reason), "%s", connection->c.errstr[0] != '\0' ?
		connection->c.errstr : "no connection can be made");
	*why = reason;
	redisAsyncFree(connection);
	return NULL;
}
