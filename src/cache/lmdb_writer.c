/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "cache/lmdb_writer.h"

#include <pthread.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#define QUEUE_MAX 4096
#define GATHER_MS 100 /* puts that come together are committed together */
#define COMPLAIN_EVERY_S 60

/*
 * LMDB writes changed pages anew, and gives the old ones out again two commits later: a commit that
 * changes much needs much room. So a commit holds at most one entry for so many octets of the
 * capacity, and once no more than a fifth of it is free, each evicts more than it adds.
 */
#define OCTETS_PER_ENTRY ((uint64_t)256 * 1024)
#define COMMIT_MIN 4
#define COMMIT_MAX 1024
#define FREE_PERCENT 20
#define FREE_MIN ((uint64_t)384 * 1024)

struct waiting {
	struct waiting *next;
	uint64_t generation; /* when it was put */
	uint8_t key[PERSON_KEY_LEN];
	struct store_entry entry;
};

struct lmdb_writer {
	struct lmdb_writer_config config;
	size_t commit_max;
	time_t complained_at; /* writer thread; monotonic, 0: never */

	pthread_t thread;
	pthread_mutex_t mutex; /* all below */
	pthread_cond_t filled; /* there is a first one; it sleeps until then */
	pthread_cond_t hurried; /* it gathers no longer */
	pthread_cond_t settled;
	struct waiting *first, *last;
	size_t queued;
	unsigned settling; /* how many wait for it */
	bool writing, ending;
};

/* Only the first wakes the writer, and what makes a commit full: the rest it finds by itself. */
static void push(struct lmdb_writer *writer, struct waiting *waiting)
{
	if (writer->last != NULL) {
		writer->last->next = waiting;
	} else {
		writer->first = waiting;
		pthread_cond_signal(&writer->filled);
	}
	writer->last = waiting;
	if (++writer->queued == COMMIT_MAX)
		pthread_cond_signal(&writer->hurried);
}

void lmdb_writer_put(struct lmdb_writer *writer, const uint8_t key[PERSON_KEY_LEN],
		     uint64_t generation, const struct store_entry *entry)
{
	/* Most tokens are a twentieth of what has room: the rest of the entry is not there. */
	size_t head = offsetof(struct store_entry, token);
	struct waiting *waiting = malloc(offsetof(struct waiting, entry) + head + entry->token_len);

	if (waiting == NULL)
		return;
	waiting->next = NULL;
	waiting->generation = generation;
	memcpy(waiting->key, key, PERSON_KEY_LEN);
	memcpy(&waiting->entry, entry, head + entry->token_len);

	pthread_mutex_lock(&writer->mutex);
	if (writer->queued < QUEUE_MAX) {
		push(writer, waiting);
		waiting = NULL;
	}
	pthread_mutex_unlock(&writer->mutex);
	free(waiting);
}

void lmdb_writer_settle(struct lmdb_writer *writer)
{
	pthread_mutex_lock(&writer->mutex);
	writer->settling++;
	pthread_cond_signal(&writer->hurried);
	while (writer->first != NULL || writer->writing)
		pthread_cond_wait(&writer->settled, &writer->mutex);
	writer->settling--;
	pthread_mutex_unlock(&writer->mutex);
}

static void complain(struct lmdb_writer *writer, int error)
{
	struct timespec now;

	(void)clock_gettime(CLOCK_MONOTONIC, &now);
	if (writer->complained_at != 0 && now.tv_sec - writer->complained_at < COMPLAIN_EVERY_S)
		return;
	writer->complained_at = now.tv_sec;
	writer->config.complain(writer->config.ctx, error);
}

static int finish(MDB_txn *txn, int error)
{
	if (error == 0)
		return mdb_txn_commit(txn);
	mdb_txn_abort(txn);
	return error;
}

static bool is_full(uint64_t octets, uint64_t capacity)
{
	uint64_t reserve = capacity / 100 * FREE_PERCENT;

	if (reserve < FREE_MIN)
		reserve = FREE_MIN;
	return octets + reserve >= capacity;
}

static int make_room(const struct lmdb_writer *writer, MDB_txn *txn, int64_t now, size_t coming)
{
	const struct lmdb_writer_config *config = &writer->config;
	uint64_t entries, octets;
	size_t removed = 0;
	int error = lmdb_entries_count(txn, &config->tables, &entries, &octets);

	if (error != 0 || !is_full(octets, config->capacity))
		return error;
	return lmdb_entries_evict(txn, &config->tables, now, INT64_MAX, coming * 2, &removed);
}

static int put_each(const struct lmdb_writer_config *config, MDB_txn *txn,
		    const struct waiting *first, size_t count)
{
	uint64_t generation;
	int error = lmdb_generation_get(txn, &config->tables, &generation);

	for (; count > 0 && error == 0; count--, first = first->next)
		if (first->generation == generation)
			error = lmdb_entry_put(txn, &config->tables, first->key, &first->entry);
	return error;
}

static int write_once(const struct lmdb_writer *writer, const struct waiting *first, size_t count)
{
	const struct lmdb_writer_config *config = &writer->config;
	MDB_txn *txn;
	int error = mdb_txn_begin(config->env, NULL, 0, &txn);

	if (error != 0)
		return error;
	error = make_room(writer, txn, first->entry.stored_at, count);
	if (error == 0)
		error = put_each(config, txn, first, count);
	return finish(txn, error);
}

