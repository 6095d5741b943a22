/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "answer/card_policy.h"

#include <stdlib.h>
#include <string.h>

struct card_policy *card_policy_new(void)
{
	struct card_policy *policy = calloc(1, sizeof(*policy));

	if (policy != NULL)
		atomic_init(&policy->references, 1);
	return policy;
}

struct card_policy *card_policy_ref(struct card_policy *policy)
{
	atomic_fetch_add_explicit(&policy->references, 1, memory_order_relaxed);
	return policy;
}

static void drop_issuer(struct card_issuer *issuer)
{
	for (size_t i = 0; i < issuer->status_list_count; i++)
		status_list_free(issuer->status_lists[i]);
	key_set_unref(issuer->keys);
	free(issuer->issuer);
}

void card_policy_unref(struct card_policy *policy)
{
	if (policy == NULL ||
		atomic_fetch_sub_explicit(&policy->references, 1, memory_order_acq_rel) != 1)
		return;
	for (size_t i = 0; i < policy->issuer_count; i++)
		drop_issuer(&policy->issuers[i]);
	free(policy->typ);
	free(policy->vct);
	free(policy);
}

struct credential_finding card_policy_verify(const struct card_policy *policy,
	struct span presentation, const char *audience, const char *nonce, int64_t now,
	struct credential *out)
{
	struct credential_finding furthest = { CREDENTIAL_FORM, "no-issuer" };
	struct credential_expectation want = {
		.typ = policy->typ,
		.vct = policy->vct,
		.audience = audience,
		.nonce = nonce,
		.now = now,
		.max_lifetime = policy->max_lifetime,
		.algorithms = JWS_DEFAULT_ALGORITHMS,
		.status_required = policy->status_required,
		.printed = policy->printed,
	};

	memset(out, 0, sizeof(*out));
	for (size_t i = 0; i < policy->issuer_count && furthest.failed != CREDENTIAL_SOUND; i++) {
		const struct card_issuer *issuer = &policy->issuers[i];
		struct credential_finding found;

		want.issuer = issuer->issuer;
		want.status_lists = (const struct status_list *const *)issuer->status_lists;
		want.status_list_count = issuer->status_list_count;
		found = credential_verify(
			presentation.data, presentation.len, issuer->keys, &want, out);
		if (found.failed == CREDENTIAL_SOUND || found.failed >= furthest.failed)
			furthest = found;
	}
	return furthest;
}
