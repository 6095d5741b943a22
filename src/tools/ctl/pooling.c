/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "tools/ctl/pooling.h"

#include <stdlib.h>
#include <string.h>

#define REMAINDER_MAX (POOLING_FLOOR - 1) /* what rounding takes away at most */

uint64_t pooling_round(uint64_t count)
{
	return count - count % POOLING_FLOOR;
}

/* Largest first; of equals by name, which is the same whoever asks. */
static int by_count(const void *a, const void *b)
{
	const struct cell *one = a, *other = b;

	if (one->count != other->count)
		return one->count < other->count ? 1 : -1;
	return strcmp(one->name, other->name);
}

/*
 * Is the pool ambiguous enough, if cells[0..shown) are shown? It holds ten or more. And who takes
 * from the sum of all what the shown figures can be at most must be left with so little that one
 * other cell of the pool can hold it all (it is at most as large as the smallest that is shown), or
 * the small ones without any one of them: else that one is known to be there, and its least size.
 */
static bool hides(const struct cell *cells, size_t shown, size_t count)
{
	uint64_t sum = 0, pool = 0, most_shown = 0, one, small;

	for (size_t i = 0; i < count; i++) {
		sum += cells[i].count;
		if (i >= shown)
			pool += cells[i].count;
		else
			most_shown += pooling_round(cells[i].count) + REMAINDER_MAX;
	}
	if (pool < POOLING_FLOOR)
		return false;
	if (shown == 0 || sum <= most_shown)
		return true;
	one = pooling_round(cells[shown - 1].count) + REMAINDER_MAX;
	small = REMAINDER_MAX * (count - shown - 1);
	return sum - most_shown <= (one > small ? one : small);
}

size_t pooling_show(struct cell *cells, size_t count)
{
	size_t shown = 0;

	qsort(cells, count, sizeof(*cells), by_count);
	while (shown < count && cells[shown].count >= POOLING_FLOOR)
		shown++;
	while (shown > 0 && !hides(cells, shown, count))
		shown--;
	for (size_t i = 0; i < shown; i++)
		cells[i].count = pooling_round(cells[i].count);
	qsort(cells, shown, sizeof(*cells), by_count); /* their order must not tell more */
	return shown;
}
