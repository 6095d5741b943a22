/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * disk_thread.c - the one thread that does all work on the file. Looks and removals are done in the
 * order they came; what is to be kept is gathered and written when nothing else is to be done.
 */
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "cache/disk_internal.h"

#define LOOKUPS_MAX 64 /* in one transaction */
#define KEEPS_MAX 128
#define NAP_MS 20

static int64_t now_ms(void)
{
	return clock_mono_ms(&system_clock);
}

static void say_guarded(
	void *ctx, enum severity severity, const char *file, int line, const char *text)
{
	struct disk *disk = ctx;

	pthread_mutex_lock(&disk->outside_mutex);
	if (!disk->outside_gone && disk->reporter.say != NULL)
		disk->reporter.say(disk->reporter.ctx, severity, file, line, text);
	pthread_mutex_unlock(&disk->outside_mutex);
}

/* False if there is no engine any more. */
static bool post(struct disk *disk, struct engine_task *task)
{
	bool posted;

	pthread_mutex_lock(&disk->outside_mutex);
	posted = !disk->outside_gone;
	if (posted)
		engine_post(disk->engine, task);
	pthread_mutex_unlock(&disk->outside_mutex);
	return posted;
}

/* What the engine's thread may know of the store. */
static void publish(struct disk *disk)
{
	struct disk_store *store = &disk->store;

	atomic_store(&disk->reads, disk_store_reads(store));
	atomic_store(&disk->writes, store->writes && !disk_store_owes(store));
	atomic_store(&disk->epoch, store->epoch);
	if (disk_store_take_removed(store))
		disk->untold = true;
}

/* One that is told and not heard yet would not come behind the looks answered since: then later. */
static void report_removed(struct disk *disk)
{
	if (!disk->untold || atomic_exchange(&disk->removed_posted, true))
		return;
	disk->untold = false;
	(void)post(disk, &disk->removed_task);
}

static void answer(struct disk *disk, struct tier_lookup *lookup)
{
	lookup->reports_removed = disk->untold;
	disk->untold = false;
	if (post(disk, &lookup->task))
		return;
	free(lookup->find.octets);
	free(lookup);
}

/* Some of the looks at the head of the list; returns what is behind them. */
static struct disk_job *lookup_some(struct disk *disk, struct disk_job *job)
{
	struct tier_lookup *lookups[LOOKUPS_MAX];
	struct disk_find *finds[LOOKUPS_MAX];
	size_t count = 0, wanted = 0;

	for (; job != NULL && job->lookup != NULL && count < LOOKUPS_MAX; job = job->next) {
		if (!atomic_load(&job->lookup->cancelled))
			finds[wanted++] = &job->lookup->find;
		lookups[count++] = job->lookup;
	}
	if (wanted > 0)
		disk_store_read(&disk->store, finds, wanted);
	publish(disk);
	for (size_t i = 0; i < count; i++)
		answer(disk, lookups[i]);
	return job;
}

static struct disk_job *forget_some(struct disk *disk, struct disk_job *job)
{
	while (job != NULL && job->lookup == NULL) {
		struct disk_job *next = job->next;

		disk_store_forget(&disk->store, job->key);
		free(job);
		job = next;
	}
	disk_store_settle(&disk->store);
	return job;
}

static void do_jobs(struct disk *disk, struct disk_job *job)
{
	while (job != NULL)
		job = job->lookup != NULL ? lookup_some(disk, job) : forget_some(disk, job);
}

/* What one transaction holds. */
struct batch {
	struct disk_keep keeps[KEEPS_MAX];
	size_t rows;
	size_t taken; /* from the head of the list, the dead with the rest */
	uint64_t octets;
	int64_t now;
};

/* With the mutex held. */
static void batch_add(struct batch *batch, const struct disk_kept *kept)
{
	batch->taken++;
	batch->octets += kept->len;
	batch->now = kept->now;
	if (!kept->dead)
		batch->keeps[batch->rows++] = (struct disk_keep){
			.row = { kept->key, kept->stored_at, kept->keep_until, kept->octets,
				kept->len },
			.epoch = kept->epoch,
		};
}

/* Nobody else takes them off the list, nor changes more of them than that they are dead. */
static bool batch_take(struct disk *disk, struct batch *batch)
{
	uint64_t most = disk_store_write_max(&disk->store);
	const struct disk_kept *kept;

	batch->rows = batch->taken = 0;
	batch->octets = 0;
	pthread_mutex_lock(&disk->mutex);
	for (kept = disk->first_kept; kept != NULL && batch->taken < KEEPS_MAX; kept = kept->next) {
		if (batch->taken > 0 && batch->octets + kept->len > most)
			break;
		batch_add(batch, kept);
	}
	pthread_mutex_unlock(&disk->mutex);
	return batch->taken > 0;
}

