/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * redis.c - the tier that several servers of one operator share. Redis may be gone, slow or in an
 * enemy's hands: whoever looks into it gives up after its own small budget, a breaker leaves it
 * alone while it fails, and what comes out of it is verified by the cache. Entries are named by the
 * person's pseudonym and expire by themselves.
 */
#include <stdlib.h>
#include <string.h>

#include "cache/redis_internal.h"

#define FAILURES 3 /* in a row, then it rests */
#define PAUSE_MS 500
#define PAUSE_MAX_MS 30000

struct tier_lookup {
	struct redis *redis;
	tier_found *found; /* NULL: nobody waits any more */
	void *ctx;
	bool probe; /* the breaker waits for what becomes of it */
	bool late; /* its reply proves nothing any more */
};

/* The first of the values that is an entry. */
static void hand_over(const struct tier_lookup *lookup, const redisReply *values)
{
	struct entry entry;

	for (size_t i = 0; values != NULL && i < values->elements; i++) {
		const redisReply *value = values->element[i];

		if (value->type == REDIS_REPLY_STRING &&
			entry_unpack(value->str, (size_t)value->len, &entry)) {
			lookup->found(lookup->ctx, &entry, i);
			return;
		}
	}
	lookup->found(lookup->ctx, NULL, 0);
}

/* What a lookup's reply says of Redis. Where there is none, the connection's end is counted. */
static void judge(const struct tier_lookup *lookup, const redisReply *reply)
{
	struct redis *redis = lookup->redis;

	if (reply == NULL && lookup->probe)
		(void)redis_unhealthy(redis, true, "it hangs up");
	else if (reply != NULL && reply->type != REDIS_REPLY_ARRAY)
		redis_read_refused(redis, lookup->probe, reply);
	else if (reply != NULL && !lookup->late)
		redis_healthy(redis, lookup->probe);
}

static void on_values(redisAsyncContext *connection, void *reply_of, void *ctx)
{
	const redisReply *reply = reply_of;
	struct tier_lookup *lookup = ctx;
	bool has_values = reply != NULL && reply->type == REDIS_REPLY_ARRAY;

	(void)connection;
	lookup->redis->pending--;
	if (!lookup->redis->closing) {
		judge(lookup, reply);
		if (lookup->found != NULL)
			hand_over(lookup, has_values ? reply : NULL);
	}
	free(lookup);
}

static void abandon_probe(struct tier_lookup *lookup)
{
	struct redis *redis = lookup->redis;

	if (lookup->probe)
		(void)breaker_ended(
			&redis->breaker, redis_now_ms(redis), 0, true, BREAKER_ABANDONED);
	lookup->probe = false;
}

static struct tier_lookup *recall(struct tier *tier, const struct person_key *const *keys,
	size_t count, tier_found *found, void *ctx)
{
	struct redis *redis = (struct redis *)tier;
	char names[TIER_KEYS_MAX][REDIS_KEY_ROOM];
	const char *words[1 + TIER_KEYS_MAX] = { "MGET" };
	struct tier_lookup *lookup;

	if (!redis_session_ready(redis) || (lookup = calloc(1, sizeof(*lookup))) == NULL)
		return NULL;
	*lookup = (struct tier_lookup){ .redis = redis, .found = found, .ctx = ctx };
	for (size_t i = 0; i < count; i++) {
		redis_key_name(redis->config.prefix, keys[i]->text, names[i]);
		words[1 + i] = names[i];
	}
	lookup->probe = breaker_ask(&redis->breaker, redis_now_ms(redis));
	if (redis_session_sent(redis, redisAsyncCommandArgv(redis->connection, on_values, lookup,
					      (int)(1 + count), words, NULL)))
		return lookup;
	abandon_probe(lookup);
	free(lookup);
	return NULL;
}

/* hiredis still calls back for the command; on_values() frees the lookup then. */
static void cancel(struct tier *tier, struct tier_lookup *lookup, bool late)
{
	struct redis *redis = (struct redis *)tier;
	bool probe = lookup->probe;

	lookup->found = NULL;
	lookup->late = late;
	if (!late) {
		abandon_probe(lookup);
		return;
	}
	lookup->probe = false;
	if (redis_unhealthy(redis, probe, "it does not answer in time"))
		redis_session_disconnect_soon(redis);
}

static void on_stored(redisAsyncContext *connection, void *reply_of, void *ctx)
{
	const redisReply *reply = reply_of;
	struct redis *redis = ctx;

	redis->pending--;
	if (reply == NULL || redis->closing)
		return;
	redis_write_ended(redis, reply);
	/* It is the master no more. */
	if (redis->sentinels != NULL && redis->connection == connection &&
		reply->type == REDIS_REPLY_ERROR &&
		strncmp(reply->str, "READONLY", strlen("READONLY")) == 0)
		redis_session_disconnect(redis);
}

