/* SPDX-License-Identifier: GPL-2.0-or-later */
/* sale_internal.h - what the sale_*.c files share and nobody else sees. */
#ifndef MIGRANTID_SALE_INTERNAL_H
#define MIGRANTID_SALE_INTERNAL_H

#include "rules/sale.h"

#define SALE_VALUES_MAX 16 /* of one attribute */

/* The values of a request, sorted by attribute; borrowed, never copied. Those of a twin are sorted
 * in as the hidden one's. */
struct sale_values {
	struct span values[ATTRIBUTES][SALE_VALUES_MAX];
	size_t count[ATTRIBUTES];
};

/* Notes what is at fault; false, for the caller to return. */
bool sale_at_fault(struct sale_fault *fault, enum reason reason, enum attribute attribute,
	enum mrz_field field);

/*
 * A state that exists, or one that the operator's country knows, and that may stand where `may_be`
 * says so; the specimen of Doc 9303 only where a test asked for it. `code` is canonical.
 */
bool sale_state_allowed(
	const char *code, const struct sale_options *options, bool (*may_be)(const char *code));

/* Read the zone, hold it against what was told, and fill in what was not. */
MUST_CHECK bool sale_read_mrz(const struct sale_values *request, const struct sale_options *options,
	struct sale *out, struct sale_fault *fault);

#endif
