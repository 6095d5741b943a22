/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * log.c - one decision, by the reference that a shop or a buyer reads out. By nothing else: who
 * could ask for a shop, a day or a rule would be following people.
 */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "tools/ctl/args.h"
#include "tools/ctl/ctl.h"
#include "tools/ctl/decision_line.h"
#include "tools/ctl/files.h"
#include "tools/ctl/log_lines.h"

struct search {
	char reference[REFERENCE_LEN + 1];
	bool found;
	struct decision_line decision;
	int64_t oldest_ms; /* of any decision; INT64_MAX: there is none */
};

/* Which of the two forms a file has, its lines say. */
static bool take_line(void *ctx, const char *text, size_t len)
{
	struct search *search = ctx;
	struct decision_line line;

	if (decision_line_read(text, len, &line) != LINE_DECISION)
		return true;
	if (line.time_ms < search->oldest_ms)
		search->oldest_ms = line.time_ms;
	search->found = strcmp(line.reference, search->reference) == 0;
	if (search->found)
		search->decision = line;
	return !search->found;
}

static void show_if_told(struct output *out, const char *name, const char *text)
{
	if (text != NULL && text[0] != '\0')
		output_fact(out, name, text);
}

static void show(struct output *out, const struct decision_line *decision)
{
	char time[OUTPUT_TIME_LEN + 1];

	output_time(decision->time_ms / 1000, time);
	output_fact(out, "time", time);
	output_fact(out, "result", decision->result);
	output_fact(out, "reason", decision->reason);
	show_if_told(out, "attribute", decision->attribute);
	show_if_told(out, "source", decision->source);
	show_if_told(out, decision->exempt ? "rule" : "shop", decision->by);
	show_if_told(out, "rules_digest", decision->rules);
	output_member(out, "ms", json_integer(decision->took_ms));
	output_line(out, "ms: %" PRId64, decision->took_ms);
}

static void say_not_found(const struct search *search, const struct reporter *reporter)
{
	char time[OUTPUT_TIME_LEN + 1];

	if (search->oldest_ms == INT64_MAX) {
		report(reporter, SAY_ERROR, NULL, 0,
			"there is no decision at all in the log: is it the right file?");
		return;
	}
	output_time(search->oldest_ms / 1000, time);
	report(reporter, SAY_ERROR, NULL, 0,
		"no decision has this reference; the log reaches back to %s. Was it another "
		"server's?",
		time);
}

static enum ctl_exit find(struct search *search, const char *path, struct output *out)
{
	unsigned files = 0;
	bool whole = log_lines_read(path, &out->reporter, take_line, search, &files);

	output_member(out, "found", json_boolean(search->found));
	if (search->found) {
		show(out, &search->decision);
		return CTL_FINE;
	}
	if (files > 0)
		say_not_found(search, &out->reporter);
	return whole ? CTL_NO : CTL_UNABLE;
}

static enum ctl_exit run(const struct args *args, struct output *out)
{
	struct settings *settings CLEANUP(drop_settings) = NULL;
	struct search search = { .oldest_ms = INT64_MAX };
	const char *path = args->value[OPT_FILE];

	if (args->operand == NULL)
		return usage_error(&verb_log, "a reference is wanted, such as K7Q2-9MXD-4H3C");
	switch (reference_read(args->operand, search.reference)) {
	case REFERENCE_GOOD:
		break;
	case REFERENCE_OTHER_SHAPE:
		return usage_error(&verb_log,
			"that is no reference: it has twelve letters and digits, such as "
			"K7Q2-9MXD-4H3C");
	case REFERENCE_MISHEARD:
		report(&out->reporter, SAY_ERROR, NULL, 0,
			"misheard or mistyped: no decision ever has this reference; have it read "
			"out once more");
		return CTL_NO;
	}
	output_fact(out, "reference", search.reference);
	if (path == NULL && (settings = files_settings(args, out)) == NULL)
		return CTL_UNABLE;
	return find(&search, path != NULL ? path : files_log(settings), out);
}

const struct verb verb_log = {
	.name = "log",
	.takes = TAKES(OPT_CONFIG) | TAKES(OPT_FILE),
	.operand = "REFERENCE",
	.summary = "one decision, by its reference",
	.details = "Finds the decision with this reference in the decision log and shows when it\n"
		   "was made, its result, reason and source, the attribute at fault, the\n"
		   "exemption rule or else the shop, and the version of the rules. Of the person\n"
		   "the log holds nothing. Files that logrotate has moved away are looked into,\n"
		   "too. A reference that was misheard is known by its check character.\n"
		   "\n"
		   "The log is the one that the settings name: of JSON lines, or the server's\n"
		   "own. Exit code 1 if no decision has this reference.",
	.run = run,
};
