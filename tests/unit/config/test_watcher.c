/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Files that change while the server runs, in every way in which people change files. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <fcntl.h>

#include "the_bench.h"

static int set_up_open(void **state)
{
	(void)set_up(state);
	assert_non_null(bench_open(&bench));
	return 0;
}

static void does_nothing_while_nothing_changes(void **state)
{
	(void)state;
	for (int i = 0; i < 3; i++) {
		pass(&bench, 1);
		assert_int_equal(tick(&bench), 1);
		assert_silent(&bench);
	}
}

static void takes_a_change_of_each_file(void **state)
{
	static const char *const names[] = { "migrantid.cfg", "rules.cfg", "messages.cfg",
		"person.key", "ca.pem", "client.pem", "client.key" };
	uint64_t number = 1;

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(names); i++) {
		size_t len;
		char *text =
			conf_slurp(path_in(&bench, names[i]).text, SETTINGS_FILE_MAX, &len, NULL);

		assert_non_null(text);
		put(&bench, names[i], text); /* the same text in another file */
		free(text);
		assert_int_equal(tick(&bench), ++number);
		assert_heard(&bench.heard, "configuration reloaded (changed: ");
		assert_heard(&bench.heard, names[i]);
		assert_int_equal(bench.heard.count, 1);
		assert_int_equal(tick(&bench), number);
		assert_silent(&bench);
	}
}

static void takes_a_key_and_its_settings_live(void **state)
{
	(void)state;
	put(&bench, "person.key", KEY_B "\n");
	put_settings(&bench,
		&(struct wish){ .service = "max_connections = 5;", .cache = "keep_yes = 9;" });
	assert_int_equal(tick(&bench), 2);
	assert_int_equal(bench.config->now->person_key.bytes[0], 0xFF);
	assert_int_equal(bench.config->now->policy->keep_yes, 9);
	assert_heard(&bench.heard, "max_connections was changed: that takes effect only when");
	/* It is the start's that counts: a second reload says it again. */
	put(&bench, "person.key", KEY_A "\n");
	assert_int_equal(tick(&bench), 3);
	assert_heard(&bench.heard, "max_connections was changed");
}

static void takes_a_swapped_link(void **state)
{
	struct bench_path link = path_in(&bench, "link");

	(void)state;
	assert_int_equal(mkdir(path_in(&bench, "v1").text, 0755), 0);
	assert_int_equal(mkdir(path_in(&bench, "v2").text, 0755), 0);
	put(&bench, "v1/key", KEY_A);
	put(&bench, "v2/key", KEY_B);
	assert_int_equal(symlink("v1", path_in(&bench, "current").text), 0);
	take_away(&bench, "person.key");
	assert_int_equal(symlink("current/key", path_in(&bench, "person.key").text), 0);
	assert_int_equal(tick(&bench), 2);
	assert_int_equal(bench.config->now->person_key.bytes[0], 0);
	assert_int_equal(symlink("v2", link.text), 0);
	assert_int_equal(rename(link.text, path_in(&bench, "current").text), 0);
	assert_int_equal(tick(&bench), 3);
	assert_int_equal(bench.config->now->person_key.bytes[0], 0xFF);
}

/* What was in force is there again, by a link: nothing has changed but that it is over. */
static void says_that_a_swap_was_undone(void **state)
{
	struct bench_path path = path_in(&bench, "person.key"), link = path_in(&bench, "link");

	(void)state;
	assert_int_equal(rename(path.text, path_in(&bench, "good").text), 0);
	put(&bench, "bad", "nonsense");
	assert_int_equal(symlink("good", path.text), 0);
	assert_int_equal(tick(&bench), 2);
	assert_int_equal(symlink("bad", link.text), 0);
	assert_int_equal(rename(link.text, path.text), 0);
	assert_int_equal(tick(&bench), 2);
	assert_heard(&bench.heard, "person.key:0: not an operator's key");
	assert_int_equal(symlink("good", link.text), 0);
	assert_int_equal(rename(link.text, path.text), 0);
	(void)tick(&bench);
	assert_heard(&bench.heard, "what was wrong with the configuration is mended");
	(void)tick(&bench);
	assert_silent(&bench);
}

