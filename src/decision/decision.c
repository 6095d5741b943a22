/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * decision.c - opening and closing: the configuration first, then the parts in the order in which
 * one needs the other, and closed in the reverse.
 */
#include "decision/decision.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "answer/json_memory.h"
#include "decision/decision_internal.h"

#define WORKERS_USUAL 32
#define ADDRESSES_ROOM 240 /* of the line at the start */
#define CLOSE_MS 2000 /* for a disk that hangs */
#define DISK_RECALL_MS 50 /* longest look into the file */

bool decider_prepare(void)
{
	json_memory_wipe();
	return transport_prepare();
}

static enum cache_tier tier_of(const char *store)
{
	if (strcmp(store, "disk") == 0)
		return CACHE_DISK;
	return strcmp(store, "redis") == 0 ? CACHE_REDIS : CACHE_MEMORY_ONLY;
}

static bool open_cache(struct decider *decider)
{
	const struct settings *settings = decider->boot->settings;
	struct cache_options options = {
		.memory_octets = (size_t)settings->memory_octets,
		.tier = decider->tier,
		.disk_directory = settings->store_directory,
		.disk_octets = (uint64_t)settings->store_octets,
		.redis = settings_redis(settings),
		.clock = decider->options.clock,
		.reporter = decider->options.reporter,
	};

	options.redis.password = decider->boot->redis_password;
	options.recall_ms = options.tier == CACHE_REDIS ? settings->redis_timeout : DISK_RECALL_MS;
	decider->cache = cache_open(&options, decider->engine, decider->boot->policy);
	return decider->cache != NULL;
}

static bool open_transport(struct decider *decider)
{
	const struct settings *settings = decider->boot->settings;
	struct transport_options options = {
		.round_robin = settings->round_robin,
		.connect_ms = settings->connect_timeout,
		.max_connections = settings->max_connections,
		.breaker_failures = settings->breaker_failures,
		.breaker_pause_ms = settings->breaker_pause,
		.breaker_pause_max_ms = settings->breaker_pause_max,
		.clock = decider->options.clock,
		.reporter = decider->options.reporter,
	};

	for (size_t i = 0; i < settings->urls.count && i < TRANSPORT_ENDPOINTS_MAX; i++)
		options.groups[GROUP_SERVICE].urls[i] = conf_string_at(&settings->urls, i);
	options.groups[GROUP_SERVICE].count = settings->urls.count;
	options.groups[GROUP_KEYS].urls[0] = settings->jwks_url;
	options.groups[GROUP_KEYS].count = settings->jwks_url[0] != '\0';
	decider->transport = transport_open(&options, decider->engine, decider->boot->service_tls);
	return decider->transport != NULL;
}

static int64_t share_of(const struct settings *settings)
{
	if (settings->max_in_flight_per_client > 0)
		return settings->max_in_flight_per_client;
	return settings->max_in_flight >= 8 ? settings->max_in_flight / 8 : 1;
}

static bool open_inquiries(struct decider *decider)
{
	const struct settings *settings = decider->boot->settings;
	int64_t workers = decider->options.workers > 0 ? decider->options.workers : WORKERS_USUAL;
	int64_t quarter = workers >= 4 ? workers / 4 : 1;
	int64_t waiting = workers > 1 ? quarter : 0; /* the only one is everybody's */
	const struct inquiry_options options = {
		.question_ms = settings->question_timeout,
		.attempt_ms = settings->attempt_timeout,
		.max_in_flight = settings->max_in_flight,
		.max_in_flight_per_shop = share_of(settings),
		.max_waiting = settings->max_waiting > 0 ? settings->max_waiting : waiting,
		.max_recall_waiting = quarter,
		.max_moment_waiting = workers >= 4 ? quarter : 0,
		.fetches_keys = settings->jwks_url[0] != '\0',
		.keys_refresh_ms = settings->jwks_refresh * 1000,
		.keys_min_interval_ms = settings->jwks_min_interval * 1000,
		.clock = decider->options.clock,
		.reporter = decider->options.reporter,
	};

	if (workers == 1 && settings->max_waiting == 0)
		report(&decider->options.reporter, SAY_WARNING, NULL, 0,
			"the server has one worker (max_servers in radiusd.conf), which all "
			"traffic "
			"needs: it waits for no answer, and who asks is told `pending` first; give "
			"the server more workers");
	decider->inquiries = inquiries_open(
		&options, decider->engine, decider->cache, decider->transport, decider->config);
	return decider->inquiries != NULL;
}