static int evict_some(const struct lmdb_writer *writer, int64_t now, size_t most)
{
	const struct lmdb_writer_config *config = &writer->config;
	size_t removed = 0;
	MDB_txn *txn;
	int error = mdb_txn_begin(config->env, NULL, 0, &txn);

	if (error != 0)
		return error;
	error = lmdb_entries_evict(txn, &config->tables, now, INT64_MAX, most, &removed);
	return finish(txn, error);
}

/*
 * Two commits, so that the pages come round. What fails changes nothing and would fail for ever:
 * so a commit that finds no pages for much removes a single entry.
 */
static int make_room_at_once(const struct lmdb_writer *writer, int64_t now)
{
	int dead, error = mdb_reader_check(writer->config.env, &dead);

	/* A reader of a process that was killed has pinned what was evicted. */
	for (int i = 0; i < 2 && error == 0; i++) {
		error = evict_some(writer, now, writer->commit_max);
		if (error == MDB_MAP_FULL)
			error = evict_some(writer, now, 1);
	}
	return error;
}

static void write_some(struct lmdb_writer *writer, const struct waiting *first, size_t count)
{
	int error = write_once(writer, first, count);

	if (error == MDB_MAP_FULL)
		error = make_room_at_once(writer, first->entry.stored_at);
	else if (error == 0)
		return;
	if (error == 0)
		error = write_once(writer, first, count);
	if (error != 0)
		complain(writer, error);
}

static void write_all(struct lmdb_writer *writer, struct waiting *first)
{
	while (first != NULL) {
		struct waiting *end = first;
		size_t count = 0;

		for (; end != NULL && count < writer->commit_max; end = end->next)
			count++;
		write_some(writer, first, count);
		while (first != end) {
			struct waiting *next = first->next;

			free(first);
			first = next;
		}
	}
}

static struct timespec gather_end(void)
{
	struct timespec end;

	(void)clock_gettime(CLOCK_MONOTONIC, &end);
	end.tv_nsec += GATHER_MS * 1000000L;
	end.tv_sec += end.tv_nsec / 1000000000L;
	end.tv_nsec %= 1000000000L;
	return end;
}

static bool in_hurry(const struct lmdb_writer *writer)
{
	return writer->ending || writer->settling > 0 || writer->queued >= COMMIT_MAX;
}

/* With the mutex held. Waits for the first and gives others a moment. NULL: it is time to end. */
static struct waiting *take_queue(struct lmdb_writer *writer)
{
	struct waiting *first;
	struct timespec end;

	while (writer->first == NULL && !writer->ending)
		pthread_cond_wait(&writer->filled, &writer->mutex);
	end = gather_end();
	while (!in_hurry(writer) &&
		pthread_cond_timedwait(&writer->hurried, &writer->mutex, &end) == 0)
		;
	first = writer->first;
	writer->first = writer->last = NULL;
	writer->queued = 0;
	return first;
}

static void *run(void *ctx)
{
	struct lmdb_writer *writer = ctx;
	struct waiting *first;

	(void)pthread_setname_np(pthread_self(), "migrantid-store");
	pthread_mutex_lock(&writer->mutex);
	while ((first = take_queue(writer)) != NULL) {
		writer->writing = true;
		pthread_mutex_unlock(&writer->mutex);
		write_all(writer, first);
		pthread_mutex_lock(&writer->mutex);
		writer->writing = false;
		pthread_cond_broadcast(&writer->settled);
	}
	pthread_mutex_unlock(&writer->mutex);
	return NULL;
}

/* Signals are the server's to take. */
static bool start_thread(struct lmdb_writer *writer)
{
	sigset_t all, before;
	bool started;

	sigfillset(&all);
	(void)pthread_sigmask(SIG_SETMASK, &all, &before);
	started = pthread_create(&writer->thread, NULL, run, writer) == 0;
	(void)pthread_sigmask(SIG_SETMASK, &before, NULL);
	return started;
}

static void writer_free(struct lmdb_writer *writer)
{
	pthread_cond_destroy(&writer->settled);
	pthread_cond_destroy(&writer->hurried);
	pthread_cond_destroy(&writer->filled);
	pthread_mutex_destroy(&writer->mutex);
	free(writer);
}

static size_t commit_max_of(uint64_t capacity)
{
	uint64_t entries = capacity / OCTETS_PER_ENTRY;

	if (entries < COMMIT_MIN)
		return COMMIT_MIN;
	return entries < COMMIT_MAX ? (size_t)entries : COMMIT_MAX;
}

struct lmdb_writer *lmdb_writer_start(const struct lmdb_writer_config *config)
{
	struct lmdb_writer *writer = calloc(1, sizeof(*writer));
	pthread_condattr_t monotonic;

	if (writer == NULL)
		return NULL;
	writer->config = *config;
	writer->commit_max = commit_max_of(config->capacity);
	pthread_mutex_init(&writer->mutex, NULL);
	pthread_condattr_init(&monotonic);
	pthread_condattr_setclock(&monotonic, CLOCK_MONOTONIC);
	pthread_cond_init(&writer->filled, NULL);
	pthread_cond_init(&writer->hurried, &monotonic);
	pthread_cond_init(&writer->settled, NULL);
	pthread_condattr_destroy(&monotonic);
	if (!start_thread(writer)) {
		writer_free(writer);
		return NULL;
	}
	return writer;
}

void lmdb_writer_stop(struct lmdb_writer *writer)
{
	pthread_mutex_lock(&writer->mutex);
	writer->ending = true;
	pthread_cond_signal(&writer->filled);
	pthread_cond_signal(&writer->hurried);
	pthread_mutex_unlock(&writer->mutex);
	(void)pthread_join(writer->thread, NULL);
	writer_free(writer);
}
