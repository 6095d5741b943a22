/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * lmdb_entries.h - how answers lie in an LMDB environment, within transactions of the caller's.
 *
 *   answers   person's key -> version, stored_at, keep_until, token
 *   times     'E' keep_until person's key, and 'S' stored_at person's key: what has expired and
 *             what is oldest is found without a search; 'G' -> the generation (store.h)
 *
 * Numbers are big-endian, so that they sort. What is read is believed in nothing but its lengths.
 */
#ifndef MIGRANTID_LMDB_ENTRIES_H
#define MIGRANTID_LMDB_ENTRIES_H

#include <lmdb.h>

#include "cache/store.h"

struct lmdb_tables {
	MDB_dbi answers, times;
};

/* Open the tables, making them if need be. All of these return 0 or an LMDB error. */
MUST_CHECK int lmdb_tables_open(MDB_txn *txn, struct lmdb_tables *out);

/* MDB_NOTFOUND: none, or one that is not ours to read. */
MUST_CHECK int lmdb_entry_get(MDB_txn *txn, const struct lmdb_tables *tables,
			      const uint8_t key[PERSON_KEY_LEN], struct store_entry *out);
MUST_CHECK int lmdb_entry_put(MDB_txn *txn, const struct lmdb_tables *tables,
			      const uint8_t key[PERSON_KEY_LEN], const struct store_entry *entry);
MUST_CHECK int lmdb_entry_remove(MDB_txn *txn, const struct lmdb_tables *tables,
				 const uint8_t key[PERSON_KEY_LEN]);

/*
 * Remove at most `most` entries: what has expired at `now`, then what was stored before `before`,
 * the oldest first. *removed is added to.
 */
MUST_CHECK int lmdb_entries_evict(MDB_txn *txn, const struct lmdb_tables *tables, int64_t now,
				  int64_t before, size_t most, size_t *removed);

/* Remove at most `most` entries, also those that stand in no order of time. *removed is added to. */
MUST_CHECK int lmdb_entries_clear(MDB_txn *txn, const struct lmdb_tables *tables, size_t most,
				  size_t *removed);

/* Never 0. */
MUST_CHECK int lmdb_generation_get(MDB_txn *txn, const struct lmdb_tables *tables, uint64_t *out);
MUST_CHECK int lmdb_generation_next(MDB_txn *txn, const struct lmdb_tables *tables);

/* Entries, and octets of the pages in use. */
MUST_CHECK int lmdb_entries_count(MDB_txn *txn, const struct lmdb_tables *tables,
				  uint64_t *entries, uint64_t *octets);

#endif
