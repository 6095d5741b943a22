/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * decide.c - the whole path of one sale, top to bottom in decide(): what the request says, what
 * the rules make of it (rules/evaluate.h), what is kept in memory, and the inquiry. Its words for
 * the reply are say.c's.
 */
#include <stdio.h>
#include <string.h>

#include <openssl/crypto.h>

#include "decision/by_card.h"
#include "decision/challenge_state.h"
#include "decision/identity.h"
#include "decision/say.h"
#include "rules/evaluate.h"

#define COMPLAIN_EVERY_MS 60000

static void conclude(struct path *path, enum result result, enum reason reason)
{
	path->out->result = result;
	path->out->reason = reason;
}

static void bad_request(struct path *path, enum reason reason, enum attribute attribute)
{
	conclude(path, RESULT_UNDETERMINED, reason);
	path->out->attribute = attribute;
}

static void exempt(struct path *path, int rule)
{
	conclude(path, RESULT_EXEMPT, REASON_EXEMPT);
	path->out->source = SOURCE_RULE;
	(void)snprintf(path->out->rule, sizeof(path->out->rule), "%s",
		rules_info(path->snapshot->rules, (size_t)rule).id);
}

static void answered(struct path *path, const struct answer *answer, enum source source)
{
	conclude(path, answer->result, answer->reason);
	path->out->source = source;
	if (answer->result == RESULT_YES)
		path->out->valid_until = answer->expires_at;
}

/* Why nobody could tell: never the person's fault. */
static enum reason reason_of_outcome(enum inquiry_outcome outcome)
{
	switch (outcome) {
	case INQUIRY_PENDING:
		return REASON_PENDING;
	case INQUIRY_BUSY:
		return REASON_SERVICE_BUSY;
	case INQUIRY_TOO_MANY:
		return REASON_TOO_MANY;
	case INQUIRY_TIMEOUT:
		return REASON_SERVICE_TIMEOUT;
	case INQUIRY_REJECTED:
		return REASON_ANSWER_REJECTED;
	case INQUIRY_NOT_CONFIGURED:
		return REASON_NOT_CONFIGURED;
	case INQUIRY_REFUSED:
		return REASON_QUESTION_REFUSED;
	case INQUIRY_OUTAGE:
		return REASON_SERVICE_OUTAGE;
	case INQUIRY_ANSWERED:
	case INQUIRY_UNAVAILABLE:
		break;
	}
	return REASON_SERVICE_UNAVAILABLE;
}

/* False, with the reason, if the sale's State is at fault; or OpenSSL fails, a fault of ours. */
static bool identify(struct path *path, struct identity *identity)
{
	if (identity_find(path->snapshot, &path->sale, path->form, path->now, identity))
		return true;
	if (path->sale.state_len > 0)
		bad_request(path, REASON_ATTRIBUTE_INVALID, ATTR_STATE);
	return false;
}

/* Who does not wait would hear `pending` for as long as it lasts. */
static void see_outage(const struct path *path, struct inquiry_result *asked)
{
	const struct outage *outage = &path->snapshot->outage;

	if (asked->outcome != INQUIRY_PENDING || path->snapshot->settings->wait > 0 ||
		!outage_in_force(outage, path->now))
		return;
	asked->outcome = INQUIRY_OUTAGE;
	asked->retry_after = outage_retry_after(outage, path->now);
}

static void inquire(
	struct path *path, const struct identity *identity, const struct question *question)
{
	const struct settings *settings = path->snapshot->settings;
	struct decision *out = path->out;
	struct inquiry_result asked;

	inquiry_ask(path->decider->inquiries, question, settings->wait, &asked);
	see_outage(path, &asked);
	out->retry_after = asked.retry_after;
	if (asked.outcome == INQUIRY_ANSWERED) {
		answered(path, &asked.answer, asked.source);
		return;
	}
	conclude(path, RESULT_UNDETERMINED, reason_of_outcome(asked.outcome));
	if (asked.outcome != INQUIRY_OUTAGE)
		out->source = SOURCE_SERVICE;
	if (out->retry_after == 0)
		out->retry_after = (unsigned)settings->retry_after;
	if (asked.outcome == INQUIRY_PENDING && path->sale.accept_challenge &&
		state_make(identity->key, &path->sale, &identity->sbj, identity->seed,
			path->now + settings->state_lifetime, out->state)) {
		out->state_len = STATE_LEN;
		out->hold_ms = asked.hold_ms;
	}
}

bool decider_may_complain(struct decider *decider, atomic_int_fast64_t *told_ms)
{
	int64_t now = clock_mono_ms(&decider->options.clock);
	int_fast64_t told = atomic_load(told_ms);

	return (told == 0 || now - told >= COMPLAIN_EVERY_MS) &&
	       atomic_compare_exchange_strong(told_ms, &told, now);
}

/* Without a pseudonym or a txn nobody can be asked: a fault of ours, and no refusal. */
static void report_no_question(const struct path *path)
{
	struct decider *decider = path->decider;

	if (path->out->attribute == ATTR_NONE &&
		decider_may_complain(decider, &decider->no_question_told_ms))
		report(&decider->options.reporter, SAY_ERROR, NULL, 0,
			"a question could not be made, for OpenSSL fails or memory is short: no "
			"decision");
}

