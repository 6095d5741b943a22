/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * decision_log.h - the decision log, in either form: lines of the server's log, or a file of JSON
 * lines. A thread of its own writes them, so that a disk that hangs holds up nobody, not even the
 * counters; what then finds no room is lost, and counted.
 *
 * Locking: log->mutex guards the lines that wait and the orders, and is held to copy them.
 */
#ifndef MIGRANTID_DECISION_LOG_H
#define MIGRANTID_DECISION_LOG_H

#include "base/base.h"
#include "base/report.h"

struct decision_log; /* opaque */

/*
 * `path`: of the file of JSON lines, borrowed until decision_log_close(); NULL: lines of text to
 * the reporter. NULL: out of memory or threads. A file that cannot be written is no error: it is
 * said, and tried again with every line.
 */
MUST_CHECK struct decision_log *decision_log_open(
	const char *path, const struct reporter *reporter);

/* Lines, each with its end. Written soon, in the order they came. Any thread; waits for nothing. */
void decision_log_put(struct decision_log *log, const char *line, size_t len);
void decision_log_flush(struct decision_log *log); /* begin to write what was put */

uint64_t decision_log_lost(struct decision_log *log); /* lines; any thread */

/*
 * All that was put is written first; but a disk that hangs is left behind after deadline_ms, and
 * with it the thread, which calls nobody any more. NULL is fine.
 */
void decision_log_close(struct decision_log *log, int64_t deadline_ms);

#endif
