/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * fake_tier.h - disk_open() and redis_open() of a tier that says what a test wants it to: each look
 * waits until the test answers it, and what is kept and forgotten is written down. For programs
 * that must not pull in the real tiers.
 */
#ifndef MIGRANTID_TEST_FAKE_TIER_H
#define MIGRANTID_TEST_FAKE_TIER_H

#include "cache/cache_internal.h"

struct tier_lookup {
	struct tier_lookup *next; /* the oldest first */
	struct person_key keys[TIER_KEYS_MAX];
	size_t count;
	tier_found *found;
	void *ctx;
};

#define FAKE_FORGOTTEN_MAX 4

struct fake_tier {
	struct tier tier; /* first */
	struct tier_events events;
	struct tier_lookup *lookups;
	unsigned looked, cancelled, late; /* how often */
	bool is_gone; /* no look can be had now */

	unsigned kept, forgotten; /* how often; and the last: */
	struct person_key kept_under, forgotten_under[FAKE_FORGOTTEN_MAX];
	struct entry entry;

	/* Called too, where they are set. */
	void (*on_keep)(void *ctx, const struct person_key *key, const struct entry *entry);
	void (*on_forget)(void *ctx, const struct person_key *key);
	void *ctx;
};

enum fake_opening { FAKE_OPENS, FAKE_IS_GONE, FAKE_IS_FATAL };
extern enum fake_opening fake_tier_opening; /* what the next opening comes to */
extern struct fake_tier *fake_tier_opened; /* the last; NULL once it was closed */

/* Answer the oldest look, or another one; NULL: nothing was found. */
void fake_tier_answer(struct fake_tier *tier, const struct entry *entry, size_t which);
void fake_tier_answer_lookup(struct fake_tier *tier, struct tier_lookup *lookup,
	const struct entry *entry, size_t which);

#endif
