/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * answers.h - the signed answer, and the ways in which it can be wrong.
 */
#ifndef SANDBOX_ANSWERS_H
#define SANDBOX_ANSWERS_H

#include "people.h"
#include "question.h"
#include "signer.h"

struct answer_terms {
	const struct signing_key *key;
	const struct signing_key *stranger; /* a key that is in no key set */
	const char *issuer, *audience;
	int64_t now; /* seconds since 1970 */
};

/* What an answer says; both NULL if it says nothing. */
struct decision {
	const char *result, *reason;
};

/* The decision about somebody, as a fault has it. */
struct decision answer_decision(const struct asked *asked, const struct person_entry *entry,
				enum fault fault);

/* The body of a 200, to be freed; NULL if memory or OpenSSL fails. */
MUST_CHECK char *answer_make(const struct answer_terms *terms, const struct asked *asked,
			     const struct decision *decision, int64_t valid_for, enum fault fault);

#endif
