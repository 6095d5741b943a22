/* SPDX-License-Identifier: GPL-2.0-or-later */
/* config.c - the life of a configuration, and what other threads may ask of it. */
#include "config/config.h"

#include <errno.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "config/config_internal.h"

#define CLOSE_MS 1000 /* how long a close waits for the thread */
#define NAP_MS 10

static void say_outward(
	void *ctx, enum severity severity, const char *file, int line, const char *text)
{
	struct config *config = ctx;
	const struct reporter *reporter = &config->options.reporter;

	pthread_mutex_lock(&config->outward);
	if (!config->closed && reporter->say != NULL)
		reporter->say(reporter->ctx, severity, file, line, text);
	pthread_mutex_unlock(&config->outward);
}

static int64_t wall_outward(void *ctx)
{
	struct config *config = ctx;
	int64_t now;

	pthread_mutex_lock(&config->outward);
	now = clock_wall(config->closed ? &system_clock : &config->options.clock);
	pthread_mutex_unlock(&config->outward);
	return now;
}

static int64_t mono_outward(void *ctx)
{
	struct config *config = ctx;
	int64_t now;

	pthread_mutex_lock(&config->outward);
	now = clock_mono_ms(config->closed ? &system_clock : &config->options.clock);
	pthread_mutex_unlock(&config->outward);
	return now;
}

static struct config *config_new(const struct config_options *options)
{
	struct config *config = calloc(1, sizeof(*config));
	pthread_condattr_t monotonic;

	if (config == NULL)
		return NULL;
	atomic_init(&config->references, 1);
	config->options = *options;
	config->request_ms = options->request_ms;
	config->reporter = (struct reporter){ say_outward, config };
	config->clock = (struct clock){ wall_outward, mono_outward, config };
	pthread_mutex_init(&config->outward, NULL);
	pthread_mutex_init(&config->mutex, NULL);
	pthread_condattr_init(&monotonic);
	pthread_condattr_setclock(&monotonic, CLOCK_MONOTONIC);
	pthread_cond_init(&config->wake, &monotonic);
	pthread_condattr_destroy(&monotonic);
	return config;
}

void config_drop(struct config *config)
{
	if (atomic_fetch_sub_explicit(&config->references, 1, memory_order_acq_rel) != 1)
		return;
	config_release(config->now);
	loaded_unref(config->loaded);
	loaded_unref(config->boot);
	keys_close(&config->keys);
	cards_close(&config->cards);
	free(config->offer.text);
	free(config->outage.path);
	free(config->file);
	pthread_cond_destroy(&config->wake);
	pthread_mutex_destroy(&config->mutex);
	pthread_mutex_destroy(&config->outward);
	free(config);
}

/* curl writes the secrets of every connection where this variable says. */
bool config_environment_is_safe(const struct reporter *reporter)
{
	const char *file = getenv("SSLKEYLOGFILE");

	if (file == NULL || file[0] == '\0')
		return true;
	report(reporter, SAY_ERROR, NULL, 0,
		"SSLKEYLOGFILE is set in the environment: the secrets of every TLS connection "
		"would be written to a file. Take it out of the server's unit or shell (unset "
		"SSLKEYLOGFILE) and start again");
	return false;
}

static bool load_first(struct config *config)
{
	bool safe = config_environment_is_safe(&config->reporter), good;

	config->loaded = loaded_load(config->options.settings_file, NULL, config->request_ms,
		clock_wall(&config->clock), &config->reporter);
	if (config->loaded == NULL)
		return false;
	config->dates_told_ms = clock_mono_ms(&config->clock);
	config->health.loaded_at = clock_wall(&config->clock);
	config->boot = config->loaded;
	atomic_fetch_add_explicit(&config->boot->references, 1, memory_order_relaxed);
	config->file = strdup(config->loaded->settings->file);
	good = keys_open(config) && outage_open(config) && safe;
	good = cards_open(config) && good;
	if (good && config->file != NULL && config_refresh(config))
		return true;
	if (good)
		report(&config->reporter, SAY_ERROR, NULL, 0, "out of memory");
	return false;
}

struct config *config_prepare(const struct config_options *options)
{
	struct config *config = config_new(options);

	if (config == NULL) {
		report(&options->reporter, SAY_ERROR, NULL, 0, "out of memory");
		return NULL;
	}
	if (load_first(config))
		return config;
	config_drop(config);
	return NULL;
}

