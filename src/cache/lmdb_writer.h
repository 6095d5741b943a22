/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * lmdb_writer.h - a thread that writes what others put, so that none of them waits for the disk or
 * for another process. What comes together is committed together. A queue that is full drops what
 * comes: an answer that is not kept is only asked for again.
 */
#ifndef MIGRANTID_LMDB_WRITER_H
#define MIGRANTID_LMDB_WRITER_H

#include "cache/lmdb_entries.h"

struct lmdb_writer; /* opaque */

struct lmdb_writer_config {
	MDB_env *env;
	struct lmdb_tables tables;
	uint64_t capacity; /* octets */
	/* Called in the writer's thread when something could not be kept, once a minute at most. */
	void (*complain)(void *ctx, int error);
	void *ctx;
};

/* NULL if out of memory or threads. */
MUST_CHECK struct lmdb_writer *lmdb_writer_start(const struct lmdb_writer_config *config);
/* Writes what has been put, then ends. */
void lmdb_writer_stop(struct lmdb_writer *writer);

/*
 * Thread-safe, quick; copies both. The entry's length has been checked. It is dropped if by the time
 * it is written the generation is no longer this one: it would bring back what was removed.
 */
void lmdb_writer_put(struct lmdb_writer *writer, const uint8_t key[PERSON_KEY_LEN],
		     uint64_t generation, const struct store_entry *entry);
/* Wait until what was put before is written or given up. */
void lmdb_writer_settle(struct lmdb_writer *writer);

#endif
