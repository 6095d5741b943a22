/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * sale_pairs.h - from the pairs of an Access-Request to the fields of a sale. What the values
 * mean, and whether they are well formed, is for rules/sale.h to say.
 */
#ifndef MIGRANTID_SALE_PAIRS_H
#define MIGRANTID_SALE_PAIRS_H

#include "server.h"

#include "rules/sale.h"

/*
 * As many fields as a request may have, and one more: where there are more, then among any that
 * many there is an attribute that is repeated too often, which is what the core must see.
 */
#define PLUS_MOST(symbol, number, name, longest, most) +(most)
enum { SALE_PAIRS_MAX = 1 SALE_ATTRIBUTES(PLUS_MOST) };
#undef PLUS_MOST

struct sale_pairs {
	struct sale_field fields[SALE_PAIRS_MAX]; /* values borrowed from the pairs */
	size_t count;
};

/*
 * Pick out what concerns a sale: the vendor's attributes of a request, and State. Copies no value.
 * Thread-safe.
 */
void sale_pairs_read(const VALUE_PAIR *pairs, unsigned vendor, struct sale_pairs *out);

/* Whether any of them is taken by protected ways alone (sale_wants_protection()). */
MUST_CHECK bool sale_pairs_want_protection(const struct sale_pairs *pairs);

#endif