/* What is wrong is said once, whatever time passes, and what of it changes, and that it is over. */
static void says_a_failure_once(void **state)
{
	(void)state;
	put(&bench, "rules.cfg", "nonsense");
	for (int i = 0; i < 5; i++) {
		assert_int_equal(tick(&bench), 1);
		if (i > 0)
			assert_silent(&bench);
		else
			assert_heard(&bench.heard,
				"the changed configuration is not taken: what was "
				"in force stays, rules version ");
		pass(&bench, 1);
	}
	put(&bench, "person.key", "nonsense");
	assert_int_equal(tick(&bench), 1);
	assert_heard(&bench.heard, "person.key:0: not an operator's key");
	assert_heard(&bench.heard, "rules.cfg:2: ");
	assert_int_equal(tick(&bench), 1);
	assert_silent(&bench);
	put_shipped(&bench, "rules.cfg");
	put(&bench, "person.key", KEY_B);
	assert_int_equal(tick(&bench), 2);
	assert_heard(&bench.heard, "what was wrong with the configuration is mended");
	assert_int_equal(tick(&bench), 2);
	assert_silent(&bench);
	/* The same error again, later, is news. */
	put(&bench, "rules.cfg", "nonsense");
	assert_int_equal(tick(&bench), 1 + 1);
	assert_heard(&bench.heard, "is not taken");
}

static struct config_health health(void)
{
	struct config_health health;

	config_health(bench.config, &health);
	return health;
}

/* One that is tried again and again counts once. */
static void tells_of_reloads(void **state)
{
	int64_t began = bench.wall_s;

	(void)state;
	assert_int_equal(health().loaded_at, began);
	assert_false(health().failing);
	pass(&bench, 7);
	put(&bench, "rules.cfg", "nonsense");
	for (int i = 0; i < 3; i++)
		(void)tick(&bench);
	assert_true(health().failing);
	assert_int_equal(health().refused, 1);
	assert_int_equal(health().taken, 0);
	assert_non_null(strstr(health().error, "rules.cfg:2: "));
	assert_int_equal(health().loaded_at, began);
	put_shipped(&bench, "rules.cfg");
	(void)tick(&bench);
	assert_false(health().failing);
	assert_string_equal(health().error, "");
	assert_int_equal(health().refused, 1);
	assert_int_equal(health().taken, 1);
	assert_int_equal(health().loaded_at, began + 7);
}

/* Root may read everything: there, the mode is checked of nobody. */
static void mends_by_chmod_alone(void **state)
{
	struct bench_path path = path_in(&bench, "person.key");
	struct file_mark before, after;

	(void)state;
	before = file_mark_of(path.text);
	(void)usleep(20000); /* the granularity of ctime */
	assert_int_equal(chmod(path.text, 0600), 0);
	after = file_mark_of(path.text);
	assert_int_equal(before.modified_ns, after.modified_ns);
	assert_false(file_mark_same(&before, &after));
	assert_int_equal(tick(&bench), 2);
	if (geteuid() == 0)
		return;
	assert_int_equal(chmod(path.text, 0), 0);
	assert_int_equal(tick(&bench), 2);
	assert_heard(&bench.heard, "let the server's group read it (chgrp, chmod 640)");
	assert_int_equal(chmod(path.text, 0640), 0);
	assert_int_equal(tick(&bench), 3);
}

/* The folder in the way of a name is no file that is watched. */
static void retries_what_failed_for_another_reason(void **state)
{
	(void)state;
	assert_int_equal(mkdir(path_in(&bench, "deep").text, 0755), 0);
	put(&bench, "deep/ca.pem", "");
	put_settings(&bench, &(struct wish){ .cache = "redis_ca_file = \"far/ca.pem\";" });
	assert_int_equal(tick(&bench), 1);
	assert_heard(&bench.heard, "far/ca.pem cannot be read");
	assert_int_equal(symlink("deep", path_in(&bench, "far").text), 0);
	assert_int_equal(tick(&bench), 2);
	assert_heard(&bench.heard, "mended");
}

/* In place, with the same size and time of change. */
static void sees_a_rewrite_that_keeps_size_and_time(void **state)
{
	struct bench_path path = path_in(&bench, "person.key");
	struct timespec times[2];
	struct stat seen;
	int fd;

	(void)state;
	(void)usleep(20000);
	assert_int_equal(stat(path.text, &seen), 0);
	times[0] = seen.st_atim;
	times[1] = seen.st_mtim;
	fd = open(path.text, O_WRONLY);
	assert_true(fd >= 0);
	assert_int_equal(write(fd, KEY_B, strlen(KEY_B)), strlen(KEY_B));
	assert_int_equal(futimens(fd, times), 0);
	assert_int_equal(close(fd), 0);
	assert_int_equal(tick(&bench), 2);
	assert_int_equal(bench.config->now->person_key.bytes[0], 0xFF);
}

