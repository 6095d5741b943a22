/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The recorder with its threads, real files and the real clock. */
#include "decision/recorder.h"

#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include <cmocka.h>

#include "decision/decision_log.h"
#include "decision/stats_file.h"

#define THREADS 4
#define EACH 20000

static char folder[40], log_path[80];
static struct stats got;

/* Messages, from whichever thread. */
static pthread_mutex_t mutex = PTHREAD_MUTEX_INITIALIZER;
static unsigned decisions_said, others_said; /* mutex */
static char last_said[512]; /* mutex */
static atomic_bool disk_hangs;

static void hear(void *ctx, enum severity severity, const char *file, int line, const char *text)
{
	(void)ctx;
	(void)severity;
	(void)file;
	(void)line;
	pthread_mutex_lock(&mutex);
	if (strncmp(text, "time=", 5) == 0)
		decisions_said++;
	else
		others_said++;
	(void)snprintf(last_said, sizeof(last_said), "%s", text);
	pthread_mutex_unlock(&mutex);
}

ssize_t __real_write(int fd, const void *octets, size_t len);
ssize_t __wrap_write(int fd, const void *octets, size_t len);
ssize_t __wrap_write(int fd, const void *octets, size_t len)
{
	const struct timespec nap = { .tv_nsec = 5000000 };

	while (atomic_load(&disk_hangs))
		(void)nanosleep(&nap, NULL);
	return __real_write(fd, octets, len);
}

static int open_folder(void **state)
{
	(void)state;
	(void)strcpy(folder, "/tmp/test_recorder.XXXXXX");
	assert_non_null(mkdtemp(folder));
	(void)snprintf(log_path, sizeof(log_path), "%s/decisions.log", folder);
	decisions_said = others_said = 0;
	atomic_store(&disk_hangs, false);
	return 0;
}

static int remove_folder(void **state)
{
	char stats[96];

	(void)state;
	(void)snprintf(stats, sizeof(stats), "%s/test.stats", folder);
	(void)unlink(log_path);
	(void)unlink(stats);
	return rmdir(folder);
}

static void give_gauges(void *ctx, struct stats *out)
{
	(void)ctx;
	out->inquiries.in_flight = 42;
}

static struct recorder *open_one(bool to_file)
{
	const struct recorder_options options = { .instance = "test",
		.log_file = to_file ? log_path : NULL,
		.stats_directory = folder,
		.gauges = give_gauges,
		.clock = system_clock,
		.reporter = { hear, NULL } };
	struct recorder *recorder = recorder_open(&options);

	assert_non_null(recorder);
	return recorder;
}

static void offer(struct recorder *recorder, enum result result, enum reason reason)
{
	const struct decision decision = { .result = result,
		.reason = reason,
		.source = SOURCE_CACHE,
		.reference = "K7Q2-9MXD-4H3C",
		.rules_digest = "0123456789ab",
		.rule = "rule" };
	struct record record;

	record_make(&decision, (struct span){ "shop", 4 }, 0, 20000, &record);
	recorder_offer(recorder, &record);
}

static void read_stats(void)
{
	int error;

	assert_int_equal(stats_file_read(folder, "test.stats", &got, &error), STATS_GOOD);
}

static unsigned lines_in_log(void)
{
	FILE *file = fopen(log_path, "r");
	unsigned count = 0;

	if (file == NULL)
		return 0;
	for (int c; (c = getc(file)) != EOF;)
		count += c == '\n';
	(void)fclose(file);
	return count;
}

static void wait_ms(long ms)
{
	const struct timespec time = { ms / 1000, ms % 1000 * 1000000 };

	(void)nanosleep(&time, NULL);
}

/* Without being closed: soon after it was offered. */
static void a_record_is_written_within_moments(void **state)
{
	struct recorder *recorder = open_one(true);

	(void)state;
	offer(recorder, RESULT_YES, REASON_MATCH);
	for (int tries = 100; lines_in_log() == 0 && tries > 0; tries--)
		wait_ms(20);
	assert_int_equal(lines_in_log(), 1);
	for (int tries = 200; tries > 0; tries--) {
		read_stats();
		if (got.decisions[RESULT_YES][REASON_MATCH][SOURCE_CACHE] == 1)
			break;
		wait_ms(20);
	}
	assert_int_equal(got.decisions[RESULT_YES][REASON_MATCH][SOURCE_CACHE], 1);
	assert_int_equal(histogram_count(&got.decision_seconds[SOURCE_CACHE]), 1);
	assert_int_equal(got.decision_seconds[SOURCE_CACHE].sum_us, 20000);
	assert_int_equal(got.inquiries.in_flight, 42);
	assert_int_equal(got.stopped, 0);
	assert_string_equal(got.instance, "test");
	recorder_close(recorder);
	read_stats();
	assert_int_equal(got.stopped, 1);
}

static void *offer_many(void *recorder)
{
	for (int i = 0; i < EACH; i++) {
		offer(recorder, RESULT_EXEMPT, REASON_EXEMPT);
		if (i % 1024 == 0)
			wait_ms(20);
	}
	return NULL;
}

static void offer_from_many_threads(struct recorder *recorder)
{
	pthread_t threads[THREADS];

	for (int i = 0; i < THREADS; i++)
		assert_int_equal(pthread_create(&threads[i], NULL, offer_many, recorder), 0);
	for (int i = 0; i < THREADS; i++)
		assert_int_equal(pthread_join(threads[i], NULL), 0);
}

