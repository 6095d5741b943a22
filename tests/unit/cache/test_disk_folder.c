/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A folder or a file that is not there, not what it should be, or somebody else's. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <sys/wait.h>

#include "a_disk.h"
#include "a_vfs.h"

/* By a server that has nothing to say about it. */
static void begin_file(const struct folder *folder)
{
	struct stand stand;

	stand_new(&stand, folder, MIB);
	assert_true(kept_soon(&stand, 1));
	assert_int_equal(times_said(&stand), 0);
	stand_close(&stand);
}

/* Said once, nothing is to be had, and it ends at once. */
static void is_left_out(const char *directory, const char *part)
{
	struct stand stand;

	assert_true(stand_open(&stand, directory, MIB));
	if (!said_soon(&stand, part, 3000))
		fail_msg("not said: %s\nbut: %s", part, stand.heard.text);
	nap_ms(50);
	keep(&stand, 1);
	assert_int_equal(lookup(&stand, 1), 0);
	forget(&stand, 1);
	assert_int_equal(times_said(&stand), 1);
	stand_close_by(&stand, 300);
}

static void test_no_folder(void **state)
{
	struct folder folder = folder_new();

	(void)state;
	write_file(in_folder(&folder, "file").path, "", 1);
	is_left_out(in_folder(&folder, "missing").path, "cannot be used (No such file");
	is_left_out(in_folder(&folder, "file").path, "cannot be used (Not a directory)");
	is_left_out(in_folder(&folder, "file/below").path, "cannot be used (Not a directory)");
	assert_int_equal(mkdir(file_in(&folder).path, 0700), 0);
	is_left_out(folder.path, "cannot be used (Is a directory)");
	folder_remove(&folder);
}

/* Whom they lead to is neither read nor written. */
static void test_symbolic_links(void **state)
{
	static const char precious[] = "precious\n";
	struct folder folder = folder_new(), other = folder_new();
	struct place target = in_folder(&other, "precious");
	struct stand stand;
	struct stat seen;
	uint64_t removed;

	(void)state;
	write_file(target.path, precious, 1);
	assert_int_equal(chmod(target.path, 0644), 0);
	assert_int_equal(symlink(target.path, file_in(&folder).path), 0);
	is_left_out(folder.path, "cannot be used (it is a symbolic link)");
	assert_true(disk_admin_remove_all(folder.path, MIB, NULL, &removed));
	folder_empty(&folder);
	assert_int_equal(
		symlink(target.path, in_folder(&folder, DISK_FILE_NAME "-journal").path), 0);
	stand_new(&stand, &folder, MIB);
	keep(&stand, 1);
	nap_ms(500);
	stand_close(&stand);
	assert_int_equal(stat(target.path, &seen), 0);
	assert_int_equal(seen.st_size, strlen(precious));
	assert_int_equal(seen.st_mode & 0777, 0644);

	/* The folder itself may be one: it is the operator's. */
	folder_empty(&folder);
	assert_int_equal(rmdir(folder.path), 0);
	folder_remove(&other);
	other = folder_new();
	assert_int_equal(symlink(other.path, folder.path), 0);
	begin_file(&folder);
	assert_int_equal(unlink(folder.path), 0);
	folder_remove(&other);
}

/* Somebody else's folder, or file; root may write everywhere, so a child is nobody. */
static void test_not_allowed(void **state)
{
	struct folder folder = folder_new();

	(void)state;
	/* Only root can make a file that is not its own. */
	for (int row = 0; row < (geteuid() == 0 ? 2 : 1); row++) {
		int status;
		pid_t child;

		if (row == 1)
			begin_file(&folder);
		assert_int_equal(chmod(folder.path, row == 0 ? 0555 : 0777), 0);
		if (row == 1)
			assert_int_equal(chmod(file_in(&folder).path, 0444), 0);
		child = fork();
		if (child == 0) {
			const char *why = row == 0 ? "cannot be used (Permission denied)"
						   : "cannot be used (it may not be written to)";

			if (geteuid() == 0 && (setgid(65534) != 0 || setuid(65534) != 0))
				_exit(1);
			is_left_out(folder.path, why);
			_exit(0);
		}
		assert_int_equal(waitpid(child, &status, 0), child);
		assert_int_equal(status, 0);
	}
	folder_remove(&folder);
}

/* One that cannot be used is tried again. */
static void test_comes_back(void **state)
{
	struct folder folder = folder_new();
	struct place below = in_folder(&folder, "below");
	struct folder inner;
	struct stand stand;

	(void)state;
	assert_true(stand_open(&stand, below.path, MIB));
	assert_true(said_soon(&stand, "cannot be used (No such file", 3000));
	assert_int_equal(mkdir(below.path, 0700), 0);
	assert_true(said_soon(&stand, "can be used again", 8000));
	keep(&stand, 1);
	assert_true(found_soon(&stand, 1));
	/* What was removed meanwhile, if anything was, was not seen. */
	assert_int_equal(stand.removed, 1);
	stand_close(&stand);
	(void)snprintf(inner.path, sizeof(inner.path), "%.200s", below.path);
	folder_remove(&inner);
	folder_remove(&folder);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_no_folder),
		cmocka_unit_test(test_symbolic_links),
		cmocka_unit_test(test_not_allowed),
		cmocka_unit_test(test_comes_back),
	};

	faults_register();
	return cmocka_run_group_tests(tests, NULL, NULL);
}
