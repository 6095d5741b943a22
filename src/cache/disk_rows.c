/* SPDX-License-Identifier: GPL-2.0-or-later */
/* disk_rows.c - transactions, and what is read, written and removed within one. */
#include <string.h>

#include "cache/disk_file_internal.h"

/* So that a transaction with the most that it may hold fits into the page cache. */
#define REMOVE_MAX 256
#define OLDEST_STEP 16
#define WRITE_MIN ((uint64_t)JWS_MAX_LEN)
#define WRITE_MAX ((uint64_t)1024 * 1024)
#define WRITE_PART 32
#define RESERVE_PART 8 /* of the file stays free, or entries go */

/* The transaction goes with what failed in it, and with it its locks. */
static enum disk_status settle(struct disk_file *file, int code)
{
	enum disk_status status = disk_result(file, code);

	if (status != DISK_OK && !sqlite3_get_autocommit(file->db)) {
		(void)sqlite3_step(file->statements[DISK_ROLLBACK]);
		(void)sqlite3_reset(file->statements[DISK_ROLLBACK]);
	}
	return status;
}

static enum disk_status run(struct disk_file *file, enum disk_statement which)
{
	int code = sqlite3_step(file->statements[which]);

	(void)sqlite3_reset(file->statements[which]);
	return settle(file, code);
}

/* A statement that has one row of one number; *is_null (may be NULL) if it is none. */
static enum disk_status run_number(
	struct disk_file *file, enum disk_statement which, int64_t *number, bool *is_null)
{
	sqlite3_stmt *statement = file->statements[which];
	int code = sqlite3_step(statement);

	if (code == SQLITE_ROW) {
		*number = sqlite3_column_int64(statement, 0);
		if (is_null != NULL)
			*is_null = sqlite3_column_type(statement, 0) == SQLITE_NULL;
	} else if (code == SQLITE_DONE) {
		code = SQLITE_CORRUPT; /* ours always has one */
	}
	(void)sqlite3_reset(statement);
	return settle(file, code);
}

static int bind_blob(sqlite3_stmt *statement, int at, const uint8_t *octets, size_t len)
{
	return sqlite3_bind_blob(statement, at, octets, (int)len, SQLITE_STATIC);
}

enum disk_status disk_begin_read(struct disk_file *file)
{
	if (disk_has_moved(file))
		return DISK_MOVED;
	return run(file, DISK_BEGIN_READ);
}

/* Not in a transaction; takes effect when it is compiled, so it cannot be prepared. */
static enum disk_status set_durable(struct disk_file *file, bool durable)
{
	enum disk_status status = DISK_OK;

	if (durable != file->durable)
		status = disk_result(file, sqlite3_exec(file->db,
						   durable ? "PRAGMA synchronous = FULL"
							   : "PRAGMA synchronous = NORMAL",
						   NULL, NULL, NULL));
	if (status == DISK_OK)
		file->durable = durable;
	return status;
}

enum disk_status disk_begin_write(struct disk_file *file, bool durable)
{
	enum disk_status status;

	if (disk_has_moved(file))
		return DISK_MOVED;
	status = set_durable(file, durable);
	return status == DISK_OK ? run(file, DISK_BEGIN_WRITE) : status;
}

enum disk_status disk_commit(struct disk_file *file)
{
	return run(file, DISK_COMMIT);
}

uint64_t disk_write_max(const struct disk_file *file)
{
	uint64_t octets = (uint64_t)file->max_pages * DISK_PAGE_SIZE / WRITE_PART;

	if (octets < WRITE_MIN)
		return WRITE_MIN;
	return octets < WRITE_MAX ? octets : WRITE_MAX;
}

enum disk_status disk_data_version(struct disk_file *file, int64_t *version)
{
	return run_number(file, DISK_DATA_VERSION, version, NULL);
}

enum disk_status disk_generation(struct disk_file *file, int64_t *generation)
{
	return run_number(file, DISK_GENERATION, generation, NULL);
}

enum disk_status disk_next_generation(struct disk_file *file, int64_t *generation)
{
	int code;

	sqlite3_randomness(sizeof(*generation), generation);
	code = sqlite3_bind_int64(file->statements[DISK_SET_GENERATION], 1, *generation);
	return code != SQLITE_OK ? settle(file, code) : run(file, DISK_SET_GENERATION);
}

/* Stored later than now: the clock has stepped back, and keep_until means nothing. */
static bool take_entry(sqlite3_stmt *statement, int64_t now, struct entry *entry)
{
	const void *octets = sqlite3_column_blob(statement, 0);
	int len = sqlite3_column_bytes(statement, 0);

	return octets != NULL && len > 0 && entry_unpack(octets, (size_t)len, entry) &&
	       entry->stored_at <= now && now < entry->keep_until;
}

enum disk_status disk_get(struct disk_file *file, const uint8_t key[PERSON_KEY_LEN], int64_t now,
	struct entry *entry, bool *found)
{
	sqlite3_stmt *statement = file->statements[DISK_GET];
	int code = bind_blob(statement, 1, key, PERSON_KEY_LEN);

