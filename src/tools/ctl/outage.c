/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * outage.c - the verbs that announce an outage of the ID service, end it and show it: a file that
 * running servers look at each second (config/outage.h).
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/clock.h"
#include "config/outage.h"
#include "person/moment.h"
#include "tools/ctl/args.h"
#include "tools/ctl/ctl.h"
#include "tools/ctl/files.h"
#include "tools/ctl/owner.h"

#define DAY 86400

static void show_times(struct output *out, const struct outage *outage, const char *state)
{
	char from[OUTAGE_TIME_LEN + 1], until[OUTAGE_TIME_LEN + 1];

	outage_time(outage->from, from);
	outage_time(outage->until, until);
	output_fact(out, "outage", state);
	output_fact(out, "from", from);
	output_fact(out, "until", until);
}

/* Where the server that has these settings looks; NULL after an error was reported. */
static char *find_path(const struct args *args, const struct output *out, bool to_write)
{
	struct settings *settings CLEANUP(drop_settings) = files_settings(args, out);
	char *path;

	if (settings == NULL ||
		(to_write && !owner_become(settings->state_directory, &out->reporter)))
		return NULL;
	path = outage_path(settings->state_directory);
	if (path == NULL)
		report(&out->reporter, SAY_ERROR, NULL, 0, "out of memory");
	return path;
}

static enum ctl_exit cannot(const struct output *out, const char *path, const char *what)
{
	const char *reason = strerrordesc_np(errno);

	report(&out->reporter, SAY_ERROR, path, 0,
		"cannot be %s: %s; run this as root or as the server's user", what,
		reason != NULL ? reason : "unknown error");
	return CTL_UNABLE;
}

/* CTL_FINE, or CTL_USAGE after having said what is wrong. */
static enum ctl_exit read_times(const struct args *args, struct outage *out)
{
	const char *from = args->value[OPT_FROM], *until = args->value[OPT_UNTIL];
	int64_t now = clock_wall(&system_clock);

	out->from = now;
	if (until == NULL || !moment_parse(until, &out->until) ||
		(from != NULL && !moment_parse(from, &out->from)))
		return usage_error(&verb_outage_begin,
			"--until (and --from, if it is not now) want a time such as "
			"2026-01-31T12:00:00Z");
	if (out->until <= now)
		return usage_error(&verb_outage_begin, "--until is over already (UTC is meant)");
	if (out->until <= out->from || out->until - out->from > OUTAGE_LONGEST)
		return usage_error(&verb_outage_begin,
			"it has to end after it begins, and lasts at most %d days; announce the "
			"rest when it comes",
			(int)(OUTAGE_LONGEST / DAY));
	return CTL_FINE;
}

static enum ctl_exit run_begin(const struct args *args, struct output *out)
{
	char *path CLEANUP(drop_text) = NULL;
	struct outage outage;
	enum ctl_exit code = read_times(args, &outage);

	if (code != CTL_FINE)
		return code;
	path = find_path(args, out, true);
	if (path == NULL)
		return CTL_UNABLE;
	if (!outage_save(path, &outage))
		return cannot(out, path, "written");
	show_times(out, &outage, "announced");
	output_line(out, "A running server knows within two seconds. Others of yours have to be "
			 "told, too.");
	return CTL_FINE;
}

static enum ctl_exit run_end(const struct args *args, struct output *out)
{
	char *path CLEANUP(drop_text) = find_path(args, out, true);

	if (path == NULL)
		return CTL_UNABLE;
	if (unlink(path) == 0)
		output_fact(out, "outage", "ended");
	else if (errno == ENOENT)
		output_fact(out, "outage", "none");
	else
		return cannot(out, path, "taken away");
	return CTL_FINE;
}

static const char *state_of(const struct outage *outage, int64_t now)
{
	if (outage_in_force(outage, now))
		return "in force";
	return now < outage->from ? "ahead" : "over";
}

static enum ctl_exit run_show(const struct args *args, struct output *out)
{
	char *path CLEANUP(drop_text) = find_path(args, out, false);
	struct outage outage;

	if (path == NULL)
		return CTL_UNABLE;
	switch (outage_load(path, &outage, &out->reporter)) {
	case OUTAGE_NO_FILE:
		output_fact(out, "outage", "none");
		return CTL_FINE;
	case OUTAGE_READ:
		show_times(out, &outage, state_of(&outage, clock_wall(&system_clock)));
		return CTL_FINE;
	case OUTAGE_UNREADABLE:
		break;
	}
	return CTL_NO;
}

const struct verb verb_outage_begin = {
	.name = "outage begin",
	.takes = TAKES(OPT_CONFIG) | TAKES(OPT_FROM) | TAKES(OPT_UNTIL),
	.summary = "announce an outage of the ID service",
	.details = "Until the time given, and from --from or from now on, the server asks nobody:\n"
		   "kept answers, exemptions and cards go on deciding, all other sales are told\n"
		   "Undetermined, service-outage, with the end and a Retry-After. The outage\n"
		   "outlives a restart and ends by itself. It lasts at most 31 days. A second\n"
		   "announcement takes the first one's place. Takes effect within two seconds, on\n"
		   "this machine; what shops are told is the text for service-outage of\n"
		   "messages.cfg.",
	.run = run_begin,
};

const struct verb verb_outage_end = {
	.name = "outage end",
	.takes = TAKES(OPT_CONFIG),
	.summary = "end it before its time, or take it back",
	.details = "The server asks again within two seconds. Exit code 0 also if none was\n"
		   "announced.",
	.run = run_end,
};

const struct verb verb_outage_show = {
	.name = "outage show",
	.takes = TAKES(OPT_CONFIG),
	.summary = "whether an outage is announced, and until when",
	.details = "Exit code 0 whether there is one or not; 1 if the file cannot be read or says\n"
		   "nothing that can be understood: then no outage is in force.",
	.run = run_show,
};
