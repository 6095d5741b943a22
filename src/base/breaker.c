/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "base/breaker.h"

void breaker_init(struct breaker *breaker, const struct breaker_limits *limits)
{
	*breaker = (struct breaker){ .limits = *limits };
}

static bool is_open(const struct breaker *breaker)
{
	return breaker->pause_ms > 0;
}

bool breaker_allows(const struct breaker *breaker, int64_t now_ms)
{
	return !is_open(breaker) || (now_ms >= breaker->rests_until && !breaker->probing);
}

bool breaker_ask(struct breaker *breaker, int64_t now_ms)
{
	if (!is_open(breaker) || now_ms < breaker->rests_until || breaker->probing)
		return false;
	breaker->probing = true;
	return true;
}

static void rest(struct breaker *breaker, int64_t pause_ms, int64_t now_ms, unsigned jitter)
{
	if (pause_ms > breaker->limits.pause_max_ms)
		pause_ms = breaker->limits.pause_max_ms;
	breaker->pause_ms = pause_ms;
	breaker->rests_until = now_ms + pause_ms - pause_ms * (int64_t)(jitter % 1000) / 5000;
}

static bool succeeded(struct breaker *breaker)
{
	bool closes = is_open(breaker);

	breaker->failed = 0;
	breaker->pause_ms = 0;
	return closes;
}

static bool failed(struct breaker *breaker, int64_t now_ms, unsigned jitter)
{
	if (is_open(breaker)) {
		rest(breaker, breaker->pause_ms * 2, now_ms, jitter);
		return false;
	}
	breaker->failed++;
	if (breaker->failed < breaker->limits.failures)
		return false;
	rest(breaker, breaker->limits.pause_ms, now_ms, jitter);
	return true;
}

bool breaker_ended(struct breaker *breaker, int64_t now_ms, unsigned jitter, bool probe,
	enum breaker_outcome outcome)
{
	if (probe)
		breaker->probing = false;
	else if (is_open(breaker))
		return false;
	if (outcome == BREAKER_SUCCESS)
		return succeeded(breaker);
	return outcome == BREAKER_FAILURE && failed(breaker, now_ms, jitter);
}

int64_t breaker_rest_ms(const struct breaker *breaker, int64_t now_ms)
{
	if (!is_open(breaker) || now_ms >= breaker->rests_until)
		return 0;
	return breaker->rests_until - now_ms;
}
