/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * engine.c - the thread and its loop.
 */
#include "engine/engine.h"

#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <openssl/rand.h>

#include "inquiry/inquiry_internal.h"

unsigned engine_jitter(struct engine *engine)
{
	/* xorshift64: times spread, secrets do not hang on it. */
	engine->random ^= engine->random << 13;
	engine->random ^= engine->random >> 7;
	engine->random ^= engine->random << 17;
	return (unsigned)(engine->random % 1000);
}

static void on_tick(uv_timer_t *timer)
{
	struct engine *engine = timer->data;

	course_advance(engine);
	keys_advance(engine);
	if (engine->flights == NULL && engine->keys_stage != KEYS_LOOKING)
		(void)uv_timer_stop(&engine->tick);
}

void engine_keep_ticking(struct engine *engine)
{
	if (!uv_is_active((uv_handle_t *)&engine->tick))
		(void)uv_timer_start(&engine->tick, on_tick, TICK_MS, TICK_MS);
}

static void on_second(uv_timer_t *timer)
{
	struct engine *engine = timer->data;
	const struct engine_hooks *hooks = &engine->config.hooks;

	keys_advance(engine);
	if (engine->shared != NULL)
		shared_watch(engine->shared);
	if (hooks->tick != NULL)
		hooks->tick(hooks->ctx);
}

static void close_handle(uv_handle_t *handle, void *ctx)
{
	(void)ctx;
	if (!uv_is_closing(handle))
		uv_close(handle, NULL);
}

static void begin_new(struct engine *engine)
{
	struct flight *flight = flights_take_new(engine), *next;

	for (; flight != NULL; flight = next) {
		next = flight->next_new;
		flight->next_new = NULL;
		engine_keep_ticking(engine);
		course_begin(engine, flight);
	}
}

static void on_wake(uv_async_t *wake)
{
	struct engine *engine = wake->data;
	bool stopping;

	pthread_mutex_lock(&engine->mutex);
	stopping = engine->stopping;
	pthread_mutex_unlock(&engine->mutex);
	begin_new(engine);
	if (!stopping)
		return;
	course_end_all(engine);
	shared_free(engine->shared);
	engine->shared = NULL;
	/* Connections are closed first: libcurl takes its watches out of the loop. */
	transfers_free(engine);
	uv_walk(&engine->loop, close_handle, NULL);
}

static void *run(void *ctx)
{
	struct engine *engine = ctx;

	(void)pthread_setname_np(pthread_self(), "migrantid");
	(void)uv_run(&engine->loop, UV_RUN_DEFAULT);
	return NULL;
}

/* The server's signals are its own: this thread takes none. */
static bool start_thread(struct engine *engine)
{
	sigset_t all, before;
	bool started;

	sigfillset(&all);
	(void)pthread_sigmask(SIG_SETMASK, &all, &before);
	started = pthread_create(&engine->thread, NULL, run, engine) == 0;
	(void)pthread_sigmask(SIG_SETMASK, &before, NULL);
	return started;
}

static bool readable(const struct engine *engine, const char *path)
{
	if (path == NULL || path[0] == '\0' || access(path, R_OK) == 0)
		return true;
	report(&engine->config.reporter, SAY_ERROR, path, 0, "cannot be read: %s",
		strerror(errno));
	return false;
}

static bool endpoints_init(struct engine *engine)
{
	const struct engine_config *config = &engine->config;
	const struct breaker_limits limits = { config->breaker_failures, config->breaker_pause_ms,
		config->breaker_pause_max_ms };

	for (size_t i = 0; i < config->url_count; i++) {
		struct endpoint *place = &engine->endpoints[i];

		breaker_init(&place->breaker, &limits);
		place->resolver = resolver_new(config->urls[i]);
		if (place->resolver == NULL ||
			asprintf(&place->address, "%s%s", config->urls[i], QUESTION_PATH) < 0) {
			place->address = NULL;
			report(&config->reporter, SAY_ERROR, NULL, 0,
				"the service's address cannot be used: %s", config->urls[i]);
			return false;
		}
	}
	if (config->jwks_url == NULL || config->jwks_url[0] == '\0')
		return true;
	engine->keys_resolver = resolver_new(config->jwks_url);
	if (engine->keys_resolver == NULL)
		report(&config->reporter, SAY_ERROR, NULL, 0,
			"the key set's address cannot be used: %s", config->jwks_url);
	return engine->keys_resolver != NULL;
}

