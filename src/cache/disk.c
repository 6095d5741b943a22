/* SPDX-License-Identifier: GPL-2.0-or-later */
/* disk.c - the disk tier as the engine's thread sees it. It never touches the file. */
#include <dlfcn.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "cache/disk_internal.h"

static struct disk *of(struct tier *tier)
{
	return (struct disk *)tier;
}

/* With the mutex held. */
static void push_job(struct disk *disk, struct disk_job *job)
{
	job->next = NULL;
	if (disk->first_job == NULL)
		disk->first_job = job;
	else
		disk->last_job->next = job;
	disk->last_job = job;
	pthread_cond_signal(&disk->changed);
}

static struct tier_lookup *lookup_new(
	struct disk *disk, const struct person_key *const *keys, size_t count)
{
	struct tier_lookup *lookup = calloc(1, sizeof(*lookup));

	if (lookup == NULL)
		return NULL;
	lookup->task.run = disk_lookup_done;
	lookup->job.lookup = lookup;
	lookup->disk = disk;
	lookup->find.count = count;
	lookup->find.now = clock_wall(&disk->clock);
	for (size_t i = 0; i < count; i++)
		memcpy(lookup->find.keys[i], keys[i]->bytes, PERSON_KEY_LEN);
	atomic_init(&lookup->cancelled, false);
	return lookup;
}

static struct tier_lookup *disk_recall(struct tier *tier, const struct person_key *const *keys,
	size_t count, tier_found *found, void *ctx)
{
	struct disk *disk = of(tier);
	struct tier_lookup *lookup;
	bool pushed;

	if (disk->overdue > 0 || !atomic_load(&disk->reads) || count == 0 || count > TIER_KEYS_MAX)
		return NULL;
	lookup = lookup_new(disk, keys, count);
	if (lookup == NULL)
		return NULL;
	lookup->found = found;
	lookup->ctx = ctx;
	pthread_mutex_lock(&disk->mutex);
	pushed = disk->lookups < DISK_QUEUE_MAX && !disk->ending;
	if (pushed) {
		disk->lookups++;
		push_job(disk, &lookup->job);
	}
	pthread_mutex_unlock(&disk->mutex);
	if (pushed)
		return lookup;
	free(lookup);
	return NULL;
}

/* It comes back all the same, and is freed then. */
static void disk_cancel(struct tier *tier, struct tier_lookup *lookup, bool late)
{
	atomic_store(&lookup->cancelled, true);
	lookup->found = NULL;
	lookup->late = late;
	of(tier)->overdue += late;
}

void disk_removed_done(struct engine_task *task)
{
	struct disk *disk =
		(struct disk *)(void *)((char *)task - offsetof(struct disk, removed_task));

	atomic_store(&disk->removed_posted, false);
	disk->events.removed(disk->events.ctx);
}

void disk_lookup_done(struct engine_task *task)
{
	struct tier_lookup *lookup = (struct tier_lookup *)task;
	struct disk *disk = lookup->disk;
	const struct disk_find *find = &lookup->find;
	bool hit;

	disk->overdue -= lookup->late;
	if (lookup->reports_removed)
		disk->events.removed(disk->events.ctx);
	hit = find->octets != NULL && lookup->found != NULL &&
	      entry_unpack(find->octets, find->len, &disk->entry);
	if (lookup->found != NULL)
		lookup->found(lookup->ctx, hit ? &disk->entry : NULL, find->which);
	free(find->octets);
	free(lookup);
}

static struct disk_kept *kept_new(
	struct disk *disk, const struct person_key *key, const struct entry *entry)
{
	size_t len = entry_len(entry);
	struct disk_kept *kept = malloc(sizeof(*kept) + len);

	if (kept == NULL)
		return NULL;
	kept->next = NULL;
	kept->dead = false;
	kept->epoch = atomic_load(&disk->epoch);
	kept->now = clock_wall(&disk->clock);
	kept->stored_at = entry->stored_at;
	kept->keep_until = entry->keep_until;
	memcpy(kept->key, key->bytes, PERSON_KEY_LEN);
	kept->len = len;
	entry_pack(entry, kept->octets);
	return kept;
}

