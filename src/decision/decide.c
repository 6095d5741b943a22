/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * decide.c - the whole path of one sale, top to bottom in gate_decide().
 */
#include <stdio.h>
#include <string.h>

#include <openssl/crypto.h>

#include "decision/decision_internal.h"

/* One decision under way: what it stands on, all of one version. */
struct path {
	struct gate *gate;
	struct view *view;
	int64_t now;
	struct sale sale;
	struct decision *out;
};

static void decide(struct decision *out, enum result result, enum reason reason)
{
	out->result = result;
	out->reason = reason;
}

static void bad_request(struct decision *out, enum reason reason, enum attribute attribute,
			enum mrz_field field)
{
	decide(out, RESULT_UNDETERMINED, reason);
	out->attribute = attribute;
	out->mrz_field = field;
}

/* A document type that is no Doc 9303 code has to be one that the operator's rules file names. */
static bool document_known(const struct path *path)
{
	const char *type = path->sale.person.document.type;

	return strlen(type) <= 2 || rules_knows_document(path->view->rules, type);
}

static bool exempt(const struct path *path)
{
	struct date today = view_today(path->view, path->now);
	int held = rules_match(path->view->rules, &path->sale, &today, NULL);

	if (held < 0)
		return false;
	decide(path->out, RESULT_EXEMPT, REASON_EXEMPT);
	path->out->source = SOURCE_RULE;
	(void)snprintf(path->out->rule, sizeof(path->out->rule), "%s",
		rules_info(path->view->rules, (size_t)held).id);
	return true;
}

static void decided(struct decision *out, const struct answer *answer, enum source source)
{
	decide(out, answer->result, answer->reason);
	out->source = source;
	if (answer->result == RESULT_YES)
		out->valid_until = answer->expires_at;
}

static enum reason reason_of_ask(enum ask_outcome outcome)
{
	switch (outcome) {
	case ASK_PENDING:
		return REASON_PENDING;
	case ASK_BUSY:
		return REASON_SERVICE_BUSY;
	case ASK_TIMEOUT:
		return REASON_SERVICE_TIMEOUT;
	case ASK_REJECTED:
		return REASON_ANSWER_REJECTED;
	case ASK_REFUSED:
		return REASON_NOT_CONFIGURED;
	case ASK_DECIDED:
	case ASK_UNDETERMINED:
	case ASK_UNAVAILABLE:
		break;
	}
	return REASON_SERVICE_UNAVAILABLE;
}

static bool found(struct path *path, const struct person_key *person, const char *txn)
{
	struct answer answer;

	if (!answers_find(path->gate, path->view, person, txn, path->now, &answer))
		return false;
	decided(path->out, &answer, SOURCE_CACHE);
	return true;
}

static void ask_service(struct path *path, const struct operator_key *key,
			const struct person_key *person, struct question *question,
			const uint8_t seed[STATE_SEED_LEN])
{
	const struct settings *settings = path->view->settings;
	struct decision *out = path->out;
	struct ask_result asked;

	question->afresh = settings->keep_yes == 0;
	question->has_previous = path->gate->previous_key.len > 0 &&
				 person_key_make(&path->gate->previous_key, &path->sale.person,
					 &question->previous);
	engine_ask(path->gate->engine, question, settings->wait, &asked);
	if (asked.outcome == ASK_DECIDED) {
		decided(out, &asked.answer,
			asked.recalled ? SOURCE_SHARED_CACHE : SOURCE_SERVICE);
		return;
	}
	decide(out, RESULT_UNDETERMINED, reason_of_ask(asked.outcome));
	out->source = SOURCE_SERVICE;
	out->retry_after = asked.retry_after > 0 ? asked.retry_after :
						   (unsigned)settings->retry_after;
	if (asked.outcome == ASK_PENDING && path->sale.accept_challenge &&
	    state_make(key, &path->sale, person, seed, path->now + settings->state_lifetime,
		    out->state))
		out->state_len = STATE_LEN;
}

/*
 * Which of the operator's keys this sale goes by: the current one, or the one that its State was
 * made with while the two are in force together. NULL: the State is forged, expired or another
 * sale's. The person's key under it is left in *person.
 */
static const struct operator_key *key_of_sale(const struct path *path, struct person_key *person)
{
	const struct operator_key *keys[] = { &path->gate->key, &path->gate->previous_key };
	const struct sale *sale = &path->sale;

	for (size_t i = 0; i < ARRAY_LEN(keys); i++) {
		if (keys[i]->len == 0 || !person_key_make(keys[i], &sale->person, person))
			continue;
		if (sale->state_len == 0 || state_check(keys[i], sale, person, path->now))
			return keys[i];
	}
	return NULL;
}