	*found = false;
	if (code == SQLITE_OK)
		code = sqlite3_step(statement);
	if (code == SQLITE_ROW)
		*found = take_entry(statement, now, entry);
	(void)sqlite3_reset(statement);
	return settle(file, code);
}

enum disk_status disk_put(struct disk_file *file, const struct disk_row *row)
{
	sqlite3_stmt *statement = file->statements[DISK_PUT];
	int code = bind_blob(statement, 1, row->key, PERSON_KEY_LEN);

	if (code == SQLITE_OK)
		code = sqlite3_bind_int64(statement, 2, row->stored_at);
	if (code == SQLITE_OK)
		code = sqlite3_bind_int64(statement, 3, row->keep_until);
	if (code == SQLITE_OK)
		code = bind_blob(statement, 4, row->octets, row->len);
	return code != SQLITE_OK ? settle(file, code) : run(file, DISK_PUT);
}

enum disk_status disk_remove(struct disk_file *file, const uint8_t key[PERSON_KEY_LEN])
{
	int code = bind_blob(file->statements[DISK_REMOVE], 1, key, PERSON_KEY_LEN);

	return code != SQLITE_OK ? settle(file, code) : run(file, DISK_REMOVE);
}

static enum disk_status used_pages(struct disk_file *file, int64_t *used)
{
	int64_t pages = 0, unused = 0;
	enum disk_status status = run_number(file, DISK_PAGES, &pages, NULL);

	if (status == DISK_OK)
		status = run_number(file, DISK_FREE_PAGES, &unused, NULL);
	if (status == DISK_OK)
		*used = pages - unused;
	return status;
}

static enum disk_status remove_expired(struct disk_file *file, int64_t now)
{
	sqlite3_stmt *statement = file->statements[DISK_REMOVE_EXPIRED];
	int code = sqlite3_bind_int64(statement, 1, now);

	if (code == SQLITE_OK)
		code = sqlite3_bind_int64(statement, 2, REMOVE_MAX);
	return code != SQLITE_OK ? settle(file, code) : run(file, DISK_REMOVE_EXPIRED);
}

static enum disk_status remove_oldest(struct disk_file *file)
{
	int code = sqlite3_bind_int64(file->statements[DISK_REMOVE_OLDEST], 1, OLDEST_STEP);

	return code != SQLITE_OK ? settle(file, code) : run(file, DISK_REMOVE_OLDEST);
}

enum disk_status disk_make_room(struct disk_file *file, int64_t now)
{
	int64_t used = 0, limit = file->max_pages - file->max_pages / RESERVE_PART;
	enum disk_status status = remove_expired(file, now);

	if (status == DISK_OK)
		status = used_pages(file, &used);
	for (int i = 0; i < REMOVE_MAX / OLDEST_STEP && status == DISK_OK && used > limit; i++) {
		status = remove_oldest(file);
		if (status == DISK_OK)
			status = used_pages(file, &used);
	}
	return status;
}

static int bind_three(sqlite3_stmt *statement, int64_t first, int64_t second, int64_t third)
{
	int code = sqlite3_bind_int64(statement, 1, first);

	if (code == SQLITE_OK)
		code = sqlite3_bind_int64(statement, 2, second);
	if (code == SQLITE_OK)
		code = sqlite3_bind_int64(statement, 3, third);
	return code;
}

enum disk_status disk_remove_before(
	struct disk_file *file, int64_t before, int64_t *after, uint64_t *removed)
{
	int64_t last = 0;
	bool none = false;
	enum disk_status status;
	int code = bind_three(file->statements[DISK_LAST_BEFORE], *after, before, REMOVE_MAX);

	if (code != SQLITE_OK)
		return settle(file, code);
	status = run_number(file, DISK_LAST_BEFORE, &last, &none);
	if (status != DISK_OK || none) {
		*after = INT64_MAX;
		return status;
	}
	code = bind_three(file->statements[DISK_REMOVE_BEFORE], *after, last, before);
	if (code != SQLITE_OK)
		return settle(file, code);
	status = run(file, DISK_REMOVE_BEFORE);
	if (status == DISK_OK)
		*removed += (uint64_t)sqlite3_changes(file->db);
	*after = last;
	return status;
}

enum disk_status disk_count(struct disk_file *file, struct disk_count *out)
{
	sqlite3_stmt *statement = file->statements[DISK_COUNT];
	int code = sqlite3_step(statement);
	int64_t used = 0;
	enum disk_status status;

	memset(out, 0, sizeof(*out));
	if (code == SQLITE_ROW) {
		out->entries = (uint64_t)sqlite3_column_int64(statement, 0);
		out->oldest = sqlite3_column_int64(statement, 1);
	}
	(void)sqlite3_reset(statement);
	status = settle(file, code);
	if (status == DISK_OK)
		status = used_pages(file, &used);
	out->octets = (uint64_t)used * DISK_PAGE_SIZE;
	out->capacity = (uint64_t)file->max_pages * DISK_PAGE_SIZE;
	return status;
}
