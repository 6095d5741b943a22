/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What may befall a store: files that are cut, overwritten or not to be had, several processes, and
 * processes that are killed. Children use no assertions: these are their parent's.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <lmdb.h>
#include <signal.h>
#include <sys/stat.h>
#include <sys/wait.h>

#include "../heard.h"
#include "a_store.h"

#define FILE_NAME "answers.mdb"

static void put_many(struct store *store, uint32_t from, uint32_t to)
{
	for (uint32_t i = from; i < to; i++)
		put(store, i, NOW, LONG_TIME);
}

static void write_file(const struct folder *folder, const char *name, const char *text, int times)
{
	FILE *file = fopen(in_folder(folder, name).path, "w");

	assert_non_null(file);
	for (int i = 0; i < times; i++)
		(void)fputs(text, file);
	assert_int_equal(fclose(file), 0);
}

/* Opens, puts and finds again; returns how many things were said. */
static int works(const struct folder *folder, struct heard *heard)
{
	struct reporter reporter = heard_by(heard);
	struct store *store = store_lmdb_open(folder->path, 4 * MIB, &reporter);

	if (store == NULL)
		fail_msg("not opened: %s", heard->text);
	put(store, 77777, NOW, LONG_TIME);
	assert_true(found_soon(store, 77777, NOW));
	store->ops->close(store);
	return heard->count;
}

static void test_cut_short(void **state)
{
	static const struct {
		off_t len;
		bool damaged;
	} rows[] = {
		{ 0, false }, /* as good as none */
		{ 1, true },
		{ 100, true },
		{ 4095, true },
		{ 4096, true },
		{ 5000, true },
		{ 8192, true },
		{ 40960, true },
		{ 200000, true },
		{ 4 * (off_t)MIB - 1, false }, /* only the hole at its end */
		{ 4 * (off_t)MIB, false },
	};

	(void)state;
	for (size_t row = 0; row < ARRAY_LEN(rows); row++) {
		struct folder folder = folder_new();
		struct store *store = store_lmdb_open(folder.path, 4 * MIB, NULL);
		struct heard heard;
		int said, aside;

		assert_non_null(store);
		put_many(store, 0, 500);
		store->ops->close(store);
		assert_int_equal(truncate(in_folder(&folder, FILE_NAME).path, rows[row].len), 0);
		said = works(&folder, &heard);
		aside = folder_files(&folder, FILE_NAME ".damaged-", false);
		if (said != rows[row].damaged || aside != rows[row].damaged)
			fail_msg("row %zu: %d aside, %s", row, aside, heard.text);
		if (said == 1)
			assert_heard(&heard, "is damaged: it was set aside as ");
		folder_remove(&folder);
	}
}

static void test_garbage(void **state)
{
	static const struct {
		const char *name;
		int times;
		bool damaged;
	} rows[] = {
		{ FILE_NAME, 1, true },
		{ FILE_NAME, 100000, true },
		{ FILE_NAME "-lock", 1, false }, /* nobody has it open: it is made anew */
		{ FILE_NAME "-lock", 100000, false },
	};

	(void)state;
	for (size_t row = 0; row < ARRAY_LEN(rows); row++) {
		struct folder folder = folder_new();
		struct heard heard;

		write_file(&folder, rows[row].name, "This is not the file you seek.\n",
			rows[row].times);
		if (works(&folder, &heard) != rows[row].damaged)
			fail_msg("row %zu: %s", row, heard.text);
		assert_int_equal(works(&folder, &heard), 0);
		folder_remove(&folder);
	}
}

/* Entries that are none, written as LMDB would have them. */
static void test_foreign_entries(void **state)
{
	static const struct {
		uint8_t version;
		size_t len;
	} rows[] = {
		{ 2, 600 },
		{ 0, 600 },
		{ 1, 17 }, /* no token */
		{ 1, 16 },
		{ 1, 1 },
		{ 1, 17 + JWS_MAX_LEN + 1 },
	};
	uint8_t octets[17 + JWS_MAX_LEN + 1] = { 0 };
	struct folder folder = folder_new();
	struct heard heard;
	struct store *store;
	MDB_env *env;
	MDB_txn *txn;
	MDB_dbi dbi;

	(void)state;
	(void)works(&folder, &heard);
	memset(octets + 9, 0x7f, 8); /* kept for ever */
	assert_int_equal(mdb_env_create(&env), 0);
	assert_int_equal(mdb_env_set_maxdbs(env, 2), 0);
	assert_int_equal(
		mdb_env_open(env, in_folder(&folder, FILE_NAME).path, MDB_NOSUBDIR, 0600), 0);
	assert_int_equal(mdb_txn_begin(env, NULL, 0, &txn), 0);
	assert_int_equal(mdb_dbi_open(txn, "answers", 0, &dbi), 0);
	for (uint32_t i = 0; i < ARRAY_LEN(rows); i++) {
		struct key key = key_of(i);
		MDB_val place = { PERSON_KEY_LEN, key.bytes }, value = { rows[i].len, octets };

		octets[0] = rows[i].version;
		assert_int_equal(mdb_put(txn, dbi, &place, &value, 0), 0);
	}
	assert_int_equal(mdb_txn_commit(txn), 0);
	mdb_env_close(env);

	store = store_lmdb_open(folder.path, 4 * MIB, NULL);
	assert_non_null(store);
	for (uint32_t i = 0; i < ARRAY_LEN(rows); i++)
		if (look(store, i, NOW) != 0)
			fail_msg("row %u", i);
	put_many(store, 0, ARRAY_LEN(rows));
	for (uint32_t i = 0; i < ARRAY_LEN(rows); i++)
		if (!found_soon(store, i, NOW))
			fail_msg("row %u", i);
	assert_int_equal(purged(store, INT64_MAX), 1 + ARRAY_LEN(rows));
	store->ops->close(store);
	folder_remove(&folder);
}

