/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The last fetched keys outlive the server, and no start brings back what was revoked. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <dirent.h>
#include <fcntl.h>

#include "the_bench.h"

#define MAX_AGE 1000
#define FROM_FILE "jwks_file = \"jwks.json\"; jwks_max_age = 1000; jwks_refresh = 100;"
#define FROM_URL "jwks_url = \"https://h/k\"; jwks_max_age = 1000; jwks_refresh = 100;"
#define FROM_BOTH FROM_FILE "jwks_url = \"https://h/k\";"

static void reopen(void)
{
	bench_close(&bench);
	assert_non_null(bench_open(&bench));
}

static void open_with(const char *keys)
{
	put_settings(&bench, &(struct wish){ .keys = keys });
	reopen();
}

static void set_times(const char *name, int64_t when)
{
	const struct timespec times[2] = { { .tv_sec = (time_t)when }, { .tv_sec = (time_t)when } };

	assert_int_equal(utimensat(AT_FDCWD, path_in(&bench, name).text, times, 0), 0);
}

static struct bench_path stored(void)
{
	DIR *dir = opendir(path_in(&bench, "state").text);
	struct bench_path path = { "" };
	struct dirent *entry;

	assert_non_null(dir);
	while ((entry = readdir(dir)) != NULL) {
		char name[300];

		if (entry->d_name[0] == '.')
			continue;
		assert_string_equal(path.text, ""); /* one file */
		(void)snprintf(name, sizeof(name), "state/%s", entry->d_name);
		path = path_in(&bench, name);
	}
	closedir(dir);
	return path;
}

static void a_restart_revives_no_key(void **state)
{
	struct stat seen;

	(void)state;
	open_with(FROM_BOTH);
	(void)offer(bench.jwks_two);
	assert_int_equal(stat(stored().text, &seen), 0);
	assert_int_equal(seen.st_mode & 07777, 0640);
	reopen();
	assert_kid("two");
	(void)offer(NO_KEYS);
	reopen();
	assert_kid("");
	assert_heard(&bench.heard, "no answer can be believed");
}

static void a_stored_set_ages_on(void **state)
{
	(void)state;
	open_with(FROM_BOTH);
	(void)offer(bench.jwks_two);
	pass(&bench, MAX_AGE - 10);
	set_times("jwks.json", bench.wall_s - MAX_AGE);
	reopen();
	assert_kid("two");
	assert_heard(&bench.heard, "nothing has vouched for the service's keys for 990 s");
	pass(&bench, 11);
	(void)tick(&bench);
	assert_kid("-");
	reopen();
	assert_kid("-");
	assert_heard(&bench.heard, "the key set that was stored is 1001 s old");
	/* Written after the fetch, the file helps. */
	set_times("jwks.json", bench.wall_s);
	reopen();
	assert_kid("one");
}

static void a_wrong_clock_revives_nothing(void **state)
{
	(void)state;
	open_with(FROM_BOTH);
	(void)offer(bench.jwks_two);
	bench.wall_s -= 30 * DAY;
	set_times("jwks.json", bench.wall_s);
	reopen();
	assert_kid("-");
	assert_heard(&bench.heard, "the key set that was stored lies 2592000 s ahead");
	assert_heard(&bench.heard, "is this machine's clock right?");
	/* Set right, it counts. */
	bench.wall_s += 30 * DAY + 100;
	(void)tick(&bench);
	assert_kid("two");
	pass(&bench, MAX_AGE - 100);
	(void)tick(&bench);
	assert_kid("two");
	pass(&bench, 1);
	(void)tick(&bench);
	assert_kid("-");
}

static void damage(long at, const char *octets)
{
	struct bench_path path = stored();
	FILE *file = fopen(path.text, "r+");

	assert_non_null(file);
	assert_int_equal(fseek(file, at, at < 0 ? SEEK_END : SEEK_SET), 0);
	assert_true(fputs(octets, file) >= 0);
	assert_int_equal(fclose(file), 0);
}

static void a_damaged_set_is_left_out(void **state)
{
	static const struct {
		long at;
		const char *octets;
	} damages[] = { { 0, "X" }, { 17, "9" }, { 30, "zz" }, { -5, "X" }, { 60, "\n" } };

	(void)state;
	open_with(FROM_BOTH);
	set_times("jwks.json", bench.wall_s - DAY);
	for (size_t i = 0; i < ARRAY_LEN(damages); i++) {
		(void)offer(bench.jwks_two);
		damage(damages[i].at, damages[i].octets);
		reopen();
		assert_kid("-");
		assert_heard(&bench.heard, "is damaged and left out");
		(void)offer(bench.jwks_two);
		reopen();
		assert_kid("two");
	}
	assert_int_equal(truncate(stored().text, 0), 0);
	reopen();
	assert_kid("-");
	/* It needs no removal: the file, written anew, counts. */
	set_times("jwks.json", (int64_t)time(NULL) + 10);
	(void)tick(&bench);
	assert_kid("one");
}

