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

void breaker_ask(struct breaker *breaker, int64_t now_ms)
{
	if (is_open(breaker) && now_ms >= breaker->rests_until)
		breaker->probing = true;
}

void breaker_succeeded(struct breaker *breaker)
{
	breaker->failed = 0;
	breaker->pause_ms = 0;
	breaker->probing = false;
}

static void rest(struct breaker *breaker, int64_t pause_ms, int64_t now_ms, unsigned jitter)
{
	if (pause_ms > breaker->limits.pause_max_ms)
		pause_ms = breaker->limits.pause_max_ms;
	breaker->pause_ms = pause_ms;
	breaker->rests_until = now_ms + pause_ms - pause_ms * (int64_t)(jitter % 1000) / 5000;
	breaker->probing = false;
}

bool breaker_failed(struct breaker *breaker, int64_t now_ms, unsigned jitter)
{
	breaker->failed++;
	if (is_open(breaker)) {
		/* Only the probe speaks for the endpoint; what was asked before it opened is late. */
		if (breaker->probing)
			rest(breaker, breaker->pause_ms * 2, now_ms, jitter);
		return false;
	}
	if (breaker->failed < breaker->limits.failures)
		return false;
	rest(breaker, breaker->limits.pause_ms, now_ms, jitter);
	return true;
}

void breaker_abandoned(struct breaker *breaker)
{
	breaker->probing = false;
}

int64_t breaker_rest_ms(const struct breaker *breaker, int64_t now_ms)
{
	if (!is_open(breaker) || now_ms >= breaker->rests_until)
		return 0;
	return breaker->rests_until - now_ms;
}
