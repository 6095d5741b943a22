/* SPDX-License-Identifier: GPL-2.0-or-later */
/* store.c - the one store: it has the last answer of each person, and outlives a restart. */
#include "scenario.h"

#define PEOPLE_MAX 64

static struct kept {
	struct person_key key;
	struct entry entry;
} kept[PEOPLE_MAX];
static size_t count;
static enum store_state state;

static struct kept *kept_of(const struct person_key *key)
{
	for (size_t i = 0; i < count; i++)
		if (memcmp(kept[i].key.bytes, key->bytes, PERSON_KEY_LEN) == 0)
			return &kept[i];
	return NULL;
}

static void keep(void *ctx, const struct person_key *key, const struct entry *entry)
{
	struct kept *at = kept_of(key);

	(void)ctx;
	if (at == NULL && count == PEOPLE_MAX)
		fault("the store of this test is full");
	else if (at == NULL)
		kept[count++] = (struct kept){ *key, *entry };
	else
		at->entry = *entry;
}

static void forget(void *ctx, const struct person_key *key)
{
	struct kept *at = kept_of(key);

	(void)ctx;
	if (at != NULL)
		*at = kept[--count];
}

void store_new(void)
{
	count = 0;
	state = STORE_ANSWERS;
}

void store_attach(void)
{
	struct fake_tier *tier = fake_tier_opened;

	if (tier == NULL)
		return;
	tier->on_keep = keep;
	tier->on_forget = forget;
	tier->is_gone = state == STORE_GONE;
}

void store_set(enum store_state next)
{
	state = next;
	store_attach();
}

void store_purge(void)
{
	count = 0;
	if (fake_tier_opened != NULL)
		fake_tier_opened->events.removed(fake_tier_opened->events.ctx);
}

bool store_goes_on(void)
{
	struct fake_tier *tier = fake_tier_opened;
	struct tier_lookup *lookup = tier != NULL ? tier->lookups : NULL;

	if (lookup == NULL || state != STORE_ANSWERS)
		return false;
	for (size_t i = 0; i < lookup->count; i++) {
		const struct kept *at = kept_of(&lookup->keys[i]);

		if (at != NULL) {
			fake_tier_answer_lookup(tier, lookup, &at->entry, i);
			return true;
		}
	}
	fake_tier_answer_lookup(tier, lookup, NULL, 0);
	return true;
}
