/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The decision log on a disk that is full, gone or moved away; write() is the test's own. */
#include "decision/log_file.h"

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

static char folder[40], path[80], aside[80];
static struct heard heard;
static struct reporter reporter;
static struct log_file file;
static ssize_t room; /* octets that the disk takes; -1: any */
static bool interrupted; /* the next write is */

ssize_t __real_write(int fd, const void *octets, size_t len);
ssize_t __wrap_write(int fd, const void *octets, size_t len);
ssize_t __wrap_write(int fd, const void *octets, size_t len)
{
	size_t fits = room >= 0 && (size_t)room < len ? (size_t)room : len;

	if (interrupted) {
		interrupted = false;
		errno = EINTR;
		return -1;
	}
	if (fits == 0 && len > 0) {
		errno = ENOSPC;
		return -1;
	}
	if (room >= 0)
		room -= (ssize_t)fits;
	return __real_write(fd, octets, fits);
}

static int open_folder(void **state)
{
	(void)state;
	(void)strcpy(folder, "/tmp/test_log.XXXXXX");
	assert_non_null(mkdtemp(folder));
	(void)snprintf(path, sizeof(path), "%s/decisions.log", folder);
	(void)snprintf(aside, sizeof(aside), "%s/decisions.log.1", folder);
	reporter = heard_by(&heard);
	log_file_init(&file, path, &reporter);
	room = -1;
	interrupted = false;
	return 0;
}

static int remove_folder(void **state)
{
	(void)state;
	log_file_close(&file);
	(void)unlink(path);
	(void)unlink(aside);
	return rmdir(folder);
}

static uint64_t put(const char *lines)
{
	return log_file_write(&file, lines, strlen(lines));
}

static void holds(const char *name, const char *expected)
{
	char text[256] = "";
	FILE *read = fopen(name, "r");

	assert_non_null(read);
	text[fread(text, 1, sizeof(text) - 1, read)] = '\0';
	assert_int_equal(fclose(read), 0);
	assert_string_equal(text, expected);
}

static void lines_are_appended_to_what_is_there(void **state)
{
	struct stat seen;

	(void)state;
	assert_int_equal(put("one\n"), 0);
	log_file_close(&file);
	interrupted = true;
	assert_int_equal(put("two\nthree\n"), 0);
	holds(path, "one\ntwo\nthree\n");
	assert_int_equal(stat(path, &seen), 0);
	assert_int_equal(seen.st_mode & 0777 & ~0640u, 0);
	assert_int_equal(heard.count, 0);
}

static void a_file_that_was_moved_away_is_made_anew(void **state)
{
	int made;

	(void)state;
	assert_int_equal(put("one\n"), 0);
	assert_int_equal(rename(path, aside), 0);
	assert_int_equal(put("two\n"), 0);
	holds(aside, "one\n");
	holds(path, "two\n");
	assert_int_equal(unlink(path), 0);
	assert_int_equal(put("three\n"), 0);
	holds(path, "three\n");
	/* As logrotate does it with `create`. */
	assert_int_equal(rename(path, aside), 0);
	made = open(path, O_WRONLY | O_CREAT | O_EXCL, 0640);
	assert_true(made >= 0);
	(void)close(made);
	assert_int_equal(put("four\n"), 0);
	holds(aside, "three\n");
	holds(path, "four\n");
	assert_int_equal(heard.count, 0);
}

/* Six octets of "two\nthree\n" fit: "two\nth", of which "two\n" stays. */
static void on_a_full_disk_whole_lines_stay(void **state)
{
	(void)state;
	assert_int_equal(put("one\n"), 0);
	room = 6;
	assert_int_equal(put("two\nthree\nfour\n"), 2);
	holds(path, "one\ntwo\n");
	assert_heard(&heard, "error ");
	assert_heard(&heard, "No space left on device: make room there");
	assert_int_equal(put("five\nsix\n"), 2);
	assert_int_equal(heard.count, 1);
	room = -1;
	assert_int_equal(put("seven\n"), 0);
	holds(path, "one\ntwo\nseven\n");
	assert_int_equal(heard.count, 2);
	assert_heard(&heard, "written down again; 4 are missing here");
	assert_int_equal(put("eight\n"), 0);
	assert_int_equal(heard.count, 2);
}

static void a_line_that_was_torn_by_a_crash_is_closed(void **state)
{
	FILE *torn = fopen(path, "w");

	(void)state;
	assert_non_null(torn);
	assert_true(fputs("one\n{\"time", torn) >= 0);
	assert_int_equal(fclose(torn), 0);
	assert_int_equal(put("two\n"), 0);
	holds(path, "one\n{\"time\ntwo\n");
}

static void a_folder_that_vanishes_is_said_and_comes_back(void **state)
{
	(void)state;
	assert_int_equal(put("one\n"), 0);
	assert_int_equal(unlink(path), 0);
	assert_int_equal(rmdir(folder), 0);
	assert_int_equal(put("two\n"), 1);
	assert_int_equal(put("three\n"), 1);
	assert_int_equal(heard.count, 1);
	assert_heard(&heard, "No such file or directory: make its folder");
	assert_int_equal(mkdir(folder, 0700), 0);
	assert_int_equal(put("four\n"), 0);
	holds(path, "four\n");
	assert_heard(&heard, "; 2 are missing here");
}

static void it_follows_no_link_and_writes_into_no_pipe(void **state)
{
	(void)state;
	assert_int_equal(symlink(aside, path), 0);
	assert_int_equal(put("one\n"), 1);
	assert_heard(&heard, "no symbolic link");
	assert_int_equal(access(aside, F_OK), -1);
	assert_int_equal(unlink(path), 0);
	assert_int_equal(mkfifo(path, 0600), 0);
	assert_int_equal(put("two\n"), 1);
	assert_int_equal(unlink(path), 0);
	assert_int_equal(put("three\n"), 0);
	holds(path, "three\n");
}

int main(void)
{
#define WITH_FOLDER(test) cmocka_unit_test_setup_teardown(test, open_folder, remove_folder)
	static const struct CMUnitTest tests[] = {
		WITH_FOLDER(lines_are_appended_to_what_is_there),
		WITH_FOLDER(a_file_that_was_moved_away_is_made_anew),
		WITH_FOLDER(on_a_full_disk_whole_lines_stay),
		WITH_FOLDER(a_line_that_was_torn_by_a_crash_is_closed),
		WITH_FOLDER(a_folder_that_vanishes_is_said_and_comes_back),
		WITH_FOLDER(it_follows_no_link_and_writes_into_no_pipe),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
