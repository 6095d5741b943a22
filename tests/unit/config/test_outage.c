/* SPDX-License-Identifier: GPL-2.0-or-later */
/* An announced outage: what its file says, what the watcher makes of it, and what the time does. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <sys/resource.h>

#include "the_bench.h"

#define HOUR 3600
#define FILE_NAME "state/outage"

static void announce(int64_t from, int64_t until)
{
	const struct outage outage = { from, until };

	assert_true(outage_save(path_in(&bench, FILE_NAME).text, &outage));
}

static enum outage_file load(struct outage *out)
{
	struct reporter reporter = heard_by(&bench.heard);

	return outage_load(path_in(&bench, FILE_NAME).text, out, &reporter);
}

static unsigned retry_after(void)
{
	return config_outage(bench.config, bench.wall_s);
}

static void what_is_written_is_read(void **state)
{
	static const int64_t froms[] = { 0, 1, 951782400 /* 29 February */, 1772323199,
		253402300799 - OUTAGE_LONGEST };
	struct outage got;

	(void)state;
	assert_int_equal(load(&got), OUTAGE_NO_FILE);
	assert_int_equal(got.until, 0);
	for (size_t i = 0; i < ARRAY_LEN(froms); i++) {
		announce(froms[i], froms[i] + OUTAGE_LONGEST);
		assert_int_equal(load(&got), OUTAGE_READ);
		assert_int_equal(got.from, froms[i]);
		assert_int_equal(got.until, froms[i] + OUTAGE_LONGEST);
		assert_silent(&bench);
	}
	/* Nothing is left beside it. */
	assert_int_not_equal(access(path_in(&bench, FILE_NAME ".new").text, F_OK), 0);
}

#define GOOD "migrantid-outage 1 2026-11-26T08:00:00Z 2026-11-27T14:00:00Z\n"

/* By accident nobody goes unasked: whatever is not the one line is no outage, and is said. */
static void what_is_not_as_written_is_no_outage(void **state)
{
	static const char *const texts[] = {
		"",
		"\n",
		GOOD GOOD,
		GOOD "\n",
		" migrantid-outage 1 2026-11-26T08:00:00Z 2026-11-27T14:00:00Z\n",
		"migrantid-outage 1 2026-11-26T08:00:00Z 2026-11-27T14:00:00Z",
		"migrantid-outage 2 2026-11-26T08:00:00Z 2026-11-27T14:00:00Z\n",
		"migrantid-outage 1 2026-11-26T08:00:00Z 2026-11-27T14:00:00z\n",
		"migrantid-outage 1 2026-11-26 08:00:00Z 2026-11-27T14:00:00Z\n",
		"migrantid-outage 1 2026-11-26T08:00:00Z 2026-11-27T14:00:60Z\n",
		"migrantid-outage 1 2026-11-26T08:00:00Z 2026-11-27T24:00:00Z\n",
		"migrantid-outage 1 2026-11-26T08:00:00Z 2026-11-31T14:00:00Z\n",
		"migrantid-outage 1 2026-11-26T08:00:00Z 2026-13-01T14:00:00Z\n",
		"migrantid-outage 1 2026-11-26T08:00:00Z 2026-11-27T+4:00:00Z\n",
		"migrantid-outage 1 2026-11-26T08:00:00Z 2026-11-27T 4:00:00Z\n",
		/* over before it begins; endless */
		"migrantid-outage 1 2026-11-26T08:00:00Z 2026-11-26T08:00:00Z\n",
		"migrantid-outage 1 2026-11-27T08:00:00Z 2026-11-26T08:00:00Z\n",
		"migrantid-outage 1 2026-11-26T08:00:00Z 2026-12-27T08:00:01Z\n",
		"migrantid-outage 1 2026-11-26T08:00:00Z 9999-12-27T08:00:00Z\n",
		"migrantid-outage 1 -----------------Z-- -------------------Z\n",
	};
	struct outage got;

	(void)state;
	put(&bench, FILE_NAME, GOOD);
	assert_int_equal(load(&got), OUTAGE_READ);
	for (size_t i = 0; i < ARRAY_LEN(texts); i++) {
		put(&bench, FILE_NAME, texts[i]);
		if (load(&got) != OUTAGE_UNREADABLE || got.from != 0 || got.until != 0)
			fail_msg("taken: %s", texts[i]);
		assert_heard(&bench.heard, "warning ");
		assert_heard(&bench.heard, "no outage is in force by it");
		assert_int_equal(bench.heard.count, 1);
	}
}

