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

/* By type, issuer and number, in canonical form; NULL if no record holds that document. */
const struct person_document *people_document(
	const struct people *people, const struct document *document);
/* NULL if nobody has that token. */
const struct person_entry *people_token(const struct people *people, const char *token);
/*
 * By the number alone, as somebody writes it; NULL if there is no such document, or another state
 * or kind has one of that number, too.
 */
const struct person_document *people_number(const struct people *people, const char *number);

size_t people_count(const struct people *people);
const struct person_entry *people_entry(const struct people *people, size_t place);
size_t people_place(const struct people *people, const struct person_entry *entry); /* from 0 */

/* Whoever is not in the file: no, not_enrolled as a rule. */
const struct person_entry *people_default(const struct people *people);

#endif
