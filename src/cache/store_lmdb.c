/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * store_lmdb.c - answers that survive a restart, on this machine's disk, shared by its processes.
 *
 * Locking: registry.mutex guards the list of open environments and who has them open; a store's
 * voices_mutex guards the list of handles, of which one is spoken to. Neither is taken by get() or
 * put(). registry.mutex is taken first.
 */
#include <pthread.h>
#include <stdlib.h>
#include <sys/stat.h>

#include "cache/lmdb_env.h"
#include "cache/lmdb_readers.h"
#include "cache/lmdb_writer.h"
#include "cache/store.h"

#define PURGE_COMMIT 1024 /* entries: no other writer waits long */

/* An environment, of which a process may have a file open but once. */
struct environment {
	struct environment *next; /* in the registry */
	dev_t device;
	ino_t folder;
	uint64_t capacity;
	MDB_env *env;
	struct lmdb_tables tables;
	struct lmdb_readers readers;
	struct lmdb_writer *writer;
	pthread_mutex_t voices_mutex;
	struct handle *handles;
};

/* What an opener gets. */
struct handle {
	struct store store; /* first: store_ops are handed this */
	struct handle *next; /* of the same environment */
	struct environment *environment;
	struct reporter reporter; /* lives as long as its opener does */
};

/* Forced by LMDB: file locks are the process's, and two instances may share a file. */
static struct {
	pthread_mutex_t mutex;
	struct environment *first;
} registry = { PTHREAD_MUTEX_INITIALIZER, NULL };

static struct environment *of(struct store *store)
{
	return ((struct handle *)store)->environment;
}

static bool get(struct store *store, const uint8_t key[PERSON_KEY_LEN], int64_t now,
		struct store_entry *out)
{
	struct environment *environment = of(store);
	MDB_txn *txn = lmdb_readers_begin(&environment->readers);
	int error;

	if (txn == NULL)
		return false;
	error = lmdb_entry_get(txn, &environment->tables, key, out);
	mdb_txn_reset(txn);
	/* Stored later than now: the clock has stepped back, and keep_until means nothing. */
	return error == 0 && out->stored_at <= now && now < out->keep_until;
}

static uint64_t generation_of(struct store *store)
{
	struct environment *environment = of(store);
	MDB_txn *txn = lmdb_readers_begin(&environment->readers);
	uint64_t generation;
	int error;

	if (txn == NULL)
		return 0;
	error = lmdb_generation_get(txn, &environment->tables, &generation);
	mdb_txn_reset(txn);
	return error == 0 ? generation : 0;
}

static void put(struct store *store, const uint8_t key[PERSON_KEY_LEN],
		const struct store_entry *entry)
{
	if (entry->token_len > 0 && entry->token_len <= JWS_MAX_LEN)
		lmdb_writer_put(of(store)->writer, key, generation_of(store), entry);
}

/* The generation also changes if there was nothing: memory may have what the store has not. */
static int finish_removal(const struct environment *environment, MDB_txn *txn, int error)
{
	if (error == 0)
		error = lmdb_generation_next(txn, &environment->tables);
	if (error == 0)
		return mdb_txn_commit(txn);
	mdb_txn_abort(txn);
	return error;
}

/* This and purge() come after what was put before, or it would come back. */
static bool remove_entry(struct store *store, const uint8_t key[PERSON_KEY_LEN])
{
	struct environment *environment = of(store);
	MDB_txn *txn;
	int error;

	lmdb_writer_settle(environment->writer);
	if (mdb_txn_begin(environment->env, NULL, 0, &txn) != 0)
		return false;
	error = lmdb_entry_remove(txn, &environment->tables, key);
	if (error == MDB_NOTFOUND)
		error = 0;
	return finish_removal(environment, txn, error) == 0;
}

static int purge_some(const struct environment *environment, int64_t before, size_t most,
		      size_t *removed)
{
	const struct lmdb_tables *tables = &environment->tables;
	MDB_txn *txn;
	int error = mdb_txn_begin(environment->env, NULL, 0, &txn);

	*removed = 0;
	if (error != 0)
		return error;
	error = lmdb_entries_evict(txn, tables, INT64_MIN, before, most, removed);
	if (error == 0 && before == INT64_MAX && *removed < most)
		error = lmdb_entries_clear(txn, tables, most - *removed, removed);
	return finish_removal(environment, txn, error);
}

/* A full store may lack the pages to remove much at once: then less, which frees some. */
static bool purge(struct store *store, int64_t before, uint64_t *removed)
{
	struct environment *environment = of(store);
	size_t most = PURGE_COMMIT, some;
	int dead, error;

	*removed = 0;
	lmdb_writer_settle(environment->writer);
	(void)mdb_reader_check(environment->env, &dead);
	do {
		error = purge_some(environment, before, most, &some);
		if (error == 0)
			*removed += some;
		else if (error == MDB_MAP_FULL && most > 1)
			most /= 2;
		else
			return false;
	} while (error != 0 || some == most);
	return true;
}

