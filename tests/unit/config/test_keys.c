/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Which of the service's keys are believed: of the file and of the network. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <fcntl.h>

#include "the_bench.h"

#define MAX_AGE 1000
#define FROM_FILE "jwks_file = \"jwks.json\"; jwks_max_age = 1000; jwks_refresh = 100;"
#define FROM_URL "jwks_url = \"https://h/k\"; jwks_max_age = 1000; jwks_refresh = 100;"
#define FROM_BOTH FROM_FILE "jwks_url = \"https://h/k\";"

static struct {
	int good, bad;
	uint64_t number; /* in force when it was called */
} settled;

static void on_settled(void *ctx, bool good)
{
	(void)ctx;
	settled.good += good;
	settled.bad += !good;
	settled.number = bench.config->now->number;
}

static void reopen(void)
{
	bench_close(&bench);
	assert_non_null(bench_open(&bench));
	config_on_keys(bench.config, on_settled, NULL);
	memset(&settled, 0, sizeof(settled));
}

static void open_with(const char *keys)
{
	put_settings(&bench, &(struct wish){ .keys = keys });
	reopen();
}

/* ---- the file ---- */

static void takes_a_changed_file(void **state)
{
	(void)state;
	open_with(FROM_FILE);
	assert_kid("one");
	put(&bench, "jwks.json", bench.jwks_two);
	assert_int_equal(tick(&bench), 2);
	assert_kid("two");
	assert_heard(&bench.heard, "jwks.json:0: key set in force, keys: 1");
	assert_int_equal(tick(&bench), 2);
	assert_silent(&bench);
	/* All else is as it was. */
	assert_string_equal(bench.config->now->policy->issuer, "i");
}

static void a_file_that_stands_does_not_age(void **state)
{
	(void)state;
	open_with(FROM_FILE);
	for (int i = 0; i < 3; i++) {
		pass(&bench, 10 * MAX_AGE);
		assert_int_equal(tick(&bench), 1);
		assert_silent(&bench);
	}
	assert_kid("one");
}

static void an_empty_set_revokes_at_once(void **state)
{
	(void)state;
	open_with(FROM_FILE);
	put(&bench, "jwks.json", NO_KEYS);
	assert_int_equal(tick(&bench), 2);
	assert_kid("");
	assert_heard(&bench.heard, "error ");
	assert_heard(&bench.heard, "no answer can be believed");
	assert_int_equal(tick(&bench), 2);
	assert_silent(&bench);
	/* So does a start. */
	reopen();
	assert_kid("");
	assert_heard(&bench.heard, "no answer can be believed");
	put(&bench, "jwks.json", bench.jwks_one);
	(void)tick(&bench);
	assert_kid("one");
	assert_heard(&bench.heard, "key set in force");
}

static int64_t told_age(void)
{
	struct config_health health;

	config_health(bench.config, &health);
	return health.keys_age;
}

static void age_out(void)
{
	assert_int_equal(tick(&bench), 1);
	assert_int_equal(told_age(), 0);
	assert_heard(&bench.heard, "the keys in force are believed for 1000 s more");
	assert_kid("one");
	pass(&bench, MAX_AGE / 2 - 1);
	assert_int_equal(tick(&bench), 1);
	assert_silent(&bench);
	pass(&bench, 1);
	assert_int_equal(tick(&bench), 1);
	assert_int_equal(bench.heard.count, 1);
	assert_heard(
		&bench.heard, "nothing has vouched for the service's keys for 500 s; after 1000");
	assert_int_equal(told_age(), 500);
	/* Of a watcher that hangs the age is told as well. */
	pass(&bench, 3);
	assert_int_equal(told_age(), 503);
	pass(&bench, -3);
	pass(&bench, MAX_AGE / 2);
	assert_int_equal(tick(&bench), 1);
	assert_silent(&bench);
	assert_kid("one");
	pass(&bench, 1);
	assert_int_equal(tick(&bench), 2);
	assert_heard(&bench.heard, "error ");
	assert_heard(&bench.heard, "no answer is believed");
	assert_kid("-");
	assert_int_equal(told_age(), -1);
	pass(&bench, DAY);
	assert_int_equal(tick(&bench), 2);
	assert_silent(&bench);
}

static void a_file_that_is_gone_ages(void **state)
{
	(void)state;
	open_with(FROM_FILE);
	take_away(&bench, "jwks.json");
	age_out();
	put(&bench, "jwks.json", bench.jwks_one);
	assert_int_equal(tick(&bench), 3);
	assert_kid("one");
}

static void a_file_that_is_no_key_set_ages(void **state)
{
	(void)state;
	open_with(FROM_FILE);
	put(&bench, "jwks.json", "");
	age_out();
	bench_close(&bench);
	assert_null(bench_open(&bench));
	assert_heard(&bench.heard, "jwks.json:0: is empty: a JWK Set is wanted");
	assert_heard(&bench.heard, "jwks_file: put the ID service's JWK Set there");
}