/* Kept answers in memory first; whatever else there is, is the inquiry's to find. */
static void ask_about(struct path *path)
{
	struct identity identity = { 0 };
	struct question question = { 0 };
	struct answer answer;

	conclude(path, RESULT_UNDETERMINED, REASON_SERVICE_UNAVAILABLE);
	if (!state_settle_id(&path->sale, identity.seed))
		return;
	if (identify(path, &identity) &&
		question_make(identity.key, &identity.sbj, path->form, &path->sale, &question) &&
		identity_add_other(&identity, &path->sale, &question)) {
		question.by_person =
			path->form == SUBJECT_DOCUMENT && path->snapshot->policy->keep_yes > 0;
		if (cache_lookup(path->decider->cache, &question.asked, path->now, &answer))
			answered(path, &answer, SOURCE_CACHE);
		else
			inquire(path, &identity, &question);
	} else {
		report_no_question(path);
	}
	question_clear(&question);
	identity_clear(&identity);
}

/* Where nothing else could decide, what was wrong with the card is what helps. */
static void missing(struct path *path, enum attribute attribute)
{
	enum reason reason = path->shown.reason;

	if (reason == REASON_DOCUMENT_MISMATCH)
		conclude(path, RESULT_UNDETERMINED, reason);
	else
		bad_request(
			path, reason != REASON_NONE ? reason : REASON_ATTRIBUTE_MISSING, attribute);
}

/* What is clear before anybody is asked, or that somebody has to be. */
static void judge(struct path *path, unsigned forms)
{
	struct verdict verdict =
		evaluate(&path->sale, path->snapshot->rules, &path->today, forms, NULL);

	switch (verdict.kind) {
	case VERDICT_INVALID:
		bad_request(
			path, REASON_ATTRIBUTE_INVALID, sale_told(&path->sale, verdict.attribute));
		break;
	case VERDICT_HOME:
		conclude(path, RESULT_NOT_APPLICABLE, REASON_NOT_APPLICABLE);
		break;
	case VERDICT_EXEMPT:
		exempt(path, verdict.rule);
		break;
	case VERDICT_MISSING:
		if (!by_card_decided(path))
			missing(path, verdict.attribute);
		break;
	case VERDICT_ASK:
		path->form = verdict.form;
		if (!by_card_decided(path))
			ask_about(path);
		break;
	}
}

/* Sale ids, State and txn are a shop's own: without knowing whose they are nothing is decided. */
static bool name_shop(struct path *path, struct span shop)
{
	struct decider *decider = path->decider;

	if (shop.len > 0 && shop.len <= SHOP_MAX) {
		memcpy(path->sale.shop, shop.data, shop.len);
		path->sale.shop[shop.len] = '\0';
		return true;
	}
	if (decider_may_complain(decider, &decider->no_shop_told_ms))
		report(&decider->options.reporter, SAY_ERROR, NULL, 0,
			"no shop is named: no sale is decided; give its client entry a short name, "
			"its certificate a Common Name, or set control:MigrantID-Shop in the site "
			"file (1 to %d octets)",
			SHOP_MAX);
	conclude(path, RESULT_UNDETERMINED, REASON_NOT_CONFIGURED);
	return false;
}

static unsigned forms_of(const struct path *path, const struct sale_request *request)
{
	unsigned forms = path->snapshot->settings->forms;

	return request->forms != 0 ? forms & request->forms : forms;
}

/* For the recorder: what it took is measured here. */
static void write_down(const struct path *path, struct span shop, int64_t began_us)
{
	struct decider *decider = path->decider;
	const struct clock *clock = &decider->options.clock;
	struct record record;

	record_make(
		path->out, shop, clock_wall_ms(clock), clock_mono_us(clock) - began_us, &record);
	recorder_offer(decider->recorder, &record);
}

void decide(struct decider *decider, const struct sale_request *request, struct decision *out)
{
	struct path path = { .decider = decider, .out = out };
	int64_t began_us = clock_mono_us(&decider->options.clock);
	struct sale_options options;
	struct sale_fault fault;

	memset(out, 0, sizeof(*out));
	path.snapshot = config_acquire(decider->config);
	path.now = clock_wall(&decider->options.clock);
	path.today = snapshot_today(path.snapshot, path.now);
	options = (struct sale_options){
		.allow_specimen = path.snapshot->settings->allow_specimen,
		.plain_allowed = request->plain_allowed,
		.today = path.today,
		.codes = rules_codes(path.snapshot->rules),
	};

	if (!sale_read(request->fields, request->count, &options, &path.sale, &fault)) {
		bad_request(&path, fault.reason, fault.attribute);
		out->mrz_field = fault.mrz_field;
	} else if (name_shop(&path, request->shop)) {
		by_card_look(&path, &options);
		judge(&path, forms_of(&path, request));
	}

	say(path.snapshot, request->fields, request->count, out);
	sale_clear(&path.sale);
	shown_card_clear(&path.shown);
	config_release(path.snapshot);
	write_down(&path, request->shop, began_us);
}
