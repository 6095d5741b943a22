/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * disk_admin.h - counting and removing what is kept on disk, for the command-line tool. May be used
 * while servers run: each sees within a second that something was removed. Waits for other
 * processes' locks for seconds. Not thread-safe.
 */
#ifndef MIGRANTID_DISK_ADMIN_H
#define MIGRANTID_DISK_ADMIN_H

#include "base/base.h"
#include "base/report.h"
#include "cache/disk_file.h"

struct disk_admin; /* opaque */

/*
 * Open the file in a folder, as the user whom the folder belongs to; it is not begun if it is not
 * there. NULL after an error was reported. The strings and the reporter are borrowed until close.
 */
MUST_CHECK struct disk_admin *disk_admin_open(
	const char *directory, uint64_t max_octets, const struct reporter *reporter);
void disk_admin_close(struct disk_admin *admin); /* NULL is fine */

/* Each of these is false after an error was reported. `now` in seconds since 1970. */
MUST_CHECK bool disk_admin_count(struct disk_admin *admin, struct disk_count *out);
/* *removed grows by one if there was an answer that could have been used. */
MUST_CHECK bool disk_admin_remove(struct disk_admin *admin, const uint8_t key[PERSON_KEY_LEN],
	int64_t now, uint64_t *removed);
/* What was stored before a time. *removed grows by what was removed, also before it failed. */
MUST_CHECK bool disk_admin_remove_before(
	struct disk_admin *admin, int64_t before, uint64_t *removed);

/*
 * Remove all: the file is deleted and another one begun, whatever state it is in and whoever holds
 * its lock; so are files of the former version. *removed: how many there were, 0 if that could not
 * be told.
 */
MUST_CHECK bool disk_admin_remove_all(const char *directory, uint64_t max_octets,
	const struct reporter *reporter, uint64_t *removed);

#endif
