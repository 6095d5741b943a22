/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * ring.h - the last RING_MAX things by their key, of which only the SHA-256 is kept: a new one
 * overwrites the oldest. Not thread-safe.
 */
#ifndef SANDBOX_RING_H
#define SANDBOX_RING_H

#include "base/base.h"

#define RING_MAX 65536 /* a power of two */

struct ring; /* opaque */

/* Of values of `size` octets each. NULL if there is no memory. */
MUST_CHECK struct ring *ring_new(size_t size);
void ring_free(struct ring *ring); /* NULL is fine */
void ring_empty(struct ring *ring);

/* The value of a key, good until RING_MAX others were added; NULL if there is none. */
void *ring_find(struct ring *ring, const void *key, size_t len);
/* The same, and a new one of zeroes where there is none: *is_new (may be NULL). */
void *ring_take(struct ring *ring, const void *key, size_t len, bool *is_new);

#endif
