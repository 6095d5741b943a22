/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * histogram.h - how long things took, by class of length, as Prometheus counts them; plain numbers,
 * so that it can be copied and written down. Not thread-safe: it stands under its owner's lock.
 */
#ifndef MIGRANTID_HISTOGRAM_H
#define MIGRANTID_HISTOGRAM_H

#include "base/base.h"

#define HISTOGRAM_BOUNDS 14 /* classes with an upper bound; one more takes what is longer */

struct histogram {
	uint64_t counts[HISTOGRAM_BOUNDS + 1]; /* of its class alone, not of those below, too */
	uint64_t sum_us; /* of all that was noted, microseconds */
};

/* The upper bound of a class (0..HISTOGRAM_BOUNDS - 1), microseconds; it belongs to the class. */
int64_t histogram_bound(size_t index);

void histogram_note(struct histogram *histogram, int64_t us); /* below 0 counts as 0 */

uint64_t histogram_count(const struct histogram *histogram);

/*
 * The length (microseconds) that `percent` (1..99) of a hundred do not exceed, as if those of one
 * class were spread evenly over it; the greatest bound if it is beyond that. -1: nothing was noted.
 */
int64_t histogram_quantile(const struct histogram *histogram, unsigned percent);

#endif
