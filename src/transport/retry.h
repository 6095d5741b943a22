/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * retry.h - what an attempt's end means: the table "Other statuses" of the service's contract
 * (docs/openapi.yaml). Pure.
 */
#ifndef MIGRANTID_RETRY_H
#define MIGRANTID_RETRY_H

#include "base/base.h"

enum attempt_end {
	END_ANSWER, /* 200: a body to be verified */
	END_LATER, /* 202: still under way, ask again with the same txn */
	END_IN_PROGRESS, /* 409: the same question is being asked already; wait, repeat */
	END_SLOW_DOWN, /* 429, and 503 with Retry-After: not before */
	END_OUR_FAULT, /* other 3xx and 4xx: no retry, somebody has to look */
	END_FAILED, /* anything else: counts towards the breaker, may be tried again */
};

#define RETRY_AFTER_MIN 1 /* seconds */
#define RETRY_AFTER_MAX 60

enum attempt_end attempt_end_of(long status, bool retry_after);

/* Retry-After as it is obeyed: 1 to 60 seconds; what was absent or nonsense (< 0) is `preset`. */
unsigned retry_after_clamp(int64_t seconds, unsigned preset);

#endif