static void sets_of_two_issuers_do_not_meet(void **state)
{
	char *text, *at;
	size_t len;

	(void)state;
	open_with(FROM_BOTH);
	(void)offer(bench.jwks_two);
	text = conf_slurp(path_in(&bench, "migrantid.cfg").text, SETTINGS_FILE_MAX, &len, NULL);
	at = strstr(text, "issuer = \"i\"");
	at[strlen("issuer = \"")] = 'j';
	put(&bench, "migrantid.cfg", text);
	free(text);
	reopen();
	assert_kid("one");
}

/* The address is that of the start: what it says is not another issuer's, however it is renamed. */
static void fetched_keys_stay_their_issuers(void **state)
{
	char *text, *at;
	size_t len;

	(void)state;
	open_with(FROM_BOTH);
	text = conf_slurp(path_in(&bench, "migrantid.cfg").text, SETTINGS_FILE_MAX, &len, NULL);
	at = strstr(text, "issuer = \"i\"");
	at[strlen("issuer = \"")] = 'j';
	put(&bench, "migrantid.cfg", text);
	free(text);
	(void)tick(&bench);
	(void)offer(bench.jwks_two);
	assert_string_equal(bench.config->now->policy->issuer, "i");
	reopen();
	assert_string_equal(bench.config->now->policy->issuer, "j");
	assert_kid("one");
}

/* That it cannot be looked at is not that there is none: what was revoked there stays revoked. */
static void a_folder_that_cannot_be_looked_into_is_not_empty(void **state)
{
	struct heard heard;
	struct reporter reporter = heard_by(&heard);
	struct stored_keys stored;

	(void)state;
	open_with(FROM_FILE);
	put(&bench, "no-folder", "");
	assert_int_equal(
		keys_stored_load(path_in(&bench, "no-folder").text, "i", &stored, &reporter),
		STORED_DAMAGED);
	assert_true(stored.fetched_at == INT64_MAX);
	assert_heard(&heard, "cannot be told whether a key set was stored here");
	assert_int_equal(
		keys_stored_load(path_in(&bench, ".").text, "i", &stored, NULL), STORED_NONE);
}

/* Who no longer fetches has said that the file counts. */
static void without_an_address_nothing_stored_counts(void **state)
{
	(void)state;
	open_with(FROM_BOTH);
	(void)offer(bench.jwks_two);
	open_with(FROM_FILE);
	assert_kid("one");
}

static void what_cannot_be_stored_is_said_once(void **state)
{
	(void)state;
	open_with(FROM_URL);
	assert_int_equal(rmdir(path_in(&bench, "state").text), 0);
	(void)offer(bench.jwks_one);
	assert_kid("one");
	assert_heard(&bench.heard, "the fetched key set cannot be stored here: No such file");
	(void)tick(&bench);
	assert_silent(&bench);
	assert_int_equal(mkdir(path_in(&bench, "state").text, 0755), 0);
	(void)tick(&bench);
	assert_silent(&bench);
	reopen();
	assert_kid("one");
}

/* Nobody is led to write where a link points. */
static void follows_no_link(void **state)
{
	struct bench_path path, beside;
	char text[8] = "";
	FILE *file;

	(void)state;
	open_with(FROM_URL);
	(void)offer(bench.jwks_one);
	path = stored();
	beside = path;
	(void)strcat(beside.text, ".new");
	put(&bench, "victim", "safe");
	assert_int_equal(symlink("../victim", beside.text), 0);
	assert_int_equal(unlink(path.text), 0);
	assert_int_equal(symlink("../victim", path.text), 0);
	(void)offer(bench.jwks_two);
	file = fopen(path_in(&bench, "victim").text, "r");
	assert_non_null(file);
	assert_non_null(fgets(text, sizeof(text), file));
	(void)fclose(file);
	assert_string_equal(text, "safe");
	reopen();
	assert_kid("two");
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)
		TEST(a_restart_revives_no_key),
		TEST(a_stored_set_ages_on),
		TEST(a_wrong_clock_revives_nothing),
		TEST(a_damaged_set_is_left_out),
		TEST(sets_of_two_issuers_do_not_meet),
		TEST(fetched_keys_stay_their_issuers),
		TEST(a_folder_that_cannot_be_looked_into_is_not_empty),
		TEST(without_an_address_nothing_stored_counts),
		TEST(what_cannot_be_stored_is_said_once),
		TEST(follows_no_link),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