/* Each octet of it that is another one makes it no outage, or another one within the bounds. */
static void a_damaged_octet_prolongs_nothing(void **state)
{
	char text[] = GOOD;
	struct outage got;

	(void)state;
	for (size_t i = 0; i < strlen(GOOD); i++) {
		for (int octet = 1; octet < 256; octet += 3) {
			text[i] = (char)octet;
			put(&bench, FILE_NAME, text);
			if (load(&got) == OUTAGE_READ)
				assert_true(got.until > got.from &&
					    got.until - got.from <= OUTAGE_LONGEST);
			else
				assert_int_equal(got.until, 0);
		}
		text[i] = GOOD[i];
	}
}

static void a_folder_in_its_place_is_none(void **state)
{
	struct outage got;

	(void)state;
	assert_int_equal(mkdir(path_in(&bench, FILE_NAME).text, 0755), 0);
	assert_int_equal(load(&got), OUTAGE_UNREADABLE);
	assert_int_equal(got.until, 0);
	assert_false(outage_save(path_in(&bench, FILE_NAME).text, &(struct outage){ 0, 1 }));
}

static void it_holds_from_when_until_when(void **state)
{
	const struct outage outage = { 1000, 2000 };

	(void)state;
	assert_false(outage_in_force(&outage, 999));
	assert_true(outage_in_force(&outage, 1000));
	assert_true(outage_in_force(&outage, 1999));
	assert_false(outage_in_force(&outage, 2000));
	assert_false(outage_in_force(&(struct outage){ 0 }, 0));
	assert_int_equal(outage_retry_after(&outage, 1000), OUTAGE_RETRY_MAX);
	assert_int_equal(outage_retry_after(&outage, 1700), 300);
	assert_int_equal(outage_retry_after(&outage, 1999), 1);
}

/* Begun while the server runs, ended by its time, which needs nobody to look at the file. */
static void it_begins_with_its_file_and_ends_with_its_time(void **state)
{
	(void)state;
	assert_non_null(bench_open(&bench));
	assert_int_equal(retry_after(), 0);
	announce(bench.wall_s, bench.wall_s + HOUR);
	assert_int_equal(tick(&bench), 2);
	assert_heard(&bench.heard, "warning ");
	assert_heard(&bench.heard, "an outage of the ID service is announced until 20");
	assert_int_equal(bench.heard.count, 1);
	assert_int_equal(retry_after(), OUTAGE_RETRY_MAX);
	assert_int_equal(tick(&bench), 2);
	assert_silent(&bench);

	pass(&bench, HOUR - 1);
	assert_int_equal(retry_after(), 1);
	pass(&bench, 1);
	assert_int_equal(retry_after(), 0); /* before any look */
	assert_int_equal(tick(&bench), 2);
	assert_heard(&bench.heard, "is over: it is asked again");
	assert_int_equal(bench.heard.count, 1);
	assert_int_equal(tick(&bench), 2);
	assert_silent(&bench);
}

static void it_is_ended_before_its_time(void **state)
{
	(void)state;
	assert_non_null(bench_open(&bench));
	announce(bench.wall_s, bench.wall_s + HOUR);
	(void)tick(&bench);
	assert_int_not_equal(retry_after(), 0);
	take_away(&bench, FILE_NAME);
	(void)tick(&bench);
	assert_int_equal(retry_after(), 0);
	assert_heard(&bench.heard, "is over: it is asked again");

	/* Prolonged: said with the new end, and not as one that is over. */
	announce(bench.wall_s, bench.wall_s + HOUR);
	(void)tick(&bench);
	announce(bench.wall_s, bench.wall_s + 2 * HOUR);
	(void)tick(&bench);
	assert_heard(&bench.heard, "is announced until");
	assert_int_equal(bench.heard.count, 1);
	pass(&bench, HOUR);
	assert_int_not_equal(retry_after(), 0);
}

