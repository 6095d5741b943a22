/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "cache/redis_sentinel.h"

#include <stdlib.h>

#include "cache/redis_connection.h"

#define PATIENCE 2 /* ticks, the first of which may come at once */

struct sentinels {
	uv_loop_t *loop;
	const struct redis_config *config;
	const struct redis_tls *tls;
	sentinels_found *found;
	void *ctx;
	redisAsyncContext *connection; /* to the one that is asked; NULL: none is */
	size_t at; /* that one, or the one to begin with */
	size_t left; /* to be asked after it */
	int ticks;
};

bool sentinel_answer(const redisReply *reply, struct redis_address *out)
{
	if (reply->type != REDIS_REPLY_ARRAY || reply->elements != 2 ||
		reply->element[0]->type != REDIS_REPLY_STRING ||
		reply->element[1]->type != REDIS_REPLY_STRING)
		return false;
	return redis_address_from_parts(reply->element[0]->str, reply->element[1]->str, out);
}

struct sentinels *sentinels_new(uv_loop_t *loop, const struct redis_config *config,
	const struct redis_tls *tls, sentinels_found *found, void *ctx)
{
	struct sentinels *sentinels = calloc(1, sizeof(*sentinels));

	if (sentinels != NULL)
		*sentinels = (struct sentinels){ loop, config, tls, found, ctx };
	return sentinels;
}

/* hiredis calls back for the pending question; on_answer() sees that nobody waits for it. */
static void disconnect(struct sentinels *sentinels)
{
	redisAsyncContext *connection = sentinels->connection;

	sentinels->connection = NULL;
	if (connection != NULL)
		redisAsyncFree(connection);
}

void sentinels_free(struct sentinels *sentinels)
{
	if (sentinels == NULL)
		return;
	disconnect(sentinels);
	free(sentinels);
}

static void on_answer(redisAsyncContext *connection, void *reply, void *ctx);

static bool ask(struct sentinels *sentinels)
{
	const struct redis_config *config = sentinels->config;
	struct redis_address address;
	const char *why;

	sentinels->ticks = 0;
	if (!redis_address_parse(config->sentinels[sentinels->at], &address))
		return false;
	sentinels->connection =
		redis_connection_open(sentinels->loop, &address, sentinels->tls, &why);
	if (sentinels->connection == NULL)
		return false;
	if (redisAsyncCommand(sentinels->connection, on_answer, sentinels, SENTINEL_QUESTION,
		    config->master) == REDIS_OK)
		return true;
	disconnect(sentinels);
	return false;
}

static void ask_next(struct sentinels *sentinels)
{
	while (sentinels->left > 0) {
		sentinels->left--;
		sentinels->at = (sentinels->at + 1) % sentinels->config->sentinel_count;
		if (ask(sentinels))
			return;
	}
	sentinels->found(sentinels->ctx, NULL);
}

/* Also for a connection that could not be made, or has ended: then without a reply. */
static void on_answer(redisAsyncContext *connection, void *reply, void *ctx)
{
	struct sentinels *sentinels = ctx;
	struct redis_address master;

	if (sentinels->connection != connection)
		return;
	if (reply == NULL) {
		sentinels->connection = NULL; /* hiredis frees it */
		ask_next(sentinels);
		return;
	}
	disconnect(sentinels);
	if (sentinel_answer(reply, &master))
		sentinels->found(sentinels->ctx, &master);
	else
		ask_next(sentinels);
}

/* The one that answered last is asked first. */
void sentinels_ask(struct sentinels *sentinels)
{
	if (sentinels->connection != NULL)
		return;
	sentinels->left = sentinels->config->sentinel_count - 1;
	if (!ask(sentinels))
		ask_next(sentinels);
}

void sentinels_tick(struct sentinels *sentinels)
{
	if (sentinels->connection == NULL || ++sentinels->ticks < PATIENCE)
		return;
	disconnect(sentinels);
	ask_next(sentinels);
}
