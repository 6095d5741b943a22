/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Once a second the engine thread looks whether a file was changed, or something removed from the
 * store. Looking at four files is cheaper than it sounds and sees what inotify does not: files
 * replaced by rename, by a configuration manager's symbolic link, on a network file system.
 */
#include <string.h>
#include <sys/stat.h>

#include "decision/decision_internal.h"

#define STALE_WARNING_AT(max_age) ((max_age) / 2)

struct file_mark reload_mark(const char *path)
{
	struct file_mark mark = { 0 };
	struct stat seen;

	if (path[0] == '\0' || stat(path, &seen) != 0)
		return mark;
	mark.device = (uint64_t)seen.st_dev;
	mark.inode = (uint64_t)seen.st_ino;
	mark.size = (uint64_t)seen.st_size;
	mark.changed_s = seen.st_mtim.tv_sec;
	mark.changed_ns = seen.st_mtim.tv_nsec;
	return mark;
}

static bool moved(struct file_mark *known, const char *path)
{
	struct file_mark now = reload_mark(path);

	if (memcmp(known, &now, sizeof(now)) == 0)
		return false;
	*known = now;
	return true;
}

static void swap_view(struct gate *gate, struct view *fresh)
{
	struct view *old;

	pthread_mutex_lock(&gate->mutex);
	old = gate->view;
	gate->view = fresh;
	pthread_mutex_unlock(&gate->mutex);
	memcpy(gate->marks, fresh->marks, sizeof(fresh->marks));
	if (old->settings->keep_yes != fresh->settings->keep_yes ||
	    old->settings->keep_no != fresh->settings->keep_no)
		memory_clear(gate->memory);
	view_unref(old);
}

static void reload_view(struct gate *gate)
{
	const struct reporter *reporter = &gate->options.reporter;
	struct view *fresh =
		view_load(gate->options.settings_file, &gate->options.clock, reporter);

	if (fresh == NULL) {
		atomic_fetch_add(&gate->counters.reloads_failed, 1);
		report(reporter, SAY_ERROR, gate->options.settings_file, 0,
			"the changed configuration is not taken: what was in force stays, rules "
			"version %s; mend what is named above",
			rules_digest(gate->view->rules));
		return;
	}
	settings_warn_restart(gate->boot, fresh->settings, reporter);
	atomic_fetch_add(&gate->counters.reloads, 1);
	report(reporter, SAY_INFO, gate->options.settings_file, 0,
		"configuration reloaded, rules version %s", rules_digest(fresh->rules));
	swap_view(gate, fresh);
}

static void reload_keys(struct gate *gate)
{
	const struct reporter *reporter = &gate->options.reporter;
	struct key_set *set = keys_load_file(gate->boot->jwks_file, reporter);

	if (set == NULL) {
		report(reporter, SAY_ERROR, gate->boot->jwks_file, 0,
			"the changed key set is not taken: the keys in force stay");
		return;
	}
	report(reporter, SAY_INFO, gate->boot->jwks_file, 0, "key set reloaded, %zu keys",
		key_set_count(set));
	keys_replace(gate, set);
}

/* Keys from an address age; say so once before they stop being believed. */
static void watch_age(struct gate *gate)
{
	int64_t age, max_age = gate->boot->jwks_max_age;

	if (gate->boot->jwks_url[0] == '\0' || gate->keys_stale_told)
		return;
	age = (clock_mono_ms(&gate->options.clock) - gate->keys.as_of_ms) / 1000;
	if (age < STALE_WARNING_AT(max_age))
		return;
	gate->keys_stale_told = true;
	report(&gate->options.reporter, SAY_WARNING, NULL, 0,
		"the service's keys could not be fetched for %lld s; after %lld s no answer will be "
		"believed: look whether keys.url can be reached",
		(long long)age, (long long)max_age);
}

/* Somebody has removed something from the store: memory must not serve it on. */
void reload_forget(void *ctx)
{
	struct gate *gate = ctx;

	memory_clear(gate->memory);
	report(&gate->options.reporter, SAY_INFO, NULL, 0,
		"answers were removed from the store: those in memory are forgotten");
}

static void watch_store(struct gate *gate)
{
	uint64_t generation;

	if (gate->store == NULL)
		return;
	generation = gate->store->ops->generation(gate->store);
	if (generation == 0 || generation == gate->store_generation)
		return;
	gate->store_generation = generation;
	reload_forget(gate);
}

void reload_tick(void *ctx)
{
	struct gate *gate = ctx;
	const struct settings *settings = gate->view->settings;
	bool changed = moved(&gate->marks[WATCH_SETTINGS], settings->file);

	changed |= moved(&gate->marks[WATCH_RULES], settings->rules_file);
	changed |= moved(&gate->marks[WATCH_MESSAGES], settings->messages_file);
	if (changed)
		reload_view(gate);
	if (gate->boot->jwks_url[0] == '\0' &&
	    moved(&gate->marks[WATCH_JWKS], gate->boot->jwks_file))
		reload_keys(gate);
	watch_store(gate);
	watch_age(gate);
}
