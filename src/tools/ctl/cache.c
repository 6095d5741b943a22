/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * cache.c - how much is kept in the store, and removing it: all, what is old, or what is kept about
 * one person who is named on standard input. Counts only; there is no way to list what is kept.
 */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "base/clock.h"
#include "cache/disk_admin.h"
#include "person/moment.h"
#include "tools/ctl/args.h"
#include "tools/ctl/cache_redis.h"
#include "tools/ctl/ctl.h"
#include "tools/ctl/files.h"
#include "tools/ctl/owner.h"
#include "tools/ctl/person.h"

static void close_disk(struct disk_admin **disk)
{
	disk_admin_close(*disk);
}

static void show_number(struct output *out, const char *name, uint64_t number)
{
	output_member(out, name, json_integer((json_int_t)number));
	output_line(out, "%s: %" PRIu64, name, number);
}

static bool in_redis(const struct settings *settings)
{
	return strcmp(settings->store, "redis") == 0;
}

static bool has_store(const struct settings *settings, const struct reporter *reporter)
{
	if (strcmp(settings->store, "none") != 0)
		return true;
	report(reporter, SAY_ERROR, settings->file,
		conf_line_of(settings->groups[SETTINGS_CACHE], "store"),
		"store: no store is used: answers are kept in the server's memory alone; restart "
		"it to remove them");
	return false;
}

/*
 * As the folder's owner. A store that the server has not begun yet is not begun here. NULL after an
 * error was reported.
 */
static struct disk_admin *open_disk(
	const struct settings *settings, const struct reporter *reporter)
{
	if (!owner_become(settings->store_directory, reporter))
		return NULL;
	return disk_admin_open(
		settings->store_directory, (uint64_t)settings->store_octets, reporter);
}

static enum ctl_exit stats_of_disk(const struct settings *settings, struct output *out)
{
	struct disk_admin *disk CLEANUP(close_disk) = open_disk(settings, &out->reporter);
	struct disk_count count;

	if (disk == NULL || !disk_admin_count(disk, &count))
		return CTL_UNABLE;
	show_number(out, "entries", count.entries);
	show_number(out, "octets", count.octets);
	show_number(out, "capacity", count.capacity);
	return CTL_FINE;
}

/* How much room they take, Redis could say only by looking at each. */
static enum ctl_exit stats_of_redis(const struct settings *settings, struct output *out)
{
	uint64_t entries;
	enum ctl_exit code = cache_redis_count(settings, out, &entries);

	if (code == CTL_FINE)
		show_number(out, "entries", entries);
	return code;
}

static enum ctl_exit run_stats(const struct args *args, struct output *out)
{
	struct settings *settings CLEANUP(drop_settings) = files_settings(args, out);

	if (settings == NULL || !has_store(settings, &out->reporter))
		return CTL_UNABLE;
	return in_redis(settings) ? stats_of_redis(settings, out) : stats_of_disk(settings, out);
}

static enum ctl_exit not_removed(const struct settings *settings, const struct output *out)
{
	report(&out->reporter, SAY_ERROR, settings->store_directory, 0,
		"not all could be removed, and servers may use it still: see that the disk has "
		"room and that the file may be written to, then repeat this; --all needs neither");
	return CTL_UNABLE;
}

static enum ctl_exit purge_disk_of_person(const struct settings *settings,
	const struct person_keys *keys, struct output *out, uint64_t *removed)
{
	struct disk_admin *disk CLEANUP(close_disk) = open_disk(settings, &out->reporter);
	int64_t now = clock_wall(&system_clock);

	if (disk == NULL)
		return CTL_UNABLE;
	for (size_t i = 0; i < keys->count; i++)
		if (!disk_admin_remove(disk, keys->at[i].bytes, now, removed))
			return not_removed(settings, out);
	return CTL_FINE;
}

/* The pseudonyms are made before root's rights are given up: their keys are root's to read. */
static enum ctl_exit purge_person(
	const struct settings *settings, struct output *out, uint64_t *removed)
{
	struct person_keys keys CLEANUP(person_keys_clear) = { .count = 0 };
	enum ctl_exit code = person_keys_read(settings, &keys, out);

	if (code != CTL_FINE)
		return code;
	if (in_redis(settings))
		return cache_redis_purge_person(settings, &keys, out, removed);
	return purge_disk_of_person(settings, &keys, out, removed);
}

