/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * keeping.h - what may be kept for whom: the table "Keeping" of the contract (docs/openapi.yaml) as
 * pure functions, for memory and tiers alike. Thread-safe.
 */
#ifndef MIGRANTID_KEEPING_H
#define MIGRANTID_KEEPING_H

#include "answer/answer.h"
#include "answer/answer_policy.h"
#include "base/base.h"

/*
 * True for a yes to a document, and for a no to it that says something of the document or the
 * record: it serves whoever asks about this person. All else is its own sale's.
 */
MUST_CHECK bool keeping_is_the_persons(const struct answer *answer);

/* True if the service has, by this answer, refused the person of a document. */
MUST_CHECK bool keeping_is_refusal(const struct answer *answer);

/*
 * Until when it serves the person; not later than `now`: not at all. Counted from the signed iat,
 * which no store can alter, and never past the signed exp. Seconds since 1970.
 */
int64_t keeping_until(const struct answer_policy *policy, const struct answer *answer, int64_t now);

/* Until when it serves its own sale, in memory. */
int64_t keeping_own_until(
	const struct answer_policy *policy, const struct answer *answer, int64_t now);

#endif
