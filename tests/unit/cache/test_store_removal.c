/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What is removed is gone for every process, and each can see that something was. Children use no
 * assertions: these are their parent's.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <lmdb.h>
#include <pthread.h>
#include <signal.h>
#include <sys/wait.h>

#include "a_store.h"

static struct store *open_in(const struct folder *folder, size_t octets)
{
	struct store *store = store_lmdb_open(folder->path, octets, NULL);

	assert_non_null(store);
	return store;
}

static uint64_t generation(struct store *store)
{
	uint64_t seen = store->ops->generation(store);

	assert_true(seen != 0);
	return seen;
}

/* Puts and looks change nothing; removals do, also of what the store does not have. */
static void test_generation(void **state)
{
	struct folder folder = folder_new();
	struct store *store = open_in(&folder, MIB);
	uint64_t before = generation(store), after;

	(void)state;
	put(store, 1, NOW, LONG_TIME);
	put(store, 2, NOW, LONG_TIME);
	assert_true(found_soon(store, 2, NOW));
	assert_int_equal(generation(store), before);
	assert_true(store->ops->remove(store, key_of(1).bytes));
	after = generation(store);
	assert_true(after != before);
	assert_true(store->ops->remove(store, key_of(1).bytes));
	assert_true(generation(store) != after);
	after = generation(store);
	assert_int_equal(purged(store, NOW), 0);
	assert_true(generation(store) != after);
	after = generation(store);
	assert_int_equal(purged(store, INT64_MAX), 1);
	assert_true(generation(store) != after);
	after = generation(store);
	store->ops->close(store);
	store = open_in(&folder, MIB);
	assert_int_equal(generation(store), after);
	/* It is no entry. */
	assert_int_equal(entries_in(store), 0);
	assert_int_equal(purged(store, INT64_MAX), 0);
	store->ops->close(store);
	folder_remove(&folder);
}

/* A child that purges whenever it is given an octet, and gives it back: 0 if all went well. */
struct purger {
	pid_t child;
	int to, from;
};

static void purge_on_demand(const struct folder *folder, int in, int out)
{
	struct store *store = store_lmdb_open(folder->path, MIB, NULL);
	char octet = store == NULL;

	while (write(out, &octet, 1) == 1 && read(in, &octet, 1) == 1) {
		uint64_t removed;

		octet = !store->ops->purge(store, INT64_MAX, &removed);
	}
	_exit(0);
}

static void purger_wait(const struct purger *purger)
{
	char octet;

	assert_int_equal(read(purger->from, &octet, 1), 1);
	assert_int_equal(octet, 0);
}

static struct purger purger_start(const struct folder *folder)
{
	struct purger purger;
	int to[2], from[2];

	assert_int_equal(pipe(to), 0);
	assert_int_equal(pipe(from), 0);
	purger.child = fork();
	if (purger.child == 0) {
		(void)close(to[1]);
		(void)close(from[0]);
		purge_on_demand(folder, to[0], from[1]);
	}
	(void)close(to[0]);
	(void)close(from[1]);
	purger.to = to[1];
	purger.from = from[0];
	purger_wait(&purger);
	return purger;
}

static void purger_purge(const struct purger *purger)
{
	assert_int_equal(write(purger->to, "", 1), 1);
	purger_wait(purger);
}

static void purger_end(const struct purger *purger)
{
	int status;

	(void)close(purger->to);
	assert_int_equal(waitpid(purger->child, &status, 0), purger->child);
	(void)close(purger->from);
	assert_int_equal(status, 0);
}

/* What this process has put, and perhaps not written yet, does not come back either. */
static void test_purged_by_another(void **state)
{
	struct folder folder = folder_new();
	struct purger purger = purger_start(&folder);
	struct store *store = open_in(&folder, MIB);

	(void)state;
	for (uint32_t i = 0; i < 20; i++) {
		uint64_t before = generation(store);

		for (uint32_t k = 0; k < 5; k++)
			put(store, i * 5 + k, NOW, LONG_TIME);
		purger_purge(&purger);
		assert_true(generation(store) != before);
		/* Closing writes what there is to write. */
		store->ops->close(store);
		store = open_in(&folder, MIB);
		if (entries_in(store) != 0)
			fail_msg("round %u: %u are back", i, (unsigned)entries_in(store));
	}
	put(store, 1, NOW, LONG_TIME);
	assert_true(found_soon(store, 1, NOW));
	store->ops->close(store);
	purger_end(&purger);
	folder_remove(&folder);
}

/* Full to the brim, it has few pages left to remove with. */
static void test_purge_of_a_full_store(void **state)
{
	struct folder folder = folder_new();
	struct store *store = open_in(&folder, MIB);
	uint64_t entries;

	(void)state;
	for (uint32_t i = 0; i < 3000; i++) {
		put(store, i, NOW + i, LONG_TIME);
		if (i % 200 == 199)
			assert_true(found_soon(store, i, NOW + i));
	}
	entries = entries_in(store);
	assert_true(entries > 300);
	assert_int_equal(purged(store, NOW + 2900), entries - 100);
	assert_int_equal(purged(store, INT64_MAX), 100);
	assert_int_equal(entries_in(store), 0);
	store->ops->close(store);
	folder_remove(&folder);
}

