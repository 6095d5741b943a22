/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "cache/keeping.h"

#define OWN_NO_KEPT 60 /* s: the service repeats a no for as long */

static int64_t earlier(int64_t a, int64_t b)
{
	return a < b ? a : b;
}

/* Of the reasons of a no, those that the next sale of the same document would hear, too. */
static bool is_about_the_document(enum reason reason)
{
	return reason == REASON_NOT_ENROLLED || reason == REASON_DOCUMENT_INVALID ||
	       reason == REASON_ID_LOCKED || reason == REASON_ID_BLOCKED;
}

bool keeping_is_refusal(const struct answer *answer)
{
	return answer->form != SUBJECT_TOKEN && answer->result == RESULT_NO &&
	       is_about_the_document(answer->reason);
}

bool keeping_is_the_persons(const struct answer *answer)
{
	return answer->form == SUBJECT_DOCUMENT &&
	       (answer->result == RESULT_YES || keeping_is_refusal(answer));
}

/* iat may lie a little ahead of our clock. */
int64_t keeping_until(const struct answer_policy *policy, const struct answer *answer, int64_t now)
{
	int64_t keep = answer->result == RESULT_YES ? policy->keep_yes : policy->keep_no;

	/* keep_yes = 0: every sale asks afresh, and a no serves no other either. */
	if (policy->keep_yes == 0 || !keeping_is_the_persons(answer))
		return now;
	return earlier(answer->expires_at, earlier(answer->issued_at, now) + keep);
}

int64_t keeping_own_until(
	const struct answer_policy *policy, const struct answer *answer, int64_t now)
{
	int64_t keep = answer->result == RESULT_YES ? policy->keep_own_yes : OWN_NO_KEPT;

	if (answer->result == RESULT_UNDETERMINED)
		return now;
	return earlier(answer->expires_at, now + keep);
}