static void set(struct redis *redis, const struct person_key *key, const void *octets, size_t len,
	int64_t seconds)
{
	char name[REDIS_KEY_ROOM];

	if (!redis_session_ready(redis))
		return;
	redis_key_name(redis->config.prefix, key->text, name);
	(void)redis_session_sent(
		redis, redisAsyncCommand(redis->connection, on_stored, redis, "SET %s %b EX %lld",
			       name, octets, len, (long long)seconds));
}

static void keep(struct tier *tier, const struct person_key *key, const struct entry *entry)
{
	uint8_t octets[ENTRY_LEN_MAX];

	if (entry->keep_until <= entry->stored_at)
		return;
	entry_pack(entry, octets);
	set((struct redis *)tier, key, octets, entry_len(entry),
		entry->keep_until - entry->stored_at);
}

/*
 * Our user in Redis may MGET and SET, and nothing else, so that whoever steals its password can
 * list and remove nothing. Hence not DEL: one octet, which is no entry, that is gone in a second.
 * While Redis is away this is lost; the cache's watermarks are what holds then.
 */
static void forget(struct tier *tier, const struct person_key *key)
{
	set((struct redis *)tier, key, "-", 1, 1);
}

/* A write that cannot even be sent is no better than a refused one. */
static void health(struct tier *tier, struct tier_health *out)
{
	struct redis *redis = (struct redis *)tier;

	out->reads = atomic_load(&redis->reads);
	out->writes = out->reads && atomic_load(&redis->writes);
}

static void on_tick(void *ctx)
{
	struct redis *redis = ctx;

	engine_timer_set(redis->tick_timer, redis->tick_ms);
	redis_tick(redis);
}

static void on_disconnect_due(void *ctx)
{
	redis_session_disconnect(ctx);
}

/* hiredis calls back for every pending command, which frees its lookup and does nothing else. */
static void end(void *ctx)
{
	struct redis *redis = ctx;

	redis->closing = true;
	redis_session_disconnect(redis);
	sentinels_free(redis->sentinels);
	engine_timer_free(redis->tick_timer);
	engine_timer_free(redis->disconnect_timer);
}

/* Nothing in it waits for Redis. */
static void close_tier(struct tier *tier, int64_t deadline_ms)
{
	struct redis *redis = (struct redis *)tier;

	(void)deadline_ms;
	engine_call(redis->engine, end, redis);
	redis_tls_close(redis->tls);
	free(redis);
}

static void begin(void *ctx)
{
	struct redis *redis = ctx;

	redis->disconnect_timer = engine_timer_new(redis->engine, on_disconnect_due, redis);
	redis->tick_timer = engine_timer_new(redis->engine, on_tick, redis);
	if (redis->disconnect_timer == NULL || redis->tick_timer == NULL ||
		!redis_session_start(redis))
		redis->closing = true;
	else if (redis->tick_ms > 0)
		engine_timer_set(redis->tick_timer, 0);
}

/* The files and addresses of the configuration; false after an error was reported. */
static bool read_configuration(struct redis *redis)
{
	if (!redis_tls_open(&redis->config, &redis->reporter, &redis->tls))
		return false;
	if (redis->config.sentinel_count > 0)
		return true;
	redis->has_address = redis_address_parse(redis->config.address, &redis->address);
	if (!redis->has_address)
		report(&redis->reporter, SAY_ERROR, NULL, 0, "not an address of Redis: %s",
			redis->config.address);
	return redis->has_address;
}

static struct tier *out_of_memory(const struct cache_options *options)
{
	report(&options->reporter, SAY_ERROR, NULL, 0,
		"out of memory: sales are decided without the shared cache");
	return NULL;
}

struct tier *redis_open_ticking(const struct cache_options *options, struct engine *engine,
	const struct tier_events *events, int64_t tick_ms, bool *fatal)
{
	static const struct breaker_limits limits = { FAILURES, PAUSE_MS, PAUSE_MAX_MS };
	static const struct tier_ops ops = { SOURCE_SHARED_CACHE, recall, cancel, keep, forget,
		health, close_tier };
	struct redis *redis = calloc(1, sizeof(*redis));

	*fatal = false;
	if (redis == NULL)
		return out_of_memory(options);
	redis->tier.ops = &ops;
	redis->engine = engine;
	redis->config = options->redis;
	redis->clock = options->clock;
	redis->reporter = options->reporter;
	redis->events = *events;
	redis->tick_ms = tick_ms;
	atomic_init(&redis->writes, true);
	breaker_init(&redis->breaker, &limits);
	if (!read_configuration(redis)) {
		*fatal = true;
		redis_tls_close(redis->tls);
		free(redis);
		return NULL;
	}
	engine_call(engine, begin, redis);
	if (!redis->closing)
		return &redis->tier;
	close_tier(&redis->tier, 0);
	return out_of_memory(options);
}

struct tier *redis_open(const struct cache_options *options, struct engine *engine,
	const struct tier_events *events, bool *fatal)
{
	return redis_open_ticking(options, engine, events, REDIS_TICK_MS, fatal);
}
