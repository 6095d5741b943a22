/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * status_prometheus.c - the metrics of migrantid, a row of `metrics` each. Of a server that does
 * not write, no more is told than that: its figures of the past would be taken for those of now.
 */
#include <string.h>

#include "answer/answer.h"
#include "cache/cache.h"
#include "rules/vocabulary.h"
#include "tools/ctl/exposition.h"
#include "tools/ctl/status.h"
#include "transport/transport.h"

/* ---- decisions, questions ---- */

static void put_decision(void *ctx, const struct decisions *row)
{
	const struct labels labels = { { { "result", row->result }, { "reason", row->reason },
		{ "source", row->source } } };

	put_count(ctx, labels, row->count);
}

static void decisions(struct sample *sample, const struct stats *stats)
{
	decisions_each(stats, put_decision, sample);
}

static void decision_seconds(struct sample *sample, const struct stats *stats)
{
	for (int source = 0; source < STATS_SOURCES; source++) {
		const char *name = decisions_source(source);

		if (name != NULL)
			put_histogram(
				sample, LABEL("source", name), &stats->decision_seconds[source]);
	}
}

static void records_lost(struct sample *sample, const struct stats *stats)
{
	put_count(sample, NO_LABELS, stats->records_lost);
}

static void question_seconds(struct sample *sample, const struct stats *stats)
{
	put_histogram(sample, NO_LABELS, &stats->inquiries.seconds);
}

static void in_flight(struct sample *sample, const struct stats *stats)
{
	put_number(sample, NO_LABELS, stats->inquiries.in_flight);
}

static void in_flight_limit(struct sample *sample, const struct stats *stats)
{
	put_number(sample, NO_LABELS, stats->inquiries.in_flight_max);
}

static void waiting(struct sample *sample, const struct stats *stats)
{
	put_number(sample, NO_LABELS, stats->inquiries.waiting);
}

static void waiting_limit(struct sample *sample, const struct stats *stats)
{
	put_number(sample, NO_LABELS, stats->inquiries.waiting_max);
}

static void joined(struct sample *sample, const struct stats *stats)
{
	put_count(sample, NO_LABELS, stats->inquiries.joined);
}

static void retries(struct sample *sample, const struct stats *stats)
{
	put_count(sample, NO_LABELS, stats->inquiries.retries);
}

static void rejected(struct sample *sample, const struct stats *stats)
{
	for (int check = CHECK_FORM; check <= CHECK_RESULT; check++)
		put_count(sample, LABEL("check", answer_check_name((enum answer_check)check)),
			stats->inquiries.rejected[check]);
}

/* ---- the service's addresses ---- */

/* No two samples of one metric may have the same labels. */
static bool is_repeated(const struct stats *stats, uint32_t index)
{
	for (uint32_t i = 0; i < index; i++)
		if (strcmp(stats->endpoints[i].address, stats->endpoints[index].address) == 0)
			return true;
	return false;
}

static void endpoint_up(struct sample *sample, const struct stats *stats)
{
	for (uint32_t i = 0; i < stats->endpoint_count; i++)
		if (!is_repeated(stats, i))
			put_number(sample, LABEL("endpoint", stats->endpoints[i].address),
				stats->endpoints[i].up != 0);
}

static void endpoint_failures(struct sample *sample, const struct stats *stats)
{
	for (uint32_t i = 0; i < stats->endpoint_count; i++)
		for (int end = END_STATUS; end <= END_CUT_OFF && !is_repeated(stats, i); end++) {
			const struct labels labels = {
				{ { "endpoint", stats->endpoints[i].address },
					{ "cause", attempt_end_name((enum attempt_end)end) } }
			};

			put_count(sample, labels, stats->endpoints[i].failures[end]);
		}
}

/* ---- the cache ---- */

static void put_lookups(struct sample *sample, const char *tier, const char *hit, uint64_t count)
{
	put_count(sample, (struct labels){ { { "tier", tier }, { "hit", hit } } }, count);
}

static void lookups(struct sample *sample, const struct stats *stats)
{
	const char *tier = status_tier_name(&stats->cache);

	put_lookups(sample, "memory", "yes", stats->cache.memory_hits);
	put_lookups(sample, "memory", "no", stats->cache.memory_misses);
	if (tier == NULL)
		return;
	put_lookups(sample, tier, "yes", stats->cache.tier_hits);
	put_lookups(sample, tier, "no", stats->cache.tier_misses);
}

/* ---- the configuration ---- */

static void keys(struct sample *sample, const struct stats *stats)
{
	put_count(sample, NO_LABELS, stats->config.keys);
}

static void keys_age(struct sample *sample, const struct stats *stats)
{
	if (stats->config.keys_age >= 0)
		put_number(sample, NO_LABELS, stats->config.keys_age);
}

static void keys_max_age(struct sample *sample, const struct stats *stats)
{
	put_number(sample, NO_LABELS, stats->config.keys_max_age);
}

static void certificates(struct sample *sample, const struct stats *stats)
{
	for (uint32_t i = 0; i < stats->certificate_count; i++)
		if (i == 0 || strcmp(stats->certificates[i].file, stats->certificates[0].file) != 0)
			put_number(sample, LABEL("file", stats->certificates[i].file),
				stats->certificates[i].not_after);
}

static void reloads(struct sample *sample, const struct stats *stats)
{
	put_count(sample, LABEL("outcome", "taken"), stats->config.reloads_taken);
	put_count(sample, LABEL("outcome", "refused"), stats->config.reloads_refused);
}

static void last_reload(struct sample *sample, const struct stats *stats)
{
	put_number(sample, NO_LABELS, stats->config.failing == 0);
}

static void rules(struct sample *sample, const struct stats *stats)
{
	put_number(sample, LABEL("digest", stats->config.rules), 1);
}

