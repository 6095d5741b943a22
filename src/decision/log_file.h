/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * log_file.h - the decision log as a file: whole lines at its end, in a file that others may move
 * away (logrotate), and that may stand on a disk that is full or gone. One thread only, which may
 * be held up here as long as the disk likes.
 */
#ifndef MIGRANTID_LOG_FILE_H
#define MIGRANTID_LOG_FILE_H

#include <sys/types.h>

#include "base/base.h"
#include "base/report.h"

struct log_file {
	const char *path; /* borrowed */
	const struct reporter *reporter; /* borrowed */
	int fd; /* -1: not open */
	dev_t device;
	ino_t inode;
	bool torn; /* what is there does not end with a line */
	bool failing;
	uint64_t lost; /* lines, since it began to fail */
};

void log_file_init(struct log_file *file, const char *path, const struct reporter *reporter);

/*
 * Append lines, each with its end. The file is made (0640) where it is not there, and made anew
 * where its name leads elsewhere by now. Returns how many lines are lost: what does not fit on the
 * disk is cut back to whole lines. That lines are lost is said when it begins and when it is over.
 */
uint64_t log_file_write(struct log_file *file, const char *lines, size_t len);

void log_file_close(struct log_file *file);

#endif
