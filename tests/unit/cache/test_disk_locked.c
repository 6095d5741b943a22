/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Another process that stopped with the lock, and a disk that hangs: everything is bounded, and
 * afterwards the store is used again.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <signal.h>
#include <sys/wait.h>

#include "a_disk.h"
#include "a_vfs.h"

static int64_t now_ms(void)
{
	return clock_mono_ms(&system_clock);
}

#define WRITES "; UPDATE state SET generation = 5"
#define READS "BEGIN; SELECT * FROM state"

/* A child that stops in a transaction, as a suspended tool would. No assertions in it. */
static pid_t start_holder(const struct folder *folder, const char *sql)
{
	struct place place = file_in(folder);
	pid_t child = fork();
	int status;

	if (child == 0) {
		sqlite3 *db;

		if (sqlite3_open(place.path, &db) != SQLITE_OK ||
			sqlite3_exec(db, sql, NULL, NULL, NULL) != SQLITE_OK)
			_exit(1);
		(void)raise(SIGSTOP);
		_exit(1);
	}
	assert_int_equal(waitpid(child, &status, WUNTRACED), child);
	assert_true(WIFSTOPPED(status));
	return child;
}

static void end_holder(pid_t child)
{
	assert_int_equal(kill(child, SIGKILL), 0);
	assert_int_equal(waitpid(child, NULL, 0), child);
}

static void prepare(const struct folder *folder)
{
	struct stand stand;

	stand_new(&stand, folder, MIB);
	keep(&stand, 1);
	stand_close(&stand);
}

static void close_within(struct stand *stand, int64_t ms)
{
	int64_t began = now_ms();

	stand_close_by(stand, ms);
	if (now_ms() - began > ms + 500)
		fail_msg("took %d ms", (int)(now_ms() - began));
}

static void test_open_while_locked(void **state)
{
	struct folder folder = folder_new();
	int64_t began;
	struct stand stand;
	pid_t holder;

	(void)state;
	prepare(&folder);
	holder = start_holder(&folder, "BEGIN EXCLUSIVE" WRITES);
	began = now_ms();
	stand_new(&stand, &folder, MIB);
	assert_true(now_ms() - began < 500);
	began = now_ms();
	assert_int_equal(lookup(&stand, 1), 0);
	assert_true(now_ms() - began < 500);
	assert_true(said_soon(&stand, "cannot be used (another process holds its lock)", 4000));
	nap_ms(50);
	/* Left out: nobody waits for it. */
	began = now_ms();
	for (int i = 0; i < 20; i++)
		assert_int_equal(lookup(&stand, 1), 0);
	assert_true(now_ms() - began < 200);
	assert_int_equal(times_said(&stand), 1);
	end_holder(holder);
	assert_true(said_soon(&stand, "can be used again", 8000));
	assert_true(found_soon(&stand, 1));
	stand_close(&stand);

	holder = start_holder(&folder, "BEGIN EXCLUSIVE" WRITES);
	stand_new(&stand, &folder, MIB);
	keep(&stand, 2);
	close_within(&stand, 500);
	end_holder(holder);
	folder_remove(&folder);
}

/* Others may read beside it, and no one may write. */
static void test_writer_that_stopped(void **state)
{
	struct folder folder = folder_new();
	struct stand stand;
	pid_t holder;

	(void)state;
	prepare(&folder);
	stand_new(&stand, &folder, MIB);
	assert_int_not_equal(lookup(&stand, 1), 0);
	holder = start_holder(&folder, "BEGIN IMMEDIATE" WRITES);
	keep(&stand, 2);
	for (int i = 0; i < 20; i++) {
		assert_int_not_equal(lookup(&stand, 1), 0);
		nap_ms(100);
	}
	assert_true(said(&stand, "answers could not be kept in it (another process holds its"));
	assert_int_equal(times_said(&stand), 1);
	end_holder(holder);
	for (int i = 0; i < 800 && lookup(&stand, 2) == 0; i++)
		nap_ms(10);
	assert_int_not_equal(lookup(&stand, 2), 0);
	stand_close(&stand);
	folder_remove(&folder);
}

/* Nothing can be written, and a writer that gives up shuts out nobody. */
static void test_reader_that_stopped(void **state)
{
	struct folder folder = folder_new();
	struct stand stand;
	pid_t holder;

	(void)state;
	prepare(&folder);
	stand_new(&stand, &folder, MIB);
	assert_int_not_equal(lookup(&stand, 1), 0);
	holder = start_holder(&folder, READS);
	keep(&stand, 2);
	for (int i = 0; i < 15; i++) {
		assert_int_not_equal(lookup(&stand, 1), 0);
		assert_int_equal(entries_in(&folder), 1);
		nap_ms(100);
	}
	assert_true(said(&stand, "answers could not be kept in it (another process holds its"));
	end_holder(holder);
	for (int i = 0; i < 800 && lookup(&stand, 2) == 0; i++)
		nap_ms(10);
	assert_int_not_equal(lookup(&stand, 2), 0);
	stand_close(&stand);
	folder_remove(&folder);
}

