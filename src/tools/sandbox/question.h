/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * question.h - the question of the contract (docs/openapi.yaml), read strictly.
 */
#ifndef SANDBOX_QUESTION_H
#define SANDBOX_QUESTION_H

#include <jansson.h>

#include "base/base.h"

#define QUESTION_MAX 16384 /* octets of a body */

struct asked {
	json_t *body; /* owns the strings */
	const char *txn, *nonce, *sbj;
	const char *token; /* NULL: the document */
	const char *type, *issuer, *number, *nationality, *birth;
	bool consent;
};

/*
 * Returns 0, or the HTTP status to refuse with, and why in *detail: what is wrong, never what was
 * said. asked_clear() it in both cases. idempotency_key is the header's value, NULL if absent.
 */
MUST_CHECK unsigned asked_read(const char *body, size_t len, const char *idempotency_key,
			       struct asked *out, const char **detail);
void asked_clear(struct asked *asked);

#endif
