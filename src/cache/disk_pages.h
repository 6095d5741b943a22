/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * disk_pages.h - what stands between SQLite and its file. Three things SQLite does not do itself:
 *
 * - Where it moves records between pages, copies of them stay in the gap between a page's list of
 *   cells and its cells, and secure_delete does not clear them when the record goes (seen with
 *   3.40 in most long histories). So that gap is zeroed in each page on its way to the disk.
 * - Its file is never mapped, nor is there a write-ahead log, whatever the file's header says.
 * - A file that is no database at all can be locked against all others, to be replaced.
 *
 * Not thread-safe: of the thread that uses the connection.
 */
#ifndef MIGRANTID_DISK_PAGES_H
#define MIGRANTID_DISK_PAGES_H

#include <sqlite3.h>

#include "base/base.h"

#define DISK_PAGE_SIZE 8192

/*
 * The first octet of a page tells a tree's page from the others only as long as page numbers have
 * three octets: 128 GiB.
 */
#define DISK_PAGES_MAX ((INT64_C(1) << 24) - 1)

struct disk_pages {
	sqlite3_io_methods methods; /* first: what the file then points at */
	const sqlite3_io_methods *beneath; /* the VFS's own */
	sqlite3_file *file; /* SQLite's; NULL: not attached */
};

/* Before the connection has read anything; `pages` stays where it is. False: cannot be done. */
MUST_CHECK bool disk_pages_attach(struct disk_pages *pages, sqlite3 *db);
/* Before the connection is closed; may be called twice. */
void disk_pages_detach(struct disk_pages *pages);

/* False for a file whose header asks for a write-ahead log, which ours never does. */
MUST_CHECK bool disk_pages_has_fit_header(const struct disk_pages *pages);

/* Take the lock that shuts out all readers and writers, waiting for it at most wait_ms. */
MUST_CHECK bool disk_pages_lock(const struct disk_pages *pages, int64_t wait_ms);
void disk_pages_unlock(const struct disk_pages *pages);

#endif
