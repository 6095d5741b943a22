/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * store_lmdb.c - answers that survive a restart, on this machine's disk, shared by its processes.
 *
 * Locking: a reader takes no lock once its thread has read before. What is put waits in a queue
 * (writer.mutex) for the writer thread, which is the only one that waits for disk and for other
 * processes; a queue that is full drops what comes. store_lmdb_registry.mutex guards the list of
 * open environments, for a process may open each file but once.
 */
#include <pthread.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "cache/lmdb_env.h"
#include "cache/store.h"

#define QUEUE_MAX 4096
#define GATHER_MS 50 /* puts that come together are committed together */
#define FULL_PERCENT 80 /* of the capacity: from here on each commit evicts more than it adds */
#define EVICT_MOST 1024
#define COMPLAIN_EVERY_S 60

struct waiting {
	struct waiting *next;
	uint8_t key[PERSON_KEY_LEN];
	struct store_entry entry;
};

/* A thread's read transaction, reset between uses. */
struct reader {
	struct reader *next, *previous;
	struct lmdb_store *store;
	MDB_txn *txn;
};

struct lmdb_store {
	struct store store; /* first: store_ops are handed this */
	struct lmdb_store *next; /* in the registry */
	unsigned owners; /* registry */
	dev_t device;
	ino_t folder;
	MDB_env *env;
	struct lmdb_tables tables;
	uint64_t capacity;
	struct reporter reporter;
	int64_t complained_at; /* writer thread */

	pthread_key_t reader_key;
	pthread_mutex_t readers_mutex;
	struct reader *readers;

	pthread_t writer;
	pthread_mutex_t mutex; /* the queue */
	pthread_cond_t filled;
	struct waiting *first, *last;
	size_t queued;
	bool ending;
};

/* Forced by LMDB: the file locks are the process's. Two instances of the module may share a file. */
static struct {
	pthread_mutex_t mutex;
	struct lmdb_store *first;
} registry = { PTHREAD_MUTEX_INITIALIZER, NULL };

static struct lmdb_store *of(struct store *store)
{
	return (struct lmdb_store *)store;
}

static void reader_end(void *ctx)
{
	struct reader *reader = ctx;
	struct lmdb_store *store = reader->store;

	pthread_mutex_lock(&store->readers_mutex);
	if (reader->next != NULL)
		reader->next->previous = reader->previous;
	if (reader->previous != NULL)
		reader->previous->next = reader->next;
	else
		store->readers = reader->next;
	pthread_mutex_unlock(&store->readers_mutex);
	mdb_txn_abort(reader->txn);
	free(reader);
}

static struct reader *reader_new(struct lmdb_store *store)
{
	struct reader *reader = calloc(1, sizeof(*reader));

	if (reader == NULL)
		return NULL;
	if (mdb_txn_begin(store->env, NULL, MDB_RDONLY, &reader->txn) != 0) {
		free(reader);
		return NULL;
	}
	mdb_txn_reset(reader->txn);
	reader->store = store;
	pthread_mutex_lock(&store->readers_mutex);
	reader->next = store->readers;
	if (reader->next != NULL)
		reader->next->previous = reader;
	store->readers = reader;
	pthread_mutex_unlock(&store->readers_mutex);
	if (pthread_setspecific(store->reader_key, reader) != 0) {
		reader_end(reader);
		return NULL;
	}
	return reader;
}

/* A fresh look at the store; NULL if it is unwell. mdb_txn_reset() it. */
static MDB_txn *begin_reading(struct lmdb_store *store)
{
	struct reader *reader = pthread_getspecific(store->reader_key);

	if (reader == NULL)
		reader = reader_new(store);
	return reader != NULL && mdb_txn_renew(reader->txn) == 0 ? reader->txn : NULL;
}

static bool get(struct store *handle, const uint8_t key[PERSON_KEY_LEN], int64_t now,
		struct store_entry *out)
{
	struct lmdb_store *store = of(handle);
	MDB_txn *txn = begin_reading(store);
	int error;

	if (txn == NULL)
		return false;
	error = lmdb_entry_get(txn, &store->tables, key, out);
	mdb_txn_reset(txn);
	/* Stored later than now: the clock has stepped back, and keep_until means nothing. */
	return error == 0 && out->stored_at <= now && now < out->keep_until;
}

