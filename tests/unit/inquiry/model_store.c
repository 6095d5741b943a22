/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <stdlib.h>
#include <string.h>

#include "model.h"

#define HISTORY 12 /* entries of a document that it can go back to */

static struct {
	struct entry history[HISTORY];
	unsigned count;
	bool has;
} store[DOCUMENTS];

static void on_keep(void *ctx, const struct person_key *key, const struct entry *entry)
{
	const struct decision *d = decision_of_jws(entry->token, entry->token_len);

	(void)ctx;
	if (d == NULL || strcmp(d->sbj.text, key->text) != 0 || !is_the_persons(d))
		wrong("the store is given what it may not have");
	store[d->document].history[store[d->document].count++ % HISTORY] = *entry;
	store[d->document].has = true;
}

static unsigned document_of(const struct person_key *key)
{
	for (unsigned i = 0; i < SALES; i++) {
		const struct cache_question *asked = &sales[i].question.asked;

		if (sales[i].document != NOTHING &&
			(strcmp(asked->sbj.text, key->text) == 0 ||
				strcmp(asked->previous.text, key->text) == 0))
			return sales[i].document;
	}
	return NOTHING; /* of a sale that is over */
}

static void on_forget(void *ctx, const struct person_key *key)
{
	unsigned document = document_of(key);

	(void)ctx;
	if (document != NOTHING)
		store[document].has = false;
}

static const struct entry *some_of(unsigned document, unsigned back)
{
	unsigned count = document == NOTHING ? 0 : store[document].count;

	if (count == 0 || back >= count || back >= HISTORY)
		return NULL;
	return &store[document].history[(count - 1 - back) % HISTORY];
}

/* What the service has said to anybody, as if it had been kept. */
static const struct entry *made_up(const struct server *s)
{
	static struct entry entry;
	const char *jws = service_old_answer();

	if (jws == NULL)
		return NULL;
	entry = (struct entry){
		.stored_at = s->time.wall, .keep_until = INT64_MAX, .token_len = strlen(jws)
	};
	memcpy(entry.token, jws, entry.token_len);
	return &entry;
}

void store_answers(struct server *s)
{
	struct tier_lookup *lookup = s->tier->lookups;
	unsigned document = document_of(&lookup->keys[0]);
	const struct entry *entry = NULL;
	size_t which = one_in(2) ? lookup->count - 1 : 0;
	unsigned lie = chance(20);

	if (lie == 0)
		return; /* not yet */
	if (lie < 7)
		entry = some_of(document, chance(HISTORY));
	else if (lie < 8)
		entry = some_of(chance(DOCUMENTS), 0);
	else if (lie < 10)
		entry = made_up(s);
	else if (document != NOTHING && store[document].has)
		entry = some_of(document, 0);
	if (entry != NULL)
		shown(s, &lookup->keys[which], entry);
	fake_tier_answer(s->tier, entry, which);
}

void store_attach(struct fake_tier *tier)
{
	tier->on_keep = on_keep;
	tier->on_forget = on_forget;
}

void store_purge(void)
{
	for (unsigned i = 0; i < DOCUMENTS && one_in(2); i++)
		store[i].has = false;
}
