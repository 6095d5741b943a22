/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "cache/lmdb_entries.h"

#include <string.h>

#include "cache/entry.h"

#define TIME_KEY_LEN (1 + 8 + PERSON_KEY_LEN)
#define BY_END 'E'
#define BY_AGE 'S'
#define GENERATION 'G'
#define GENERATION_FIRST 1 /* of a store from which nothing was removed yet */

static MDB_val time_key(uint8_t out[TIME_KEY_LEN], uint8_t kind, int64_t at, const uint8_t *person)
{
	/* Times before 1970 do not occur; they would sort last. */
	out[0] = kind;
	entry_put_number(out + 1, at);
	memcpy(out + 9, person, PERSON_KEY_LEN);
	return (MDB_val){ TIME_KEY_LEN, out };
}

static MDB_val person_val(const uint8_t *key)
{
	return (MDB_val){ PERSON_KEY_LEN, (void *)(uintptr_t)key };
}

int lmdb_tables_open(MDB_txn *txn, struct lmdb_tables *out)
{
	int error = mdb_dbi_open(txn, "answers", MDB_CREATE, &out->answers);

	return error != 0 ? error : mdb_dbi_open(txn, "times", MDB_CREATE, &out->times);
}

int lmdb_entry_get(MDB_txn *txn, const struct lmdb_tables *tables,
		   const uint8_t key[PERSON_KEY_LEN], struct store_entry *out)
{
	MDB_val place = person_val(key), value;
	int error = mdb_get(txn, tables->answers, &place, &value);

	if (error != 0)
		return error;
	return entry_unpack(value.mv_data, value.mv_size, out) ? 0 : MDB_NOTFOUND;
}

static int forget_time(MDB_txn *txn, const struct lmdb_tables *tables, uint8_t kind, int64_t at,
		       const uint8_t *person)
{
	uint8_t octets[TIME_KEY_LEN];
	MDB_val key = time_key(octets, kind, at, person);
	int error = mdb_del(txn, tables->times, &key, NULL);

	return error == MDB_NOTFOUND ? 0 : error;
}

static int note_time(MDB_txn *txn, const struct lmdb_tables *tables, uint8_t kind, int64_t at,
		     const uint8_t *person)
{
	uint8_t octets[TIME_KEY_LEN];
	MDB_val key = time_key(octets, kind, at, person), nothing = { 0, octets };

	return mdb_put(txn, tables->times, &key, &nothing, 0);
}

int lmdb_entry_remove(MDB_txn *txn, const struct lmdb_tables *tables,
		      const uint8_t key[PERSON_KEY_LEN])
{
	MDB_val place = person_val(key), value;
	int64_t stored_at, keep_until;
	int error = mdb_get(txn, tables->answers, &place, &value);

	if (error != 0)
		return error;
	if (entry_times(value.mv_data, value.mv_size, &stored_at, &keep_until)) {
		error = forget_time(txn, tables, BY_AGE, stored_at, key);
		if (error == 0)
			error = forget_time(txn, tables, BY_END, keep_until, key);
		if (error != 0)
			return error;
	}
	return mdb_del(txn, tables->answers, &place, NULL);
}

int lmdb_entry_put(MDB_txn *txn, const struct lmdb_tables *tables,
		   const uint8_t key[PERSON_KEY_LEN], const struct store_entry *entry)
{
	MDB_val place = person_val(key), value = { entry_len(entry), NULL };
	int error = lmdb_entry_remove(txn, tables, key);

	if (error != 0 && error != MDB_NOTFOUND)
		return error;
	error = mdb_put(txn, tables->answers, &place, &value, MDB_RESERVE);
	if (error != 0)
		return error;
	entry_pack(entry, value.mv_data);
	error = note_time(txn, tables, BY_AGE, entry->stored_at, key);
	return error != 0 ? error : note_time(txn, tables, BY_END, entry->keep_until, key);
}

/* The first in `times` of a kind, if its time is before `before`. */
static int first_of(MDB_txn *txn, const struct lmdb_tables *tables, uint8_t kind, int64_t before,
		    uint8_t person[PERSON_KEY_LEN], uint8_t found[TIME_KEY_LEN])
{
	MDB_val key = { 1, &kind }, nothing;
	MDB_cursor *cursor;
	const uint8_t *octets;
	int error = mdb_cursor_open(txn, tables->times, &cursor);

	if (error != 0)
		return error;
	error = mdb_cursor_get(cursor, &key, &nothing, MDB_SET_RANGE);
	octets = key.mv_data;
	if (error == 0 && (key.mv_size != TIME_KEY_LEN || octets[0] != kind ||
				  entry_get_number(octets + 1) >= before))
		error = MDB_NOTFOUND;
	if (error == 0) {
		memcpy(found, octets, TIME_KEY_LEN);
		memcpy(person, octets + 9, PERSON_KEY_LEN);
	}
	mdb_cursor_close(cursor);
	return error;
}

