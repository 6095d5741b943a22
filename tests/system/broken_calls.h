/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * broken_calls.h - the n-th call of a kind fails, in whatever thread it is made, and all others are
 * made. To be linked into a program that exports its symbols: what libraries call is met, too.
 * Allocations are the core's, libcurl's, jansson's and SQLite's (--wrap, and their own hooks); not
 * libuv's and glib's, which end the process by design.
 */
#ifndef MIGRANTID_BROKEN_CALLS_H
#define MIGRANTID_BROKEN_CALLS_H

#include <stdbool.h>

enum call_kind {
	CALL_ALLOCATION, /* no memory */
	CALL_OPEN, /* of a file: too many are open */
	CALL_FILE_READ, /* input/output error */
	CALL_FILE_WRITE, /* write, truncate, sync, rename, unlink: the disk is full, or broken */
	CALL_SOCKET, /* a new one: too many are open */
	CALL_CONNECT, /* refused */
	CALL_TRAFFIC, /* send and receive: the connection is reset */
	CALL_THREAD, /* no room for a thread */
	CALL_KINDS,
};

extern const char *const call_kind_names[CALL_KINDS];

/* Before any other library is used. */
bool broken_calls_prepare(void);

/* The n-th call of that kind from now on fails, n >= 1; only that one. Any thread. */
void broken_calls_arm(enum call_kind kind, unsigned n);

/* None does any more; true if one has failed since. */
bool broken_calls_disarm(void);

#endif
