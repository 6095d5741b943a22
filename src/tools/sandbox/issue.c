/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "issue.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "card.h"
#include "cards.h"

#define DAYS_30 ((int64_t)30 * 24 * 3600)
#define JUST_BEFORE 60 /* s that a card is older than the presentation of it, as a rule */

static int complain(const char *what)
{
	(void)fprintf(stderr, "migrantid-sandbox: %s\n", what);
	return EXIT_FAILURE;
}

static int64_t now_of(const struct options *options)
{
	return options->at >= 0 ? options->at : clock_wall(&system_clock);
}

static int print(char *text)
{
	if (text == NULL)
		return complain("it could not be made");
	(void)puts(text);
	free(text);
	return fflush(stdout) == 0 ? EXIT_SUCCESS : complain("standard output is full");
}

/* Without a nonce the card as its holder gets it; a printed card has nobody to sign for it. */
static int present(const struct options *options, const struct card *card,
	const struct signing_key *holder_key, int64_t now)
{
	const char *unknown;
	char *shown = card_show(card, options->disclose, &unknown), *bound;

	if (unknown != NULL) {
		(void)fprintf(stderr, "migrantid-sandbox: --disclose: the card has no %.*s\n",
			(int)strcspn(unknown, ","), unknown);
		return EXIT_FAILURE;
	}
	if (shown == NULL || options->nonce == NULL || options->printed)
		return print(shown);
	bound = card_bind(shown, holder_key, options->audience, options->nonce, now);
	free(shown);
	return print(bound);
}

static int issue(const struct options *options, const struct cards *cards,
	const struct person_document *document, size_t place)
{
	int64_t now = now_of(options);
	int64_t issued_at = options->issued_at >= 0 ? options->issued_at : now - JUST_BEFORE;
	struct signing_key holder_key = { .key = NULL };
	struct card_terms terms = {
		.issuer_key = &cards->key,
		.holder_key = options->printed ? NULL : &holder_key,
		.issuer = options->issuer,
		.vct = options->vct,
		.status_uri = cards->status_uri,
		.status_index = place,
		.issued_at = issued_at,
		.expires_at = issued_at + (options->valid_for > 0 ? options->valid_for : DAYS_30),
	};
	struct card card = { .token = NULL };
	int status = EXIT_FAILURE;

	if (!options->printed && !cards_holder_key(cards, place, &holder_key))
		status = complain("there is no key of the holder's");
	else if (!card_issue(&terms, document, &card))
		status = complain("the card could not be made");
	else
		status = present(options, &card, &holder_key, now);
	card_clear(&card);
	signer_clear(&holder_key);
	return status;
}

int issue_card(const struct options *options, const struct people *people)
{
	const struct person_document *document = people_number(people, options->issue);
	struct cards cards;
	int status = EXIT_FAILURE;

	if (document == NULL)
		return complain("nobody in the people file, or more than one, has that document");
	if (cards_open(options, people, options->port, &cards))
		status = issue(options, &cards, document, people_place(people, document->of));
	cards_close(&cards);
	return status;
}

int issue_status_list(const struct options *options, const struct people *people)
{
	struct cards cards;
	int status = EXIT_FAILURE;

	if (cards_open(options, people, options->port, &cards))
		status = print(cards_status_list(&cards, now_of(options)));
	cards_close(&cards);
	return status;
}
