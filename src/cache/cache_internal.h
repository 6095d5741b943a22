/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * cache_internal.h - what the files of this folder share and nobody else sees.
 *
 * A tier is what stands behind memory: disk.c or redis.c, alike in shape. It holds pseudonyms and
 * signed answers, no more. A miss is no error, and neither is a tier that is gone.
 */
#ifndef MIGRANTID_CACHE_INTERNAL_H
#define MIGRANTID_CACHE_INTERNAL_H

#include <pthread.h>
#include <stdatomic.h>

#include "answer/jws.h"
#include "cache/cache.h"
#include "cache/entry.h"

#define TIER_KEYS_MAX 2

struct tier; /* each tier's own structure begins with this */
struct tier_lookup; /* one look under way; each tier's own */

/*
 * What a look found: an entry and which of the keys it was under, or NULL. The entry is the tier's
 * and lives as long as the call. Engine thread.
 */
typedef void tier_found(void *ctx, const struct entry *entry, size_t which);

/* What a tier says by itself. Engine thread. */
struct tier_events {
	/*
	 * Somebody has removed entries (another process's purge). Told after every look that may
	 * have read them before, and before any that begins later is answered.
	 */
	void (*removed)(void *ctx);
	void *ctx;
};

struct tier_health {
	bool reads, writes;
};

/* Engine thread, all but open (each tier's own function), health and close. */
struct tier_ops {
	enum source source;
	/*
	 * Look under up to TIER_KEYS_MAX keys; the first that has an entry counts. NULL: not to be
	 * had now, nothing will be called. Else `found` is called exactly once and never from
	 * within recall(), unless cancel() comes first.
	 */
	struct tier_lookup *(*recall)(struct tier *tier, const struct person_key *const *keys,
		size_t count, tier_found *found, void *ctx);
	/*
	 * Nobody waits any more; `late`: it should have answered, which is held against the tier.
	 */
	void (*cancel)(struct tier *tier, struct tier_lookup *lookup, bool late);
	/* Best effort, waits for nothing, replaces what was there. */
	void (*keep)(struct tier *tier, const struct person_key *key, const struct entry *entry);
	/*
	 * The service has refused this person: what is kept under the key must not be found again.
	 * A tier that cannot write it down within its own bound closes itself for reading.
	 */
	void (*forget)(struct tier *tier, const struct person_key *key);
	void (*health)(struct tier *tier, struct tier_health *out); /* any thread */
	/* From outside the engine's thread, with the engine running; frees the tier. */
	void (*close)(struct tier *tier, int64_t deadline_ms);
};

struct tier {
	const struct tier_ops *ops;
};

/*
 * A tier's opening: from outside the engine's thread, with the engine running. All in `options` is
 * borrowed until close. NULL: it was said why; sales go on without the tier.
 */
MUST_CHECK struct tier *disk_open(const struct cache_options *options, struct engine *engine,
	const struct tier_events *events);
/* *fatal: the configuration is at fault (an address, a file), not Redis. */
MUST_CHECK struct tier *redis_open(const struct cache_options *options, struct engine *engine,
	const struct tier_events *events, bool *fatal);

struct refusals;

/* A look into the tier for somebody. */
struct cache_recall {
	struct cache *cache;
	struct cache_question question;
	struct tier_lookup *lookup;
	cache_recalled *recalled;
	void *ctx;
	int64_t due_ms; /* monotonic: it is given up */
	struct cache_recall *next, *previous; /* of cache->recalls, the oldest first */
};

struct cache {
	struct cache_options options;
	struct engine *engine;
	struct memory_cache *memory; /* locks for itself */
	struct refusals *refusals; /* likewise */
	struct tier *tier; /* NULL: none */

	pthread_mutex_t mutex;
	struct answer_policy *policy; /* mutex */

	/* The engine thread's alone. */
	struct cache_recall *first, *last;
	struct engine_timer *patience; /* of the first recall */
	int64_t floor_ms; /* monotonic: what Redis has from before proves nothing; see recall.c */

	struct {
		atomic_uint_fast64_t memory_hits, memory_misses; /* a lookup is one */
		atomic_uint_fast64_t tier_hits, tier_misses, tier_rejected;
	} count;
};

/* cache.c: the policy in force, with a reference of the caller's. Any thread. */
struct answer_policy *cache_policy(struct cache *cache);
/*
 * Into memory, unless another policy has come since: what was verified under the old one would stay
 * there, after memory was voided for the new.
 */
void cache_put(struct cache *cache, const struct answer_policy *policy,
	const uint8_t key[PERSON_KEY_LEN], int64_t now, int64_t until, const struct answer *answer);
/*
 * No yes to a question that was signed then or before is believed: when the service last refused
 * the person, under either key, or where so many have been refused since that one has made way
 * (refusals.h). Any thread.
 */
int64_t cache_refused_at(struct cache *cache, const struct cache_question *question);
/*
 * The service has refused the person of a question: memory loses what it has of them, and no yes
 * from before is believed again. Any thread.
 */
void cache_note_refusal(struct cache *cache, const struct cache_question *question, int64_t iat);

/* recall.c, engine thread */
MUST_CHECK bool recalls_open(struct cache *cache); /* false: out of memory */
void recalls_close(struct cache *cache);
void recalls_removed(void *ctx); /* tier_events.removed */

#endif
