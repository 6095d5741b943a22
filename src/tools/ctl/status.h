/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * status.h - what the servers of this machine have written down of themselves (decision/stats.h),
 * and what can be said of each: for people, for programs, for Prometheus.
 */
#ifndef MIGRANTID_CTL_STATUS_H
#define MIGRANTID_CTL_STATUS_H

#include <stdio.h>

#include "decision/stats.h"
#include "tools/ctl/output.h"

#define STATUS_DIRECTORY "/run/freeradius-migrantid" /* default of stats.directory */
#define STATUS_SERVERS_MAX 64

enum server_state {
	SERVER_ALIVE, /* it wrote within the last seconds */
	SERVER_STOPPED, /* it ended in good order */
	SERVER_SILENT, /* its process is there, but it does not write */
	SERVER_GONE, /* it died, or the machine did */
	SERVER_OTHER_VERSION, /* of its file no more is known than stats.head.program */
	SERVER_DAMAGED, /* the file is none of ours, cut or damaged */
	SERVER_UNREADABLE, /* see error */
};

struct server {
	char instance[STATS_NAME_ROOM]; /* as the file is named */
	enum server_state state;
	int error; /* errno, of SERVER_UNREADABLE */
	int64_t silent_s; /* since it was last alive; -1: before this start of the machine */
	struct stats stats; /* of the first four states */
};

const char *server_state_name(enum server_state state); /* "alive" .. */
bool server_has_stats(const struct server *server);

struct servers {
	struct server *list; /* in the order of their names */
	size_t count;
	bool more; /* than STATUS_SERVERS_MAX */
};

/*
 * Read the file of one instance, or of all of a directory (instance NULL). False with *error if the
 * directory cannot be read, or memory is short. servers_free() them in every case.
 */
MUST_CHECK bool servers_read(
	const char *directory, const char *instance, struct servers *out, int *error);
void servers_free(struct servers *servers);

/* Decisions of one kind; names as in the dictionary, source "none" where nothing was consulted. */
struct decisions {
	const char *result, *reason, *source;
	uint64_t count;
};
/* Every kind that there was, in the order of results and reasons. */
void decisions_each(
	const struct stats *stats, void (*each)(void *ctx, const struct decisions *row), void *ctx);
const char *decisions_source(int source); /* NULL for a number that is none */

const char *status_tier_name(const struct stats_cache *cache); /* "disk"; NULL: there is none */

/* status_text.c: one screen about a server that has stats. */
void status_show(const struct server *server, struct output *out);

/* status_json.c: the same and more, as a JSON object; the caller's. */
json_t *status_as_json(const struct server *server);

/* status_prometheus.c: all of them in the text format 0.0.4. */
void status_expose(const struct servers *servers, FILE *to);

#endif
