/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * redis_session.c - the one connection to Redis: where to, logging in, its end. It is made when the
 * first command wants it, and again after it has ended.
 */
#include "cache/redis_connection.h"
#include "cache/redis_internal.h"

#define PENDING_MAX 4096 /* commands that Redis has not answered */

static bool connected(struct redis *redis);

static void on_master(void *ctx, const struct redis_address *master)
{
	struct redis *redis = ctx;

	redis->has_address = master != NULL;
	if (master == NULL) {
		redis_unreachable(redis, "no Sentinel tells where it is");
		return;
	}
	redis->address = *master;
	(void)connected(redis);
}

bool redis_session_start(struct redis *redis)
{
	if (redis->config.sentinel_count == 0)
		return true;
	redis->sentinels = sentinels_new(
		engine_loop(redis->engine), &redis->config, redis->tls, on_master, redis);
	return redis->sentinels != NULL;
}

/* Nothing is sent on the connection any more; the master may have become another one. */
static void forget_connection(struct redis *redis)
{
	redis->connection = NULL;
	if (redis->sentinels != NULL)
		redis->has_address = false;
}

/* hiredis frees a connection that it tells the end of; that may be one that was dropped before. */
static void on_connect(const redisAsyncContext *connection, int status)
{
	struct redis *redis = connection->data;

	if (status == REDIS_OK || redis->connection != connection)
		return;
	forget_connection(redis);
	redis_unreachable(redis, redis_connection_error(connection));
}

static void on_disconnect(const redisAsyncContext *connection, int status)
{
	struct redis *redis = connection->data;

	(void)status;
	if (redis->connection != connection)
		return;
	forget_connection(redis);
	(void)redis_unhealthy(redis, false, redis_connection_error(connection));
}

void redis_session_disconnect(struct redis *redis)
{
	redisAsyncContext *connection = redis->connection;

	redis->disconnecting = false;
	forget_connection(redis);
	if (connection != NULL)
		redisAsyncFree(connection);
}

void redis_session_disconnect_soon(struct redis *redis)
{
	redis->disconnecting = true;
	engine_timer_set(redis->disconnect_timer, 0);
}

/* The next connection tries again: it may be mended by then. */
static void on_login(redisAsyncContext *connection, void *reply_of, void *ctx)
{
	const redisReply *reply = reply_of;
	struct redis *redis = ctx;

	redis->pending--;
	if (reply == NULL || reply->type != REDIS_REPLY_ERROR || redis->connection != connection)
		return;
	redis_unreachable(redis, "it refuses our user or password");
	redis_session_disconnect(redis);
}

bool redis_session_sent(struct redis *redis, int status)
{
	if (status == REDIS_OK)
		redis->pending++;
	return status == REDIS_OK;
}

static void log_in(struct redis *redis)
{
	const struct redis_config *config = &redis->config;

	if (config->password[0] == '\0')
		return;
	if (config->user[0] != '\0')
		(void)redis_session_sent(
			redis, redisAsyncCommand(redis->connection, on_login, redis, "AUTH %s %s",
				       config->user, config->password));
	else
		(void)redis_session_sent(redis, redisAsyncCommand(redis->connection, on_login,
							redis, "AUTH %s", config->password));
}

static bool connected(struct redis *redis)
{
	redisAsyncContext *connection;
	const char *why;

	if (redis->disconnecting)
		return false;
	if (redis->connection != NULL)
		return true;
	if (!redis->has_address) {
		sentinels_ask(redis->sentinels);
		return false;
	}
	connection = redis_connection_open(
		engine_loop(redis->engine), &redis->address, redis->tls, &why);
	if (connection == NULL) {
		forget_connection(redis);
		redis_unreachable(redis, why);
		return false;
	}
	connection->data = redis;
	redis->connection = connection;
	(void)redisAsyncSetConnectCallback(connection, on_connect);
	(void)redisAsyncSetDisconnectCallback(connection, on_disconnect);
	log_in(redis);
	return redis->connection != NULL;
}

bool redis_session_ready(struct redis *redis)
{
	return !redis->closing && redis->pending < PENDING_MAX &&
	       breaker_allows(&redis->breaker, redis_now_ms(redis)) && connected(redis);
}
