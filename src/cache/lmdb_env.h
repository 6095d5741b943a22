/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * lmdb_env.h - an LMDB environment opened with care: a damaged file is set aside instead of
 * crashing the server.
 */
#ifndef MIGRANTID_LMDB_ENV_H
#define MIGRANTID_LMDB_ENV_H

#include "cache/lmdb_entries.h"

#define LMDB_FILE "answers.mdb"

/*
 * Open DIRECTORY/answers.mdb and its tables. NULL after a warning that says what to do. The caller
 * mdb_env_close()s it. A process may have one environment of a file open at a time: LMDB's locks
 * are the process's, and closing a second one would drop those of the first.
 */
MUST_CHECK MDB_env *lmdb_env_open(const char *directory, size_t max_octets,
				  struct lmdb_tables *tables, const struct reporter *reporter);

#endif
