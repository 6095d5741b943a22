/* SPDX-License-Identifier: GPL-2.0-or-later */
/* One file that several use: processes, instances of the module in one, and the tool. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <sys/wait.h>

#include "a_disk.h"
#include "a_vfs.h"

/* Told before a look that begins behind it is answered, and without any look within a second. */
static void test_removed_by_another(void **state)
{
	struct folder folder = folder_new();
	struct call call = { .numbers = { 2 }, .count = 1 };
	struct stand stand;

	(void)state;
	stand_new(&stand, &folder, MIB);
	keep(&stand, 1);
	keep(&stand, 2);
	assert_true(found_soon(&stand, 2));
	assert_int_equal(stand.removed, 0);
	assert_int_equal(admin_removes(&folder, 1), 1);
	assert_int_equal(look_at(&stand, &call), HIT);
	assert_int_equal(call.removed, 1);
	assert_int_equal(lookup(&stand, 1), 0);

	assert_int_equal(admin_removes(&folder, 1), 0);
	assert_true(removed_soon(&stand, 1));
	nap_ms(1200);
	assert_int_equal(stand.removed, 2);
	stand_close(&stand);
	folder_remove(&folder);
}

/* What was kept before it and not written yet is not written after it. */
static void test_waiting_keeps_are_not_written_behind_a_removal(void **state)
{
	struct folder folder = folder_new();
	struct stand stand;

	(void)state;
	stand_new(&stand, &folder, MIB);
	keep(&stand, 1);
	assert_true(found_soon(&stand, 1));
	for (uint32_t i = 10; i < 20; i++)
		keep(&stand, i);
	(void)admin_removes(&folder, 1);
	stand_again(&stand, &folder, MIB);
	assert_int_equal(entries_in(&folder), 0);
	keep(&stand, 3);
	assert_true(found_soon(&stand, 3));
	stand_close(&stand);
	folder_remove(&folder);
}

static void test_all_removed_by_another(void **state)
{
	struct folder folder = folder_new();
	uint64_t removed = 0;
	struct stand stand;

	(void)state;
	stand_new(&stand, &folder, MIB);
	for (uint32_t i = 0; i < 10; i++)
		keep(&stand, i);
	assert_true(found_soon(&stand, 9));
	write_file(in_folder(&folder, "answers.mdb.damaged-1").path, "of a former version", 1);
	for (int begun = 0; begun < 2; begun++) {
		int before = stand.removed;

		assert_true(disk_admin_remove_all(folder.path, MIB, NULL, &removed));
		assert_int_equal(removed, begun == 0 ? 10 : 0);
		if (begun == 0)
			assert_int_equal(entries_in(&folder), 0);
		assert_int_equal(lookup(&stand, 1), 0);
		assert_true(removed_soon(&stand, before));
	}
	assert_int_equal(access(in_folder(&folder, "answers.mdb.damaged-1").path, F_OK), -1);
	keep(&stand, 3);
	assert_true(found_soon(&stand, 3));
	assert_string_equal(stand.heard.text, "");
	stand_close(&stand);
	assert_int_equal(entries_in(&folder), 1);
	folder_remove(&folder);
}

static void test_remove_before(void **state)
{
	static const struct {
		int64_t before;
		uint64_t removed;
	} rows[] = {
		{ 0, 0 },
		{ NOW, 0 },
		{ NOW + 1, 1 },
		{ NOW + 400, 399 },
		{ NOW + 1000, 600 },
	};
	struct folder folder = folder_new();
	struct disk_admin *admin;
	struct disk_count count;
	uint64_t left = 1000;
	struct stand stand;

	(void)state;
	stand_new(&stand, &folder, 4 * MIB);
	for (uint32_t i = 0; i < 1000; i++)
		keep_long(&stand, i, NOW + i, LONG_TIME, 600);
	stand_close(&stand);
	admin = disk_admin_open(folder.path, 4 * MIB, NULL);
	assert_non_null(admin);
	assert_true(disk_admin_count(admin, &count));
	assert_int_equal(count.oldest, NOW);
	assert_int_equal(count.capacity, 4 * MIB);
	assert_true(count.octets > 600 * 1000 && count.octets < 2 * MIB);
	for (size_t row = 0; row < ARRAY_LEN(rows); row++) {
		uint64_t removed = 0;

		assert_true(disk_admin_remove_before(admin, rows[row].before, &removed));
		left -= rows[row].removed;
		assert_true(disk_admin_count(admin, &count));
		if (removed != rows[row].removed || count.entries != left)
			fail_msg("row %zu", row);
	}
	disk_admin_close(admin);
	folder_remove(&folder);
}

/* Two instances of the module in one process; either may go first. */
static void test_opened_twice(void **state)
{
	(void)state;
	for (int last = 0; last < 2; last++) {
		struct folder folder = folder_new();
		struct stand stands[2];

		stand_new(&stands[0], &folder, MIB);
		stand_new(&stands[1], &folder, MIB);
		keep(&stands[1 - last], 1);
		assert_true(found_soon(&stands[last], 1));
		forget(&stands[1 - last], 1);
		assert_true(removed_soon(&stands[last], 0));
		assert_int_equal(lookup(&stands[last], 1), 0);
		stand_close(&stands[1 - last]);
		keep(&stands[last], 2);
		assert_true(found_soon(&stands[last], 2));
		assert_int_equal(entries_in(&folder), 1);
		assert_string_equal(stands[0].heard.text, "");
		assert_string_equal(stands[1].heard.text, "");
		stand_close(&stands[last]);
		folder_remove(&folder);
	}
}

/* Children use no assertions: these are their parent's. */
static pid_t start_child(const struct folder *folder, uint32_t from, uint32_t to)
{
	pid_t child = fork();

	if (child == 0) {
		struct stand stand;

		if (!stand_open(&stand, folder->path, 16 * MIB))
			_exit(1);
		for (uint32_t i = from; i < to; i++) {
			keep(&stand, i);
			if (i % 50 == 0)
				nap_ms(20);
		}
		stand_close(&stand);
		_exit(stand.heard.count);
	}
	return child;
}

/* All begin at once, on no file. */
static void test_many_processes(void **state)
{
	struct folder folder = folder_new();
	pid_t children[4];
	int status;

	(void)state;
	for (uint32_t i = 0; i < ARRAY_LEN(children); i++)
		children[i] = start_child(&folder, i * 1000, i * 1000 + 500);
	for (uint32_t i = 0; i < ARRAY_LEN(children); i++) {
		assert_int_equal(waitpid(children[i], &status, 0), children[i]);
		assert_int_equal(status, 0);
	}
	assert_int_equal(entries_in(&folder), 500 * ARRAY_LEN(children));
	folder_remove(&folder);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_removed_by_another),
		cmocka_unit_test(test_waiting_keeps_are_not_written_behind_a_removal),
		cmocka_unit_test(test_all_removed_by_another),
		cmocka_unit_test(test_remove_before),
		cmocka_unit_test(test_opened_twice),
		cmocka_unit_test(test_many_processes),
	};

	faults_register();
	return cmocka_run_group_tests(tests, NULL, NULL);
}
