/* SPDX-License-Identifier: GPL-2.0-or-later */
/* status_read.c - which servers there are, and whether they live. */
#include <dirent.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "decision/stats_file.h"
#include "decision/stats_process.h"
#include "cache/cache.h"
#include "rules/vocabulary.h"
#include "tools/ctl/status.h"

#define SILENT_MS (5 * STATS_INTERVAL_MS) /* a server that is busy may be late */

const char *server_state_name(enum server_state state)
{
	switch (state) {
	case SERVER_ALIVE:
		return "alive";
	case SERVER_STOPPED:
		return "stopped";
	case SERVER_SILENT:
		return "silent";
	case SERVER_GONE:
		return "gone";
	case SERVER_OTHER_VERSION:
		return "other-version";
	case SERVER_DAMAGED:
		return "damaged";
	case SERVER_UNREADABLE:
		break;
	}
	return "unreadable";
}

bool server_has_stats(const struct server *server)
{
	return server->state <= SERVER_GONE;
}

/* By the monotonic clock, which no administrator moves; it is that of one start of the machine. */
static void judge(struct server *server)
{
	const struct stats *stats = &server->stats;
	char boot_id[sizeof(stats->boot_id)];
	int64_t age_ms = clock_mono_ms(&system_clock) - stats->written_mono_ms;

	stats_boot_id(boot_id);
	server->silent_s = age_ms / 1000;
	server->state = SERVER_GONE;
	if (strcmp(boot_id, stats->boot_id) != 0)
		server->silent_s = -1;
	if (stats->stopped != 0)
		server->state = SERVER_STOPPED;
	else if (server->silent_s >= 0 && age_ms <= SILENT_MS)
		server->state = SERVER_ALIVE;
	else if (server->silent_s >= 0 && stats->process.started_ticks != 0 &&
		 stats_process_started(stats->process.pid) == stats->process.started_ticks)
		server->state = SERVER_SILENT;
}

static void read_one(const char *directory, const char *instance, struct server *out)
{
	char name[STATS_NAME_ROOM + sizeof(STATS_SUFFIX)];

	stats_text(out->instance, sizeof(out->instance), instance);
	(void)snprintf(name, sizeof(name), "%s" STATS_SUFFIX, out->instance);
	switch (stats_file_read(directory, name, &out->stats, &out->error)) {
	case STATS_GOOD:
		judge(out);
		break;
	case STATS_OTHER_VERSION:
		out->state = SERVER_OTHER_VERSION;
		break;
	case STATS_FOREIGN:
	case STATS_DAMAGED:
		out->state = out->error != 0 ? SERVER_UNREADABLE : SERVER_DAMAGED;
		break;
	}
}

/* The length of the instance's name in that of its file; 0: it is no such file. */
static size_t instance_len(const char *name)
{
	static const char plain[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
				    "0123456789-_.";
	size_t len = strlen(name), suffix = strlen(STATS_SUFFIX);

	if (name[0] == '.' || len <= suffix || len - suffix >= STATS_NAME_ROOM ||
		strcmp(name + len - suffix, STATS_SUFFIX) != 0 || name[strspn(name, plain)] != '\0')
		return 0;
	return len - suffix;
}

static int by_name(const void *one, const void *other)
{
	return strcmp(
		((const struct server *)one)->instance, ((const struct server *)other)->instance);
}

static void read_all(const char *directory, DIR *folder, struct servers *out)
{
	struct dirent *entry;

	while ((entry = readdir(folder)) != NULL) {
		size_t len = instance_len(entry->d_name);
		char instance[STATS_NAME_ROOM];

		if (len == 0)
			continue;
		out->more = out->count == STATUS_SERVERS_MAX;
		if (out->more)
			break;
		memcpy(instance, entry->d_name, len);
		instance[len] = '\0';
		read_one(directory, instance, &out->list[out->count++]);
	}
	qsort(out->list, out->count, sizeof(*out->list), by_name);
}

bool servers_read(const char *directory, const char *instance, struct servers *out, int *error)
{
	DIR *folder = opendir(directory);

	*error = errno;
	*out = (struct servers){ .list = NULL };
	if (folder == NULL)
		return false;
	out->list = calloc(STATUS_SERVERS_MAX, sizeof(*out->list));
	*error = out->list != NULL ? 0 : ENOMEM;
	if (out->list != NULL && instance != NULL)
		read_one(directory, instance, &out->list[out->count++]);
	else if (out->list != NULL)
		read_all(directory, folder, out);
	(void)closedir(folder);
	return out->list != NULL;
}

void servers_free(struct servers *servers)
{
	free(servers->list);
}

const char *decisions_source(int source)
{
	return source == SOURCE_NONE ? "none" : source_name((enum source)source);
}

void decisions_each(
	const struct stats *stats, void (*each)(void *ctx, const struct decisions *row), void *ctx)
{
	for (int result = 0; result < STATS_RESULTS; result++)
		for (int reason = 0; reason < STATS_REASONS; reason++)
			for (int source = 0; source < STATS_SOURCES; source++) {
				const struct decisions row = {
					.result = result_name((enum result)result),
					.reason = reason_name((enum reason)reason),
					.source = decisions_source(source),
					.count = stats->decisions[result][reason][source],
				};

				if (row.count > 0 && row.result != NULL && row.reason != NULL &&
					row.source != NULL)
					each(ctx, &row);
			}
}

const char *status_tier_name(const struct stats_cache *cache)
{
	if (cache->tier == CACHE_DISK)
		return "disk";
	return cache->tier == CACHE_REDIS ? "redis" : NULL;
}