static void it_outlives_a_restart(void **state)
{
	(void)state;
	announce(bench.wall_s, bench.wall_s + HOUR);
	assert_non_null(bench_open(&bench));
	assert_int_not_equal(retry_after(), 0);
	assert_heard(&bench.heard, "is announced until");
	bench_close(&bench);
	pass(&bench, HOUR);
	(void)heard_by(&bench.heard);
	assert_non_null(bench_open(&bench));
	assert_int_equal(retry_after(), 0);
	assert_heard(&bench.heard, "the file says nothing any more");
}

static void it_is_announced_ahead(void **state)
{
	(void)state;
	announce(bench.wall_s + HOUR, bench.wall_s + 2 * HOUR);
	assert_non_null(bench_open(&bench));
	assert_heard(&bench.heard, "is announced from 20");
	assert_int_equal(retry_after(), 0);
	pass(&bench, HOUR);
	assert_int_not_equal(retry_after(), 0);
	(void)tick(&bench);
	assert_heard(&bench.heard, "is announced until 20");
	/* A clock that goes back does not prolong it either. */
	bench.wall_s -= HOUR;
	assert_int_equal(retry_after(), 0);
}

/* An error elsewhere in the configuration holds it up as little as it does keys. */
static void other_errors_do_not_hold_it_up(void **state)
{
	(void)state;
	assert_non_null(bench_open(&bench));
	put(&bench, "rules.cfg", "nonsense");
	announce(bench.wall_s, bench.wall_s + HOUR);
	(void)tick(&bench);
	assert_int_not_equal(retry_after(), 0);
}

static void damage_is_said_once_and_ends_it(void **state)
{
	(void)state;
	assert_non_null(bench_open(&bench));
	announce(bench.wall_s, bench.wall_s + HOUR);
	(void)tick(&bench);
	put(&bench, FILE_NAME, "nonsense\n");
	(void)tick(&bench);
	assert_int_equal(retry_after(), 0);
	assert_heard(&bench.heard, "give that command again");
	(void)tick(&bench);
	assert_silent(&bench);
	announce(bench.wall_s, bench.wall_s + HOUR);
	(void)tick(&bench);
	assert_int_not_equal(retry_after(), 0);
}

/* Nothing about the file changes when descriptors are there again. */
static void what_could_not_be_read_is_tried_again(void **state)
{
	struct rlimit before, none;

	(void)state;
	assert_non_null(bench_open(&bench));
	announce(bench.wall_s, bench.wall_s + HOUR);
	assert_int_equal(getrlimit(RLIMIT_NOFILE, &before), 0);
	none = before;
	none.rlim_cur = 0;
	assert_int_equal(setrlimit(RLIMIT_NOFILE, &none), 0);
	for (int i = 0; i < 2; i++) {
		(void)tick(&bench);
		if (i == 0)
			assert_heard(&bench.heard, "Too many open files");
		else
			assert_silent(&bench);
	}
	assert_int_equal(setrlimit(RLIMIT_NOFILE, &before), 0);
	assert_int_equal(retry_after(), 0);
	(void)tick(&bench);
	assert_int_not_equal(retry_after(), 0);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)
		TEST(what_is_written_is_read),
		TEST(what_is_not_as_written_is_no_outage),
		TEST(a_damaged_octet_prolongs_nothing),
		TEST(a_folder_in_its_place_is_none),
		TEST(it_holds_from_when_until_when),
		TEST(it_begins_with_its_file_and_ends_with_its_time),
		TEST(it_is_ended_before_its_time),
		TEST(it_outlives_a_restart),
		TEST(it_is_announced_ahead),
		TEST(other_errors_do_not_hold_it_up),
		TEST(damage_is_said_once_and_ends_it),
		TEST(what_could_not_be_read_is_tried_again),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