/* With the mutex held. Only the first wakes the thread, and what makes a transaction full. */
static void push_kept(struct disk *disk, struct disk_kept *kept)
{
	if (disk->first_kept == NULL) {
		disk->first_kept = kept;
		disk->gather_until = clock_mono_ms(&system_clock) + DISK_GATHER_MS;
	} else {
		disk->last_kept->next = kept;
	}
	disk->last_kept = kept;
	disk->kept++;
	if (disk->kept == 1 || disk->kept == DISK_GATHER_MAX)
		pthread_cond_signal(&disk->changed);
}

static void disk_keep(struct tier *tier, const struct person_key *key, const struct entry *entry)
{
	struct disk *disk = of(tier);
	struct disk_kept *kept = NULL;

	if (entry->token_len > 0 && entry->token_len <= JWS_MAX_LEN)
		kept = kept_new(disk, key, entry);
	if (kept == NULL)
		return;
	pthread_mutex_lock(&disk->mutex);
	if (disk->kept < DISK_QUEUE_MAX && !disk->ending) {
		push_kept(disk, kept);
		kept = NULL;
	}
	pthread_mutex_unlock(&disk->mutex);
	free(kept);
}

/* With the mutex held. The thread may be writing them; then the removal comes behind that. */
static void drop_kept(struct disk *disk, const uint8_t key[PERSON_KEY_LEN])
{
	for (struct disk_kept *kept = disk->first_kept; kept != NULL; kept = kept->next)
		if (memcmp(kept->key, key, PERSON_KEY_LEN) == 0)
			kept->dead = true;
}

static void disk_forget(struct tier *tier, const struct person_key *key)
{
	struct disk *disk = of(tier);
	struct disk_job *job = calloc(1, sizeof(*job));

	if (job != NULL)
		memcpy(job->key, key->bytes, PERSON_KEY_LEN);
	pthread_mutex_lock(&disk->mutex);
	drop_kept(disk, key->bytes);
	if (job != NULL && disk->removals < DISK_QUEUE_MAX) {
		disk->removals++;
		push_job(disk, job);
		job = NULL;
	} else {
		disk->forget_all = true;
		pthread_cond_signal(&disk->changed);
	}
	pthread_mutex_unlock(&disk->mutex);
	free(job);
}

static void disk_health(struct tier *tier, struct tier_health *out)
{
	struct disk *disk = of(tier);

	out->reads = atomic_load(&disk->reads);
	out->writes = atomic_load(&disk->writes);
}

static void disk_free(struct disk *disk)
{
	struct disk_job *job, *next_job;
	struct disk_kept *kept, *next_kept;

	for (job = disk->first_job; job != NULL; job = next_job) {
		next_job = job->next;
		free(job->lookup != NULL ? (void *)job->lookup : (void *)job);
	}
	for (kept = disk->first_kept; kept != NULL; kept = next_kept) {
		next_kept = kept->next;
		free(kept);
	}
	pthread_cond_destroy(&disk->changed);
	pthread_cond_destroy(&disk->ended_changed);
	pthread_mutex_destroy(&disk->mutex);
	pthread_mutex_destroy(&disk->outside_mutex);
	free(disk->directory);
	free(disk);
}

void disk_release(struct disk *disk)
{
	bool last;

	pthread_mutex_lock(&disk->mutex);
	last = --disk->references == 0;
	pthread_mutex_unlock(&disk->mutex);
	if (last)
		disk_free(disk);
}

static struct timespec at_ms(int64_t ms)
{
	return (struct timespec){ .tv_sec = (time_t)(ms / 1000),
		.tv_nsec = (long)(ms % 1000 * 1000000) };
}

/* When the thread comes back its code must still be there, whatever has been unloaded. */
static void stay_loaded(void)
{
	Dl_info info;

	if (dladdr(__extension__(const void *) disk_thread, &info) != 0 && info.dli_fname != NULL)
		(void)dlopen(info.dli_fname, RTLD_NOW | RTLD_NOLOAD | RTLD_NODELETE);
}

