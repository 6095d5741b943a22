/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * disk_internal.h - the disk tier: a queue between the engine's thread (disk.c) and the one thread
 * that does all work on the file (disk_thread.c).
 *
 * Locking: disk->mutex guards the queue and how it ends, disk->outside_mutex the engine and the
 * reporter, which may be gone when a thread comes back from a disk that hung. Neither is taken with
 * the other held, but mutex before outside_mutex when the thread is abandoned. The engine's thread
 * takes the first alone, and never for longer than it takes to put something in the queue.
 */
#ifndef MIGRANTID_DISK_INTERNAL_H
#define MIGRANTID_DISK_INTERNAL_H

#include <pthread.h>
#include <stdatomic.h>

#include "cache/disk_store.h"

#define DISK_QUEUE_MAX 4096 /* looks, and as many keeps */
#define DISK_GATHER_MS 100 /* keeps that come together are written together */
#define DISK_GATHER_MAX 1000
#define DISK_POLL_MS 1000 /* for other processes' removals, if nobody looks */
#define DISK_OWED_POLL_MS 50

/* What is done in order: a look, or a removal. */
struct disk_job {
	struct disk_job *next; /* mutex; then the disk thread's */
	struct tier_lookup *lookup; /* that this is part of; NULL: a removal of key */
	uint8_t key[PERSON_KEY_LEN];
};

struct tier_lookup {
	struct engine_task task; /* first: brings it back */
	struct disk_job job;
	struct disk *disk;
	struct disk_find find; /* the disk thread's while it has it */
	bool reports_removed; /* before it is answered */
	atomic_bool cancelled;
	/* Engine thread. */
	bool late; /* counts in disk->overdue */
	tier_found *found;
	void *ctx;
};

struct disk_kept {
	struct disk_kept *next; /* mutex */
	bool dead; /* mutex; removed since */
	uint64_t epoch;
	int64_t now, stored_at, keep_until;
	uint8_t key[PERSON_KEY_LEN];
	size_t len;
	uint8_t octets[]; /* a packed entry */
};

struct disk {
	struct tier tier; /* first */
	char *directory;
	uint64_t max_octets;
	struct clock clock; /* engine thread alone, as it may be gone before the disk thread is */
	struct tier_events events; /* engine thread */

	pthread_t thread;
	pthread_mutex_t mutex;
	pthread_cond_t changed; /* the queue, for the disk thread */
	pthread_cond_t ended_changed;
	struct disk_job *first_job, *last_job;
	struct disk_kept *first_kept, *last_kept;
	size_t lookups, removals, kept;
	int64_t gather_until; /* when the first of what is to be kept is written */
	bool forget_all; /* a removal that there was no room for */
	bool ending, ended;
	int references; /* the thread's and close()'s */
	int64_t end_by; /* what is to be kept is written until then */

	pthread_mutex_t outside_mutex;
	bool outside_gone;
	struct engine *engine;
	struct reporter reporter;

	struct engine_task removed_task; /* tells of a removal that no look tells of */
	atomic_bool removed_posted;
	atomic_uint_fast64_t epoch; /* the store's */
	atomic_bool reads, writes;

	/* Engine thread. */
	size_t overdue; /* looks nobody waits for any more that are not back yet: the disk hangs */
	struct entry entry; /* what was found, as long as it is told */

	/* Disk thread. */
	struct reporter guarded; /* speaks through `reporter` as long as that is there */
	bool untold; /* somebody else has removed something */
	struct disk_store store;
};

/* The disk thread's function. */
void *disk_thread(void *ctx);

/* The task of a look: answers it. Engine thread. */
void disk_lookup_done(struct engine_task *task);
void disk_removed_done(struct engine_task *task);

void disk_release(struct disk *disk);

#endif
