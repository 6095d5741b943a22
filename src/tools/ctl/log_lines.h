/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * log_lines.h - all lines of a log, those that logrotate(8) has moved away included: beside FILE
 * also FILE.1, FILE.2.gz, FILE-20261126.gz. What gzip has packed is read as it is.
 */
#ifndef MIGRANTID_CTL_LOG_LINES_H
#define MIGRANTID_CTL_LOG_LINES_H

#include "base/base.h"
#include "base/report.h"

#define LOG_LINE_MAX 4096 /* octets; a longer line is given cut to that */

/* One line, without its newline; any octets. False: enough, no more is wanted. */
typedef bool log_line(void *ctx, const char *text, size_t len);

/*
 * Every line of the log at `path`, the file of that name first. False if it is not there, or if one
 * of its files cannot be read whole: each error is reported, and the other files are read all the
 * same. *files: how many were read. One caller at a time.
 */
MUST_CHECK bool log_lines_read(const char *path, const struct reporter *reporter, log_line *line,
	void *ctx, unsigned *files);

#endif
