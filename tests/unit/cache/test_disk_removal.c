/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What is removed is gone from the file and its journal, octet by octet, not only from an index.
 * Every key and token carries a mark and a number of its own, so that any part of one that is left
 * somewhere is seen, and whose it was.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "a_disk.h"
#include "a_vfs.h"

#define HISTORIES 100
#define TRANSACTIONS 40
#define CHANGES 60 /* in a transaction, at most */
#define PEOPLE 2000
#define MARK "\xa7mIgRa\x91"
#define MARK_LEN 8
#define STAMP_LEN (MARK_LEN + 8) /* the mark, and a number */

struct history {
	uint64_t random;
	struct folder folder;
	struct disk_file file;
	uint64_t token_of[PEOPLE]; /* the number of what is kept; 0: nothing */
	uint64_t last_number;
	bool is_there[TRANSACTIONS * CHANGES + 1]; /* by number */
};

static uint64_t draw(struct history *history, uint64_t below)
{
	history->random ^= history->random << 13;
	history->random ^= history->random >> 7;
	history->random ^= history->random << 17;
	return history->random % below;
}

static void stamp(uint8_t *at, uint64_t number)
{
	memcpy(at, MARK, MARK_LEN);
	memcpy(at + MARK_LEN, &number, sizeof(number));
}

/* Spread as keys are, with the number of the person at the end. */
static struct person_key marked_key(uint64_t person)
{
	struct person_key key = key_of((uint32_t)person);

	stamp(key.bytes + PERSON_KEY_LEN - STAMP_LEN, person);
	return key;
}

static void put(struct history *history, uint64_t person)
{
	static struct entry entry;
	static uint8_t octets[ENTRY_LEN_MAX];
	struct person_key key = marked_key(person);
	struct disk_row row = { key.bytes, NOW, NOW + (int64_t)draw(history, 100000), octets, 0 };

	history->is_there[history->token_of[person]] = false;
	history->token_of[person] = ++history->last_number;
	history->is_there[history->last_number] = true;
	entry.stored_at = row.stored_at;
	entry.keep_until = row.keep_until;
	entry.token_len = (500 + draw(history, 2500)) / STAMP_LEN * STAMP_LEN;
	for (size_t i = 0; i < entry.token_len; i += STAMP_LEN)
		stamp((uint8_t *)entry.token + i, PEOPLE + history->last_number);
	entry_pack(&entry, octets);
	row.len = entry_len(&entry);
	assert_int_equal(disk_put(&history->file, &row), DISK_OK);
}

static void take_away(struct history *history, uint64_t person)
{
	struct person_key key = marked_key(person);

	history->is_there[history->token_of[person]] = false;
	history->token_of[person] = 0;
	assert_int_equal(disk_remove(&history->file, key.bytes), DISK_OK);
}

/* Most of those who are in it are few people, so that they are replaced and removed often. */
static void change(struct history *history)
{
	uint64_t person = draw(history, draw(history, 3) == 0 ? PEOPLE : PEOPLE / 4);

	if (draw(history, 100) < 55)
		put(history, person);
	else
		take_away(history, person);
}

static void transaction(struct history *history, void (*each)(struct history *history))
{
	assert_int_equal(disk_begin_write(&history->file, false), DISK_OK);
	for (uint64_t i = draw(history, CHANGES) + 1; i > 0; i--)
		each(history);
	assert_int_equal(disk_commit(&history->file), DISK_OK);
}

static bool is_kept(const struct history *history, uint64_t number)
{
	if (number < PEOPLE)
		return history->token_of[number] != 0;
	return number - PEOPLE < ARRAY_LEN(history->is_there) && history->is_there[number - PEOPLE];
}

