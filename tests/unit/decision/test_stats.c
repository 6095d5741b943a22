/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The file of figures: what is written is read, and nothing else is. */
#include "decision/stats_file.h"

#include <errno.h>
#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#include "../heard.h"
#include "decision/stats_process.h"

static char folder[40], path[80], kept[80];
static struct heard heard;
static struct reporter reporter;
static struct stats_file file;
static struct stats written, got;

static int open_folder(void **state)
{
	(void)state;
	(void)strcpy(folder, "/tmp/test_stats.XXXXXX");
	assert_non_null(mkdtemp(folder));
	(void)snprintf(path, sizeof(path), "%s/migrantid.stats", folder);
	(void)snprintf(kept, sizeof(kept), "%s/kept", folder);
	reporter = heard_by(&heard);
	stats_file_init(&file, folder, "migrantid", &reporter);
	memset(&written, 0, sizeof(written));
	stats_text(written.instance, sizeof(written.instance), "migrantid");
	written.decisions[1][1][1] = 7;
	stats_seal(&written);
	return 0;
}

static int remove_folder(void **state)
{
	(void)state;
	stats_file_close(&file);
	(void)unlink(path);
	return rmdir(folder);
}

static enum stats_fault read_it(void)
{
	int error;
	enum stats_fault fault = stats_file_read(folder, "migrantid.stats", &got, &error);

	assert_int_equal(error, 0);
	return fault;
}

static void what_is_written_is_read(void **state)
{
	struct stat seen;

	(void)state;
	stats_file_write(&file, &written);
	assert_int_equal(read_it(), STATS_GOOD);
	assert_memory_equal(&got, &written, sizeof(got));
	assert_int_equal(stat(path, &seen), 0);
	assert_int_equal(seen.st_mode & 0777 & ~0640u, 0);
	assert_int_equal(heard.count, 0);
}

/* Who has the older one open sees no other server's figures in it. */
static void a_start_makes_a_new_file_and_a_write_does_not(void **state)
{
	struct stat first, second, third;

	(void)state;
	stats_file_write(&file, &written);
	assert_int_equal(stat(path, &first), 0);
	stats_file_write(&file, &written);
	assert_int_equal(stat(path, &second), 0);
	assert_int_equal(first.st_ino, second.st_ino);
	assert_int_equal(link(path, kept), 0);
	stats_file_close(&file);
	stats_file_write(&file, &written);
	assert_int_equal(stat(path, &third), 0);
	assert_int_not_equal(first.st_ino, third.st_ino);
	assert_int_equal(unlink(kept), 0);
}

static void a_file_that_was_removed_comes_back(void **state)
{
	(void)state;
	stats_file_write(&file, &written);
	assert_int_equal(unlink(path), 0);
	stats_file_write(&file, &written);
	assert_int_equal(read_it(), STATS_GOOD);
}

static void a_folder_that_is_not_there_is_said_once(void **state)
{
	(void)state;
	assert_int_equal(rmdir(folder), 0);
	stats_file_write(&file, &written);
	stats_file_write(&file, &written);
	assert_int_equal(heard.count, 1);
	assert_heard(&heard, "No such file or directory");
	assert_heard(&heard, "systemd-tmpfiles --create");
	assert_int_equal(mkdir(folder, 0700), 0);
	stats_file_write(&file, &written);
	assert_heard(&heard, "written there again");
	assert_int_equal(read_it(), STATS_GOOD);
	stats_file_write(&file, &written);
	assert_int_equal(heard.count, 2);
}

static void without_a_folder_nothing_is_written_or_said(void **state)
{
	(void)state;
	file.directory = "";
	stats_file_write(&file, &written);
	assert_int_equal(heard.count, 0);
}

static void an_instance_names_a_file_and_no_other_place(void **state)
{
	static const struct {
		const char *instance, *name;
	} cases[] = {
		{ "migrantid", "migrantid.stats" },
		{ "", "migrantid.stats" },
		{ "../../etc/x", "_._.._etc_x.stats" },
		{ ".hidden", "_hidden.stats" },
		{ "a b\n\xd0\xa8", "a_b___.stats" },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		stats_file_init(&file, folder, cases[i].instance, &reporter);
		if (strcmp(cases[i].instance, "../../etc/x") == 0) {
			assert_null(strchr(file.name, '/'));
			assert_int_not_equal(file.name[0], '.');
		} else {
			assert_string_equal(file.name, cases[i].name);
		}
	}
}

static void put(const void *octets, size_t len)
{
	int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC, 0600);

	assert_true(fd >= 0);
	assert_int_equal(write(fd, octets, len), (ssize_t)len);
	assert_int_equal(close(fd), 0);
}

