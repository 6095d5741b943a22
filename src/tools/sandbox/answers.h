/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * answers.h - the signed answer, and the ways in which it can be wrong.
 */
#ifndef SANDBOX_ANSWERS_H
#define SANDBOX_ANSWERS_H

#include "judge.h"
#include "signer.h"

struct answer_terms {
	const struct signing_key *key;
	const struct signing_key *stranger; /* a key that is in no key set */
	const char *issuer, *audience;
	const char *old_nonce; /* another one than the question's */
	struct decision decision;
	int64_t issued_at, expires_at; /* seconds since 1970 */
	int64_t now;
};

/* The body of a 200, to be freed; NULL if memory or OpenSSL fails. */
MUST_CHECK char *answer_make(
	const struct answer_terms *terms, const struct asked *asked, enum fault fault);

#endif
