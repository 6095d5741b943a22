/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * recorder.h - a thread that writes down what was decided, so that no decision waits for a disk: it
 * counts the records it is given, hands them to the decision log, and each second writes the
 * counters, with what the other parts say of themselves, to a file (stats.h).
 *
 * A record is copied under a lock that is held for that alone; nobody is woken for it, for the
 * thread looks five times a second, unless many come. A record that finds no room is lost and
 * counted. What was offered before recorder_close() is written; what a crash finds unwritten, at
 * most of the last 200 ms, is lost.
 *
 * Locking: recorder->mutex guards the records that wait and the order to stop. All else is the
 * thread's own. It calls `gauges` and the reporter with no lock held.
 */
#ifndef MIGRANTID_RECORDER_H
#define MIGRANTID_RECORDER_H

#include "base/base.h"
#include "base/clock.h"
#include "base/report.h"
#include "decision/record.h"
#include "decision/stats.h"

/* Strings are borrowed until recorder_close(). */
struct recorder_options {
	const char *instance; /* whose records they are; names the file of figures */
	const char *log_file; /* JSON lines; NULL: the decisions are lines of the reporter's */
	const char *stats_directory; /* "": no file of figures */
	/*
	 * Fill in what other parts know of themselves, all but counters and process, each second.
	 * In the recorder's thread. NULL: nobody does.
	 */
	void (*gauges)(void *ctx, struct stats *out);
	void *gauges_ctx;
	struct clock clock;
	struct reporter reporter;
};

struct recorder; /* opaque */

MUST_CHECK struct recorder *recorder_open(const struct recorder_options *options); /* NULL: no
	memory, no threads */

/* Any thread; waits for nothing. The record is copied. A NULL recorder takes none. */
void recorder_offer(struct recorder *recorder, const struct record *record);

/*
 * Nothing is offered any more. Everything is written, the figures marked as the last; within a few
 * seconds, even if the disk of the log hangs. NULL is fine.
 */
void recorder_close(struct recorder *recorder);

#endif