static int evict_kind(MDB_txn *txn, const struct lmdb_tables *tables, uint8_t kind, int64_t before,
		      size_t *left, size_t *removed)
{
	uint8_t person[PERSON_KEY_LEN], found[TIME_KEY_LEN];
	int error = 0;

	while (*left > 0) {
		MDB_val key = { TIME_KEY_LEN, found };

		error = first_of(txn, tables, kind, before, person, found);
		if (error != 0)
			break;
		error = lmdb_entry_remove(txn, tables, person);
		if (error != 0 && error != MDB_NOTFOUND)
			break;
		/* Gone with its entry, unless the table was damaged. */
		error = mdb_del(txn, tables->times, &key, NULL);
		if (error != 0 && error != MDB_NOTFOUND)
			break;
		(*left)--;
		(*removed)++;
	}
	return error == MDB_NOTFOUND ? 0 : error;
}

int lmdb_entries_evict(MDB_txn *txn, const struct lmdb_tables *tables, int64_t now, int64_t before,
		       size_t most, size_t *removed)
{
	/* An entry ends at keep_until: at that second it is over. */
	int64_t ended_before = now < INT64_MAX ? now + 1 : now;
	int error = evict_kind(txn, tables, BY_END, ended_before, &most, removed);

	return error != 0 ? error : evict_kind(txn, tables, BY_AGE, before, &most, removed);
}

int lmdb_entries_clear(MDB_txn *txn, const struct lmdb_tables *tables, size_t most, size_t *removed)
{
	MDB_cursor *cursor;
	int error = mdb_cursor_open(txn, tables->answers, &cursor);

	for (; error == 0 && most > 0; most--) {
		MDB_val place, value;
		uint8_t person[PERSON_KEY_LEN];

		error = mdb_cursor_get(cursor, &place, &value, MDB_FIRST);
		if (error != 0)
			break;
		if (place.mv_size == PERSON_KEY_LEN) {
			memcpy(person, place.mv_data, PERSON_KEY_LEN);
			error = lmdb_entry_remove(txn, tables, person);
		} else {
			error = mdb_cursor_del(cursor, 0);
		}
		*removed += error == 0;
	}
	mdb_cursor_close(cursor);
	return error == MDB_NOTFOUND ? 0 : error;
}

int lmdb_generation_get(MDB_txn *txn, const struct lmdb_tables *tables, uint64_t *out)
{
	uint8_t kind = GENERATION;
	MDB_val key = { 1, &kind }, value;
	int error = mdb_get(txn, tables->times, &key, &value);

	*out = GENERATION_FIRST;
	if (error == 0 && value.mv_size == 8)
		*out = (uint64_t)entry_get_number(value.mv_data);
	if (*out == 0)
		*out = GENERATION_FIRST;
	return error == MDB_NOTFOUND ? 0 : error;
}

int lmdb_generation_next(MDB_txn *txn, const struct lmdb_tables *tables)
{
	uint8_t kind = GENERATION, octets[8];
	MDB_val key = { 1, &kind }, value = { sizeof(octets), octets };
	uint64_t generation;
	int error = lmdb_generation_get(txn, tables, &generation);

	if (error != 0)
		return error;
	entry_put_number(octets, (int64_t)(generation + 1));
	return mdb_put(txn, tables->times, &key, &value, 0);
}

int lmdb_entries_count(MDB_txn *txn, const struct lmdb_tables *tables, uint64_t *entries,
		       uint64_t *octets)
{
	MDB_stat answers, times;
	int error = mdb_stat(txn, tables->answers, &answers);

	if (error == 0)
		error = mdb_stat(txn, tables->times, &times);
	if (error != 0)
		return error;
	*entries = answers.ms_entries;
	*octets = (answers.ms_branch_pages + answers.ms_leaf_pages + answers.ms_overflow_pages +
			  times.ms_branch_pages + times.ms_leaf_pages + times.ms_overflow_pages) *
		  (uint64_t)answers.ms_psize;
	return 0;
}
