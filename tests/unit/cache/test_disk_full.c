/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A disk that is full, or fails, at each single access in turn and for ever: sales go on, it is
 * said, and what had to be removed never comes back.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "a_disk.h"
#include "a_vfs.h"
#include "cache/disk_store.h"

#define KEPT 12u

static struct disk_store store;

static bool find(uint32_t number)
{
	struct disk_find one = { .count = 1, .now = NOW };
	struct disk_find *const finds[] = { &one };
	struct person_key key = key_of(number);

	memcpy(one.keys[0], key.bytes, PERSON_KEY_LEN);
	disk_store_read(&store, finds, 1);
	free(one.octets);
	return one.octets != NULL;
}

static bool write_one(uint32_t number)
{
	uint8_t octets[ENTRY_HEAD_LEN + 5000];
	struct entry *entry = entry_of(number, NOW, LONG_TIME, number % 2 == 0 ? 700 : 5000);
	struct person_key key = key_of(number);
	struct disk_keep keep = { { key.bytes, NOW, LONG_TIME, octets, entry_len(entry) },
		store.epoch };

	entry_pack(entry, octets);
	free(entry);
	return disk_store_write(&store, &keep, 1, NOW);
}

/* Until it is done, which must come. */
static void forget_number(uint32_t number)
{
	struct person_key key = key_of(number);

	disk_store_forget(&store, key.bytes);
	for (int i = 0; disk_store_owes(&store); i++) {
		disk_store_settle(&store);
		assert_false(disk_store_owes(&store) && find(number));
		assert_true(i < 1000);
		nap_ms(disk_store_owes(&store) ? 10 : 0);
	}
}

/* Open, keep, forget, find, close: with a fault somewhere in it. */
static void live(const struct folder *folder, const struct reporter *reporter)
{
	unsigned written = 0;

	disk_store_init(&store, folder->path, MIB, reporter);
	disk_store_poll(&store);
	for (uint32_t i = 0; i < KEPT; i++)
		written += write_one(i);
	assert_true(written <= KEPT);
	forget_number(3);
	(void)find(1);
	(void)find(3);
	disk_store_close(&store);
}

/* Afterwards the disk is well again. */
static void check(const struct folder *folder, const struct reporter *reporter)
{
	disk_store_init(&store, folder->path, MIB, reporter);
	assert_false(find(3));
	(void)find(2);
	assert_true(write_one(1000));
	assert_true(find(1000));
	disk_store_close(&store);
}

static void test_each_access_fails(void **state)
{
	static const struct {
		unsigned which;
		int code;
	} rows[] = {
		{ A_WRITE, SQLITE_FULL },
		{ A_WRITE, SQLITE_IOERR_WRITE },
		{ A_SYNC, SQLITE_IOERR_FSYNC },
		{ A_TRUNCATE, SQLITE_IOERR_TRUNCATE },
		{ A_READ, SQLITE_IOERR_READ },
		{ A_OPEN, SQLITE_CANTOPEN },
		{ A_DELETE, SQLITE_IOERR_DELETE },
	};

	(void)state;
	for (size_t row = 0; row < ARRAY_LEN(rows); row++) {
		int n = 0, failures;

		do {
			struct folder folder = folder_new();
			struct heard heard;
			struct reporter reporter = heard_by(&heard);

			faults_on(rows[row].which, ++n, rows[row].code, false);
			live(&folder, &reporter);
			failures = faults.failures;
			faults_off();
			check(&folder, &reporter);
			if (heard.count > 4)
				fail_msg("row %zu, %d: %s", row, n, heard.text);
			folder_remove(&folder);
		} while (failures > 0);
		print_message("row %zu: %d accesses\n", row, n - 1);
	}
}

/* What is there is found all the while; that it is full is said once. */
static void test_full_for_long(void **state)
{
	struct folder folder = folder_new();
	struct stand stand;

	(void)state;
	stand_new(&stand, &folder, MIB);
	keep(&stand, 1);
	assert_true(found_soon(&stand, 1));
	faults_on(A_WRITE, 1, SQLITE_FULL, true);
	for (uint32_t i = 10; i < 20; i++) {
		keep(&stand, i);
		nap_ms(120);
		assert_int_not_equal(lookup(&stand, 1), 0);
	}
	assert_int_equal(lookup(&stand, 15), 0);
	assert_true(said(&stand, "answers could not be kept in it (database or disk is full)"));
	assert_int_equal(times_said(&stand), 1);
	faults_off();
	keep(&stand, 2);
	assert_true(found_soon(&stand, 2));
	assert_int_not_equal(lookup(&stand, 1), 0);
	stand_close(&stand);
	folder_remove(&folder);
}

/* Not read until it is removed; after a second the file goes, for which there is always room. */
static void test_removal_on_a_full_disk(void **state)
{
	struct folder folder = folder_new();
	struct stand stand;

	(void)state;
	for (int quits = 0; quits < 2; quits++) {
		stand_new(&stand, &folder, MIB);
		keep(&stand, 1);
		keep(&stand, 2);
		assert_true(found_soon(&stand, 2));
		faults_on(A_WRITE, 1, SQLITE_FULL, true);
		forget(&stand, 1);
		assert_int_equal(lookup(&stand, 1), 0);
		assert_int_equal(lookup(&stand, 2), 0);
		if (quits == 0)
			assert_true(said_soon(&stand, "did not take what had to be removed", 3000));
		stand_close_by(&stand, quits == 0 ? 10000 : 100);
		faults_off();
		stand_new(&stand, &folder, MIB);
		assert_int_equal(lookup(&stand, 1), 0);
		assert_int_equal(lookup(&stand, 2), 0);
		stand_close(&stand);
	}
	folder_remove(&folder);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_each_access_fails),
		cmocka_unit_test(test_full_for_long),
		cmocka_unit_test(test_removal_on_a_full_disk),
	};

	faults_register();
	return cmocka_run_group_tests(tests, NULL, NULL);
}
