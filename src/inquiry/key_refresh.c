/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * keys.c - fetching the service's key set: at the start, from time to time, and when an answer
 * names a key that is not known, but never more often than jwks_min_interval_ms. Engine thread only.
 */
#include "inquiry/inquiry_internal.h"

#define ATTEMPT_DUE_AGAIN_MS 5000 /* after a failure, if the interval allows */

static bool may_begin(const struct engine *engine, int64_t now)
{
	return engine->keys_resolver != NULL && engine->keys_stage == KEYS_IDLE &&
	       (engine->keys_begun_ms == 0 ||
		       now - engine->keys_begun_ms >= engine->config.jwks_min_interval_ms);
}

/* The stamp comes before the fetch: one that hangs or fails counts, too. */
static void begin(struct engine *engine, int64_t now)
{
	engine->keys_begun_ms = now;
	engine->keys_stage = KEYS_LOOKING;
	atomic_fetch_add(&engine->count.key_fetches, 1);
	engine_keep_ticking(engine);
}

static void settle(struct engine *engine, bool good, const char *what)
{
	int64_t again = engine->config.jwks_refresh_ms;

	engine->keys_stage = KEYS_IDLE;
	if (!good) {
		atomic_fetch_add(&engine->count.key_failures, 1);
		again = engine->config.jwks_min_interval_ms;
		if (again < ATTEMPT_DUE_AGAIN_MS)
			again = ATTEMPT_DUE_AGAIN_MS;
		report(&engine->config.reporter, SAY_WARNING, NULL, 0,
			"the key set could not be fetched from %s (%s); the one in force stays, and "
			"the next attempt is in %lld s",
			engine->config.jwks_url, what, (long long)(again / 1000));
	}
	engine->keys_due_ms = engine_now(engine) + again;
	course_keys_settled(engine);
}

bool keys_want(struct engine *engine)
{
	int64_t now = engine_now(engine);

	if (engine->keys_stage != KEYS_IDLE)
		return true;
	if (!may_begin(engine, now))
		return false;
	begin(engine, now);
	return true;
}

static void look(struct engine *engine, int64_t now)
{
	int64_t left = engine->keys_begun_ms + engine->config.attempt_ms - now;

	switch (resolver_look(engine->keys_resolver, now)) {
	case RESOLVED:
		engine->keys_stage = KEYS_FETCHING;
		if (transfer_keys(engine, left > 0 ? left : 1) == NULL)
			settle(engine, false, "out of memory");
		return;
	case RESOLVING:
		if (left <= 0)
			settle(engine, false, "its name is not resolved in time");
		return;
	case UNRESOLVED:
		settle(engine, false, "its name cannot be resolved");
		return;
	}
}

void keys_advance(struct engine *engine)
{
	int64_t now = engine_now(engine);

	if (now >= engine->keys_due_ms && may_begin(engine, now))
		begin(engine, now);
	if (engine->keys_stage == KEYS_LOOKING)
		look(engine, now);
}

void keys_transferred(struct engine *engine, struct transfer *transfer, CURLcode code)
{
	const struct engine_hooks *hooks = &engine->config.hooks;
	long status = 0;
	bool good = false;

	(void)curl_easy_getinfo(transfer->easy, CURLINFO_RESPONSE_CODE, &status);
	if (code == CURLE_OK && status == 200)
		good = hooks->keys(hooks->ctx, transfer->body, transfer->body_len);
	transfer_drop(transfer);
	settle(engine, good,
		code != CURLE_OK ? curl_easy_strerror(code) :
		status != 200	 ? "its HTTP status is not 200" :
				   "nothing in it can be used");
}