static bool stats(struct store *store, struct store_stats *out)
{
	struct environment *environment = of(store);
	MDB_txn *txn = lmdb_readers_begin(&environment->readers);
	int error;

	if (txn == NULL)
		return false;
	out->capacity = environment->capacity;
	error = lmdb_entries_count(txn, &environment->tables, &out->entries, &out->octets);
	mdb_txn_reset(txn);
	return error == 0;
}

static void complain(void *ctx, int error)
{
	struct environment *environment = ctx;

	pthread_mutex_lock(&environment->voices_mutex);
	if (environment->handles != NULL)
		report(&environment->handles->reporter, SAY_WARNING, NULL, 0,
			"an answer could not be kept in the store (%s): it is asked for again "
			"after a restart; see that the disk has room, and consider a larger "
			"store_octets",
			mdb_strerror(error));
	pthread_mutex_unlock(&environment->voices_mutex);
}

static void environment_free(struct environment *environment)
{
	if (environment->writer != NULL)
		lmdb_writer_stop(environment->writer);
	lmdb_readers_end(&environment->readers);
	mdb_env_close(environment->env);
	pthread_mutex_destroy(&environment->voices_mutex);
	free(environment);
}

static void handle_free(struct handle *handle)
{
	struct environment *environment = handle->environment;
	struct handle **link = &environment->handles;

	pthread_mutex_lock(&environment->voices_mutex);
	while (*link != handle)
		link = &(*link)->next;
	*link = handle->next;
	pthread_mutex_unlock(&environment->voices_mutex);
	free(handle);
}

static void close_store(struct store *store)
{
	struct handle *handle = (struct handle *)store;
	struct environment *environment = of(store), **link = &registry.first;

	pthread_mutex_lock(&registry.mutex);
	if (handle->next == NULL && environment->handles == handle) {
		while (*link != environment)
			link = &(*link)->next;
		*link = environment->next;
		/* The last opener still hears what is not kept. */
		environment_free(environment);
		free(handle);
	} else {
		handle_free(handle);
	}
	pthread_mutex_unlock(&registry.mutex);
}

static const struct store_ops ops = {
	.name = "lmdb",
	.get = get,
	.put = put,
	.remove = remove_entry,
	.purge = purge,
	.generation = generation_of,
	.stats = stats,
	.close = close_store,
};

static bool environment_start(struct environment *environment, const char *directory,
			      const struct reporter *reporter)
{
	environment->env = lmdb_env_open(
		directory, (size_t)environment->capacity, &environment->tables, reporter);
	if (environment->env == NULL)
		return false;
	if (!lmdb_readers_init(&environment->readers, environment->env)) {
		mdb_env_close(environment->env);
		return false;
	}
	return true;
}

static struct environment *environment_new(const char *directory, const struct stat *folder,
					   size_t max_octets, const struct reporter *reporter)
{
	struct environment *environment = calloc(1, sizeof(*environment));

	if (environment == NULL)
		return NULL;
	environment->device = folder->st_dev;
	environment->folder = folder->st_ino;
	environment->capacity = max_octets;
	if (!environment_start(environment, directory, reporter)) {
		free(environment);
		return NULL;
	}
	pthread_mutex_init(&environment->voices_mutex, NULL);
	environment->writer = lmdb_writer_start(&(struct lmdb_writer_config){ environment->env,
		environment->tables, environment->capacity, complain, environment });
	if (environment->writer == NULL) {
		environment_free(environment);
		return NULL;
	}
	environment->next = registry.first;
	registry.first = environment;
	return environment;
}

/* With the registry's mutex held. */
static struct environment *environment_of(const char *directory, const struct stat *folder,
					  size_t max_octets, const struct reporter *reporter)
{
	for (struct environment *each = registry.first; each != NULL; each = each->next)
		if (each->device == folder->st_dev && each->folder == folder->st_ino)
			return each;
	return environment_new(directory, folder, max_octets, reporter);
}

static void handle_join(struct handle *handle, struct environment *environment)
{
	handle->environment = environment;
	pthread_mutex_lock(&environment->voices_mutex);
	handle->next = environment->handles;
	environment->handles = handle;
	pthread_mutex_unlock(&environment->voices_mutex);
}

struct store *store_lmdb_open(const char *directory, size_t max_octets,
			      const struct reporter *reporter)
{
	struct environment *environment;
	struct handle *handle;
	struct stat folder;

	if (stat(directory, &folder) != 0 || !S_ISDIR(folder.st_mode)) {
		report(reporter, SAY_WARNING, directory, 0,
			"is no folder: answers are kept in memory only; make it, and let the "
			"server's user write to it");
		return NULL;
	}
	handle = calloc(1, sizeof(*handle));
	if (handle == NULL)
		return NULL;
	handle->store.ops = &ops;
	if (reporter != NULL)
		handle->reporter = *reporter;
	pthread_mutex_lock(&registry.mutex);
	environment = environment_of(directory, &folder, max_octets, reporter);
	if (environment != NULL)
		handle_join(handle, environment);
	pthread_mutex_unlock(&registry.mutex);
	if (environment != NULL)
		return &handle->store;
	free(handle);
	return NULL;
}