static void outage(struct sample *sample, const struct stats *stats)
{
	put_number(sample, NO_LABELS, stats->config.outage_until > stats->written_at);
}

static void build(struct sample *sample, const struct stats *stats)
{
	put_number(sample, LABEL("version", stats->head.program), 1);
}

/* ---- the process ---- */

static void process_start(struct sample *sample, const struct stats *stats)
{
	put_number(sample, NO_LABELS, stats->started_at);
}

static void process_cpu(struct sample *sample, const struct stats *stats)
{
	put_seconds(sample, NO_LABELS, stats->process.cpu_us);
}

static void process_memory(struct sample *sample, const struct stats *stats)
{
	put_count(sample, NO_LABELS, stats->process.resident_octets);
}

static void process_fds(struct sample *sample, const struct stats *stats)
{
	put_count(sample, NO_LABELS, stats->process.descriptors);
}

static void process_max_fds(struct sample *sample, const struct stats *stats)
{
	put_count(sample, NO_LABELS, stats->process.descriptors_max);
}

static void process_threads(struct sample *sample, const struct stats *stats)
{
	put_count(sample, NO_LABELS, stats->process.threads);
}

static const struct {
	const char *name, *type, *help;
	void (*put)(struct sample *sample, const struct stats *stats);
} metrics[] = {
	{ "migrantid_build_info", "gauge", "Version of migrantid; always 1.", build },
	{ "migrantid_decisions_total", "counter", "Decisions about SIM sales.", decisions },
	{ "migrantid_decision_seconds", "histogram",
		"How long a worker of the server was held by a decision.", decision_seconds },
	{ "migrantid_records_lost_total", "counter",
		"Decisions that are missing from the decision log.", records_lost },
	{ "migrantid_question_seconds", "histogram",
		"How long a question to the ID service took, retries included.", question_seconds },
	{ "migrantid_questions_in_flight", "gauge", "Questions that the service is being asked.",
		in_flight },
	{ "migrantid_questions_in_flight_limit", "gauge",
		"How many there may be (service.max_in_flight).", in_flight_limit },
	{ "migrantid_questions_joined_total", "counter",
		"Sales that waited for the answer to another one's question.", joined },
	{ "migrantid_questions_retries_total", "counter",
		"Attempts beyond the first one of a question.", retries },
	{ "migrantid_waiting_workers", "gauge", "Workers of the server that wait for an answer.",
		waiting },
	{ "migrantid_waiting_workers_limit", "gauge",
		"How many may wait for the service (waiting.max_waiting).", waiting_limit },
	{ "migrantid_endpoint_up", "gauge",
		"1 unless the address rests because it failed several times in a row.",
		endpoint_up },
	{ "migrantid_endpoint_failures_total", "counter", "Failed attempts, by what failed.",
		endpoint_failures },
	{ "migrantid_answers_rejected_total", "counter",
		"Answers of the service that failed a check, and were not believed.", rejected },
	{ "migrantid_cache_lookups_total", "counter", "Looks for a kept answer.", lookups },
	{ "migrantid_keys", "gauge", "Public keys of the service that are believed.", keys },
	{ "migrantid_keyset_age_seconds", "gauge",
		"Time since somebody vouched for those keys; absent if there is no key set.",
		keys_age },
	{ "migrantid_keyset_max_age_seconds", "gauge",
		"Age beyond which they are not believed (keys.jwks_max_age).", keys_max_age },
	{ "migrantid_certificate_expiry_seconds", "gauge",
		"When a certificate of this operator ends, in seconds since 1970.", certificates },
	{ "migrantid_config_reloads_total", "counter", "Changed configurations, taken or refused.",
		reloads },
	{ "migrantid_config_last_reload_successful", "gauge",
		"0 while a changed configuration is refused.", last_reload },
	{ "migrantid_rules_info", "gauge", "Version of the rules in force; always 1.", rules },
	{ "migrantid_outage", "gauge", "1 while an announced outage is in force.", outage },
	{ "migrantid_process_start_time_seconds", "gauge",
		"When the server started, in seconds since 1970.", process_start },
	{ "migrantid_process_cpu_seconds_total", "counter", "Processor time of the server.",
		process_cpu },
	{ "migrantid_process_resident_memory_bytes", "gauge", "Memory of the server.",
		process_memory },
	{ "migrantid_process_open_fds", "gauge", "File descriptors of the server.", process_fds },
	{ "migrantid_process_max_fds", "gauge", "How many it may have.", process_max_fds },
	{ "migrantid_process_threads", "gauge", "Threads of the server.", process_threads },
};

/* False if nobody lives: a metric without samples is not named. */
static bool expose_up(const struct servers *servers, FILE *to)
{
	static const char name[] = "migrantid_up";
	bool any = false;

	put_head(to, name, "gauge", "1 if the server lives: it has written within seconds.");
	for (size_t i = 0; i < servers->count; i++) {
		const struct sample sample = { to, name, servers->list[i].instance };

		put_number(&sample, NO_LABELS, servers->list[i].state == SERVER_ALIVE);
		any |= servers->list[i].state == SERVER_ALIVE;
	}
	return any;
}

void status_expose(const struct servers *servers, FILE *to)
{
	if (!expose_up(servers, to))
		return;
	for (size_t metric = 0; metric < ARRAY_LEN(metrics); metric++) {
		put_head(to, metrics[metric].name, metrics[metric].type, metrics[metric].help);
		for (size_t i = 0; i < servers->count; i++) {
			const struct server *server = &servers->list[i];
			struct sample sample = { to, metrics[metric].name, server->instance };

			if (server->state == SERVER_ALIVE)
				metrics[metric].put(&sample, &server->stats);
		}
	}
}
