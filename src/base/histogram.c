/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "base/histogram.h"

/* Microseconds: an exempt sale takes a few, an answer from memory less than a hundred. */
static const int64_t bounds[HISTOGRAM_BOUNDS] = { 100, 1000, 5000, 10000, 25000, 50000, 100000,
	250000, 500000, 1000000, 1500000, 2500000, 4000000, 8000000 };

int64_t histogram_bound(size_t index)
{
	return bounds[index];
}

void histogram_note(struct histogram *histogram, int64_t us)
{
	size_t class = 0;

	while (class < HISTOGRAM_BOUNDS && us > bounds[class])
		class ++;
	histogram->counts[class]++;
	histogram->sum_us += us > 0 ? (uint64_t)us : 0;
}

uint64_t histogram_count(const struct histogram *histogram)
{
	uint64_t count = 0;

	for (size_t i = 0; i < ARRAY_LEN(histogram->counts); i++)
		count += histogram->counts[i];
	return count;
}

int64_t histogram_quantile(const struct histogram *histogram, unsigned percent)
{
	double total = (double)histogram_count(histogram), wanted = total * percent / 100;
	double below = 0;

	if (total <= 0)
		return -1;
	for (size_t i = 0; i < HISTOGRAM_BOUNDS; i++) {
		double here = (double)histogram->counts[i];
		int64_t from = i > 0 ? bounds[i - 1] : 0;

		if (here > 0 && below + here >= wanted)
			return from +
			       (int64_t)((double)(bounds[i] - from) * ((wanted - below) / here));
		below += here;
	}
	return bounds[HISTOGRAM_BOUNDS - 1];
}
