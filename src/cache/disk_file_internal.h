/* SPDX-License-Identifier: GPL-2.0-or-later */
/* disk_file_internal.h - what disk_file.c and disk_rows.c share. */
#ifndef MIGRANTID_DISK_FILE_INTERNAL_H
#define MIGRANTID_DISK_FILE_INTERNAL_H

#include "cache/disk_file.h"

/* What an extended result code of SQLite comes to; if it is a failure, file->reason says why. */
MUST_CHECK enum disk_status disk_result(struct disk_file *file, int code);

/* Whether another file has the name by now, or none. */
MUST_CHECK bool disk_has_moved(const struct disk_file *file);

#endif
