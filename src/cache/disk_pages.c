/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "cache/disk_pages.h"

#include <string.h>

#include "base/clock.h"

/* The file format's words: sqlite.org/fileformat2.html. */
#define FILE_HEADER_LEN 100 /* on the first page, before the tree's own header */
#define WRITE_VERSION_AT 18
#define READ_VERSION_AT 19
#define ROLLBACK_JOURNAL 1
#define INTERIOR_INDEX 2
#define INTERIOR_TABLE 5
#define LEAF_INDEX 10
#define LEAF_TABLE 13
#define INTERIOR_HEADER_LEN 12
#define LEAF_HEADER_LEN 8
#define CELL_COUNT_AT 3
#define CONTENT_AT 5

static size_t number_at(const uint8_t *octets)
{
	return (size_t)octets[0] << 8 | octets[1];
}

/* 0 for what is no page of a tree. */
static size_t header_len(uint8_t kind)
{
	if (kind == INTERIOR_INDEX || kind == INTERIOR_TABLE)
		return INTERIOR_HEADER_LEN;
	return kind == LEAF_INDEX || kind == LEAF_TABLE ? LEAF_HEADER_LEN : 0;
}

/* What lies in the gap is nothing to SQLite. A page that makes no sense is left as it is. */
static void clear_gap(uint8_t page[DISK_PAGE_SIZE], bool first)
{
	size_t header = first ? FILE_HEADER_LEN : 0;
	size_t len = header_len(page[header]);
	size_t from = header + len + 2 * number_at(page + header + CELL_COUNT_AT);
	size_t to = number_at(page + header + CONTENT_AT);

	if (len != 0 && from < to && to <= DISK_PAGE_SIZE)
		memset(page + from, 0, to - from);
}

static const sqlite3_io_methods *beneath(const sqlite3_file *file)
{
	return ((const struct disk_pages *)(const void *)file->pMethods)->beneath;
}

static int write_page(sqlite3_file *file, const void *octets, int len, sqlite3_int64 offset)
{
	uint8_t page[DISK_PAGE_SIZE];

	if (len != DISK_PAGE_SIZE || offset % DISK_PAGE_SIZE != 0)
		return beneath(file)->xWrite(file, octets, len, offset);
	memcpy(page, octets, DISK_PAGE_SIZE);
	clear_gap(page, offset == 0);
	return beneath(file)->xWrite(file, page, len, offset);
}

bool disk_pages_attach(struct disk_pages *pages, sqlite3 *db)
{
	sqlite3_file *file = NULL;

	pages->file = NULL;
	if (sqlite3_file_control(db, "main", SQLITE_FCNTL_FILE_POINTER, &file) != SQLITE_OK ||
		file == NULL || file->pMethods == NULL)
		return false;
	pages->beneath = file->pMethods;
	pages->methods = *file->pMethods;
	pages->methods.iVersion = 1; /* the first had neither shared memory nor mapping */
	pages->methods.xWrite = write_page;
	pages->file = file;
	file->pMethods = &pages->methods;
	return true;
}

void disk_pages_detach(struct disk_pages *pages)
{
	if (pages->file != NULL)
		pages->file->pMethods = pages->beneath;
	pages->file = NULL;
}

bool disk_pages_has_fit_header(const struct disk_pages *pages)
{
	uint8_t header[FILE_HEADER_LEN];
	sqlite3_int64 size = 0;

	if (pages->methods.xFileSize(pages->file, &size) != SQLITE_OK || size < FILE_HEADER_LEN)
		return true; /* SQLite has its own word for it */
	if (pages->methods.xRead(pages->file, header, FILE_HEADER_LEN, 0) != SQLITE_OK)
		return true;
	return header[WRITE_VERSION_AT] == ROLLBACK_JOURNAL &&
	       header[READ_VERSION_AT] == ROLLBACK_JOURNAL;
}

static bool lock_once(const struct disk_pages *pages)
{
	static const int levels[] = { SQLITE_LOCK_SHARED, SQLITE_LOCK_RESERVED,
		SQLITE_LOCK_EXCLUSIVE };

	for (size_t i = 0; i < ARRAY_LEN(levels); i++)
		if (pages->methods.xLock(pages->file, levels[i]) != SQLITE_OK) {
			disk_pages_unlock(pages);
			return false;
		}
	return true;
}

bool disk_pages_lock(const struct disk_pages *pages, int64_t wait_ms)
{
	int64_t until = clock_mono_ms(&system_clock) + wait_ms;

	while (!lock_once(pages)) {
		if (clock_mono_ms(&system_clock) >= until)
			return false;
		(void)sqlite3_sleep(5);
	}
	return true;
}

void disk_pages_unlock(const struct disk_pages *pages)
{
	(void)pages->methods.xUnlock(pages->file, SQLITE_LOCK_NONE);
}
