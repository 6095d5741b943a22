/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "answer/answer_policy.h"

#include <stdlib.h>
#include <string.h>

static void policy_free(struct answer_policy *policy)
{
	key_set_unref(policy->keys);
	free(policy->issuer);
	free(policy->audience);
	free(policy);
}

struct answer_policy *answer_policy_new(const struct answer_policy *values)
{
	struct answer_policy *policy = calloc(1, sizeof(*policy));

	if (policy == NULL)
		return NULL;
	*policy = (struct answer_policy){
		.keys = values->keys == NULL ? NULL : key_set_ref(values->keys),
		.issuer = strdup(values->issuer),
		.audience = strdup(values->audience),
		.algorithms = values->algorithms,
		.max_lifetime = values->max_lifetime,
		.keep_yes = values->keep_yes,
		.keep_no = values->keep_no,
		.keep_own_yes = values->keep_own_yes,
	};
	atomic_init(&policy->references, 1);
	if (policy->issuer != NULL && policy->audience != NULL)
		return policy;
	policy_free(policy);
	return NULL;
}

struct answer_policy *answer_policy_ref(struct answer_policy *policy)
{
	atomic_fetch_add_explicit(&policy->references, 1, memory_order_relaxed);
	return policy;
}

void answer_policy_unref(struct answer_policy *policy)
{
	if (policy != NULL &&
		atomic_fetch_sub_explicit(&policy->references, 1, memory_order_acq_rel) == 1)
		policy_free(policy);
}
