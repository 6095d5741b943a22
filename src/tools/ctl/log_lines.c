/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "tools/ctl/log_lines.h"

#include <ctype.h>
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <zlib.h>

struct reading {
	const struct reporter *reporter;
	log_line *line;
	void *ctx;
	bool enough; /* no more is wanted */
	unsigned files;
};

static void close_gz(gzFile *file)
{
	if (*file != NULL)
		(void)gzclose_r(*file);
}

static bool cannot_read(const struct reading *reading, const char *path, const char *why)
{
	report(reading->reporter, SAY_ERROR, path, 0, "cannot be read: %s", why);
	return false;
}

/* Not blocking, and no device: a FIFO put in a log's place must not hang the reader. */
static gzFile open_gz(const struct reading *reading, const char *path)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
	struct stat seen;
	gzFile file = NULL;

	if (fd < 0 || fstat(fd, &seen) != 0)
		(void)cannot_read(reading, path, strerror(errno));
	else if (!S_ISREG(seen.st_mode))
		(void)cannot_read(reading, path, "it is not a regular file");
	else if ((file = gzdopen(fd, "rb")) == NULL)
		(void)cannot_read(reading, path, "out of memory");
	if (file == NULL && fd >= 0)
		(void)close(fd);
	return file;
}

static bool read_file(struct reading *reading, const char *path)
{
	gzFile file CLEANUP(close_gz) = open_gz(reading, path);
	char text[LOG_LINE_MAX];
	size_t len = 0;
	int error = Z_OK;
	int c = 0;

	if (file == NULL)
		return false;
	reading->files++;
	while (!reading->enough && (c = gzgetc(file)) != -1) {
		if (c != '\n') {
			if (len < sizeof(text))
				text[len++] = (char)c;
			continue;
		}
		reading->enough = !reading->line(reading->ctx, text, len);
		len = 0;
	}
	if (reading->enough)
		return true;
	/* What has no end yet is being written, or was cut off by a crash. */
	if (len > 0)
		reading->enough = !reading->line(reading->ctx, text, len);
	(void)gzerror(file, &error);
	if (error != Z_OK)
		return cannot_read(reading, path, "it is cut off or damaged");
	return true;
}

/* ".1", ".2.gz", "-20261126", "-20261126-1764137000.gz": what logrotate puts behind a name. */
static bool is_rotated(const char *suffix)
{
	size_t len;

	if (suffix[0] != '.' && suffix[0] != '-')
		return false;
	len = strspn(suffix + 1, "0123456789-");
	return len > 0 && isdigit((unsigned char)suffix[1]) &&
	       (suffix[1 + len] == '\0' || strcmp(suffix + 1 + len, ".gz") == 0);
}

static void free_entries(struct dirent **entries, int count)
{
	for (int i = 0; i < count; i++)
		free(entries[i]);
	free(entries);
}

static bool read_rotated(struct reading *reading, const char *folder, const char *name)
{
	struct dirent **entries = NULL;
	int count = scandir(folder, &entries, NULL, versionsort);
	size_t len = strlen(name);
	bool whole = true;

	if (count < 0)
		return cannot_read(reading, folder, strerror(errno));
	for (int i = 0; i < count && !reading->enough; i++) {
		const char *entry = entries[i]->d_name;
		char path[PATH_MAX];

		if (strncmp(entry, name, len) != 0 || !is_rotated(entry + len))
			continue;
		if (snprintf(path, sizeof(path), "%s/%s", folder, entry) >= (int)sizeof(path))
			continue;
		whole = read_file(reading, path) && whole;
	}
	free_entries(entries, count);
	return whole;
}

bool log_lines_read(const char *path, const struct reporter *reporter, log_line *line, void *ctx,
	unsigned *files)
{
	struct reading reading = { .reporter = reporter, .line = line, .ctx = ctx };
	const char *slash = strrchr(path, '/');
	char folder[PATH_MAX] = ".";
	bool whole;

	if (slash != NULL && snprintf(folder, sizeof(folder), "%.*s/", (int)(slash - path), path) >=
				     (int)sizeof(folder))
		return cannot_read(&reading, path, "its name is too long");
	whole = read_file(&reading, path);
	if (!reading.enough)
		whole = read_rotated(&reading, folder, slash != NULL ? slash + 1 : path) && whole;
	*files = reading.files;
	return whole;
}
