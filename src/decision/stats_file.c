/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "decision/stats_file.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#define READ_TRIES 20
#define READ_PAUSE_NS 2000000

void stats_file_init(struct stats_file *file, const char *directory, const char *instance,
	const struct reporter *reporter)
{
	*file = (struct stats_file){ .directory = directory, .reporter = reporter, .fd = -1 };
	stats_text(file->name, STATS_NAME_ROOM, instance[0] != '\0' ? instance : "migrantid");
	for (char *c = file->name; *c != '\0'; c++)
		if (!((*c >= 'a' && *c <= 'z') || (*c >= 'A' && *c <= 'Z') ||
			    (*c >= '0' && *c <= '9') || *c == '-' || *c == '_' ||
			    (*c == '.' && c != file->name)))
			*c = '_';
	(void)strcat(file->name, STATS_SUFFIX);
}

static void say_failing(struct stats_file *file, int error)
{
	const char *words = strerrordesc_np(error);

	if (!file->failing)
		report(file->reporter, SAY_WARNING, file->directory, 0,
			"figures cannot be written there: %s: migrantidctl status will show "
			"nothing of now; %s, or write stats.directory = \"\"; sales go on",
			words != NULL ? words : "unknown error",
			error == ENOENT   ? "make the folder, for the server's user to write in "
					    "(systemd-tmpfiles --create does)"
			: error == ENOSPC ? "make room there"
					  : "let the server's user write there");
	file->failing = true;
}

static void say_mended(struct stats_file *file)
{
	if (file->failing)
		report(file->reporter, SAY_INFO, file->directory, 0,
			"figures are written there again");
	file->failing = false;
}

static bool write_whole(int fd, const struct stats *stats)
{
	ssize_t got;

	do {
		got = pwrite(fd, stats, sizeof(*stats), 0);
	} while (got < 0 && errno == EINTR);
	if (got >= 0 && (size_t)got != sizeof(*stats))
		errno = ENOSPC;
	return got == (ssize_t)sizeof(*stats);
}

/* Under another name first: nobody reads a file that is not whole. 0, or the error. */
static int make_anew(struct stats_file *file, const struct stats *stats)
{
	char fresh[sizeof(file->name) + 8];
	int folder = open(file->directory, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	int error = 0;

	if (folder < 0)
		return errno;
	(void)snprintf(fresh, sizeof(fresh), ".%s.new", file->name);
	(void)unlinkat(folder, fresh, 0);
	file->fd =
		openat(folder, fresh, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0640);
	if (file->fd < 0 || !write_whole(file->fd, stats) ||
		renameat(folder, fresh, folder, file->name) != 0)
		error = errno;
	if (error != 0) {
		stats_file_close(file);
		(void)unlinkat(folder, fresh, 0);
	}
	(void)close(folder);
	return error;
}

/* Somebody has emptied the folder, or a server of the same name has begun. */
static bool is_gone(const struct stats_file *file)
{
	struct stat seen;

	return fstat(file->fd, &seen) != 0 || seen.st_nlink == 0;
}

void stats_file_write(struct stats_file *file, const struct stats *stats)
{
	int error = 0;

	if (file->directory[0] == '\0')
		return;
	if (file->fd >= 0 && (is_gone(file) || !write_whole(file->fd, stats)))
		stats_file_close(file);
	if (file->fd < 0)
		error = make_anew(file, stats);
	if (error != 0)
		say_failing(file, error);
	else
		say_mended(file);
}

void stats_file_close(struct stats_file *file)
{
	if (file->fd >= 0)
		(void)close(file->fd);
	file->fd = -1;
}

/* ---- reading ---- */

/* One octet more than there should be is asked for: a longer file is none of ours. */
static ssize_t read_whole(int fd, char *octets)
{
	ssize_t got;

	do {
		got = pread(fd, octets, sizeof(struct stats) + 1, 0);
	} while (got < 0 && errno == EINTR);
	return got;
}

static enum stats_fault read_open(int fd, struct stats *out, int *error)
{
	const struct timespec pause = { .tv_nsec = READ_PAUSE_NS };
	char *octets = malloc(sizeof(*out) + 1);
	enum stats_fault fault = STATS_FOREIGN;

	*error = octets != NULL ? 0 : ENOMEM;
	for (int i = 0; i < READ_TRIES && *error == 0; i++) {
		ssize_t got = read_whole(fd, octets);

		if (got < 0) {
			*error = errno;
			break;
		}
		fault = stats_parse(octets, (size_t)got, out);
		if (fault != STATS_DAMAGED)
			break;
		(void)nanosleep(&pause, NULL);
	}
	free(octets);
	return *error == 0 ? fault : STATS_FOREIGN;
}

enum stats_fault stats_file_read(
	const char *directory, const char *name, struct stats *out, int *error)
{
	int folder = open(directory, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	enum stats_fault fault = STATS_FOREIGN;
	struct stat seen;
	int fd = -1;

	*error = 0;
	if (folder >= 0)
		fd = openat(
			folder, name, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY | O_CLOEXEC);
	if (fd < 0 || fstat(fd, &seen) != 0)
		*error = errno;
	else if (!S_ISREG(seen.st_mode))
		*error = EINVAL;
	else
		fault = read_open(fd, out, error);
	if (fd >= 0)
		(void)close(fd);
	if (folder >= 0)
		(void)close(folder);
	return fault;
}
