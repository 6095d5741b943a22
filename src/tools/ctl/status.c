/* SPDX-License-Identifier: GPL-2.0-or-later */
/* status.c - the verb status: how the servers of this machine are. */
#include "tools/ctl/status.h"

#include <errno.h>
#include <string.h>
#include <time.h>

#include "tools/ctl/args.h"
#include "tools/ctl/ctl.h"

static void report_directory(struct output *out, const char *directory, int error)
{
	const char *advice = error == EACCES ? "be root, or of the server's group"
			     : error == ENOENT
				     ? "is there a server with the module, and is this its "
				       "stats.directory?"
				     : "look at the folder";

	report(&out->reporter, SAY_ERROR, directory, 0, "cannot be read: %s: %s",
		strerrordesc_np(error) != NULL ? strerrordesc_np(error) : "unknown error", advice);
}

/* In words, of a file that tells nothing. */
static void report_file(struct output *out, const char *directory, const struct server *server)
{
	switch (server->state) {
	case SERVER_OTHER_VERSION:
		report(&out->reporter, SAY_ERROR, directory, 0,
			"%s: written by migrantid %s, and this is " MIGRANTID_VERSION
			": restart the server if it was upgraded, or use that one's migrantidctl",
			server->instance, server->stats.head.program);
		break;
	case SERVER_DAMAGED:
		report(&out->reporter, SAY_ERROR, directory, 0,
			"%s: the file of figures is damaged, or none of migrantid's",
			server->instance);
		break;
	case SERVER_UNREADABLE:
		report(&out->reporter, SAY_ERROR, directory, 0,
			"%s: the file of figures cannot be read: %s", server->instance,
			server->error == ENOENT ? "there is none: is that the instance's name?"
						: strerror(server->error));
		break;
	case SERVER_ALIVE:
	case SERVER_STOPPED:
	case SERVER_SILENT:
	case SERVER_GONE:
		break;
	}
}

static void show_all(const struct servers *servers, const char *directory, struct output *out)
{
	json_t *list = json_array();

	for (size_t i = 0; i < servers->count; i++) {
		const struct server *server = &servers->list[i];

		if (i > 0)
			output_line(out, "%s", "");
		(void)json_array_append_new(list, status_as_json(server));
		report_file(out, directory, server);
		if (server_has_stats(server))
			status_show(server, out);
	}
	output_member(out, "servers", list);
}

static enum ctl_exit show_ready(const struct servers *servers, struct output *out)
{
	bool all = servers->count > 0;

	for (size_t i = 0; i < servers->count; i++) {
		const struct server *server = &servers->list[i];
		bool ready = server->state == SERVER_ALIVE;

		all &= ready;
		output_row(out, "servers",
			json_pack("{s:s, s:b, s:s}", "instance", server->instance, "ready", ready,
				"state", server_state_name(server->state)),
			"%s: %s", server->instance,
			ready ? "ready" : server_state_name(server->state));
	}
	return all ? CTL_FINE : CTL_NO;
}

/* Not in order if one of them is not; not to be done if of none anything is known. */
static enum ctl_exit code_of(const struct servers *servers)
{
	bool alive = true, known = false;

	for (size_t i = 0; i < servers->count; i++) {
		alive &= servers->list[i].state == SERVER_ALIVE;
		known |= server_has_stats(&servers->list[i]);
	}
	if (!known)
		return CTL_UNABLE;
	return alive ? CTL_FINE : CTL_NO;
}

static enum ctl_exit show(const struct args *args, const struct servers *servers,
	const char *directory, struct output *out)
{
	if (servers->count == 0) {
		report_directory(out, directory, ENOENT);
		return CTL_UNABLE;
	}
	if (servers->more)
		report(&out->reporter, SAY_WARNING, directory, 0,
			"there are more than %d files of figures: the others are left out",
			STATUS_SERVERS_MAX);
	if (args->value[OPT_READY] != NULL)
		return show_ready(servers, out);
	if (args->value[OPT_PROMETHEUS] != NULL) {
		status_expose(servers, stdout);
		return CTL_FINE;
	}
	show_all(servers, directory, out);
	return code_of(servers);
}

static enum ctl_exit look(const struct args *args, struct output *out)
{
	const char *directory =
		args->value[OPT_DIRECTORY] != NULL ? args->value[OPT_DIRECTORY] : STATUS_DIRECTORY;
	enum ctl_exit code = CTL_UNABLE;
	struct servers servers;
	int error;

	if (servers_read(directory, args->value[OPT_INSTANCE], &servers, &error))
		code = show(args, &servers, directory, out);
	else
		report_directory(out, directory, error);
	servers_free(&servers);
	return code;
}

/* Until it is interrupted. */
static enum ctl_exit watch(const struct args *args, struct output *out)
{
	const struct timespec second = { .tv_sec = 1 };
	enum ctl_exit code;

	do {
		(void)fputs("\033[H\033[2J", stdout);
		code = look(args, out);
	} while (fflush(stdout) == 0 && nanosleep(&second, NULL) == 0);
	return code;
}

static enum ctl_exit run(const struct args *args, struct output *out)
{
	const char *instance = args->value[OPT_INSTANCE];
	int kinds = (args->value[OPT_PROMETHEUS] != NULL) + (args->value[OPT_WATCH] != NULL) +
		    (args->value[OPT_READY] != NULL);

	if (kinds > 1 || (out->json && kinds > 0 && args->value[OPT_READY] == NULL))
		return usage_error(&verb_status,
			"--json, --prometheus, --watch and --ready are kinds of output: give one");
	if (instance != NULL &&
		(instance[0] == '\0' || instance[0] == '.' || strchr(instance, '/') != NULL ||
			strlen(instance) >= STATS_NAME_ROOM))
		return usage_error(&verb_status, "--instance wants the name of an instance");
	return args->value[OPT_WATCH] != NULL ? watch(args, out) : look(args, out);
}

const struct verb verb_status = {
	.name = "status",
	.takes = TAKES(OPT_INSTANCE) | TAKES(OPT_DIRECTORY) | TAKES(OPT_PROMETHEUS) |
		 TAKES(OPT_WATCH) | TAKES(OPT_READY),
	.summary = "how the servers of this machine are",
	.details = "Shows what each instance of the module has written of itself: decisions by\n"
		   "reason, the service's addresses, keys, certificates, rules and the last\n"
		   "reload. Nothing about people, shops or exemption rules is in it. Exit code 0\n"
		   "if all are alive; 1 if one is not, and it is said when it last was. With\n"
		   "--ready 0 if all are fit to serve, whatever the ID service does.",
	.run = run,
};
