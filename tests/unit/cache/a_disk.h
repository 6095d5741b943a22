/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * a_disk.h - a folder for a disk tier that goes away again, the tier with an engine before it, and
 * entries that can be told from each other. Include it behind <cmocka.h>.
 */
#ifndef MIGRANTID_A_DISK_H
#define MIGRANTID_A_DISK_H

#include <dirent.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "../heard.h"
#include "cache/cache_internal.h"
#include "cache/disk_admin.h"

#define MIB ((uint64_t)1024 * 1024)
#define NOW 1750000000
#define LONG_TIME (NOW + 100000)

struct folder {
	char path[256];
};

struct place {
	char path[512];
};

static inline struct folder folder_new(void)
{
	const char *parent = getenv("TMPDIR");
	struct folder folder;

	(void)snprintf(folder.path, sizeof(folder.path), "%s/disk-XXXXXX",
		parent != NULL ? parent : "/tmp");
	if (mkdtemp(folder.path) == NULL)
		fail_msg("no folder: %s", folder.path);
	return folder;
}

static inline struct place in_folder(const struct folder *folder, const char *name)
{
	struct place place;

	(void)snprintf(place.path, sizeof(place.path), "%s/%s", folder->path, name);
	return place;
}

static inline struct place file_in(const struct folder *folder)
{
	return in_folder(folder, DISK_FILE_NAME);
}

static inline void folder_empty(const struct folder *folder)
{
	DIR *open = opendir(folder->path);
	struct dirent *each;

	assert_non_null(open);
	while ((each = readdir(open)) != NULL)
		if (strcmp(each->d_name, ".") != 0 && strcmp(each->d_name, "..") != 0)
			assert_int_equal(remove(in_folder(folder, each->d_name).path), 0);
	(void)closedir(open);
}

static inline void folder_remove(const struct folder *folder)
{
	folder_empty(folder);
	assert_int_equal(rmdir(folder->path), 0);
}

static inline void write_file(const char *path, const char *text, int times)
{
	FILE *file = fopen(path, "w");

	assert_non_null(file);
	for (int i = 0; i < times; i++)
		(void)fputs(text, file);
	assert_int_equal(fclose(file), 0);
}

