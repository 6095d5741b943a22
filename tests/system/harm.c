/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * harm.c - what an enemy who can write the store's file might do to it:
 *
 *	harm FILE swap		two people get each other's answer
 *	harm FILE forever	every answer was stored long ago and is kept for ever
 *	harm FILE spoil		an octet in the middle of every answer is another
 *	harm FILE rubbish	every answer is rubbish of the same length
 *
 * No server has it open meanwhile. Exit code 1 if it could not be done, or there was nothing to
 * harm.
 */
#include <stdio.h>
#include <string.h>

#include <sqlite3.h>

/*
 * An entry is a version, stored_at and keep_until of 8 octets each, and the token (cache/entry.h).
 */
#define HEAD "substr(entry, 1, 17)"
#define TOKEN "substr(entry, 18)"
/* What || has joined is a text. */
#define AS_BLOB(text) "CAST(" text " AS BLOB)"

static const struct {
	const char *how, *what;
} harms[] = {
	{ "swap", "CREATE TEMP TABLE two AS SELECT id, entry FROM answers ORDER BY id LIMIT 2;"
		  "UPDATE answers SET entry = (SELECT entry FROM two WHERE two.id != answers.id) "
		  "WHERE id IN (SELECT id FROM two)" },
	{ "forever", "UPDATE answers SET stored_at = 0, keep_until = 0x7f7f7f7f7f7f7f7f, entry "
		     "= " AS_BLOB("substr(entry, 1, 1) || x'0000000000000000' || "
				  "x'7f7f7f7f7f7f7f7f' || " TOKEN) },
	{ "spoil",
		"UPDATE answers SET entry = " AS_BLOB(
			"substr(entry, 1, length(entry) / 2) || "
			"CASE substr(entry, length(entry) / 2 + 1, 1) WHEN x'41' THEN x'42' ELSE "
			"x'41' END || substr(entry, length(entry) / 2 + 2)") },
	{ "rubbish", "UPDATE answers SET entry = " AS_BLOB(
			     HEAD " || substr(replace(hex(zeroblob(length(entry))), '0', 'A'), 18, "
				  "length(entry) - 17)") },
};

static int harm(sqlite3 *file, const char *how)
{
	for (size_t i = 0; i < sizeof(harms) / sizeof(harms[0]); i++)
		if (strcmp(how, harms[i].how) == 0)
			return sqlite3_exec(file, harms[i].what, NULL, NULL, NULL) == SQLITE_OK &&
					       sqlite3_changes(file) > 0
				       ? 0
				       : 1;
	return 2;
}

int main(int argc, char **argv)
{
	sqlite3 *file = NULL;
	int status = 2;

	if (argc == 3)
		status = sqlite3_open_v2(argv[1], &file, SQLITE_OPEN_READWRITE, NULL) == SQLITE_OK
				 ? harm(file, argv[2])
				 : 1;
	if (status == 2)
		(void)fputs("usage: harm FILE swap|forever|spoil|rubbish\n", stderr);
	else if (status == 1)
		(void)fprintf(stderr, "harm: %s: %s\n", argv[1], sqlite3_errmsg(file));
	(void)sqlite3_close(file);
	return status;
}
