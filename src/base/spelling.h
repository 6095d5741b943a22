/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * spelling.h - how far one name is from another: for "did you mean". Pure, thread-safe.
 */
#ifndef MIGRANTID_SPELLING_H
#define MIGRANTID_SPELLING_H

#include "base/base.h"

#define SPELLING_MAX 40 /* longer names are like no other */

/*
 * The fewest slips (a letter more, less, other, or two exchanged) that make one name of the other;
 * SPELLING_MAX if one of them is longer than that.
 */
size_t spelling_slips(const char *a, const char *b);

#endif
