/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * judge.h - what is decided about what was asked: the contract's reasons in the contract's order.
 * It remembers nothing; ledger.h does.
 */
#ifndef SANDBOX_JUDGE_H
#define SANDBOX_JUDGE_H

#include "people.h"
#include "question.h"

#define REASON_OF_YES "match"

struct decision {
	const char *result, *reason;
};

/* A question beside the record. */
struct matter {
	enum form form;
	const struct person_entry *who; /* NULL: of an unknown token */
	const struct person_document *document; /* that is meant; NULL: none was found */
	bool fits; /* what the question says of a document is what that states */
	bool consent;
	const char *reason; /* that the people file has for them */
	bool token_used;
	bool unclear; /* could not be checked: too many guesses, or a fault */
};

/* `reason` overrides the file's for everybody; NULL: it does not. */
struct matter matter_of(const struct people *people, const struct asked *asked, const char *reason);

struct decision decide(const struct matter *matter);

/* Result and reason that go together in some form. */
bool verdict_is_known(const char *result, const char *reason);
/* The same word, for ever; NULL if there is no such reason. */
const char *reason_known(const char *reason);

bool decision_is(const struct decision *decision, const char *word); /* result or reason */
/* A no about the person: ends what was decided before, and spends a token. */
bool decision_is_refusal(const struct decision *decision);

#endif
