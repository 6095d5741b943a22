/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What may befall a file: it is overwritten, cut, or somebody else's. None of it ends the process
 * or keeps a new one from being begun. What is found in a damaged file may be anything; whoever
 * gets it checks it.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <fcntl.h>

#include "a_disk.h"
#include "a_vfs.h"
#include "cache/disk_store.h"

#define DAMAGES 200
#define ENTRIES 400u
#define SEED UINT64_C(20260131)

static uint64_t random_state;

static uint64_t draw(uint64_t below)
{
	random_state ^= random_state << 13;
	random_state ^= random_state >> 7;
	random_state ^= random_state << 17;
	return random_state % below;
}

static void put_row(struct disk_file *file, uint32_t number)
{
	static uint8_t octets[ENTRY_LEN_MAX];
	struct entry *entry = entry_of(number, NOW, LONG_TIME, 300 + number * 37 % 2000);
	struct person_key key = key_of(number);
	struct disk_row row = { key.bytes, NOW, LONG_TIME, octets, entry_len(entry) };

	entry_pack(entry, octets);
	free(entry);
	assert_int_equal(disk_put(file, &row), DISK_OK);
}

/* A file with inner pages, pages of long entries and free pages. */
static void make_file(const struct folder *folder)
{
	const struct disk_file_options options = { folder->path, 16 * MIB, 50, true };
	static struct disk_file file;

	assert_int_equal(disk_file_open(&file, &options), DISK_OK);
	assert_int_equal(disk_begin_write(&file, false), DISK_OK);
	for (uint32_t i = 0; i < ENTRIES; i++)
		put_row(&file, i);
	for (uint32_t i = 0; i < ENTRIES; i++) {
		struct person_key key = key_of(i);

		if (i % 10 < 2 || (i > 200 && i < 250))
			assert_int_equal(disk_remove(&file, key.bytes), DISK_OK);
	}
	assert_int_equal(disk_commit(&file), DISK_OK);
	disk_file_close(&file);
}

static struct {
	uint8_t octets[4 * MIB];
	size_t len;
} model;

static void read_model(const struct folder *folder)
{
	FILE *file = fopen(file_in(folder).path, "r");

	assert_non_null(file);
	model.len = fread(model.octets, 1, sizeof(model.octets), file);
	(void)fclose(file);
	assert_true(model.len > 20 * DISK_PAGE_SIZE && model.len < sizeof(model.octets));
}

static void write_model(const struct folder *folder)
{
	FILE *file = fopen(file_in(folder).path, "w");

	assert_non_null(file);
	assert_int_equal(fwrite(model.octets, 1, model.len, file), model.len);
	assert_int_equal(fclose(file), 0);
}

/* A few octets, a run of them, the header, or the end. */
static void damage(const struct folder *folder)
{
	int fd = open(file_in(folder).path, O_RDWR | O_CLOEXEC);
	uint64_t how = draw(8), count = draw(64) + 1, most = how == 1 ? 100 : model.len;
	uint8_t octets[512];

	assert_true(fd >= 0);
	if (how == 0)
		assert_int_equal(ftruncate(fd, (off_t)draw(model.len)), 0);
	for (uint64_t i = 0; how != 0 && i < count; i++) {
		size_t len = how == 2 ? sizeof(octets) : 1;
		off_t at = (off_t)draw(most);

		/* The list of cells and the headers are where it hurts most. */
		if (how > 5)
			at = at / DISK_PAGE_SIZE * DISK_PAGE_SIZE + (off_t)draw(32);
		for (size_t k = 0; k < len; k++)
			octets[k] = (uint8_t)draw(256);
		assert_int_equal(pwrite(fd, octets, len, at), len);
	}
	(void)close(fd);
}