static void what_is_none_of_ours_is_told(void **state)
{
	char foreign[128] = "something else";

	(void)state;
	put(foreign, sizeof(foreign));
	assert_int_equal(read_it(), STATS_FOREIGN);
	put(&written, 0);
	assert_int_equal(read_it(), STATS_DAMAGED);
	put(&written, sizeof(written) - 1);
	assert_int_equal(read_it(), STATS_DAMAGED);
	put(&written, sizeof(written.head) - 1);
	assert_int_equal(read_it(), STATS_FOREIGN);
	written.decisions[1][1][1]++;
	put(&written, sizeof(written));
	assert_int_equal(read_it(), STATS_DAMAGED);
}

static void another_version_says_which(void **state)
{
	(void)state;
	written.head.version = STATS_VERSION + 1;
	(void)strcpy(written.head.program, "9.9\x1b");
	put(&written, sizeof(written));
	assert_int_equal(read_it(), STATS_OTHER_VERSION);
	assert_string_equal(got.head.program, "9.9?");
	written.head.version = STATS_VERSION;
	written.head.size = 64;
	put(&written, sizeof(written));
	assert_int_equal(read_it(), STATS_OTHER_VERSION);
}

/* Sealed by somebody who means harm: no text runs on, no count leads beyond its array. */
static void what_is_forged_is_bounded(void **state)
{
	char text[sizeof(got.instance)];

	(void)state;
	memset(&written, 0xff, sizeof(written));
	memset(written.config.error, '\n', sizeof(written.config.error));
	stats_seal(&written);
	assert_int_equal(stats_parse(&written, sizeof(written), &got), STATS_GOOD);
	memset(text, '?', sizeof(text));
	text[sizeof(text) - 1] = '\0';
	assert_string_equal(got.instance, text);
	assert_int_equal(strlen(got.config.error), sizeof(got.config.error) - 1);
	assert_null(strchr(got.config.error, '\n'));
	assert_int_equal(got.endpoint_count, STATS_ENDPOINTS);
	assert_int_equal(got.certificate_count, STATS_CERTIFICATES);
	for (size_t i = 0; i < STATS_ENDPOINTS; i++)
		assert_true(strlen(got.endpoints[i].address) < STATS_TEXT_ROOM);
}

static void it_follows_no_link_and_waits_for_no_pipe(void **state)
{
	int error;

	(void)state;
	assert_int_equal(symlink("/etc/hostname", path), 0);
	assert_int_equal(stats_file_read(folder, "migrantid.stats", &got, &error), STATS_FOREIGN);
	assert_int_equal(error, ELOOP);
	assert_int_equal(unlink(path), 0);
	assert_int_equal(mkfifo(path, 0600), 0);
	assert_int_equal(stats_file_read(folder, "migrantid.stats", &got, &error), STATS_FOREIGN);
	assert_int_equal(error, EINVAL);
	assert_int_equal(
		stats_file_read("/nowhere", "migrantid.stats", &got, &error), STATS_FOREIGN);
	assert_int_equal(error, ENOENT);
}

static void a_text_is_cut_between_characters(void **state)
{
	char out[6];

	(void)state;
	stats_text(out, sizeof(out), "ab\xd0\xa8\xd0\xa8");
	assert_string_equal(out, "ab\xd0\xa8");
	stats_text(out, sizeof(out), "a\nb\xff");
	assert_string_equal(out, "a?b?");
}

static void a_process_knows_itself(void **state)
{
	struct stats_process process;
	char boot[sizeof(written.boot_id)];

	(void)state;
	stats_process(&process);
	assert_int_equal(process.pid, getpid());
	assert_int_not_equal(process.started_ticks, 0);
	assert_int_equal(process.started_ticks, stats_process_started(getpid()));
	assert_int_equal(process.threads, 1);
	assert_true(process.descriptors >= 3 && process.descriptors < process.descriptors_max);
	assert_in_range(process.resident_octets, 65536, INT64_C(1) << 34);
	assert_int_equal(stats_process_started(INT64_C(1) << 40), 0);
	stats_boot_id(boot);
	assert_int_equal(strlen(boot), 36);
}

int main(void)
{
#define WITH_FOLDER(test) cmocka_unit_test_setup_teardown(test, open_folder, remove_folder)
	static const struct CMUnitTest tests[] = {
		WITH_FOLDER(what_is_written_is_read),
		WITH_FOLDER(a_start_makes_a_new_file_and_a_write_does_not),
		WITH_FOLDER(a_file_that_was_removed_comes_back),
		WITH_FOLDER(a_folder_that_is_not_there_is_said_once),
		WITH_FOLDER(without_a_folder_nothing_is_written_or_said),
		WITH_FOLDER(an_instance_names_a_file_and_no_other_place),
		WITH_FOLDER(what_is_none_of_ours_is_told),
		WITH_FOLDER(another_version_says_which),
		WITH_FOLDER(what_is_forged_is_bounded),
		WITH_FOLDER(it_follows_no_link_and_waits_for_no_pipe),
		WITH_FOLDER(a_text_is_cut_between_characters),
		WITH_FOLDER(a_process_knows_itself),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
