/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * kept_disk.c - the store of one machine. It is filled in large transactions and keys in order,
 * which is how 10 million fit into minutes; hits are at random places all the same. Read as the
 * disk's own thread reads, and then through the tier, there and back between threads.
 */
#include <semaphore.h>
#include <string.h>

#include "cache/cache_internal.h"
#include "cache/disk_file.h"
#include "kept.h"
#include "measure.h"

#define BATCH 5000
#define BUSY_MS 50

static bool put(struct disk_file *file, const struct kept *kept, const uint8_t *octets, uint64_t i)
{
	uint8_t key[PERSON_KEY_LEN];
	const struct disk_row row = { key, kept->entry.stored_at, kept->entry.keep_until, octets,
		entry_len(&kept->entry) };

	kept_key(i, true, key);
	return disk_put(file, &row) == DISK_OK;
}

static bool fill(struct disk_file *file, const struct kept *kept, uint64_t entries)
{
	static uint8_t octets[ENTRY_LEN_MAX];
	bool good =
		sqlite3_exec(file->db, "PRAGMA synchronous = OFF", NULL, NULL, NULL) == SQLITE_OK;

	entry_pack(&kept->entry, octets);
	for (uint64_t i = 0; good && i < entries; i++) {
		if (i % BATCH == 0)
			good = disk_begin_write(file, false) == DISK_OK;
		good = good && put(file, kept, octets, i);
		if (good && (i % BATCH == BATCH - 1 || i == entries - 1))
			good = disk_commit(file) == DISK_OK;
	}
	return good;
}

static bool get(struct disk_file *file, const uint8_t key[PERSON_KEY_LEN], struct entry *out)
{
	int64_t version;
	bool found = false;

	return disk_begin_read(file) == DISK_OK && disk_data_version(file, &version) == DISK_OK &&
	       disk_get(file, key, KEPT_NOW, out, &found) == DISK_OK &&
	       disk_commit(file) == DISK_OK && found;
}

/* The second half counts: what is looked for often is in the machine's memory. */
static bool read_directly(struct disk_file *file, uint64_t entries, struct kept_cost *cost)
{
	static double taken[KEPT_HITS];
	static struct entry found;
	uint64_t state = 88172645463325252u;
	uint8_t key[PERSON_KEY_LEN];
	bool good = true;

	for (size_t i = 0; good && i < 2 * KEPT_HITS; i++) {
		double began;

		kept_key(measure_random(&state) % entries, true, key);
		began = measure_now_us();
		good = get(file, key, &found);
		taken[i % KEPT_HITS] = measure_now_us() - began;
	}
	cost->read_us = measure_median(taken, KEPT_HITS);
	return good;
}

/* One look through the tier. */
struct hit {
	const struct kept *kept;
	struct tier *tier;
	struct person_key key;
	sem_t done;
	bool good;
};

static void on_found(void *ctx, const struct entry *entry, size_t which)
{
	struct hit *hit = ctx;

	(void)which;
	hit->good = entry != NULL && kept_holds(hit->kept, entry);
	(void)sem_post(&hit->done);
}

static void recall(void *ctx)
{
	struct hit *hit = ctx;
	const struct person_key *keys[] = { &hit->key };

	hit->good = false;
	if (hit->tier->ops->recall(hit->tier, keys, 1, on_found, hit) == NULL)
		(void)sem_post(&hit->done);
}

static bool read_through(
	struct engine *engine, struct hit *hit, uint64_t entries, struct kept_cost *cost)
{
	static double taken[KEPT_HITS];
	uint64_t state = 362436069362436069u;
	bool good = sem_init(&hit->done, 0, 0) == 0;

	for (size_t i = 0; good && i < KEPT_HITS; i++) {
		double began;

		kept_key(measure_random(&state) % entries, true, hit->key.bytes);
		began = measure_now_us();
		engine_call(engine, recall, hit);
		while (sem_wait(&hit->done) != 0)
			;
		taken[i] = measure_now_us() - began;
		good = hit->good;
	}
	cost->hit_us = measure_median(taken, KEPT_HITS);
	return good;
}

static int64_t wall(void *ctx)
{
	(void)ctx;
	return KEPT_NOW;
}

static int64_t mono_ms(void *ctx)
{
	(void)ctx;
	return clock_mono_ms(&system_clock);
}

static void removed(void *ctx)
{
	(void)ctx;
}

static bool measure_tier(const struct kept *kept, const struct disk_file_options *options,
	uint64_t entries, struct kept_cost *cost)
{
	const struct tier_events events = { removed, NULL };
	const struct cache_options cache = {
		.tier = CACHE_DISK,
		.disk_directory = options->directory,
		.disk_octets = options->max_octets,
		.clock = { wall, mono_ms, NULL },
		.reporter = kept_reporter,
	};
	struct engine *engine = engine_start();
	static struct hit hit;
	bool good = false;

	hit.kept = kept;
	hit.tier = engine != NULL ? disk_open(&cache, engine, &events) : NULL;
	if (hit.tier != NULL) {
		good = read_through(engine, &hit, entries, cost);
		cost->memory = (double)sqlite3_memory_used();
		hit.tier->ops->close(hit.tier, 10000);
	}
	engine_stop(engine);
	return good;
}

static bool count(struct disk_file *file, struct kept_cost *cost)
{
	struct disk_count all;
	bool good = disk_begin_read(file) == DISK_OK && disk_count(file, &all) == DISK_OK &&
		    disk_commit(file) == DISK_OK && all.entries > 0;

	if (good)
		cost->octets = (double)all.octets / (double)all.entries;
	return good;
}

bool kept_in_disk(
	const struct kept *kept, const char *directory, uint64_t entries, struct kept_cost *cost)
{
	static struct disk_file file;
	const struct disk_file_options options = { directory, entries * 2048 + 64 * 1048576,
		BUSY_MS, true };
	bool good = disk_file_open(&file, &options) == DISK_OK && fill(&file, kept, entries);
	double began;

	disk_file_close(&file);
	began = measure_now_us();
	good = good && disk_file_open(&file, &options) == DISK_OK;
	cost->open_ms = (measure_now_us() - began) / 1e3;
	good = good && read_directly(&file, entries, cost) && count(&file, cost);
	disk_file_close(&file);
	return good && measure_tier(kept, &options, entries, cost);
}
