/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "rules/evaluate.h"

#include <string.h>

static struct verdict of_kind(enum verdict_kind kind, enum attribute attribute)
{
	return (struct verdict){ .kind = kind, .attribute = attribute, .rule = -1 };
}

/* A document type that is no Doc 9303 code has to be one that the operator's rules file names. */
static bool is_known_kind(const struct rule_set *rules, const char *type)
{
	return strlen(type) <= 2 || rules_knows_document(rules, type);
}

enum attribute evaluate_missing(const struct sale *sale)
{
	const struct person *person = &sale->person;

	if (person->document.type[0] == '\0')
		return ATTR_DOCUMENT_TYPE;
	if (person->document.issuer[0] == '\0')
		return ATTR_DOCUMENT_ISSUER;
	if (person->document.number[0] == '\0')
		return ATTR_DOCUMENT_NUMBER;
	if (person->nationality[0] == '\0')
		return ATTR_NATIONALITY;
	return date_is_set(&person->birth) ? ATTR_NONE : ATTR_DATE_OF_BIRTH;
}

/* Half a document beside a token is a slip, not a question about the token alone. */
static bool shows_document(const struct sale *sale)
{
	const struct document *document = &sale->person.document;

	return document->type[0] != '\0' || document->issuer[0] != '\0' ||
	       document->number[0] != '\0' || date_is_set(&document->expiry);
}

static enum subject_form form_of(const struct sale *sale)
{
	if (sale->token[0] == '\0')
		return SUBJECT_DOCUMENT;
	return shows_document(sale) ? SUBJECT_TOKEN_DOCUMENT : SUBJECT_TOKEN;
}

static bool allows(unsigned forms, enum subject_form form)
{
	return (forms & 1u << form) != 0;
}

/* What this shop has to show besides, or instead, of what it has shown. */
static struct verdict not_allowed(enum subject_form form, unsigned forms)
{
	bool with_token = allows(forms, SUBJECT_TOKEN) || allows(forms, SUBJECT_TOKEN_DOCUMENT);

	if (form == SUBJECT_DOCUMENT)
		return of_kind(VERDICT_MISSING, ATTR_SUBJECT_TOKEN);
	if (!with_token)
		return of_kind(VERDICT_INVALID, ATTR_SUBJECT_TOKEN);
	if (form == SUBJECT_TOKEN)
		return of_kind(VERDICT_MISSING, ATTR_DOCUMENT_TYPE);
	return of_kind(VERDICT_INVALID, ATTR_DOCUMENT_NUMBER);
}

static struct verdict question_of(const struct sale *sale, unsigned forms)
{
	enum subject_form form = form_of(sale);
	enum attribute missing = ATTR_NONE;
	struct verdict ask = of_kind(VERDICT_ASK, ATTR_NONE);

	if (form != SUBJECT_TOKEN)
		missing = evaluate_missing(sale);
	if (missing != ATTR_NONE)
		return of_kind(VERDICT_MISSING, missing);
	if (!allows(forms, form))
		return not_allowed(form, forms);
	if (sale->consent_text[0] == '\0')
		return of_kind(VERDICT_MISSING, ATTR_CONSENT_TEXT);
	ask.form = form;
	return ask;
}

struct verdict evaluate(const struct sale *sale, const struct rule_set *rules,
	const struct date *today, unsigned forms, enum rule_verdict *why)
{
	struct verdict exempt = of_kind(VERDICT_EXEMPT, ATTR_NONE);

	if (!is_known_kind(rules, sale->person.document.type))
		return of_kind(VERDICT_INVALID, ATTR_DOCUMENT_TYPE);
	if (rules_home_verdict(rules, sale, today) == RULE_HOLDS)
		return of_kind(VERDICT_HOME, ATTR_NONE);
	exempt.rule = rules_match(rules, sale, today, why);
	if (exempt.rule >= 0)
		return exempt;
	return question_of(sale, forms);
}
