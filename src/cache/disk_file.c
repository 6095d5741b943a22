/* SPDX-License-Identifier: GPL-2.0-or-later */
/* disk_file.c - opening and closing the file, and what SQLite's error codes mean. */
#include "cache/disk_file.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "cache/disk_file_internal.h"

#define CACHE_KIB "16384" /* several times what a transaction may touch */
#define ROW_MAX (2 * ENTRY_LEN_MAX) /* SQLite gives no longer one, whatever the file says */

static const char *const schema[][3] = {
	{ "table", "answers",
		"CREATE TABLE answers (id INTEGER PRIMARY KEY, key BLOB NOT NULL UNIQUE, "
		"stored_at INTEGER NOT NULL, keep_until INTEGER NOT NULL, entry BLOB NOT NULL)" },
	{ "index", "sqlite_autoindex_answers_1", NULL },
	{ "index", "answers_keep_until",
		"CREATE INDEX answers_keep_until ON answers (keep_until)" },
	{ "table", "state", "CREATE TABLE state (generation INTEGER NOT NULL)" },
};

static const char *const statements[DISK_STATEMENTS] = {
	[DISK_BEGIN_READ] = "BEGIN",
	[DISK_BEGIN_WRITE] = "BEGIN IMMEDIATE",
	[DISK_COMMIT] = "COMMIT",
	[DISK_ROLLBACK] = "ROLLBACK",
	[DISK_DATA_VERSION] = "PRAGMA data_version",
	[DISK_GENERATION] = "SELECT generation FROM state",
	[DISK_SET_GENERATION] = "UPDATE state SET generation = ?1",
	[DISK_GET] = "SELECT entry FROM answers WHERE key = ?1",
	[DISK_PUT] = "INSERT OR REPLACE INTO answers (key, stored_at, keep_until, entry) "
		     "VALUES (?1, ?2, ?3, ?4)",
	[DISK_REMOVE] = "DELETE FROM answers WHERE key = ?1",
	[DISK_REMOVE_EXPIRED] = "DELETE FROM answers WHERE id IN (SELECT id FROM answers "
				"WHERE keep_until <= ?1 ORDER BY keep_until LIMIT ?2)",
	[DISK_REMOVE_OLDEST] = "DELETE FROM answers WHERE id IN (SELECT id FROM answers "
			       "ORDER BY id LIMIT ?1)",
	[DISK_REMOVE_BEFORE] = "DELETE FROM answers WHERE id > ?1 AND id <= ?2 AND stored_at < ?3",
	[DISK_LAST_BEFORE] = "SELECT max(id) FROM (SELECT id FROM answers WHERE id > ?1 "
			     "AND stored_at < ?2 ORDER BY id LIMIT ?3)",
	[DISK_PAGES] = "PRAGMA page_count",
	[DISK_FREE_PAGES] = "PRAGMA freelist_count",
	[DISK_COUNT] = "SELECT count(*), (SELECT stored_at FROM answers ORDER BY id LIMIT 1) "
		       "FROM answers",
};

static enum disk_status status_of(int code)
{
	switch (code & 0xff) {
	case SQLITE_OK:
	case SQLITE_ROW:
	case SQLITE_DONE:
		return DISK_OK;
	case SQLITE_BUSY:
	case SQLITE_LOCKED:
		return DISK_BUSY;
	case SQLITE_FULL:
		return DISK_NO_ROOM;
	case SQLITE_READONLY:
		return code == SQLITE_READONLY_DBMOVED ? DISK_MOVED : DISK_UNUSABLE;
	case SQLITE_IOERR:
		return code == SQLITE_IOERR_CORRUPTFS || code == SQLITE_IOERR_DATA ? DISK_DAMAGED
										   : DISK_UNUSABLE;
	/* All statements are ours: if one does not fit, the file is another one than we make. */
	case SQLITE_CORRUPT:
	case SQLITE_NOTADB:
	case SQLITE_FORMAT:
	case SQLITE_SCHEMA:
	case SQLITE_TOOBIG:
	case SQLITE_MISMATCH:
	case SQLITE_CONSTRAINT:
	case SQLITE_RANGE:
	case SQLITE_ERROR:
		return DISK_DAMAGED;
	default:
		return DISK_UNUSABLE;
	}
}

