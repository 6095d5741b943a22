/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <string.h>
#include <sys/stat.h>

#include "config/config_internal.h"

struct file_mark file_mark_of(const char *path)
{
	struct file_mark mark = { 0 };
	struct stat seen;

	if (path[0] == '\0' || stat(path, &seen) != 0)
		return mark;
	mark.device = (uint64_t)seen.st_dev;
	mark.inode = (uint64_t)seen.st_ino;
	mark.size = (uint64_t)seen.st_size;
	mark.modified_s = seen.st_mtim.tv_sec;
	mark.modified_ns = seen.st_mtim.tv_nsec;
	mark.changed_s = seen.st_ctim.tv_sec;
	mark.changed_ns = seen.st_ctim.tv_nsec;
	return mark;
}

bool file_mark_same(const struct file_mark *one, const struct file_mark *other)
{
	return memcmp(one, other, sizeof(*one)) == 0;
}
