/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "a_disk.h"
#include "a_vfs.h"

static void test_times(void **state)
{
	static const struct {
		int64_t until, lookup;
		bool hit;
	} rows[] = {
		{ NOW + 10, NOW, true },
		{ NOW + 10, NOW + 9, true },
		{ NOW + 10, NOW + 10, false }, /* at its end it is over */
		{ NOW + 10, NOW + 11, false },
		{ NOW + 10, NOW - 1, false }, /* the clock has stepped back */
		{ INT64_MAX, NOW + 1000000, true },
	};
	struct folder folder = folder_new();
	struct stand stand;

	(void)state;
	stand_new(&stand, &folder, MIB);
	for (uint32_t i = 0; i < ARRAY_LEN(rows); i++)
		keep_long(&stand, i, NOW, rows[i].until, 700);
	stand_again(&stand, &folder, MIB);
	for (uint32_t i = 0; i < ARRAY_LEN(rows); i++) {
		stand.now = rows[i].lookup;
		if ((lookup(&stand, i) != 0) != rows[i].hit)
			fail_msg("row %u", i);
	}
	stand_close(&stand);
	folder_remove(&folder);
}

static void test_lengths(void **state)
{
	static const struct {
		size_t kept, found;
	} rows[] = {
		{ 1, 1 },
		{ 600, 600 },
		{ 5000, 5000 },
		{ JWS_MAX_LEN, JWS_MAX_LEN },
		{ JWS_MAX_LEN + 1, 0 },
		{ 0, 0 },
	};
	struct folder folder = folder_new();
	struct stand stand;

	(void)state;
	stand_new(&stand, &folder, MIB);
	for (uint32_t i = 0; i < ARRAY_LEN(rows); i++)
		keep_long(&stand, i, NOW, LONG_TIME, rows[i].kept);
	stand_again(&stand, &folder, MIB);
	for (uint32_t i = 0; i < ARRAY_LEN(rows); i++)
		if (lookup(&stand, i) != rows[i].found)
			fail_msg("row %u", i);
	assert_int_equal(entries_in(&folder), 4);
	assert_string_equal(stand.heard.text, "");
	stand_close(&stand);
	folder_remove(&folder);
}

static void test_kept_is_found_soon_and_replaces(void **state)
{
	struct folder folder = folder_new();
	struct stat file;
	struct stand stand;

	(void)state;
	stand_new(&stand, &folder, MIB);
	keep_long(&stand, 1, NOW, LONG_TIME, 700);
	assert_true(found_soon(&stand, 1));
	assert_int_equal(lookup(&stand, 1), 700);
	keep_long(&stand, 1, NOW, LONG_TIME, 800);
	keep_long(&stand, 1, NOW, LONG_TIME, 900);
	stand_again(&stand, &folder, MIB);
	assert_int_equal(lookup(&stand, 1), 900);
	assert_int_equal(entries_in(&folder), 1);
	assert_int_equal(stat(file_in(&folder).path, &file), 0);
	assert_int_equal(file.st_mode & 07777, 0600);
	assert_int_equal(stand.removed, 0);
	stand_close(&stand);
	folder_remove(&folder);
}

/* Under the operator's key and the one before it. */
static void test_two_keys(void **state)
{
	static const struct {
		uint32_t numbers[TIER_KEYS_MAX];
		enum what what;
		size_t which;
	} rows[] = {
		{ { 1, 9 }, HIT, 0 },
		{ { 9, 1 }, HIT, 1 },
		{ { 1, 2 }, HIT, 0 },
		{ { 3, 2 }, HIT, 1 }, /* the first is over */
		{ { 8, 9 }, MISS, 1 },
	};
	struct folder folder = folder_new();
	struct stand stand;

	(void)state;
	stand_new(&stand, &folder, MIB);
	keep(&stand, 1);
	keep(&stand, 2);
	keep_long(&stand, 3, NOW - 10, NOW, 600);
	stand_again(&stand, &folder, MIB);
	for (size_t row = 0; row < ARRAY_LEN(rows); row++) {
		struct call call = { .count = 2 };

		memcpy(call.numbers, rows[row].numbers, sizeof(call.numbers));
		if (look_at(&stand, &call) != rows[row].what ||
			(call.what == HIT && call.which != rows[row].which))
			fail_msg("row %zu", row);
	}
	stand_close(&stand);
	folder_remove(&folder);
}

/* Also what is still on its way to the disk; and what comes behind it stays. */
static void test_forgotten_is_gone(void **state)
{
	struct folder folder = folder_new();
	struct stand stand;

	(void)state;
	stand_new(&stand, &folder, MIB);
	keep(&stand, 1000);
	assert_true(found_soon(&stand, 1000));
	for (uint32_t i = 0; i < 20; i++) {
		keep(&stand, i);
		if (i % 2 == 0)
			forget(&stand, i);
	}
	forget(&stand, 1000);
	assert_int_equal(lookup(&stand, 1000), 0);
	forget(&stand, 99);
	keep(&stand, 99);
	stand_again(&stand, &folder, MIB);
	for (uint32_t i = 0; i < 20; i++)
		if ((lookup(&stand, i) != 0) != (i % 2 == 1))
			fail_msg("%u", i);
	assert_int_not_equal(lookup(&stand, 99), 0);
	assert_int_equal(entries_in(&folder), 11);
	assert_int_equal(stand.removed, 0); /* nobody else's */
	stand_close(&stand);
	folder_remove(&folder);
}

