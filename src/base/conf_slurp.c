/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/conf.h"

static void close_it(const int *fd)
{
	if (*fd >= 0)
		(void)close(*fd);
}

static const char *what_to_do(int error)
{
	if (error == ENOENT || error == ENOTDIR)
		return "make the file or correct its name";
	if (error == EACCES || error == EPERM)
		return "let the server's group read it (chgrp, chmod 640), and its folders";
	return "look at the disk and the file";
}

static char *cannot_read(const char *path, int error, const struct reporter *reporter)
{
	const char *reason = strerrordesc_np(error);

	report(reporter, SAY_ERROR, path, 0, "cannot be read: %s: %s",
		reason != NULL ? reason : "unknown error", what_to_do(error));
	return NULL;
}

/* What was read may be half of a key. */
static char *refuse(
	char *text, size_t len, const char *path, const struct reporter *reporter, const char *why)
{
	report(reporter, SAY_ERROR, path, 0, "%s", why);
	explicit_bzero(text, len);
	free(text);
	return NULL;
}

/* Octets read, up to room; -1 with errno. */
static ssize_t read_all(int fd, char *buffer, size_t room)
{
	size_t got = 0;
	ssize_t one;

	while (got < room) {
		one = read(fd, buffer + got, room - got);
		if (one == 0)
			break;
		if (one < 0 && errno == EINTR)
			continue;
		if (one < 0)
			return -1;
		got += (size_t)one;
	}
	return (ssize_t)got;
}

char *conf_slurp(const char *path, size_t max, size_t *len, const struct reporter *reporter)
{
	/* Not blocking: a FIFO put in a file's place must not hang the start. */
	CLEANUP(close_it) int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
	struct stat seen;
	char *text;
	ssize_t got;
	int error;

	if (fd < 0 || fstat(fd, &seen) != 0)
		return cannot_read(path, errno, reporter);
	if (!S_ISREG(seen.st_mode)) {
		report(reporter, SAY_ERROR, path, 0, "is not a regular file: name a file");
		return NULL;
	}
	if ((uintmax_t)seen.st_size > max) {
		report(reporter, SAY_ERROR, path, 0,
			"has %jd octets, but at most %zu are read: is it the right file?",
			(intmax_t)seen.st_size, max);
		return NULL;
	}
	text = malloc((size_t)seen.st_size + 1);
	if (text == NULL)
		return cannot_read(path, ENOMEM, reporter);
	got = read_all(fd, text, (size_t)seen.st_size + 1);
	if (got < 0) {
		error = errno;
		explicit_bzero(text, (size_t)seen.st_size + 1);
		free(text);
		return cannot_read(path, error, reporter);
	}
	/* A half-written file must not be taken for the whole one. */
	if (got != (ssize_t)seen.st_size)
		return refuse(text, (size_t)seen.st_size + 1, path, reporter,
			"changed while it was read: write it beside and rename it, then try again");
	if (memchr(text, '\0', (size_t)got) != NULL)
		return refuse(
			text, (size_t)got, path, reporter, "holds a NUL octet: it is no text file");
	text[got] = '\0';
	*len = (size_t)got;
	return text;
}
