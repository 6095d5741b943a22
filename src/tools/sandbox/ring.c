/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "ring.h"

#include <stdlib.h>
#include <string.h>

#include <openssl/sha.h>

#define NONE UINT32_MAX

struct slot {
	uint8_t key[SHA256_DIGEST_LENGTH];
	uint32_t next; /* in its bucket */
	bool used;
};

struct ring {
	uint32_t buckets[RING_MAX];
	struct slot slots[RING_MAX];
	uint8_t *values;
	size_t size; /* of one */
	uint32_t at; /* the oldest */
};

struct ring *ring_new(size_t size)
{
	struct ring *ring = calloc(1, sizeof(*ring));

	if (ring == NULL)
		return NULL;
	ring->size = size;
	ring->values = calloc(RING_MAX, size);
	if (ring->values == NULL) {
		free(ring);
		return NULL;
	}
	ring_empty(ring);
	return ring;
}

void ring_free(struct ring *ring)
{
	if (ring != NULL)
		free(ring->values);
	free(ring);
}

void ring_empty(struct ring *ring)
{
	memset(ring->buckets, 0xff, sizeof(ring->buckets));
	memset(ring->slots, 0, sizeof(ring->slots));
	ring->at = 0;
}

static uint32_t *bucket_of(struct ring *ring, const uint8_t key[SHA256_DIGEST_LENGTH])
{
	uint32_t hash;

	memcpy(&hash, key, sizeof(hash));
	return &ring->buckets[hash & (RING_MAX - 1)];
}

static void forget(struct ring *ring, uint32_t index)
{
	uint32_t *link = bucket_of(ring, ring->slots[index].key);

	while (*link != index)
		link = &ring->slots[*link].next;
	*link = ring->slots[index].next;
}

static void *find(struct ring *ring, const uint8_t key[SHA256_DIGEST_LENGTH])
{
	uint32_t index = *bucket_of(ring, key);

	while (index != NONE && memcmp(ring->slots[index].key, key, SHA256_DIGEST_LENGTH) != 0)
		index = ring->slots[index].next;
	return index == NONE ? NULL : ring->values + index * ring->size;
}

void *ring_find(struct ring *ring, const void *key, size_t len)
{
	uint8_t digest[SHA256_DIGEST_LENGTH];

	return find(ring, SHA256(key, len, digest));
}

void *ring_take(struct ring *ring, const void *key, size_t len, bool *is_new)
{
	uint8_t digest[SHA256_DIGEST_LENGTH];
	void *value = find(ring, SHA256(key, len, digest));
	uint32_t index, *bucket;

	if (is_new != NULL)
		*is_new = value == NULL;
	if (value != NULL)
		return value;
	index = ring->at++ & (RING_MAX - 1);
	if (ring->slots[index].used)
		forget(ring, index);
	bucket = bucket_of(ring, digest);
	ring->slots[index].next = *bucket;
	ring->slots[index].used = true;
	memcpy(ring->slots[index].key, digest, sizeof(digest));
	*bucket = index;
	value = ring->values + index * ring->size;
	memset(value, 0, ring->size);
	return value;
}
