/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "cache/refusals.h"

#include <pthread.h>
#include <stdlib.h>
#include <string.h>

#define NONE SIZE_MAX

struct watermark {
	uint8_t sbj[PERSON_KEY_LEN];
	int64_t iat, until_ms;
	size_t next; /* of the same bucket; NONE: the last */
};

/* A ring of watermarks in the order they were made, and a hash table of places in it. */
struct refusals {
	pthread_mutex_t mutex; /* all below but the sizes */
	size_t capacity, bucket_count;
	size_t oldest, count;
	int64_t floor;
	size_t *buckets;
	struct watermark *ring;
};

static size_t buckets_for(size_t capacity)
{
	size_t count = 16;

	while (count < capacity)
		count *= 2;
	return count;
}

struct refusals *refusals_new(size_t capacity)
{
	struct refusals *refusals = calloc(1, sizeof(*refusals));

	if (refusals == NULL)
		return NULL;
	refusals->capacity = capacity;
	refusals->bucket_count = buckets_for(capacity);
	refusals->buckets = malloc(refusals->bucket_count * sizeof(refusals->buckets[0]));
	refusals->ring = calloc(capacity, sizeof(refusals->ring[0]));
	pthread_mutex_init(&refusals->mutex, NULL);
	if (refusals->buckets == NULL || refusals->ring == NULL) {
		refusals_free(refusals);
		return NULL;
	}
	for (size_t i = 0; i < refusals->bucket_count; i++)
		refusals->buckets[i] = NONE;
	return refusals;
}

void refusals_free(struct refusals *refusals)
{
	if (refusals == NULL)
		return;
	pthread_mutex_destroy(&refusals->mutex);
	free(refusals->buckets);
	free(refusals->ring);
	free(refusals);
}

/* A pseudonym is an HMAC under the operator's secret: nobody can choose ones that fall together. */
static size_t *bucket_of(struct refusals *refusals, const uint8_t sbj[PERSON_KEY_LEN])
{
	uint64_t hash;

	memcpy(&hash, sbj, sizeof(hash));
	return &refusals->buckets[hash & (refusals->bucket_count - 1)];
}

static struct watermark *find(struct refusals *refusals, const uint8_t sbj[PERSON_KEY_LEN])
{
	size_t slot = *bucket_of(refusals, sbj);

	while (slot != NONE && memcmp(refusals->ring[slot].sbj, sbj, PERSON_KEY_LEN) != 0)
		slot = refusals->ring[slot].next;
	return slot == NONE ? NULL : &refusals->ring[slot];
}

/* The oldest makes way; one that no yes can outlive leaves nothing behind. */
static void drop_oldest(struct refusals *refusals, int64_t now_ms)
{
	struct watermark *oldest = &refusals->ring[refusals->oldest];
	size_t *link = bucket_of(refusals, oldest->sbj);

	while (*link != refusals->oldest)
		link = &refusals->ring[*link].next;
	*link = oldest->next;
	if (oldest->until_ms > now_ms && oldest->iat > refusals->floor)
		refusals->floor = oldest->iat;
	refusals->oldest = (refusals->oldest + 1) % refusals->capacity;
	refusals->count--;
}

static void add(
	struct refusals *refusals, const uint8_t sbj[PERSON_KEY_LEN], int64_t iat, int64_t until_ms)
{
	size_t slot = (refusals->oldest + refusals->count) % refusals->capacity;
	struct watermark *fresh = &refusals->ring[slot];
	size_t *bucket = bucket_of(refusals, sbj);

	memcpy(fresh->sbj, sbj, PERSON_KEY_LEN);
	fresh->iat = iat;
	fresh->until_ms = until_ms;
	fresh->next = *bucket;
	*bucket = slot;
	refusals->count++;
}

void refusals_note(struct refusals *refusals, const uint8_t sbj[PERSON_KEY_LEN], int64_t iat,
	int64_t now_ms, int64_t until_ms)
{
	struct watermark *known;

	pthread_mutex_lock(&refusals->mutex);
	known = find(refusals, sbj);
	if (known != NULL) {
		known->iat = known->iat > iat ? known->iat : iat;
		known->until_ms = known->until_ms > until_ms ? known->until_ms : until_ms;
	} else {
		if (refusals->count == refusals->capacity)
			drop_oldest(refusals, now_ms);
		add(refusals, sbj, iat, until_ms);
	}
	pthread_mutex_unlock(&refusals->mutex);
}

int64_t refusals_of(struct refusals *refusals, const uint8_t sbj[PERSON_KEY_LEN], int64_t now_ms)
{
	const struct watermark *known;
	int64_t iat = 0;

	pthread_mutex_lock(&refusals->mutex);
	known = find(refusals, sbj);
	if (known != NULL && known->until_ms > now_ms)
		iat = known->iat;
	pthread_mutex_unlock(&refusals->mutex);
	return iat;
}

int64_t refusals_floor(struct refusals *refusals)
{
	int64_t floor;

	pthread_mutex_lock(&refusals->mutex);
	floor = refusals->floor;
	pthread_mutex_unlock(&refusals->mutex);
	return floor;
}

size_t refusals_count(struct refusals *refusals)
{
	size_t count;

	pthread_mutex_lock(&refusals->mutex);
	count = refusals->count;
	pthread_mutex_unlock(&refusals->mutex);
	return count;
}