static void keeps_the_old_pair_until_the_new_one_fits(void **state)
{
	const struct tls_material *old = bench.config->now->service_tls;

	(void)state;
	put_certificate(&bench, bench.other);
	assert_int_equal(tick(&bench), 1);
	assert_heard(&bench.heard, "client.key:0: is not the key of the certificate in ");
	assert_heard(&bench.heard, "is not taken: what was in force stays");
	assert_ptr_equal(bench.config->now->service_tls, old);
	assert_int_equal(tick(&bench), 1);
	assert_silent(&bench);
	put_key(&bench, bench.other);
	assert_int_equal(tick(&bench), 2);
	assert_heard(&bench.heard, "mended");
	assert_ptr_not_equal(bench.config->now->service_tls, old);
}

/* Who compares the material by its pointer sees no change where there is none. */
static void keeps_equal_material(void **state)
{
	const struct tls_material *old = bench.config->now->service_tls;

	(void)state;
	put_shipped(&bench, "rules.cfg");
	assert_int_equal(tick(&bench), 2);
	assert_ptr_equal(bench.config->now->service_tls, old);
}

static void takes_a_half_written_file_when_it_is_whole(void **state)
{
	char *text = shipped("messages.cfg"), *half = strndup(text, strlen(text) / 2);

	(void)state;
	put(&bench, "messages.cfg", half);
	assert_int_equal(tick(&bench), 1);
	assert_heard(&bench.heard, "messages.cfg:");
	put(&bench, "messages.cfg", text);
	assert_int_equal(tick(&bench), 2);
	free(half);
	free(text);
}

static void is_named_once(void **state)
{
	struct config_options options = bench_options(&bench, "migrantid.cfg");
	char *here = get_current_dir_name();

	(void)state;
	assert_non_null(here);
	bench_close(&bench);
	assert_int_equal(chdir(bench.folder), 0);
	bench.config = config_prepare(&options);
	assert_int_equal(chdir("/"), 0);
	assert_non_null(bench.config);
	assert_string_equal(
		bench.config->now->settings->file, path_in(&bench, "migrantid.cfg").text);
	put_settings(&bench, &(struct wish){ .cache = "keep_yes = 9;" });
	assert_int_equal(tick(&bench), 2);
	assert_int_equal(bench.config->now->policy->keep_yes, 9);
	assert_int_equal(chdir(here), 0);
	free(here);
}

static void on_swap(void *ctx, struct snapshot *now)
{
	*(uint64_t *)ctx = *(uint64_t *)ctx * 10 + now->number;
}

static void calls_the_hook_with_each_swap(void **state)
{
	uint64_t numbers = 0;

	(void)state;
	config_on_swap(bench.config, on_swap, &numbers);
	put(&bench, "person.key", KEY_B);
	(void)tick(&bench);
	put(&bench, "person.key", "nonsense");
	(void)tick(&bench);
	put(&bench, "person.key", KEY_A);
	(void)tick(&bench);
	assert_int_equal(numbers, 123);
	config_on_swap(bench.config, NULL, NULL);
	put(&bench, "person.key", KEY_B);
	(void)tick(&bench);
	assert_int_equal(numbers, 123);
}

static void warns_daily_of_a_certificate_that_ends(void **state)
{
	(void)state;
	pass(&bench, 343 * DAY);
	(void)tick(&bench);
	assert_silent(&bench);
	pass(&bench, 2 * DAY);
	(void)tick(&bench);
	assert_heard(&bench.heard, "client.pem:0: the certificate ends in 20 days");
	pass(&bench, DAY - 1);
	(void)tick(&bench);
	assert_silent(&bench);
	pass(&bench, 30 * DAY);
	(void)tick(&bench);
	assert_heard(&bench.heard, "client.pem:0: the certificate has ended");
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up_open, tear_down)
		TEST(does_nothing_while_nothing_changes),
		TEST(takes_a_change_of_each_file),
		TEST(takes_a_key_and_its_settings_live),
		TEST(takes_a_swapped_link),
		TEST(says_that_a_swap_was_undone),
		TEST(says_a_failure_once),
		TEST(tells_of_reloads),
		TEST(mends_by_chmod_alone),
		TEST(retries_what_failed_for_another_reason),
		TEST(sees_a_rewrite_that_keeps_size_and_time),
		TEST(keeps_the_old_pair_until_the_new_one_fits),
		TEST(keeps_equal_material),
		TEST(takes_a_half_written_file_when_it_is_whole),
		TEST(is_named_once),
		TEST(calls_the_hook_with_each_swap),
		TEST(warns_daily_of_a_certificate_that_ends),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
