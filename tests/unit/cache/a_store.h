/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * a_store.h - a folder for a store that goes away again, and entries that can be told from each
 * other and from halves of themselves. Include it behind <cmocka.h>.
 */
#ifndef MIGRANTID_A_STORE_H
#define MIGRANTID_A_STORE_H

#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "cache/store.h"

#define MIB ((size_t)1024 * 1024)
#define NOW 1750000000
#define LONG_TIME (NOW + 100000)

struct folder {
	char path[256];
};

struct key {
	uint8_t bytes[PERSON_KEY_LEN];
};

static inline struct folder folder_new(void)
{
	const char *parent = getenv("TMPDIR");
	struct folder folder;

	(void)snprintf(folder.path, sizeof(folder.path), "%s/store-XXXXXX",
		parent != NULL ? parent : "/tmp");
	if (mkdtemp(folder.path) == NULL)
		fail_msg("no folder: %s", folder.path);
	return folder;
}

struct place {
	char path[512];
};

static inline struct place in_folder(const struct folder *folder, const char *name)
{
	struct place place;

	(void)snprintf(place.path, sizeof(place.path), "%s/%s", folder->path, name);
	return place;
}

/* How many files there are whose name begins so; with `take_away` they are removed. */
static inline int folder_files(const struct folder *folder, const char *begins, bool take_away)
{
	DIR *open = opendir(folder->path);
	struct dirent *each;
	int count = 0;

	assert_non_null(open);
	while ((each = readdir(open)) != NULL) {
		if (each->d_name[0] == '.' || strncmp(each->d_name, begins, strlen(begins)) != 0)
			continue;
		count++;
		if (take_away)
			assert_int_equal(remove(in_folder(folder, each->d_name).path), 0);
	}
	(void)closedir(open);
	return count;
}

static inline void folder_remove(const struct folder *folder)
{
	(void)folder_files(folder, "", true);
	assert_int_equal(rmdir(folder->path), 0);
}

/* As an HMAC would be: spread over the whole range. */
static inline struct key key_of(uint32_t number)
{
	uint64_t state = number;
	struct key key;

	for (size_t i = 0; i < sizeof(key.bytes); i++) {
		state = state * 6364136223846793005u + 1442695040888963407u;
		key.bytes[i] = (uint8_t)(state >> 56);
	}
	memcpy(key.bytes + PERSON_KEY_LEN - sizeof(number), &number, sizeof(number));
	return key;
}

static inline char token_octet(uint32_t number, size_t i)
{
	return (char)('!' + (number + i * 7) % 90);
}

static inline void put_long(struct store *store, uint32_t number, int64_t at, int64_t until,
			    size_t len)
{
	struct store_entry entry = { .stored_at = at, .keep_until = until, .token_len = len };

	for (size_t i = 0; i < len && i < JWS_MAX_LEN; i++)
		entry.token[i] = token_octet(number, i);
	store->ops->put(store, key_of(number).bytes, &entry);
}

/* The usual length of a signed answer. */
static inline void put(struct store *store, uint32_t number, int64_t at, int64_t until)
{
	put_long(store, number, at, until, 600 + number % 100);
}

/* The token's length; 0 for a miss. Fails if what is found is not what was put. */
static inline size_t look(struct store *store, uint32_t number, int64_t now)
{
	struct store_entry entry;

	if (!store->ops->get(store, key_of(number).bytes, now, &entry))
		return 0;
	for (size_t i = 0; i < entry.token_len; i++)
		if (entry.token[i] != token_octet(number, i))
			fail_msg("entry %u differs at %zu of %zu", number, i, entry.token_len);
	return entry.token_len;
}

static inline void nap_ms(long ms)
{
	const struct timespec time = { ms / 1000, ms % 1000 * 1000000 };

	(void)nanosleep(&time, NULL);
}

/* What is put is there soon, not at once. */
static inline bool found_soon(struct store *store, uint32_t number, int64_t now)
{
	for (int i = 0; i < 1000; i++) {
		if (look(store, number, now) != 0)
			return true;
		nap_ms(10);
	}
	return false;
}

/* How many were removed. */
static inline uint64_t purged(struct store *store, int64_t before)
{
	uint64_t removed;

	assert_true(store->ops->purge(store, before, &removed));
	return removed;
}

static inline uint64_t entries_in(struct store *store)
{
	struct store_stats stats;

	assert_true(store->ops->stats(store, &stats));
	return stats.entries;
}

#endif
