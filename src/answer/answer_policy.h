/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * answer_policy.h - which answers are believed and how long they serve: made whole from one
 * snapshot of the configuration, immutable from then on, counted. Thread-safe.
 */
#ifndef MIGRANTID_ANSWER_POLICY_H
#define MIGRANTID_ANSWER_POLICY_H

#include <stdatomic.h>

#include "answer/jwks.h"
#include "base/base.h"

struct answer_policy {
	atomic_uint references;
	struct key_set *keys; /* in force; NULL: none, no answer is believed */
	char *issuer, *audience; /* iss, aud */
	unsigned algorithms; /* bits of enum jws_algorithm */
	int64_t max_lifetime; /* s: bound of exp - iat */
	int64_t keep_yes, keep_no; /* s: for the person; keep_yes 0: every sale asks afresh */
	int64_t keep_own_yes; /* s: for its own sale (waiting.state_lifetime) */
};

/* Copies `values` but for the count; takes a reference of the keys. NULL: out of memory. */
MUST_CHECK struct answer_policy *answer_policy_new(const struct answer_policy *values);
struct answer_policy *answer_policy_ref(struct answer_policy *policy);
void answer_policy_unref(struct answer_policy *policy); /* NULL is fine */

#endif