/* During a change of the operator's key, what was kept under the old pseudonym still serves. */
static bool found_under_previous(struct path *path)
{
	struct person_key person;
	bool done = path->gate->previous_key.len > 0 &&
		    person_key_make(&path->gate->previous_key, &path->sale.person, &person) &&
		    found(path, &person, NULL);

	OPENSSL_cleanse(&person, sizeof(person));
	return done;
}

/* Kept answers first; the service only if there is none. keep_yes = 0: each sale asks afresh. */
static void ask_about(struct path *path)
{
	bool afresh = path->view->settings->keep_yes == 0;
	const struct operator_key *key;
	struct person_key person = { 0 };
	struct question question = { 0 };
	uint8_t seed[STATE_SEED_LEN];

	decide(path->out, RESULT_UNDETERMINED, REASON_SERVICE_UNAVAILABLE);
	if (!state_settle_id(&path->sale, seed))
		return;
	key = key_of_sale(path, &person);
	if (key == NULL)
		bad_request(path->out, REASON_ATTRIBUTE_INVALID, ATTR_STATE, MRZ_FIELD_NONE);
	else if (!afresh && (found(path, &person, NULL) || found_under_previous(path)))
		;
	else if (question_make(key, &person, &path->sale, &question) &&
		 !(afresh && found(path, &person, question.txn)))
		ask_service(path, key, &person, &question, seed);
	question_clear(&question);
	OPENSSL_cleanse(&person, sizeof(person));
}

/* The language asked for, also where the rest of the request could not be read. */
static struct span language_of(const struct sale_field *fields, size_t count)
{
	for (size_t i = 0; i < count; i++)
		if (fields[i].attribute == ATTR_LANGUAGE && fields[i].value.len <= LANGUAGE_MAX)
			return fields[i].value;
	return (struct span){ "", 0 };
}

/* Texts in the buyer's language; a bad request names the attribute, never what it held. */
static void say(const struct path *path, struct span language)
{
	struct decision *out = path->out;
	const struct messages *messages = path->view->messages;
	char tag[LANGUAGE_MAX + 1];
	size_t len;

	memcpy(tag, language.data, language.len);
	tag[language.len] = '\0';
	len = (size_t)snprintf(out->clerk, sizeof(out->clerk), "%s",
		messages_clerk(messages, out->reason, tag));
	if (out->attribute != ATTR_NONE && len < sizeof(out->clerk))
		len += (size_t)snprintf(out->clerk + len, sizeof(out->clerk) - len, ": %s",
			attribute_name(out->attribute));
	if (out->mrz_field != MRZ_FIELD_NONE && len < sizeof(out->clerk))
		(void)snprintf(out->clerk + len, sizeof(out->clerk) - len, " (%s)",
			mrz_field_name(out->mrz_field));
	(void)snprintf(out->remedy, sizeof(out->remedy), "%s",
		messages_remedy(messages, out->reason, tag));
}

static void finish(struct path *path, struct span language)
{
	struct counters *counters = &path->gate->counters;
	struct decision *out = path->out;

	out->outcome = outcome_of(out->result, out->reason, out->state_len > 0);
	(void)snprintf(out->rules_digest, sizeof(out->rules_digest), "%s",
		rules_digest(path->view->rules));
	if (out->result != RESULT_NOT_APPLICABLE && !reference_make(out->reference))
		(void)snprintf(out->reference, sizeof(out->reference), "none");
	say(path, language);
	atomic_fetch_add_explicit(&counters->decisions, 1, memory_order_relaxed);
	atomic_fetch_add_explicit(&counters->by_reason[out->reason], 1, memory_order_relaxed);
	atomic_fetch_add_explicit(&counters->by_source[out->source], 1, memory_order_relaxed);
}

void gate_decide(struct gate *gate, const struct sale_field *fields, size_t count,
		 struct decision *out)
{
	struct path path = { .gate = gate, .out = out };
	struct sale_options options;
	struct sale_fault fault;
	enum attribute missing;

	memset(out, 0, sizeof(*out));
	path.view = view_ref(gate);
	path.now = clock_wall(&gate->options.clock);
	options.allow_specimen = path.view->settings->allow_specimen;

	if (!sale_read(fields, count, &options, &path.sale, &fault))
		bad_request(out, fault.reason, fault.attribute, fault.mrz_field);
	else if (!document_known(&path))
		bad_request(out, REASON_ATTRIBUTE_INVALID, ATTR_DOCUMENT_TYPE, MRZ_FIELD_NONE);
	else if (rules_is_home(path.view->rules, &path.sale))
		decide(out, RESULT_NOT_APPLICABLE, REASON_NOT_APPLICABLE);
	else if (exempt(&path))
		;
	else if ((missing = sale_missing(&path.sale)) != ATTR_NONE)
		bad_request(out, REASON_ATTRIBUTE_MISSING, missing, MRZ_FIELD_NONE);
	else
		ask_about(&path);

	finish(&path, language_of(fields, count));
	sale_clear(&path.sale);
	view_unref(path.view);
}
