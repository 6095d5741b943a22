/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <pthread.h>
#include <sys/stat.h>

#include "../heard.h"
#include "a_store.h"

static struct store *open_in(const struct folder *folder, size_t octets)
{
	struct store *store = store_lmdb_open(folder->path, octets, NULL);

	assert_non_null(store);
	return store;
}

static void close_it(struct store *store)
{
	store->ops->close(store);
}

/* Closing waits for what was put. */
static struct store *reopen(struct store *store, const struct folder *folder, size_t octets)
{
	close_it(store);
	return open_in(folder, octets);
}

static void test_times(void **state)
{
	static const struct {
		int64_t until, look;
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
	struct store *store = open_in(&folder, MIB);

	(void)state;
	for (uint32_t i = 0; i < ARRAY_LEN(rows); i++)
		put(store, i, NOW, rows[i].until);
	store = reopen(store, &folder, MIB);
	for (uint32_t i = 0; i < ARRAY_LEN(rows); i++)
		if ((look(store, i, rows[i].look) != 0) != rows[i].hit)
			fail_msg("row %u", i);
	close_it(store);
	folder_remove(&folder);
}

static void test_lengths(void **state)
{
	static const struct {
		size_t put, got;
	} rows[] = {
		{ 1, 1 },
		{ 600, 600 },
		{ 5000, 5000 },
		{ JWS_MAX_LEN, JWS_MAX_LEN },
		{ JWS_MAX_LEN + 1, 0 },
		{ 0, 0 },
	};
	struct folder folder = folder_new();
	struct store *store = open_in(&folder, MIB);

	(void)state;
	for (uint32_t i = 0; i < ARRAY_LEN(rows); i++)
		put_long(store, i, NOW, LONG_TIME, rows[i].put);
	store = reopen(store, &folder, MIB);
	for (uint32_t i = 0; i < ARRAY_LEN(rows); i++)
		if (look(store, i, NOW) != rows[i].got)
			fail_msg("row %u", i);
	assert_int_equal(entries_in(store), 4);
	close_it(store);
	folder_remove(&folder);
}

static void test_put_is_seen_soon_and_replaces(void **state)
{
	struct folder folder = folder_new();
	struct store *store = open_in(&folder, MIB);

	(void)state;
	put_long(store, 1, NOW, LONG_TIME, 700);
	assert_true(found_soon(store, 1, NOW));
	assert_int_equal(look(store, 1, NOW), 700);
	put_long(store, 1, NOW + 1, LONG_TIME, 800);
	put_long(store, 1, NOW + 2, LONG_TIME, 900);
	store = reopen(store, &folder, MIB);
	assert_int_equal(look(store, 1, NOW + 2), 900);
	assert_int_equal(entries_in(store), 1);
	assert_int_equal(purged(store, INT64_MAX), 1);
	close_it(store);
	folder_remove(&folder);
}

/* Also what is still on its way to the disk. */
static void test_removed_is_gone(void **state)
{
	struct folder folder = folder_new();
	struct store *store = open_in(&folder, MIB);

	(void)state;
	for (uint32_t i = 0; i < 20; i++) {
		put(store, i, NOW, LONG_TIME);
		if (i % 2 == 0)
			assert_true(store->ops->remove(store, key_of(i).bytes));
	}
	assert_true(store->ops->remove(store, key_of(99).bytes));
	store = reopen(store, &folder, MIB);
	for (uint32_t i = 0; i < 20; i++)
		if ((look(store, i, NOW) != 0) != (i % 2 == 1))
			fail_msg("%u", i);
	assert_int_equal(entries_in(store), 10);
	close_it(store);
	folder_remove(&folder);
}

static void test_purge(void **state)
{
	static const struct {
		int64_t before;
		uint64_t removed;
	} rows[] = {
		{ 0, 0 },
		{ NOW, 0 },
		{ NOW + 1, 1 },
		{ NOW + 1500, 1500 },
		{ NOW + 3000, 3000 },
		{ INT64_MAX, 3000 },
	};
	struct folder folder = folder_new();

	(void)state;
	for (size_t row = 0; row < ARRAY_LEN(rows); row++) {
		struct store *store = open_in(&folder, 16 * MIB);

		for (uint32_t i = 0; i < 3000; i++)
			put(store, i, NOW + i, LONG_TIME);
		if (purged(store, rows[row].before) != rows[row].removed)
			fail_msg("row %zu", row);
		for (uint32_t i = 0; i < 3000; i++)
			if ((look(store, i, NOW + 5000) != 0) != (NOW + i >= rows[row].before))
				fail_msg("row %zu, entry %u", row, i);
		close_it(store);
	}
	folder_remove(&folder);
}

#define OLD 600u /* good for long */
#define SHORT 1800u /* up to here newer, but over at NOW + 10 */
#define LATER 2900u
#define LAST 8000u

static uint32_t count_found(struct store *store, uint32_t from, uint32_t to, int64_t now)
{
	uint32_t found = 0;

	for (uint32_t i = from; i < to; i++)
		found += look(store, i, now) != 0;
	return found;
}

/* The expired go first, then the oldest; the file stays within its bound. */
static void test_full(void **state)
{
	struct folder folder = folder_new();
	struct store *store = open_in(&folder, 4 * MIB);
	struct store_stats stats;
	struct stat file;

	(void)state;
	for (uint32_t i = 0; i < SHORT; i++)
		put(store, i, NOW + (i >= OLD), i < OLD ? LONG_TIME : NOW + 10);
	store = reopen(store, &folder, 4 * MIB);
	assert_int_equal(entries_in(store), SHORT);
	for (uint32_t i = SHORT; i < LATER; i++)
		put(store, i, NOW + 20, LONG_TIME);
	store = reopen(store, &folder, 4 * MIB);
	assert_true(entries_in(store) < LATER);
	assert_int_equal(count_found(store, 0, OLD, NOW + 20), OLD);
	assert_int_equal(count_found(store, SHORT, LATER, NOW + 20), LATER - SHORT);

	for (uint32_t i = LATER; i < LAST; i++) {
		put(store, i, NOW + i, LONG_TIME);
		if (i % 500 == 0)
			assert_true(found_soon(store, i, NOW + i));
	}
	store = reopen(store, &folder, 4 * MIB);
	assert_int_equal(count_found(store, 0, LATER, NOW + 20), 0);
	assert_int_equal(count_found(store, LAST - 800, LAST, NOW + LAST), 800);
	assert_true(store->ops->stats(store, &stats));
	assert_int_equal(stats.entries, count_found(store, 0, LAST, NOW + LAST));
	assert_int_equal(stats.capacity, 4 * MIB);
	assert_true(stats.octets > 2 * MIB && stats.octets <= 4 * MIB);
	assert_int_equal(stat(in_folder(&folder, "answers.mdb").path, &file), 0);
	assert_int_equal(file.st_size, 4 * MIB); /* from the start, as a hole */
	assert_int_equal(file.st_mode & 07777, 0600);
	close_it(store);
	folder_remove(&folder);
}

/* The smallest store there may be, filled again and again, does not get stuck. */
static void test_smallest(void **state)
{
	struct folder folder = folder_new();
	struct store *store = open_in(&folder, MIB);

	(void)state;
	for (uint32_t i = 0; i < 4000; i++) {
		put(store, i, NOW + i, LONG_TIME);
		if (i % 500 == 499)
			assert_true(found_soon(store, i, NOW + i));
	}
	close_it(store);
	folder_remove(&folder);
}

/* More at once than the store can hold. */
static void test_flood(void **state)
{
	struct heard heard;
	struct reporter reporter = heard_by(&heard);
	struct folder folder = folder_new();
	struct store *store = store_lmdb_open(folder.path, MIB, &reporter);

	(void)state;
	assert_non_null(store);
	for (uint32_t round = 0; round < 8; round++) {
		for (uint32_t i = 0; i < 3000; i++)
			put(store, round * 3000 + i, NOW + round, LONG_TIME);
		nap_ms(100);
	}
	/* What did not fit in the queue was dropped; once that has gone, all is well again. */
	assert_true(store->ops->remove(store, key_of(0).bytes));
	put(store, 999999, NOW + 9, LONG_TIME);
	assert_true(found_soon(store, 999999, NOW + 9));
	close_it(store);
	assert_true(heard.count <= 1);
	folder_remove(&folder);
}

/* Two instances of a module in one process; either may go first. */
static void test_opened_twice(void **state)
{
	struct folder folder = folder_new();

	(void)state;
	for (int last = 0; last < 2; last++) {
		struct store *stores[2] = { open_in(&folder, MIB), open_in(&folder, MIB) };

		put(stores[1 - last], 1, NOW, LONG_TIME);
		assert_true(found_soon(stores[last], 1, NOW));
		close_it(stores[1 - last]);
		put(stores[last], 2, NOW, LONG_TIME);
		assert_true(found_soon(stores[last], 2, NOW));
		assert_int_equal(purged(stores[last], INT64_MAX), 2);
		close_it(stores[last]);
	}
	folder_remove(&folder);
}

/* Whoever opened first has gone; what there is to say is said to those who are left. */
static void test_speaks_to_who_is_left(void **state)
{
	struct heard *gone = malloc(sizeof(*gone)), left;
	struct reporter to_gone = heard_by(gone), to_left = heard_by(&left);
	struct folder folder = folder_new();
	struct store *first = store_lmdb_open(folder.path, 32 * 1024, &to_gone);
	struct store *second = store_lmdb_open(folder.path, 32 * 1024, &to_left);

	(void)state;
	close_it(first);
	free(gone);
	/* The longest cannot be held in 32 KiB. */
	for (uint32_t i = 0; i < 20; i++)
		put_long(second, i, NOW, LONG_TIME, JWS_MAX_LEN);
	close_it(second);
	assert_heard(&left, "warning -:0: an answer could not be kept in the store");
	assert_int_equal(left.count, 1);
	folder_remove(&folder);
}

static void *read_and_write(void *ctx)
{
	struct store *store = ctx;

	for (uint32_t i = 0; i < 2000; i++) {
		uint32_t number = i * 2654435761u % 500;

		if (i % 4 == 0)
			put(store, number, NOW, LONG_TIME);
		else
			(void)look(store, number, NOW);
	}
	return NULL;
}

static void test_threads(void **state)
{
	struct folder folder = folder_new();
	struct store *store = open_in(&folder, 4 * MIB);
	pthread_t threads[8];

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(threads); i++)
		assert_int_equal(pthread_create(&threads[i], NULL, read_and_write, store), 0);
	for (size_t i = 0; i < ARRAY_LEN(threads); i++)
		assert_int_equal(pthread_join(threads[i], NULL), 0);
	store = reopen(store, &folder, 4 * MIB);
	assert_int_equal(entries_in(store), 125); /* every fourth */
	close_it(store);
	folder_remove(&folder);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_times),
		cmocka_unit_test(test_lengths),
		cmocka_unit_test(test_put_is_seen_soon_and_replaces),
		cmocka_unit_test(test_removed_is_gone),
		cmocka_unit_test(test_purge),
		cmocka_unit_test(test_full),
		cmocka_unit_test(test_smallest),
		cmocka_unit_test(test_flood),
		cmocka_unit_test(test_opened_twice),
		cmocka_unit_test(test_speaks_to_who_is_left),
		cmocka_unit_test(test_threads),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
