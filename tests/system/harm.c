/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * harm.c - what an enemy who can write the store's file might do to it:
 *
 *	harm FILE swap		two people get each other's answer
 *	harm FILE forever	every answer was stored long ago and is kept for ever
 *	harm FILE spoil		an octet in the middle of every answer is another
 *	harm FILE rubbish	every answer is rubbish of the same length
 *
 * No server has it open meanwhile. Exit code 1 if it could not be done.
 */
#include <lmdb.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#define HEAD_LEN 17 /* version, stored_at, keep_until; then the token (cache/entry.h) */
#define VALUE_MAX 32768

struct answer {
	size_t len;
	uint8_t octets[VALUE_MAX];
};

static int take(const MDB_val *value, struct answer *out)
{
	if (value->mv_size <= HEAD_LEN || value->mv_size > sizeof(out->octets))
		return MDB_BAD_VALSIZE;
	out->len = value->mv_size;
	memcpy(out->octets, value->mv_data, value->mv_size);
	return 0;
}

/* LMDB moves what is in the page, so the key may not lie in it. */
static int put(MDB_cursor *cursor, const MDB_val *key, struct answer *answer)
{
	uint8_t copy[511];
	MDB_val place = { key->mv_size, copy }, value = { answer->len, answer->octets };

	if (key->mv_size > sizeof(copy))
		return MDB_BAD_VALSIZE;
	memcpy(copy, key->mv_data, key->mv_size);
	return mdb_cursor_put(cursor, &place, &value, MDB_CURRENT);
}

/* The first two in the file. */
static int swap(MDB_cursor *cursor)
{
	struct answer first, second;
	MDB_val key, value;
	int error = mdb_cursor_get(cursor, &key, &value, MDB_FIRST);

	if (error == 0)
		error = take(&value, &first);
	if (error == 0)
		error = mdb_cursor_get(cursor, &key, &value, MDB_NEXT);
	if (error == 0)
		error = take(&value, &second);
	if (error == 0)
		error = put(cursor, &key, &first);
	if (error == 0)
		error = mdb_cursor_get(cursor, &key, &value, MDB_FIRST);
	return error != 0 ? error : put(cursor, &key, &second);
}

static void change(struct answer *answer, const char *how)
{
	if (strcmp(how, "forever") == 0) {
		memset(answer->octets + 1, 0, 8);
		memset(answer->octets + 9, 0x7f, 8);
	} else if (strcmp(how, "spoil") == 0) {
		uint8_t *octet = &answer->octets[HEAD_LEN + (answer->len - HEAD_LEN) / 2];

		*octet = *octet == 'A' ? 'B' : 'A';
	} else {
		memset(answer->octets + HEAD_LEN, 'A', answer->len - HEAD_LEN);
	}
}

static int change_all(MDB_cursor *cursor, const char *how)
{
	struct answer answer;
	MDB_val key, value;
	int error = mdb_cursor_get(cursor, &key, &value, MDB_FIRST);

	if (error == MDB_NOTFOUND)
		return error;
	while (error == 0) {
		error = take(&value, &answer);
		if (error != 0)
			return error;
		change(&answer, how);
		error = put(cursor, &key, &answer);
		if (error == 0)
			error = mdb_cursor_get(cursor, &key, &value, MDB_NEXT);
	}
	return error == MDB_NOTFOUND ? 0 : error;
}

static int harm(MDB_env *env, const char *file, const char *how)
{
	MDB_txn *txn;
	MDB_dbi answers;
	MDB_cursor *cursor;
	int error = mdb_env_set_maxdbs(env, 2);

	if (error == 0)
		error = mdb_env_open(env, file, MDB_NOSUBDIR, 0600);
	if (error == 0)
		error = mdb_txn_begin(env, NULL, 0, &txn);
	if (error == 0)
		error = mdb_dbi_open(txn, "answers", 0, &answers);
	if (error == 0)
		error = mdb_cursor_open(txn, answers, &cursor);
	if (error == 0)
		error = strcmp(how, "swap") == 0 ? swap(cursor) : change_all(cursor, how);
	return error != 0 ? error : mdb_txn_commit(txn);
}

int main(int argc, char **argv)
{
	MDB_env *env;
	int error;

	if (argc != 3 || mdb_env_create(&env) != 0) {
		(void)fputs("usage: harm FILE swap|forever|spoil|rubbish\n", stderr);
		return 2;
	}
	error = harm(env, argv[1], argv[2]);
	if (error != 0)
		(void)fprintf(stderr, "harm: %s: %s\n", argv[1], mdb_strerror(error));
	return error != 0;
}