static void refused(const char *directory, const char *part)
{
	struct heard heard;
	struct reporter reporter = heard_by(&heard);

	assert_null(store_lmdb_open(directory, MIB, &reporter));
	assert_null(store_lmdb_open(directory, MIB, NULL));
	assert_heard(&heard, part);
	assert_int_equal(heard.count, 1);
}

static void test_no_folder(void **state)
{
	struct folder folder = folder_new();

	(void)state;
	write_file(&folder, "file", "", 1);
	refused(in_folder(&folder, "missing").path, "is no folder: ");
	refused(in_folder(&folder, "file").path, "is no folder: ");
	refused(in_folder(&folder, "file/below").path, "is no folder: ");
	assert_int_equal(mkdir(in_folder(&folder, FILE_NAME).path, 0700), 0);
	refused(folder.path, "cannot be used (");
	folder_remove(&folder);
}

/* Somebody else's folder; root may write everywhere, so a child is nobody. */
static void test_not_allowed(void **state)
{
	struct folder folder = folder_new();
	int status;
	pid_t child;

	(void)state;
	if (geteuid() != 0) {
		assert_int_equal(chmod(folder.path, 0500), 0);
		refused(folder.path, "cannot be used (Permission denied)");
		folder_remove(&folder);
		return;
	}
	assert_int_equal(chmod(folder.path, 0755), 0);
	child = fork();
	if (child == 0) {
		struct heard heard;
		struct reporter reporter = heard_by(&heard);
		bool fine = setgid(65534) == 0 && setuid(65534) == 0 &&
			    store_lmdb_open(folder.path, MIB, &reporter) == NULL &&
			    strstr(heard.text, "cannot be used (Permission denied)") != NULL;

		_exit(fine ? 0 : 1);
	}
	assert_int_equal(waitpid(child, &status, 0), child);
	assert_int_equal(status, 0);
	folder_remove(&folder);
}

/* A child that has the store open and puts, with `loop` again and again, until it is ended. */
static pid_t start_child(const struct folder *folder, uint32_t from, uint32_t to, bool loop)
{
	int ready[2];
	char octet;
	pid_t child;

	assert_int_equal(pipe(ready), 0);
	child = fork();
	if (child == 0) {
		struct store *store = store_lmdb_open(folder->path, 4 * MIB, NULL);

		if (store == NULL || write(ready[1], "", 1) != 1)
			_exit(1);
		do {
			put_many(store, from, to);
			nap_ms(loop ? 1 : 100000);
		} while (loop);
		_exit(1);
	}
	(void)close(ready[1]);
	assert_int_equal(read(ready[0], &octet, 1), 1);
	(void)close(ready[0]);
	return child;
}

static void end_child(pid_t child)
{
	int status;

	assert_int_equal(kill(child, SIGKILL), 0);
	assert_int_equal(waitpid(child, &status, 0), child);
	assert_true(WIFSIGNALED(status));
	assert_int_equal(WTERMSIG(status), SIGKILL);
}

static void test_two_processes(void **state)
{
	struct folder folder = folder_new();
	pid_t child = start_child(&folder, 0, 100, false);
	struct store *store = store_lmdb_open(folder.path, 4 * MIB, NULL);

	(void)state;
	assert_non_null(store);
	put_many(store, 100, 200);
	for (uint32_t i = 0; i < 200; i++)
		assert_true(found_soon(store, i, NOW));
	end_child(child);
	assert_int_equal(entries_in(store), 200);
	store->ops->close(store);
	folder_remove(&folder);
}

/* A file that others make grow is not too short. */
static void test_opened_while_it_grows(void **state)
{
	struct folder folder = folder_new();
	pid_t children[2];

	(void)state;
	for (uint32_t i = 0; i < 2; i++)
		children[i] = start_child(&folder, i * 100000, (i + 1) * 100000, true);
	for (int i = 0; i < 200; i++) {
		struct heard heard;
		struct reporter reporter = heard_by(&heard);
		struct store *store = store_lmdb_open(folder.path, 4 * MIB, &reporter);

		if (store == NULL || heard.count != 0)
			fail_msg("round %d: %s", i, heard.text);
		store->ops->close(store);
	}
	for (uint32_t i = 0; i < 2; i++)
		end_child(children[i]);
	folder_remove(&folder);
}

