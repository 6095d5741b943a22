/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "cards.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "card_status.h"
#include "state_files.h"

#define STATUS_FILE "cards.status.jwt"
#define KEYS_FILE "cards.jwks.json"
#define A_DAY ((int64_t)24 * 3600)

/* Written only when it changes: several programs may issue from one folder at once. */
static bool publish_keys(struct cards *cards)
{
	const char *folder = cards->options->state;
	const struct signing_key none = { .key = NULL };
	char *kept = state_has(folder, KEYS_FILE) ? state_read_text(folder, KEYS_FILE) : NULL;
	bool is_new;

	cards->jwks = signer_jwk_set(&cards->key, &none);
	is_new = kept == NULL || cards->jwks == NULL || strcmp(kept, cards->jwks) != 0;
	free(kept);
	return cards->jwks != NULL &&
	       (!is_new || state_replace_text(folder, KEYS_FILE, cards->jwks));
}

static bool find_address(struct cards *cards, uint16_t port)
{
	const char *given = cards->options->status_uri;
	char *address;

	if (given != NULL && strcmp(given, "none") == 0)
		return true;
	if (given != NULL) {
		cards->status_uri = strdup(given);
	} else {
		address = options_address(cards->options, port);
		if (address == NULL ||
			asprintf(&cards->status_uri, "%s" CARDS_STATUS_PATH, address) < 0)
			cards->status_uri = NULL;
		free(address);
	}
	return cards->status_uri != NULL;
}

bool cards_open(const struct options *options, const struct people *people, uint16_t port,
	struct cards *out)
{
	const char *algorithm = options->algorithm != NULL ? options->algorithm : "ES256";

	*out = (struct cards){ .options = options, .people = people };
	out->statuses = calloc(people_count(people) + 1, 1);
	if (out->statuses == NULL || !find_address(out, port))
		return false;
	cards_reset(out);
	return state_make_folder(options->state) &&
	       signer_take(state_keep_key(options->state, "cards.key", algorithm), &out->key) &&
	       publish_keys(out);
}

void cards_close(struct cards *cards)
{
	signer_clear(&cards->key);
	free(cards->jwks);
	free(cards->statuses);
	free(cards->status_uri);
	*cards = (struct cards){ .jwks = NULL };
}

bool cards_set_status(struct cards *cards, size_t place, const char *status)
{
	if (status != NULL)
		return card_status_of_name(status, &cards->statuses[place]);
	cards->statuses[place] = people_entry(cards->people, place)->card;
	return true;
}

void cards_reset(struct cards *cards)
{
	for (size_t i = 0; i < people_count(cards->people); i++)
		cards->statuses[i] = people_entry(cards->people, i)->card;
}

char *cards_status_list(const struct cards *cards, int64_t now)
{
	int64_t valid_for = cards->options->valid_for > 0 ? cards->options->valid_for : A_DAY;

	return cards->status_uri == NULL
		       ? NULL
		       : card_status_list(&cards->key, cards->status_uri, now, now + valid_for,
				 cards->statuses, people_count(cards->people));
}

bool cards_publish(const struct cards *cards, int64_t now)
{
	char *list = cards_status_list(cards, now);
	bool done = cards->status_uri == NULL ||
		    (list != NULL && state_replace_text(cards->options->state, STATUS_FILE, list));

	free(list);
	return done;
}

bool cards_holder_key(const struct cards *cards, size_t place, struct signing_key *out)
{
	char name[40];

	(void)snprintf(name, sizeof(name), "holder-%zu.key", place + 1);
	return signer_take(state_keep_key(cards->options->state, name, "ES256"), out);
}
