/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * vocabulary.h - the words a decision is made of. The numbers are those of the RADIUS dictionary
 * (config/dictionary.migrantid) and of nothing else; a test holds the two together.
 */
#ifndef MIGRANTID_VOCABULARY_H
#define MIGRANTID_VOCABULARY_H

#include "base/base.h"

/* MigrantID-Result: X(symbol, number, name in the dictionary) */
#define RESULTS(X)                                                                                 \
	X(RESULT_YES, 1, "Yes")                                                                    \
	X(RESULT_NO, 2, "No")                                                                      \
	X(RESULT_UNDETERMINED, 3, "Undetermined")                                                  \
	X(RESULT_EXEMPT, 4, "Exempt")                                                              \
	X(RESULT_NOT_APPLICABLE, 5, "Not-Applicable")

/* MigrantID-Reason */
#define REASONS(X)                                                                                 \
	X(REASON_MATCH, 1, "match")                                                                \
	X(REASON_NO_MATCH, 2, "no-match")                                                          \
	X(REASON_NOT_ENROLLED, 3, "not-enrolled")                                                  \
	X(REASON_DOCUMENT_INVALID, 4, "document-invalid")                                          \
	X(REASON_ID_LOCKED, 5, "id-locked")                                                        \
	X(REASON_ID_BLOCKED, 6, "id-blocked")                                                      \
	X(REASON_TOO_SOON, 7, "too-soon")                                                          \
	X(REASON_CONSENT_MISSING, 8, "consent-missing")                                            \
	X(REASON_EXEMPT, 9, "exempt")                                                              \
	X(REASON_NOT_APPLICABLE, 10, "not-applicable")                                             \
	X(REASON_PENDING, 11, "pending")                                                           \
	X(REASON_TOKEN_USED, 12, "token-used")                                                     \
	X(REASON_DOCUMENT_MISMATCH, 13, "document-mismatch")                                       \
	X(REASON_SERVICE_TIMEOUT, 20, "service-timeout")                                           \
	X(REASON_SERVICE_UNAVAILABLE, 21, "service-unavailable")                                   \
	X(REASON_SERVICE_BUSY, 22, "service-busy")                                                 \
	X(REASON_ANSWER_REJECTED, 23, "answer-rejected")                                           \
	X(REASON_NOT_CONFIGURED, 24, "not-configured")                                             \
	X(REASON_QUESTION_REFUSED, 25, "question-refused")                                         \
	X(REASON_SERVICE_OUTAGE, 26, "service-outage")                                             \
	X(REASON_TOO_MANY, 27, "too-many")                                                         \
	X(REASON_ATTRIBUTE_MISSING, 30, "attribute-missing")                                       \
	X(REASON_ATTRIBUTE_INVALID, 31, "attribute-invalid")                                       \
	X(REASON_MRZ_CHECK_DIGIT, 32, "mrz-check-digit")                                           \
	X(REASON_MRZ_MISMATCH, 33, "mrz-mismatch")                                                 \
	X(REASON_ATTRIBUTE_UNREADABLE, 34, "attribute-unreadable")                                 \
	X(REASON_CREDENTIAL_INVALID, 40, "credential-invalid")                                     \
	X(REASON_CREDENTIAL_REVOKED, 41, "credential-revoked")                                     \
	X(REASON_CREDENTIAL_SUSPENDED, 42, "credential-suspended")

/* MigrantID-Source; 0 where nothing was consulted */
#define SOURCES(X)                                                                                 \
	X(SOURCE_SERVICE, 1, "Service")                                                            \
	X(SOURCE_CACHE, 2, "Cache")                                                                \
	X(SOURCE_SHARED_CACHE, 3, "Shared-Cache")                                                  \
	X(SOURCE_RULE, 4, "Rule")                                                                  \
	X(SOURCE_CREDENTIAL, 5, "Credential")

#define AS_MEMBER(symbol, number, name) symbol = number,
enum result { RESULTS(AS_MEMBER) };
enum reason { REASON_NONE = 0, REASONS(AS_MEMBER) };
enum source { SOURCE_NONE = 0, SOURCES(AS_MEMBER) };
#undef AS_MEMBER

/* What the service is shown of the buyer, and what its answer is therefore about. */
enum subject_form { SUBJECT_DOCUMENT, SUBJECT_TOKEN, SUBJECT_TOKEN_DOCUMENT, SUBJECT_FORMS };

/*
 * What a decision means to the caller; the module turns it into a return code of the server by
 * one switch, the tools into an exit code. See "the module's code" in docs/attributes.md.
 */
enum outcome {
	OUTCOME_GO, /* yes, exempt: ok */
	OUTCOME_NOT_MINE, /* not applicable: noop */
	OUTCOME_REFUSED, /* no: reject */
	OUTCOME_UNKNOWN, /* no, not enrolled: notfound */
	OUTCOME_LOCKED, /* no, locked or blocked: userlock */
	OUTCOME_ASK_AGAIN, /* undetermined, the caller takes a challenge: handled */
	OUTCOME_FAILED, /* undetermined: fail */
	OUTCOME_BAD_REQUEST, /* undetermined, the request is at fault: invalid */
};

/* Names as in the dictionary; NULL for a number that is none. */
const char *result_name(enum result result);
const char *reason_name(enum reason reason);
const char *source_name(enum source source);

/* True for a reason that says that the request itself, or the card in it, is at fault (30 and
 * above). */
bool reason_is_bad_request(enum reason reason);

enum outcome outcome_of(enum result result, enum reason reason, bool challenge);

#endif
