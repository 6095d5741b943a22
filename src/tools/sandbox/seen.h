/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * seen.h - questions asked before, by their Idempotency-Key: the last SEEN_MAX of them. Not
 * thread-safe.
 */
#ifndef SANDBOX_SEEN_H
#define SANDBOX_SEEN_H

#include "base/base.h"

#define SEEN_MAX 65536 /* a power of two */

struct seen; /* opaque */

MUST_CHECK struct seen *seen_new(void);
void seen_free(struct seen *seen); /* NULL is fine */

enum seen_before { SEEN_NEVER, SEEN_SAME, SEEN_OTHER_BODY };

/* Whether this txn was asked before, and since when: *first_ms, which is now_ms for a new one. */
enum seen_before seen_look(struct seen *seen, const char *txn, const char *body, size_t len,
			   int64_t now_ms, int64_t *first_ms);

#endif
