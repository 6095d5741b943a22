/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "decision/identity.h"

#include <openssl/crypto.h>

static bool sbj_make(const struct operator_key *key, const struct sale *sale,
	enum subject_form form, struct person_key *out)
{
	if (key->len == 0)
		return false;
	if (form == SUBJECT_TOKEN)
		return token_key_make(key, sale->token, out);
	return person_key_make(key, &sale->person, out);
}

bool identity_find(const struct snapshot *snapshot, const struct sale *sale, enum subject_form form,
	int64_t now, struct identity *identity)
{
	const struct operator_key *keys[] = { &snapshot->person_key,
		&snapshot->previous_person_key };

	/* Without a State only the current one: that it fails is no reason to take the other. */
	for (size_t i = 0; i < (sale->state_len > 0 ? ARRAY_LEN(keys) : 1); i++) {
		identity->key = keys[i];
		identity->other = keys[1 - i];
		if (sbj_make(keys[i], sale, form, &identity->sbj) &&
			(sale->state_len == 0 || state_check(keys[i], sale, &identity->sbj, now)))
			return true;
	}
	return false;
}

bool identity_add_other(
	const struct identity *identity, const struct sale *sale, struct question *question)
{
	struct cache_question *asked = &question->asked;

	if (asked->form == SUBJECT_TOKEN || identity->other->len == 0)
		return true;
	asked->has_previous = sbj_make(identity->other, sale, asked->form, &asked->previous);
	return asked->has_previous;
}

void identity_clear(struct identity *identity)
{
	OPENSSL_cleanse(&identity->sbj, sizeof(identity->sbj));
}
