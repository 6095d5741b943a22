/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * rules.c - does a rule hold? rules_read.c reads the file, rules_warn.c looks for what a rule set
 * cannot mean.
 */
#include "rules/rules.h"

#include <stdlib.h>
#include <string.h>

#include <openssl/crypto.h>

#include "rules/rules_internal.h"

static bool is_among(const struct words *words, const char *word)
{
	for (size_t i = 0; i < words->count; i++)
		if (strcmp(words->at[i], word) == 0)
			return true;
	return false;
}

static bool is_document_code(const char *type)
{
	return type[0] >= 'A' && type[0] <= 'Z';
}

bool rule_document_covers(const char *pattern, const char *type)
{
	if (is_document_code(pattern) && pattern[1] == '\0')
		return pattern[0] == type[0];
	return strcmp(pattern, type) == 0;
}

static bool document_is_among(const struct words *patterns, const char *type)
{
	for (size_t i = 0; i < patterns->count; i++)
		if (rule_document_covers(patterns->at[i], type))
			return true;
	return false;
}

enum rule_verdict rule_judge_age(int years, const struct date *birth, const struct date *today)
{
	struct date latest = date_latest(birth);
	struct date last_birthday;

	if (age_is_below(birth, years, today))
		return RULE_HOLDS;
	if (!date_is_set(birth) || date_is_ahead(birth, today))
		return RULE_AGE_UNKNOWN;
	last_birthday = date_birthday(&latest, years);
	return date_compare(today, &last_birthday) < 0 ? RULE_AGE_UNKNOWN : RULE_TOO_OLD;
}

enum rule_verdict rule_judge_words(const struct rule *rule, const struct person *person)
{
	const struct document *document = &person->document;

	if (rule->nationality.count > 0 && !is_among(&rule->nationality, person->nationality))
		return RULE_OTHER_NATIONALITY;
	if (rule->issuer.count > 0 && !is_among(&rule->issuer, document->issuer))
		return RULE_OTHER_ISSUER;
	if (rule->document.count > 0 && !document_is_among(&rule->document, document->type))
		return RULE_OTHER_DOCUMENT;
	return RULE_HOLDS;
}

static enum rule_verdict judge_person(
	const struct rule *rule, const struct person *person, const struct date *today)
{
	enum rule_verdict verdict = rule_judge_words(rule, person);

	if (verdict == RULE_HOLDS && rule->age_below > 0)
		return rule_judge_age(rule->age_below, &person->birth, today);
	return verdict;
}

/* An accreditation without its last day proves nothing on the day after it. */
enum rule_verdict rule_judge_accreditation(const struct rule *rule, const char *kind,
	const struct date *expiry, const struct date *today)
{
	if (rule->accreditation.count == 0)
		return RULE_HOLDS;
	if (kind[0] == '\0')
		return RULE_NO_ACCREDITATION;
	if (!is_among(&rule->accreditation, kind))
		return RULE_OTHER_ACCREDITATION;
	if (!date_is_set(expiry))
		return RULE_ACCREDITATION_UNDATED;
	if (date_compare(expiry, today) < 0)
		return RULE_ACCREDITATION_EXPIRED;
	return RULE_HOLDS;
}

static enum rule_verdict judge_document(const struct document *document, const struct date *today)
{
	if (document->type[0] == '\0' || document->issuer[0] == '\0' || document->number[0] == '\0')
		return RULE_NO_DOCUMENT;
	if (date_is_set(&document->expiry) && date_compare(&document->expiry, today) < 0)
		return RULE_DOCUMENT_EXPIRED;
	return RULE_HOLDS;
}

/*
 * The person as the MRZ alone shows them. Two things it cannot show are taken as told: the century
 * of birth, and a kind of document that is no Doc 9303 code.
 */
static void person_shown(const struct sale *sale, struct person *shown)
{
	const struct mrz *mrz = &sale->mrz;

	*shown = (struct person){ .document = mrz->document };
	memcpy(shown->nationality, mrz->nationality, sizeof(shown->nationality));
	if (!is_document_code(sale->person.document.type))
		memcpy(shown->document.type, sale->person.document.type,
			sizeof(shown->document.type));
	if (mrz->birth_year >= 0)
		shown->birth =
			(struct date){ sale->person.birth.year, mrz->birth_month, mrz->birth_day };
}

/* What the attributes say has held already; now the MRZ has to say it too. */
static enum rule_verdict judge_mrz(
	const struct rule *rule, const struct sale *sale, const struct date *today)
{
	struct person shown;
	enum rule_verdict verdict;

	if (sale->mrz.kind == MRZ_NONE)
		return RULE_NO_MRZ;
	person_shown(sale, &shown);
	verdict = judge_person(rule, &shown, today);
	OPENSSL_cleanse(&shown, sizeof(shown));
	if (verdict != RULE_HOLDS)
		return verdict;
	return judge_document(&sale->person.document, today);
}

/* A document without an expiry has not expired, but nobody can tell that it has not been left out:
 * a rule can ask for it. */
static enum rule_verdict judge_expiry(const struct date *expiry, const struct date *today)
{
	if (!date_is_set(expiry))
		return RULE_EXPIRY_UNKNOWN;
	return date_compare(expiry, today) < 0 ? RULE_DOCUMENT_EXPIRED : RULE_HOLDS;
}