static void at_a_stop_nothing_is_lost(void **state)
{
	struct recorder *recorder = open_one(true);
	uint64_t counted;

	(void)state;
	offer_from_many_threads(recorder);
	recorder_close(recorder);
	read_stats();
	counted = got.decisions[RESULT_EXEMPT][REASON_EXEMPT][SOURCE_CACHE];
	/* Each is a line, or is said to be none; where one is lost, it may have been counted yet. */
	assert_int_equal(lines_in_log() + got.records_lost, THREADS * EACH);
	assert_in_range(counted, lines_in_log(), THREADS * EACH);
	assert_int_equal(others_said, 0);
}

static void in_the_servers_log_it_is_a_line(void **state)
{
	struct recorder *recorder = open_one(false);

	(void)state;
	offer(recorder, RESULT_YES, REASON_MATCH);
	offer(recorder, RESULT_NO, REASON_NO_MATCH);
	recorder_close(recorder);
	assert_int_equal(decisions_said, 2);
	assert_int_equal(others_said, 0);
	assert_non_null(strstr(last_said, "result=No reason=no-match"));
}

/* More than the ring holds, at once: the rest is lost and counted, and nobody waited. */
static void what_finds_no_room_is_counted(void **state)
{
	struct recorder *recorder = open_one(true);
	uint64_t counted;

	(void)state;
	atomic_store(&disk_hangs, true);
	for (int i = 0; i < 100000; i++)
		offer(recorder, RESULT_YES, REASON_MATCH);
	wait_ms(300);
	atomic_store(&disk_hangs, false);
	recorder_close(recorder);
	read_stats();
	counted = got.decisions[RESULT_YES][REASON_MATCH][SOURCE_CACHE];
	assert_in_range(got.records_lost, 1, 100000);
	assert_true(counted + got.records_lost >= 100000);
	assert_true(lines_in_log() + got.records_lost <= 100000);
}

/* Of three megabytes at once, that nobody has taken yet, the log has room for two. */
static void lines_that_find_no_room_are_counted(void **state)
{
	const struct reporter reporter = { hear, NULL };
	struct decision_log *log = decision_log_open(log_path, &reporter);
	const unsigned all = 3000;
	char line[1024];
	uint64_t lost;

	(void)state;
	assert_non_null(log);
	memset(line, '-', sizeof(line));
	line[sizeof(line) - 1] = '\n';
	for (unsigned i = 0; i < all; i++)
		decision_log_put(log, line, sizeof(line));
	lost = decision_log_lost(log);
	decision_log_close(log, 5000);
	assert_in_range(lost, 1, all - 1);
	assert_int_equal(lines_in_log() + lost, all);
}

/* Counters go on, and so does the end of the server. */
static void a_disk_that_hangs_is_left_behind(void **state)
{
	struct recorder *recorder = open_one(true);
	int64_t began;

	(void)state;
	atomic_store(&disk_hangs, true);
	offer(recorder, RESULT_YES, REASON_MATCH);
	wait_ms(300);
	offer(recorder, RESULT_YES, REASON_MATCH);
	for (int tries = 200; tries > 0; tries--) {
		read_stats();
		if (got.decisions[RESULT_YES][REASON_MATCH][SOURCE_CACHE] == 2)
			break;
		wait_ms(20);
	}
	assert_int_equal(got.decisions[RESULT_YES][REASON_MATCH][SOURCE_CACHE], 2);
	began = clock_mono_ms(&system_clock);
	recorder_close(recorder);
	assert_in_range(clock_mono_ms(&system_clock) - began, 1900, 10000);
	assert_non_null(strstr(last_said, "a disk does not answer"));
	atomic_store(&disk_hangs, false);
	wait_ms(100);
	assert_int_equal(others_said, 1);
}

/* Without having been told to write, too. */
static void what_was_put_into_the_log_is_written_at_its_end(void **state)
{
	const struct reporter reporter = { hear, NULL };
	struct decision_log *log = decision_log_open(log_path, &reporter);

	(void)state;
	assert_non_null(log);
	decision_log_put(log, "one\n", 4);
	decision_log_put(log, "two\n", 4);
	decision_log_close(log, 10000);
	assert_int_equal(lines_in_log(), 2);
}

static void nobody_need_be_there(void **state)
{
	struct record record = { 0 };

	(void)state;
	recorder_offer(NULL, &record);
	recorder_close(NULL);
}

int main(void)
{
#define WITH_FOLDER(test) cmocka_unit_test_setup_teardown(test, open_folder, remove_folder)
	static const struct CMUnitTest tests[] = {
		WITH_FOLDER(a_record_is_written_within_moments),
		WITH_FOLDER(at_a_stop_nothing_is_lost),
		WITH_FOLDER(in_the_servers_log_it_is_a_line),
		WITH_FOLDER(what_finds_no_room_is_counted),
		WITH_FOLDER(lines_that_find_no_room_are_counted),
		WITH_FOLDER(a_disk_that_hangs_is_left_behind),
		WITH_FOLDER(what_was_put_into_the_log_is_written_at_its_end),
		WITH_FOLDER(nobody_need_be_there),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
