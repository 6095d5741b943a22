/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <pthread.h>
#include <string.h>

#include "cache/memory.h"

#define MIB ((size_t)1024 * 1024)
#define NOW 1750000000

struct key {
	uint8_t bytes[PERSON_KEY_LEN];
};

static struct key key_of(uint32_t number)
{
	struct key key = { { 0 } };

	memcpy(key.bytes + 4, &number, sizeof(number));
	return key;
}

/* An answer that can be told from others by its issued_at. */
static void put(
	struct memory_cache *cache, uint32_t number, int64_t now, int64_t until, int64_t mark)
{
	const struct answer answer = { .result = RESULT_YES, .issued_at = mark };

	memory_put(cache, key_of(number).bytes, now, until, &answer);
}

/* The mark, -1 for a miss. */
static int64_t get(struct memory_cache *cache, uint32_t number, int64_t now)
{
	struct answer answer;

	return memory_get(cache, key_of(number).bytes, now, &answer) ? answer.issued_at : -1;
}

static struct memory_cache *cache_of(size_t octets)
{
	struct memory_cache *cache = memory_new(octets);

	assert_non_null(cache);
	return cache;
}

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
		{ NOW, NOW, false },
		{ NOW - 1, NOW, false },
		{ INT64_MAX, NOW + 1000000, true },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		struct memory_cache *cache = cache_of(MIB);

		put(cache, 1, NOW, rows[i].until, 7);
		if ((get(cache, 1, rows[i].lookup) == 7) != rows[i].hit)
			fail_msg("row %zu", i);
		memory_free(cache);
	}
}

/* What was missed once for its time is gone for good, also if the clock comes back. */
static void test_expired_is_gone(void **state)
{
	struct memory_cache *cache = cache_of(MIB);

	(void)state;
	put(cache, 1, NOW, NOW + 10, 7);
	assert_int_equal(get(cache, 1, NOW + 10), -1);
	assert_int_equal(get(cache, 1, NOW), -1);
	assert_int_equal(memory_stats(cache).expired, 1);
	assert_int_equal(memory_stats(cache).entries, 0);
	memory_free(cache);
}

static void test_replace_and_remove(void **state)
{
	struct memory_cache *cache = cache_of(MIB);

	(void)state;
	put(cache, 1, NOW, NOW + 10, 7);
	put(cache, 1, NOW, NOW + 10, 8);
	put(cache, 2, NOW, NOW + 10, 9);
	assert_int_equal(get(cache, 1, NOW), 8);
	assert_int_equal(memory_stats(cache).entries, 2);
	memory_remove(cache, key_of(1).bytes);
	memory_remove(cache, key_of(3).bytes);
	assert_int_equal(get(cache, 1, NOW), -1);
	assert_int_equal(get(cache, 2, NOW), 9);
	memory_clear(cache);
	assert_int_equal(get(cache, 2, NOW), -1);
	assert_int_equal(memory_stats(cache).octets, 0);
	memory_free(cache);
}

static void test_nothing_is_kept_without_room(void **state)
{
	struct memory_cache *cache = cache_of(0);

	(void)state;
	put(cache, 1, NOW, NOW + 10, 7);
	assert_int_equal(get(cache, 1, NOW), -1);
	memory_free(cache);
}

/* Who is looked for again and again stays; the bound holds whatever comes. */
static void test_least_recently_used_goes(void **state)
{
	struct memory_cache *cache = cache_of(MIB);
	struct memory_stats stats;

	(void)state;
	put(cache, 0, NOW, NOW + 10, 7);
	put(cache, 1, NOW, NOW + 10, 7);
	for (uint32_t i = 2; i < 50000; i++) {
		put(cache, i, NOW, NOW + 10, 7);
		assert_int_equal(get(cache, 0, NOW), 7);
	}
	stats = memory_stats(cache);
	assert_true(stats.octets <= MIB);
	assert_true(stats.octets > MIB / 2);
	assert_int_equal(stats.entries + stats.evicted, 50000);
	assert_int_equal(get(cache, 1, NOW), -1);
	assert_int_equal(get(cache, 49999, NOW), 7);
	memory_free(cache);
}

static bool is_another(int64_t mark, uint32_t number)
{
	return mark != -1 && mark != number;
}

static void *hammer(void *ctx)
{
	struct memory_cache *cache = ctx;

	for (uint32_t i = 0; i < 20000; i++) {
		uint32_t number = i * 2654435761u % 3000;

		if (i % 3 == 0)
			put(cache, number, NOW, NOW + 10, number);
		else if (i % 97 == 0)
			memory_remove(cache, key_of(number).bytes);
		else if (is_another(get(cache, number, NOW), number))
			return cache;
	}
	return NULL;
}

static void test_threads(void **state)
{
	struct memory_cache *cache = cache_of(MIB / 4);
	pthread_t threads[8];
	void *wrong;

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(threads); i++)
		assert_int_equal(pthread_create(&threads[i], NULL, hammer, cache), 0);
	for (size_t i = 0; i < ARRAY_LEN(threads); i++) {
		assert_int_equal(pthread_join(threads[i], &wrong), 0);
		assert_null(wrong);
	}
	memory_free(cache);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_times),
		cmocka_unit_test(test_expired_is_gone),
		cmocka_unit_test(test_replace_and_remove),
		cmocka_unit_test(test_nothing_is_kept_without_room),
		cmocka_unit_test(test_least_recently_used_goes),
		cmocka_unit_test(test_threads),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
