/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * store_bench - what a kept answer costs: in memory and in LMDB, with ENTRIES of them.
 *
 *	store_bench DIRECTORY ENTRIES
 *
 * Prints one line of JSON: octets per entry, microseconds per hit (median of hits at random
 * places), and milliseconds to open the store. The store is filled in large transactions and keys
 * in order, which is how 10 million fit into a minute; hits are at random places all the same.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "cache/lmdb_env.h"
#include "cache/memory.h"

#define TOKEN_LEN 700 /* of an ES256 answer */
#define BATCH 20000
#define HITS 20000
#define NOW 1750000000
#define MEMORY_ENTRY_MAX 256

static double microseconds(void)
{
	struct timespec now;

	(void)clock_gettime(CLOCK_MONOTONIC, &now);
	return (double)now.tv_sec * 1e6 + (double)now.tv_nsec / 1e3;
}

/* In order, for LMDB. */
static void key_of(uint64_t number, uint8_t key[PERSON_KEY_LEN])
{
	memset(key, 0x5a, PERSON_KEY_LEN);
	for (int i = 0; i < 8; i++)
		key[i] = (uint8_t)(number >> (56 - 8 * i));
}

/* Evenly spread, as an HMAC is; the finisher of SplitMix64 is one to one. */
static void spread_key_of(uint64_t number, uint8_t key[PERSON_KEY_LEN])
{
	number = (number ^ number >> 30) * 0xbf58476d1ce4e5b9u;
	number = (number ^ number >> 27) * 0x94d049bb133111ebu;
	key_of(number ^ number >> 31, key);
}

static uint64_t next_random(uint64_t *state)
{
	*state ^= *state << 13;
	*state ^= *state >> 7;
	*state ^= *state << 17;
	return *state;
}

static int by_value(const void *one, const void *other)
{
	double a = *(const double *)one, b = *(const double *)other;

	return (a > b) - (a < b);
}

static double median(double *values, size_t count)
{
	qsort(values, count, sizeof(values[0]), by_value);
	return values[count / 2];
}

static bool measure_memory(uint64_t entries, double *octets, double *hit_us)
{
	struct memory_cache *cache = memory_new((size_t)entries * MEMORY_ENTRY_MAX * 2 + 1048576);
	const struct answer answer = { .result = RESULT_YES };
	static double taken[HITS];
	uint64_t state = 88172645463325252u;
	uint8_t key[PERSON_KEY_LEN];
	struct answer out;
	bool good = cache != NULL;

	for (uint64_t i = 0; good && i < entries; i++) {
		spread_key_of(i, key);
		memory_put(cache, key, NOW, NOW + 3600, &answer);
	}
	for (size_t i = 0; good && i < HITS; i++) {
		double began;

		spread_key_of(next_random(&state) % entries, key);
		began = microseconds();
		good = memory_get(cache, key, NOW, &out);
		taken[i] = microseconds() - began;
	}
	if (good) {
		struct memory_stats stats = memory_stats(cache);

		*octets = (double)stats.octets / (double)stats.entries;
		*hit_us = median(taken, HITS);
	}
	memory_free(cache);
	return good;
}

static void say(void *ctx, enum severity severity, const char *file, int line, const char *text)
{
	(void)ctx, (void)severity, (void)line;
	(void)fprintf(stderr, "store_bench: %s: %s\n", file != NULL ? file : "", text);
}

static const struct reporter to_stderr = { say, NULL };

static bool fill(const char *directory, uint64_t entries, size_t max_octets)
{
	struct lmdb_tables tables;
	MDB_env *env = lmdb_env_open(directory, max_octets, &tables, &to_stderr);
	static struct store_entry entry = { .stored_at = NOW, .keep_until = NOW + 3600,
		.token_len = TOKEN_LEN };
	uint8_t key[PERSON_KEY_LEN];
	MDB_txn *txn = NULL;
	bool good = env != NULL;

	memset(entry.token, 'A', TOKEN_LEN);
	for (uint64_t i = 0; good && i < entries; i++) {
		if (txn == NULL)
			good = mdb_txn_begin(env, NULL, 0, &txn) == 0;
		key_of(i, key);
		good = good && lmdb_entry_put(txn, &tables, key, &entry) == 0;
		if (good && (i % BATCH == BATCH - 1 || i == entries - 1)) {
			good = mdb_txn_commit(txn) == 0;
			txn = NULL;
		}
	}
	if (txn != NULL)
		mdb_txn_abort(txn);
	if (env != NULL)
		mdb_env_close(env);
	return good;
}

static bool measure_lmdb(const char *directory, uint64_t entries, double *octets, double *hit_us,
			 double *open_ms)
{
	size_t max_octets = (size_t)entries * 2048 + 64 * 1048576;
	static struct store_entry entry;
	static double taken[HITS];
	struct store_stats stats;
	struct store *store;
	uint64_t state = 88172645463325252u;
	uint8_t key[PERSON_KEY_LEN];
	double began;
	bool good = fill(directory, entries, max_octets);

	if (!good)
		return false;
	began = microseconds();
	store = store_lmdb_open(directory, max_octets, &to_stderr);
	*open_ms = (microseconds() - began) / 1e3;
	for (size_t i = 0; store != NULL && good && i < 2 * HITS; i++) {
		key_of(next_random(&state) % entries, key);
		began = microseconds();
		good = store->ops->get(store, key, NOW, &entry);
		taken[i % HITS] = microseconds() - began; /* the second half counts */
	}
	good = good && store != NULL && store->ops->stats(store, &stats);
	if (good) {
		*octets = (double)stats.octets / (double)stats.entries;
		*hit_us = median(taken, HITS);
	}
	if (store != NULL)
		store->ops->close(store);
	return good;
}

int main(int argc, char **argv)
{
	double memory_octets, memory_us, lmdb_octets, lmdb_us, open_ms;
	uint64_t entries;

	if (argc != 3 || (entries = strtoull(argv[2], NULL, 10)) == 0) {
		(void)fprintf(stderr, "usage: store_bench DIRECTORY ENTRIES\n");
		return 2;
	}
	if (!measure_memory(entries, &memory_octets, &memory_us)) {
		(void)fprintf(stderr, "store_bench: memory does not have what it was given\n");
		return 1;
	}
	if (!measure_lmdb(argv[1], entries, &lmdb_octets, &lmdb_us, &open_ms)) {
		(void)fprintf(stderr, "store_bench: LMDB does not have what it was given\n");
		return 1;
	}
	(void)printf("{\"entries\": %llu, \"memory_octets\": %.0f, \"memory_hit_us\": %.2f, "
		     "\"lmdb_octets\": %.0f, \"lmdb_hit_us\": %.2f, \"lmdb_open_ms\": %.2f}\n",
		(unsigned long long)entries, memory_octets, memory_us, lmdb_octets, lmdb_us,
		open_ms);
	return 0;
}
