/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * day_sales.h - the sales of one day under the names of what they are counted by. A sale counts
 * once, however often its line is in the log: a file that is there twice, as it was and packed,
 * must not make twelve of six. One thread at a time; ends the program where memory is short.
 */
#ifndef MIGRANTID_CTL_DAY_SALES_H
#define MIGRANTID_CTL_DAY_SALES_H

#include "base/base.h"
#include "decision/reference.h"
#include "tools/ctl/pooling.h"

struct day_sales; /* opaque */

struct day_sales *day_sales_new(void);
void day_sales_free(struct day_sales *sales); /* NULL is fine */

/* Both texts are copied. */
void day_sales_add(
	struct day_sales *sales, const char reference[REFERENCE_LEN + 1], const char *name);

/*
 * A cell for each name, in no order, and the sum of all. Nothing may be added after it. The caller
 * g_free()s the array; names are borrowed from `sales`.
 */
struct cell *day_sales_count(struct day_sales *sales, size_t *count, uint64_t *sum);

#endif
