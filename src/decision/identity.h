/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * identity.h - under which of the operator's keys a sale goes, and whose pseudonym it has under it.
 */
#ifndef MIGRANTID_IDENTITY_H
#define MIGRANTID_IDENTITY_H

#include "config/config.h"
#include "decision/challenge_state.h"
#include "inquiry/question.h"

/* Keys are borrowed from the snapshot; identity_clear() it. */
struct identity {
	const struct operator_key *key, *other; /* the other one's len may be 0: none */
	struct person_key sbj; /* under `key` */
	uint8_t seed[STATE_SEED_LEN];
};

/*
 * The current key, or the one that the sale's State was made with while the two are in force
 * together. False: the State is forged, expired or another sale's; or OpenSSL fails. Leaves `seed`
 * as it is. Thread-safe.
 */
MUST_CHECK bool identity_find(const struct snapshot *snapshot, const struct sale *sale,
	enum subject_form form, int64_t now, struct identity *identity);

/*
 * During a change of the operator's key, what was kept under the other pseudonym still serves, and
 * a refusal ends it, too: without it nobody is asked. False if OpenSSL fails.
 */
MUST_CHECK bool identity_add_other(
	const struct identity *identity, const struct sale *sale, struct question *question);

void identity_clear(struct identity *identity);

#endif
