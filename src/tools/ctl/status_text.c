/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * status_text.c - a server on one screen: a word for what a line is about, then the facts, wrapped
 * at 80 columns.
 */
#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#include "answer/answer.h"
#include "tools/ctl/status.h"
#include "transport/transport.h"

#define COLUMNS 80
#define INDENT 14
#define DAY 86400
#define CERTIFICATE_SOON (21 * DAY)

/* Facts of one subject, as they are gathered into lines. */
struct facts {
	struct output *out;
	const char *subject; /* "" once it was printed */
	char line[512];
	size_t len;
};

static void print_facts(struct facts *facts)
{
	if (facts->len > 0)
		output_line(facts->out, "%-*s%s", INDENT, facts->subject, facts->line);
	facts->subject = "";
	facts->len = 0;
}

static void fact(struct facts *facts, const char *format, ...)
	__attribute__((format(printf, 2, 3)));

/* Behind the others with a comma, or on the next line. */
static void fact(struct facts *facts, const char *format, ...)
{
	char text[sizeof(facts->line)];
	va_list args;
	size_t len;

	va_start(args, format);
	(void)vsnprintf(text, sizeof(text), format, args);
	va_end(args);
	len = strlen(text);
	if (facts->len > 0 && INDENT + facts->len + 2 + len >= COLUMNS) {
		facts->line[facts->len++] = ',';
		facts->line[facts->len] = '\0';
		print_facts(facts);
	}
	facts->len += (size_t)snprintf(facts->line + facts->len, sizeof(facts->line) - facts->len,
		"%s%s", facts->len > 0 ? ", " : "", text);
	if (facts->len >= sizeof(facts->line))
		facts->len = sizeof(facts->line) - 1;
}

static struct facts about(struct output *out, const char *subject)
{
	return (struct facts){ .out = out, .subject = subject };
}

#define DURATION_ROOM 32

/* "7 s", "12 min", "3 h", "45 days": as exact as people want it. */
static const char *duration(int64_t seconds, char out[DURATION_ROOM])
{
	if (seconds < 120)
		(void)snprintf(out, DURATION_ROOM, "%" PRId64 " s", seconds);
	else if (seconds < 7200)
		(void)snprintf(out, DURATION_ROOM, "%" PRId64 " min", seconds / 60);
	else if (seconds < 2 * DAY)
		(void)snprintf(out, DURATION_ROOM, "%" PRId64 " h", seconds / 3600);
	else
		(void)snprintf(out, DURATION_ROOM, "%" PRId64 " days", seconds / DAY);
	return out;
}

static const char *milliseconds(int64_t us, char out[DURATION_ROOM])
{
	(void)snprintf(out, DURATION_ROOM,
		us < 10000 ? "%" PRId64 ".%" PRId64 " ms" : "%" PRId64 " ms", us / 1000,
		us % 1000 / 100);
	return out;
}

/* ---- the lines ---- */

static void show_state(const struct server *server, struct output *out)
{
	char when[OUTPUT_TIME_LEN + 1], since[OUTPUT_TIME_LEN + 1], age[DURATION_ROOM];
	struct facts facts = about(out, server->instance);

	output_time(server->stats.written_at, when);
	output_time(server->stats.started_at, since);
	switch (server->state) {
	case SERVER_ALIVE:
		fact(&facts, "alive since %s", since);
		break;
	case SERVER_STOPPED:
		fact(&facts, "stopped in good order at %s", when);
		break;
	case SERVER_SILENT:
		fact(&facts, "SILENT: its process is there, but has not written for %s",
			duration(server->silent_s, age));
		break;
	case SERVER_GONE:
	case SERVER_OTHER_VERSION:
	case SERVER_DAMAGED:
	case SERVER_UNREADABLE:
		fact(&facts, "GONE: last alive at %s", when);
		break;
	}
	fact(&facts, "migrantid %s", server->stats.head.program);
	print_facts(&facts);
}

