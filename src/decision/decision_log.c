/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "decision/decision_log.h"

#include <errno.h>
#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "decision/log_file.h"

#define BUFFER_OCTETS ((size_t)2 * 1024 * 1024) /* a second of ten thousand sales */

struct lines {
	char *text;
	size_t len;
};

struct decision_log {
	atomic_uint references; /* the owner's, the thread's */
	char *path; /* NULL: the reporter is given the lines */
	struct reporter guarded; /* what the thread reports to: `outward`, while it may */
	pthread_t thread;
	atomic_uint_fast64_t lost;

	pthread_mutex_t outward; /* held around every call of `reporter` */
	struct reporter reporter;
	bool closed; /* outward: the reporter may be gone */

	pthread_mutex_t mutex;
	pthread_cond_t wake; /* CLOCK_MONOTONIC */
	/* mutex */
	struct lines waiting;
	bool flushing, stopping, ended;
};

static void say_guarded(
	void *ctx, enum severity severity, const char *file, int line, const char *text)
{
	struct decision_log *log = ctx;

	pthread_mutex_lock(&log->outward);
	if (!log->closed && log->reporter.say != NULL)
		log->reporter.say(log->reporter.ctx, severity, file, line, text);
	pthread_mutex_unlock(&log->outward);
}

static void drop(struct decision_log *log)
{
	if (atomic_fetch_sub_explicit(&log->references, 1, memory_order_acq_rel) != 1)
		return;
	pthread_cond_destroy(&log->wake);
	pthread_mutex_destroy(&log->mutex);
	pthread_mutex_destroy(&log->outward);
	free(log->waiting.text);
	free(log->path);
	free(log);
}

/* ---- the thread ---- */

/* As they are, not through report(): a record's line has nothing to be formatted or made plain. */
static void say_lines(struct decision_log *log, char *lines, size_t len)
{
	char *end;

	for (; len > 0 && (end = memchr(lines, '\n', len)) != NULL; lines = end + 1) {
		*end = '\0';
		say_guarded(log, SAY_INFO, NULL, 0, lines);
		len -= (size_t)(end + 1 - lines);
	}
}

/* The lines that wait are exchanged for an empty buffer. False: it is time to end. */
static bool take(struct decision_log *log, struct lines *out)
{
	struct lines empty = { out->text, 0 };
	bool goes_on;

	pthread_mutex_lock(&log->mutex);
	while (!log->stopping && !log->flushing)
		pthread_cond_wait(&log->wake, &log->mutex);
	*out = log->waiting;
	log->waiting = empty;
	log->flushing = false;
	goes_on = !log->stopping || out->len > 0;
	pthread_mutex_unlock(&log->mutex);
	return goes_on;
}

/* The thread's own two things: a log that is left behind keeps them. */
struct writer {
	struct decision_log *log;
	struct lines lines;
};

static void *write_lines(void *ctx)
{
	struct writer *writer = ctx;
	struct decision_log *log = writer->log;
	struct log_file file;

	(void)pthread_setname_np(pthread_self(), "migrantid-log");
	log_file_init(&file, log->path, &log->guarded);
	while (take(log, &writer->lines)) {
		if (log->path == NULL)
			say_lines(log, writer->lines.text, writer->lines.len);
		else if (writer->lines.len > 0)
			atomic_fetch_add(&log->lost,
				log_file_write(&file, writer->lines.text, writer->lines.len));
	}
	log_file_close(&file);
	free(writer->lines.text);
	free(writer);
	pthread_mutex_lock(&log->mutex);
	log->ended = true;
	pthread_cond_broadcast(&log->wake);
	pthread_mutex_unlock(&log->mutex);
	drop(log);
	return NULL;
}

