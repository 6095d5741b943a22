/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * clock.h - the two times of this project, injected so that a test can stand at any date.
 */
#ifndef MIGRANTID_CLOCK_H
#define MIGRANTID_CLOCK_H

#include "base/base.h"

struct clock {
	/* Seconds since 1970-01-01T00:00:00Z (RFC 7519 NumericDate): for signed times and dates. */
	int64_t (*wall)(void *ctx);
	/* Milliseconds since some start, never backwards: for deadlines and pauses. */
	int64_t (*mono_ms)(void *ctx);
	void *ctx;
	/* The same two, finer, for what is written down and measured; NULL: as fine as above. */
	int64_t (*wall_ms)(void *ctx);
	int64_t (*mono_us)(void *ctx);
};

/* The machine's clocks (CLOCK_REALTIME, CLOCK_MONOTONIC). Thread-safe. */
extern const struct clock system_clock;

static inline int64_t clock_wall(const struct clock *clock)
{
	return clock->wall(clock->ctx);
}

static inline int64_t clock_mono_ms(const struct clock *clock)
{
	return clock->mono_ms(clock->ctx);
}

static inline int64_t clock_wall_ms(const struct clock *clock)
{
	return clock->wall_ms != NULL ? clock->wall_ms(clock->ctx) : clock_wall(clock) * 1000;
}

static inline int64_t clock_mono_us(const struct clock *clock)
{
	return clock->mono_us != NULL ? clock->mono_us(clock->ctx) : clock_mono_ms(clock) * 1000;
}

#endif
