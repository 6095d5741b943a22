/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * status.h - what an HTTP status of the ID service means: the tables "Answer" and "Other statuses"
 * of the contract. Pure, thread-safe.
 */
#ifndef MIGRANTID_STATUS_H
#define MIGRANTID_STATUS_H

#include "base/base.h"

enum status_meaning {
	STATUS_ANSWER, /* 200: a decision, to be verified */
	STATUS_LATER, /* 202: capture or matching under way */
	STATUS_IN_PROGRESS, /* 409: same key, or its token, in progress */
	STATUS_SLOW_DOWN, /* 429; 503 with Retry-After */
	STATUS_OUR_FAULT, /* 400, 401, 403, …: our configuration */
	STATUS_QUESTION_REFUSED, /* 422: this one question */
	STATUS_FAILED, /* 5xx: the endpoint did not do its part */
};

enum status_meaning status_meaning_of(int status, bool has_retry_after);

#define RETRY_AFTER_MIN 1 /* seconds */
#define RETRY_AFTER_MAX 60
/* A Retry-After within its bounds; the default where it is missing (negative). */
unsigned retry_after_of(int64_t seconds, unsigned or_else);

#endif
