/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "cache/lmdb_readers.h"

#include <stdlib.h>

struct lmdb_reader {
	struct lmdb_reader *next, *previous;
	struct lmdb_readers *readers;
	MDB_txn *txn;
};

/* Also called when a thread that has read ends. */
static void reader_end(void *ctx)
{
	struct lmdb_reader *reader = ctx;
	struct lmdb_readers *readers = reader->readers;

	pthread_mutex_lock(&readers->mutex);
	if (reader->next != NULL)
		reader->next->previous = reader->previous;
	if (reader->previous != NULL)
		reader->previous->next = reader->next;
	else
		readers->first = reader->next;
	pthread_mutex_unlock(&readers->mutex);
	mdb_txn_abort(reader->txn);
	free(reader);
}

static struct lmdb_reader *reader_new(struct lmdb_readers *readers)
{
	struct lmdb_reader *reader = calloc(1, sizeof(*reader));

	if (reader == NULL)
		return NULL;
	if (mdb_txn_begin(readers->env, NULL, MDB_RDONLY, &reader->txn) != 0) {
		free(reader);
		return NULL;
	}
	mdb_txn_reset(reader->txn);
	reader->readers = readers;
	pthread_mutex_lock(&readers->mutex);
	reader->next = readers->first;
	if (reader->next != NULL)
		reader->next->previous = reader;
	readers->first = reader;
	pthread_mutex_unlock(&readers->mutex);
	if (pthread_setspecific(readers->key, reader) != 0) {
		reader_end(reader);
		return NULL;
	}
	return reader;
}

bool lmdb_readers_init(struct lmdb_readers *readers, MDB_env *env)
{
	*readers = (struct lmdb_readers){ .env = env };
	if (pthread_key_create(&readers->key, reader_end) != 0)
		return false;
	if (pthread_mutex_init(&readers->mutex, NULL) != 0) {
		(void)pthread_key_delete(readers->key);
		return false;
	}
	return true;
}

void lmdb_readers_end(struct lmdb_readers *readers)
{
	(void)pthread_key_delete(readers->key);
	while (readers->first != NULL)
		reader_end(readers->first);
	pthread_mutex_destroy(&readers->mutex);
}

MDB_txn *lmdb_readers_begin(struct lmdb_readers *readers)
{
	struct lmdb_reader *reader = pthread_getspecific(readers->key);

	if (reader == NULL)
		reader = reader_new(readers);
	return reader != NULL && mdb_txn_renew(reader->txn) == 0 ? reader->txn : NULL;
}
