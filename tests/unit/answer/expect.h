/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * expect.h - one person, one question and its right answer, for the tests of answer_verify().
 */
#ifndef MIGRANTID_TEST_EXPECT_H
#define MIGRANTID_TEST_EXPECT_H

#include <stdlib.h>
#include <string.h>

#include "answer/answer.h"
#include "sign.h"

#define ALL_ALGORITHMS ((unsigned)(JWS_DEFAULT_ALGORITHMS | JWS_RS256))
#define NOW INT64_C(1767225600) /* 2026-01-01T00:00:00Z */

static const struct sign_claims right_claims = {
	.iss = "https://id.example",
	.aud = "https://operator.example",
	.sbj = "Zm9yIHRlc3RzIG9ubHksIG5vYm9keSdzIHBzZXVkb255bQ",
	.txn = "0190b8a2-7d3e-7c3a-9a44-2b1f0c9d8e77",
	.nonce = "q83vEjRWeJCrze8SNFZ4kA",
	.jti = "a1",
	.subject = "token+document",
	.result = "yes",
	.reason = "match",
	.iat = NOW - 1,
	.exp = NOW + 3599,
};

static const struct answer_expectation right_expectation = {
	.issuer = "https://id.example",
	.audience = "https://operator.example",
	.subject = "Zm9yIHRlc3RzIG9ubHksIG5vYm9keSdzIHBzZXVkb255bQ",
	.form = SUBJECT_TOKEN_DOCUMENT,
	.txn = "0190b8a2-7d3e-7c3a-9a44-2b1f0c9d8e77",
	.nonce = "q83vEjRWeJCrze8SNFZ4kA",
	.now = NOW,
	.max_lifetime = 3600,
	.algorithms = ALL_ALGORITHMS,
};

/*
 * answer_verify() of a copy without a '\0' behind it. Whatever fails must leave nothing in the
 * answer; a token that passes must not be one of an unknown key.
 */
static inline enum answer_check expect_octets(const char *token, size_t len,
	const struct key_set *keys, const struct answer_expectation *expectation,
	struct answer *answer)
{
	static const struct answer zero;
	char *exact = malloc(len > 0 ? len : 1);
	bool unknown_kid = true;
	enum answer_check failed;
	struct answer rest;

	assert_non_null(exact);
	memcpy(exact, token, len);
	memset(answer, 0xa5, sizeof(*answer));
	failed = answer_verify(exact, len, keys, expectation, answer, &unknown_kid);
	free(exact);
	/* When it was signed and ends is told where that is what it fails by, and nothing more. */
	rest = *answer;
	if (failed == CHECK_TIME)
		rest.issued_at = rest.expires_at = 0;
	if (failed != CHECK_NONE)
		assert_memory_equal(&rest, &zero, sizeof(zero));
	if (failed != CHECK_KEY)
		assert_false(unknown_kid);
	return failed;
}

#endif
