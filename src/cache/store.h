/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * store.h - what stands behind the memory cache: LMDB on one machine or Redis for several. A store
 * holds pseudonyms and signed answers, no more; what comes out of it is verified again and trusted
 * for nothing. A miss is no error, and neither is a store that is gone.
 */
#ifndef MIGRANTID_STORE_H
#define MIGRANTID_STORE_H

#include "answer/jws.h"
#include "base/base.h"
#include "base/report.h"
#include "person/person_key.h"

struct store_entry {
	int64_t stored_at; /* seconds since 1970 */
	int64_t keep_until; /* not to be handed out at or after it */
	size_t token_len;
	char token[JWS_MAX_LEN];
};

struct store_stats {
	uint64_t entries, octets, capacity;
};

struct store; /* each back-end's own */

struct store_ops {
	const char *name;
	/* False: not there, expired, or the store is unwell; never blocks on another process. */
	bool (*get)(struct store *store, const uint8_t key[PERSON_KEY_LEN], int64_t now,
		    struct store_entry *out);
	/* Best effort, and seen soon rather than at once; evicts the expired, then the oldest, when
	 * full. Waits for nothing. */
	void (*put)(struct store *store, const uint8_t key[PERSON_KEY_LEN],
		    const struct store_entry *entry);
	/*
	 * This and purge() wait for what was put before, and for other processes' writing. What any
	 * process has put and not yet written is not kept either. False: it may be there still.
	 */
	bool (*remove)(struct store *store, const uint8_t key[PERSON_KEY_LEN]);
	/* Remove what was stored before a time (INT64_MAX: all). *removed: how many, also of those
	 * that were before it failed. */
	bool (*purge)(struct store *store, int64_t before, uint64_t *removed);
	/*
	 * Another number after every remove() and purge(), whichever process called it: whoever
	 * keeps what came out of the store then forgets it. 0: the store is unwell.
	 */
	uint64_t (*generation)(struct store *store);
	bool (*stats)(struct store *store, struct store_stats *out);
	void (*close)(struct store *store);
};

struct store {
	const struct store_ops *ops;
};

/*
 * Open (creating it if need be) the LMDB store in a directory. max_octets bounds the file, which
 * has that length from the start, as a hole; one that was allowed more stays as long as it is. All
 * processes of a machine give the same bound. The reporter may be NULL, and lives until close().
 * A damaged file is set aside as <name>.damaged-<time> with a warning and a new one begun.
 * NULL after a warning if the directory cannot be used: the server serves on without.
 */
MUST_CHECK struct store *store_lmdb_open(const char *directory, size_t max_octets,
					 const struct reporter *reporter);

#endif
