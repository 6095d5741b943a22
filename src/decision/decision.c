/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * decision.c - opening and closing: the configuration first, then the parts in the order in which
 * one needs the other, and closed in the reverse.
 */
#include "decision/decision.h"

#include <stdlib.h>
#include <string.h>

#include "decision/decision_internal.h"

#define WORKERS_USUAL 32
#define CLOSE_MS 2000 /* for a disk that hangs */
#define DISK_RECALL_MS 50 /* longest look into the file */

bool deciding_prepare(void)
{
	return transport_prepare();
}

static enum cache_tier tier_of(const char *store)
{
	if (strcmp(store, "disk") == 0)
		return CACHE_DISK;
	return strcmp(store, "redis") == 0 ? CACHE_REDIS : CACHE_MEMORY_ONLY;
}

static bool open_cache(struct deciding *deciding)
{
	const struct settings *settings = deciding->boot->settings;
	struct cache_options options = {
		.memory_octets = (size_t)settings->memory_octets,
		.tier = tier_of(settings->store),
		.disk_directory = settings->store_directory,
		.disk_octets = (uint64_t)settings->store_octets,
		.redis = settings_redis(settings),
		.clock = deciding->options.clock,
		.reporter = deciding->options.reporter,
	};

	options.redis.password = deciding->boot->redis_password;
	options.recall_ms = options.tier == CACHE_REDIS ? settings->redis_timeout : DISK_RECALL_MS;
	deciding->cache = cache_open(&options, deciding->engine, deciding->boot->policy);
	return deciding->cache != NULL;
}

static bool open_transport(struct deciding *deciding)
{
	const struct settings *settings = deciding->boot->settings;
	struct transport_options options = {
		.round_robin = settings->round_robin,
		.connect_ms = settings->connect_timeout,
		.max_connections = settings->max_connections,
		.breaker_failures = settings->breaker_failures,
		.breaker_pause_ms = settings->breaker_pause,
		.breaker_pause_max_ms = settings->breaker_pause_max,
		.clock = deciding->options.clock,
		.reporter = deciding->options.reporter,
	};

	for (size_t i = 0; i < settings->urls.count && i < TRANSPORT_ENDPOINTS_MAX; i++)
		options.groups[GROUP_SERVICE].urls[i] = conf_string_at(&settings->urls, i);
	options.groups[GROUP_SERVICE].count = settings->urls.count;
	options.groups[GROUP_KEYS].urls[0] = settings->jwks_url;
	options.groups[GROUP_KEYS].count = settings->jwks_url[0] != '\0';
	deciding->transport =
		transport_open(&options, deciding->engine, deciding->boot->service_tls);
	return deciding->transport != NULL;
}

static bool open_inquiries(struct deciding *deciding)
{
	const struct settings *settings = deciding->boot->settings;
	int64_t workers =
		deciding->options.workers > 0 ? deciding->options.workers : WORKERS_USUAL;
	int64_t quarter = workers >= 4 ? workers / 4 : 1;
	const struct inquiry_options options = {
		.question_ms = settings->question_timeout,
		.attempt_ms = settings->attempt_timeout,
		.max_in_flight = settings->max_in_flight,
		.max_waiting = settings->max_waiting > 0 ? settings->max_waiting : quarter,
		.max_recall_waiting = quarter,
		.fetches_keys = settings->jwks_url[0] != '\0',
		.keys_refresh_ms = settings->jwks_refresh * 1000,
		.keys_min_interval_ms = settings->jwks_min_interval * 1000,
		.clock = deciding->options.clock,
		.reporter = deciding->options.reporter,
	};

	deciding->inquiries = inquiries_open(&options, deciding->engine, deciding->cache,
		deciding->transport, deciding->config);
	return deciding->inquiries != NULL;
}

/* In the watcher's thread. */
static void on_swap(void *ctx, struct snapshot *now)
{
	struct deciding *deciding = ctx;

	cache_configure(deciding->cache, now->policy);
	transport_configure(deciding->transport, now->service_tls);
}

static bool open_parts(struct deciding *deciding)
{
	deciding->engine = engine_start();
	if (deciding->engine == NULL || !open_cache(deciding) || !open_transport(deciding)) {
		report(&deciding->options.reporter, SAY_ERROR, NULL, 0,
			"not started: what failed is named above, or memory or threads are short");
		return false;
	}
	config_on_swap(deciding->config, on_swap, deciding);
	return open_inquiries(deciding);
}

struct deciding *deciding_open(const struct deciding_options *options)
{
	const struct config_options config = {
		.settings_file = options->settings_file,
		.check_only = options->check_only,
		.clock = options->clock,
		.reporter = options->reporter,
	};
	struct deciding *deciding = calloc(1, sizeof(*deciding));

	if (deciding == NULL)
		return NULL;
	deciding->options = *options;
	deciding->config = config_open(&config);
	if (deciding->config != NULL) {
		deciding->boot = config_acquire(deciding->config);
		if (options->check_only || (deciding_prepare() && open_parts(deciding)))
			return deciding;
	}
	deciding_close(deciding);
	return NULL;
}

void deciding_close(struct deciding *deciding)
{
	if (deciding == NULL)
		return;
	inquiries_close(deciding->inquiries);
	if (deciding->config != NULL)
		config_on_swap(deciding->config, NULL, NULL);
	transport_close(deciding->transport);
	cache_close(deciding->cache, CLOSE_MS);
	engine_stop(deciding->engine);
	config_release(deciding->boot);
	config_close(deciding->config);
	free(deciding);
}
