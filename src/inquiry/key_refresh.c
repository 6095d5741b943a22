/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * key_refresh.c - fetching the service's key set: at the start, from time to time, and when an
 * answer names a key that is not known, but never more often than keys_min_interval_ms. What was
 * fetched is handed to the configuration, which checks it and puts it in force. Engine thread.
 */
#include <stdlib.h>

#include "answer/jwks.h"
#include "inquiry/inquiry_internal.h"

#define AGAIN_MS 5000 /* after a failure, if the interval allows */
#define ACCEPT "application/jwk-set+json, application/json"

struct key_refresh {
	struct engine_task settled; /* first: on_settled() is handed it */
	struct inquiries *all;
	struct engine_timer *timer; /* of the next fetch */
	struct exchange *exchange; /* NULL: none is under way */
	bool offered; /* the configuration has what was fetched */
	int64_t begun_ms; /* the last fetch; stamped before it; 0: none yet */
	bool good; /* of `settled` */
};

static bool is_under_way(const struct key_refresh *keys)
{
	return keys->exchange != NULL || keys->offered;
}

static bool may_begin(const struct key_refresh *keys)
{
	return !is_under_way(keys) &&
	       (keys->begun_ms == 0 || inquiries_now(keys->all) - keys->begun_ms >=
					       keys->all->options.keys_min_interval_ms);
}

/* What was fetched, or was not, has been dealt with. */
static void settle(struct key_refresh *keys, bool good, const char *why)
{
	const struct inquiry_options *options = &keys->all->options;
	int64_t again = options->keys_refresh_ms;

	keys->offered = false;
	if (!good) {
		again = options->keys_min_interval_ms > AGAIN_MS ? options->keys_min_interval_ms
								 : AGAIN_MS;
		report(&options->reporter, SAY_WARNING, NULL, 0,
			"the key set could not be fetched from %s (%s); the one in force stays, "
			"and the next attempt is in %lld s",
			transport_address(keys->all->transport, GROUP_KEYS, 0), why,
			(long long)(again / SECOND_MS));
	}
	engine_timer_set(keys->timer, again);
	inquiries_keys_settled(keys->all);
}

static void on_settled(struct engine_task *task)
{
	struct key_refresh *keys = (struct key_refresh *)task;

	settle(keys, keys->good, "nothing in it can be used");
}

/* In the watcher's thread; it is called once for each set that was offered. */
static void on_keys_settled(void *ctx, bool good)
{
	struct key_refresh *keys = ctx;

	keys->good = good;
	engine_post(keys->all->engine, &keys->settled);
}

static void on_fetched(void *ctx, const struct attempt_result *result)
{
	struct key_refresh *keys = ctx;
	bool came = result->end == END_STATUS;

	keys->exchange = NULL;
	if (came && result->endpoint >= 0)
		transport_judge(keys->all->transport, GROUP_KEYS, result->endpoint,
			result->status == 200, result->cause);
	if (!came || result->status != 200) {
		settle(keys, false, came ? "its HTTP status is not 200" : result->cause);
		return;
	}
	keys->offered = true;
	config_offer_keys(keys->all->config, result->body, result->len);
}

/* The stamp comes before the fetch: one that hangs or fails counts, too. */
static void begin(struct key_refresh *keys)
{
	const struct attempt request = {
		.group = GROUP_KEYS,
		.method = HTTP_GET,
		.path = "",
		.accept = ACCEPT,
		.body_max = JWKS_MAX_LEN,
		.deadline_ms = inquiries_now(keys->all) + keys->all->options.attempt_ms,
		.endpoint_to_avoid = -1,
	};

	keys->begun_ms = inquiries_now(keys->all);
	keys->exchange = transport_send(keys->all->transport, &request, on_fetched, keys);
	if (keys->exchange == NULL)
		settle(keys, false, "out of memory");
}

static void on_due(void *ctx)
{
	struct key_refresh *keys = ctx;

	if (may_begin(keys))
		begin(keys);
	else if (!is_under_way(keys))
		engine_timer_set(keys->timer, keys->all->options.keys_min_interval_ms);
}

bool key_refresh_want(struct inquiries *all)
{
	if (all->keys == NULL)
		return false;
	if (is_under_way(all->keys))
		return true;
	if (!may_begin(all->keys))
		return false;
	/* Not from within: who wants it is not ready for its end yet. */
	engine_timer_set(all->keys->timer, 0);
	return true;
}

static void open_on_engine(void *ctx)
{
	struct key_refresh *keys = ctx;

	keys->timer = engine_timer_new(keys->all->engine, on_due, keys);
	if (keys->timer != NULL)
		engine_timer_set(keys->timer, 0);
}

bool key_refresh_open(struct inquiries *all)
{
	struct key_refresh *keys;

	if (!all->options.fetches_keys)
		return true;
	keys = calloc(1, sizeof(*keys));
	if (keys == NULL)
		return false;
	keys->settled.run = on_settled;
	keys->all = all;
	all->keys = keys;
	config_on_keys(all->config, on_keys_settled, keys);
	engine_call(all->engine, open_on_engine, keys);
	if (keys->timer != NULL)
		return true;
	key_refresh_close(all);
	return false;
}

static void close_on_engine(void *ctx)
{
	struct inquiries *all = ctx;

	if (all->keys->exchange != NULL)
		transport_cancel(all->keys->exchange);
	engine_timer_free(all->keys->timer);
	free(all->keys);
	all->keys = NULL;
}

/* The hook first: what it has posted before has run when the engine comes to the closing. */
void key_refresh_close(struct inquiries *all)
{
	if (all->keys == NULL)
		return;
	config_on_keys(all->config, NULL, NULL);
	engine_call(all->engine, close_on_engine, all);
}
