/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * histogram.h - durations counted in buckets that are at most 1/128 of their value wide, from a
 * nanosecond to eighteen minutes. No allocation, no floating point. Not thread-safe.
 */
#ifndef BENCH_HISTOGRAM_H
#define BENCH_HISTOGRAM_H

#include "base/base.h"

#include <stdint.h>

#define HISTOGRAM_SUB_BITS 7 /* 128 buckets for each power of two */
#define HISTOGRAM_MAX_BITS 40 /* longer durations are counted as the longest */
#define HISTOGRAM_BUCKETS ((HISTOGRAM_MAX_BITS - HISTOGRAM_SUB_BITS + 1) << HISTOGRAM_SUB_BITS)

struct histogram {
	uint64_t count[HISTOGRAM_BUCKETS];
	uint64_t total;
	uint64_t max; /* nanoseconds, exact */
};

void histogram_add(struct histogram *histogram, uint64_t nanoseconds);

/*
 * The duration that `per_mille` thousandths of all lie at or under, in nanoseconds: the upper end
 * of its bucket, never more than the longest seen. 0 if nothing was counted.
 */
uint64_t histogram_percentile(const struct histogram *histogram, unsigned per_mille);

#endif
