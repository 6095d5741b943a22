/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "decision/recorder.h"

#include <errno.h>
#include <pthread.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "decision/decision_log.h"
#include "decision/stats_file.h"
#include "decision/stats_process.h"

#define RING_RECORDS 8192
#define RING_MANY (RING_RECORDS / 2) /* the thread is woken for them */
#define TICK_MS 200
#define LOG_CLOSE_MS 2000 /* for a disk that hangs */

struct recorder {
	struct recorder_options options;
	pthread_t thread;

	pthread_mutex_t mutex;
	pthread_cond_t wake; /* CLOCK_MONOTONIC */
	/* mutex */
	struct record *waiting; /* RING_RECORDS */
	size_t count;
	uint64_t lost;
	bool stopping;

	/* the thread's alone */
	struct record *taken; /* exchanged for `waiting` */
	struct decision_log *log;
	struct stats_file file;
	struct stats stats;
	int64_t written_ms; /* monotonic */
};

/* ---- the thread ---- */

static struct timespec next_tick(void)
{
	struct timespec until;

	(void)clock_gettime(CLOCK_MONOTONIC, &until);
	until.tv_nsec += TICK_MS * 1000000L;
	if (until.tv_nsec >= 1000000000L) {
		until.tv_sec++;
		until.tv_nsec -= 1000000000L;
	}
	return until;
}

/* A tick later, or when there are many: take what waits. Returns how many; *stopping: the last. */
static size_t take(struct recorder *recorder, bool *stopping)
{
	struct timespec until = next_tick();
	struct record *empty = recorder->taken;
	int error = 0;
	size_t count;

	pthread_mutex_lock(&recorder->mutex);
	while (recorder->count < RING_MANY && !recorder->stopping && error != ETIMEDOUT)
		error = pthread_cond_timedwait(&recorder->wake, &recorder->mutex, &until);
	recorder->taken = recorder->waiting;
	recorder->waiting = empty;
	count = recorder->count;
	recorder->count = 0;
	recorder->stats.records_lost = recorder->lost;
	*stopping = recorder->stopping;
	pthread_mutex_unlock(&recorder->mutex);
	recorder->stats.records_lost += decision_log_lost(recorder->log);
	return count;
}

static void write_down(struct recorder *recorder, const struct record *record)
{
	char line[RECORD_LINE_MAX];
	size_t len = recorder->options.log_file != NULL ? record_as_json(record, line)
							: record_as_text(record, line);

	recorder->stats.decisions[record->result][record->reason][record->source]++;
	histogram_note(&recorder->stats.decision_seconds[record->source], record->took_us);
	decision_log_put(recorder->log, line, len);
}

static void write_stats(struct recorder *recorder, bool last)
{
	const struct recorder_options *options = &recorder->options;
	struct stats *stats = &recorder->stats;

	recorder->written_ms = clock_mono_ms(&options->clock);
	stats->written_at = clock_wall(&options->clock);
	stats->written_mono_ms = recorder->written_ms;
	stats->stopped = last;
	stats_process(&stats->process);
	if (options->gauges != NULL)
		options->gauges(options->gauges_ctx, stats);
	stats_seal(stats);
	stats_file_write(&recorder->file, stats);
}

static void *record_all(void *ctx)
{
	struct recorder *recorder = ctx;
	bool stopping = false;

	(void)pthread_setname_np(pthread_self(), "migrantid-rec");
	write_stats(recorder, false);
	while (!stopping) {
		size_t count = take(recorder, &stopping);

		for (size_t i = 0; i < count; i++)
			write_down(recorder, &recorder->taken[i]);
		if (count > 0)
			decision_log_flush(recorder->log);
		if (stopping || clock_mono_ms(&recorder->options.clock) - recorder->written_ms >=
					STATS_INTERVAL_MS)
			write_stats(recorder, stopping);
	}
	return NULL;
}

/* The server's signals are its own: this thread takes none. */
static bool start(struct recorder *recorder)
{
	sigset_t all, before;
	bool started;

	sigfillset(&all);
	(void)pthread_sigmask(SIG_SETMASK, &all, &before);
	started = pthread_create(&recorder->thread, NULL, record_all, recorder) == 0;
	(void)pthread_sigmask(SIG_SETMASK, &before, NULL);
	return started;
}

/* ---- from outside ---- */

static void drop(struct recorder *recorder)
{
	stats_file_close(&recorder->file);
	pthread_cond_destroy(&recorder->wake);
	pthread_mutex_destroy(&recorder->mutex);
	free(recorder->taken);
	free(recorder->waiting);
	free(recorder);
}

static struct recorder *recorder_new(const struct recorder_options *options)
{
	struct recorder *recorder = calloc(1, sizeof(*recorder));
	pthread_condattr_t monotonic;

	if (recorder == NULL)
		return NULL;
	recorder->options = *options;
	pthread_mutex_init(&recorder->mutex, NULL);
	pthread_condattr_init(&monotonic);
	pthread_condattr_setclock(&monotonic, CLOCK_MONOTONIC);
	pthread_cond_init(&recorder->wake, &monotonic);
	pthread_condattr_destroy(&monotonic);
	stats_file_init(&recorder->file, options->stats_directory, options->instance,
		&recorder->options.reporter);
	stats_text(recorder->stats.instance, STATS_NAME_ROOM, options->instance);
	stats_boot_id(recorder->stats.boot_id);
	recorder->stats.started_at = clock_wall(&options->clock);
	recorder->stats.started_mono_ms = clock_mono_ms(&options->clock);
	recorder->waiting = malloc(RING_RECORDS * sizeof(*recorder->waiting));
	recorder->taken = malloc(RING_RECORDS * sizeof(*recorder->taken));
	if (recorder->waiting != NULL && recorder->taken != NULL)
		return recorder;
	drop(recorder);
	return NULL;
}

struct recorder *recorder_open(const struct recorder_options *options)
{
	struct recorder *recorder = recorder_new(options);

	if (recorder == NULL)
		return NULL;
	recorder->log = decision_log_open(options->log_file, &recorder->options.reporter);
	if (recorder->log != NULL && start(recorder))
		return recorder;
	decision_log_close(recorder->log, LOG_CLOSE_MS);
	drop(recorder);
	return NULL;
}

void recorder_offer(struct recorder *recorder, const struct record *record)
{
	bool many = false;

	if (recorder == NULL)
		return;
	pthread_mutex_lock(&recorder->mutex);
	if (recorder->count < RING_RECORDS) {
		recorder->waiting[recorder->count++] = *record;
		many = recorder->count == RING_MANY;
	} else {
		recorder->lost++;
	}
	pthread_mutex_unlock(&recorder->mutex);
	if (many)
		pthread_cond_signal(&recorder->wake);
}

void recorder_close(struct recorder *recorder)
{
	if (recorder == NULL)
		return;
	pthread_mutex_lock(&recorder->mutex);
	recorder->stopping = true;
	pthread_mutex_unlock(&recorder->mutex);
	pthread_cond_signal(&recorder->wake);
	(void)pthread_join(recorder->thread, NULL);
	decision_log_close(recorder->log, LOG_CLOSE_MS);
	drop(recorder);
}
