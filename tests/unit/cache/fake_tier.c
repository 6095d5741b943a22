/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "fake_tier.h"

#include <stdlib.h>
#include <string.h>

enum fake_opening fake_tier_opening = FAKE_OPENS;
struct fake_tier *fake_tier_opened;

static void unlink_lookup(struct fake_tier *tier, struct tier_lookup *lookup)
{
	struct tier_lookup **link = &tier->lookups;

	while (*link != lookup) {
		if (*link == NULL)
			abort(); /* cancelled twice, or behind its end */
		link = &(*link)->next;
	}
	*link = lookup->next;
}

void fake_tier_answer_lookup(
	struct fake_tier *tier, struct tier_lookup *lookup, const struct entry *entry, size_t which)
{
	tier_found *found = lookup->found;
	void *ctx = lookup->ctx;

	unlink_lookup(tier, lookup);
	free(lookup);
	found(ctx, entry, which);
}

void fake_tier_answer(struct fake_tier *tier, const struct entry *entry, size_t which)
{
	if (tier->lookups == NULL)
		abort();
	fake_tier_answer_lookup(tier, tier->lookups, entry, which);
}

static struct tier_lookup *fake_recall(struct tier *tier, const struct person_key *const *keys,
	size_t count, tier_found *found, void *ctx)
{
	struct fake_tier *fake = (struct fake_tier *)tier;
	struct tier_lookup **link = &fake->lookups, *lookup;

	if (fake->is_gone || count == 0 || count > TIER_KEYS_MAX ||
		(lookup = calloc(1, sizeof(*lookup))) == NULL)
		return NULL;
	for (size_t i = 0; i < count; i++)
		lookup->keys[i] = *keys[i];
	lookup->count = count;
	lookup->found = found;
	lookup->ctx = ctx;
	while (*link != NULL)
		link = &(*link)->next;
	*link = lookup;
	fake->looked++;
	return lookup;
}

static void fake_cancel(struct tier *tier, struct tier_lookup *lookup, bool late)
{
	struct fake_tier *fake = (struct fake_tier *)tier;

	unlink_lookup(fake, lookup);
	free(lookup);
	fake->cancelled++;
	fake->late += late;
}

static void fake_keep(struct tier *tier, const struct person_key *key, const struct entry *entry)
{
	struct fake_tier *fake = (struct fake_tier *)tier;

	fake->kept++;
	fake->kept_under = *key;
	fake->entry = *entry;
	if (fake->on_keep != NULL)
		fake->on_keep(fake->ctx, key, entry);
}

static void fake_forget(struct tier *tier, const struct person_key *key)
{
	struct fake_tier *fake = (struct fake_tier *)tier;

	fake->forgotten_under[fake->forgotten++ % FAKE_FORGOTTEN_MAX] = *key;
	if (fake->on_forget != NULL)
		fake->on_forget(fake->ctx, key);
}

static void fake_health(struct tier *tier, struct tier_health *out)
{
	*out = (struct tier_health){ .reads = !((struct fake_tier *)tier)->is_gone };
}

static void fake_close(struct tier *tier, int64_t deadline_ms)
{
	struct fake_tier *fake = (struct fake_tier *)tier;

	(void)deadline_ms;
	if (fake->lookups != NULL)
		abort(); /* each look has ended before */
	if (fake_tier_opened == fake)
		fake_tier_opened = NULL;
	free(fake);
}

static struct tier *open_as(const struct tier_ops *ops, const struct tier_events *events)
{
	struct fake_tier *fake;

	fake_tier_opened = NULL;
	if (fake_tier_opening != FAKE_OPENS || (fake = calloc(1, sizeof(*fake))) == NULL)
		return NULL;
	fake->tier.ops = ops;
	fake->events = *events;
	fake_tier_opened = fake;
	return &fake->tier;
}

#define FAKE_OPS(from)                                                                             \
	{                                                                                          \
		.source = (from), .recall = fake_recall, .cancel = fake_cancel, .keep = fake_keep, \
		.forget = fake_forget, .health = fake_health, .close = fake_close,                 \
	}

struct tier *disk_open(const struct cache_options *options, struct engine *engine,
	const struct tier_events *events)
{
	static const struct tier_ops ops = FAKE_OPS(SOURCE_CACHE);

	(void)options;
	(void)engine;
	return open_as(&ops, events);
}

struct tier *redis_open(const struct cache_options *options, struct engine *engine,
	const struct tier_events *events, bool *fatal)
{
	static const struct tier_ops ops = FAKE_OPS(SOURCE_SHARED_CACHE);

	(void)options;
	(void)engine;
	*fatal = fake_tier_opening == FAKE_IS_FATAL;
	return open_as(&ops, events);
}
