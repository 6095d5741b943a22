/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * hold.c - a process that is stopped in the middle of a write to the store's file:
 *
 *	hold FILE reserved	others can read
 *	hold FILE exclusive	others cannot
 *
 * Stops itself (SIGSTOP) with the lock held; to be ended by SIGKILL. Exit code 1 if there is no
 * lock to be had.
 */
#include <signal.h>
#include <stdio.h>
#include <string.h>

#include <sqlite3.h>

static int hold(sqlite3 *file, const char *how)
{
	const char *begin = strcmp(how, "exclusive") == 0 ? "BEGIN EXCLUSIVE" : "BEGIN IMMEDIATE";

	if (sqlite3_busy_timeout(file, 5000) != SQLITE_OK ||
		sqlite3_exec(file, begin, NULL, NULL, NULL) != SQLITE_OK ||
		sqlite3_exec(file, "CREATE TABLE held (x); INSERT INTO held VALUES (1)", NULL, NULL,
			NULL) != SQLITE_OK)
		return 1;
	(void)puts("held");
	(void)fflush(stdout);
	return raise(SIGSTOP);
}

int main(int argc, char **argv)
{
	sqlite3 *file = NULL;
	int status = 1;

	if (argc != 3) {
		(void)fputs("usage: hold FILE reserved|exclusive\n", stderr);
		return 2;
	}
	if (sqlite3_open_v2(argv[1], &file, SQLITE_OPEN_READWRITE, NULL) == SQLITE_OK)
		status = hold(file, argv[2]);
	if (status != 0)
		(void)fprintf(stderr, "hold: %s: %s\n", argv[1], sqlite3_errmsg(file));
	(void)sqlite3_close(file);
	return status;
}