/* With the mutex held. Looks that the thread has not taken are answered: with nothing. */
static void abandon(struct disk *disk)
{
	struct disk_job *job = disk->first_job, *next;

	disk->first_job = disk->last_job = NULL;
	for (; job != NULL; job = next) {
		next = job->next;
		if (job->lookup != NULL) {
			engine_post(disk->engine, &job->lookup->task);
		} else {
			/* Should the thread come back, all goes: nobody knows what had to. */
			disk->forget_all = true;
			free(job);
		}
	}
	pthread_mutex_lock(&disk->outside_mutex);
	disk->outside_gone = true;
	pthread_mutex_unlock(&disk->outside_mutex);
}

static void nothing(void *ctx)
{
	(void)ctx;
}

/*
 * True if the thread has ended by then. A thread that hangs in the kernel is left behind with its
 * memory: it touches nothing but that when it comes back.
 */
static bool end_thread(struct disk *disk, int64_t deadline_ms)
{
	int64_t now = clock_mono_ms(&system_clock);
	struct timespec until = at_ms(now + deadline_ms);
	bool ended;

	pthread_mutex_lock(&disk->mutex);
	disk->ending = true;
	disk->end_by = now + deadline_ms / 2; /* the rest is for closing, and for a removal */
	pthread_cond_signal(&disk->changed);
	while (!disk->ended &&
		pthread_cond_timedwait(&disk->ended_changed, &disk->mutex, &until) == 0)
		;
	ended = disk->ended;
	if (!ended)
		abandon(disk);
	pthread_mutex_unlock(&disk->mutex);
	return ended;
}

static void disk_close(struct tier *tier, int64_t deadline_ms)
{
	struct disk *disk = of(tier);

	if (end_thread(disk, deadline_ms)) {
		(void)pthread_join(disk->thread, NULL);
	} else {
		(void)pthread_detach(disk->thread);
		stay_loaded();
		report(&disk->reporter, SAY_ERROR, disk->directory, 0,
			"the disk hangs, and whom the service has refused lately may not be "
			"written down: before the next start remove what is kept (migrantidctl "
			"cache purge --all), or an older yes may be found there");
	}
	engine_call(disk->engine, nothing, NULL); /* answers what has come back */
	disk_release(disk);
}

static const struct tier_ops ops = {
	.source = SOURCE_CACHE,
	.recall = disk_recall,
	.cancel = disk_cancel,
	.keep = disk_keep,
	.forget = disk_forget,
	.health = disk_health,
	.close = disk_close,
};

static void init_locks(struct disk *disk)
{
	pthread_condattr_t monotonic;

	pthread_mutex_init(&disk->mutex, NULL);
	pthread_mutex_init(&disk->outside_mutex, NULL);
	pthread_condattr_init(&monotonic);
	pthread_condattr_setclock(&monotonic, CLOCK_MONOTONIC);
	pthread_cond_init(&disk->changed, &monotonic);
	pthread_cond_init(&disk->ended_changed, &monotonic);
	pthread_condattr_destroy(&monotonic);
}

/* Signals are the server's to take. */
static bool start_thread(struct disk *disk)
{
	sigset_t all, before;
	bool started;

	sigfillset(&all);
	(void)pthread_sigmask(SIG_SETMASK, &all, &before);
	started = pthread_create(&disk->thread, NULL, disk_thread, disk) == 0;
	(void)pthread_sigmask(SIG_SETMASK, &before, NULL);
	return started;
}

struct tier *disk_open(const struct cache_options *options, struct engine *engine,
	const struct tier_events *events)
{
	struct disk *disk = calloc(1, sizeof(*disk));
	bool started;

	if (disk != NULL) {
		init_locks(disk);
		disk->tier.ops = &ops;
		disk->directory = strdup(options->disk_directory);
		disk->max_octets = options->disk_octets;
		disk->clock = options->clock;
		disk->events = *events;
		disk->engine = engine;
		disk->reporter = options->reporter;
		disk->removed_task.run = disk_removed_done;
		disk->references = 2;
		atomic_init(&disk->reads, true);
		atomic_init(&disk->writes, true);
	}
	started = disk != NULL && disk->directory != NULL && start_thread(disk);
	if (started)
		return &disk->tier;
	report(&options->reporter, SAY_WARNING, options->disk_directory, 0,
		"cannot be used: there is no memory, or no thread; answers are kept in memory "
		"alone");
	if (disk != NULL)
		disk_free(disk);
	return NULL;
}
