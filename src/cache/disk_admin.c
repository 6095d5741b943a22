/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "cache/disk_admin.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <openssl/crypto.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define BUSY_MS 5000 /* nobody waits in a shop meanwhile */
#define ALL_BUSY_MS 1000 /* then it is done all the same */
#define FORMER "answers.mdb" /* and what that name begins: the lock, what was set aside */

struct disk_admin {
	const char *directory;
	const struct reporter *reporter;
	struct disk_file file;
};

static const char *name_of(const struct disk_admin *admin)
{
	return admin->file.path[0] != '\0' ? admin->file.path : admin->directory;
}

static enum disk_status open_file(
	struct disk_admin *admin, int busy_ms, uint64_t max_octets, bool create)
{
	const struct disk_file_options options = {
		.directory = admin->directory,
		.max_octets = max_octets,
		.busy_ms = busy_ms,
		.create = create,
	};

	return disk_file_open(&admin->file, &options);
}

static bool failed(const struct disk_admin *admin, enum disk_status status)
{
	const char *remedy = "see that the disk has room and that the file may be written to";

	if (status == DISK_DAMAGED)
		remedy = "remove it with cache purge --all; a server does so by itself";
	else if (status == DISK_BUSY)
		remedy = "repeat this, or remove it with cache purge --all";
	report(admin->reporter, SAY_ERROR, name_of(admin), 0, "cannot be used (%s): %s",
		status == DISK_MOVED ? "another has been begun" : admin->file.reason, remedy);
	return false;
}

struct disk_admin *disk_admin_open(
	const char *directory, uint64_t max_octets, const struct reporter *reporter)
{
	struct disk_admin *admin = calloc(1, sizeof(*admin));
	enum disk_status status;

	if (admin == NULL) {
		report(reporter, SAY_ERROR, directory, 0, "there is no memory");
		return NULL;
	}
	admin->directory = directory;
	admin->reporter = reporter;
	status = open_file(admin, BUSY_MS, max_octets, false);
	if (status == DISK_OK)
		return admin;
	if (status == DISK_UNUSABLE)
		report(reporter, SAY_ERROR, name_of(admin), 0,
			"cannot be opened (%s): has the server been started once, and are you root "
			"or its user?",
			admin->file.reason);
	else
		(void)failed(admin, status);
	disk_admin_close(admin);
	return NULL;
}

void disk_admin_close(struct disk_admin *admin)
{
	if (admin != NULL)
		disk_file_close(&admin->file);
	free(admin);
}

static enum disk_status count_in(struct disk_file *file, struct disk_count *out)
{
	enum disk_status status = disk_begin_read(file);

	if (status == DISK_OK)
		status = disk_count(file, out);
	return status == DISK_OK ? disk_commit(file) : status;
}

bool disk_admin_count(struct disk_admin *admin, struct disk_count *out)
{
	enum disk_status status = count_in(&admin->file, out);

	return status == DISK_OK || failed(admin, status);
}

/*
 * The number changes also if there was nothing: a server's memory may have what the file has not.
 */
static enum disk_status finish_removal(struct disk_file *file)
{
	int64_t generation;
	enum disk_status status = disk_next_generation(file, &generation);

	return status == DISK_OK ? disk_commit(file) : status;
}

bool disk_admin_remove(
	struct disk_admin *admin, const uint8_t key[PERSON_KEY_LEN], int64_t now, uint64_t *removed)
{
	struct entry entry;
	bool found = false;
	enum disk_status status = disk_begin_write(&admin->file, true);

	if (status == DISK_OK)
		status = disk_get(&admin->file, key, now, &entry, &found);
	OPENSSL_cleanse(&entry, sizeof(entry));
	if (status == DISK_OK)
		status = disk_remove(&admin->file, key);
	if (status == DISK_OK)
		status = finish_removal(&admin->file);
	if (status != DISK_OK)
		return failed(admin, status);
	*removed += found;
	return true;
}

/* The last step makes all of them durable. */
static enum disk_status remove_step(
	struct disk_file *file, int64_t before, int64_t *after, uint64_t *removed)
{
	enum disk_status status = disk_begin_write(file, true);

	if (status == DISK_OK)
		status = disk_remove_before(file, before, after, removed);
	return status == DISK_OK ? finish_removal(file) : status;
}

bool disk_admin_remove_before(struct disk_admin *admin, int64_t before, uint64_t *removed)
{
	int64_t after = INT64_MIN;
	enum disk_status status = DISK_OK;

	while (after != INT64_MAX && status == DISK_OK) {
		uint64_t step = 0;

		status = remove_step(&admin->file, before, &after, &step);
		*removed += status == DISK_OK ? step : 0;
	}
	return status == DISK_OK || failed(admin, status);
}

/* Also what was set aside as damaged. */
static bool remove_former(const char *directory)
{
	int folder = open(directory, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	DIR *listing = folder >= 0 ? fdopendir(folder) : NULL;
	struct dirent *each;
	bool done = listing != NULL;

	if (listing == NULL && folder >= 0)
		(void)close(folder);
	while (listing != NULL && (each = readdir(listing)) != NULL)
		if (strncmp(each->d_name, FORMER, strlen(FORMER)) == 0)
			done = unlinkat(folder, each->d_name, 0) == 0 && done;
	if (listing != NULL)
		(void)closedir(listing);
	return done;
}

/* Whether whoever this is owns the file: another one of root's would be no use to the server. */
static bool is_own(const struct disk_admin *admin)
{
	struct stat seen;

	return lstat(admin->file.path, &seen) == 0 && seen.st_uid == geteuid();
}

bool disk_admin_remove_all(const char *directory, uint64_t max_octets,
	const struct reporter *reporter, uint64_t *removed)
{
	struct disk_admin admin = { .directory = directory, .reporter = reporter };
	struct disk_count count = { .entries = 0 };
	enum disk_status status = open_file(&admin, ALL_BUSY_MS, max_octets, false);
	bool own = is_own(&admin), done;

	if (status == DISK_OK && count_in(&admin.file, &count) != DISK_OK)
		count.entries = 0;
	done = disk_file_discard(&admin.file, ALL_BUSY_MS, true);
	done = remove_former(directory) && done;
	disk_file_close(&admin.file);
	if (!done)
		report(reporter, SAY_ERROR, name_of(&admin), 0,
			"cannot be removed, nor what is set aside beside it: see who owns the "
			"folder and whether it may be written to");
	if (done && own) {
		status = open_file(&admin, ALL_BUSY_MS, max_octets, true);
		done = status == DISK_OK || failed(&admin, status);
		disk_file_close(&admin.file);
	}
	*removed = count.entries;
	return done;
}