/* A wall clock that is moved changes nothing of it. */
static void age_is_by_the_clock_that_nobody_sets(void **state)
{
	(void)state;
	open_with(FROM_FILE);
	take_away(&bench, "jwks.json");
	bench.wall_s += 365 * DAY;
	(void)tick(&bench);
	assert_kid("one");
	bench.wall_s -= 730 * DAY;
	bench.mono_ms += MAX_AGE * 1000;
	(void)tick(&bench);
	assert_kid("one");
	bench.mono_ms += 1;
	(void)tick(&bench);
	assert_kid("-");
}

/* A key file that is gone spoils no other reload, and none spoils it. */
static void keys_and_files_do_not_wait_for_each_other(void **state)
{
	(void)state;
	open_with(FROM_FILE);
	take_away(&bench, "jwks.json");
	put(&bench, "person.key", KEY_B);
	assert_int_equal(tick(&bench), 2);
	assert_int_equal(bench.config->now->person_key.bytes[0], 0xFF);
	assert_kid("one");
	put(&bench, "rules.cfg", "nonsense");
	put(&bench, "jwks.json", NO_KEYS);
	assert_int_equal(tick(&bench), 3);
	assert_kid("");
}

/* ---- the network ---- */

static void takes_what_is_fetched(void **state)
{
	(void)state;
	open_with(FROM_URL);
	assert_kid("-");
	assert_heard(&bench.heard, "no answer is believed before the service's keys were fetched");
	assert_int_equal(offer(bench.jwks_one), 2);
	assert_kid("one");
	assert_int_equal(settled.good, 1);
	assert_int_equal(settled.number, 2); /* in force already */
	/* The same again is no other snapshot, but younger. */
	pass(&bench, MAX_AGE);
	assert_int_equal(offer(bench.jwks_one), 2);
	assert_int_equal(settled.good, 2);
	pass(&bench, MAX_AGE);
	assert_int_equal(tick(&bench), 2);
	assert_kid("one");
	assert_int_equal(offer(bench.jwks_two), 3);
	assert_kid("two");
	assert_int_equal(offer(NO_KEYS), 4);
	assert_kid("");
	assert_heard(&bench.heard, "no answer can be believed");
	assert_int_equal(settled.good, 4);
	assert_int_equal(settled.bad, 0);
}

static void refuses_what_is_no_key_set(void **state)
{
	char *large = calloc(1, JWKS_MAX_LEN + 2);

	(void)state;
	assert_non_null(large);
	memset(large, ' ', JWKS_MAX_LEN + 1);
	open_with(FROM_URL);
	(void)offer(bench.jwks_one);
	assert_int_equal(offer("<html>"), 2);
	assert_int_equal(settled.bad, 1);
	assert_heard(&bench.heard, "https://h/k:1: not a JWK Set");
	assert_heard(&bench.heard, "what was fetched is not taken");
	assert_int_equal(offer("<html>"), 2);
	assert_int_equal(settled.bad, 2);
	assert_silent(&bench);
	assert_int_equal(offer(large), 2);
	assert_int_equal(settled.bad, 3);
	assert_heard(&bench.heard, "too long for a key set");
	assert_kid("one");
	pass(&bench, MAX_AGE / 2);
	(void)tick(&bench);
	assert_heard(&bench.heard, "nothing has vouched");
	pass(&bench, MAX_AGE / 2 + 1);
	(void)offer("<html>");
	assert_kid("-");
	(void)offer(bench.jwks_one);
	assert_kid("one");
	free(large);
}

/* ---- both ---- */

static void the_network_outranks_the_file(void **state)
{
	(void)state;
	open_with(FROM_BOTH);
	assert_kid("one");
	(void)offer(bench.jwks_two);
	assert_kid("two");
	put(&bench, "jwks.json", bench.jwks_one);
	(void)tick(&bench);
	assert_kid("two");
}

static void set_times(const char *name, int64_t when)
{
	const struct timespec times[2] = { { .tv_sec = (time_t)when }, { .tv_sec = (time_t)when } };

	assert_int_equal(utimensat(AT_FDCWD, path_in(&bench, name).text, times, 0), 0);
}

/* A file from before the fetch may hold what was revoked since. */
static void a_younger_file_helps_when_the_network_fails(void **state)
{
	(void)state;
	open_with(FROM_BOTH);
	(void)offer(bench.jwks_two);
	pass(&bench, MAX_AGE + 1);
	set_times("jwks.json", bench.wall_s - MAX_AGE - 2);
	(void)tick(&bench);
	assert_kid("-");
	set_times("jwks.json", bench.wall_s);
	(void)tick(&bench);
	assert_kid("one");
	(void)offer(bench.jwks_two);
	assert_kid("two");
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)
		TEST(takes_a_changed_file),
		TEST(a_file_that_stands_does_not_age),
		TEST(an_empty_set_revokes_at_once),
		TEST(a_file_that_is_gone_ages),
		TEST(a_file_that_is_no_key_set_ages),
		TEST(age_is_by_the_clock_that_nobody_sets),
		TEST(keys_and_files_do_not_wait_for_each_other),
		TEST(takes_what_is_fetched),
		TEST(refuses_what_is_no_key_set),
		TEST(the_network_outranks_the_file),
		TEST(a_younger_file_helps_when_the_network_fails),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
