/* SPDX-License-Identifier: GPL-2.0-or-later */
/* explain.c - what would become of one sale, and why; nobody is asked but with --ask. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <openssl/crypto.h>

#include "base/clock.h"
#include "config/outage.h"
#include "inquiry/question.h"
#include "person/moment.h"
#include "rules/evaluate.h"
#include "tools/ctl/args.h"
#include "tools/ctl/ask.h"
#include "tools/ctl/ctl.h"
#include "tools/ctl/explain_card.h"
#include "tools/ctl/files.h"
#include "tools/ctl/request.h"

#define MEMBER_MAX 64

struct explanation {
	const struct settings *settings;
	const struct rule_set *rules;
	int64_t now; /* seconds since 1970: for what is signed */
	struct date today;
	const char *shop;
	struct request request;
	struct sale sale;
	struct shown_card shown;
	bool ask;
	struct output *out;
};

static void drop_explanation(struct explanation *explanation)
{
	sale_clear(&explanation->sale);
	shown_card_clear(&explanation->shown);
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

/* Of a person of the home state whose documents do not show it: what is wanting. */
static void show_home(const struct explanation *explanation)
{
	enum rule_verdict verdict =
		rules_home_verdict(explanation->rules, &explanation->sale, &explanation->today);

	if (strcmp(explanation->sale.person.nationality, rules_home(explanation->rules)) == 0)
		output_row(explanation->out, "home", json_string(rule_verdict_text(verdict)),
			"home %s", rule_verdict_text(verdict));
}

/* Every rule that was looked at, up to the one that holds. */
static void show_rules(const struct explanation *explanation, const struct verdict *verdict,
	const enum rule_verdict *why)
{
	size_t count = rules_count(explanation->rules);

	show_home(explanation);
	for (size_t i = 0; i < (verdict->rule < 0 ? count : (size_t)verdict->rule + 1); i++) {
		struct rule_info rule = rules_info(explanation->rules, i);

		show_rule(explanation->out, &rule, why[i]);
	}
}

static void show_members(struct output *out, json_t *object, const char *prefix)
{
	const char *name;
	json_t *value;

	json_object_foreach(object, name, value)
	{
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

/* As the server makes it, but under a key of zeros: the operator's secret is not needed. */
static json_t *make_question(const struct sale *sale, enum subject_form form)
{
	const struct operator_key zeros = { .len = OPERATOR_KEY_MIN };
	struct question question CLEANUP(question_clear) = { .by_person = false };
	char nonce[NONCE_LEN + 1], body[QUESTION_BODY_MAX + 1];
	struct person_key sbj;
	json_t *object = NULL;
	size_t len;

	if (!(form == SUBJECT_TOKEN ? token_key_make(&zeros, sale->token, &sbj)
				    : person_key_make(&zeros, &sale->person, &sbj)) ||
		!question_make(&zeros, &sbj, form, sale, &question))
		return NULL;
	len = question_body(&question, nonce, body);
	if (len > 0)
		object = json_loadb(body, len, 0, NULL);
	OPENSSL_cleanse(body, sizeof(body));
	return object;
}

/* It would not be asked at all now. */
static void show_outage(const struct settings *settings, struct output *out)
{
	char *path CLEANUP(drop_text) = outage_path(settings->state_directory);
	char until[OUTAGE_TIME_LEN + 1];
	struct outage outage = { 0 };

	if (path != NULL)
		(void)outage_load(path, &outage, NULL); /* the server says it */
	if (!outage_in_force(&outage, clock_wall(&system_clock)))
		return;
	outage_time(outage.until, until);
	output_fact(out, "outage_until", until);
	output_line(out, "An outage of the service is announced: now a kept answer decides, or "
			 "nobody (service-outage).");
}

/* Only the names of its members are shown. */
static enum ctl_exit show_question(struct explanation *explanation, enum subject_form form)
{
	struct output *out = explanation->out;
	json_t *body = make_question(&explanation->sale, form);

	if (body == NULL) {
		report(&out->reporter, SAY_ERROR, NULL, 0, "the question could not be made");
		return CTL_UNABLE;
	}
	output_fact(out, "decision", "ask");
	output_fact(out, "form", subject_form_name(form));
	show_outage(explanation->settings, out);
	output_line(out, "Unless a kept answer serves, the service would be asked, and be sent:");
	show_members(out, body, "");
	json_decref(body);
	return explanation->ask
		       ? ask(explanation->settings, &explanation->request, explanation->out)
		       : CTL_FINE;
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

static enum ctl_exit exempt_by(const struct explanation *explanation, int rule)
{
	struct rule_info info = rules_info(explanation->rules, (size_t)rule);

	return exempt(explanation->out, &info);
}

/* It is a yes, unless a no speaks against it: only the server knows that. */
static enum ctl_exit decided_by_card(struct output *out)
{
	output_fact(out, "decision", "yes");
	output_line(out,
		"By the card: nobody would be asked, unless the service is known to have said "
		"no since it was issued.");
	return CTL_FINE;
}

static bool card_decides(const struct explanation *explanation)
{
	return shown_card_may_decide(&explanation->shown, explanation->settings, &explanation->sale,
		&explanation->today);
}

/* Where nothing else decides, what is wrong with the card is what helps. */
static enum ctl_exit missing(const struct explanation *explanation, struct sale_fault *fault)
{
	enum reason reason = explanation->shown.reason;

	if (card_decides(explanation))
		return decided_by_card(explanation->out);
	fault->reason = reason != REASON_NONE ? reason : REASON_ATTRIBUTE_MISSING;
	return bad_request(explanation->out, fault);
}

/* The server's own verdict, with the reasons of each rule. */
static enum ctl_exit explain(struct explanation *explanation)
{
	enum rule_verdict *why CLEANUP(drop_verdicts) =
		calloc(rules_count(explanation->rules) + 1, sizeof(*why));
	struct sale_fault fault = { .mrz_field = MRZ_FIELD_NONE };
	struct verdict verdict;

	if (why == NULL)
		return CTL_UNABLE;
	verdict = evaluate(&explanation->sale, explanation->rules, &explanation->today,
		explanation->settings->forms, why);
	fault.attribute = verdict.attribute;
	switch (verdict.kind) {
	case VERDICT_INVALID:
		fault.reason = REASON_ATTRIBUTE_INVALID;
		return bad_request(explanation->out, &fault);
	case VERDICT_HOME:
		return not_applicable(explanation->out);
	case VERDICT_EXEMPT:
		show_rules(explanation, &verdict, why);
		return exempt_by(explanation, verdict.rule);
	case VERDICT_MISSING:
		show_rules(explanation, &verdict, why);
		return missing(explanation, &fault);
	case VERDICT_ASK:
		show_rules(explanation, &verdict, why);
		return card_decides(explanation) ? decided_by_card(explanation->out)
						 : show_question(explanation, verdict.form);
	}
	return CTL_UNABLE;
}

/* A date is that day in the operator's zone; a time is the day it falls on there. */
static bool read_today(const struct args *args, struct explanation *explanation)
{
	const char *at = args->value[OPT_AT];
	struct date *today = &explanation->today;

	explanation->now = clock_wall(&system_clock);
	if (at != NULL && !moment_parse(at, &explanation->now))
		return false;
	if (at == NULL || !date_parse(at, strlen(at), false, today))
		*today = files_date(explanation->settings, explanation->now);
	return true;
}

static enum ctl_exit explain_request(struct explanation *explanation)
{
	const struct sale_options options = {
		.allow_specimen = explanation->settings->allow_specimen,
		.plain_allowed = true, /* whether a client may send them is its entry's to say */
		.today = explanation->today,
		.codes = rules_codes(explanation->rules),
	};
	struct request *request = &explanation->request;
	struct output *out = explanation->out;
	char date[DATE_TEXT_LEN + 1];
	struct sale_fault fault;

	switch (request_read(request, &explanation->today, &out->reporter)) {
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
	(void)snprintf(
		explanation->sale.shop, sizeof(explanation->sale.shop), "%s", explanation->shop);
	if (!explain_card(explanation->settings, &options, explanation->now, out,
		    &explanation->sale, &explanation->shown))
		return CTL_UNABLE;
	return explain(explanation);
}

static enum ctl_exit run(const struct args *args, struct output *out)
{
	struct explanation explanation CLEANUP(drop_explanation) = {
		.ask = args->value[OPT_ASK] != NULL,
		.shop = args->value[OPT_SHOP] != NULL ? args->value[OPT_SHOP] : EXPLAIN_SHOP,
		.out = out,
	};
	struct settings *settings CLEANUP(drop_settings) = NULL;
	struct rule_set *rules CLEANUP(drop_rules) = NULL;

	if (explanation.ask && args->value[OPT_AT] != NULL)
		return usage_error(&verb_explain, "--ask asks now: --at cannot go with it");
	if (explanation.ask && args->value[OPT_SHOP] != NULL)
		return usage_error(&verb_explain,
			"--ask sells in the name of " EXPLAIN_SHOP ": --shop cannot go with it");
	settings = files_settings(args, out);
	if (settings != NULL)
		rules = file_rules(settings->rules_file, &out->reporter);
	if (rules == NULL)
		return CTL_UNABLE;
	explanation.settings = settings;
	explanation.rules = rules;
	if (!read_today(args, &explanation))
		return usage_error(&verb_explain, "--at wants a date such as 2026-01-31");
	return explain_request(&explanation);
}

const struct verb verb_explain = {
	.name = "explain",
	.takes = TAKES(OPT_CONFIG) | TAKES(OPT_AT) | TAKES(OPT_SHOP) | TAKES(OPT_ASK),
	.summary = "what would become of one sale, and why",
	.details = "Reads a request from standard input, `name = value` lines as radclient takes\n"
		   "them, and says which rules are tried in which order and what each one lacks;\n"
		   "whether the buyer is exempt; and, if the service would be asked, which\n"
		   "members of a question it would be sent, by name and not by value. Nothing is\n"
		   "sent and nothing is kept. Exit code 1 if the request itself is at fault:\n"
		   "something is missing or wrong.\n"
		   "\n"
		   "Of a digital ID card (MigrantID-Credential) it says whether it counts, for\n"
		   "the shop that --shop names, and if not which check fails.\n"
		   "\n"
		   "With --ask the sale is decided as the server would decide it: kept answers\n"
		   "are looked at and the service is asked if need be. That is a real question\n"
		   "about a real person, for which the buyer's consent is needed as in a shop.\n"
		   "Exit code 0 if the sale may go ahead, 1 if not, 3 if that could not be told.",
	.run = run,
};