/* sqlite3_errmsg() is not used: it may quote. */
enum disk_status disk_result(struct disk_file *file, int code)
{
	enum disk_status status = status_of(code);
	int cause = file->db != NULL ? sqlite3_system_errno(file->db) : 0;
	int kind = code & 0xff;

	if (status == DISK_OK)
		return status;
	if (code == SQLITE_CANTOPEN_SYMLINK)
		(void)snprintf(file->reason, sizeof(file->reason), "it is a symbolic link");
	else if (status == DISK_BUSY)
		(void)snprintf(
			file->reason, sizeof(file->reason), "another process holds its lock");
	else if (cause != 0 && (kind == SQLITE_CANTOPEN || kind == SQLITE_IOERR))
		(void)snprintf(file->reason, sizeof(file->reason), "%s", strerror(cause));
	else
		(void)snprintf(file->reason, sizeof(file->reason), "%s", sqlite3_errstr(code));
	return status;
}

static enum disk_status failed(struct disk_file *file, enum disk_status status, const char *reason)
{
	(void)snprintf(file->reason, sizeof(file->reason), "%s", reason);
	return status;
}

static enum disk_status find_path(struct disk_file *file, const char *directory)
{
	char folder[PATH_MAX];
	struct stat seen;

	file->path[0] = '\0';
	if (realpath(directory, folder) == NULL || stat(folder, &seen) != 0)
		return failed(file, DISK_UNUSABLE, strerror(errno));
	if (!S_ISDIR(seen.st_mode))
		return failed(file, DISK_UNUSABLE, strerror(ENOTDIR));
	/* The journal is made there; and SQLite would say that there is no such file. */
	if (access(folder, W_OK | X_OK) != 0)
		return failed(file, DISK_UNUSABLE, strerror(errno));
	(void)snprintf(file->path, sizeof(file->path), "%s/" DISK_FILE_NAME, folder);
	return DISK_OK;
}

static int configure(sqlite3 *db, int busy_ms)
{
	static const struct {
		int option, value;
	} options[] = {
		{ SQLITE_DBCONFIG_DEFENSIVE, 1 },
		{ SQLITE_DBCONFIG_TRUSTED_SCHEMA, 0 },
		{ SQLITE_DBCONFIG_ENABLE_TRIGGER, 0 },
		{ SQLITE_DBCONFIG_ENABLE_VIEW, 0 },
	};
	int code = sqlite3_busy_timeout(db, busy_ms);

	(void)sqlite3_extended_result_codes(db, 1);
	(void)sqlite3_limit(db, SQLITE_LIMIT_LENGTH, ROW_MAX);
	for (size_t i = 0; i < ARRAY_LEN(options) && code == SQLITE_OK; i++)
		code = sqlite3_db_config(db, options[i].option, options[i].value, NULL);
	return code;
}

/* The content is written later, the file made here: nobody else may ever read it. */
static void keep_private(const struct disk_file *file)
{
	struct stat seen;

	if (lstat(file->path, &seen) == 0 && S_ISREG(seen.st_mode) && (seen.st_mode & 077) != 0)
		(void)fchmodat(AT_FDCWD, file->path, 0600, AT_SYMLINK_NOFOLLOW);
}

static enum disk_status connect_to(struct disk_file *file, const struct disk_file_options *options)
{
	int flags = SQLITE_OPEN_READWRITE | SQLITE_OPEN_NOMUTEX | SQLITE_OPEN_PRIVATECACHE |
		    SQLITE_OPEN_NOFOLLOW | (options->create ? SQLITE_OPEN_CREATE : 0);
	int code = sqlite3_open_v2(file->path, &file->db, flags, NULL);