/* The server's signals are its own: this thread takes none. */
static bool start(struct decision_log *log)
{
	struct writer *writer = calloc(1, sizeof(*writer));
	sigset_t all, before;
	int error = ENOMEM;

	if (writer != NULL)
		writer->lines.text = malloc(BUFFER_OCTETS);
	if (writer != NULL && writer->lines.text != NULL) {
		writer->log = log;
		sigfillset(&all);
		atomic_fetch_add_explicit(&log->references, 1, memory_order_relaxed);
		(void)pthread_sigmask(SIG_SETMASK, &all, &before);
		error = pthread_create(&log->thread, NULL, write_lines, writer);
		(void)pthread_sigmask(SIG_SETMASK, &before, NULL);
		if (error == 0)
			return true;
		drop(log);
		free(writer->lines.text);
	}
	free(writer);
	return false;
}

/* ---- from outside ---- */

static void init_locks(struct decision_log *log)
{
	pthread_condattr_t monotonic;

	pthread_mutex_init(&log->outward, NULL);
	pthread_mutex_init(&log->mutex, NULL);
	pthread_condattr_init(&monotonic);
	pthread_condattr_setclock(&monotonic, CLOCK_MONOTONIC);
	pthread_cond_init(&log->wake, &monotonic);
	pthread_condattr_destroy(&monotonic);
}

struct decision_log *decision_log_open(const char *path, const struct reporter *reporter)
{
	struct decision_log *log = calloc(1, sizeof(*log));

	if (log == NULL)
		return NULL;
	atomic_init(&log->references, 1);
	log->reporter = *reporter;
	log->guarded = (struct reporter){ say_guarded, log };
	init_locks(log);
	log->waiting.text = malloc(BUFFER_OCTETS);
	if (path != NULL)
		log->path = strdup(path);
	if (log->waiting.text != NULL && (path == NULL || log->path != NULL) && start(log))
		return log;
	drop(log);
	return NULL;
}

void decision_log_put(struct decision_log *log, const char *line, size_t len)
{
	bool fits;

	pthread_mutex_lock(&log->mutex);
	fits = len <= BUFFER_OCTETS - log->waiting.len;
	if (fits) {
		memcpy(log->waiting.text + log->waiting.len, line, len);
		log->waiting.len += len;
	}
	pthread_mutex_unlock(&log->mutex);
	if (!fits)
		atomic_fetch_add(&log->lost, 1);
}

void decision_log_flush(struct decision_log *log)
{
	pthread_mutex_lock(&log->mutex);
	log->flushing = log->flushing || log->waiting.len > 0;
	if (log->flushing)
		pthread_cond_broadcast(&log->wake);
	pthread_mutex_unlock(&log->mutex);
}

uint64_t decision_log_lost(struct decision_log *log)
{
	return atomic_load(&log->lost);
}

static struct timespec in_ms(int64_t ms)
{
	struct timespec until;

	(void)clock_gettime(CLOCK_MONOTONIC, &until);
	until.tv_sec += ms / 1000;
	until.tv_nsec += ms % 1000 * 1000000;
	if (until.tv_nsec >= 1000000000) {
		until.tv_sec++;
		until.tv_nsec -= 1000000000;
	}
	return until;
}

/* True if the thread has ended; false if it hangs. */
static bool stop(struct decision_log *log, int64_t deadline_ms)
{
	struct timespec until = in_ms(deadline_ms);
	int error = 0;
	bool ended;

	pthread_mutex_lock(&log->mutex);
	log->stopping = true;
	pthread_cond_broadcast(&log->wake);
	while (!log->ended && error != ETIMEDOUT)
		error = pthread_cond_timedwait(&log->wake, &log->mutex, &until);
	ended = log->ended;
	pthread_mutex_unlock(&log->mutex);
	return ended;
}

void decision_log_close(struct decision_log *log, int64_t deadline_ms)
{
	if (log == NULL)
		return;
	if (stop(log, deadline_ms)) {
		(void)pthread_join(log->thread, NULL);
	} else {
		report(&log->reporter, SAY_WARNING, log->path, 0,
			"a disk does not answer: the last decisions are not written down");
		pthread_mutex_lock(&log->outward);
		log->closed = true;
		pthread_mutex_unlock(&log->outward);
		(void)pthread_detach(log->thread);
	}
	drop(log);
}
