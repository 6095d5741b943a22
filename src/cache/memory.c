/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "cache/memory.h"

#include <pthread.h>
#include <stdlib.h>
#include <string.h>

#include <openssl/rand.h>

#define SHARDS 16 /* a power of two */
#define BUCKETS_FIRST 64 /* of a shard; doubled as it fills */

struct entry {
	struct entry *next_in_bucket;
	struct entry *newer, *older; /* by last use */
	uint8_t key[PERSON_KEY_LEN];
	int64_t inserted, keep_until; /* seconds since 1970 */
	struct answer answer;
};

struct shard {
	pthread_mutex_t mutex;
	struct entry **buckets;
	size_t bucket_count; /* a power of two */
	struct entry *newest, *oldest;
	size_t entries, entries_max;
	uint64_t evicted, expired;
};

struct memory_cache {
	uint64_t seed; /* so that nobody knows which keys fall together, whatever they know */
	struct shard shards[SHARDS];
};

/* An entry and its share of the buckets, which are at most half as many as they could be. */
#define ENTRY_OCTETS (sizeof(struct entry) + 2 * sizeof(struct entry *))

static bool shard_init(struct shard *shard, size_t max_octets)
{
	*shard = (struct shard){ .bucket_count = BUCKETS_FIRST,
		.entries_max = max_octets / ENTRY_OCTETS };
	shard->buckets = calloc(shard->bucket_count, sizeof(shard->buckets[0]));
	return shard->buckets != NULL && pthread_mutex_init(&shard->mutex, NULL) == 0;
}

struct memory_cache *memory_new(size_t max_octets)
{
	struct memory_cache *cache = calloc(1, sizeof(*cache));

	if (cache == NULL)
		return NULL;
	for (size_t i = 0; i < SHARDS; i++) {
		if (!shard_init(&cache->shards[i], max_octets / SHARDS)) {
			free(cache->shards[i].buckets);
			cache->shards[i].buckets = NULL;
			memory_free(cache);
			return NULL;
		}
	}
	if (RAND_bytes((unsigned char *)&cache->seed, sizeof(cache->seed)) != 1) {
		memory_free(cache);
		return NULL;
	}
	return cache;
}

/* The key is an HMAC: any eight octets of it are a good hash, once the seed is mixed in. */
static uint64_t hash_of(const struct memory_cache *cache, const uint8_t key[PERSON_KEY_LEN])
{
	uint64_t hash;

	memcpy(&hash, key, sizeof(hash));
	hash = (hash ^ cache->seed) * 0x9e3779b97f4a7c15u;
	return hash ^ hash >> 32;
}

static struct shard *shard_of(struct memory_cache *cache, uint64_t hash)
{
	return &cache->shards[hash >> 40 & (SHARDS - 1)];
}

static struct entry **bucket_of(struct shard *shard, uint64_t hash)
{
	return &shard->buckets[hash & (shard->bucket_count - 1)];
}

static struct entry *find(struct shard *shard, uint64_t hash, const uint8_t key[PERSON_KEY_LEN])
{
	struct entry *entry = *bucket_of(shard, hash);

	while (entry != NULL && memcmp(entry->key, key, PERSON_KEY_LEN) != 0)
		entry = entry->next_in_bucket;
	return entry;
}

static void unlink_use(struct shard *shard, struct entry *entry)
{
	if (entry->newer != NULL)
		entry->newer->older = entry->older;
	else
		shard->newest = entry->older;
	if (entry->older != NULL)
		entry->older->newer = entry->newer;
	else
		shard->oldest = entry->newer;
}

static void link_newest(struct shard *shard, struct entry *entry)
{
	entry->newer = NULL;
	entry->older = shard->newest;
	if (shard->newest != NULL)
		shard->newest->newer = entry;
	else
		shard->oldest = entry;
	shard->newest = entry;
}

static void drop(struct memory_cache *cache, struct shard *shard, struct entry *entry)
{
	struct entry **link = bucket_of(shard, hash_of(cache, entry->key));

	while (*link != entry)
		link = &(*link)->next_in_bucket;
	*link = entry->next_in_bucket;
	unlink_use(shard, entry);
	shard->entries--;
	free(entry);
}

static void empty(struct memory_cache *cache, struct shard *shard)
{
	while (shard->oldest != NULL)
		drop(cache, shard, shard->oldest);
}

void memory_free(struct memory_cache *cache)
{
	if (cache == NULL)
		return;
	for (size_t i = 0; i < SHARDS && cache->shards[i].buckets != NULL; i++) {
		empty(cache, &cache->shards[i]);
		free(cache->shards[i].buckets);
		pthread_mutex_destroy(&cache->shards[i].mutex);
	}
	free(cache);
}