static enum rule_verdict judge_evidence(
	const struct rule *rule, const struct sale *sale, const struct date *today)
{
	switch (rule->evidence) {
	case EVIDENCE_STATED:
		return RULE_HOLDS;
	case EVIDENCE_DOCUMENT:
		return judge_document(&sale->person.document, today);
	case EVIDENCE_MRZ:
		return judge_mrz(rule, sale, today);
	case EVIDENCE_CREDENTIAL:
		break; /* never comes here */
	}
	return RULE_NO_CREDENTIAL;
}

/* By what was told, and then as the rule wants it shown. */
static enum rule_verdict judge_told(
	const struct rule *rule, const struct sale *sale, const struct date *today)
{
	enum rule_verdict verdict = judge_person(rule, &sale->person, today);

	if (verdict == RULE_HOLDS)
		verdict = rule_judge_accreditation(
			rule, sale->accreditation, &sale->accreditation_expiry, today);
	return verdict == RULE_HOLDS ? judge_evidence(rule, sale, today) : verdict;
}

static enum rule_verdict judge(
	const struct rule *rule, const struct sale *sale, const struct date *today)
{
	enum rule_verdict verdict;

	if (!rule->enabled)
		return RULE_DISABLED;
	if (date_is_set(&rule->from) && date_compare(today, &rule->from) < 0)
		return RULE_NOT_YET;
	if (date_is_set(&rule->until) && date_compare(today, &rule->until) > 0)
		return RULE_EXPIRED;
	verdict = rule->evidence == EVIDENCE_CREDENTIAL ? rule_judge_card(rule, sale, today)
							: judge_told(rule, sale, today);
	if (verdict == RULE_HOLDS && rule->expiry_known)
		verdict = judge_expiry(&sale->person.document.expiry, today);
	return verdict;
}

int rules_match(const struct rule_set *set, const struct sale *sale, const struct date *today,
	enum rule_verdict *verdicts)
{
	for (size_t i = 0; i < set->count; i++) {
		enum rule_verdict verdict = judge(&set->rules[i], sale, today);

		if (verdicts != NULL)
			verdicts[i] = verdict;
		if (verdict == RULE_HOLDS)
			return (int)i;
	}
	return -1;
}

enum rule_verdict rules_home_verdict(
	const struct rule_set *set, const struct sale *sale, const struct date *today)
{
	return judge(&set->home, sale, today);
}

bool rules_knows_document(const struct rule_set *set, const char *type)
{
	return is_among(&set->documents, type);
}

size_t rules_count(const struct rule_set *set)
{
	return set->count;
}

struct rule_info rules_info(const struct rule_set *set, size_t index)
{
	const struct rule *rule = &set->rules[index];

	return (struct rule_info){
		.id = rule->id,
		.citation = rule->citation,
		.from = rule->from,
		.until = rule->until,
		.enabled = rule->enabled,
		.line = rule->line,
	};
}

const char *rules_home(const struct rule_set *set)
{
	return set->home.nationality.at[0];
}

const struct country_codes *rules_codes(const struct rule_set *set)
{
	return &set->codes;
}

const char *rules_digest(const struct rule_set *set)
{
	return set->digest;
}

static void drop_words(struct rule *rule)
{
	free(rule->nationality.at);
	free(rule->issuer.at);
	free(rule->document.at);
	free(rule->accreditation.at);
}

void rules_free(struct rule_set *set)
{
	if (set == NULL)
		return;
	for (size_t i = 0; i < set->count; i++)
		drop_words(&set->rules[i]);
	drop_words(&set->home);
	free(set->rules);
	free(set->documents.at);
	config_destroy(&set->config);
	free(set);
}

const char *rule_verdict_text(enum rule_verdict verdict)
{
	switch (verdict) {
	case RULE_HOLDS:
		return "holds";
	case RULE_DISABLED:
		return "is not enabled";
	case RULE_NOT_YET:
		return "is not in force yet";
	case RULE_EXPIRED:
		return "is no longer in force";
	case RULE_OTHER_NATIONALITY:
		return "is for other nationalities";
	case RULE_OTHER_ISSUER:
		return "is for documents of other issuers";
	case RULE_OTHER_DOCUMENT:
		return "is for other documents";
	case RULE_AGE_UNKNOWN:
		return "needs a date of birth that leaves no doubt of the age";
	case RULE_TOO_OLD:
		return "is for younger people";
	case RULE_NO_ACCREDITATION:
		return "needs an accreditation, and none was shown";
	case RULE_OTHER_ACCREDITATION:
		return "is for other accreditations";
	case RULE_ACCREDITATION_UNDATED:
		return "needs the date on which the accreditation expires";
	case RULE_ACCREDITATION_EXPIRED:
		return "needs an accreditation that has not expired";
	case RULE_NO_DOCUMENT:
		return "needs the document's type, issuer and number";
	case RULE_DOCUMENT_EXPIRED:
		return "needs a document that has not expired";
	case RULE_EXPIRY_UNKNOWN:
		return "needs the date on which the document expires";
	case RULE_NO_MRZ:
		return "needs the machine-readable zone of the document";
	case RULE_NO_CREDENTIAL:
		return "needs a digital ID card that counts";
	case RULE_NO_DOCUMENT_ON_CARD:
		return "needs a card that discloses the document's type, issuer and number";
	case RULE_AGE_OF_ANOTHER_DAY:
		return "needs a date of birth on the card, which was not issued today";
	}
	return "";
}
