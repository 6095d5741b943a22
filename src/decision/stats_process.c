/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "decision/stats_process.h"

#include <dirent.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <unistd.h>

#define STAT_ROOM 1024

/* The begin of a file, terminated; "" if it cannot be read. */
static void read_begin(const char *path, char *out, size_t room)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	ssize_t len = fd >= 0 ? read(fd, out, room - 1) : 0;

	out[len > 0 ? len : 0] = '\0';
	if (fd >= 0)
		(void)close(fd);
}

void stats_boot_id(char out[sizeof(((struct stats *)0)->boot_id)])
{
	char text[64];

	read_begin("/proc/sys/kernel/random/boot_id", text, sizeof(text));
	text[strcspn(text, "\n")] = '\0';
	stats_text(out, sizeof(((struct stats *)0)->boot_id), text);
}

/*
 * A field of /proc/PID/stat, from the third on; the second is the program's name, which may hold
 * whatever it likes. 0 if it is not there.
 */
static int64_t field_of(const char *stat, int number)
{
	const char *at = strrchr(stat, ')');

	for (int field = 2; at != NULL && field < number; field++)
		at = strchr(at + 1, ' ');
	return at != NULL ? strtoll(at + 1, NULL, 10) : 0;
}

int64_t stats_process_started(int64_t pid)
{
	char path[64], stat[STAT_ROOM];

	(void)snprintf(path, sizeof(path), "/proc/%" PRId64 "/stat", pid);
	read_begin(path, stat, sizeof(stat));
	return field_of(stat, 22);
}

static uint64_t count_descriptors(void)
{
	DIR *folder = opendir("/proc/self/fd");
	uint64_t count = 0;

	if (folder == NULL)
		return 0;
	for (struct dirent *entry; (entry = readdir(folder)) != NULL;)
		count += entry->d_name[0] != '.';
	(void)closedir(folder);
	return count > 0 ? count - 1 : 0; /* the folder's own */
}

static uint64_t cpu_us(void)
{
	struct rusage used;

	if (getrusage(RUSAGE_SELF, &used) != 0)
		return 0;
	return (uint64_t)(used.ru_utime.tv_sec + used.ru_stime.tv_sec) * 1000000 +
	       (uint64_t)(used.ru_utime.tv_usec + used.ru_stime.tv_usec);
}

void stats_process(struct stats_process *out)
{
	struct rlimit descriptors = { 0, 0 };
	char stat[STAT_ROOM];

	read_begin("/proc/self/stat", stat, sizeof(stat));
	(void)getrlimit(RLIMIT_NOFILE, &descriptors);
	*out = (struct stats_process){
		.pid = getpid(),
		.started_ticks = field_of(stat, 22),
		.cpu_us = cpu_us(),
		.resident_octets = (uint64_t)field_of(stat, 24) * (uint64_t)sysconf(_SC_PAGESIZE),
		.descriptors = count_descriptors(),
		.descriptors_max = descriptors.rlim_cur,
		.threads = (uint64_t)field_of(stat, 20),
	};
}