static void show_process(const struct stats *stats, struct output *out)
{
	struct facts facts = about(out, "process");

	fact(&facts, "%" PRId64, stats->process.pid);
	fact(&facts, "%" PRIu64 " MiB", stats->process.resident_octets >> 20);
	fact(&facts, "%" PRIu64 " of %" PRIu64 " file descriptors", stats->process.descriptors,
		stats->process.descriptors_max);
	fact(&facts, "%" PRIu64 " threads", stats->process.threads);
	print_facts(&facts);
}

/* Decisions of one result and reason, whatever their source. */
struct sums {
	struct facts facts;
	struct decisions last;
};

static void print_sum(struct sums *sums)
{
	if (sums->last.reason != NULL)
		fact(&sums->facts, "%s %" PRIu64, sums->last.reason, sums->last.count);
}

static void add_decision(void *ctx, const struct decisions *row)
{
	struct sums *sums = ctx;
	bool other = sums->last.result == NULL || strcmp(sums->last.result, row->result) != 0;

	if (!other && strcmp(sums->last.reason, row->reason) == 0) {
		sums->last.count += row->count;
		return;
	}
	print_sum(sums);
	if (other) {
		print_facts(&sums->facts);
		sums->facts.subject = row->result;
	}
	sums->last = *row;
}

static void show_decisions(const struct stats *stats, struct output *out)
{
	struct sums sums = { .facts = about(out, "") };
	struct facts sources = about(out, "decisions");
	uint64_t total = 0;

	for (int source = 0; source < STATS_SOURCES; source++) {
		uint64_t count = histogram_count(&stats->decision_seconds[source]);

		total += count;
		if (count > 0 && decisions_source(source) != NULL)
			fact(&sources, "%s %" PRIu64, decisions_source(source), count);
	}
	if (total == 0)
		fact(&sources, "none yet");
	if (stats->records_lost > 0)
		fact(&sources, "%" PRIu64 " MISSING from the log", stats->records_lost);
	print_facts(&sources);
	decisions_each(stats, add_decision, &sums);
	print_sum(&sums);
	print_facts(&sums.facts);
}

static void show_questions(const struct stats_inquiries *inquiries, struct output *out)
{
	struct facts facts = about(out, "questions");
	uint64_t count = histogram_count(&inquiries->seconds);
	char half[DURATION_ROOM], most[DURATION_ROOM];

	fact(&facts, "%" PRIu64 " asked", count);
	if (count > 0)
		fact(&facts, "p50 %s, p99 %s",
			milliseconds(histogram_quantile(&inquiries->seconds, 50), half),
			milliseconds(histogram_quantile(&inquiries->seconds, 99), most));
	fact(&facts, "%" PRId64 " of %" PRId64 " under way", inquiries->in_flight,
		inquiries->in_flight_max);
	fact(&facts, "%" PRId64 " workers wait", inquiries->waiting);
	if (inquiries->joined > 0)
		fact(&facts, "%" PRIu64 " joined", inquiries->joined);
	if (inquiries->retries > 0)
		fact(&facts, "%" PRIu64 " retries", inquiries->retries);
	for (int check = CHECK_FORM; check <= CHECK_RESULT; check++)
		if (inquiries->rejected[check] > 0)
			fact(&facts, "REJECTED for their %s %" PRIu64,
				answer_check_name((enum answer_check)check),
				inquiries->rejected[check]);
	print_facts(&facts);
}

static void show_endpoint(
	const struct stats_endpoint *endpoint, const char *subject, struct output *out)
{
	struct facts facts = about(out, subject);
	char rest[DURATION_ROOM];

	fact(&facts, "%s %s", endpoint->address,
		endpoint->up == 0        ? "DOWN, it rests"
		: endpoint->rests_ms > 0 ? "asks us to slow down"
					 : "up");
	if (endpoint->up != 0 && endpoint->rests_ms > 0)
		fact(&facts, "for %s", duration((endpoint->rests_ms + 999) / 1000, rest));
	for (int end = END_STATUS; end <= END_CUT_OFF; end++)
		if (endpoint->failures[end] > 0)
			fact(&facts, "failed by %s %" PRIu64,
				attempt_end_name((enum attempt_end)end), endpoint->failures[end]);
	print_facts(&facts);
}

