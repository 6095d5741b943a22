/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "histogram.h"

#define SUB_COUNT (1U << HISTOGRAM_SUB_BITS)
#define LONGEST ((UINT64_C(1) << HISTOGRAM_MAX_BITS) - 1)

/* Below SUB_COUNT a bucket is one nanosecond; above, the seven bits after the leading one. */
static unsigned bucket_of(uint64_t value)
{
	unsigned bits, shift;

	if (value < SUB_COUNT)
		return (unsigned)value;
	bits = 63U - (unsigned)__builtin_clzll(value);
	shift = bits - HISTOGRAM_SUB_BITS;
	return ((shift + 1) << HISTOGRAM_SUB_BITS) + ((unsigned)(value >> shift) & (SUB_COUNT - 1));
}

static uint64_t bucket_top(unsigned bucket)
{
	unsigned shift;

	if (bucket < SUB_COUNT)
		return bucket;
	shift = (bucket >> HISTOGRAM_SUB_BITS) - 1;
	return (((uint64_t)(bucket & (SUB_COUNT - 1)) + SUB_COUNT + 1) << shift) - 1;
}

void histogram_add(struct histogram *histogram, uint64_t nanoseconds)
{
	if (nanoseconds > histogram->max)
		histogram->max = nanoseconds;
	if (nanoseconds > LONGEST)
		nanoseconds = LONGEST;
	histogram->count[bucket_of(nanoseconds)]++;
	histogram->total++;
}

uint64_t histogram_percentile(const struct histogram *histogram, unsigned per_mille)
{
	uint64_t wanted = (histogram->total * per_mille + 999) / 1000, seen = 0;
	unsigned i;

	if (histogram->total == 0)
		return 0;
	if (wanted == 0)
		wanted = 1;
	for (i = 0; i < HISTOGRAM_BUCKETS; i++) {
		seen += histogram->count[i];
		if (seen >= wanted)
			break;
	}
	if (i == HISTOGRAM_BUCKETS || bucket_top(i) > histogram->max)
		return histogram->max;
	return bucket_top(i);
}
