/* SPDX-License-Identifier: GPL-2.0-or-later */
/* explain.c - what would become of one sale, and why; nobody is asked but with --ask. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "inquiry/question.h"
#include "tools/ctl/args.h"
#include "tools/ctl/ask.h"
#include "tools/ctl/ctl.h"
#include "tools/ctl/files.h"
#include "tools/ctl/request.h"

#define MEMBER_MAX 64

struct explanation {
	const struct settings *settings;
	const struct rule_set *rules;
	struct date today;
	struct request request;
	struct sale sale;
	bool ask;
	struct output *out;
};

static void drop_explanation(struct explanation *explanation)
{
	sale_clear(&explanation->sale);
	request_clear(&explanation->request);
}

static void drop_verdicts(enum rule_verdict **verdicts)
{
	free(*verdicts);
}

/* How the request is at fault; the same words as in the server's reply. */
static enum ctl_exit bad_request(struct output *out, const struct sale_fault *fault)
{
	output_fact(out, "decision", "bad-request");
	output_member(out, "reason", json_string(reason_name(fault->reason)));
	output_member(out, "attribute", json_string(attribute_name(fault->attribute)));
	request_report_fault(fault, &out->reporter);
	return CTL_NO;
}

static void show_rule(struct output *out, const struct rule_info *rule, enum rule_verdict verdict)
{
	output_row(out, "tried",
		json_pack("{s:s, s:i, s:b, s:s}", "rule", rule->id, "line", rule->line, "holds",
			verdict == RULE_HOLDS, "because", rule_verdict_text(verdict)),
		"rule %s (line %d) %s", rule->id, rule->line, rule_verdict_text(verdict));
}

/* -1, or the rule that holds; -2 if there is no memory. */
static int try_rules(const struct explanation *explanation)
{
	const struct rule_set *rules = explanation->rules;
	size_t count = rules_count(rules);
	enum rule_verdict *verdicts CLEANUP(drop_verdicts) = calloc(count + 1, sizeof(*verdicts));
	int held;

	if (verdicts == NULL)
		return -2;
	held = rules_match(rules, &explanation->sale, &explanation->today, verdicts);
	for (size_t i = 0; i < (held < 0 ? count : (size_t)held + 1); i++) {
		struct rule_info rule = rules_info(rules, i);

		show_rule(explanation->out, &rule, verdicts[i]);
	}
	return held;
}

static void show_members(struct output *out, json_t *object, const char *prefix)
{
	const char *name;
	json_t *value;

	json_object_foreach(object, name, value) {
		char path[MEMBER_MAX];

		(void)snprintf(path, sizeof(path), "%s%s", prefix, name);
		if (!json_is_object(value)) {
			output_row(out, "members", json_string(path), "  %s", path);
			continue;
		}
		(void)strncat(path, ".", sizeof(path) - strlen(path) - 1);
		show_members(out, value, path);
	}
}

/*
 * The question is made as the server makes it, under a key of zeros: only the names of its members
 * are shown, and the operator's secret is not needed for them.
 */
static enum ctl_exit show_question(struct explanation *explanation)
{
	const struct operator_key zeros = { .len = OPERATOR_KEY_MIN };
	struct output *out = explanation->out;
	struct question question CLEANUP(question_clear) = { .body = NULL };
	struct person_key person;
	json_t *body = NULL;

	if (person_key_make(&zeros, &explanation->sale.person, &person) &&
	    question_make(&zeros, &person, &explanation->sale, &question))
		body = json_loadb(question.body, question.body_len, 0, NULL);
	if (body == NULL) {
		report(&out->reporter, SAY_ERROR, NULL, 0, "the question could not be made");
		return CTL_UNABLE;
	}
	output_fact(out, "decision", "ask");
	output_line(out, "Unless a kept answer serves, the service would be asked, and be sent:");
	show_members(out, body, "");
	json_decref(body);
	return explanation->ask ?
		       ask(explanation->settings, &explanation->request, explanation->out) :
		       CTL_FINE;
}

static enum ctl_exit exempt(struct output *out, const struct rule_info *rule)
{
	output_fact(out, "decision", "exempt");
	output_fact(out, "rule", rule->id);
	output_fact(out, "citation", rule->citation);
	output_line(out, "Nobody would be asked.");
	return CTL_FINE;
}

static enum ctl_exit not_applicable(struct output *out)
{
	output_fact(out, "decision", "not-applicable");
	output_line(out, "A citizen of the operator's own country: nobody would be asked.");
	output_line(out, "No rule is tried; the server's policy decides.");
	return CTL_FINE;
}