/* All that is ever done with a file, once. Returns how many transactions went through. */
static unsigned use(struct disk_store *store)
{
	static struct disk_find finds[ENTRIES];
	struct disk_find *pointers[ENTRIES];
	uint8_t octets[ENTRY_HEAD_LEN + 600] = { ENTRY_VERSION };
	unsigned written = 0;

	for (uint32_t i = 0; i < ENTRIES; i++) {
		struct person_key key = key_of(i);

		finds[i] = (struct disk_find){ .count = 1, .now = NOW };
		memcpy(finds[i].keys[0], key.bytes, PERSON_KEY_LEN);
		pointers[i] = &finds[i];
	}
	disk_store_read(store, pointers, ENTRIES);
	for (uint32_t i = 0; i < ENTRIES; i++)
		free(finds[i].octets);
	for (uint32_t i = 392; i < 412; i++) {
		struct person_key key = key_of(i);
		struct disk_keep one = { { key.bytes, NOW, LONG_TIME, octets, sizeof(octets) }, 0 };

		one.epoch = store->epoch;
		written += disk_store_write(store, &one, 1, NOW + (i % 9 == 0 ? 1000000 : 0));
		if (i % 7 == 0)
			disk_store_forget(store, key.bytes);
		disk_store_settle(store);
	}
	disk_store_poll(store);
	return written;
}

static unsigned use_admin(const struct folder *folder)
{
	struct disk_admin *admin = disk_admin_open(folder->path, 16 * MIB, NULL);
	struct person_key key = key_of(5);
	struct disk_count count;
	uint64_t removed = 0;
	unsigned done = admin != NULL && disk_admin_count(admin, &count) &&
			disk_admin_remove(admin, key.bytes, NOW, &removed) &&
			disk_admin_remove_before(admin, NOW + 1, &removed);

	disk_admin_close(admin);
	return done;
}

/* Opened damaged, or damaged while it is open, under the server's and under the tool's hands. */
static void test_random_damage(void **state)
{
	struct folder folder = folder_new();
	static struct disk_store store;
	struct heard heard;
	struct reporter reporter = heard_by(&heard);
	unsigned replaced = 0, done = 0;

	(void)state;
	random_state = SEED;
	print_message("seed %llu\n", (unsigned long long)SEED);
	make_file(&folder);
	read_model(&folder);
	for (int i = 0; i < DAMAGES; i++) {
		uint64_t removed = 0;

		folder_empty(&folder);
		write_model(&folder);
		reporter = heard_by(&heard);
		disk_store_init(&store, folder.path, 16 * MIB, &reporter);
		if (i % 3 == 0)
			disk_store_poll(&store);
		damage(&folder);
		done += i % 3 == 2 ? use_admin(&folder) : use(&store);
		disk_store_close(&store);
		replaced += strstr(heard.text, "was damaged (") != NULL;
		assert_true(disk_admin_remove_all(folder.path, 16 * MIB, NULL, &removed));
		assert_int_equal(entries_in(&folder), 0);
	}
	print_message("%u replaced, %u done\n", replaced, done);
	assert_true(replaced > DAMAGES / 10 && done > 5 * DAMAGES);
	folder_remove(&folder);
}

/* Keeps and finds again, in the end; returns how many things were said. */
static int works(const struct folder *folder, const char *part)
{
	struct stand stand;
	int said_times;

	stand_new(&stand, folder, 4 * MIB);
	if (!kept_soon(&stand, 77777))
		fail_msg("is not found: %s", stand.heard.text);
	if (part != NULL)
		assert_heard(&stand.heard, part);
	said_times = times_said(&stand);
	stand_close(&stand);
	return said_times;
}

