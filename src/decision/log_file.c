/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "decision/log_file.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

void log_file_init(struct log_file *file, const char *path, const struct reporter *reporter)
{
	*file = (struct log_file){ .path = path, .reporter = reporter, .fd = -1 };
}

void log_file_close(struct log_file *file)
{
	if (file->fd >= 0)
		(void)close(file->fd);
	file->fd = -1;
}

/* What to do about it, as far as the error tells. */
static const char *advice(int error)
{
	switch (error) {
	case ENOSPC:
	case EDQUOT:
		return "make room there";
	case ENOENT:
	case ENOTDIR:
		return "make its folder, for the server's user to write in";
	case EACCES:
	case EPERM:
	case EROFS:
		return "let the server's user write there (log.file; a unit's ProtectSystem?)";
	case ELOOP:
	case EINVAL:
		return "the name must be a regular file's, and no symbolic link";
	default:
		return "look at that disk";
	}
}

static void say_failing(struct log_file *file, int error)
{
	const char *words = strerrordesc_np(error);

	if (!file->failing)
		report(file->reporter, SAY_ERROR, file->path, 0,
			"decisions cannot be written down: %s: %s; sales go on, but those of now "
			"will be missing here (counted as records_lost)",
			words != NULL ? words : "unknown error", advice(error));
	file->failing = true;
}

static void say_mended(struct log_file *file)
{
	if (file->failing)
		report(file->reporter, SAY_WARNING, file->path, 0,
			"decisions are written down again; %llu are missing here",
			(unsigned long long)file->lost);
	file->failing = false;
	file->lost = 0;
}

/* logrotate moves it away, and an administrator may. */
static bool is_elsewhere(const struct log_file *file)
{
	struct stat seen;

	return stat(file->path, &seen) != 0 || seen.st_dev != file->device ||
	       seen.st_ino != file->inode;
}

/* Whoever died in the middle of a line left its begin there. */
static bool ends_with_line(int fd, off_t size)
{
	char last;

	return size == 0 || (pread(fd, &last, 1, size - 1) == 1 && last == '\n');
}

/* 0, or the error. */
static int open_again(struct log_file *file)
{
	struct stat seen;

	log_file_close(file);
	file->fd = open(file->path,
		O_RDWR | O_CREAT | O_APPEND | O_NOFOLLOW | O_CLOEXEC | O_NONBLOCK | O_NOCTTY, 0640);
	if (file->fd < 0)
		return errno;
	if (fstat(file->fd, &seen) != 0 || !S_ISREG(seen.st_mode)) {
		log_file_close(file);
		return EINVAL;
	}
	file->device = seen.st_dev;
	file->inode = seen.st_ino;
	file->torn = !ends_with_line(file->fd, seen.st_size);
	return 0;
}

static size_t count_lines(const char *text, size_t len)
{
	size_t count = 0;

	for (const char *at = text; (at = memchr(at, '\n', len - (size_t)(at - text))) != NULL;
		at++)
		count++;
	return count;
}

/* Returns what of it was written; less than all with errno set. */
static size_t append(int fd, const char *text, size_t len)
{
	size_t done = 0;

	while (done < len) {
		ssize_t got = write(fd, text + done, len - done);

		if (got > 0)
			done += (size_t)got;
		else if (got == 0 || errno != EINTR)
			break;
	}
	return done;
}

/* Take back what is behind the last whole line; returns how much stays. */
static size_t cut_back(struct log_file *file, const char *text, size_t done)
{
	const char *end = memrchr(text, '\n', done);
	size_t whole = end != NULL ? (size_t)(end - text) + 1 : 0;
	struct stat seen;

	if (whole == done)
		return done;
	file->torn = fstat(file->fd, &seen) != 0 ||
		     ftruncate(file->fd, seen.st_size - (off_t)(done - whole)) != 0;
	return whole;
}

/* Returns how much of it stands there in whole lines; less than all with *error set. */
static size_t append_lines(struct log_file *file, const char *lines, size_t len, int *error)
{
	size_t done;

	if (file->fd < 0 || is_elsewhere(file)) {
		*error = open_again(file);
		if (*error != 0)
			return 0;
	}
	if (file->torn && append(file->fd, "\n", 1) != 1) {
		*error = errno;
		return 0;
	}
	file->torn = false;
	done = append(file->fd, lines, len);
	if (done == len)
		return len;
	*error = errno;
	return cut_back(file, lines, done);
}

uint64_t log_file_write(struct log_file *file, const char *lines, size_t len)
{
	int error = 0;
	size_t done = append_lines(file, lines, len, &error);
	uint64_t lost = count_lines(lines + done, len - done);

	if (done == len) {
		say_mended(file);
		return 0;
	}
	say_failing(file, error);
	file->lost += lost;
	return lost;
}
