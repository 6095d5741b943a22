/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * cache.c - how much is kept in the store, and removing it: all, what is old, or what is kept about
 * one person who is named on standard input. Counts only; there is no way to list what is kept.
 */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include <openssl/crypto.h>

#include "base/clock.h"
#include "cache/lmdb_env.h"
#include "cache/store.h"
#include "tools/ctl/args.h"
#include "tools/ctl/cache_redis.h"
#include "tools/ctl/ctl.h"
#include "tools/ctl/files.h"
#include "tools/ctl/owner.h"
#include "tools/ctl/person.h"

#define PATH_ROOM 4096

static void close_store(struct store **store)
{
	if (*store != NULL)
		(*store)->ops->close(*store);
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

/* A store that the server has not begun yet is not begun here. NULL after an error was reported. */
static struct store *open_store(const struct settings *settings, const struct reporter *reporter)
{
	char path[PATH_ROOM];
	struct store *store;

	if (!owner_become(settings->store_directory, reporter))
		return NULL;
	(void)snprintf(path, sizeof(path), "%s/%s", settings->store_directory, LMDB_FILE);
	if (access(path, R_OK | W_OK) != 0) {
		report(reporter, SAY_ERROR, path, 0,
			"cannot be opened: has the server been started once, and are you root or "
			"its user?");
		return NULL;
	}
	store = store_lmdb_open(settings->store_directory, (size_t)settings->store_octets,
		reporter);
	if (store == NULL)
		report(reporter, SAY_ERROR, path, 0, "cannot be opened");
	return store;
}

static enum ctl_exit stats_of_lmdb(const struct settings *settings, struct output *out)
{
	struct store *store CLEANUP(close_store) = open_store(settings, &out->reporter);
	struct store_stats stats;

	if (store == NULL)
		return CTL_UNABLE;
	if (!store->ops->stats(store, &stats)) {
		report(&out->reporter, SAY_ERROR, settings->store_directory, 0, "cannot be read");
		return CTL_UNABLE;
	}
	show_number(out, "entries", stats.entries);
	show_number(out, "octets", stats.octets);
	show_number(out, "capacity", stats.capacity);
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
	return in_redis(settings) ? stats_of_redis(settings, out) : stats_of_lmdb(settings, out);
}

/* An answer past its time is not: it is nobody's to use, and goes unmentioned. */
static bool is_kept(struct store *store, const struct person_key *person)
{
	struct store_entry entry;
	bool kept = store->ops->get(store, person->bytes, clock_wall(&system_clock), &entry);

	OPENSSL_cleanse(&entry, sizeof(entry));
	return kept;
}

static enum ctl_exit not_removed(const struct settings *settings, const struct output *out)
{
	report(&out->reporter, SAY_ERROR, settings->store_directory, 0,
		"not all could be removed, and servers may use it still: see that the disk has "
		"room and that the file may be written to, then repeat this");
	return CTL_UNABLE;
}

static enum ctl_exit purge_lmdb_of_person(const struct settings *settings,
					  const struct person_keys *keys, struct output *out,
					  uint64_t *removed)
{
	struct store *store CLEANUP(close_store) = open_store(settings, &out->reporter);

	if (store == NULL)
		return CTL_UNABLE;
	for (size_t i = 0; i < keys->count; i++) {
		bool kept = is_kept(store, &keys->at[i]);

		if (!store->ops->remove(store, keys->at[i].bytes))
			return not_removed(settings, out);
		*removed += kept;
	}
	return CTL_FINE;
}

/* The pseudonyms are made before root's rights are given up: their keys are root's to read. */
static enum ctl_exit purge_person(const struct settings *settings, struct output *out,
				  uint64_t *removed)
{
	struct person_keys keys CLEANUP(person_keys_clear) = { .count = 0 };
	enum ctl_exit code = person_keys_read(settings, &keys, out);

	if (code != CTL_FINE)
		return code;
	if (in_redis(settings))
		return cache_redis_purge_person(settings, &keys, out, removed);
	return purge_lmdb_of_person(settings, &keys, out, removed);
}

static enum ctl_exit purge_lmdb_before(const struct settings *settings, int64_t before,
				       struct output *out, uint64_t *removed)
{
	struct store *store CLEANUP(close_store) = open_store(settings, &out->reporter);

	if (store == NULL)
		return CTL_UNABLE;
	return store->ops->purge(store, before, removed) ? CTL_FINE : not_removed(settings, out);
}

/* INT64_MAX: all. */
static enum ctl_exit purge_before(const struct settings *settings, int64_t before,
				  struct output *out, uint64_t *removed)
{
	if (!in_redis(settings))
		return purge_lmdb_before(settings, before, out, removed);
	if (before == INT64_MAX)
		return cache_redis_purge_all(settings, out, removed);
	return cache_redis_purge_before(settings, before, out, removed);
}

/* What was removed before it failed is removed for good. */
static void show_removed(const struct settings *settings, enum ctl_exit code, uint64_t removed,
			 struct output *out)
{
	if (code == CTL_FINE || removed > 0)
		show_number(out, "removed", removed);
	if (code == CTL_FINE)
		output_line(out, "A running server forgets what it has in memory within two "
				 "seconds%s.", in_redis(settings) ? ", if it reaches Redis" : "");
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
		return usage_error(&verb_cache_purge, "one of --person, --all, --before is wanted");
	if (time != NULL && !args_time(time, &before))
		return usage_error(&verb_cache_purge,
			"--before wants a time such as 2026-01-31T12:00:00Z");
	settings = files_settings(args, out);
	if (settings == NULL || !has_store(settings, &out->reporter))
		return CTL_UNABLE;
	code = person ? purge_person(settings, out, &removed) :
			purge_before(settings, before, out, &removed);
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
