/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * answer.h - the one gate through which every answer passes, fresh or out of any store: checks 1
 * to 11 of the service's contract, in their order. Only what passes it may become a yes or a no.
 */
#ifndef MIGRANTID_ANSWER_H
#define MIGRANTID_ANSWER_H

#include "answer/jwks.h"
#include "answer/jws.h"
#include "base/base.h"
#include "rules/vocabulary.h"

#define ANSWER_TYP "sim-sale-verification+jwt"
#define ANSWER_CLOCK_SKEW 60 /* seconds that iat may lie ahead */

/* What the answer must say to be ours. Strings are borrowed. */
struct answer_expectation {
	const char *issuer;
	const char *audience;
	const char *subject; /* sbj: text of the person's key */
	const char *txn; /* of the question; NULL for an answer out of a store */
	const char *nonce; /* likewise; both or neither */
	int64_t now; /* seconds since 1970 */
	int64_t max_lifetime; /* bound of exp - iat, seconds */
	unsigned algorithms; /* bits of enum jws_algorithm */
};

struct answer {
	enum result result; /* RESULT_YES, RESULT_NO or RESULT_UNDETERMINED */
	enum reason reason; /* REASON_SERVICE_UNAVAILABLE for `undetermined`/`technical` */
	int64_t issued_at;
	int64_t expires_at;
	uint8_t thumbprint[KEY_THUMBPRINT_LEN]; /* of the key that vouches for it */
};

/*
 * CHECK_NONE and *out filled, or the first check that failed and *out zeroed. *unknown_kid as in
 * jws_verify(). Claims nobody asked for are ignored, but a `nbf` (RFC 7519 section 4.1.5) ahead of
 * now is not: it fails CHECK_TIME. An empty or absent expectation is met by nothing, except txn and
 * nonce, both NULL. Thread-safe; leaves OpenSSL's error queue as it was.
 */
MUST_CHECK enum answer_check answer_verify(const char *token, size_t len,
					   const struct key_set *keys,
					   const struct answer_expectation *expectation,
					   struct answer *out, bool *unknown_kid);

#endif
