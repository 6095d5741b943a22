/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * engine.h - one thread with one libuv loop, on which all that drives sockets runs: HTTP, Redis,
 * timers. Whoever needs it registers tasks and timers here; the engine knows none of them.
 *
 * Locking: engine->mutex guards the queue of posted tasks; it is held for a few instructions and
 * nothing is called with it held. Timers, sockets and whatever tasks touch belong to the engine's
 * thread alone.
 */
#ifndef MIGRANTID_ENGINE_H
#define MIGRANTID_ENGINE_H

#include <uv.h>

#include "base/base.h"

struct engine; /* opaque */

/* Start the thread, which takes none of the process's signals. NULL: out of memory or threads. */
MUST_CHECK struct engine *engine_start(void);

/*
 * Run what was posted, then end the thread and free the engine; NULL is fine. Whoever registered
 * timers has freed them before. Not from the engine's thread.
 */
void engine_stop(struct engine *engine);

/* The loop, for whoever drives sockets. Engine thread only. */
uv_loop_t *engine_loop(struct engine *engine);

/* Work for the engine's thread; part of a larger structure of whoever posts it. */
struct engine_task {
	struct engine_task *next; /* engine->mutex */
	void (*run)(struct engine_task *task); /* may free or post the task again */
};

/*
 * Run a task on the engine's thread, soon and in the order of posting. Never fails, waits for
 * nothing; a task is not posted again before it runs. Any thread.
 */
void engine_post(struct engine *engine, struct engine_task *task);

/*
 * Run a function on the engine's thread and wait until it has returned. For opening and closing;
 * not from the engine's thread.
 */
void engine_call(struct engine *engine, void (*run)(void *ctx), void *ctx);

/* A timer that fires once each time it is set. Engine thread only. */
struct engine_timer; /* opaque */
MUST_CHECK struct engine_timer *engine_timer_new(
	struct engine *engine, void (*due)(void *ctx), void *ctx); /* NULL: out of memory */
void engine_timer_set(struct engine_timer *timer, int64_t after_ms); /* again: from now anew */
void engine_timer_stop(struct engine_timer *timer);
void engine_timer_free(struct engine_timer *timer); /* fires no more; NULL is fine */

#endif
