/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * redis_health.c - reading and writing are healthy apart: a Redis that is full, a replica, or
 * strict with our user answers MGET all the same. The breaker is of reading alone; a refused write
 * is said, and the next answer is sent all the same, which shows when writing works again.
 */
#include <stdio.h>
#include <string.h>

#include "cache/redis_internal.h"

#define SAY_REFUSAL_MS 60000 /* at most as often */
#define ADVICE_ROOM 320

int64_t redis_now_ms(const struct redis *redis)
{
	return clock_mono_ms(&redis->clock);
}

void redis_healthy(struct redis *redis, bool probe)
{
	atomic_store(&redis->reads, true);
	if (breaker_ended(&redis->breaker, redis_now_ms(redis), 0, probe, BREAKER_SUCCESS))
		report(&redis->reporter, SAY_INFO, NULL, 0, "the shared cache is back");
}

bool redis_unhealthy(struct redis *redis, bool probe, const char *why)
{
	const struct redis_config *config = &redis->config;
	bool by_sentinel = config->sentinel_count > 0;

	atomic_store(&redis->reads, false);
	if (!breaker_ended(&redis->breaker, redis_now_ms(redis), 0, probe, BREAKER_FAILURE))
		return probe;
	report(&redis->reporter, SAY_WARNING, NULL, 0,
		"the shared cache at %s%s is away (%s): sales are decided without it",
		by_sentinel ? "the master " : "", by_sentinel ? config->master : config->address,
		why);
	return true;
}

void redis_unreachable(struct redis *redis, const char *why)
{
	bool probe = breaker_ask(&redis->breaker, redis_now_ms(redis));

	(void)redis_unhealthy(redis, probe, why);
}

static const char *user_of(const struct redis_config *config)
{
	return config->user[0] != '\0' ? config->user : "default";
}

/* What the operator may do about an error of Redis. */
static void advise(const struct redis_config *config, const char *code, char out[ADVICE_ROOM])
{
	static const struct {
		const char *code, *advice;
	} rows[] = {
		{ "OOM", "it is full: raise its maxmemory, or set maxmemory-policy volatile-ttl" },
		{ "MISCONF", "it cannot save to its disk: see its own log" },
		{ "NOAUTH", "it wants a password: set redis_password_file" },
		{ "LOADING", "it is starting, and answers when it has loaded its data" },
	};

	if (strcmp(code, "NOPERM") == 0) {
		(void)snprintf(out, ADVICE_ROOM,
			"its user may not: in Redis, ACL SETUSER %s ~%s* +mget +set",
			user_of(config), config->prefix);
		return;
	}
	if (strcmp(code, "READONLY") == 0) {
		(void)snprintf(out, ADVICE_ROOM, "it is a replica: %s",
			config->sentinel_count > 0 ? "Sentinels are asked for the master anew"
						   : "name its master in redis_address");
		return;
	}
	(void)snprintf(out, ADVICE_ROOM, "see its own log");
	for (size_t i = 0; i < ARRAY_LEN(rows); i++)
		if (strcmp(code, rows[i].code) == 0)
			(void)snprintf(out, ADVICE_ROOM, "%s", rows[i].advice);
}

/* The code alone: the words behind it repeat what was sent. */
static void code_of(const redisReply *reply, char out[REDIS_CODE_ROOM])
{
	if (reply->type == REDIS_REPLY_ERROR)
		redis_error_code(reply->str, out);
	else
		(void)snprintf(out, REDIS_CODE_ROOM, "a strange reply");
}

void redis_read_refused(struct redis *redis, bool probe, const redisReply *reply)
{
	char code[REDIS_CODE_ROOM], advice[ADVICE_ROOM], why[REDIS_CODE_ROOM + 2 + ADVICE_ROOM];

	code_of(reply, code);
	advise(&redis->config, code, advice);
	(void)snprintf(why, sizeof(why), "%s: %s", code, advice);
	(void)redis_unhealthy(redis, probe, why);
}

static void say_refusal(struct redis *redis, const redisReply *reply)
{
	int64_t now = redis_now_ms(redis);
	char code[REDIS_CODE_ROOM], advice[ADVICE_ROOM];

	if (redis->refusal_said_ms != 0 && now - redis->refusal_said_ms < SAY_REFUSAL_MS)
		return;
	redis->refusal_said = true;
	redis->refusal_said_ms = now;
	code_of(reply, code);
	advise(&redis->config, code, advice);
	report(&redis->reporter, SAY_WARNING, NULL, 0,
		"the shared cache does not take answers (%s): %s", code, advice);
}

void redis_write_ended(struct redis *redis, const redisReply *reply)
{
	bool good = reply->type == REDIS_REPLY_STATUS;

	atomic_store(&redis->writes, good);
	if (!good)
		say_refusal(redis, reply);
	if (!good || !redis->refusal_said)
		return;
	redis->refusal_said = false;
	report(&redis->reporter, SAY_INFO, NULL, 0, "the shared cache takes answers again");
}
