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
#define TXN_LEN 36 /* UUID text, RFC 9562 */
#define NONCE_LEN 22 /* 128 bits in base64url */

const char *subject_form_name(enum subject_form form); /* "token+document" */
/* False if the word is none. */
MUST_CHECK bool subject_form_of_name(const char *name, enum subject_form *form);

/* What the answer must say to be ours. Strings are borrowed. */
struct answer_expectation {
	const char *issuer;
	const char *audience;
	const char *subject; /* sbj: text of the person's key */
	enum subject_form form; /* that was asked */
	const char *txn; /* of the question; NULL for an answer out of a store */
	const char *nonce; /* of this request; both or neither */
	int64_t now; /* seconds since 1970 */
	/*
	 * A yes signed at or before it is not believed: the service has refused the person since
	 * then. Seconds since 1970; 0: nothing is known against it.
	 */
	int64_t refused_at;
	int64_t max_lifetime; /* bound of exp - iat, seconds */
	unsigned algorithms; /* bits of enum jws_algorithm */
};

struct answer {
	enum result result; /* RESULT_YES, RESULT_NO or RESULT_UNDETERMINED */
	enum reason reason; /* REASON_SERVICE_UNAVAILABLE for `undetermined`/`technical` */
	enum subject_form form;
	int64_t issued_at;
	int64_t expires_at;
	uint8_t thumbprint[KEY_THUMBPRINT_LEN]; /* of the key that vouches for it */
};

/*
 * CHECK_NONE and *out filled, or the first check that failed and *out zeroed, but that with
 * CHECK_TIME its two times say what the answer holds: they tell a clock that is off. *unknown_kid
 * as in jws_verify(). Claims nobody asked for are ignored, but a `nbf` (RFC 7519 section 4.1.5)
 * ahead of now is not: it fails CHECK_TIME. An empty or absent expectation is met by nothing,
 * except txn and nonce, both NULL. Thread-safe; leaves OpenSSL's error queue as it was.
 */
MUST_CHECK enum answer_check answer_verify(const char *token, size_t len,
	const struct key_set *keys, const struct answer_expectation *expectation,
	struct answer *out, bool *unknown_kid);

#endif
