/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * ledger.h - what the service remembers: questions by txn, tokens by what became of them, wrong
 * guesses of a document, refusals by pseudonym. Not thread-safe.
 */
#ifndef SANDBOX_LEDGER_H
#define SANDBOX_LEDGER_H

#include "judge.h"

struct ledger; /* opaque */

MUST_CHECK struct ledger *ledger_new(const struct people *people);
void ledger_free(struct ledger *ledger); /* NULL is fine */
void ledger_empty(struct ledger *ledger);

/* The service's two clocks, which can be moved together. */
struct moment {
	int64_t now; /* seconds since 1970 */
	int64_t ms; /* of a clock that goes on evenly */
};

/* How a fault of the service bends its rules. */
struct bends {
	const char *reason; /* for everybody; NULL: what the people file says */
	bool unclear; /* undetermined, technical */
	bool repeat_refused; /* a yes is repeated although a no came after it */
};

struct ruling {
	unsigned status; /* 200, 202, 409 or 422 */
	unsigned retry_after; /* s, of 202 and 409 */
	struct decision decision; /* of 200 */
	int64_t issued_at, expires_at;
	bool is_new; /* this txn was never asked before */
};

/* Who the person is that a question is about; NULL: nobody knows. */
const struct person_entry *ledger_who(const struct ledger *ledger, const struct asked *asked);

/* Is this txn's fingerprint another one than before? Remembers it, and says if it is new. */
MUST_CHECK bool ledger_admit(
	struct ledger *ledger, const struct asked *asked, const struct moment *at, bool *is_new);

/* The ruling on an admitted question; it is remembered with all that follows from it. */
void ledger_rule(struct ledger *ledger, const struct asked *asked, const struct moment *at,
	const struct bends *bends, struct ruling *out);

/* A nonce that is another one than this question's, of a question that came before. */
const char *ledger_old_nonce(struct ledger *ledger, const struct asked *asked);

#endif
