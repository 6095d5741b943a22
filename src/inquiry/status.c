/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "inquiry/status.h"

enum status_meaning status_meaning_of(int status, bool has_retry_after)
{
	switch (status) {
	case 200:
		return STATUS_ANSWER;
	case 202:
		return STATUS_LATER;
	case 409:
		return STATUS_IN_PROGRESS;
	case 422:
		return STATUS_QUESTION_REFUSED;
	case 429:
		return STATUS_SLOW_DOWN;
	case 503:
		return has_retry_after ? STATUS_SLOW_DOWN : STATUS_FAILED;
	default:
		return status >= 300 && status < 500 ? STATUS_OUR_FAULT : STATUS_FAILED;
	}
}

unsigned retry_after_of(int64_t seconds, unsigned or_else)
{
	if (seconds < 0)
		return or_else;
	if (seconds < RETRY_AFTER_MIN)
		return RETRY_AFTER_MIN;
	return seconds > RETRY_AFTER_MAX ? RETRY_AFTER_MAX : (unsigned)seconds;
}
