/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "base/whole_file.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static void free_text(char **text)
{
	free(*text);
}

static void close_it(const int *fd)
{
	if (*fd >= 0)
		(void)close(*fd);
}

static bool write_all(int fd, struct span part)
{
	while (part.len > 0) {
		ssize_t one = write(fd, part.data, part.len);

		if (one < 0 && errno == EINTR)
			continue;
		if (one < 0)
			return false;
		part.data += one;
		part.len -= (size_t)one;
	}
	return true;
}

static bool write_file(const char *path, const struct span *parts, size_t count)
{
	CLEANUP(close_it)
	int fd = open(path, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0640);
	bool good = fd >= 0 && fchmod(fd, 0640) == 0;

	for (size_t i = 0; i < count && good; i++)
		good = write_all(fd, parts[i]);
	return good && fsync(fd) == 0;
}

/* The folder that holds it; free() it. */
static char *folder_of(const char *path)
{
	const char *slash = strrchr(path, '/');

	if (slash == NULL)
		return strdup(".");
	return slash == path ? strdup("/") : strndup(path, (size_t)(slash - path));
}

/* The new name is on the disk, too, when this returns. */
static bool move_over(const char *beside, const char *path)
{
	CLEANUP(free_text) char *folder = folder_of(path);
	CLEANUP(close_it)
	int fd = folder == NULL ? -1 : open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);

	return fd >= 0 && rename(beside, path) == 0 && fsync(fd) == 0;
}

bool whole_file_write(const char *path, const struct span *parts, size_t count)
{
	CLEANUP(free_text) char *beside = NULL;

	if (asprintf(&beside, "%s.new", path) < 0) {
		beside = NULL;
		errno = ENOMEM;
		return false;
	}
	(void)unlink(beside); /* of a write that was cut short */
	return write_file(beside, parts, count) && move_over(beside, path);
}
