/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * card_policy.h - whose digital ID cards count and how: made whole from the configuration and the
 * files that it names, immutable from then on, counted. Thread-safe.
 */
#ifndef MIGRANTID_CARD_POLICY_H
#define MIGRANTID_CARD_POLICY_H

#include <stdatomic.h>

#include "answer/credential.h"

#define CARD_ISSUERS_MAX 8
#define CARD_STATUS_LISTS_MAX 32 /* of one issuer */

/* Who issues cards is not who answers questions: a set of keys of its own for each. */
struct card_issuer {
	char *issuer; /* iss */
	struct key_set *keys; /* NULL: none, no card of this issuer counts */
	struct status_list *status_lists[CARD_STATUS_LISTS_MAX]; /* signed by these keys */
	size_t status_list_count;
};

struct card_policy {
	atomic_uint references;
	char *typ, *vct;
	int64_t max_lifetime; /* s: bound of exp - iat */
	bool status_required, printed;
	struct card_issuer issuers[CARD_ISSUERS_MAX];
	size_t issuer_count;
};

/* With one reference and nothing in it, for the caller to fill, who gives away all pointers to it.
 * NULL: out of memory. */
MUST_CHECK struct card_policy *card_policy_new(void);
struct card_policy *card_policy_ref(struct card_policy *policy);
void card_policy_unref(struct card_policy *policy); /* NULL is fine */

/*
 * credential_verify() for whichever issuer's card it is; of the findings of several the one that
 * got furthest. `now` in seconds since 1970.
 */
MUST_CHECK struct credential_finding card_policy_verify(const struct card_policy *policy,
	struct span presentation, const char *audience, const char *nonce, int64_t now,
	struct credential *out);

#endif
