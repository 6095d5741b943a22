/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "seen.h"

#include <stdlib.h>
#include <string.h>

#include <openssl/evp.h>

#define DIGEST_LEN 32
#define NONE UINT32_MAX

struct slot {
	uint8_t txn[DIGEST_LEN], body[DIGEST_LEN]; /* SHA-256 of them; nothing else is kept */
	int64_t first_ms;
	uint32_t next; /* in its bucket */
	bool used;
};

struct seen {
	uint32_t buckets[SEEN_MAX];
	struct slot slots[SEEN_MAX]; /* a ring: the oldest is overwritten */
	uint32_t at;
};

struct seen *seen_new(void)
{
	struct seen *seen = calloc(1, sizeof(*seen));

	if (seen != NULL)
		memset(seen->buckets, 0xff, sizeof(seen->buckets));
	return seen;
}

void seen_free(struct seen *seen)
{
	free(seen);
}

static uint32_t bucket_of(const uint8_t digest[DIGEST_LEN])
{
	uint32_t hash;

	memcpy(&hash, digest, sizeof(hash));
	return hash & (SEEN_MAX - 1);
}

static void forget(struct seen *seen, uint32_t index)
{
	uint32_t *link = &seen->buckets[bucket_of(seen->slots[index].txn)];

	while (*link != index)
		link = &seen->slots[*link].next;
	*link = seen->slots[index].next;
}

static void digest_of(const void *data, size_t len, uint8_t out[DIGEST_LEN])
{
	if (EVP_Digest(data, len, out, NULL, EVP_sha256(), NULL) != 1)
		memset(out, 0, DIGEST_LEN);
}

enum seen_before seen_look(struct seen *seen, const char *txn, const char *body, size_t len,
			   int64_t now_ms, int64_t *first_ms)
{
	uint8_t txn_digest[DIGEST_LEN], body_digest[DIGEST_LEN];
	struct slot *slot;
	uint32_t index, *bucket;

	digest_of(txn, strlen(txn), txn_digest);
	digest_of(body, len, body_digest);
	bucket = &seen->buckets[bucket_of(txn_digest)];
	for (index = *bucket; index != NONE; index = seen->slots[index].next) {
		slot = &seen->slots[index];
		if (memcmp(slot->txn, txn_digest, DIGEST_LEN) != 0)
			continue;
		*first_ms = slot->first_ms;
		return memcmp(slot->body, body_digest, DIGEST_LEN) == 0 ? SEEN_SAME :
									   SEEN_OTHER_BODY;
	}
	index = seen->at++ & (SEEN_MAX - 1);
	slot = &seen->slots[index];
	if (slot->used)
		forget(seen, index);
	*slot = (struct slot){ .first_ms = now_ms, .next = *bucket, .used = true };
	memcpy(slot->txn, txn_digest, DIGEST_LEN);
	memcpy(slot->body, body_digest, DIGEST_LEN);
	*bucket = index;
	*first_ms = now_ms;
	return SEEN_NEVER;
}