	if (code == SQLITE_OK)
		code = configure(file->db, options->busy_ms);
	if (code != SQLITE_OK)
		return disk_result(
			file, file->db != NULL ? sqlite3_extended_errcode(file->db) : code);
	if (sqlite3_db_readonly(file->db, "main") == 1)
		return failed(file, DISK_UNUSABLE, "it may not be written to");
	if (!disk_pages_attach(&file->pages, file->db))
		return failed(file, DISK_UNUSABLE, "its VFS gives no access to it");
	if (!disk_pages_has_fit_header(&file->pages))
		return failed(file, DISK_DAMAGED, "its header asks for a write-ahead log");
	keep_private(file);
	return DISK_OK;
}

static enum disk_status set_pragmas(struct disk_file *file)
{
	char bound[64];
	int code = sqlite3_exec(file->db,
		"PRAGMA page_size = 8192; PRAGMA mmap_size = 0; PRAGMA temp_store = MEMORY;"
		"PRAGMA cache_size = -" CACHE_KIB "; PRAGMA cache_spill = OFF;"
		"PRAGMA journal_mode = TRUNCATE; PRAGMA secure_delete = ON;"
		"PRAGMA cell_size_check = ON; PRAGMA synchronous = NORMAL",
		NULL, NULL, NULL);

	if (code == SQLITE_OK) {
		(void)snprintf(bound, sizeof(bound), "PRAGMA max_page_count = %lld",
			(long long)file->max_pages);
		code = sqlite3_exec(file->db, bound, NULL, NULL, NULL);
	}
	return disk_result(file, code);
}

/* 0: there is none yet. -1: it is another one. */
static int schema_is_ours(void *ctx, int columns, char **values, char **names)
{
	size_t *row = ctx;
	bool same = *row < ARRAY_LEN(schema);

	(void)names;
	for (int i = 0; same && i < columns; i++) {
		const char *wanted = schema[*row][i];

		same = wanted == NULL ? values[i] == NULL
				      : values[i] != NULL && strcmp(values[i], wanted) == 0;
	}
	(*row)++;
	return same ? 0 : 1;
}

static enum disk_status check_schema(struct disk_file *file, size_t *rows)
{
	int code;

	*rows = 0;
	code = sqlite3_exec(file->db, "SELECT type, name, sql FROM sqlite_schema ORDER BY rowid",
		schema_is_ours, rows, NULL);
	if (code == SQLITE_ABORT)
		return failed(file, DISK_DAMAGED, "it is not ours");
	return disk_result(file, code);
}

/* In a transaction: processes that start at once do it one after the other, and once. */
static enum disk_status make_tables(struct disk_file *file)
{
	int64_t generation;
	enum disk_status status = DISK_OK;
	size_t rows;

	if (sqlite3_exec(file->db, "BEGIN IMMEDIATE", NULL, NULL, NULL) != SQLITE_OK)
		return disk_result(file, sqlite3_extended_errcode(file->db));
	status = check_schema(file, &rows);
	for (size_t i = 0; i < ARRAY_LEN(schema) && rows == 0 && status == DISK_OK; i++)
		if (schema[i][2] != NULL)
			status = disk_result(
				file, sqlite3_exec(file->db, schema[i][2], NULL, NULL, NULL));
	if (status == DISK_OK && rows == 0) {
		char text[64];

		sqlite3_randomness(sizeof(generation), &generation);
		(void)snprintf(text, sizeof(text), "INSERT INTO state VALUES (%lld)",
			(long long)generation);
		status = disk_result(file, sqlite3_exec(file->db, text, NULL, NULL, NULL));
	}
	if (status == DISK_OK)
		status = disk_result(file, sqlite3_exec(file->db, "COMMIT", NULL, NULL, NULL));
	return status;
}

