/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "cache/lmdb_env.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#define PATH_ROOM 4096
#define READERS_MAX 1024 /* workers of all processes of this machine */

/*
 * NOTLS: read transactions are the store's, not a thread's. NOMETASYNC: a process that is killed
 * costs nothing, as the kernel has what was committed; a power cut may cost the last transaction,
 * never the file; and a commit waits for the disk once, not twice. NORDAHEAD: entries are looked
 * for at random.
 */
#define FLAGS (MDB_NOSUBDIR | MDB_NOTLS | MDB_NOMETASYNC | MDB_NORDAHEAD)

static bool is_damage(int error)
{
	return error == MDB_INVALID || error == MDB_CORRUPTED || error == MDB_PAGE_NOTFOUND ||
	       error == MDB_VERSION_MISMATCH || error == MDB_INCOMPATIBLE ||
	       error == MDB_BAD_VALSIZE || error == EIO;
}

/*
 * Reading a page that the file is too short for would be a SIGBUS, so it is not tried. LMDB may
 * leave the last pages of a commit unwritten; so that a sound file is never short for that, it gets
 * its whole length at once, as a hole that takes no room on the disk.
 */
static int check_length(MDB_env *env)
{
	struct stat file;
	MDB_envinfo info;
	MDB_stat pages;
	int fd;

	(void)mdb_env_get_fd(env, &fd);
	if (fstat(fd, &file) != 0)
		return errno;
	(void)mdb_env_info(env, &info);
	(void)mdb_env_stat(env, &pages);
	if ((uint64_t)file.st_size / pages.ms_psize <= info.me_last_pgno)
		return MDB_CORRUPTED;
	if ((uint64_t)file.st_size < info.me_mapsize &&
		ftruncate(fd, (off_t)info.me_mapsize) != 0)
		return errno;
	return 0;
}

/* In a write transaction: no other process makes the file grow meanwhile. */
static int open_tables(MDB_env *env, struct lmdb_tables *tables)
{
	MDB_txn *txn;
	int error = mdb_txn_begin(env, NULL, 0, &txn);

	if (error != 0)
		return error;
	error = check_length(env);
	if (error == 0)
		error = lmdb_tables_open(txn, tables);
	if (error != 0) {
		mdb_txn_abort(txn);
		return error;
	}
	return mdb_txn_commit(txn);
}

/* A file that was allowed more may be in use by others: with less, theirs could not be read. */
static size_t map_size(const char *path, size_t max_octets)
{
	struct stat file;

	if (stat(path, &file) != 0 || !S_ISREG(file.st_mode) || (size_t)file.st_size < max_octets)
		return max_octets;
	return (size_t)file.st_size;
}

static int try_open(const char *path, size_t max_octets, struct lmdb_tables *tables, MDB_env **out)
{
	MDB_env *env;
	int dead, error = mdb_env_create(&env);

	if (error != 0)
		return error;
	error = mdb_env_set_mapsize(env, map_size(path, max_octets));
	if (error == 0)
		error = mdb_env_set_maxdbs(env, 2);
	if (error == 0)
		error = mdb_env_set_maxreaders(env, READERS_MAX);
	if (error == 0)
		error = mdb_env_open(env, path, FLAGS, 0600);
	/* Readers of processes that were killed would keep old pages from being used again. */
	if (error == 0)
		error = mdb_reader_check(env, &dead);
	if (error == 0)
		error = open_tables(env, tables);
	if (error != 0) {
		mdb_env_close(env);
		return error;
	}
	*out = env;
	return 0;
}

static bool set_aside(const char *path, const struct reporter *reporter)
{
	char aside[PATH_ROOM], lock[PATH_ROOM];

	(void)snprintf(lock, sizeof(lock), "%s-lock", path);
	(void)snprintf(aside, sizeof(aside), "%s.damaged-%lld", path, (long long)time(NULL));
	if (rename(path, aside) != 0)
		return false;
	(void)remove(lock);
	report(reporter, SAY_WARNING, path, 0,
		"is damaged: it was set aside as %s and a new one begun; the answers in it are "
		"asked for again",
		aside);
	return true;
}

/*
 * Processes that start at once take turns, or one would set aside what another has just begun.
 * Without the lock, on a file system that has none, it goes on all the same.
 */
static int lock_folder(const char *directory)
{
	int fd = open(directory, O_RDONLY | O_DIRECTORY | O_CLOEXEC);

	if (fd >= 0)
		(void)flock(fd, LOCK_EX);
	return fd;
}

MDB_env *lmdb_env_open(const char *directory, size_t max_octets, struct lmdb_tables *tables,
		       const struct reporter *reporter)
{
	char path[PATH_ROOM - 64];
	MDB_env *env = NULL;
	int error, lock;

	if ((size_t)snprintf(path, sizeof(path), "%s/%s", directory, LMDB_FILE) >= sizeof(path)) {
		report(reporter, SAY_WARNING, NULL, 0, "the store's path is too long: no store");
		return NULL;
	}
	lock = lock_folder(directory);
	error = try_open(path, max_octets, tables, &env);
	if (is_damage(error) && set_aside(path, reporter))
		error = try_open(path, max_octets, tables, &env);
	if (lock >= 0)
		(void)close(lock);
	if (error != 0)
		report(reporter, SAY_WARNING, path, 0,
			"cannot be used (%s): answers are kept in memory only; see that the folder "
			"exists and that the server's user may write to it",
			mdb_strerror(error));
	return env;
}