/* Whatever is found afterwards is whole: look() fails if it is not. */
static void test_killed_while_writing(void **state)
{
	struct folder folder = folder_new();
	size_t found = 0;

	(void)state;
	for (int round = 0; round < 20; round++) {
		pid_t child = start_child(&folder, 0, 1500, true);
		struct heard heard;
		struct reporter reporter = heard_by(&heard);
		struct store *store;

		nap_ms(60 + 11 * round);
		end_child(child);
		store = store_lmdb_open(folder.path, 4 * MIB, &reporter);
		if (store == NULL || heard.count != 0)
			fail_msg("round %d: %s", round, heard.text);
		for (uint32_t i = 0; i < 1500; i++)
			found += look(store, i, NOW) != 0;
		put(store, 5000, NOW, LONG_TIME);
		assert_true(found_soon(store, 5000, NOW));
		(void)purged(store, INT64_MAX);
		assert_int_equal(entries_in(store), 0);
		store->ops->close(store);
	}
	assert_true(found > 1500);
	folder_remove(&folder);
}

/* A child in the middle of a read, which keeps pages from being used again. */
static pid_t start_reader(const struct folder *folder)
{
	int ready[2];
	char octet;
	pid_t child;

	assert_int_equal(pipe(ready), 0);
	child = fork();
	if (child == 0) {
		struct place place = in_folder(folder, FILE_NAME);
		MDB_env *env;
		MDB_txn *txn;

		if (mdb_env_create(&env) != 0 ||
			mdb_env_open(env, place.path, MDB_NOSUBDIR, 0600) != 0 ||
			mdb_txn_begin(env, NULL, MDB_RDONLY, &txn) != 0 ||
			write(ready[1], "", 1) != 1)
			_exit(1);
		nap_ms(100000);
		_exit(1);
	}
	(void)close(ready[1]);
	assert_int_equal(read(ready[0], &octet, 1), 1);
	(void)close(ready[0]);
	return child;
}

static void test_killed_while_reading(void **state)
{
	(void)state;
	for (int while_open = 0; while_open < 2; while_open++) {
		struct folder folder = folder_new();
		struct reporter reporter;
		struct heard heard;
		struct store *store;
		pid_t child;

		(void)works(&folder, &heard);
		child = start_reader(&folder);
		if (!while_open)
			end_child(child);
		reporter = heard_by(&heard);
		store = store_lmdb_open(folder.path, 4 * MIB, &reporter);
		assert_non_null(store);
		if (while_open)
			end_child(child);
		for (uint32_t i = 0; i < 12000; i++) {
			put(store, i, NOW + i, LONG_TIME);
			if (i % 1000 == 999 && !found_soon(store, i, NOW + i))
				fail_msg("%u: %s", i, heard.text);
		}
		store->ops->close(store);
		assert_string_equal(heard.text, "");
		folder_remove(&folder);
	}
}

static pid_t start_opener(const struct folder *folder, uint32_t number, const int go[2])
{
	pid_t child = fork();

	if (child == 0) {
		struct store *store;
		char octet;

		(void)close(go[1]);
		if (read(go[0], &octet, 1) != 0)
			_exit(2);
		store = store_lmdb_open(folder->path, 4 * MIB, NULL);
		if (store == NULL)
			_exit(1);
		put(store, number, NOW, LONG_TIME);
		store->ops->close(store);
		_exit(0);
	}
	return child;
}

/* Several processes start at once on a damaged file: one sets it aside, all use the new one. */
static void test_damage_found_by_many(void **state)
{
	(void)state;
	for (int round = 0; round < 10; round++) {
		struct folder folder = folder_new();
		struct store *store;
		pid_t children[6];
		int go[2], status;

		write_file(&folder, FILE_NAME, "This is not the file you seek.\n", 1000);
		assert_int_equal(pipe(go), 0);
		for (uint32_t i = 0; i < ARRAY_LEN(children); i++)
			children[i] = start_opener(&folder, i, go);
		(void)close(go[0]);
		(void)close(go[1]);
		for (uint32_t i = 0; i < ARRAY_LEN(children); i++) {
			assert_int_equal(waitpid(children[i], &status, 0), children[i]);
			assert_int_equal(status, 0);
		}
		assert_int_equal(folder_files(&folder, FILE_NAME ".damaged-", false), 1);
		store = store_lmdb_open(folder.path, 4 * MIB, NULL);
		assert_non_null(store);
		assert_int_equal(entries_in(store), ARRAY_LEN(children));
		store->ops->close(store);
		folder_remove(&folder);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_cut_short),
		cmocka_unit_test(test_garbage),
		cmocka_unit_test(test_foreign_entries),
		cmocka_unit_test(test_no_folder),
		cmocka_unit_test(test_not_allowed),
		cmocka_unit_test(test_two_processes),
		cmocka_unit_test(test_opened_while_it_grows),
		cmocka_unit_test(test_killed_while_writing),
		cmocka_unit_test(test_killed_while_reading),
		cmocka_unit_test(test_damage_found_by_many),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
