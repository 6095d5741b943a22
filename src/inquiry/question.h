/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * question.h - the question as it goes out (docs/openapi.yaml): the document, a one-use token, or
 * a token with the document's digest; the operator's pseudonym; the buyer's consent. Never a name,
 * photo, sample, phone or SIM number, shop or place.
 */
#ifndef MIGRANTID_QUESTION_H
#define MIGRANTID_QUESTION_H

#include "base/base.h"
#include "cache/cache.h"
#include "person/person_key.h"
#include "rules/sale.h"

#define QUESTION_PATH "/v2/sim-sale-verifications"
/* Names and marks of the body, and its longest values, of which each character may be escaped. */
#define QUESTION_BODY_MAX                                                                          \
	(320 + 2 * (TXN_LEN + NONCE_LEN + PERSON_KEY_TEXT_LEN + TOKEN_MAX + DOCUMENT_DIGEST_LEN +  \
			   DOCUMENT_TYPE_MAX + COUNTRY_LEN + DOCUMENT_NUMBER_MAX + COUNTRY_LEN +   \
			   DATE_TEXT_LEN + CONSENT_TEXT_MAX))

/* A person's data: question_clear() it. Holds no pointers, may be copied. */
struct question {
	struct cache_question asked; /* form, sbj, txn: which answers serve it */
	bool by_person; /* an answer about the person may serve it: a document, and keep_yes > 0 */
	struct person person; /* unset with SUBJECT_TOKEN */
	char token[TOKEN_MAX + 1]; /* "" with SUBJECT_DOCUMENT */
	char consent_text[CONSENT_TEXT_MAX + 1];
	char shop[SHOP_MAX + 1]; /* who asks, for its share alone: never sent */
};

/*
 * Make the question for a sale, with `sbj` already made for its form. Its txn is drawn from the
 * operator's key, the shop, its sale id and all that is sent, so that the same sale asked again, at
 * any server of the operator, is the same question, and one with a fresh token, another consent
 * text or a corrected document is another one. Without a sale id the token stands for it; without
 * either it is random. False only if OpenSSL fails. question_clear() it in every case.
 */
MUST_CHECK bool question_make(const struct operator_key *key, const struct person_key *sbj,
	enum subject_form form, const struct sale *sale, struct question *out);

/*
 * Write the body of one request, with a nonce of its own. Returns its length; 0 if OpenSSL fails.
 * The caller wipes it.
 */
MUST_CHECK size_t question_body(const struct question *question, char nonce[NONCE_LEN + 1],
	char out[QUESTION_BODY_MAX + 1]);

void question_clear(struct question *question);

#endif