/* Twice as many buckets; without memory for them the chains grow longer, which is no error. */
static void grow(struct memory_cache *cache, struct shard *shard)
{
	size_t count = shard->bucket_count * 2;
	struct entry **buckets = calloc(count, sizeof(buckets[0]));

	if (buckets == NULL)
		return;
	free(shard->buckets);
	shard->buckets = buckets;
	shard->bucket_count = count;
	for (struct entry *entry = shard->oldest; entry != NULL; entry = entry->newer) {
		struct entry **bucket = bucket_of(shard, hash_of(cache, entry->key));

		entry->next_in_bucket = *bucket;
		*bucket = entry;
	}
}

/* `now` before the insertion: the clock has stepped back, and keep_until means nothing any more. */
static bool is_current(const struct entry *entry, int64_t now)
{
	return now >= entry->inserted && now < entry->keep_until;
}

bool memory_get(struct memory_cache *cache, const uint8_t key[PERSON_KEY_LEN], int64_t now,
	struct answer *out)
{
	uint64_t hash = hash_of(cache, key);
	struct shard *shard = shard_of(cache, hash);
	struct entry *entry;
	bool hit = false;

	pthread_mutex_lock(&shard->mutex);
	entry = find(shard, hash, key);
	if (entry != NULL && is_current(entry, now)) {
		*out = entry->answer;
		unlink_use(shard, entry);
		link_newest(shard, entry);
		hit = true;
	} else if (entry != NULL) {
		drop(cache, shard, entry);
		shard->expired++;
	}
	pthread_mutex_unlock(&shard->mutex);
	return hit;
}

static void insert(
	struct memory_cache *cache, struct shard *shard, uint64_t hash, struct entry *entry)
{
	struct entry **bucket;

	while (shard->entries >= shard->entries_max && shard->oldest != NULL) {
		drop(cache, shard, shard->oldest);
		shard->evicted++;
	}
	if (shard->entries >= shard->bucket_count)
		grow(cache, shard);
	bucket = bucket_of(shard, hash);
	entry->next_in_bucket = *bucket;
	*bucket = entry;
	link_newest(shard, entry);
	shard->entries++;
}

void memory_put(struct memory_cache *cache, const uint8_t key[PERSON_KEY_LEN], int64_t now,
	int64_t keep_until, const struct answer *answer)
{
	uint64_t hash = hash_of(cache, key);
	struct shard *shard = shard_of(cache, hash);
	struct entry *fresh, *old;

	if (shard->entries_max == 0 || keep_until <= now)
		return;
	fresh = calloc(1, sizeof(*fresh));
	if (fresh == NULL)
		return;
	memcpy(fresh->key, key, PERSON_KEY_LEN);
	fresh->inserted = now;
	fresh->keep_until = keep_until;
	fresh->answer = *answer;

	pthread_mutex_lock(&shard->mutex);
	old = find(shard, hash, key);
	if (old != NULL)
		drop(cache, shard, old);
	insert(cache, shard, hash, fresh);
	pthread_mutex_unlock(&shard->mutex);
}

void memory_remove(struct memory_cache *cache, const uint8_t key[PERSON_KEY_LEN])
{
	uint64_t hash = hash_of(cache, key);
	struct shard *shard = shard_of(cache, hash);
	struct entry *entry;

	pthread_mutex_lock(&shard->mutex);
	entry = find(shard, hash, key);
	if (entry != NULL)
		drop(cache, shard, entry);
	pthread_mutex_unlock(&shard->mutex);
}

/*
 * With a million entries, to free them takes longer than a worker may wait for the lock: they are
 * taken out under it, and freed outside.
 */
static void clear_shard(struct memory_cache *cache, struct shard *shard)
{
	struct entry **buckets = calloc(BUCKETS_FIRST, sizeof(buckets[0])), **old = NULL;
	struct entry *entry = NULL, *newer;

	pthread_mutex_lock(&shard->mutex);
	if (buckets == NULL) {
		empty(cache, shard);
	} else {
		old = shard->buckets;
		entry = shard->oldest;
		shard->buckets = buckets;
		shard->bucket_count = BUCKETS_FIRST;
		shard->oldest = shard->newest = NULL;
		shard->entries = 0;
	}
	pthread_mutex_unlock(&shard->mutex);
	for (; entry != NULL; entry = newer) {
		newer = entry->newer;
		free(entry);
	}
	free(old);
}

void memory_clear(struct memory_cache *cache)
{
	for (size_t i = 0; i < SHARDS; i++) {
		struct shard *shard = &cache->shards[i];

		clear_shard(cache, shard);
	}
}

struct memory_stats memory_stats(struct memory_cache *cache)
{
	struct memory_stats stats = { 0 };

	for (size_t i = 0; i < SHARDS; i++) {
		struct shard *shard = &cache->shards[i];

		pthread_mutex_lock(&shard->mutex);
		stats.entries += shard->entries;
		stats.octets += shard->entries * ENTRY_OCTETS;
		stats.evicted += shard->evicted;
		stats.expired += shard->expired;
		pthread_mutex_unlock(&shard->mutex);
	}
	return stats;
}
