/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * question.h - the question as it goes out (docs/openapi.yaml): a one-use token or the document,
 * the operator's pseudonym, the buyer's consent. Never a name, photo, sample, phone or SIM number,
 * shop or place.
 */
#ifndef MIGRANTID_QUESTION_H
#define MIGRANTID_QUESTION_H

#include "base/base.h"
#include "person/person_key.h"
#include "rules/sale.h"

#define TXN_LEN 36 /* UUID text, RFC 9562 */
#define NONCE_LEN 22 /* 128 bits in base64url */
#define QUESTION_PATH "/v1/sim-sale-verifications"

struct question {
	struct person_key key; /* who it is about: joins questions, binds the answer */
	char txn[TXN_LEN + 1]; /* also the Idempotency-Key */
	char nonce[NONCE_LEN + 1];
	struct person_key previous; /* under the operator's key before a change of it */
	bool has_previous;
	bool afresh; /* no kept answer may serve for it, nor this one for another */
	char *body; /* JSON, a person's data; question_clear() wipes and frees it */
	size_t body_len;
};

/*
 * Make the question for a sale. txn and nonce are drawn from the operator's key, the shop, its
 * sale id and the person, so that the same sale asked again, at any server of the operator, is
 * the same question with the same Idempotency-Key; without a sale id they are random.
 * False only if memory or OpenSSL fails. question_clear() it in every case.
 */
MUST_CHECK bool question_make(const struct operator_key *operator_key,
			      const struct person_key *person_key, const struct sale *sale,
			      struct question *out);

/* Wipe and free; fine on a zeroed question and twice. */
void question_clear(struct question *question);

#endif
