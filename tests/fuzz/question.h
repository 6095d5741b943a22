/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * question.h - one question about nobody, and what its answer has to say: for the tokens of
 * make_tokens.c and the targets that verify them.
 */
#ifndef MIGRANTID_FUZZ_QUESTION_H
#define MIGRANTID_FUZZ_QUESTION_H

#include "answer/answer.h"

#define QUESTION_ISSUER "https://id.example"
#define QUESTION_AUDIENCE "https://operator.example"
#define QUESTION_SUBJECT "Zm9yIHRlc3RzIG9ubHksIG5vYm9keSdzIHBzZXVkb255bQ"
#define QUESTION_TXN "0190b8a2-7d3e-7c3a-9a44-2b1f0c9d8e77"
#define QUESTION_NONCE "q83vEjRWeJCrze8SNFZ4kA"
#define QUESTION_NOW INT64_C(1767225600) /* 2026-01-01T00:00:00Z */
#define QUESTION_LIFETIME 3600
#define QUESTION_ALGORITHMS ((unsigned)(JWS_DEFAULT_ALGORITHMS | JWS_RS256))

static const struct answer_expectation question_expectation = {
	.issuer = QUESTION_ISSUER,
	.audience = QUESTION_AUDIENCE,
	.subject = QUESTION_SUBJECT,
	.txn = QUESTION_TXN,
	.nonce = QUESTION_NONCE,
	.now = QUESTION_NOW,
	.max_lifetime = QUESTION_LIFETIME,
	.algorithms = QUESTION_ALGORITHMS,
};

#endif
