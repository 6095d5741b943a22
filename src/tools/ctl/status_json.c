/* SPDX-License-Identifier: GPL-2.0-or-later */
/* status_json.c - a server as a JSON object. Times are seconds since 1970, durations are named. */
#include "answer/answer.h"
#include "tools/ctl/status.h"
#include "transport/transport.h"

static void set(json_t *object, const char *name, json_t *value)
{
	(void)json_object_set_new(object, name, value);
}

static void set_number(json_t *object, const char *name, uint64_t number)
{
	set(object, name, json_integer((json_int_t)number));
}

static void set_signed(json_t *object, const char *name, int64_t number)
{
	set(object, name, json_integer(number));
}

static void set_text(json_t *object, const char *name, const char *text)
{
	set(object, name, json_string(text));
}

static void set_bool(json_t *object, const char *name, bool value)
{
	set(object, name, json_boolean(value));
}

static void add_decision(void *ctx, const struct decisions *row)
{
	json_t *object = json_object();

	set_text(object, "result", row->result);
	set_text(object, "reason", row->reason);
	set_text(object, "source", row->source);
	set_number(object, "count", row->count);
	(void)json_array_append_new(ctx, object);
}

static json_t *times(const struct histogram *histogram)
{
	json_t *object = json_object();

	set_number(object, "count", histogram_count(histogram));
	set_number(object, "sum_us", histogram->sum_us);
	if (histogram_count(histogram) == 0)
		return object;
	set_signed(object, "p50_us", histogram_quantile(histogram, 50));
	set_signed(object, "p99_us", histogram_quantile(histogram, 99));
	return object;
}

static json_t *times_by_source(const struct stats *stats)
{
	json_t *object = json_object();

	for (int source = 0; source < STATS_SOURCES; source++)
		if (decisions_source(source) != NULL)
			set(object, decisions_source(source),
				times(&stats->decision_seconds[source]));
	return object;
}

static json_t *questions(const struct stats_inquiries *inquiries)
{
	json_t *object = times(&inquiries->seconds), *rejected = json_object();

	set_signed(object, "in_flight", inquiries->in_flight);
	set_signed(object, "in_flight_limit", inquiries->in_flight_max);
	set_signed(object, "waiting_workers", inquiries->waiting);
	set_signed(object, "waiting_workers_limit", inquiries->waiting_max);
	set_number(object, "joined", inquiries->joined);
	set_number(object, "retries", inquiries->retries);
	for (int check = CHECK_FORM; check <= CHECK_RESULT; check++)
		set_number(rejected, answer_check_name((enum answer_check)check),
			inquiries->rejected[check]);
	set(object, "rejected", rejected);
	return object;
}

static json_t *endpoints(const struct stats *stats)
{
	json_t *list = json_array();

	for (uint32_t i = 0; i < stats->endpoint_count; i++) {
		const struct stats_endpoint *row = &stats->endpoints[i];
		json_t *object = json_object(), *failures = json_object();

		set_text(object, "address", row->address);
		set_text(object, "for", row->is_keys != 0 ? "keys" : "service");
		set_bool(object, "up", row->up != 0);
		set_signed(object, "rests_ms", row->rests_ms);
		for (int end = END_STATUS; end <= END_CUT_OFF; end++)
			set_number(failures, attempt_end_name((enum attempt_end)end),
				row->failures[end]);
		set(object, "failures", failures);
		(void)json_array_append_new(list, object);
	}
	return list;
}

static json_t *cache(const struct stats_cache *cache)
{
	json_t *object = json_object();
	const char *tier = status_tier_name(cache);

	set_number(object, "memory_hits", cache->memory_hits);
	set_number(object, "memory_misses", cache->memory_misses);
	set_number(object, "memory_entries", cache->memory_entries);
	set_number(object, "memory_octets", cache->memory_octets);
	if (tier == NULL)
		return object;
	set_text(object, "tier", tier);
	set_number(object, "tier_hits", cache->tier_hits);
	set_number(object, "tier_misses", cache->tier_misses);
	set_bool(object, "tier_reads", cache->reads != 0);
	set_bool(object, "tier_writes", cache->writes != 0);
	return object;
}

static json_t *config(const struct stats *stats)
{
	const struct stats_config *row = &stats->config;
	json_t *object = json_object();

	set_number(object, "snapshot", row->snapshot);
	set_signed(object, "loaded_at", row->loaded_at);
	set_text(object, "rules", row->rules);
	set_number(object, "reloads_taken", row->reloads_taken);
	set_number(object, "reloads_refused", row->reloads_refused);
	set_bool(object, "last_reload_successful", row->failing == 0);
	if (row->failing != 0)
		set_text(object, "error", row->error);
	set_number(object, "keys", row->keys);
	if (row->keys_age >= 0)
		set_signed(object, "keys_age_s", row->keys_age);
	set_signed(object, "keys_max_age_s", row->keys_max_age);
	if (row->outage_until > stats->written_at)
		set_signed(object, "outage_until", row->outage_until);
	return object;
}

static json_t *certificates(const struct stats *stats)
{
	json_t *list = json_array();

	for (uint32_t i = 0; i < stats->certificate_count; i++) {
		json_t *object = json_object();

		set_text(object, "file", stats->certificates[i].file);
		set_signed(object, "not_after", stats->certificates[i].not_after);
		(void)json_array_append_new(list, object);
	}
	return list;
}

static json_t *process(const struct stats_process *process)
{
	json_t *object = json_object();

	set_signed(object, "pid", process->pid);
	set_number(object, "cpu_us", process->cpu_us);
	set_number(object, "resident_octets", process->resident_octets);
	set_number(object, "descriptors", process->descriptors);
	set_number(object, "descriptors_limit", process->descriptors_max);
	set_number(object, "threads", process->threads);
	return object;
}

json_t *status_as_json(const struct server *server)
{
	const struct stats *stats = &server->stats;
	json_t *object = json_object(), *decisions = json_array();

	set_text(object, "instance", server->instance);
	set_text(object, "state", server_state_name(server->state));
	if (server_has_stats(server) || server->state == SERVER_OTHER_VERSION)
		set_text(object, "version", stats->head.program);
	if (!server_has_stats(server)) {
		json_decref(decisions);
		return object;
	}
	set_signed(object, "started_at", stats->started_at);
	set_signed(object, "written_at", stats->written_at);
	if (server->silent_s >= 0)
		set_signed(object, "age_s", server->silent_s);
	set(object, "process", process(&stats->process));
	decisions_each(stats, add_decision, decisions);
	set(object, "decisions", decisions);
	set(object, "decision_times", times_by_source(stats));
	set_number(object, "records_lost", stats->records_lost);
	set(object, "questions", questions(&stats->inquiries));
	set(object, "endpoints", endpoints(stats));
	set(object, "cache", cache(&stats->cache));
	set(object, "config", config(stats));
	set(object, "certificates", certificates(stats));
	return object;
}
