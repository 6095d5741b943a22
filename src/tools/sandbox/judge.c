/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "judge.h"

#include <string.h>

#define ALL_FORMS (FORMS_WITH_TOKEN | FORMS_WITH_DOCUMENT)

static bool is_token_used(const struct matter *matter)
{
	return matter->token_used || matter->who == NULL;
}

static bool lacks_consent(const struct matter *matter)
{
	return !matter->consent;
}

static bool is_unclear(const struct matter *matter)
{
	return matter->unclear;
}

static bool does_not_fit(const struct matter *matter)
{
	return !matter->fits;
}

static bool has_invalid_document(const struct matter *matter)
{
	return matter->document != NULL && matter->document->invalid;
}

/* The first that holds, or that the people file names, is said; what a form cannot have, never. */
static const struct verdict {
	const char *result, *reason;
	unsigned forms;
	bool (*holds)(const struct matter *matter); /* NULL: only if the file names it */
} verdicts[] = {
	{ "undetermined", "token_used", FORMS_WITH_TOKEN, is_token_used },
	{ "no", "consent_missing", ALL_FORMS, lacks_consent },
	{ "undetermined", "technical", ALL_FORMS, is_unclear },
	{ "no", "not_enrolled", ALL_FORMS, NULL },
	{ "no", "no_match", FORMS_WITH_TOKEN, NULL },
	{ "undetermined", "document_mismatch", FORMS_WITH_DOCUMENT, does_not_fit },
	{ "no", "id_blocked", ALL_FORMS, NULL },
	{ "no", "id_locked", ALL_FORMS, NULL },
	{ "no", "document_invalid", FORMS_WITH_DOCUMENT, has_invalid_document },
	{ "no", "too_soon", ALL_FORMS, NULL },
	{ "yes", REASON_OF_YES, ALL_FORMS, NULL },
};

struct decision decide(const struct matter *matter)
{
	const struct verdict *verdict = verdicts;

	for (; strcmp(verdict->reason, REASON_OF_YES) != 0; verdict++)
		if ((verdict->forms & (unsigned)matter->form) != 0 &&
			(strcmp(matter->reason, verdict->reason) == 0 ||
				(verdict->holds != NULL && verdict->holds(matter))))
			break;
	return (struct decision){ verdict->result, verdict->reason };
}

static const struct verdict *verdict_of(const char *reason)
{
	for (size_t i = 0; i < ARRAY_LEN(verdicts); i++)
		if (strcmp(verdicts[i].reason, reason) == 0)
			return &verdicts[i];
	return NULL;
}

const char *reason_known(const char *reason)
{
	const struct verdict *verdict = verdict_of(reason);

	return verdict != NULL ? verdict->reason : NULL;
}

bool verdict_is_known(const char *result, const char *reason)
{
	const struct verdict *verdict = verdict_of(reason);

	return verdict != NULL && strcmp(verdict->result, result) == 0;
}

bool decision_is(const struct decision *decision, const char *word)
{
	return strcmp(decision->result, word) == 0 || strcmp(decision->reason, word) == 0;
}

bool decision_is_refusal(const struct decision *decision)
{
	return decision_is(decision, "no") && !decision_is(decision, "consent_missing");
}

/* Which document of the person has the digest that was sent; each is tried. */
static const struct person_document *document_of_digest(
	const struct person_entry *who, const struct asked *asked)
{
	const struct person_document *found = NULL;

	for (size_t i = 0; i < who->document_count; i++) {
		char digest[DOCUMENT_DIGEST_LEN + 1];

		if (document_digest(
			    asked->nonce_octets, NONCE_OCTETS, &who->documents[i].states, digest) &&
			strcmp(digest, asked->document_digest) == 0)
			found = &who->documents[i];
	}
	return found;
}

static bool states_the_same(const struct person *one, const struct person *other)
{
	return strcmp(one->nationality, other->nationality) == 0 &&
	       one->birth.year == other->birth.year && one->birth.month == other->birth.month &&
	       one->birth.day == other->birth.day;
}

static void find_document(
	const struct people *people, const struct asked *asked, struct matter *out)
{
	out->document = people_document(people, &asked->person.document);
	out->who = out->document != NULL ? out->document->of : people_default(people);
	out->fits =
		out->document == NULL || states_the_same(&out->document->states, &asked->person);
}

static void find_token(const struct people *people, const struct asked *asked, struct matter *out)
{
	out->who = people_token(people, asked->token);
	if (asked->form != FORM_TOKEN_DOCUMENT || out->who == NULL)
		return;
	out->document = document_of_digest(out->who, asked);
	out->fits = out->document != NULL;
}

struct matter matter_of(const struct people *people, const struct asked *asked, const char *reason)
{
	struct matter matter = { .form = asked->form, .fits = true, .consent = asked->consent };

	if (asked->form == FORM_DOCUMENT)
		find_document(people, asked, &matter);
	else
		find_token(people, asked, &matter);
	matter.reason = reason != NULL       ? reason
			: matter.who != NULL ? matter.who->reason
					     : REASON_OF_YES;
	return matter;
}
