/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * redis_connection.h - open a connection to Redis or to a Sentinel in the engine's loop. Engine
 * thread only.
 */
#ifndef MIGRANTID_REDIS_CONNECTION_H
#define MIGRANTID_REDIS_CONNECTION_H

#include <hiredis/async.h>
#include <uv.h>

#include "base/base.h"
#include "base/redis_address.h"
#include "cache/redis_tls.h"

/*
 * Begins to connect, with TLS if `tls` is not NULL; waits for nothing. The caller sets call-backs
 * and redisAsyncFree()s it. NULL if that fails at once: *why says so until the next call.
 */
MUST_CHECK redisAsyncContext *redis_connection_open(uv_loop_t *loop,
	const struct redis_address *address, const struct redis_tls *tls, const char **why);

/* Why a connection has ended, for its call-backs; valid as long as these run. */
const char *redis_connection_error(const redisAsyncContext *connection);

#endif
