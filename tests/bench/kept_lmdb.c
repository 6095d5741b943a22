/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * kept_lmdb.c - the store of one machine. It is filled in large transactions and keys in order,
 * which is how 10 million fit into a minute; hits are at random places all the same.
 */
#include "cache/lmdb_env.h"
#include "kept.h"
#include "measure.h"

#define BATCH 20000

static bool fill(const struct kept *kept, const char *directory, uint64_t entries, size_t max_octets)
{
	struct lmdb_tables tables;
	MDB_env *env = lmdb_env_open(directory, max_octets, &tables, &kept_reporter);
	uint8_t key[PERSON_KEY_LEN];
	MDB_txn *txn = NULL;
	bool good = env != NULL;

	for (uint64_t i = 0; good && i < entries; i++) {
		if (txn == NULL)
			good = mdb_txn_begin(env, NULL, 0, &txn) == 0;
		kept_key(i, true, key);
		good = good && lmdb_entry_put(txn, &tables, key, &kept->entry) == 0;
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

static bool look(const struct kept *kept, struct store *store, uint64_t entries,
		 struct kept_cost *cost)
{
	static double reads[KEPT_HITS], hits[KEPT_HITS];
	static struct store_entry found;
	uint64_t state = 88172645463325252u;
	uint8_t key[PERSON_KEY_LEN];
	bool good = true;

	/* The second half counts: what is looked for often is in the machine's memory. */
	for (size_t i = 0; good && i < 2 * KEPT_HITS; i++) {
		double began;

		kept_key(measure_random(&state) % entries, true, key);
		began = measure_now_us();
		good = store->ops->get(store, key, KEPT_NOW, &found);
		reads[i % KEPT_HITS] = measure_now_us() - began;
		good = good && kept_holds(kept, &found);
		hits[i % KEPT_HITS] = measure_now_us() - began;
	}
	cost->read_us = measure_median(reads, KEPT_HITS);
	cost->hit_us = measure_median(hits, KEPT_HITS);
	return good;
}

bool kept_in_lmdb(const struct kept *kept, const char *directory, uint64_t entries,
		  struct kept_cost *cost)
{
	size_t max_octets = (size_t)entries * 2048 + 64 * 1048576;
	struct store_stats stats;
	struct store *store;
	double began;
	bool good;

	if (!fill(kept, directory, entries, max_octets))
		return false;
	began = measure_now_us();
	store = store_lmdb_open(directory, max_octets, &kept_reporter);
	if (store == NULL)
		return false;
	cost->open_ms = (measure_now_us() - began) / 1e3;
	good = look(kept, store, entries, cost) && store->ops->stats(store, &stats);
	if (good)
		cost->octets = (double)stats.octets / (double)stats.entries;
	store->ops->close(store);
	return good;
}
