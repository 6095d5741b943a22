/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * person_entry.h - one entry of the people file, read strictly.
 */
#ifndef SANDBOX_PERSON_ENTRY_H
#define SANDBOX_PERSON_ENTRY_H

#include <jansson.h>

#include "faults.h"

/* What is said of somebody. Strings belong to the JSON it was read from. */
struct person_entry {
	const char *type, *issuer, *number, *nationality, *birth; /* NULL in the default */
	const char *token; /* one-use token that stands for them; NULL: none */
	const char *result, *reason;
	int64_t valid_for; /* s: exp - iat */
	int64_t delay_ms, pending_ms;
	enum fault fault;
};

extern const struct person_entry person_not_enrolled;

struct objection {
	const char *member; /* the JSON's; NULL: the entry as a whole */
	char text[160];
};

/* False with why, for people. The default has no member that says who it is. */
MUST_CHECK bool person_entry_read(json_t *object, bool is_default, struct person_entry *out,
				  struct objection *why);

#endif
