/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * question.h - the question of the contract (docs/openapi.yaml), read strictly: exactly its
 * members, each in canonical form.
 */
#ifndef SANDBOX_QUESTION_H
#define SANDBOX_QUESTION_H

#include <jansson.h>

#include "person/person_key.h"

#define TXN_LEN 36
#define NONCE_OCTETS 16
#define NONCE_LEN BASE64URL_LEN(NONCE_OCTETS)
#define FINGERPRINT_LEN 32

/* What is shown of the buyer; bits, for sets of them. */
enum form { FORM_DOCUMENT = 1, FORM_TOKEN = 2, FORM_TOKEN_DOCUMENT = 4 };
#define FORMS_WITH_TOKEN (FORM_TOKEN | FORM_TOKEN_DOCUMENT)
#define FORMS_WITH_DOCUMENT (FORM_DOCUMENT | FORM_TOKEN_DOCUMENT)

const char *form_name(enum form form); /* "token+document" */

struct asked {
	json_t *body; /* owns the strings */
	enum form form;
	const char *txn, *nonce, *sbj;
	const char *token; /* of the forms with one */
	const char *document_digest; /* of token+document */
	struct person person; /* of a document; expiry not told */
	uint8_t nonce_octets[NONCE_OCTETS];
	bool consent;
	/* SHA-256 of all values but those of txn, nonce and document_digest. */
	uint8_t fingerprint[FINGERPRINT_LEN];
};

/*
 * Returns 0, or the HTTP status to refuse with, and why in *detail: what is wrong, never what was
 * said. asked_clear() it in both cases. idempotency_key is the header's value, NULL if absent.
 */
MUST_CHECK unsigned asked_read(const char *body, size_t len, const char *idempotency_key,
	struct asked *out, const char **detail);
void asked_clear(struct asked *asked);

#endif
