/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * kept_redis.c - the store of several machines, looked into as the engine does it. Filled by the
 * blocking client, thousands of commands at once.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <hiredis/hiredis.h>

#include "cache/entry.h"
#include "kept.h"
#include "measure.h"
#include "cache/redis.h"

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
	const char *at = reply != NULL && reply->str != NULL ? strstr(reply->str, "used_memory:") :
							       NULL;
	double octets = at != NULL ? strtod(at + strlen("used_memory:"), NULL) : 0;

	freeReplyObject(reply);
	return octets;
}

struct looking {
	uv_loop_t loop;
	struct shared *shared;
	const struct kept *kept;
	double began, read_us, hit_us;
	bool good;
};

static void on_found(void *ctx, const struct store_entry *entry, size_t which)
{
	struct looking *looking = ctx;

	(void)which;
	looking->read_us = measure_now_us() - looking->began;
	looking->good = entry != NULL && kept_holds(looking->kept, entry);
	looking->hit_us = measure_now_us() - looking->began;
	uv_stop(&looking->loop);
}

static bool look_once(struct looking *looking, uint64_t number)
{
	struct person_key person;
	const struct person_key *const persons[SHARED_KEYS_MAX] = { &person };

	person_of(number, &person);
	looking->good = false;
	looking->began = measure_now_us();
	if (shared_look(looking->shared, persons, 1, on_found, looking) == NULL)
		return false;
	(void)uv_run(&looking->loop, UV_RUN_DEFAULT);
	return looking->good;
}

static bool look(struct looking *looking, uint64_t entries, struct kept_cost *cost)
{
	static double reads[KEPT_HITS], hits[KEPT_HITS];
	uint64_t state = 88172645463325252u;
	bool good = look_once(looking, 0);

	cost->open_ms = looking->read_us / 1e3;
	for (size_t i = 0; good && i < KEPT_HITS; i++) {
		good = look_once(looking, measure_random(&state) % entries);
		reads[i] = looking->read_us;
		hits[i] = looking->hit_us;
	}
	cost->read_us = measure_median(reads, KEPT_HITS);
	cost->hit_us = measure_median(hits, KEPT_HITS);
	return good;
}

static bool measure(const struct kept *kept, const char *address, uint64_t entries,
		    struct kept_cost *cost)
{
	const struct shared_config config = {
		.redis = { .address = address, .user = "", .password = "", .ca_file = "",
			.prefix = PREFIX },
		.timeout_ms = 1000, .clock = system_clock, .reporter = kept_reporter,
	};
	struct looking looking = { .kept = kept };
	bool good;

	if (uv_loop_init(&looking.loop) != 0)
		return false;
	looking.shared = shared_new(&looking.loop, &config);
	good = looking.shared != NULL && look(&looking, entries, cost);
	shared_free(looking.shared);
	(void)uv_run(&looking.loop, UV_RUN_NOWAIT);
	(void)uv_loop_close(&looking.loop);
	return good;
}

bool kept_in_redis(const struct kept *kept, const char *address, uint64_t entries,
		   struct kept_cost *cost)
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