static bool loop_init(struct engine *engine)
{
	if (uv_loop_init(&engine->loop) != 0)
		return false;
	engine->wake.data = engine->tick.data = engine->second.data = engine->curl_timer.data =
		engine;
	if (uv_async_init(&engine->loop, &engine->wake, on_wake) != 0) {
		(void)uv_loop_close(&engine->loop);
		return false;
	}
	(void)uv_timer_init(&engine->loop, &engine->tick);
	(void)uv_timer_init(&engine->loop, &engine->second);
	(void)uv_timer_init(&engine->loop, &engine->curl_timer);
	/* The first at once: the key set may be fetched while the server still starts. */
	(void)uv_timer_start(&engine->second, on_second, 0, SECOND_MS);
	return true;
}

static bool shared_init(struct engine *engine)
{
	if (engine->config.shared.redis.address == NULL)
		return true;
	engine->shared = shared_new(&engine->loop, &engine->config.shared);
	return engine->shared != NULL;
}

static void engine_free(struct engine *engine)
{
	transfers_free(engine);
	for (size_t i = 0; i < ENGINE_ENDPOINTS_MAX; i++) {
		resolver_free(engine->endpoints[i].resolver);
		free(engine->endpoints[i].address);
	}
	resolver_free(engine->keys_resolver);
	flights_free(engine);
	free(engine);
}

/* Whatever is in the loop is closed by a last round of it. */
static void loop_end(struct engine *engine)
{
	shared_free(engine->shared);
	uv_walk(&engine->loop, close_handle, NULL);
	(void)uv_run(&engine->loop, UV_RUN_DEFAULT);
	(void)uv_loop_close(&engine->loop);
}

static bool set_up(struct engine *engine)
{
	const struct engine_config *config = &engine->config;

	return engine_prepare() &&
	       RAND_bytes((unsigned char *)&engine->random, sizeof(engine->random)) == 1 &&
	       readable(engine, config->ca_file) && readable(engine, config->certificate_file) &&
	       readable(engine, config->key_file) && flights_init(engine) &&
	       endpoints_init(engine) && transfers_init(engine);
}

struct engine *engine_start(const struct engine_config *config)
{
	struct engine *engine = calloc(1, sizeof(*engine));

	if (engine == NULL)
		return NULL;
	engine->config = *config;
	if (!set_up(engine)) {
		engine_free(engine);
		return NULL;
	}
	engine->random |= 1; /* xorshift stays at 0 for ever */
	if (!loop_init(engine)) {
		engine_free(engine);
		return NULL;
	}
	if (!shared_init(engine) || !start_thread(engine)) {
		report(&config->reporter, SAY_ERROR, NULL, 0, "the engine cannot be started");
		loop_end(engine);
		engine_free(engine);
		return NULL;
	}
	return engine;
}

void engine_stop(struct engine *engine)
{
	if (engine == NULL)
		return;
	pthread_mutex_lock(&engine->mutex);
	engine->stopping = true;
	pthread_mutex_unlock(&engine->mutex);
	(void)uv_async_send(&engine->wake);
	(void)pthread_join(engine->thread, NULL);
	flights_wait_for_askers(engine);
	(void)uv_loop_close(&engine->loop);
	engine_free(engine);
}

void engine_stats(struct engine *engine, struct engine_stats *out)
{
	*out = (struct engine_stats){
		.asked = atomic_load(&engine->count.asked),
		.joined = atomic_load(&engine->count.joined),
		.attempts = atomic_load(&engine->count.attempts),
		.retries = atomic_load(&engine->count.retries),
		.decided = atomic_load(&engine->count.decided),
		.undetermined = atomic_load(&engine->count.undetermined),
		.timeouts = atomic_load(&engine->count.timeouts),
		.unavailable = atomic_load(&engine->count.unavailable),
		.rejected = atomic_load(&engine->count.rejected),
		.refused = atomic_load(&engine->count.refused),
		.busy = atomic_load(&engine->count.busy),
		.key_fetches = atomic_load(&engine->count.key_fetches),
		.key_failures = atomic_load(&engine->count.key_failures),
		.breaker_opened = atomic_load(&engine->count.breaker_opened),
		.shared_hits = atomic_load(&engine->count.shared_hits),
		.shared_misses = atomic_load(&engine->count.shared_misses),
	};
	pthread_mutex_lock(&engine->mutex);
	out->in_flight = engine->in_flight;
	out->waiting = engine->waiting;
	pthread_mutex_unlock(&engine->mutex);
}
