/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "fake_engine.h"

#include <stdlib.h>

struct engine {
	struct fake_time *time;
	struct engine_task *first, *last;
	struct engine_timer *timers;
	int64_t passed_ms; /* less than a second, not yet on the wall clock */
	bool starve;
};

struct engine_timer {
	struct engine_timer *next;
	struct engine *engine;
	void (*due)(void *ctx);
	void *ctx;
	int64_t due_ms; /* INT64_MAX: not set */
};

static int64_t wall(void *ctx)
{
	return ((struct fake_time *)ctx)->wall;
}

static int64_t mono_ms(void *ctx)
{
	return ((struct fake_time *)ctx)->mono_ms;
}

struct clock fake_clock(struct fake_time *time)
{
	return (struct clock){ wall, mono_ms, time };
}

struct engine *fake_engine_new(struct fake_time *time)
{
	struct engine *engine = calloc(1, sizeof(*engine));

	if (engine == NULL)
		abort();
	engine->time = time;
	return engine;
}

void fake_engine_free(struct engine *engine)
{
	if (engine->timers != NULL || engine->first != NULL)
		abort();
	free(engine);
}

static bool run_task(struct engine *engine)
{
	struct engine_task *task = engine->first;

	if (task == NULL)
		return false;
	engine->first = task->next;
	if (engine->first == NULL)
		engine->last = NULL;
	task->next = NULL;
	task->run(task);
	return true;
}

static struct engine_timer *first_timer(const struct engine *engine)
{
	struct engine_timer *first = NULL;

	for (struct engine_timer *timer = engine->timers; timer != NULL; timer = timer->next)
		if (first == NULL || timer->due_ms < first->due_ms)
			first = timer;
	return first;
}

int64_t fake_engine_next(const struct engine *engine)
{
	const struct engine_timer *timer = first_timer(engine);

	return timer == NULL ? INT64_MAX : timer->due_ms;
}

void fake_engine_fire(struct engine *engine)
{
	struct engine_timer *timer = first_timer(engine);

	if (timer == NULL)
		abort();
	timer->due_ms = INT64_MAX;
	timer->due(timer->ctx);
}

static bool run_timer(struct engine *engine)
{
	if (fake_engine_next(engine) > engine->time->mono_ms)
		return false;
	fake_engine_fire(engine);
	return true;
}

void fake_engine_run(struct engine *engine)
{
	while (run_task(engine) || run_timer(engine))
		;
}

static void advance(struct engine *engine, int64_t ms)
{
	engine->time->mono_ms += ms;
	engine->passed_ms += ms;
	engine->time->wall += engine->passed_ms / 1000;
	engine->passed_ms %= 1000;
}

void fake_engine_pass(struct engine *engine, int64_t ms)
{
	int64_t end = engine->time->mono_ms + ms;

	fake_engine_run(engine);
	while (fake_engine_next(engine) <= end) {
		advance(engine, fake_engine_next(engine) - engine->time->mono_ms);
		fake_engine_run(engine);
	}
	advance(engine, end - engine->time->mono_ms);
}

void fake_engine_starve(struct engine *engine, bool starve)
{
	engine->starve = starve;
}

void engine_post(struct engine *engine, struct engine_task *task)
{
	task->next = NULL;
	if (engine->last != NULL)
		engine->last->next = task;
	else
		engine->first = task;
	engine->last = task;
}

void engine_call(struct engine *engine, void (*run)(void *ctx), void *ctx)
{
	while (run_task(engine))
		;
	run(ctx);
}

struct engine_timer *engine_timer_new(struct engine *engine, void (*due)(void *ctx), void *ctx)
{
	struct engine_timer *timer = engine->starve ? NULL : calloc(1, sizeof(*timer));

	if (timer == NULL)
		return NULL;
	*timer = (struct engine_timer){ engine->timers, engine, due, ctx, INT64_MAX };
	engine->timers = timer;
	return timer;
}

void engine_timer_set(struct engine_timer *timer, int64_t after_ms)
{
	timer->due_ms = timer->engine->time->mono_ms + (after_ms > 0 ? after_ms : 0);
}

void engine_timer_stop(struct engine_timer *timer)
{
	timer->due_ms = INT64_MAX;
}

void engine_timer_free(struct engine_timer *timer)
{
	struct engine_timer **link;

	if (timer == NULL)
		return;
	link = &timer->engine->timers;
	while (*link != timer)
		link = &(*link)->next;
	*link = timer->next;
	free(timer);
}