/* A child in the middle of a read, which keeps pages from being used again. */
static pid_t start_reader(const struct folder *folder)
{
	int ready[2];
	char octet = 1;
	pid_t child;

	assert_int_equal(pipe(ready), 0);
	child = fork();
	if (child == 0) {
		struct place place = in_folder(folder, "answers.mdb");
		MDB_env *env;
		MDB_txn *txn;

		octet = mdb_env_create(&env) != 0 ||
			mdb_env_open(env, place.path, MDB_NOSUBDIR, 0600) != 0 ||
			mdb_txn_begin(env, NULL, MDB_RDONLY, &txn) != 0;
		if (write(ready[1], &octet, 1) == 1)
			nap_ms(100000);
		_exit(1);
	}
	assert_int_equal(read(ready[0], &octet, 1), 1);
	assert_int_equal(octet, 0);
	(void)close(ready[0]);
	(void)close(ready[1]);
	return child;
}

/* What could not be removed is not said to be. */
static void test_purge_that_fails(void **state)
{
	struct folder folder = folder_new();
	struct store *store = open_in(&folder, MIB);
	uint64_t entries, removed;
	pid_t reader;

	(void)state;
	for (uint32_t i = 0; i < 300; i++)
		put(store, i, NOW + i, LONG_TIME);
	assert_true(found_soon(store, 299, NOW + 300));
	reader = start_reader(&folder);
	for (uint32_t i = 300; i < 3000; i++)
		put(store, i, NOW + i, LONG_TIME);
	nap_ms(500);
	entries = entries_in(store);
	assert_true(entries > 100);
	assert_false(store->ops->purge(store, INT64_MAX, &removed));
	assert_int_equal(entries_in(store), entries - removed);
	assert_false(store->ops->remove(store, key_of(1).bytes));

	assert_int_equal(kill(reader, SIGKILL), 0);
	assert_int_equal(waitpid(reader, NULL, 0), reader);
	assert_int_equal(purged(store, INT64_MAX), entries - removed);
	assert_int_equal(entries_in(store), 0);
	store->ops->close(store);
	folder_remove(&folder);
}

#define ALL_THE_TIME 7u /* never removed */

static void *put_look_and_remove(void *ctx)
{
	struct store *store = ctx;

	for (uint32_t i = 0; i < 600; i++) {
		uint32_t number = 10 + i * 2654435761u % 50;

		put(store, number, NOW, LONG_TIME);
		(void)look(store, number, NOW);
		if (look(store, ALL_THE_TIME, NOW) == 0)
			return store;
		if (i % 60 == 0 && !store->ops->remove(store, key_of(number).bytes))
			return store;
	}
	return NULL;
}

static void test_threads(void **state)
{
	struct folder folder = folder_new();
	struct store *store = open_in(&folder, MIB);
	pthread_t threads[8];
	uint64_t before;
	void *failed;

	(void)state;
	put(store, ALL_THE_TIME, NOW, LONG_TIME);
	assert_true(found_soon(store, ALL_THE_TIME, NOW));
	before = generation(store);
	for (size_t i = 0; i < ARRAY_LEN(threads); i++)
		assert_int_equal(pthread_create(&threads[i], NULL, put_look_and_remove, store), 0);
	for (size_t i = 0; i < ARRAY_LEN(threads); i++) {
		assert_int_equal(pthread_join(threads[i], &failed), 0);
		assert_null(failed);
	}
	assert_int_equal(generation(store), before + 80);
	store->ops->close(store);
	folder_remove(&folder);
}

/* An entry that somebody wrote in without its times, or under a key that is none: all is all. */
static void test_purge_of_what_has_no_times(void **state)
{
	static const size_t lengths[] = { 0, 1, 16, 17, 600, 20000 };
	struct folder folder = folder_new();
	struct store *store = open_in(&folder, MIB);
	uint8_t octets[20000] = { 1 };
	struct key key;
	MDB_val place = { 3, octets }, value = { 1, octets };
	MDB_env *env;
	MDB_txn *txn;
	MDB_dbi dbi;

	(void)state;
	put(store, 100, NOW, LONG_TIME);
	store->ops->close(store);
	assert_int_equal(mdb_env_create(&env), 0);
	assert_int_equal(mdb_env_set_maxdbs(env, 2), 0);
	assert_int_equal(mdb_env_open(env, in_folder(&folder, "answers.mdb").path, MDB_NOSUBDIR,
				 0600), 0);
	assert_int_equal(mdb_txn_begin(env, NULL, 0, &txn), 0);
	assert_int_equal(mdb_dbi_open(txn, "answers", 0, &dbi), 0);
	assert_int_equal(mdb_put(txn, dbi, &place, &value, 0), 0);
	place.mv_size = PERSON_KEY_LEN;
	for (uint32_t i = 0; i < ARRAY_LEN(lengths); i++) {
		key = key_of(i);
		place.mv_data = key.bytes;
		value.mv_size = lengths[i];
		assert_int_equal(mdb_put(txn, dbi, &place, &value, 0), 0);
	}
	assert_int_equal(mdb_txn_commit(txn), 0);
	mdb_env_close(env);

	store = open_in(&folder, MIB);
	assert_int_equal(entries_in(store), 2 + ARRAY_LEN(lengths));
	assert_int_equal(purged(store, NOW + 1), 1);
	assert_int_equal(purged(store, INT64_MAX), 1 + ARRAY_LEN(lengths));
	assert_int_equal(entries_in(store), 0);
	store->ops->close(store);
	folder_remove(&folder);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_generation),
		cmocka_unit_test(test_purged_by_another),
		cmocka_unit_test(test_purge_of_a_full_store),
		cmocka_unit_test(test_purge_that_fails),
		cmocka_unit_test(test_threads),
		cmocka_unit_test(test_purge_of_what_has_no_times),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