static void show_endpoints(const struct stats *stats, struct output *out)
{
	for (uint32_t i = 0; i < stats->endpoint_count; i++) {
		bool is_keys = stats->endpoints[i].is_keys != 0;
		bool first = i == 0 || (stats->endpoints[i - 1].is_keys != 0) != is_keys;

		show_endpoint(&stats->endpoints[i],
			!first    ? ""
			: is_keys ? "keys from"
				  : "service",
			out);
	}
}

static void show_share(struct facts *facts, const char *tier, uint64_t hits, uint64_t misses)
{
	uint64_t looks = hits + misses;

	if (looks > 0)
		fact(facts, "%s had %" PRIu64 " of %" PRIu64 " (%d %%)", tier, hits, looks,
			(int)((double)hits * 100 / (double)looks));
	else
		fact(facts, "%s not asked yet", tier);
}

static void show_cache(const struct stats_cache *cache, struct output *out)
{
	struct facts facts = about(out, "kept answers");
	const char *tier = status_tier_name(cache);

	show_share(&facts, "memory", cache->memory_hits, cache->memory_misses);
	if (tier != NULL) {
		show_share(&facts, tier, cache->tier_hits, cache->tier_misses);
		if (cache->reads == 0)
			fact(&facts, "%s CANNOT BE READ", tier);
		if (cache->writes == 0)
			fact(&facts, "%s CANNOT BE WRITTEN", tier);
	}
	print_facts(&facts);
}

static void show_keys(const struct stats_config *config, struct output *out)
{
	struct facts facts = about(out, "keys");
	char age[DURATION_ROOM], most[DURATION_ROOM];

	if (config->keys == 0)
		fact(&facts, "NONE: no answer is believed");
	else
		fact(&facts, "%" PRIu32, config->keys);
	if (config->keys_age >= 0)
		fact(&facts, "vouched for %s ago%s, believed for %s",
			duration(config->keys_age, age),
			config->keys_age >= config->keys_max_age / 2 ? " (TOO LONG)" : "",
			duration(config->keys_max_age, most));
	print_facts(&facts);
}

static void show_certificates(const struct stats *stats, struct output *out)
{
	int64_t now = (int64_t)time(NULL);

	for (uint32_t i = 0; i < stats->certificate_count; i++) {
		const struct stats_certificate *row = &stats->certificates[i];
		struct facts facts = about(out, i == 0 ? "certificates" : "");
		char when[OUTPUT_TIME_LEN + 1], left[DURATION_ROOM];

		output_time(row->not_after, when);
		fact(&facts, "%s", row->file);
		if (row->not_after <= now)
			fact(&facts, "ENDED %s", when);
		else
			fact(&facts, "ends %s%s, in %s", when,
				row->not_after - now < CERTIFICATE_SOON ? " (SOON)" : "",
				duration(row->not_after - now, left));
		print_facts(&facts);
	}
}

static void show_config(const struct stats *stats, struct output *out)
{
	const struct stats_config *config = &stats->config;
	struct facts facts = about(out, "rules");
	char when[OUTPUT_TIME_LEN + 1];

	output_time(config->loaded_at, when);
	fact(&facts, "version %s", config->rules);
	fact(&facts, "loaded %s", when);
	fact(&facts, "%" PRIu64 " reloads taken", config->reloads_taken);
	fact(&facts, "%" PRIu64 " refused", config->reloads_refused);
	print_facts(&facts);
	if (config->failing != 0) {
		facts = about(out, "LAST RELOAD");
		fact(&facts, "refused: %s", config->error);
		print_facts(&facts);
	}
	if (config->outage_until > stats->written_at) {
		facts = about(out, "OUTAGE");
		output_time(config->outage_until, when);
		fact(&facts, "announced until %s: nobody is asked", when);
		print_facts(&facts);
	}
}

void status_show(const struct server *server, struct output *out)
{
	const struct stats *stats = &server->stats;

	show_state(server, out);
	show_process(stats, out);
	show_decisions(stats, out);
	show_questions(&stats->inquiries, out);
	show_endpoints(stats, out);
	show_cache(&stats->cache, out);
	show_keys(&stats->config, out);
	show_certificates(stats, out);
	show_config(stats, out);
}
