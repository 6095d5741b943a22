/* SPDX-License-Identifier: GPL-2.0-or-later */
/* kept_memory.c - the cache of each server's own memory: it holds what has been verified. */
#include "cache/memory.h"
#include "kept.h"
#include "measure.h"

#define ENTRY_ROOM 512 /* more than one needs */

bool kept_in_memory(const struct kept *kept, uint64_t entries, struct kept_cost *cost)
{
	struct memory_cache *cache = memory_new((size_t)entries * ENTRY_ROOM + 1048576);
	const struct answer answer = { .result = RESULT_YES };
	static double taken[KEPT_HITS];
	uint64_t state = 88172645463325252u;
	uint8_t key[PERSON_KEY_LEN];
	struct answer out;
	bool good = cache != NULL;

	for (uint64_t i = 0; good && i < entries; i++) {
		kept_key(i, false, key);
		memory_put(cache, key, KEPT_NOW, kept->entry.keep_until, &answer);
	}
	for (size_t i = 0; good && i < KEPT_HITS; i++) {
		double began;

		kept_key(measure_random(&state) % entries, false, key);
		began = measure_now_us();
		good = memory_get(cache, key, KEPT_NOW, &out);
		taken[i] = measure_now_us() - began;
	}
	if (good) {
		struct memory_stats stats = memory_stats(cache);

		cost->octets = (double)stats.octets / (double)stats.entries;
		cost->read_us = cost->hit_us = measure_median(taken, KEPT_HITS);
		cost->open_ms = 0;
		cost->memory = (double)stats.octets;
	}
	memory_free(cache);
	return good;
}