/* As an HMAC would be: spread over the whole range. */
static inline struct person_key key_of(uint32_t number)
{
	uint64_t state = number;
	struct person_key key = { .text = "" };

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

static inline struct entry *entry_of(uint32_t number, int64_t at, int64_t until, size_t len)
{
	struct entry *entry = calloc(1, sizeof(*entry));

	assert_non_null(entry);
	entry->stored_at = at;
	entry->keep_until = until;
	entry->token_len = len;
	for (size_t i = 0; i < len && i < JWS_MAX_LEN; i++)
		entry->token[i] = token_octet(number, i);
	return entry;
}

static inline void nap_ms(long ms)
{
	const struct timespec time = { ms / 1000, ms % 1000 * 1000000 };

	(void)nanosleep(&time, NULL);
}

struct stand {
	struct engine *engine;
	struct tier *tier;
	atomic_int_fast64_t now; /* of the wall */
	atomic_int removed; /* how often the tier told of a removal */
	pthread_mutex_t mutex; /* all below */
	pthread_cond_t changed;
	struct heard heard;
};

static inline int64_t stand_wall(void *ctx)
{
	return ((struct stand *)ctx)->now;
}

static inline void stand_say(
	void *ctx, enum severity severity, const char *file, int line, const char *text)
{
	struct stand *stand = ctx;

	pthread_mutex_lock(&stand->mutex);
	hear(&stand->heard, severity, file, line, text);
	pthread_mutex_unlock(&stand->mutex);
}

static inline void stand_removed(void *ctx)
{
	((struct stand *)ctx)->removed++;
}

static inline bool stand_open(struct stand *stand, const char *directory, uint64_t octets)
{
	struct cache_options options = {
		.tier = CACHE_DISK,
		.disk_directory = directory,
		.disk_octets = octets,
		.clock = { stand_wall, system_clock.mono_ms, stand },
		.reporter = { stand_say, stand },
	};
	const struct tier_events events = { stand_removed, stand };

	memset(stand, 0, sizeof(*stand));
	stand->now = NOW;
	pthread_mutex_init(&stand->mutex, NULL);
	pthread_cond_init(&stand->changed, NULL);
	stand->engine = engine_start();
	if (stand->engine != NULL)
		stand->tier = disk_open(&options, stand->engine, &events);
	return stand->tier != NULL;
}

static inline void stand_new(struct stand *stand, const struct folder *folder, uint64_t octets)
{
	assert_true(stand_open(stand, folder->path, octets));
}

static inline void stand_close_by(struct stand *stand, int64_t deadline_ms)
{
	stand->tier->ops->close(stand->tier, deadline_ms);
	engine_stop(stand->engine);
	pthread_cond_destroy(&stand->changed);
	pthread_mutex_destroy(&stand->mutex);
}

static inline void stand_close(struct stand *stand)
{
	stand_close_by(stand, 10000);
}

/* Closing writes what was kept. */
static inline void stand_again(struct stand *stand, const struct folder *folder, uint64_t octets)
{
	stand_close(stand);
	stand_new(stand, folder, octets);
}

static inline bool said(struct stand *stand, const char *part)
{
	bool heard;

	pthread_mutex_lock(&stand->mutex);
	heard = strstr(stand->heard.text, part) != NULL;
	pthread_mutex_unlock(&stand->mutex);
	return heard;
}

static inline int times_said(struct stand *stand)
{
	int count;

	pthread_mutex_lock(&stand->mutex);
	count = stand->heard.count;
	pthread_mutex_unlock(&stand->mutex);
	return count;
}

static inline bool said_soon(struct stand *stand, const char *part, int ms)
{
	for (; ms > 0 && !said(stand, part); ms -= 10)
		nap_ms(10);
	return said(stand, part);
}

enum what { NONE_TAKEN, WAITING, MISS, HIT, WRONG };

/* One call of the tier's, on the engine's thread. */
struct call {
	struct stand *stand;
	uint32_t numbers[TIER_KEYS_MAX];
	size_t count;
	const struct entry *entry;
	struct tier_lookup *lookup;
	bool late;
	enum what what; /* the stand's mutex */
	size_t len, which;
	int removed; /* of the stand, when it was found */
};

static inline void on_found(void *ctx, const struct entry *entry, size_t which)
{
	struct call *call = ctx;
	enum what what = entry != NULL ? HIT : MISS;

	for (size_t i = 0; entry != NULL && i < entry->token_len; i++)
		if (entry->token[i] != token_octet(call->numbers[which], i))
			what = WRONG;
	pthread_mutex_lock(&call->stand->mutex);
	call->len = entry != NULL ? entry->token_len : 0;
	call->which = which;
	call->removed = call->stand->removed;
	call->what = what;
	pthread_cond_broadcast(&call->stand->changed);
	pthread_mutex_unlock(&call->stand->mutex);
}

static inline void run_recall(void *ctx)
{
	struct call *call = ctx;
	struct person_key keys[TIER_KEYS_MAX];
	const struct person_key *pointers[TIER_KEYS_MAX];
	struct tier *tier = call->stand->tier;

	for (size_t i = 0; i < call->count; i++) {
		keys[i] = key_of(call->numbers[i]);
		pointers[i] = &keys[i];
	}
	call->what = WAITING;
	call->lookup = tier->ops->recall(tier, pointers, call->count, on_found, call);
	if (call->lookup == NULL)
		call->what = NONE_TAKEN;
}

/* What became of it; the call stays as it is until then. */
static inline enum what call_wait(struct call *call)
{
	enum what what;

	pthread_mutex_lock(&call->stand->mutex);
	while (call->what == WAITING)
		pthread_cond_wait(&call->stand->changed, &call->stand->mutex);
	what = call->what;
	pthread_mutex_unlock(&call->stand->mutex);
	return what;
}

static inline enum what look_at(struct stand *stand, struct call *call)
{
	call->stand = stand;
	engine_call(stand->engine, run_recall, call);
	return call_wait(call);
}

/* The token's length; 0 for a miss or none taken. */
static inline size_t lookup(struct stand *stand, uint32_t number)
{
	struct call call = { .numbers = { number }, .count = 1 };

	if (look_at(stand, &call) == WRONG)
		fail_msg("entry %u is another one's", number);
	return call.len;
}

static inline void run_keep(void *ctx)
{
	struct call *call = ctx;
	struct person_key key = key_of(call->numbers[0]);

	call->stand->tier->ops->keep(call->stand->tier, &key, call->entry);
}

static inline void keep_long(
	struct stand *stand, uint32_t number, int64_t at, int64_t until, size_t len)
{
	struct entry *entry = entry_of(number, at, until, len);
	struct call call = { .stand = stand, .numbers = { number }, .entry = entry };

	engine_call(stand->engine, run_keep, &call);
	free(entry);
}

/* The usual length of a signed answer. */
static inline void keep(struct stand *stand, uint32_t number)
{
	keep_long(stand, number, NOW, LONG_TIME, 600 + number % 100);
}

static inline void run_forget(void *ctx)
{
	struct call *call = ctx;
	struct person_key key = key_of(call->numbers[0]);

	call->stand->tier->ops->forget(call->stand->tier, &key);
}

static inline void forget(struct stand *stand, uint32_t number)
{
	struct call call = { .stand = stand, .numbers = { number } };

	engine_call(stand->engine, run_forget, &call);
}

/* What is kept is there soon, not at once. */
static inline bool found_soon(struct stand *stand, uint32_t number)
{
	int tries = 500;

	while (lookup(stand, number) == 0 && --tries > 0)
		nap_ms(10);
	return tries > 0;
}

/* Where a file has just been begun anew, what was kept before that is dropped. */
static inline bool kept_soon(struct stand *stand, uint32_t number)
{
	for (int i = 0; i < 800; i++) {
		if (i % 40 == 0)
			keep(stand, number);
		if (lookup(stand, number) != 0)
			return true;
		nap_ms(10);
	}
	return false;
}

static inline bool removed_soon(struct stand *stand, int more_than)
{
	for (int i = 0; i < 300 && stand->removed <= more_than; i++)
		nap_ms(10);
	return stand->removed > more_than;
}

static inline uint64_t entries_in(const struct folder *folder)
{
	struct disk_admin *admin = disk_admin_open(folder->path, MIB, NULL);
	struct disk_count count = { .entries = UINT64_MAX };

	if (admin != NULL && !disk_admin_count(admin, &count))
		count.entries = UINT64_MAX;
	disk_admin_close(admin);
	return count.entries;
}

/* By another connection, as migrantidctl would. How many there were. */
static inline uint64_t admin_removes(const struct folder *folder, uint32_t number)
{
	struct disk_admin *admin = disk_admin_open(folder->path, MIB, NULL);
	struct person_key key = key_of(number);
	uint64_t removed = 0;

	assert_non_null(admin);
	assert_true(disk_admin_remove(admin, key.bytes, NOW, &removed));
	disk_admin_close(admin);
	return removed;
}

#endif
