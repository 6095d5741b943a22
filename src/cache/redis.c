/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "cache/redis.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cache/entry.h"
#include "base/breaker.h"
#include "cache/redis_sentinel.h"
#include "cache/redis_connection.h"

#define FAILURES 3 /* in a row, then it rests */
#define PAUSE_MS 500
#define PAUSE_MAX_MS 30000
#define UNDER_WAY_MAX 4096 /* commands that Redis has not answered */

struct look {
	struct shared *shared;
	shared_found *found; /* NULL: nobody waits any more */
	void *ctx;
	bool probes; /* the breaker waits for what becomes of it */
	bool late; /* what comes now proves nothing */
};

struct shared {
	uv_loop_t *loop;
	struct shared_config config;
	struct redis_tls *tls; /* NULL: without */
	struct sentinels *sentinels; /* NULL: the address is in the configuration */
	struct redis_place place;
	bool placed; /* that is known */
	redisAsyncContext *connection; /* NULL: none */
	struct breaker breaker;
	size_t under_way;
	char generation[REDIS_GENERATION_LEN]; /* last seen; '\0': none yet */
	bool watching; /* a look at it is under way */
	bool watched_late; /* and should have ended */
	bool told; /* that it is away */
	bool ending;
};

static int64_t now(const struct shared *shared)
{
	return clock_mono_ms(&shared->config.clock);
}

static void well(struct shared *shared)
{
	if (shared->told)
		report(&shared->config.reporter, SAY_INFO, NULL, 0, "the shared cache is back");
	shared->told = false;
	breaker_succeeded(&shared->breaker);
}

static void unwell(struct shared *shared, const char *why)
{
	const struct redis_config *redis = &shared->config.redis;
	bool asks = shared->sentinels != NULL;

	if (breaker_failed(&shared->breaker, now(shared), 0) && !shared->told) {
		shared->told = true;
		report(&shared->config.reporter, SAY_WARNING, NULL, 0,
			"the shared cache at %s%s is away (%s): sales are decided without it",
			asks ? "the master " : "", asks ? redis->master : redis->address, why);
	}
}

/* By something that is no answer to what we sent. */
static void refused(struct shared *shared, const redisReply *reply)
{
	char code[REDIS_CODE_ROOM] = "a strange reply";

	if (reply->type == REDIS_REPLY_ERROR)
		redis_error_code(reply->str, code);
	unwell(shared, code);
}

/* Nobody was there to be asked: that is a probe as well as a command. */
static void out_of_reach(struct shared *shared, const char *why)
{
	breaker_ask(&shared->breaker, now(shared));
	unwell(shared, why);
}

static bool connected(struct shared *shared);

static void on_master(void *ctx, const struct redis_place *master)
{
	struct shared *shared = ctx;

	shared->placed = master != NULL;
	if (master == NULL) {
		out_of_reach(shared, "no Sentinel tells where it is");
		return;
	}
	shared->place = *master;
	(void)connected(shared);
}

static bool find_place(struct shared *shared, uv_loop_t *loop)
{
	const struct redis_config *redis = &shared->config.redis;

	if (redis->sentinel_count > 0) {
		shared->sentinels = sentinels_new(loop, redis, shared->tls, on_master, shared);
		return shared->sentinels != NULL;
	}
	shared->placed = redis_place_read(redis->address, &shared->place);
	if (!shared->placed)
		report(&shared->config.reporter, SAY_ERROR, NULL, 0, "not an address of Redis: %s",
			redis->address);
	return shared->placed;
}

struct shared *shared_new(uv_loop_t *loop, const struct shared_config *config)
{
	static const struct breaker_limits limits = { FAILURES, PAUSE_MS, PAUSE_MAX_MS };
	struct shared *shared = calloc(1, sizeof(*shared));

	if (shared == NULL)
		return NULL;
	shared->loop = loop;
	shared->config = *config;
	breaker_init(&shared->breaker, &limits);
	if (!redis_tls_open(&shared->config.redis, &config->reporter, &shared->tls) ||
		!find_place(shared, loop)) {
		shared_free(shared);
		return NULL;
	}
	return shared;
}

/* Nothing is sent on the connection any more; a master may have become another one. */
static void lose(struct shared *shared)
{
	shared->connection = NULL;
	if (shared->sentinels != NULL)
		shared->placed = false;
}