static void test_cut_short(void **state)
{
	static const struct {
		off_t len;
		bool damaged;
	} rows[] = {
		{ 0, false }, /* as good as none */
		{ 1, false },
		{ 100, true },
		{ 8191, true },
		{ 8192, true },
		{ 40960, true },
	};

	(void)state;
	for (size_t row = 0; row < ARRAY_LEN(rows); row++) {
		struct folder folder = folder_new();

		make_file(&folder);
		assert_int_equal(truncate(file_in(&folder).path, rows[row].len), 0);
		if (works(&folder, rows[row].damaged ? "was damaged (" : NULL) != rows[row].damaged)
			fail_msg("row %zu", row);
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
		{ DISK_FILE_NAME, 1, true },
		{ DISK_FILE_NAME, 100000, true },
		{ DISK_FILE_NAME "-journal", 1, false },
		{ DISK_FILE_NAME "-journal", 100000, false },
		{ DISK_FILE_NAME "-wal", 1000, false },
	};

	(void)state;
	for (size_t row = 0; row < ARRAY_LEN(rows); row++) {
		struct folder folder = folder_new();

		write_file(in_folder(&folder, rows[row].name).path,
			"This is not the file you seek.\n", rows[row].times);
		if (works(&folder, NULL) != rows[row].damaged)
			fail_msg("row %zu", row);
		assert_int_equal(works(&folder, NULL), 0);
		folder_remove(&folder);
	}
}

static void execute(const char *path, const char *sql)
{
	sqlite3 *db;

	assert_int_equal(sqlite3_open_v2(path, &db, SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE,
				 faults.beneath->zName),
		SQLITE_OK);
	assert_int_equal(sqlite3_exec(db, sql, NULL, NULL, NULL), SQLITE_OK);
	assert_int_equal(sqlite3_close(db), SQLITE_OK);
}

/* Databases, but of somebody else, or with more in them than is ours. */
static void test_foreign(void **state)
{
	static const struct {
		const char *sql;
		bool on_ours;
	} rows[] = {
		{ "CREATE TABLE cats (name TEXT)", false },
		{ "CREATE TABLE answers (key BLOB, entry BLOB)", false },
		{ "PRAGMA journal_mode = WAL", true },
		{ "CREATE TRIGGER t AFTER INSERT ON answers BEGIN DELETE FROM state; END", true },
		{ "CREATE VIEW v AS SELECT * FROM answers", true },
		{ "CREATE TABLE cats (name TEXT)", true },
		{ "DELETE FROM state", true },
		{ "PRAGMA page_size = 65536; VACUUM", true },
		{ "DROP INDEX answers_keep_until", true },
	};

	(void)state;
	for (size_t row = 0; row < ARRAY_LEN(rows); row++) {
		struct folder folder = folder_new();

		if (rows[row].on_ours)
			make_file(&folder);
		execute(file_in(&folder).path, rows[row].sql);
		if (works(&folder, "was damaged (") != 1)
			fail_msg("row %zu", row);
		folder_remove(&folder);
	}
}

/* Entries that are none, under keys of people. */
static void test_strange_entries(void **state)
{
	static const char *const values[] = { "x'00'", "x'02'", "'text'", "7", "zeroblob(17)",
		"zeroblob(600)", "zeroblob(20000)", "zeroblob(40000)" };
	struct folder folder = folder_new();
	struct stand stand;
	char sql[512], hex[2 * PERSON_KEY_LEN + 1];

	(void)state;
	make_file(&folder);
	for (uint32_t i = 0; i < ARRAY_LEN(values); i++) {
		struct person_key key = key_of(5000 + i);

		for (size_t k = 0; k < PERSON_KEY_LEN; k++)
			(void)snprintf(hex + 2 * k, 3, "%02x", key.bytes[k]);
		(void)snprintf(sql, sizeof(sql),
			"INSERT INTO answers (key, stored_at, keep_until, entry) "
			"VALUES (x'%s', 'then', 1e99, %s)",
			hex, values[i]);
		execute(file_in(&folder).path, sql);
	}
	stand_new(&stand, &folder, 4 * MIB);
	for (uint32_t i = 0; i < ARRAY_LEN(values); i++)
		if (lookup(&stand, 5000 + i) != 0)
			fail_msg("row %u", i);
	stand_close(&stand);
	folder_remove(&folder);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_random_damage),
		cmocka_unit_test(test_cut_short),
		cmocka_unit_test(test_garbage),
		cmocka_unit_test(test_foreign),
		cmocka_unit_test(test_strange_entries),
	};

	faults_register();
	return cmocka_run_group_tests(tests, NULL, NULL);
}