/* How many marks there are; fails at one of what was removed. */
static size_t search(const struct history *history, const char *name)
{
	struct place place = in_folder(&history->folder, name);
	FILE *file = fopen(place.path, "r");
	uint8_t *octets, *at;
	size_t len, marks = 0;
	struct stat seen;

	if (file == NULL)
		return 0;
	assert_int_equal(fstat(fileno(file), &seen), 0);
	octets = malloc((size_t)seen.st_size + STAMP_LEN);
	assert_non_null(octets);
	len = fread(octets, 1, (size_t)seen.st_size, file);
	(void)fclose(file);
	for (at = octets; (at = memchr(at, (uint8_t)MARK[0], len - (size_t)(at - octets))) != NULL;
		at++) {
		uint64_t number;

		if (len - (size_t)(at - octets) < STAMP_LEN)
			break;
		if (memcmp(at, MARK, MARK_LEN) != 0)
			continue;
		marks++;
		memcpy(&number, at + MARK_LEN, sizeof(number));
		if (!is_kept(history, number))
			fail_msg("%s: octet %zu: %s that was removed", name, (size_t)(at - octets),
				number < PEOPLE ? "a key" : "a token");
	}
	free(octets);
	return marks;
}

static size_t search_both(const struct history *history)
{
	return search(history, DISK_FILE_NAME) + search(history, DISK_FILE_NAME "-journal");
}

static void history_open(struct history *history, uint64_t seed)
{
	const struct disk_file_options options = { history->folder.path, 64 * MIB, 50, true };

	memset(history->token_of, 0, sizeof(history->token_of));
	memset(history->is_there, 0, sizeof(history->is_there));
	history->random = (seed + 1) * 0x9e3779b97f4a7c15u;
	history->last_number = 0;
	assert_int_equal(disk_file_open(&history->file, &options), DISK_OK);
}

static void test_removed_from_the_file(void **state)
{
	static struct history history;

	(void)state;
	history.folder = folder_new();
	for (uint64_t seed = 0; seed < HISTORIES; seed++) {
		print_message("seed %u\n", (unsigned)seed);
		history_open(&history, seed);
		for (int i = 0; i < TRANSACTIONS; i++)
			transaction(&history, change);
		assert_true(search_both(&history) > 1000);
		for (uint64_t person = 0; person < PEOPLE; person++) {
			if (person % 500 == 0)
				assert_int_equal(disk_begin_write(&history.file, false), DISK_OK);
			take_away(&history, person);
			if (person % 500 == 499)
				assert_int_equal(disk_commit(&history.file), DISK_OK);
			if (person % 500 == 499 && person + 1 < PEOPLE)
				(void)search_both(&history);
		}
		assert_int_equal(search_both(&history), 0);
		disk_file_close(&history.file);
		folder_empty(&history.folder);
	}
	folder_remove(&history.folder);
}

/* What the tool removes, and what a refusal does. */
static void test_removed_by_the_tool(void **state)
{
	static struct history history;
	struct disk_admin *admin;
	uint64_t removed = 0;

	(void)state;
	history.folder = folder_new();
	history_open(&history, 1000);
	for (int i = 0; i < TRANSACTIONS; i++)
		transaction(&history, change);
	disk_file_close(&history.file);
	admin = disk_admin_open(history.folder.path, 64 * MIB, NULL);
	assert_non_null(admin);
	for (uint64_t person = 0; person < PEOPLE; person += 3) {
		struct person_key key = marked_key(person);

		assert_true(disk_admin_remove(admin, key.bytes, NOW, &removed));
		history.is_there[history.token_of[person]] = false;
		history.token_of[person] = 0;
	}
	assert_true(removed > 0);
	assert_true(search_both(&history) > 0);
	assert_true(disk_admin_remove_before(admin, NOW + 1, &removed));
	memset(history.token_of, 0, sizeof(history.token_of));
	memset(history.is_there, 0, sizeof(history.is_there));
	assert_int_equal(search_both(&history), 0);
	disk_admin_close(admin);
	folder_remove(&history.folder);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_removed_from_the_file),
		cmocka_unit_test(test_removed_by_the_tool),
	};

	faults_register();
	return cmocka_run_group_tests(tests, NULL, NULL);
}