static void put(struct store *handle, const uint8_t key[PERSON_KEY_LEN],
		const struct store_entry *entry)
{
	struct lmdb_store *store = of(handle);
	size_t len = offsetof(struct waiting, entry.token) + entry->token_len;
	struct waiting *waiting;

	if (entry->token_len > JWS_MAX_LEN || (waiting = malloc(len)) == NULL)
		return;
	waiting->next = NULL;
	memcpy(waiting->key, key, PERSON_KEY_LEN);
	memcpy(&waiting->entry, entry, offsetof(struct store_entry, token) + entry->token_len);

	pthread_mutex_lock(&store->mutex);
	if (store->queued < QUEUE_MAX) {
		if (store->last != NULL)
			store->last->next = waiting;
		else
			store->first = waiting;
		store->last = waiting;
		store->queued++;
		waiting = NULL;
		pthread_cond_signal(&store->filled);
	}
	pthread_mutex_unlock(&store->mutex);
	free(waiting);
}

static void complain(struct lmdb_store *store, int64_t now, int error)
{
	if (store->complained_at != 0 && now - store->complained_at < COMPLAIN_EVERY_S)
		return;
	store->complained_at = now;
	report(&store->reporter, SAY_WARNING, NULL, 0,
		"an answer could not be kept in the store (%s): it is asked for again after a restart",
		mdb_strerror(error));
}

static int make_room(struct lmdb_store *store, MDB_txn *txn, int64_t now, size_t coming)
{
	uint64_t entries, octets;
	size_t removed = 0, most = coming * 2 + 64;
	int error = lmdb_entries_count(txn, &store->tables, &entries, &octets);

	if (error != 0 || octets < store->capacity / 100 * FULL_PERCENT)
		return error;
	return lmdb_entries_evict(txn, &store->tables, now, INT64_MAX,
		most < EVICT_MOST ? most : EVICT_MOST, &removed);
}

/* All of a batch in one transaction. */
static int write_batch(struct lmdb_store *store, const struct waiting *first, size_t count)
{
	int64_t now = first->entry.stored_at;
	MDB_txn *txn;
	int error = mdb_txn_begin(store->env, NULL, 0, &txn);

	if (error != 0)
		return error;
	error = make_room(store, txn, now, count);
	for (const struct waiting *each = first; each != NULL && error == 0; each = each->next)
		error = lmdb_entry_put(txn, &store->tables, each->key, &each->entry);
	if (error != 0) {
		mdb_txn_abort(txn);
		return error;
	}
	return mdb_txn_commit(txn);
}

static int evict_only(struct lmdb_store *store, int64_t now)
{
	MDB_txn *txn;
	size_t removed = 0;
	int error = mdb_txn_begin(store->env, NULL, 0, &txn);

	if (error != 0)
		return error;
	error = lmdb_entries_evict(txn, &store->tables, now, INT64_MAX, EVICT_MOST, &removed);
	if (error != 0) {
		mdb_txn_abort(txn);
		return error;
	}
	return mdb_txn_commit(txn);
}

static void write_all(struct lmdb_store *store, struct waiting *first, size_t count)
{
	int64_t now = first->entry.stored_at;
	int error = write_batch(store, first, count);

	/* Pages that are freed now can be used by the transaction after the next. */
	for (int i = 0; i < 2 && error == MDB_MAP_FULL; i++) {
		error = evict_only(store, now);
		if (error == 0)
			error = write_batch(store, first, count);
	}
	if (error != 0)
		complain(store, now, error);
	while (first != NULL) {
		struct waiting *next = first->next;

		free(first);
		first = next;
	}
}

/* What has gathered; waits for the first and gives others a moment. NULL: the store ends. */
static struct waiting *take_queue(struct lmdb_store *store, size_t *count)
{
	struct timespec until;
	struct waiting *first;

	pthread_mutex_lock(&store->mutex);
	while (store->first == NULL && !store->ending)
		pthread_cond_wait(&store->filled, &store->mutex);
	(void)clock_gettime(CLOCK_MONOTONIC, &until);
	until.tv_nsec += GATHER_MS * 1000000L;
	until.tv_sec += until.tv_nsec / 1000000000L;
	until.tv_nsec %= 1000000000L;
	while (!store->ending && store->queued < QUEUE_MAX / 2 &&
		pthread_cond_clockwait(&store->filled, &store->mutex, CLOCK_MONOTONIC, &until) == 0)
		;
	first = store->first;
	*count = store->queued;
	store->first = store->last = NULL;
	store->queued = 0;
	pthread_mutex_unlock(&store->mutex);
	return first;
}

static void *run_writer(void *ctx)
{
	struct lmdb_store *store = ctx;
	struct waiting *first;
	size_t count;

	(void)pthread_setname_np(pthread_self(), "migrantid-store");
	while ((first = take_queue(store, &count)) != NULL)
		write_all(store, first, count);
	return NULL;
}

static void remove_entry(struct store *handle, const uint8_t key[PERSON_KEY_LEN])
{
	struct lmdb_store *store = of(handle);
	MDB_txn *txn;

	if (mdb_txn_begin(store->env, NULL, 0, &txn) != 0)
		return;
	if (lmdb_entry_remove(txn, &store->tables, key) == 0)
		(void)mdb_txn_commit(txn);
	else
		mdb_txn_abort(txn);
}