static uint32_t count_found(struct stand *stand, uint32_t from, uint32_t to)
{
	uint32_t found = 0;

	for (uint32_t i = from; i < to; i++)
		found += lookup(stand, i) != 0;
	return found;
}

/* The expired go with the next that is kept; then, when it is nearly full, the oldest. */
static void test_full(void **state)
{
	struct folder folder = folder_new();
	struct stand stand;
	struct stat file;

	(void)state;
	stand_new(&stand, &folder, 2 * MIB);
	for (uint32_t i = 0; i < 600; i++)
		keep_long(&stand, i, NOW, i % 2 == 0 ? LONG_TIME : NOW + 10, 600);
	stand_again(&stand, &folder, 2 * MIB);
	assert_int_equal(entries_in(&folder), 600);
	stand.now = NOW + 20;
	for (uint32_t i = 600; i < 900; i++) {
		keep(&stand, i);
		if (i % 100 == 0)
			assert_true(found_soon(&stand, i));
	}
	stand_again(&stand, &folder, 2 * MIB);
	assert_int_equal(entries_in(&folder), 600);
	assert_int_equal(count_found(&stand, 0, 600), 300);

	for (uint32_t i = 900; i < 7000; i++) {
		keep(&stand, i);
		if (i % 1000 == 0)
			assert_true(found_soon(&stand, i));
	}
	stand_again(&stand, &folder, 2 * MIB);
	assert_int_equal(count_found(&stand, 0, 1000), 0);
	assert_int_equal(count_found(&stand, 6000, 7000), 1000);
	assert_int_equal(stat(file_in(&folder).path, &file), 0);
	assert_true(file.st_size <= (off_t)(2 * MIB));
	assert_string_equal(stand.heard.text, "");
	stand_close(&stand);
	folder_remove(&folder);
}

/* The smallest store there may be, with the longest entries, does not get stuck. */
static void test_smallest(void **state)
{
	struct folder folder = folder_new();
	struct stand stand;

	(void)state;
	stand_new(&stand, &folder, MIB);
	for (uint32_t i = 0; i < 1000; i++) {
		keep_long(&stand, i, NOW, LONG_TIME, i % 7 == 0 ? JWS_MAX_LEN : 300);
		if (i % 100 == 99)
			assert_true(found_soon(&stand, i));
	}
	assert_string_equal(stand.heard.text, "");
	stand_close(&stand);
	folder_remove(&folder);
}

/* More than the queue holds is dropped, and looks go before what is kept. */
static void test_flood(void **state)
{
	struct folder folder = folder_new();
	struct stand stand;
	uint64_t kept;

	(void)state;
	stand_new(&stand, &folder, 64 * MIB);
	keep(&stand, 999999);
	assert_true(found_soon(&stand, 999999));
	for (uint32_t i = 0; i < 20000; i++)
		keep(&stand, i);
	assert_int_not_equal(lookup(&stand, 999999), 0);
	stand_close(&stand);
	kept = entries_in(&folder);
	assert_true(kept > 2000 && kept <= 20001);
	assert_string_equal(stand.heard.text, "");
	folder_remove(&folder);
}

static void test_former_version(void **state)
{
	struct folder folder = folder_new();
	struct stand stand;

	(void)state;
	write_file(in_folder(&folder, "answers.mdb").path, "of the former version", 100);
	write_file(in_folder(&folder, "answers.mdb-lock").path, "", 1);
	stand_new(&stand, &folder, MIB);
	keep(&stand, 1);
	assert_true(found_soon(&stand, 1));
	assert_true(said(&stand, "is of the former version and not read: remove it"));
	assert_int_equal(times_said(&stand), 1);
	stand_close(&stand);
	folder_remove(&folder);
}

static void run_look_and_cancel(void *ctx)
{
	struct call *call = ctx;

	run_recall(call);
	if (call->lookup != NULL)
		call->stand->tier->ops->cancel(call->stand->tier, call->lookup, call->late);
}

/* Whoever has cancelled hears nothing; the tier is as before. */
static void test_cancelled(void **state)
{
	struct folder folder = folder_new();
	struct stand stand;

	(void)state;
	stand_new(&stand, &folder, MIB);
	keep(&stand, 1);
	assert_true(found_soon(&stand, 1));
	for (int i = 0; i < 100; i++) {
		struct call call = {
			.stand = &stand, .numbers = { 1 }, .count = 1, .late = i % 2 == 0
		};

		engine_call(stand.engine, run_look_and_cancel, &call);
		if (i % 10 == 0)
			assert_true(found_soon(&stand, 1));
		assert_true(call.what == WAITING || call.what == NONE_TAKEN);
	}
	stand_close(&stand);
	folder_remove(&folder);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_times),
		cmocka_unit_test(test_lengths),
		cmocka_unit_test(test_kept_is_found_soon_and_replaces),
		cmocka_unit_test(test_two_keys),
		cmocka_unit_test(test_forgotten_is_gone),
		cmocka_unit_test(test_full),
		cmocka_unit_test(test_smallest),
		cmocka_unit_test(test_flood),
		cmocka_unit_test(test_former_version),
		cmocka_unit_test(test_cancelled),
	};

	faults_register();
	return cmocka_run_group_tests(tests, NULL, NULL);
}