/* What hiredis tells of is freed by itself then; it may be one that was hung up before. */
static void on_connect(const redisAsyncContext *connection, int status)
{
	struct shared *shared = connection->data;

	if (status == REDIS_OK || shared->connection != connection)
		return;
	lose(shared);
	out_of_reach(shared, redis_wire_fault(connection));
}

static void on_disconnect(const redisAsyncContext *connection, int status)
{
	struct shared *shared = connection->data;

	(void)status;
	if (shared->connection != connection)
		return;
	lose(shared);
	unwell(shared, redis_wire_fault(connection));
}

static void hang_up(struct shared *shared)
{
	redisAsyncContext *connection = shared->connection;

	lose(shared);
	if (connection != NULL)
		redisAsyncFree(connection);
}

/* The next connection tries again: it may be mended by then. */
static void on_login(redisAsyncContext *connection, void *reply_of, void *ctx)
{
	const redisReply *reply = reply_of;
	struct shared *shared = ctx;

	shared->under_way--;
	if (reply == NULL || reply->type != REDIS_REPLY_ERROR || shared->connection != connection)
		return;
	out_of_reach(shared, "it refuses our user or password");
	hang_up(shared);
}

/* Count a command as under way if it could be handed over. */
static bool sent(struct shared *shared, int status)
{
	if (status == REDIS_OK)
		shared->under_way++;
	return status == REDIS_OK;
}

static void log_in(struct shared *shared)
{
	const struct redis_config *config = &shared->config.redis;

	if (config->password[0] == '\0')
		return;
	if (config->user[0] != '\0')
		(void)sent(shared, redisAsyncCommand(shared->connection, on_login, shared,
			"AUTH %s %s", config->user, config->password));
	else
		(void)sent(shared, redisAsyncCommand(shared->connection, on_login, shared, "AUTH %s",
			config->password));
}

static bool connected(struct shared *shared)
{
	redisAsyncContext *connection;
	const char *why;

	if (shared->connection != NULL)
		return true;
	if (!shared->placed) {
		sentinels_ask(shared->sentinels);
		return false;
	}
	connection = redis_wire_open(shared->loop, &shared->place, shared->tls, &why);
	if (connection == NULL) {
		lose(shared);
		out_of_reach(shared, why);
		return false;
	}
	connection->data = shared;
	shared->connection = connection;
	(void)redisAsyncSetConnectCallback(connection, on_connect);
	(void)redisAsyncSetDisconnectCallback(connection, on_disconnect);
	log_in(shared);
	return shared->connection != NULL;
}

static bool may_ask(struct shared *shared)
{
	return !shared->ending && shared->under_way < UNDER_WAY_MAX &&
	       breaker_allows(&shared->breaker, now(shared)) && connected(shared);
}

/* The first of the values that is an entry. */
static void tell(const struct look *look, const redisReply *reply)
{
	struct store_entry entry;

	for (size_t i = 0; reply != NULL && i < reply->elements; i++) {
		const redisReply *value = reply->element[i];

		if (value->type == REDIS_REPLY_STRING &&
			entry_unpack(value->str, (size_t)value->len, &entry)) {
			look->found(look->ctx, &entry, i);
			return;
		}
	}
	look->found(look->ctx, NULL, 0);
}

static void on_values(redisAsyncContext *connection, void *reply_of, void *ctx)
{
	const redisReply *reply = reply_of;
	struct look *look = ctx;
	struct shared *shared = look->shared;

	(void)connection;
	shared->under_way--;
	if (reply != NULL && reply->type != REDIS_REPLY_ARRAY)
		refused(shared, reply);
	else if (reply != NULL && !look->late)
		well(shared);
	if (look->found != NULL && !shared->ending)
		tell(look, reply != NULL && reply->type == REDIS_REPLY_ARRAY ? reply : NULL);
	free(look);
}

struct look *shared_look(struct shared *shared, const struct person_key *const keys[SHARED_KEYS_MAX],
			 size_t count, shared_found *found, void *ctx)
{
	char names[SHARED_KEYS_MAX][REDIS_NAME_ROOM];
	const char *words[1 + SHARED_KEYS_MAX] = { "MGET" };
	struct look *look;
	bool probed = shared->breaker.probing;

	if (!may_ask(shared) || (look = calloc(1, sizeof(*look))) == NULL)
		return NULL;
	*look = (struct look){ .shared = shared, .found = found, .ctx = ctx };
	for (size_t i = 0; i < count; i++) {
		redis_name(shared->config.redis.prefix, keys[i]->text, names[i]);
		words[1 + i] = names[i];
	}
	breaker_ask(&shared->breaker, now(shared));
	look->probes = !probed && shared->breaker.probing;
	if (sent(shared, redisAsyncCommandArgv(shared->connection, on_values, look,
		    (int)(1 + count), words, NULL)))
		return look;
	breaker_abandoned(&shared->breaker);
	free(look);
	return NULL;
}

