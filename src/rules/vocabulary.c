/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "rules/vocabulary.h"

#include <string.h>

#define AS_NAME(symbol, number, name)                                                              \
	case symbol:                                                                               \
		return name;

const char *result_name(enum result result)
{
	switch (result) {
		RESULTS(AS_NAME)
	}
	return NULL;
}

const char *reason_name(enum reason reason)
{
	switch (reason) {
	case REASON_NONE:
		return NULL;
		REASONS(AS_NAME)
	}
	return NULL;
}

const char *source_name(enum source source)
{
	switch (source) {
	case SOURCE_NONE:
		return NULL;
		SOURCES(AS_NAME)
	}
	return NULL;
}

#undef AS_NAME

bool reason_is_bad_request(enum reason reason)
{
	return reason >= REASON_ATTRIBUTE_MISSING && reason_name(reason) != NULL;
}

static enum outcome outcome_of_no(enum reason reason)
{
	if (reason == REASON_NOT_ENROLLED)
		return OUTCOME_UNKNOWN;
	if (reason == REASON_ID_LOCKED || reason == REASON_ID_BLOCKED)
		return OUTCOME_LOCKED;
	return OUTCOME_REFUSED;
}

static enum outcome outcome_of_undetermined(enum reason reason, bool challenge)
{
	if (reason_is_bad_request(reason))
		return OUTCOME_BAD_REQUEST;
	/* What was shown at the till does not serve: another capture, another document. */
	if (reason == REASON_TOKEN_USED || reason == REASON_DOCUMENT_MISMATCH)
		return OUTCOME_BAD_REQUEST;
	if (reason == REASON_PENDING && challenge)
		return OUTCOME_ASK_AGAIN;
	return OUTCOME_FAILED;
}

enum outcome outcome_of(enum result result, enum reason reason, bool challenge)
{
	/* A result that its reason contradicts is a fault of ours: no sale, and nobody refused. */
	switch (result) {
	case RESULT_YES:
		return reason == REASON_MATCH ? OUTCOME_GO : OUTCOME_FAILED;
	case RESULT_EXEMPT:
		return reason == REASON_EXEMPT ? OUTCOME_GO : OUTCOME_FAILED;
	case RESULT_NOT_APPLICABLE:
		return reason == REASON_NOT_APPLICABLE ? OUTCOME_NOT_MINE : OUTCOME_FAILED;
	case RESULT_NO:
		return outcome_of_no(reason);
	case RESULT_UNDETERMINED:
		return outcome_of_undetermined(reason, challenge);
	}
	return OUTCOME_FAILED;
}
