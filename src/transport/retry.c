/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "transport/retry.h"

enum attempt_end attempt_end_of(long status, bool retry_after)
{
	switch (status) {
	case 200:
		return END_ANSWER;
	case 202:
		return END_LATER;
	case 408: /* the peer gave up waiting for us: the connection's fault, not the question's */
	case 425:
		return END_FAILED;
	case 409:
		return END_IN_PROGRESS;
	case 429:
		return END_SLOW_DOWN;
	case 503:
		return retry_after ? END_SLOW_DOWN : END_FAILED;
	default:
		return status >= 300 && status < 500 ? END_OUR_FAULT : END_FAILED;
	}
}

unsigned retry_after_clamp(int64_t seconds, unsigned preset)
{
	if (seconds < 0)
		return preset;
	if (seconds < RETRY_AFTER_MIN)
		return RETRY_AFTER_MIN;
	return seconds > RETRY_AFTER_MAX ? RETRY_AFTER_MAX : (unsigned)seconds;
}