/* Whether a look or a removal is waiting, which goes first. */
static bool batch_drop(struct disk *disk, const struct batch *batch)
{
	bool waiting;

	pthread_mutex_lock(&disk->mutex);
	for (size_t i = 0; i < batch->taken; i++) {
		struct disk_kept *kept = disk->first_kept;

		disk->first_kept = kept->next;
		free(kept);
	}
	if (disk->first_kept == NULL)
		disk->last_kept = NULL;
	disk->kept -= batch->taken;
	waiting = disk->first_job != NULL;
	pthread_mutex_unlock(&disk->mutex);
	return waiting;
}

static void keep_some(struct disk *disk)
{
	struct batch batch;

	while (disk_store_may_write(&disk->store) && batch_take(disk, &batch)) {
		if (!disk_store_write(&disk->store, batch.keeps, batch.rows, batch.now) ||
			batch_drop(disk, &batch))
			return;
	}
}

static int64_t earlier(int64_t one, int64_t other)
{
	return one < other ? one : other;
}

/* With the mutex held. When there is something to do, if nothing comes before. */
static int64_t due_at(const struct disk *disk, int64_t poll_at)
{
	int64_t due = poll_at;

	if (disk_store_owes(&disk->store))
		due = earlier(due, now_ms() + DISK_OWED_POLL_MS);
	if (disk->first_kept == NULL || !disk_store_may_write(&disk->store))
		return due;
	return disk->kept >= DISK_GATHER_MAX ? 0 : earlier(due, disk->gather_until);
}

static bool wait_until(struct disk *disk, int64_t ms)
{
	const struct timespec until = { .tv_sec = (time_t)(ms / 1000),
		.tv_nsec = (long)(ms % 1000 * 1000000) };

	return pthread_cond_timedwait(&disk->changed, &disk->mutex, &until) == 0;
}

/* What is to be done next. */
struct work {
	struct disk_job *jobs;
	bool keeps, ends, forgets_all;
};

static bool take_work(struct disk *disk, int64_t poll_at, struct work *work)
{
	int64_t due;

	pthread_mutex_lock(&disk->mutex);
	due = due_at(disk, poll_at);
	while (disk->first_job == NULL && !disk->ending && !disk->forget_all && now_ms() < due) {
		(void)wait_until(disk, due);
		due = earlier(due, due_at(disk, poll_at));
	}
	work->jobs = disk->first_job;
	work->ends = disk->ending;
	work->forgets_all = disk->forget_all;
	work->keeps = disk->first_kept != NULL &&
		      (disk->kept >= DISK_GATHER_MAX || now_ms() >= disk->gather_until);
	disk->first_job = disk->last_job = NULL;
	disk->lookups = disk->removals = 0;
	disk->forget_all = false;
	pthread_mutex_unlock(&disk->mutex);
	return !work->ends;
}

/* Another process's lock is waited for, a store that is left out is not. */
static void keep_the_rest(struct disk *disk)
{
	struct batch batch;

	while (now_ms() < disk->end_by && disk_store_reads(&disk->store) &&
		batch_take(disk, &batch)) {
		if (disk_store_write(&disk->store, batch.keeps, batch.rows, batch.now))
			(void)batch_drop(disk, &batch);
		else
			(void)sqlite3_sleep(NAP_MS);
	}
}

/* Whatever had to be removed is, at the latest with the file. */
static void finish(struct disk *disk)
{
	while (disk_store_owes(&disk->store) && now_ms() < disk->end_by) {
		disk_store_settle(&disk->store);
		if (disk_store_owes(&disk->store))
			(void)sqlite3_sleep(NAP_MS);
	}
	if (disk_store_owes(&disk->store)) {
		disk_store_forget_all(&disk->store);
		disk_store_settle(&disk->store);
	}
	keep_the_rest(disk);
	disk_store_close(&disk->store);
}

static void do_work(struct disk *disk, const struct work *work)
{
	if (work->forgets_all)
		disk_store_forget_all(&disk->store);
	disk_store_settle(&disk->store);
	do_jobs(disk, work->jobs);
	if (work->keeps)
		keep_some(disk);
}

void *disk_thread(void *ctx)
{
	struct disk *disk = ctx;
	int64_t poll_at = 0;
	struct work work;
	bool goes_on;

	(void)pthread_setname_np(pthread_self(), "migrantid-disk");
	disk->guarded = (struct reporter){ say_guarded, disk };
	disk_store_init(&disk->store, disk->directory, disk->max_octets, &disk->guarded);
	do {
		goes_on = take_work(disk, poll_at, &work);
		do_work(disk, &work);
		if (now_ms() >= poll_at) {
			disk_store_poll(&disk->store);
			poll_at = now_ms() + DISK_POLL_MS;
		}
		publish(disk);
		report_removed(disk);
	} while (goes_on);
	finish(disk);

	pthread_mutex_lock(&disk->mutex);
	disk->ended = true;
	pthread_cond_signal(&disk->ended_changed);
	pthread_mutex_unlock(&disk->mutex);
	disk_release(disk);
	return NULL;
}