/* A connection that has gone silent is not used again once the breaker has opened. */
static void silent(struct shared *shared)
{
	unwell(shared, "it does not answer in time");
	if (!breaker_allows(&shared->breaker, now(shared)))
		hang_up(shared);
}

void shared_forget(struct shared *shared, struct look *look, bool too_slow)
{
	look->found = NULL;
	look->late = too_slow;
	if (too_slow)
		silent(shared);
	else if (look->probes)
		breaker_abandoned(&shared->breaker);
}

static void on_stored(redisAsyncContext *connection, void *reply_of, void *ctx)
{
	const redisReply *reply = reply_of;
	struct shared *shared = ctx;

	shared->under_way--;
	if (reply == NULL || reply->type != REDIS_REPLY_ERROR)
		return;
	refused(shared, reply);
	/* It is the master no more. */
	if (shared->sentinels != NULL && shared->connection == connection &&
		strncmp(reply->str, "READONLY", strlen("READONLY")) == 0)
		hang_up(shared);
}

void shared_put(struct shared *shared, const struct person_key *key,
		const struct store_entry *entry)
{
	char name[REDIS_NAME_ROOM];
	uint8_t octets[ENTRY_LEN_MAX];

	if (entry->keep_until <= entry->stored_at || !may_ask(shared))
		return;
	redis_name(shared->config.redis.prefix, key->text, name);
	entry_pack(entry, octets);
	(void)sent(shared, redisAsyncCommand(shared->connection, on_stored, shared,
		"SET %s %b EX %lld", name, octets, entry_len(entry),
		(long long)(entry->keep_until - entry->stored_at)));
}

/*
 * None is no news: nobody has removed anything yet, or Redis has lost what it had. The first one
 * is some: what came into memory before it was heard of may have been removed since.
 */
static void heed(struct shared *shared, const redisReply *value)
{
	if (value->type != REDIS_REPLY_STRING || value->len != REDIS_GENERATION_LEN ||
		memcmp(value->str, shared->generation, REDIS_GENERATION_LEN) == 0)
		return;
	memcpy(shared->generation, value->str, REDIS_GENERATION_LEN);
	if (shared->config.removed != NULL)
		shared->config.removed(shared->config.ctx);
}

static void on_generation(redisAsyncContext *connection, void *reply_of, void *ctx)
{
	const redisReply *reply = reply_of;
	struct shared *shared = ctx;
	bool late = shared->watched_late;

	(void)connection;
	shared->under_way--;
	shared->watching = shared->watched_late = false;
	if (reply == NULL)
		return;
	if (reply->type != REDIS_REPLY_ARRAY || reply->elements != 1) {
		refused(shared, reply);
		return;
	}
	if (!late)
		well(shared);
	heed(shared, reply->element[0]);
}

/*
 * It comes on the connection of the looks and in their order: what was looked up before a removal
 * is in memory before the removal is heard of, and is forgotten with the rest. MGET, so that a
 * server needs no more rights than its looks do.
 */
void shared_watch(struct shared *shared)
{
	char name[REDIS_NAME_ROOM];

	if (shared->sentinels != NULL)
		sentinels_tick(shared->sentinels);
	shared->watched_late = shared->watching;
	if (shared->watching)
		silent(shared);
	if (shared->watching || !may_ask(shared))
		return;
	redis_name(shared->config.redis.prefix, REDIS_GENERATION, name);
	breaker_ask(&shared->breaker, now(shared));
	shared->watching = sent(shared,
		redisAsyncCommand(shared->connection, on_generation, shared, "MGET %s", name));
	if (!shared->watching)
		breaker_abandoned(&shared->breaker);
}

/* hiredis calls back for every command under way, which sees that it ends. */
void shared_free(struct shared *shared)
{
	if (shared == NULL)
		return;
	shared->ending = true;
	hang_up(shared);
	sentinels_free(shared->sentinels);
	redis_tls_close(shared->tls);
	free(shared);
}
