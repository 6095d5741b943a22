/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * decide.c - the whole path of one sale, top to bottom in decide(): what the request says, what
 * the rules make of it (rules/evaluate.h), what is kept in memory, and the inquiry. Its words for
 * the reply are say.c's.
 */
#include <stdio.h>
#include <string.h>

#include <openssl/crypto.h>

#include "decision/challenge_state.h"
#include "decision/decision_internal.h"
#include "decision/say.h"
#include "rules/evaluate.h"

#define COMPLAIN_EVERY_MS 60000

/* One decision under way: what it stands on, all of one snapshot. */
struct path {
	struct decider *decider;
	struct snapshot *snapshot;
	int64_t now;
	struct date today; /* in the operator's time zone */
	struct sale sale;
	enum subject_form form; /* of the question, if it comes to one */
	struct decision *out;
};

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

/* Which of the operator's keys a sale goes by, and whose pseudonym it has under it. */
struct identity {
	const struct operator_key *key, *other; /* the other one's len may be 0: none */
	struct person_key sbj; /* under `key` */
	uint8_t seed[STATE_SEED_LEN];
};

static bool sbj_make(
	const struct operator_key *key, const struct path *path, struct person_key *out)
{
	if (key->len == 0)
		return false;
	if (path->form == SUBJECT_TOKEN)
		return token_key_make(key, path->sale.token, out);
	return person_key_make(key, &path->sale.person, out);
}

/*
 * The current key, or the one that the sale's State was made with while the two are in force
 * together. False, with the reason: the State is forged, expired or another sale's; or OpenSSL
 * fails, which is a fault of ours.
 */
static bool identify(struct path *path, struct identity *identity)
{
	const struct operator_key *keys[] = { &path->snapshot->person_key,
		&path->snapshot->previous_person_key };
	const struct sale *sale = &path->sale;

	/* Without a State only the current one: that it fails is no reason to take the other. */
	for (size_t i = 0; i < (sale->state_len > 0 ? ARRAY_LEN(keys) : 1); i++) {
		identity->key = keys[i];
		identity->other = keys[1 - i];
		if (sbj_make(keys[i], path, &identity->sbj) &&
			(sale->state_len == 0 ||
				state_check(keys[i], sale, &identity->sbj, path->now)))
			return true;
	}
	if (sale->state_len > 0)
		bad_request(path, REASON_ATTRIBUTE_INVALID, ATTR_STATE);
	return false;
}

/*
 * During a change of the operator's key, what was kept under the other pseudonym still serves, and
 * a refusal ends it, too: without it nobody is asked. False if OpenSSL fails.
 */
static bool add_other(
	const struct path *path, const struct identity *identity, struct question *question)
{
	if (path->form == SUBJECT_TOKEN || identity->other->len == 0)
		return true;
	question->asked.has_previous = sbj_make(identity->other, path, &question->asked.previous);
	return question->asked.has_previous;
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
			path->now + settings->state_lifetime, out->state))
		out->state_len = STATE_LEN;
}

/* Once a minute for each kind, whose last time is *told_ms. */
static bool may_complain(struct decider *decider, atomic_int_fast64_t *told_ms)
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
		may_complain(decider, &decider->no_question_told_ms))
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
		add_other(path, &identity, &question)) {
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
	OPENSSL_cleanse(&identity.sbj, sizeof(identity.sbj));
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
		bad_request(path, REASON_ATTRIBUTE_MISSING, verdict.attribute);
		break;
	case VERDICT_ASK:
		path->form = verdict.form;
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
	if (may_complain(decider, &decider->no_shop_told_ms))
		report(&decider->options.reporter, SAY_ERROR, NULL, 0,
			"no shop is named: no sale is decided; the site file has to set "
			"control:MigrantID-Shop (1 to %d octets), as sites-available/sim-sale does",
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
		judge(&path, forms_of(&path, request));
	}

	say(path.snapshot, request->fields, request->count, out);
	sale_clear(&path.sale);
	config_release(path.snapshot);
	write_down(&path, request->shop, began_us);
}
