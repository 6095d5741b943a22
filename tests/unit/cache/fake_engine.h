/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * fake_engine.h - engine.h without a thread, and clocks that stand until a test moves them: what
 * was posted and what is due runs when the test says so, in the caller's thread. For programs that
 * must not pull in the real engine.
 */
#ifndef MIGRANTID_TEST_FAKE_ENGINE_H
#define MIGRANTID_TEST_FAKE_ENGINE_H

#include "base/clock.h"
#include "engine/engine.h"

struct fake_time {
	int64_t wall; /* seconds since 1970 */
	int64_t mono_ms;
};

/* Borrows `time`. */
struct clock fake_clock(struct fake_time *time);

struct engine *fake_engine_new(struct fake_time *time);
void fake_engine_free(struct engine *engine); /* aborts if a timer is left */

/* All that is posted or due now, and what comes of it. */
void fake_engine_run(struct engine *engine);
/* When the next timer is due, monotonic; INT64_MAX: none is set. */
int64_t fake_engine_next(const struct engine *engine);
/* So much time passes on both clocks, and each timer fires at its time. */
void fake_engine_pass(struct engine *engine, int64_t ms);
/* The next timer fires now, though it is not due: a loop's timers may be early by a little. */
void fake_engine_fire(struct engine *engine);
/* engine_timer_new() fails from now on, or no more. */
void fake_engine_starve(struct engine *engine, bool starve);

#endif
