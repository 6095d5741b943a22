/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "engine/engine.h"

#include <pthread.h>
#include <signal.h>
#include <stdlib.h>

struct engine {
	pthread_t thread;
	uv_loop_t loop; /* engine thread, once it runs */
	uv_async_t wake;
	pthread_mutex_t mutex; /* see engine.h */
	struct engine_task *first, *last; /* mutex */
	bool stopping; /* mutex */
};

struct engine_timer {
	uv_timer_t timer; /* first: libuv hands it back to be freed */
	void (*due)(void *ctx);
	void *ctx;
};

static struct engine_task *take_tasks(struct engine *engine, bool *stopping)
{
	struct engine_task *first;

	pthread_mutex_lock(&engine->mutex);
	first = engine->first;
	engine->first = engine->last = NULL;
	*stopping = engine->stopping;
	pthread_mutex_unlock(&engine->mutex);
	return first;
}

/* Tasks may post others, which are run as well: at the stop nothing stays in the queue. */
static void on_wake(uv_async_t *wake)
{
	struct engine *engine = wake->data;
	struct engine_task *task, *next;
	bool stopping;

	while ((task = take_tasks(engine, &stopping)) != NULL) {
		for (; task != NULL; task = next) {
			next = task->next;
			task->next = NULL;
			task->run(task);
		}
	}
	if (stopping && !uv_is_closing((uv_handle_t *)&engine->wake))
		uv_close((uv_handle_t *)&engine->wake, NULL);
}

static void *run_loop(void *ctx)
{
	struct engine *engine = ctx;

	(void)pthread_setname_np(pthread_self(), "migrantid");
	(void)uv_run(&engine->loop, UV_RUN_DEFAULT);
	return NULL;
}

/* The server's signals are its own: this thread takes none. */
static bool start_thread(struct engine *engine)
{
	sigset_t all, before;
	bool started;

	sigfillset(&all);
	(void)pthread_sigmask(SIG_SETMASK, &all, &before);
	started = pthread_create(&engine->thread, NULL, run_loop, engine) == 0;
	(void)pthread_sigmask(SIG_SETMASK, &before, NULL);
	return started;
}

static bool loop_init(struct engine *engine)
{
	if (uv_loop_init(&engine->loop) != 0)
		return false;
	engine->wake.data = engine;
	if (uv_async_init(&engine->loop, &engine->wake, on_wake) == 0)
		return true;
	(void)uv_loop_close(&engine->loop);
	return false;
}

struct engine *engine_start(void)
{
	struct engine *engine = calloc(1, sizeof(*engine));

	if (engine == NULL)
		return NULL;
	if (!loop_init(engine)) {
		free(engine);
		return NULL;
	}
	pthread_mutex_init(&engine->mutex, NULL);
	if (start_thread(engine))
		return engine;
	uv_close((uv_handle_t *)&engine->wake, NULL);
	(void)uv_run(&engine->loop, UV_RUN_DEFAULT);
	(void)uv_loop_close(&engine->loop);
	pthread_mutex_destroy(&engine->mutex);
	free(engine);
	return NULL;
}

void engine_stop(struct engine *engine)
{
	if (engine == NULL)
		return;
	pthread_mutex_lock(&engine->mutex);
	engine->stopping = true;
	pthread_mutex_unlock(&engine->mutex);
	(void)uv_async_send(&engine->wake);
	(void)pthread_join(engine->thread, NULL);
	(void)uv_loop_close(&engine->loop);
	pthread_mutex_destroy(&engine->mutex);
	free(engine);
}

uv_loop_t *engine_loop(struct engine *engine)
{
	return &engine->loop;
}

void engine_post(struct engine *engine, struct engine_task *task)
{
	bool first;

	task->next = NULL;
	pthread_mutex_lock(&engine->mutex);
	first = engine->first == NULL;
	if (first)
		engine->first = task;
	else
		engine->last->next = task;
	engine->last = task;
	pthread_mutex_unlock(&engine->mutex);
	/* Whoever comes later is taken with the first: one wake-up serves them all. */
	if (first)
		(void)uv_async_send(&engine->wake);
}

/* A call from outside, on the caller's stack. */
struct call {
	struct engine_task task; /* first: on_call() is handed it */
	void (*run)(void *ctx);
	void *ctx;
	pthread_mutex_t mutex;
	pthread_cond_t done_changed;
	bool done; /* mutex */
};

static void on_call(struct engine_task *task)
{
	struct call *call = (struct call *)task;

	call->run(call->ctx);
	pthread_mutex_lock(&call->mutex);
	call->done = true;
	pthread_cond_signal(&call->done_changed);
	pthread_mutex_unlock(&call->mutex);
}

void engine_call(struct engine *engine, void (*run)(void *ctx), void *ctx)
{
	struct call call = { .task = { .run = on_call }, .run = run, .ctx = ctx };

	pthread_mutex_init(&call.mutex, NULL);
	pthread_cond_init(&call.done_changed, NULL);
	engine_post(engine, &call.task);
	pthread_mutex_lock(&call.mutex);
	while (!call.done)
		pthread_cond_wait(&call.done_changed, &call.mutex);
	pthread_mutex_unlock(&call.mutex);
	pthread_cond_destroy(&call.done_changed);
	pthread_mutex_destroy(&call.mutex);
}

struct engine_timer *engine_timer_new(struct engine *engine, void (*due)(void *ctx), void *ctx)
{
	struct engine_timer *timer = calloc(1, sizeof(*timer));

	if (timer == NULL)
		return NULL;
	timer->due = due;
	timer->ctx = ctx;
	(void)uv_timer_init(&engine->loop, &timer->timer);
	return timer;
}

static void on_due(uv_timer_t *handle)
{
	struct engine_timer *timer = (struct engine_timer *)handle;

	timer->due(timer->ctx);
}

void engine_timer_set(struct engine_timer *timer, int64_t after_ms)
{
	/* libuv counts from its own idea of now, which is as old as this turn of the loop. */
	uv_update_time(timer->timer.loop);
	(void)uv_timer_start(&timer->timer, on_due, after_ms > 0 ? (uint64_t)after_ms : 0, 0);
}

void engine_timer_stop(struct engine_timer *timer)
{
	(void)uv_timer_stop(&timer->timer);
}

static void on_closed(uv_handle_t *handle)
{
	free(handle);
}

void engine_timer_free(struct engine_timer *timer)
{
	if (timer != NULL)
		uv_close((uv_handle_t *)&timer->timer, on_closed);
}
