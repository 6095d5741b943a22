/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * redis_watch.c - the generation key, whose value changes with every removal. The MGET of it goes
 * over the connection of the lookups and in their order: what a lookup read before the removal has
 * reached the cache before the cache hears of the removal, and goes with the rest.
 */
#include <string.h>

#include "cache/redis_internal.h"

/*
 * A generation key that is absent is no news: nobody has removed anything yet, or Redis has lost
 * all it had, which is nothing to forget for. The first value that is seen is news: what came into
 * memory before may have been removed since.
 */
static void take_generation(struct redis *redis, const redisReply *value)
{
	struct redis_watch *watch = &redis->watch;

	if (value->type != REDIS_REPLY_STRING || value->len != REDIS_GENERATION_LEN ||
		memcmp(value->str, watch->generation, REDIS_GENERATION_LEN) == 0)
		return;
	memcpy(watch->generation, value->str, REDIS_GENERATION_LEN);
	redis->events.removed(redis->events.ctx);
}

static void on_generation(redisAsyncContext *connection, void *reply_of, void *ctx)
{
	const redisReply *reply = reply_of;
	struct redis *redis = ctx;
	struct redis_watch ended = redis->watch;

	(void)connection;
	redis->pending--;
	redis->watch.pending = redis->watch.probe = redis->watch.late = false;
	if (redis->closing)
		return;
	if (reply == NULL) {
		/* The connection's end has been counted; a probe has to end as well. */
		if (ended.probe)
			(void)redis_unhealthy(redis, true, "it hangs up");
		return;
	}
	if (reply->type != REDIS_REPLY_ARRAY || reply->elements != 1) {
		redis_read_refused(redis, ended.probe, reply);
		return;
	}
	if (!ended.late)
		redis_healthy(redis, ended.probe);
	take_generation(redis, reply->element[0]);
}

/* Silence since the last tick is held against Redis. */
static void hold_silence(struct redis *redis)
{
	bool probe = redis->watch.probe;

	redis->watch.probe = false;
	redis->watch.late = true;
	if (redis_unhealthy(redis, probe, "it does not answer in time"))
		redis_session_disconnect(redis);
}

/* MGET, so that our user in Redis needs no more rights than for lookups. */
static void ask_generation(struct redis *redis)
{
	char name[REDIS_KEY_ROOM];
	bool probe;

	redis_key_name(redis->config.prefix, REDIS_GENERATION, name);
	probe = breaker_ask(&redis->breaker, redis_now_ms(redis));
	redis->watch.pending = redis_session_sent(
		redis, redisAsyncCommand(redis->connection, on_generation, redis, "MGET %s", name));
	redis->watch.probe = probe && redis->watch.pending;
	if (probe && !redis->watch.pending)
		(void)breaker_ended(
			&redis->breaker, redis_now_ms(redis), 0, true, BREAKER_ABANDONED);
}

void redis_tick(struct redis *redis)
{
	if (redis->sentinels != NULL)
		sentinels_tick(redis->sentinels);
	if (redis->watch.pending)
		hold_silence(redis);
	else if (redis_session_ready(redis))
		ask_generation(redis);
}
