/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * disk_store.h - what becomes of the file of kept answers when things go wrong: opened again, left
 * out for a while, deleted. Every call waits for the disk, for another process's lock a bounded
 * time. One thread for each store.
 *
 *   damaged                 deleted, and a new one begun
 *   cannot be used          left out; tried again every few seconds
 *   locked for a second     the same
 *   a removal not written   not read until it is; after a second the file is deleted, which needs
 *                           no room and no lock, or what was removed would be back after a restart
 *   an answer not written   not kept
 */
#ifndef MIGRANTID_DISK_STORE_H
#define MIGRANTID_DISK_STORE_H

#include "base/report.h"
#include "cache/cache_internal.h"
#include "cache/disk_file.h"

#define DISK_OWED_MAX 1024 /* removals not written yet; with more, the file goes */

struct disk_store {
	const char *directory; /* borrowed, as is the reporter */
	const struct reporter *reporter;
	uint64_t max_octets;

	struct disk_file file;
	bool open;
	bool was_without; /* since the start; what others removed then was not seen */
	int64_t paused_until; /* monotonic, as all times here; not used before */
	int64_t busy_since; /* 0: not */
	int64_t write_paused_until, write_busy_since;
	int64_t replaced_at, complained_at; /* 0: never */
	bool said_unusable, said_former;
	bool writes; /* the last one went well */

	bool has_generation;
	int64_t generation, data_version;
	uint64_t epoch; /* how often somebody else removed something */
	bool removed; /* since it was last asked */

	uint8_t owed[DISK_OWED_MAX][PERSON_KEY_LEN]; /* removals not written yet */
	size_t owed_count;
	int64_t owed_since;
	bool must_discard; /* the file has to go before anything else is done */

	struct entry entry; /* what is being read */
};

void disk_store_init(struct disk_store *store, const char *directory, uint64_t max_octets,
	const struct reporter *reporter);
void disk_store_close(struct disk_store *store);

/* One look: under up to TIER_KEYS_MAX keys. */
struct disk_find {
	uint8_t keys[TIER_KEYS_MAX][PERSON_KEY_LEN];
	size_t count;
	int64_t now; /* seconds since 1970 */
	uint8_t *octets; /* found: a packed entry, free() it; NULL: nothing */
	size_t len;
	size_t which;
};
/* Several in one transaction; those that cannot be had find nothing. */
void disk_store_read(struct disk_store *store, struct disk_find *const *finds, size_t count);

/* An answer to keep, and the store's epoch when it was given. */
struct disk_keep {
	struct disk_row row;
	uint64_t epoch;
};
/*
 * One transaction: entries of at most disk_store_write_max() octets together, or one. What is of an
 * earlier epoch is left out. False: not now, ask again later.
 */
MUST_CHECK bool disk_store_write(
	struct disk_store *store, const struct disk_keep *keeps, size_t count, int64_t now);
uint64_t disk_store_write_max(const struct disk_store *store);
bool disk_store_may_write(const struct disk_store *store);

/* What is under the key must not be found again. Then disk_store_settle(), for one or several. */
void disk_store_forget(struct disk_store *store, const uint8_t key[PERSON_KEY_LEN]);
/* One that there was no room to remember: all must go. */
void disk_store_forget_all(struct disk_store *store);
void disk_store_settle(struct disk_store *store);
bool disk_store_owes(const struct disk_store *store); /* settle again soon */

/* Now and then: try what was left out, see what other processes have removed. */
void disk_store_poll(struct disk_store *store);

/* Whether a read may find anything now. */
bool disk_store_reads(const struct disk_store *store);
/* Whether somebody else has removed entries since this was last asked. */
bool disk_store_take_removed(struct disk_store *store);

#endif
