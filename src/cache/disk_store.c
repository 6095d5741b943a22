/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "cache/disk_store_internal.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/clock.h"

int64_t disk_now_ms(void)
{
	return clock_mono_ms(&system_clock);
}

const char *disk_store_name(const struct disk_store *store)
{
	return store->file.path[0] != '\0' ? store->file.path : store->directory;
}

void disk_store_init(struct disk_store *store, const char *directory, uint64_t max_octets,
	const struct reporter *reporter)
{
	memset(store, 0, sizeof(*store));
	store->directory = directory;
	store->max_octets = max_octets;
	store->reporter = reporter;
	store->writes = true;
}

void disk_store_close(struct disk_store *store)
{
	disk_file_close(&store->file);
	store->open = false;
}

/* Said once, until it can be used again. */
void disk_store_leave_out(struct disk_store *store)
{
	store->paused_until = disk_now_ms() + DISK_RETRY_MS;
	store->writes = false;
	if (!store->has_generation)
		store->was_without = true;
	if (store->said_unusable)
		return;
	store->said_unusable = true;
	report(store->reporter, SAY_WARNING, disk_store_name(store), 0,
		"cannot be used (%s): answers are kept in memory alone until it can; see that the "
		"folder exists, that the server's user may write to it, and that there is room",
		store->file.reason);
}

void disk_store_is_fine(struct disk_store *store)
{
	store->busy_since = 0;
	if (!store->said_unusable)
		return;
	store->said_unusable = false;
	report(store->reporter, SAY_INFO, disk_store_name(store), 0, "can be used again");
}

/* The former version's store, which held the same about people, is nobody's now. */
static void find_former(struct disk_store *store)
{
	char path[PATH_MAX + 32];

	if (store->said_former)
		return;
	(void)snprintf(path, sizeof(path), "%s/answers.mdb", store->directory);
	if (access(path, F_OK) != 0)
		return;
	store->said_former = true;
	report(store->reporter, SAY_WARNING, path, 0,
		"is of the former version and not read: remove it, and its -lock");
}

static void others_removed(struct disk_store *store)
{
	store->removed = true;
	store->epoch++;
}

/* The file is gone, and with it all that had to be removed. */
void disk_store_discarded(struct disk_store *store)
{
	store->must_discard = false;
	store->owed_count = 0;
	store->owed_since = 0;
	store->paused_until = 0;
	/* What others removed in it last may not have been seen. */
	store->has_generation = false;
	others_removed(store);
}

static void replace(struct disk_store *store)
{
	int64_t now = disk_now_ms();
	bool gone = disk_file_discard(&store->file, DISK_BUSY_MS, false);

	disk_store_close(store);
	if (!gone) {
		disk_store_leave_out(store);
		return;
	}
	report(store->reporter, SAY_WARNING, disk_store_name(store), 0,
		"was damaged (%s): it was deleted and a new one is begun; the answers in it are "
		"asked for again",
		store->file.reason);
	disk_store_discarded(store);
	if (store->replaced_at != 0 && now - store->replaced_at < DISK_RETRY_MS)
		store->paused_until = now + DISK_RETRY_MS;
	store->replaced_at = now;
}

static void is_busy(struct disk_store *store)
{
	int64_t now = disk_now_ms();

	if (store->busy_since == 0)
		store->busy_since = now;
	if (now - store->busy_since >= DISK_PATIENCE_MS)
		disk_store_leave_out(store);
}

void disk_store_failed(struct disk_store *store, enum disk_status status)
{
	switch (status) {
	case DISK_OK:
	case DISK_NO_ROOM: /* what is there can be read all the same */
		break;
	case DISK_BUSY:
		is_busy(store);
		break;
	case DISK_MOVED:
		disk_store_close(store);
		break;
	case DISK_DAMAGED:
		replace(store);
		break;
	case DISK_UNUSABLE:
		disk_store_close(store);
		disk_store_leave_out(store);
		break;
	}
}

enum disk_status disk_store_open(struct disk_store *store)
{
	const struct disk_file_options options = {
		.directory = store->directory,
		.max_octets = store->max_octets,
		.busy_ms = DISK_BUSY_MS,
		.create = true,
	};
	enum disk_status status = disk_file_open(&store->file, &options);

	store->open = status == DISK_OK;
	store->data_version = -1;
	if (status == DISK_OK)
		return status;
	disk_store_failed(store, status);
	disk_file_close(&store->file);
	return status;
}

bool disk_store_paused(const struct disk_store *store)
{
	return store->must_discard || store->owed_count > 0 || disk_now_ms() < store->paused_until;
}

bool disk_store_ready(struct disk_store *store)
{
	enum disk_status status;

	if (disk_store_paused(store))
		return false;
	if (store->open)
		return true;
	find_former(store);
	status = disk_store_open(store);
	/* A damaged one has been deleted. */
	if (status == DISK_DAMAGED && !disk_store_paused(store))
		status = disk_store_open(store);
	return status == DISK_OK;
}

static void see_generation(struct disk_store *store, int64_t generation)
{
	if (store->has_generation ? store->generation != generation : store->was_without)
		others_removed(store);
	store->has_generation = true;
	store->was_without = false;
	store->generation = generation;
}

enum disk_status disk_store_see_generation(struct disk_store *store)
{
	int64_t generation;
	enum disk_status status = disk_generation(&store->file, &generation);

	if (status == DISK_OK)
		see_generation(store, generation);
	return status;
}

static enum disk_status begin_read(struct disk_store *store)
{
	int64_t version = 0;
	enum disk_status status = disk_begin_read(&store->file);

	if (status == DISK_OK)
		status = disk_data_version(&store->file, &version);
	if (status == DISK_OK && version != store->data_version)
		status = disk_store_see_generation(store);
	if (status == DISK_OK)
		store->data_version = version;
	return status;
}

static enum disk_status find(struct disk_store *store, struct disk_find *find)
{
	struct entry *entry = &store->entry;
	enum disk_status status = DISK_OK;
	bool found = false;

	for (size_t i = 0; i < find->count && status == DISK_OK && !found; i++) {
		status = disk_get(&store->file, find->keys[i], find->now, entry, &found);
		find->which = i;
	}
	if (status != DISK_OK || !found)
		return status;
	find->len = entry_len(entry);
	find->octets = malloc(find->len);
	if (find->octets != NULL)
		entry_pack(entry, find->octets);
	return status;
}

static enum disk_status read_once(
	struct disk_store *store, struct disk_find *const *finds, size_t count)
{
	enum disk_status status = begin_read(store);

	for (size_t i = 0; i < count && status == DISK_OK; i++)
		status = find(store, finds[i]);
	if (status == DISK_OK)
		status = disk_commit(&store->file);
	if (status == DISK_OK)
		disk_store_is_fine(store);
	else
		disk_store_failed(store, status);
	return status;
}

void disk_store_read(struct disk_store *store, struct disk_find *const *finds, size_t count)
{
	/* Where another file has been begun, that is the one to look into. */
	if (disk_store_ready(store) && read_once(store, finds, count) == DISK_MOVED &&
		disk_store_ready(store))
		(void)read_once(store, finds, count);
}

void disk_store_poll(struct disk_store *store)
{
	disk_store_read(store, NULL, 0);
}

bool disk_store_reads(const struct disk_store *store)
{
	return !disk_store_paused(store);
}

bool disk_store_take_removed(struct disk_store *store)
{
	bool removed = store->removed;

	store->removed = false;
	return removed;
}
