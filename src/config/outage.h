/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * outage.h - an outage of the ID service that was announced. While it is in force nobody is asked;
 * what decides by itself goes on deciding. It is a file, `outage` in state_directory, so that it
 * outlives a restart: `migrantidctl outage` writes it, the watcher reads it. One line,
 *
 *	migrantid-outage 1 2026-11-26T08:00:00Z 2026-11-27T14:00:00Z
 *
 * from when until when, RFC 3339 in UTC to the second. Whatever else the file may hold is
 * no outage: that the service goes unasked has to be said clearly. Its end is looked at with each
 * sale, not when the file is read: a disk that hangs or a watcher that is late prolongs nothing.
 */
#ifndef MIGRANTID_OUTAGE_H
#define MIGRANTID_OUTAGE_H

#include "base/base.h"
#include "base/report.h"

#define OUTAGE_LONGEST (INT64_C(31) * 86400) /* s; a longer one has to be announced again */
#define OUTAGE_RETRY_MAX 300 /* s; it may end sooner than announced */
#define OUTAGE_TIME_LEN 20 /* 2026-11-26T08:00:00Z */

/* Seconds since 1970; `until` 0: none is announced. In force while from <= now < until. */
struct outage {
	int64_t from, until;
};

enum outage_file { OUTAGE_NO_FILE, OUTAGE_READ, OUTAGE_UNREADABLE };

/* Pure. */
bool outage_in_force(const struct outage *outage, int64_t now);
bool outage_same(const struct outage *one, const struct outage *other);
/* Seconds for Retry-After while it is in force: until its end, at most OUTAGE_RETRY_MAX. */
unsigned outage_retry_after(const struct outage *outage, int64_t now);
void outage_time(int64_t seconds, char out[OUTAGE_TIME_LEN + 1]);

/* Where it is written down; free() it. NULL: out of memory. */
char *outage_path(const char *state_directory);

/* Zeroes *out where it reads none; what is wrong with the file is reported as a warning. */
enum outage_file outage_load(const char *path, struct outage *out, const struct reporter *reporter);

/*
 * Whole or not at all, and on the disk when it returns. False with errno: nothing has changed, but
 * that after a failing fsync() of the folder it may have.
 */
MUST_CHECK bool outage_save(const char *path, const struct outage *outage);

#endif
