/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * disk_file.h - the file of kept answers: one SQLite connection and what is done over it. Knows no
 * threads, no queue and no policy; who calls it decides what becomes of a failure.
 *
 * Each setting has its reason. A rollback journal that is truncated: a write-ahead log maps a file
 * (SIGBUS when that is cut) and grows as long as a reader is stopped; a journal that is kept keeps
 * what was removed. A rowid table with a unique index over the key: without rowids, removed keys
 * stay in inner pages. secure_delete: what is removed is overwritten (and see disk_pages.h).
 * temp_store: no temporary file gets a copy. No mapping: an error code for a full or cut disk, not
 * a signal. Transactions that fit into the page cache: nothing is spilled to the file, for which
 * all readers would be shut out. Defensive, untrusted schema, no triggers or views: the file may be
 * an enemy's. No busy lock outlasts its call: there is a ROLLBACK after each failure.
 *
 * Nobody in the process opens or closes the file beside SQLite, whose connections know of each
 * other: with any other close() the process would lose its locks. So several instances of the
 * module may each have a connection of their own.
 *
 * Not thread-safe: one thread for each connection.
 */
#ifndef MIGRANTID_DISK_FILE_H
#define MIGRANTID_DISK_FILE_H

#include <limits.h>
#include <sqlite3.h>

#include "cache/disk_pages.h"
#include "cache/entry.h"
#include "person/person_key.h"

#define DISK_FILE_NAME "answers.sqlite"

enum disk_status {
	DISK_OK,
	DISK_BUSY, /* another process holds the lock */
	DISK_NO_ROOM, /* the disk is full, or the file as large as it may be */
	DISK_MOVED, /* another file has its name, or none */
	DISK_DAMAGED,
	DISK_UNUSABLE, /* all else: rights, a disk that fails, memory */
};

enum disk_statement {
	DISK_BEGIN_READ,
	DISK_BEGIN_WRITE,
	DISK_COMMIT,
	DISK_ROLLBACK,
	DISK_DATA_VERSION,
	DISK_GENERATION,
	DISK_SET_GENERATION,
	DISK_GET,
	DISK_PUT,
	DISK_REMOVE,
	DISK_REMOVE_EXPIRED,
	DISK_REMOVE_OLDEST,
	DISK_REMOVE_BEFORE,
	DISK_LAST_BEFORE,
	DISK_PAGES,
	DISK_FREE_PAGES,
	DISK_COUNT,
	DISK_STATEMENTS
};

struct disk_file_options {
	const char *directory;
	uint64_t max_octets; /* bound of the file */
	int busy_ms; /* how long to wait for another process's lock */
	bool create; /* else a file that is not there is DISK_UNUSABLE */
};

struct disk_file {
	sqlite3 *db; /* NULL: closed */
	sqlite3_stmt *statements[DISK_STATEMENTS];
	struct disk_pages pages;
	int64_t max_pages;
	bool durable; /* as the connection is set now */
	char reason[128]; /* of the last failure, for people; nobody's data */
	char path[PATH_MAX + sizeof("/" DISK_FILE_NAME)]; /* without symbolic links */
};

/*
 * Open, creating it if need be. disk_file_close() is due whatever this returns; before it, a file
 * that is DISK_DAMAGED may be discarded. Waits for the disk, and for locks as `busy_ms` says.
 */
MUST_CHECK enum disk_status disk_file_open(
	struct disk_file *file, const struct disk_file_options *options);
void disk_file_close(struct disk_file *file); /* also one that is closed, or all zeros */

/*
 * Transactions. Whatever fails within one, or in these themselves, has rolled it back. Several
 * reads may go into one, and writes as far as disk_write_max() says.
 */
MUST_CHECK enum disk_status disk_begin_read(struct disk_file *file);
/* `durable`: once committed, it outlasts a power cut at any later moment. */
MUST_CHECK enum disk_status disk_begin_write(struct disk_file *file, bool durable);
MUST_CHECK enum disk_status disk_commit(struct disk_file *file);

/* How many octets of entries one transaction may put. */
uint64_t disk_write_max(const struct disk_file *file);

/* In a transaction. */
/* Another number if any other connection has written since the one before. */
MUST_CHECK enum disk_status disk_data_version(struct disk_file *file, int64_t *version);
/* Another number after each removal that anybody made. */
MUST_CHECK enum disk_status disk_generation(struct disk_file *file, int64_t *generation);
MUST_CHECK enum disk_status disk_next_generation(struct disk_file *file, int64_t *generation);
/* *found: there is one, of a possible form, stored by `now` and to be kept beyond. */
MUST_CHECK enum disk_status disk_get(struct disk_file *file, const uint8_t key[PERSON_KEY_LEN],
	int64_t now, struct entry *entry, bool *found);
/* `octets` are a packed entry, `head` its times. Replaces what was there. */
struct disk_row {
	const uint8_t *key; /* PERSON_KEY_LEN */
	int64_t stored_at, keep_until;
	const uint8_t *octets;
	size_t len;
};
MUST_CHECK enum disk_status disk_put(struct disk_file *file, const struct disk_row *row);
MUST_CHECK enum disk_status disk_remove(struct disk_file *file, const uint8_t key[PERSON_KEY_LEN]);
/* Some of what has expired, and, as long as the file is nearly full, of the oldest. */
MUST_CHECK enum disk_status disk_make_room(struct disk_file *file, int64_t now);
/*
 * What was stored before a time, in steps: *after is the last row looked at, at first INT64_MIN,
 * and INT64_MAX when that was the last step.
 */
MUST_CHECK enum disk_status disk_remove_before(
	struct disk_file *file, int64_t before, int64_t *after, uint64_t *removed);

struct disk_count {
	uint64_t entries, octets, capacity;
	int64_t oldest; /* stored_at; 0 if there are none */
};
MUST_CHECK enum disk_status disk_count(struct disk_file *file, struct disk_count *out);

/*
 * Remove the file and its journal from the folder, which needs no room on the disk; others who have
 * it open see it at their next look. Readers and writers are waited for for at most wait_ms, and
 * then it fails, or with `force` is done all the same. True as well if somebody else has done it.
 */
MUST_CHECK bool disk_file_discard(struct disk_file *file, int64_t wait_ms, bool force);
/* The same where no connection can be had at all. */
MUST_CHECK bool disk_folder_discard(const char *directory);

#endif