/* In the watcher's thread. */
static void on_swap(void *ctx, struct snapshot *now)
{
	struct decider *decider = ctx;

	cache_configure(decider->cache, now->policy);
	transport_configure(decider->transport, now->service_tls);
}

static bool open_recorder(struct decider *decider)
{
	const struct settings *settings = decider->boot->settings;
	const struct recorder_options options = {
		.instance =
			decider->options.instance != NULL ? decider->options.instance : "migrantid",
		.log_file =
			strcmp(settings->log_decisions, "file") == 0 ? settings->log_file : NULL,
		.stats_directory = settings->stats_directory,
		.gauges = gauges_gather,
		.gauges_ctx = decider,
		.clock = decider->options.clock,
		.reporter = decider->options.reporter,
	};

	decider->recorder = recorder_open(&options);
	if (decider->recorder == NULL)
		report(&decider->options.reporter, SAY_ERROR, NULL, 0,
			"decisions cannot be written down: memory or threads are short");
	return decider->recorder != NULL;
}

/* Where answers are kept behind memory, for people. */
static const char *store_of(const struct settings *settings)
{
	if (tier_of(settings->store) == CACHE_DISK)
		return settings->store_directory;
	if (tier_of(settings->store) == CACHE_MEMORY_ONLY)
		return "nowhere else";
	return settings->redis_sentinels.count > 0 ? settings->redis_master
						   : settings->redis_address;
}

/* What each ticket of an operator's begins with: what runs here, and by what. */
static void report_start(const struct decider *decider)
{
	const struct settings *settings = decider->boot->settings;
	const struct key_set *keys = decider->boot->policy->keys;
	char addresses[ADDRESSES_ROOM] = "";
	size_t used = 0;

	for (size_t i = 0; i < settings->urls.count && used < sizeof(addresses); i++)
		used += (size_t)snprintf(addresses + used, sizeof(addresses) - used, "%s%s",
			i > 0 ? ", " : "", conf_string_at(&settings->urls, i));
	report(&decider->options.reporter, SAY_INFO, NULL, 0,
		"version " MIGRANTID_VERSION " is ready: rules version %s; keys of the service: "
		"%zu%s; asks %s; keeps answers in memory and %s",
		rules_digest(decider->boot->rules), keys != NULL ? key_set_count(keys) : 0,
		settings->jwks_url[0] != '\0' ? ", and they are fetched now" : "", addresses,
		store_of(settings));
}

static bool open_parts(struct decider *decider)
{
	decider->tier = tier_of(decider->boot->settings->store);
	decider->engine = engine_start();
	if (decider->engine == NULL || !open_cache(decider) || !open_transport(decider)) {
		report(&decider->options.reporter, SAY_ERROR, NULL, 0,
			"not started: what failed is named above, or memory or threads are short");
		return false;
	}
	config_on_swap(decider->config, on_swap, decider);
	if (!open_inquiries(decider) || !open_recorder(decider))
		return false;
	report_start(decider);
	return true;
}

struct decider *decider_open(const struct decider_options *options)
{
	const struct config_options config = {
		.settings_file = options->settings_file,
		.check_only = options->check_only,
		.request_ms = options->request_ms,
		.clock = options->clock,
		.reporter = options->reporter,
	};
	struct decider *decider = calloc(1, sizeof(*decider));

	if (decider == NULL) {
		report(&options->reporter, SAY_ERROR, NULL, 0, "out of memory");
		return NULL;
	}
	decider->options = *options;
	decider->config = config_open(&config);
	if (decider->config != NULL) {
		decider->boot = config_acquire(decider->config);
		if (options->check_only || (decider_prepare() && open_parts(decider)))
			return decider;
	}
	decider_close(decider);
	return NULL;
}

void decider_close(struct decider *decider)
{
	if (decider == NULL)
		return;
	recorder_close(decider->recorder);
	inquiries_close(decider->inquiries);
	if (decider->config != NULL)
		config_on_swap(decider->config, NULL, NULL);
	transport_close(decider->transport);
	cache_close(decider->cache, CLOSE_MS);
	engine_stop(decider->engine);
	config_release(decider->boot);
	config_close(decider->config);
	free(decider);
}
