/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * people.h - the made-up people that the sandbox knows. Immutable once loaded.
 */
#ifndef SANDBOX_PEOPLE_H
#define SANDBOX_PEOPLE_H

#include "person_entry.h"

struct people; /* opaque */

/* NULL after an error with file and line was printed. */
MUST_CHECK struct people *people_load(const char *file);
void people_free(struct people *people); /* NULL is fine */

/* Never NULL: whoever is not in the file is the default, no / not_enrolled as a rule. */
const struct person_entry *people_by_document(const struct people *people, const char *type,
					      const char *issuer, const char *number,
					      const char *nationality, const char *birth);
const struct person_entry *people_by_token(const struct people *people, const char *token);

#endif