static enum disk_status check_tables(struct disk_file *file)
{
	size_t rows;
	enum disk_status status = check_schema(file, &rows);

	if (status == DISK_OK && rows == 0) {
		status = make_tables(file);
		if (!sqlite3_get_autocommit(file->db))
			(void)sqlite3_exec(file->db, "ROLLBACK", NULL, NULL, NULL);
		rows = ARRAY_LEN(schema);
	}
	if (status == DISK_OK && rows != ARRAY_LEN(schema))
		return failed(file, DISK_DAMAGED, "it is not ours");
	return status;
}

static int page_size_is_ours(void *ctx, int columns, char **values, char **names)
{
	(void)ctx, (void)names;
	return columns == 1 && values[0] != NULL && atoi(values[0]) == DISK_PAGE_SIZE ? 0 : 1;
}

static enum disk_status prepare(struct disk_file *file)
{
	int code = sqlite3_exec(file->db, "PRAGMA page_size", page_size_is_ours, NULL, NULL);

	if (code == SQLITE_ABORT)
		return failed(file, DISK_DAMAGED, "it is not ours");
	for (size_t i = 0; i < DISK_STATEMENTS && code == SQLITE_OK; i++)
		code = sqlite3_prepare_v3(file->db, statements[i], -1, SQLITE_PREPARE_PERSISTENT,
			&file->statements[i], NULL);
	return disk_result(file, code);
}

enum disk_status disk_file_open(struct disk_file *file, const struct disk_file_options *options)
{
	enum disk_status status;

	memset(file, 0, sizeof(*file));
	file->max_pages = (int64_t)(options->max_octets / DISK_PAGE_SIZE);
	if (file->max_pages > DISK_PAGES_MAX || options->max_octets > INT64_MAX)
		file->max_pages = DISK_PAGES_MAX;
	status = find_path(file, options->directory);
	if (status == DISK_OK)
		status = connect_to(file, options);
	if (status == DISK_OK)
		status = set_pragmas(file);
	if (status == DISK_OK)
		status = check_tables(file);
	if (status == DISK_OK)
		status = prepare(file);
	return status;
}

void disk_file_close(struct disk_file *file)
{
	for (size_t i = 0; i < DISK_STATEMENTS; i++) {
		(void)sqlite3_finalize(file->statements[i]);
		file->statements[i] = NULL;
	}
	disk_pages_detach(&file->pages);
	(void)sqlite3_close(file->db);
	file->db = NULL;
}

/* The journal first: behind the file's back it would be taken for that of the next one. */
static bool unlink_both(const char *path)
{
	char journal[PATH_MAX + sizeof("/" DISK_FILE_NAME "-journal")];

	(void)snprintf(journal, sizeof(journal), "%s-journal", path);
	if (unlink(journal) != 0 && errno != ENOENT)
		return false;
	return unlink(path) == 0 || errno == ENOENT;
}

bool disk_has_moved(const struct disk_file *file)
{
	int moved = 0;

	return sqlite3_file_control(file->db, "main", SQLITE_FCNTL_HAS_MOVED, &moved) ==
		       SQLITE_OK &&
	       moved != 0;
}

/* With the lock held nobody is at the journal, and the file is nobody's new one. */
bool disk_file_discard(struct disk_file *file, int64_t wait_ms, bool force)
{
	bool locked, done;

	if (file->path[0] == '\0')
		return false;
	if (file->pages.file == NULL)
		return force && unlink_both(file->path);
	locked = disk_pages_lock(&file->pages, wait_ms);
	if (!locked && !force)
		return false;
	done = disk_has_moved(file) || unlink_both(file->path);
	if (locked)
		disk_pages_unlock(&file->pages);
	return done;
}

bool disk_folder_discard(const char *directory)
{
	struct disk_file none = { .db = NULL };

	return find_path(&none, directory) == DISK_OK && unlink_both(none.path);
}
