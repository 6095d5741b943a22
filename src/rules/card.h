/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * card.h - what a verified digital ID card says of its holder, as exemption rules need it: plain
 * and canonical. Who verified it, and how, is not known here. A person's data: clear it after use.
 */
#ifndef MIGRANTID_CARD_H
#define MIGRANTID_CARD_H

#include "base/base.h"
#include "person/document.h"

#define ACCREDITATION_MAX 64
#define CARD_AGES_MAX 32

/* What was not disclosed is "", a date of year 0, or not there. */
struct card {
	struct person person;
	char accreditation[ACCREDITATION_MAX + 1]; /* kind */
	struct date accreditation_expiry;
	struct card_age {
		int years;
		bool reached; /* on the day of issue */
	} ages[CARD_AGES_MAX];
	size_t age_count;
	struct date issued_on; /* in the operator's time zone */
	bool bearer_allowed; /* it may exempt without naming a document */
};

/* True if it names a whole document, which can be held against the one on the counter. */
static inline bool card_names_document(const struct card *card)
{
	const struct document *document = &card->person.document;

	return document->type[0] != '\0' && document->issuer[0] != '\0' &&
	       document->number[0] != '\0';
}

#endif
