/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * person_entry.h - one entry of the people file, read strictly.
 */
#ifndef SANDBOX_PERSON_ENTRY_H
#define SANDBOX_PERSON_ENTRY_H

#include <jansson.h>

#include "faults.h"
#include "person/document.h"

struct person_document {
	struct person states; /* what that document states, in canonical form */
	bool invalid; /* no longer good */
	const struct person_entry *of;
};

/* What is said of somebody. Texts belong to the JSON it was read from. */
struct person_entry {
	struct person_document *documents; /* none in the default */
	size_t document_count;
	const char **tokens; /* one-use tokens that stand for them */
	size_t token_count;
	const char *result, *reason;
	const char *accreditation, *accreditation_expiry; /* on the card; NULL: none */
	uint8_t card; /* enum card_status */
	int64_t valid_for; /* s: exp - iat */
	int64_t delay_ms, pending_ms;
	enum fault fault;
};

extern const struct person_entry person_not_enrolled;

struct objection {
	const char *member; /* the JSON's; NULL: the entry as a whole */
	char text[160];
};

/*
 * False with why, for people. The default has no member that says who it is. `out` must stay
 * where it is; person_entry_clear() it in both cases.
 */
MUST_CHECK bool person_entry_read(
	json_t *object, bool is_default, struct person_entry *out, struct objection *why);
void person_entry_clear(struct person_entry *entry);

#endif
