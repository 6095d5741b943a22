/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * cards.h - the sandbox as an issuer of ID cards: its key, and which cards it has taken back. All
 * cards of one person have one place in its status list. In the sandbox's folder:
 *
 *   cards.key  cards.jwks.json  holder-1.key ..  cards.status.jwt
 */
#ifndef SANDBOX_CARDS_H
#define SANDBOX_CARDS_H

#include "options.h"
#include "people.h"
#include "signer.h"

#define CARDS_KEYS_PATH "/cards/jwks.json"
#define CARDS_STATUS_PATH "/cards/status-list"

struct cards {
	const struct options *options;
	const struct people *people;
	struct signing_key key;
	char *jwks; /* JSON */
	uint8_t *statuses; /* enum card_status by place of the person */
	char *status_uri; /* NULL: cards are without a status */
};

/*
 * Makes the key at the first start, keeps it at all others. `port`: where the status list is
 * served. False after an error was printed; cards_close() it in both cases.
 */
MUST_CHECK bool cards_open(const struct options *options, const struct people *people,
	uint16_t port, struct cards *out);
void cards_close(struct cards *cards);

/* status: a word of card_status.h, or NULL: as the people file has it. False for another word. */
MUST_CHECK bool cards_set_status(struct cards *cards, size_t place, const char *status);
void cards_reset(struct cards *cards); /* all as the people file has it */

/* A list of that moment, to be freed; NULL if it cannot be made. */
MUST_CHECK char *cards_status_list(const struct cards *cards, int64_t now);
/* The same into its file; false after an error was printed. */
MUST_CHECK bool cards_publish(const struct cards *cards, int64_t now);

/* The key of the person at that place, made at its first use. False after an error was printed. */
MUST_CHECK bool cards_holder_key(const struct cards *cards, size_t place, struct signing_key *out);

#endif
