/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * lmdb_readers.h - a read transaction for each thread that reads, made at its first look and reset
 * in between. Making one takes a lock that the processes of this machine share for a moment;
 * renewing it takes none.
 */
#ifndef MIGRANTID_LMDB_READERS_H
#define MIGRANTID_LMDB_READERS_H

#include <lmdb.h>
#include <pthread.h>

#include "base/base.h"

struct lmdb_readers {
	MDB_env *env;
	pthread_key_t key;
	pthread_mutex_t mutex; /* the list */
	struct lmdb_reader *first;
};

MUST_CHECK bool lmdb_readers_init(struct lmdb_readers *readers, MDB_env *env);
/* Once no thread looks any more, and before the environment is closed. */
void lmdb_readers_end(struct lmdb_readers *readers);

/* A fresh look, of this thread's; mdb_txn_reset() it. NULL if the environment is unwell. */
MUST_CHECK MDB_txn *lmdb_readers_begin(struct lmdb_readers *readers);

#endif
