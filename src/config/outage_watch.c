/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * outage_watch.c - the announced outage, as the watcher sees it: when its file changes, and when
 * its times come. It goes its own way, as the keys do: no error in another file holds it up.
 */
#include <stdlib.h>

#include "config/config_internal.h"

bool outage_open(struct config *config)
{
	config->outage.path = outage_path(config->boot->settings->state_directory);
	if (config->outage.path == NULL) {
		report(&config->reporter, SAY_ERROR, NULL, 0, "out of memory");
		return false;
	}
	outage_check(config);
	return true;
}

/* True if what is announced is another outage than before. A file that cannot be read is tried
 * again, and said once. */
static bool read_again(struct config *config)
{
	struct outage_watch *watch = &config->outage;
	struct file_mark mark = file_mark_of(watch->path);
	bool changed = !file_mark_same(&mark, &watch->mark);
	struct outage before = watch->announced;

	if (!changed && !watch->failing)
		return false;
	watch->failing = outage_load(watch->path, &watch->announced,
				 changed ? &config->reporter : NULL) == OUTAGE_UNREADABLE;
	watch->mark = mark;
	return !outage_same(&before, &watch->announced);
}

static enum outage_phase phase_of(const struct outage *outage, int64_t now)
{
	if (outage->until == 0)
		return OUTAGE_NONE;
	if (now < outage->from)
		return OUTAGE_AHEAD;
	return now < outage->until ? OUTAGE_NOW : OUTAGE_OVER;
}

static void say(const struct config *config, enum outage_phase before)
{
	const struct outage_watch *watch = &config->outage;
	const struct reporter *reporter = &config->reporter;
	char from[OUTAGE_TIME_LEN + 1], until[OUTAGE_TIME_LEN + 1];

	outage_time(watch->announced.from, from);
	outage_time(watch->announced.until, until);
	if (before == OUTAGE_NOW && watch->phase != OUTAGE_NOW)
		report(reporter, SAY_INFO, watch->path, 0,
			"the announced outage of the ID service is over: it is asked again");
	if (watch->phase == OUTAGE_NOW)
		report(reporter, SAY_WARNING, watch->path, 0,
			"an outage of the ID service is announced until %s: it is not asked; what "
			"is kept, exemptions and cards decide, all else is Undetermined, "
			"service-outage; `migrantidctl outage end` ends it",
			until);
	else if (watch->phase == OUTAGE_AHEAD)
		report(reporter, SAY_INFO, watch->path, 0,
			"an outage of the ID service is announced from %s until %s", from, until);
	else if (watch->phase == OUTAGE_OVER && before == OUTAGE_NONE)
		report(reporter, SAY_INFO, watch->path, 0,
			"the outage of the ID service that was announced here ended %s: the file "
			"says nothing any more, `migrantidctl outage end` takes it away",
			until);
}

void outage_check(struct config *config)
{
	struct outage_watch *watch = &config->outage;
	enum outage_phase before = watch->phase;
	bool another = read_again(config);

	watch->phase = phase_of(&watch->announced, clock_wall(&config->clock));
	if (another || watch->phase != before)
		say(config, before);
}
