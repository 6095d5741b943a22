/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * shown_card.h - a digital ID card that was shown with a sale: verified for this shop and this sale
 * (answer/card_policy.h), read as rules need it, and held against all that was sent of a document.
 * No I/O, thread-safe.
 */
#ifndef MIGRANTID_SHOWN_CARD_H
#define MIGRANTID_SHOWN_CARD_H

#include "answer/card_policy.h"
#include "config/settings.h"
#include "rules/card.h"
#include "rules/sale.h"
#include "rules/vocabulary.h"

/* What it is looked at by. All is borrowed. */
struct card_rules {
	const struct card_policy *policy; /* NULL: no card counts */
	const struct settings *settings;
	const struct sale_options *options; /* as the sale was read with */
	int64_t now; /* seconds since 1970 */
};

/* A person's data: shown_card_clear() it. */
struct shown_card {
	bool counts; /* it verifies, can be read, and is of no other document than was sent */
	/* Why it does not; REASON_NONE: no card counts here. */
	enum reason reason;
	enum credential_check failed; /* CREDENTIAL_SOUND: none of these, see `why` */
	const char *why; /* likewise, a constant word */
	struct card card; /* if it counts; `issued_on` is the caller's to set */
	int64_t issued_at; /* likewise */
};

/*
 * The card of a sale, which has one. Every field that was sent of document, nationality and date of
 * birth has to be on the card, and the same: a card never stands beside another document.
 */
void shown_card_look(const struct card_rules *by, const struct sale *sale, struct shown_card *out);
void shown_card_clear(struct shown_card *shown); /* fits CLEANUP(), fine on a zeroed one */

/*
 * True if the operator lets cards decide, and this one could: it counts, the document has not
 * expired, and it tells all that its holder's pseudonym is made of, without which a kept no of them
 * would not be found. `today` in the operator's time zone.
 */
bool shown_card_may_decide(const struct shown_card *shown, const struct settings *settings,
	const struct sale *sale, const struct date *today);

#endif
