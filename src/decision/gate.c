/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * gate.c - the life of a gate: everything loaded and checked, then opened, and closed again in the
 * opposite order.
 */
#include "decision/gate.h"

#include <stdlib.h>
#include <string.h>

#include <openssl/crypto.h>

#include "config/files.h"
#include "decision/decision_internal.h"
#include "cache/redis_tls.h"

#define WORKERS_USUAL 32

/* Also that its TLS files can be used, which the engine opens for itself. */
static bool load_redis(struct gate *gate)
{
	const char *path = gate->boot->redis_password_file;
	const struct reporter *reporter = &gate->options.reporter;
	struct redis_config config = settings_redis(gate->boot);
	struct redis_tls *tls;
	bool good;

	if (strcmp(gate->boot->store, "redis") != 0)
		return true;
	good = path[0] == '\0' || file_password(path, gate->redis_password, reporter);
	good &= redis_tls_open(&config, reporter, &tls);
	redis_tls_close(tls);
	return good;
}

/* Without a key set from a file, the first fetch brings one; until then no answer is believed. */
static bool load_keys(struct gate *gate)
{
	gate->keys.as_of_ms = clock_mono_ms(&gate->options.clock);
	gate->marks[WATCH_JWKS] = reload_mark(gate->boot->jwks_file);
	if (gate->boot->jwks_file[0] == '\0')
		return true;
	gate->keys.set = keys_load_file(gate->boot->jwks_file, &gate->options.reporter);
	return gate->keys.set != NULL;
}

/* All that can be wrong is looked at, so that one check names every error. */
static bool load(struct gate *gate)
{
	const struct gate_options *options = &gate->options;
	bool good;

	gate->view = view_load(options->settings_file, &options->clock, &options->reporter);
	if (gate->view == NULL)
		return false;
	memcpy(gate->marks, gate->view->marks, sizeof(gate->view->marks));
	gate->first = view_ref(gate);
	gate->boot = gate->first->settings;
	good = file_operator_key(gate->boot->person_key_file, &gate->key, &options->reporter);
	if (gate->boot->person_key_previous_file[0] != '\0')
		good &= file_operator_key(gate->boot->person_key_previous_file,
			&gate->previous_key, &options->reporter);
	good &= load_redis(gate);
	good &= load_keys(gate);
	return good;
}

static struct shared_config shared_config_of(struct gate *gate)
{
	struct shared_config config = {
		.redis = settings_redis(gate->boot),
		.timeout_ms = gate->boot->redis_timeout,
		.removed = reload_forget,
		.ctx = gate,
		.clock = gate->options.clock,
		.reporter = gate->options.reporter,
	};

	config.redis.password = gate->redis_password;
	return config;
}

static struct engine *start_engine(struct gate *gate)
{
	const struct settings *boot = gate->boot;
	int64_t workers = gate->options.workers > 0 ? gate->options.workers : WORKERS_USUAL;
	int64_t quarter = workers >= 4 ? workers / 4 : 1;
	struct engine_config config = {
		.url_count = boot->urls.count,
		.round_robin = boot->round_robin,
		.ca_file = boot->ca_file,
		.certificate_file = boot->certificate_file,
		.key_file = boot->key_file,
		.jwks_url = boot->jwks_url,
		.jwks_refresh_ms = boot->jwks_refresh * 1000,
		.jwks_min_interval_ms = boot->jwks_min_interval * 1000,
		.question_ms = boot->question_timeout,
		.attempt_ms = boot->attempt_timeout,
		.connect_ms = boot->connect_timeout,
		.max_in_flight = boot->max_in_flight,
		.max_waiting = boot->max_waiting > 0 ? boot->max_waiting : quarter,
		.max_connections = boot->max_connections,
		.breaker_failures = boot->breaker_failures,
		.breaker_pause_ms = boot->breaker_pause,
		.breaker_pause_max_ms = boot->breaker_pause_max,
		.clock = gate->options.clock,
		.reporter = gate->options.reporter,
		.hooks = { answers_take, answers_recall, keys_fetched, reload_tick, gate },
	};

	if (strcmp(boot->store, "redis") == 0)
		config.shared = shared_config_of(gate);
	for (size_t i = 0; i < boot->urls.count && i < ENGINE_ENDPOINTS_MAX; i++)
		config.urls[i] = conf_string_at(&boot->urls, i);
	return engine_start(&config);
}

static bool open_all(struct gate *gate)
{
	const struct settings *boot = gate->boot;

	gate->memory = memory_new((size_t)boot->memory_octets);
	if (gate->memory == NULL)
		return false;
	if (strcmp(boot->store, "lmdb") == 0)
		gate->store = store_lmdb_open(boot->store_directory, (size_t)boot->store_octets,
			&gate->options.reporter);
	if (gate->store != NULL)
		gate->store_generation = gate->store->ops->generation(gate->store);
	gate->engine = start_engine(gate);
	return gate->engine != NULL;
}

bool gate_prepare(void)
{
	return engine_prepare();
}

struct gate *gate_open(const struct gate_options *options)
{
	struct gate *gate = calloc(1, sizeof(*gate));

	if (gate == NULL)
		return NULL;
	gate->options = *options;
	pthread_mutex_init(&gate->mutex, NULL);
	if (!load(gate) || (!options->check_only && !open_all(gate))) {
		gate_close(gate);
		return NULL;
	}
	return gate;
}

void gate_close(struct gate *gate)
{
	if (gate == NULL)
		return;
	engine_stop(gate->engine);
	if (gate->store != NULL)
		gate->store->ops->close(gate->store);
	memory_free(gate->memory);
	key_set_unref(gate->keys.set);
	view_unref(gate->view);
	view_unref(gate->first);
	OPENSSL_cleanse(&gate->key, sizeof(gate->key));
	OPENSSL_cleanse(&gate->previous_key, sizeof(gate->previous_key));
	OPENSSL_cleanse(gate->redis_password, sizeof(gate->redis_password));
	pthread_mutex_destroy(&gate->mutex);
	free(gate);
}

const struct counters *gate_counters(struct gate *gate)
{
	return &gate->counters;
}