/* The order of gate_decide(). */
static enum ctl_exit explain(struct explanation *explanation)
{
	const struct sale *sale = &explanation->sale;
	struct sale_fault missing = { REASON_ATTRIBUTE_MISSING, ATTR_NONE, MRZ_FIELD_NONE };
	const char *type = sale->person.document.type;
	struct rule_info rule;
	int held;

	if (strlen(type) > 2 && !rules_knows_document(explanation->rules, type))
		return bad_request(explanation->out, &(struct sale_fault){
			REASON_ATTRIBUTE_INVALID, ATTR_DOCUMENT_TYPE, MRZ_FIELD_NONE });
	if (rules_is_home(explanation->rules, sale))
		return not_applicable(explanation->out);
	held = try_rules(explanation);
	if (held < -1)
		return CTL_UNABLE;
	if (held >= 0) {
		rule = rules_info(explanation->rules, (size_t)held);
		return exempt(explanation->out, &rule);
	}
	missing.attribute = sale_missing(sale);
	if (missing.attribute != ATTR_NONE)
		return bad_request(explanation->out, &missing);
	return show_question(explanation);
}

/* A date is that day in the operator's zone; a time is the day it falls on there. */
static bool read_today(const struct args *args, const struct settings *settings, struct date *today)
{
	const char *at = args->value[OPT_AT];
	int64_t time = clock_wall(&system_clock);

	if (at != NULL && date_parse(at, strlen(at), false, today))
		return true;
	if (at != NULL && !args_time(at, &time))
		return false;
	*today = files_date(settings, time);
	return true;
}

static enum ctl_exit explain_request(struct explanation *explanation)
{
	const struct sale_options options = {
		.allow_specimen = explanation->settings->allow_specimen
	};
	struct request *request = &explanation->request;
	struct output *out = explanation->out;
	char date[DATE_TEXT_LEN + 1];
	struct sale_fault fault;

	switch (request_read(request, &out->reporter)) {
	case REQUEST_READ:
		break;
	case REQUEST_WRONG:
		return CTL_NO;
	case REQUEST_UNREADABLE:
		return CTL_UNABLE;
	}
	date_format(&explanation->today, date);
	output_fact(out, "date", date);
	output_fact(out, "rules_digest", rules_digest(explanation->rules));
	if (!sale_read(request->fields, request->count, &options, &explanation->sale, &fault))
		return bad_request(out, &fault);
	return explain(explanation);
}

static enum ctl_exit run(const struct args *args, struct output *out)
{
	struct explanation explanation CLEANUP(drop_explanation) = {
		.ask = args->value[OPT_ASK] != NULL,
		.out = out,
	};
	struct settings *settings CLEANUP(drop_settings) = NULL;
	struct rule_set *rules CLEANUP(drop_rules) = NULL;

	if (explanation.ask && args->value[OPT_AT] != NULL)
		return usage_error(&verb_explain, "--ask asks now: --at cannot go with it");
	settings = files_settings(args, out);
	if (settings != NULL)
		rules = file_rules(settings->rules_file, &out->reporter);
	if (rules == NULL)
		return CTL_UNABLE;
	explanation.settings = settings;
	explanation.rules = rules;
	if (!read_today(args, settings, &explanation.today))
		return usage_error(&verb_explain, "--at wants a date such as 2026-01-31");
	return explain_request(&explanation);
}

const struct verb verb_explain = {
	.name = "explain",
	.takes = TAKES(OPT_CONFIG) | TAKES(OPT_AT) | TAKES(OPT_ASK),
	.summary = "what would become of one sale, and why",
	.details =
		"Reads a request from standard input, `name = value` lines as radclient takes\n"
		"them, and says which rules are tried in which order and what each one lacks;\n"
		"whether the buyer is exempt; and, if the service would be asked, which\n"
		"members of a question it would be sent, by name and not by value. Nothing is\n"
		"sent and nothing is kept. Exit code 1 if the request itself is at fault:\n"
		"something is missing or wrong.\n"
		"\n"
		"With --ask the sale is decided as the server would decide it: kept answers\n"
		"are looked at and the service is asked if need be. That is a real question\n"
		"about a real person, for which the buyer's consent is needed as in a shop.\n"
		"Exit code 0 if the sale may go ahead, 1 if not, 3 if that could not be told.",
	.run = run,
};
