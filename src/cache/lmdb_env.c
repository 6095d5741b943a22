/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "cache/lmdb_env.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>

#define PATH_ROOM 4096
#define READERS_MAX 1024 /* workers of all processes of this machine */

/*
 * NOTLS: read transactions are the store's, not a thread's. NOMETASYNC: a power cut may cost the
 * last transaction, never the file. NORDAHEAD: entries are looked for at random.
 */
#define FLAGS (MDB_NOSUBDIR | MDB_NOTLS | MDB_NOMETASYNC | MDB_NORDAHEAD)

static bool is_damage(int error)
{
	return error == MDB_INVALID || error == MDB_CORRUPTED || error == MDB_PAGE_NOTFOUND ||
	       error == MDB_VERSION_MISMATCH || error == MDB_INCOMPATIBLE ||
	       error == MDB_BAD_VALSIZE || error == EIO;
}

/* Reading a page that the file is too short for would be a SIGBUS, so it is not tried. */
static int check_length(MDB_env *env, const char *path)
{
	struct stat file;
	MDB_envinfo info;
	MDB_stat stat_of_env;

	if (stat(path, &file) != 0)
		return errno;
	(void)mdb_env_info(env, &info);
	(void)mdb_env_stat(env, &stat_of_env);
	return (uint64_t)file.st_size / stat_of_env.ms_psize > info.me_last_pgno ? 0
										  : MDB_CORRUPTED;
}

static int open_tables(MDB_env *env, struct lmdb_tables *tables)
{
	MDB_txn *txn;
	int error = mdb_txn_begin(env, NULL, 0, &txn);

	if (error != 0)
		return error;
	error = lmdb_tables_open(txn, tables);
	if (error != 0) {
		mdb_txn_abort(txn);
		return error;
	}
	return mdb_txn_commit(txn);
}

static int try_open(const char *path, size_t max_octets, struct lmdb_tables *tables, MDB_env **out)
{
	MDB_env *env;
	int dead, error = mdb_env_create(&env);

	if (error != 0)
		return error;
	error = mdb_env_set_mapsize(env, max_octets);
	if (error == 0)
		error = mdb_env_set_maxdbs(env, 2);
	if (error == 0)
		error = mdb_env_set_maxreaders(env, READERS_MAX);
	if (error == 0)
		error = mdb_env_open(env, path, FLAGS, 0600);
	if (error == 0)
		error = check_length(env, path);
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

MDB_env *lmdb_env_open(const char *directory, size_t max_octets, struct lmdb_tables *tables,
		       const struct reporter *reporter)
{
	char path[PATH_ROOM - 64];
	MDB_env *env = NULL;
	int error;

	if ((size_t)snprintf(path, sizeof(path), "%s/%s", directory, LMDB_FILE) >= sizeof(path)) {
		report(reporter, SAY_WARNING, NULL, 0, "the store's path is too long: no store");
		return NULL;
	}
	error = try_open(path, max_octets, tables, &env);
	if (is_damage(error) && set_aside(path, reporter))
		error = try_open(path, max_octets, tables, &env);
	if (error != 0)
		report(reporter, SAY_WARNING, path, 0,
			"cannot be used (%s): answers are kept in memory only; see that the folder "
			"exists and that the server's user may write to it",
			mdb_strerror(error));
	return env;
}
