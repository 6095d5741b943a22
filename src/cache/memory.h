/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * memory.h - verified answers in this process: sharded, bounded in octets, least recently used
 * out first, nothing past its time handed out. Keyed by the person's pseudonym, which is an
 * HMAC under the operator's secret: nobody outside can choose keys that fall together.
 *
 * Entries are verified before they enter (answer.h). A reader still asks key_set_holds()
 * whether the key that vouched is in force. All functions are thread-safe: one mutex per shard,
 * never two at once, nothing called with one held.
 */
#ifndef MIGRANTID_MEMORY_H
#define MIGRANTID_MEMORY_H

#include "answer/answer.h"
#include "base/base.h"
#include "person/person_key.h"

struct memory_cache; /* opaque */

struct memory_stats {
	uint64_t entries, octets, evicted, expired;
};

/* max_octets 0: a cache that keeps nothing. NULL if out of memory. */
MUST_CHECK struct memory_cache *memory_new(size_t max_octets);
void memory_free(struct memory_cache *cache);

/* Copy the answer kept for this person. False if there is none or keep_until <= now. A clock that
 * steps back behind an entry's own time of insertion makes it a miss, too. */
MUST_CHECK bool memory_get(struct memory_cache *cache, const uint8_t key[PERSON_KEY_LEN],
	int64_t now, struct answer *out);

/* Keep an answer until keep_until (seconds since 1970), replacing what was kept for the person. */
void memory_put(struct memory_cache *cache, const uint8_t key[PERSON_KEY_LEN], int64_t now,
	int64_t keep_until, const struct answer *answer);

void memory_remove(struct memory_cache *cache, const uint8_t key[PERSON_KEY_LEN]);
void memory_clear(struct memory_cache *cache);
struct memory_stats memory_stats(struct memory_cache *cache);

#endif
