/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * kept_redis.c - the store of several machines, looked into as the cache does it. Filled by the
 * blocking client, thousands of commands at once.
 */
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <hiredis/hiredis.h>

#include "base/base64url.h"
#include "cache/cache_internal.h"
#include "kept.h"
#include "measure.h"

#define PREFIX "migrantid:"
#define AT_ONCE 5000

static redisContext *connected(const char *address)
{
	const char *colon = strrchr(address, ':');
	char host[64];

	if (address[0] == '/')
		return redisConnectUnix(address);
	if (colon == NULL || (size_t)(colon - address) >= sizeof(host))
		return NULL;
	(void)snprintf(host, sizeof(host), "%.*s", (int)(colon - address), address);
	return redisConnect(host, atoi(colon + 1));
}

static void person_of(uint64_t number, struct person_key *person)
{
	kept_key(number, false, person->bytes);
	base64url_encode(person->bytes, sizeof(person->bytes), person->text);
}

static bool take_replies(redisContext *redis, size_t count)
{
	bool good = true;

	for (; count > 0 && good; count--) {
		redisReply *reply = NULL;

		good = redisGetReply(redis, (void **)&reply) == REDIS_OK &&
		       reply->type != REDIS_REPLY_ERROR;
		freeReplyObject(reply);
	}
	return good;
}

static bool fill(redisContext *redis, const struct kept *kept, uint64_t entries)
{
	static uint8_t octets[ENTRY_LEN_MAX];
	size_t waiting = 0;

	entry_pack(&kept->entry, octets);
	for (uint64_t i = 0; i < entries; i++) {
		struct person_key person;

		person_of(i, &person);
		if (redisAppendCommand(redis, "SET " PREFIX "%s %b EX 3600", person.text, octets,
			    entry_len(&kept->entry)) != REDIS_OK)
			return false;
		if (++waiting == AT_ONCE || i == entries - 1) {
			if (!take_replies(redis, waiting))
				return false;
			waiting = 0;
		}
	}
	return true;
}

/* Octets that Redis has taken of the machine's memory for data; 0 if it does not say. */
static double used(redisContext *redis)
{
	redisReply *reply = redisCommand(redis, "INFO memory");
	const char *at =
		reply != NULL && reply->str != NULL ? strstr(reply->str, "used_memory:") : NULL;
	double octets = at != NULL ? strtod(at + strlen("used_memory:"), NULL) : 0;

	freeReplyObject(reply);
	return octets;
}

struct lookups {
	struct engine *engine;
	struct tier *tier;
	const struct kept *kept;
	struct person_key person; /* who is looked up */
	double began, read_us, hit_us;
	bool good;
	pthread_mutex_t mutex;
	pthread_cond_t ended_changed;
	bool ended; /* mutex */
};

static void end_lookup(struct lookups *lookups)
{
	pthread_mutex_lock(&lookups->mutex);
	lookups->ended = true;
	pthread_cond_signal(&lookups->ended_changed);
	pthread_mutex_unlock(&lookups->mutex);
}

static void on_found(void *ctx, const struct entry *entry, size_t which)
{
	struct lookups *lookups = ctx;

	(void)which;
	lookups->read_us = measure_now_us() - lookups->began;
	lookups->good = entry != NULL && kept_holds(lookups->kept, entry);
	lookups->hit_us = measure_now_us() - lookups->began;
	end_lookup(lookups);
}

/* In the engine's thread, and timed from there: that is where a lookup begins. */
static void begin_lookup(void *ctx)
{
	struct lookups *lookups = ctx;
	const struct person_key *const persons[] = { &lookups->person };

	lookups->began = measure_now_us();
	if (lookups->tier->ops->recall(lookups->tier, persons, 1, on_found, lookups) == NULL)
		end_lookup(lookups);
}

static bool lookup_once(struct lookups *lookups, uint64_t number)
{
	person_of(number, &lookups->person);
	lookups->good = false;
	lookups->ended = false;
	engine_call(lookups->engine, begin_lookup, lookups);
	pthread_mutex_lock(&lookups->mutex);
	while (!lookups->ended)
		pthread_cond_wait(&lookups->ended_changed, &lookups->mutex);
	pthread_mutex_unlock(&lookups->mutex);
	return lookups->good;
}

static bool lookup(struct lookups *lookups, uint64_t entries, struct kept_cost *cost)
{
	static double reads[KEPT_HITS], hits[KEPT_HITS];
	uint64_t state = 88172645463325252u;
	bool good = lookup_once(lookups, 0);

	cost->open_ms = lookups->read_us / 1e3;
	for (size_t i = 0; good && i < KEPT_HITS; i++) {
		good = lookup_once(lookups, measure_random(&state) % entries);
		reads[i] = lookups->read_us;
		hits[i] = lookups->hit_us;
	}
	cost->read_us = measure_median(reads, KEPT_HITS);
	cost->hit_us = measure_median(hits, KEPT_HITS);
	return good;
}

static void on_removed(void *ctx)
{
	(void)ctx;
}

static bool measure(
	const struct kept *kept, const char *address, uint64_t entries, struct kept_cost *cost)
{
	const struct cache_options options = {
		.tier = CACHE_REDIS,
		.redis = { .address = address,
			.user = "",
			.password = "",
			.ca_file = "",
			.prefix = PREFIX },
		.clock = system_clock,
		.reporter = kept_reporter,
	};
	const struct tier_events events = { on_removed, NULL };
	struct lookups lookups = { .kept = kept,
		.mutex = PTHREAD_MUTEX_INITIALIZER,
		.ended_changed = PTHREAD_COND_INITIALIZER };
	bool good, fatal;

	lookups.engine = engine_start();
	if (lookups.engine == NULL)
		return false;
	lookups.tier = redis_open(&options, lookups.engine, &events, &fatal);
	good = lookups.tier != NULL && lookup(&lookups, entries, cost);
	if (lookups.tier != NULL)
		lookups.tier->ops->close(lookups.tier, 1000);
	engine_stop(lookups.engine);
	return good;
}

bool kept_in_redis(
	const struct kept *kept, const char *address, uint64_t entries, struct kept_cost *cost)
{
	redisContext *redis = connected(address);
	double before = 0;
	bool good = redis != NULL && redis->err == 0;

	if (good) {
		before = used(redis);
		good = fill(redis, kept, entries);
		cost->octets = (used(redis) - before) / (double)entries;
	}
	good = good && measure(kept, address, entries, cost);
	if (redis != NULL)
		redisFree(redis);
	return good;
}