static enum ctl_exit purge_disk_before(
	const struct settings *settings, int64_t before, struct output *out, uint64_t *removed)
{
	struct disk_admin *disk CLEANUP(close_disk) = open_disk(settings, &out->reporter);

	if (disk == NULL)
		return CTL_UNABLE;
	return disk_admin_remove_before(disk, before, removed) ? CTL_FINE
							       : not_removed(settings, out);
}

/* Also of a file that is damaged or locked: it is another one afterwards. */
static enum ctl_exit purge_disk(
	const struct settings *settings, struct output *out, uint64_t *removed)
{
	const struct reporter *reporter = &out->reporter;

	if (!owner_become(settings->store_directory, reporter))
		return CTL_UNABLE;
	return disk_admin_remove_all(settings->store_directory, (uint64_t)settings->store_octets,
		       reporter, removed)
		       ? CTL_FINE
		       : CTL_UNABLE;
}

/* INT64_MAX: all. */
static enum ctl_exit purge_before(
	const struct settings *settings, int64_t before, struct output *out, uint64_t *removed)
{
	if (in_redis(settings))
		return before == INT64_MAX
			       ? cache_redis_purge_all(settings, out, removed)
			       : cache_redis_purge_before(settings, before, out, removed);
	return before == INT64_MAX ? purge_disk(settings, out, removed)
				   : purge_disk_before(settings, before, out, removed);
}

/* What was removed before it failed is removed for good. */
static void show_removed(
	const struct settings *settings, enum ctl_exit code, uint64_t removed, struct output *out)
{
	if (code == CTL_FINE || removed > 0)
		show_number(out, "removed", removed);
	if (code == CTL_FINE)
		output_line(out,
			"A running server forgets what it has in memory within two "
			"seconds%s.",
			in_redis(settings) ? ", if it reaches Redis" : "");
}

static enum ctl_exit run_purge(const struct args *args, struct output *out)
{
	bool person = args->value[OPT_PERSON] != NULL, all = args->value[OPT_ALL] != NULL;
	const char *time = args->value[OPT_BEFORE];
	struct settings *settings CLEANUP(drop_settings) = NULL;
	int64_t before = INT64_MAX;
	uint64_t removed = 0;
	enum ctl_exit code;

	if (person + all + (time != NULL) != 1)
		return usage_error(&verb_cache_purge, "%s --person, --all, --before is wanted",
			person + all + (time != NULL) == 0 ? "one of" : "only one of");
	if (time != NULL && !moment_parse(time, &before))
		return usage_error(
			&verb_cache_purge, "--before wants a time such as 2026-01-31T12:00:00Z");
	settings = files_settings(args, out);
	if (settings == NULL || !has_store(settings, &out->reporter))
		return CTL_UNABLE;
	code = person ? purge_person(settings, out, &removed)
		      : purge_before(settings, before, out, &removed);
	show_removed(settings, code, removed, out);
	return code;
}

const struct verb verb_cache_stats = {
	.name = "cache stats",
	.takes = TAKES(OPT_CONFIG),
	.summary = "how much the store holds",
	.details =
		"Shows how many answers the store holds; of one on disk also how much room they\n"
		"take and how much there is. May be used while servers run.",
	.run = run_stats,
};

const struct verb verb_cache_purge = {
	.name = "cache purge",
	.takes = TAKES(OPT_CONFIG) | TAKES(OPT_PERSON) | TAKES(OPT_ALL) | TAKES(OPT_BEFORE),
	.summary = "remove answers from the store",
	.details =
		"Removes answers from the store and says how many: all of them, those stored\n"
		"before a time, or those about one person, whose request is read from\n"
		"standard input as person-key reads it. May be used while servers run: each that\n"
		"uses the store forgets within two seconds all that it has in memory besides.\n"
		"Whoever is removed is asked about again at their next sale.",
	.run = run_purge,
};
