/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * faults.h - what the sandbox can do wrong on demand.
 */
#ifndef SANDBOX_FAULTS_H
#define SANDBOX_FAULTS_H

#include "base/base.h"

/* X(symbol, name, HTTP status, what it does) */
#define FAULTS(X)                                                                                  \
	X(FAULT_HANG, "hang", 0, "no answer, until the asker gives up or 30 s have passed")        \
	X(FAULT_FROZEN, "frozen-connection", 0,                                                    \
		"no answer, ever, on the connection on which a question first comes")              \
	X(FAULT_RESET, "reset", 0, "the connection is reset")                                      \
	X(FAULT_TRUNCATE, "truncate", 200, "the connection ends in the middle of the answer")      \
	X(FAULT_SLOW_LORIS, "slow-loris", 200, "one octet of the answer each 200 ms")              \
	X(FAULT_ENDLESS, "endless", 200, "an answer without end")                                  \
	X(FAULT_OVERSIZE, "oversize", 200, "an answer of 17 KiB")                                  \
	X(FAULT_GARBAGE, "garbage", 200, "an answer that is no token")                             \
	X(FAULT_400, "http-400", 400, "HTTP status 400")                                           \
	X(FAULT_401, "http-401", 401, "HTTP status 401")                                           \
	X(FAULT_403, "http-403", 403, "HTTP status 403")                                           \
	X(FAULT_404, "http-404", 404, "HTTP status 404")                                           \
	X(FAULT_409, "http-409", 409, "HTTP status 409 with Retry-After: 1")                       \
	X(FAULT_IN_PROGRESS, "in-progress", 200,                                                   \
		"409 with Retry-After: 1 to a new question, the answer when it comes again")       \
	X(FAULT_422, "http-422", 422, "HTTP status 422")                                           \
	X(FAULT_429, "http-429", 429, "HTTP status 429 with Retry-After: 2")                       \
	X(FAULT_500, "http-500", 500, "HTTP status 500")                                           \
	X(FAULT_502, "http-502", 502, "HTTP status 502")                                           \
	X(FAULT_503, "http-503", 503, "HTTP status 503 with Retry-After: 2")                       \
	X(FAULT_504, "http-504", 504, "HTTP status 504")                                           \
	X(FAULT_UNSIGNED, "unsigned", 200, "a token with an empty signature")                      \
	X(FAULT_BAD_SIGNATURE, "bad-signature", 200, "a signature by another key")                 \
	X(FAULT_UNKNOWN_KID, "unknown-kid", 200, "a key that is not in the key set")               \
	X(FAULT_ALG_NONE, "alg-none", 200, "alg none")                                             \
	X(FAULT_HS256, "hs256", 200, "HS256 with the public key as its secret")                    \
	X(FAULT_WRONG_TYP, "wrong-typ", 200, "typ JWT")                                            \
	X(FAULT_CRIT, "crit", 200, "a critical header member")                                     \
	X(FAULT_KEY_IN_HEADER, "key-in-header", 200, "signed by a key that the header brings")     \
	X(FAULT_WRONG_ISS, "wrong-iss", 200, "another issuer")                                     \
	X(FAULT_WRONG_AUD, "wrong-aud", 200, "another operator's answer")                          \
	X(FAULT_WRONG_TXN, "wrong-txn", 200, "another question's txn")                             \
	X(FAULT_WRONG_NONCE, "wrong-nonce", 200, "another question's nonce")                       \
	X(FAULT_WRONG_SBJ, "wrong-sbj", 200, "another person's answer")                            \
	X(FAULT_WRONG_SUBJECT, "wrong-subject", 200, "the answer to another form of question")     \
	X(FAULT_OLD_NONCE, "old-nonce", 200, "the nonce of a request before")                      \
	X(FAULT_OLD_ANSWER, "old-answer", 200, "a yes is repeated even after a no")                \
	X(FAULT_EXPIRED, "expired", 200, "exp in the past")                                        \
	X(FAULT_FROM_THE_FUTURE, "from-the-future", 200, "iat an hour ahead")                      \
	X(FAULT_LONG_LIVED, "long-lived", 200, "valid for ten years")                              \
	X(FAULT_FLOAT_TIMES, "float-times", 200, "times that are no integers")                     \
	X(FAULT_DUPLICATE_MEMBER, "duplicate-member", 200, "the member sim_sale twice")            \
	X(FAULT_UNKNOWN_REASON, "unknown-reason", 200, "a reason that is not in the contract")     \
	X(FAULT_INCONSISTENT, "inconsistent", 200, "yes together with no_match")                   \
	X(FAULT_UNDETERMINED, "undetermined", 200, "a signed `undetermined`, `technical`")

#define AS_MEMBER(symbol, name, status, text) symbol,
enum fault { FAULT_NONE, FAULTS(AS_MEMBER) FAULT_COUNT };
#undef AS_MEMBER

/* FAULT_COUNT: there is none of that name. */
enum fault fault_of_name(const char *name);
const char *fault_name(enum fault fault); /* "none" for FAULT_NONE */
const char *fault_text(enum fault fault);
unsigned fault_status(enum fault fault); /* 0: no answer at all */

#endif
