/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * stats_file.h - the file of stats.h, written and read. A new file takes the place of an older one
 * at the start, so that who has that open sees no other server's figures in it; then it is written
 * over where it lies.
 */
#ifndef MIGRANTID_STATS_FILE_H
#define MIGRANTID_STATS_FILE_H

#include <limits.h>

#include "base/report.h"
#include "decision/stats.h"

struct stats_file {
	const char *directory; /* borrowed; "": nothing is written */
	const struct reporter *reporter; /* borrowed */
	char name[STATS_NAME_ROOM + sizeof(STATS_SUFFIX)];
	int fd; /* -1: not open */
	bool failing;
};

/* The name of the file is that of the instance; what has no place in one becomes '_'. */
void stats_file_init(struct stats_file *file, const char *directory, const char *instance,
	const struct reporter *reporter);

/*
 * Write sealed stats. That it cannot be done is said when it begins and when it is over, and is
 * tried again with each call. One thread only.
 */
void stats_file_write(struct stats_file *file, const struct stats *stats);
void stats_file_close(struct stats_file *file); /* the file stays */

/*
 * Read one. A file that is being written is read again for a moment. *error: 0, or why it could not
 * be read at all (errno), and then the fault is STATS_FOREIGN. Thread-safe.
 */
MUST_CHECK enum stats_fault stats_file_read(
	const char *directory, const char *name, struct stats *out, int *error);

#endif