/* Signals are the server's business: this thread takes none. */
static bool start_watcher(struct config *config)
{
	sigset_t all, before;
	int error;

	sigfillset(&all);
	atomic_fetch_add_explicit(&config->references, 1, memory_order_relaxed);
	(void)pthread_sigmask(SIG_SETMASK, &all, &before);
	error = pthread_create(&config->thread, NULL, config_watch, config);
	(void)pthread_sigmask(SIG_SETMASK, &before, NULL);
	config->watched = error == 0;
	if (config->watched)
		return true;
	config_drop(config);
	report(&config->reporter, SAY_ERROR, NULL, 0,
		"no thread can be made to watch the files: look at the limits of processes "
		"(ulimit -u, TasksMax)");
	return false;
}

struct config *config_open(const struct config_options *options)
{
	struct config *config = config_prepare(options);

	if (config == NULL || options->check_only || start_watcher(config))
		return config;
	config_drop(config);
	return NULL;
}

struct snapshot *config_acquire(struct config *config)
{
	struct snapshot *now;

	pthread_mutex_lock(&config->mutex);
	now = snapshot_ref(config->now);
	pthread_mutex_unlock(&config->mutex);
	return now;
}

unsigned config_outage(struct config *config, int64_t now)
{
	struct outage outage;

	pthread_mutex_lock(&config->mutex);
	outage = config->now->outage;
	pthread_mutex_unlock(&config->mutex);
	return outage_in_force(&outage, now) ? outage_retry_after(&outage, now) : 0;
}

void config_health(struct config *config, struct config_health *out)
{
	/* Not config->clock, which waits for a hook that is being called. */
	int64_t now_ms = clock_mono_ms(&config->options.clock);

	pthread_mutex_lock(&config->mutex);
	*out = config->health;
	out->keys_age = config->keys_good_ms < 0 ? -1 : (now_ms - config->keys_good_ms) / 1000;
	pthread_mutex_unlock(&config->mutex);
}

void config_on_swap(
	struct config *config, void (*swapped)(void *ctx, struct snapshot *now), void *ctx)
{
	struct snapshot *now;

	pthread_mutex_lock(&config->outward);
	config->swapped = swapped;
	config->swapped_ctx = ctx;
	now = config_acquire(config);
	if (swapped != NULL)
		swapped(ctx, now);
	pthread_mutex_unlock(&config->outward);
	config_release(now);
}

void config_on_keys(struct config *config, void (*settled)(void *ctx, bool good), void *ctx)
{
	pthread_mutex_lock(&config->outward);
	config->settled = settled;
	config->settled_ctx = ctx;
	pthread_mutex_unlock(&config->outward);
}

void config_offer_keys(struct config *config, const char *jwks, size_t len)
{
	struct offer offer = { .pending = true, .len = len };
	char *older;

	if (len <= JWKS_MAX_LEN)
		offer.text = malloc(len + 1);
	if (offer.text != NULL) {
		memcpy(offer.text, jwks, len);
		offer.text[len] = '\0';
	}
	pthread_mutex_lock(&config->mutex);
	older = config->offer.text;
	config->offer = offer;
	pthread_cond_broadcast(&config->wake);
	pthread_mutex_unlock(&config->mutex);
	free(older);
}

/* True if the thread has ended; false if it hangs. */
static bool stop_watcher(struct config *config)
{
	struct timespec until;
	int error = 0;
	bool ended;

	(void)clock_gettime(CLOCK_MONOTONIC, &until);
	until.tv_sec += CLOSE_MS / 1000;
	pthread_mutex_lock(&config->mutex);
	config->stopping = true;
	pthread_cond_broadcast(&config->wake);
	while (!config->ended && error != ETIMEDOUT)
		error = pthread_cond_timedwait(&config->wake, &config->mutex, &until);
	ended = config->ended;
	pthread_mutex_unlock(&config->mutex);
	return ended;
}

/* From here on the thread calls nobody outside, unless it hangs there just now. */
static void shut_outward(struct config *config)
{
	const struct timespec nap = { .tv_nsec = NAP_MS * 1000000L };

	for (int left = CLOSE_MS / NAP_MS; left > 0; left--) {
		if (pthread_mutex_trylock(&config->outward) == 0) {
			config->closed = true;
			pthread_mutex_unlock(&config->outward);
			return;
		}
		(void)nanosleep(&nap, NULL);
	}
}

void config_close(struct config *config)
{
	if (config == NULL)
		return;
	if (config->watched && stop_watcher(config)) {
		(void)pthread_join(config->thread, NULL);
	} else if (config->watched) {
		shut_outward(config);
		/* Not by config->reporter, which waits for the thread or is shut. */
		report(&config->options.reporter, SAY_WARNING, NULL, 0,
			"a disk that holds a file of the configuration does not answer: the thread "
			"that waits for it is left behind");
		(void)pthread_detach(config->thread);
	}
	config_drop(config);
}
