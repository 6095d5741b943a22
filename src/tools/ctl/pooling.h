/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * pooling.h - which figures of a day may be shown, and how: so that nobody who also knows the exact
 * sum of them all, as the server's counters tell it, can work out one that is below ten.
 * docs/privacy.md argues it; a test tries it by every small day there can be. Pure, thread-safe.
 */
#ifndef MIGRANTID_CTL_POOLING_H
#define MIGRANTID_CTL_POOLING_H

#include "base/base.h"

#define POOLING_FLOOR 10 /* a smaller figure is not shown, and those that are, are its multiples */

struct cell {
	const char *name; /* borrowed */
	uint64_t count;
};

/* Rounded down to a multiple of POOLING_FLOOR; 0: fewer than that. */
uint64_t pooling_round(uint64_t count);

/*
 * Put the cells that may be shown first, their figures rounded down, in the order of these and then
 * of their names; returns how many those are. What stands behind them is pooled: there always is a
 * pool, so that its being there says nothing; its figure and its members are not to be shown. No
 * cell has a count of 0.
 */
size_t pooling_show(struct cell *cells, size_t count);

#endif