/* The file goes from under it; what it does later it does to nobody's. */
static void test_removal_beside_a_writer_that_stopped(void **state)
{
	struct folder folder = folder_new();
	struct stand stand;
	pid_t holder;

	(void)state;
	prepare(&folder);
	stand_new(&stand, &folder, MIB);
	assert_int_not_equal(lookup(&stand, 1), 0);
	holder = start_holder(&folder, "BEGIN EXCLUSIVE" WRITES);
	forget(&stand, 1);
	assert_int_equal(lookup(&stand, 1), 0);
	assert_true(
		said_soon(&stand, "did not take what had to be removed (another process", 3000));
	assert_true(kept_soon(&stand, 2));
	assert_int_equal(lookup(&stand, 1), 0);
	assert_int_equal(kill(holder, SIGCONT), 0);
	assert_int_equal(waitpid(holder, NULL, 0), holder);
	stand_again(&stand, &folder, MIB);
	assert_int_equal(lookup(&stand, 1), 0);
	assert_int_not_equal(lookup(&stand, 2), 0);
	stand_close(&stand);
	folder_remove(&folder);
}

static void test_all_removed_while_locked(void **state)
{
	struct folder folder = folder_new();
	uint64_t removed;
	pid_t holder;

	(void)state;
	prepare(&folder);
	holder = start_holder(&folder, "BEGIN EXCLUSIVE" WRITES);
	assert_true(disk_admin_remove_all(folder.path, MIB, NULL, &removed));
	assert_int_equal(entries_in(&folder), 0);
	end_holder(holder);
	assert_int_equal(entries_in(&folder), 0);
	folder_remove(&folder);
}

static void run_cancel_late(void *ctx)
{
	struct call *call = ctx;

	call->stand->tier->ops->cancel(call->stand->tier, call->lookup, true);
}

static void start_look(struct stand *stand, struct call *call, uint32_t number)
{
	*call = (struct call){ .stand = stand, .numbers = { number }, .count = 1 };
	engine_call(stand->engine, run_recall, call);
	assert_non_null(call->lookup);
}

static void hang(void)
{
	faults.hanging = 0;
	faults.hangs = true;
}

static void resume(void)
{
	faults.hangs = false;
	for (int i = 0; i < faults.hanging; i++)
		assert_int_equal(sem_post(&faults.resume), 0);
}

/* One look that is late, and no other waits until it has come back. */
static void test_disk_that_hangs(void **state)
{
	struct folder folder = folder_new();
	struct call call, next = { .numbers = { 1 }, .count = 1 };
	struct stand stand;

	(void)state;
	prepare(&folder);
	stand_new(&stand, &folder, MIB);
	assert_int_not_equal(lookup(&stand, 1), 0);
	/* The file's first page is looked at again once somebody else has written. */
	assert_int_equal(admin_removes(&folder, 99), 0);
	hang();
	start_look(&stand, &call, 1);
	while (faults.hanging == 0)
		nap_ms(1);
	assert_int_equal(call.what, WAITING);
	engine_call(stand.engine, run_cancel_late, &call);
	for (uint32_t i = 100; i < 6000; i++)
		keep(&stand, i);
	assert_int_equal(look_at(&stand, &next), NONE_TAKEN);
	resume();
	assert_true(found_soon(&stand, 1));
	assert_int_equal(call.what, WAITING);
	stand_close(&stand);
	folder_remove(&folder);
}

/* What was asked is answered; what the thread held is its own when it wakes. */
static void test_close_while_the_disk_hangs(void **state)
{
	struct folder folder = folder_new();
	struct call first, second;
	struct stand stand;

	(void)state;
	prepare(&folder);
	stand_new(&stand, &folder, MIB);
	assert_int_not_equal(lookup(&stand, 1), 0);
	assert_int_equal(admin_removes(&folder, 99), 0);
	hang();
	start_look(&stand, &first, 1);
	while (faults.hanging == 0)
		nap_ms(1);
	start_look(&stand, &second, 1);
	keep(&stand, 3);
	close_within(&stand, 200);
	/* The thread's, unless it hung in work of its own before it took it. */
	assert_true(first.what == WAITING || first.what == MISS);
	assert_int_equal(second.what, MISS);
	memset(&stand, 0x5a, sizeof(stand));
	resume();
	nap_ms(300);
	folder_remove(&folder);
}

/* As many looks as there are is too many; those that were taken are all answered. */
static void test_many_looks(void **state)
{
	static struct call calls[4200];
	struct folder folder = folder_new();
	struct stand stand;
	size_t taken = 0;

	(void)state;
	prepare(&folder);
	stand_new(&stand, &folder, MIB);
	assert_int_not_equal(lookup(&stand, 1), 0);
	assert_int_equal(admin_removes(&folder, 99), 0);
	hang();
	start_look(&stand, &calls[0], 1);
	while (faults.hanging == 0)
		nap_ms(1);
	for (size_t i = 1; i < ARRAY_LEN(calls); i++) {
		calls[i] = (struct call){ .stand = &stand, .numbers = { 1 }, .count = 1 };
		engine_call(stand.engine, run_recall, &calls[i]);
		taken += calls[i].lookup != NULL;
	}
	/* Whether the first one waits, too, is for the thread to say: it may hang in its own work. */
	assert_true(taken == 4096 || taken == 4095);
	resume();
	for (size_t i = 0; i < ARRAY_LEN(calls); i++)
		assert_int_equal(call_wait(&calls[i]), i <= taken ? HIT : NONE_TAKEN);
	stand_close(&stand);
	folder_remove(&folder);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_open_while_locked),
		cmocka_unit_test(test_writer_that_stopped),
		cmocka_unit_test(test_reader_that_stopped),
		cmocka_unit_test(test_removal_beside_a_writer_that_stopped),
		cmocka_unit_test(test_all_removed_while_locked),
		cmocka_unit_test(test_disk_that_hangs),
		cmocka_unit_test(test_close_while_the_disk_hangs),
		cmocka_unit_test(test_many_looks),
	};

	faults_register();
	return cmocka_run_group_tests(tests, NULL, NULL);
}