/* In many short transactions, so that no writer waits long. */
static uint64_t purge(struct store *handle, int64_t before)
{
	struct lmdb_store *store = of(handle);
	uint64_t total = 0;
	size_t removed;
	MDB_txn *txn;

	do {
		removed = 0;
		if (mdb_txn_begin(store->env, NULL, 0, &txn) != 0)
			break;
		if (lmdb_entries_evict(txn, &store->tables, INT64_MIN, before, EVICT_MOST,
			    &removed) != 0) {
			mdb_txn_abort(txn);
			break;
		}
		if (mdb_txn_commit(txn) != 0)
			break;
		total += removed;
	} while (removed == EVICT_MOST);
	return total;
}

static bool stats(struct store *handle, struct store_stats *out)
{
	struct lmdb_store *store = of(handle);
	MDB_txn *txn = begin_reading(store);
	int error;

	if (txn == NULL)
		return false;
	out->capacity = store->capacity;
	error = lmdb_entries_count(txn, &store->tables, &out->entries, &out->octets);
	mdb_txn_reset(txn);
	return error == 0;
}

static void end_writer(struct lmdb_store *store)
{
	pthread_mutex_lock(&store->mutex);
	store->ending = true;
	pthread_cond_signal(&store->filled);
	pthread_mutex_unlock(&store->mutex);
	(void)pthread_join(store->writer, NULL);
}

static void store_free(struct lmdb_store *store)
{
	(void)pthread_key_delete(store->reader_key);
	while (store->readers != NULL)
		reader_end(store->readers);
	mdb_env_close(store->env);
	pthread_cond_destroy(&store->filled);
	pthread_mutex_destroy(&store->mutex);
	pthread_mutex_destroy(&store->readers_mutex);
	free(store);
}

static void close_store(struct store *handle)
{
	struct lmdb_store *store = of(handle), **link;

	pthread_mutex_lock(&registry.mutex);
	if (--store->owners == 0) {
		for (link = &registry.first; *link != store; link = &(*link)->next)
			;
		*link = store->next;
		end_writer(store);
		store_free(store);
	}
	pthread_mutex_unlock(&registry.mutex);
}

static const struct store_ops ops = { "lmdb", get, put, remove_entry, purge, stats, close_store };

static bool start_writer(struct lmdb_store *store)
{
	sigset_t all, before;
	bool started;

	sigfillset(&all);
	(void)pthread_sigmask(SIG_SETMASK, &all, &before);
	started = pthread_create(&store->writer, NULL, run_writer, store) == 0;
	(void)pthread_sigmask(SIG_SETMASK, &before, NULL);
	return started;
}

static struct lmdb_store *store_new(const char *directory, const struct stat *folder,
				    size_t max_octets, const struct reporter *reporter)
{
	struct lmdb_store *store = calloc(1, sizeof(*store));

	if (store == NULL)
		return NULL;
	store->store.ops = &ops;
	store->owners = 1;
	store->device = folder->st_dev;
	store->folder = folder->st_ino;
	store->capacity = max_octets;
	store->reporter = *reporter;
	store->env = lmdb_env_open(directory, max_octets, &store->tables, reporter);
	if (store->env == NULL || pthread_key_create(&store->reader_key, reader_end) != 0) {
		if (store->env != NULL)
			mdb_env_close(store->env);
		free(store);
		return NULL;
	}
	pthread_mutex_init(&store->readers_mutex, NULL);
	pthread_mutex_init(&store->mutex, NULL);
	pthread_cond_init(&store->filled, NULL);
	if (!start_writer(store)) {
		store_free(store);
		return NULL;
	}
	return store;
}

static struct lmdb_store *find_open(const struct stat *folder)
{
	struct lmdb_store *store = registry.first;

	while (store != NULL && (store->device != folder->st_dev || store->folder != folder->st_ino))
		store = store->next;
	return store;
}

struct store *store_lmdb_open(const char *directory, size_t max_octets,
			      const struct reporter *reporter)
{
	struct lmdb_store *store;
	struct stat folder;

	if (stat(directory, &folder) != 0 || !S_ISDIR(folder.st_mode)) {
		report(reporter, SAY_WARNING, directory, 0,
			"is no folder: answers are kept in memory only; make it, and let the "
			"server's user write to it");
		return NULL;
	}
	pthread_mutex_lock(&registry.mutex);
	store = find_open(&folder);
	if (store != NULL) {
		store->owners++;
	} else if ((store = store_new(directory, &folder, max_octets, reporter)) != NULL) {
		store->next = registry.first;
		registry.first = store;
	}
	pthread_mutex_unlock(&registry.mutex);
	return store != NULL ? &store->store : NULL;
}
