/* SPDX-License-Identifier: GPL-2.0-or-later */
/* disk_store_write.c - what is kept, and what must not be found again. */
#include <string.h>

#include "cache/disk_store_internal.h"

#define WRITE_RETRY_MS 200
#define COMPLAIN_EVERY_MS 60000

uint64_t disk_store_write_max(const struct disk_store *store)
{
	return store->open ? disk_write_max(&store->file) : JWS_MAX_LEN;
}

bool disk_store_may_write(const struct disk_store *store)
{
	return !disk_store_paused(store) && disk_now_ms() >= store->write_paused_until;
}

static void complain(struct disk_store *store)
{
	int64_t now = disk_now_ms();

	store->writes = false;
	if (store->said_unusable ||
		(store->complained_at != 0 && now - store->complained_at < COMPLAIN_EVERY_MS))
		return;
	store->complained_at = now;
	report(store->reporter, SAY_WARNING, disk_store_name(store), 0,
		"answers could not be kept in it (%s): they are asked for again after a restart; "
		"see that the disk has room, and consider a larger store_octets",
		store->file.reason);
}

static enum disk_status begin_write(struct disk_store *store, bool durable)
{
	enum disk_status status = disk_begin_write(&store->file, durable);

	return status == DISK_OK ? disk_store_see_generation(store) : status;
}

static enum disk_status write_once(
	struct disk_store *store, const struct disk_keep *keeps, size_t count, int64_t now)
{
	enum disk_status status = begin_write(store, false);

	if (status == DISK_OK)
		status = disk_make_room(&store->file, now);
	for (size_t i = 0; i < count && status == DISK_OK; i++)
		if (keeps[i].epoch == store->epoch)
			status = disk_put(&store->file, &keeps[i].row);
	return status == DISK_OK ? disk_commit(&store->file) : status;
}

static bool is_written(struct disk_store *store)
{
	store->writes = true;
	store->write_busy_since = 0;
	disk_store_is_fine(store);
	return true;
}

/* Readers may go on beside whoever holds this lock, so it is held against writing alone. */
static bool write_later(struct disk_store *store)
{
	int64_t now = disk_now_ms();
	bool long_since;

	if (store->write_busy_since == 0)
		store->write_busy_since = now;
	long_since = now - store->write_busy_since >= DISK_PATIENCE_MS;
	store->write_paused_until = now + (long_since ? DISK_RETRY_MS : WRITE_RETRY_MS);
	if (long_since)
		complain(store);
	return false;
}

bool disk_store_write(
	struct disk_store *store, const struct disk_keep *keeps, size_t count, int64_t now)
{
	enum disk_status status;

	if (!disk_store_ready(store)) {
		store->write_paused_until = disk_now_ms() + WRITE_RETRY_MS;
		return false;
	}
	status = write_once(store, keeps, count, now);
	/* As large as it may be: a transaction that only removes needs no room. */
	if (status == DISK_NO_ROOM && write_once(store, NULL, 0, now) == DISK_OK)
		status = write_once(store, keeps, count, now);
	if (status == DISK_OK)
		return is_written(store);
	if (status == DISK_BUSY)
		return write_later(store);
	disk_store_failed(store, status);
	if (status == DISK_NO_ROOM)
		complain(store);
	return status != DISK_MOVED;
}

void disk_store_forget_all(struct disk_store *store)
{
	if (!store->must_discard)
		store->paused_until = 0; /* at once */
	store->must_discard = true;
	store->owed_count = 0;
}

void disk_store_forget(struct disk_store *store, const uint8_t key[PERSON_KEY_LEN])
{
	if (store->must_discard)
		return;
	/* Many at once are no reason to lose all, as long as they can be written. */
	if (store->owed_count == DISK_OWED_MAX)
		disk_store_settle(store);
	if (store->owed_count == DISK_OWED_MAX)
		disk_store_forget_all(store);
	if (store->must_discard)
		return;
	if (store->owed_count == 0)
		store->owed_since = disk_now_ms();
	memcpy(store->owed[store->owed_count++], key, PERSON_KEY_LEN);
}

static enum disk_status write_removals(struct disk_store *store)
{
	int64_t generation = 0;
	enum disk_status status = begin_write(store, true);

	for (size_t i = 0; i < store->owed_count && status == DISK_OK; i++)
		status = disk_remove(&store->file, store->owed[i]);
	if (status == DISK_OK)
		status = disk_next_generation(&store->file, &generation);
	if (status == DISK_OK)
		status = disk_commit(&store->file);
	if (status == DISK_OK)
		store->generation = generation;
	return status;
}

static void settle_owed(struct disk_store *store)
{
	enum disk_status status = store->open ? DISK_OK : disk_store_open(store);

	if (store->owed_count == 0 || (status == DISK_OK && !store->open))
		return; /* it was damaged, and is gone */
	if (status == DISK_OK) {
		status = write_removals(store);
		if (status == DISK_OK) {
			store->owed_count = 0;
			store->paused_until = 0;
			(void)is_written(store);
			return;
		}
		disk_store_failed(store, status);
	}
	if (store->owed_count > 0 && disk_now_ms() - store->owed_since >= DISK_PATIENCE_MS)
		disk_store_forget_all(store);
}

static void discard(struct disk_store *store)
{
	bool gone = store->open ? disk_file_discard(&store->file, DISK_BUSY_MS, true)
				: disk_folder_discard(store->directory);

	disk_store_close(store);
	if (!gone) {
		disk_store_leave_out(store);
		return;
	}
	report(store->reporter, SAY_WARNING, disk_store_name(store), 0,
		"did not take what had to be removed (%s): it was deleted and a new one is begun; "
		"the answers in it are asked for again",
		store->file.reason);
	disk_store_discarded(store);
}

void disk_store_settle(struct disk_store *store)
{
	if (store->owed_count > 0)
		settle_owed(store);
	if (store->must_discard && disk_now_ms() >= store->paused_until)
		discard(store);
}

bool disk_store_owes(const struct disk_store *store)
{
	return store->owed_count > 0 || store->must_discard;
}
