/* SPDX-License-Identifier: GPL-2.0-or-later */
/* gauges.c - what the parts say of themselves, for the recorder. */
#include <string.h>

#include "decision/decision_internal.h"

static void gather_endpoints(const struct transport *transport, struct stats *out)
{
	struct endpoint_health health[TRANSPORT_ENDPOINTS_ALL];
	size_t count = transport_health(transport, health);

	out->endpoint_count = (uint32_t)count;
	for (size_t i = 0; i < count; i++) {
		struct stats_endpoint *row = &out->endpoints[i];

		stats_text(row->address, sizeof(row->address), health[i].address);
		row->is_keys = health[i].group == GROUP_KEYS;
		row->up = health[i].up;
		row->rests_ms = health[i].rests_ms;
		for (size_t end = 0; end < ATTEMPT_ENDS; end++)
			row->failures[end] = health[i].failures[end];
	}
}

static void gather_inquiries(struct inquiries *inquiries, struct stats_inquiries *out)
{
	struct inquiries_health health;

	inquiries_health(inquiries, &health);
	out->in_flight = health.in_flight;
	out->in_flight_max = health.in_flight_max;
	out->waiting = health.waiting;
	out->waiting_max = health.waiting_max;
	out->joined = health.joined;
	out->retries = health.retries;
	for (size_t check = 0; check < INQUIRY_CHECKS; check++)
		out->rejected[check] = health.rejected[check];
	out->seconds = health.seconds;
}

static void gather_cache(struct cache *cache, enum cache_tier tier, struct stats_cache *out)
{
	struct cache_health health;

	cache_health(cache, &health);
	*out = (struct stats_cache){
		.tier = tier,
		.reads = health.has_tier && health.reads,
		.writes = health.has_tier && health.writes,
		.memory_hits = health.memory_hits,
		.memory_misses = health.memory_misses,
		.memory_entries = health.memory_entries,
		.memory_octets = health.memory_octets,
		.tier_hits = health.tier_hits,
		.tier_misses = health.tier_misses,
	};
}

static void add_certificate(const char *file, const struct tls_material *tls, struct stats *out)
{
	struct stats_certificate *row = &out->certificates[out->certificate_count];

	if (tls == NULL || tls->not_after == 0)
		return;
	stats_text(row->file, sizeof(row->file), file);
	row->not_after = tls->not_after;
	out->certificate_count++;
}

static void gather_config(struct config *config, struct stats *out)
{
	struct stats_config *row = &out->config;
	struct snapshot *snapshot = config_acquire(config);
	struct config_health health;

	config_health(config, &health);
	*row = (struct stats_config){
		.snapshot = snapshot->number,
		.loaded_at = health.loaded_at,
		.reloads_taken = health.taken,
		.reloads_refused = health.refused,
		.failing = health.failing,
		.keys_age = health.keys_age,
		.keys_max_age = snapshot->settings->jwks_max_age,
	};
	if (snapshot->policy->keys != NULL)
		row->keys = (uint32_t)key_set_count(snapshot->policy->keys);
	if (outage_in_force(&snapshot->outage, out->written_at))
		row->outage_until = snapshot->outage.until;
	stats_text(row->error, sizeof(row->error), health.error);
	stats_text(row->rules, sizeof(row->rules), rules_digest(snapshot->rules));
	out->certificate_count = 0;
	memset(out->certificates, 0, sizeof(out->certificates));
	add_certificate(snapshot->settings->certificate_file, snapshot->service_tls, out);
	add_certificate(snapshot->settings->redis_certificate_file, snapshot->redis_tls, out);
	config_release(snapshot);
}

void gauges_gather(void *ctx, struct stats *out)
{
	struct decider *decider = ctx;

	gather_endpoints(decider->transport, out);
	gather_inquiries(decider->inquiries, &out->inquiries);
	gather_cache(decider->cache, decider->tier, &out->cache);
	gather_config(decider->config, out);
}
