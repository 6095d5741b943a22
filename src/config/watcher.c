/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Once a second the watcher looks whether a file has changed. Looking at a dozen files is cheaper
 * than it sounds and sees what inotify does not: files replaced by rename, by a configuration
 * manager's symbolic link, on a network file system.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "config/config_internal.h"

#define DAY INT64_C(86400)
#define DATES_EVERY_MS (DAY * 1000)
#define DATES_SOON (21 * DAY)

/* ---- what is in force ---- */

/* For config_health(). */
static void note_keys(struct config *config)
{
	int64_t good_ms = keys_good_ms(config);

	pthread_mutex_lock(&config->mutex);
	config->keys_good_ms = good_ms;
	pthread_mutex_unlock(&config->mutex);
}

/* Likewise, of a reload that was taken (error NULL) or refused. */
static void note_reload(struct config *config, const struct note *error)
{
	struct config_health *health = &config->health;
	int64_t now = clock_wall(&config->clock);

	pthread_mutex_lock(&config->mutex);
	health->failing = error != NULL;
	health->error[0] = '\0';
	if (error != NULL) {
		health->refused++;
		(void)snprintf(health->error, sizeof(health->error), "%s:%d: %s",
			error->file != NULL ? error->file : "", error->line, error->text);
	} else {
		health->taken++;
		health->loaded_at = now;
	}
	pthread_mutex_unlock(&config->mutex);
}

bool config_refresh(struct config *config)
{
	struct key_set *keys = keys_choose(config);
	const struct outage *outage = &config->outage.announced;
	struct snapshot *old = config->now, *fresh;

	note_keys(config);
	/* Only the watcher swaps: it may look at the pointer without the lock. */
	if (old != NULL && snapshot_loaded(old) == config->loaded && old->policy->keys == keys &&
		old->cards == config->cards.policy && outage_same(&old->outage, outage))
		return true;
	fresh = snapshot_make(config->loaded, config->boot->settings->issuer, keys,
		config->cards.policy, outage, old != NULL ? old->number + 1 : 1);
	if (fresh == NULL)
		return false;
	pthread_mutex_lock(&config->mutex);
	config->now = fresh;
	pthread_mutex_unlock(&config->mutex);
	pthread_mutex_lock(&config->outward);
	if (config->swapped != NULL && !config->closed)
		config->swapped(config->swapped_ctx, fresh);
	pthread_mutex_unlock(&config->outward);
	config_release(old);
	return true;
}

/* ---- files ---- */

/* Names of the files that are not as they were read, for people; how many there are. */
static size_t list_changed(const struct loaded *loaded, char *out, size_t room)
{
	size_t used = 0, count = 0;

	out[0] = '\0';
	for (enum watched which = 0; which < WATCHED; which++) {
		const char *path = loaded_path(loaded->settings, which);
		struct file_mark mark = file_mark_of(path);
		int len;

		if (file_mark_same(&mark, &loaded->marks[which]))
			continue;
		len = snprintf(out + used, room - used, "%s%s", count++ > 0 ? ", " : "",
			strrchr(path, '/') != NULL ? strrchr(path, '/') + 1 : path);
		if (len > 0)
			used = used + (size_t)len < room ? used + (size_t)len : room - 1;
	}
	return count;
}

static const struct note *first_error(const struct notes *notes)
{
	static const struct note none = { SAY_ERROR, 0, NULL, "out of memory" };

	for (size_t i = 0; i < notes->count; i++)
		if (notes->list[i].severity == SAY_ERROR)
			return &notes->list[i];
	return &none;
}

/* What is wrong is told when it begins and when it becomes something else. */
static void report_failure(struct config *config)
{
	bool known = config->failing && config->errors == config->notes.errors;

	config->failing = true;
	config->errors = config->notes.errors;
	if (known)
		return;
	note_reload(config, first_error(&config->notes));
	notes_report(&config->notes, &config->reporter);
	report(&config->reporter, SAY_ERROR, config->file, 0,
		"the changed configuration is not taken: what was in force stays, rules version "
		"%s; "
		"mend what is named above, it is tried again every second",
		rules_digest(config->loaded->rules));
}

static void report_success(struct config *config, const struct loaded *fresh, const char *changed)
{
	note_reload(config, NULL);
	notes_report(&config->notes, &config->reporter);
	settings_warn_restart(config->boot->settings, fresh->settings, &config->reporter);
	report(&config->reporter, SAY_INFO, config->file, 0,
		"configuration reloaded%s%s%s, rules version %s",
		changed[0] != '\0' ? " (changed: " : "", changed, changed[0] != '\0' ? ")" : "",
		rules_digest(fresh->rules));
	if (config->failing)
		report(&config->reporter, SAY_INFO, config->file, 0,
			"what was wrong with the configuration is mended");
	config->failing = false;
}

static void check_files(struct config *config)
{
	struct reporter noting;
	struct loaded *fresh;
	char changed[256];

	if (list_changed(config->loaded, changed, sizeof(changed)) == 0 && !config->failing)
		return;
	noting = notes_begin(&config->notes);
	fresh = loaded_load(config->file, config->loaded, config->request_ms,
		clock_wall(&config->clock), &noting);
	if (fresh == NULL) {
		report_failure(config);
		return;
	}
	report_success(config, fresh, changed);
	loaded_unref(config->loaded);
	config->loaded = fresh;
}

/* ---- certificates that end ---- */

static void warn_of_end(
	struct config *config, const char *path, const struct tls_material *material)
{
	int64_t left;

	if (material == NULL || material->not_after == 0)
		return;
	left = material->not_after - clock_wall(&config->clock);
	if (left <= 0)
		report(&config->reporter, SAY_WARNING, path, 0,
			"the certificate has ended: put a new one there, with its key; no restart "
			"is "
			"needed");
	else if (left < DATES_SOON)
		report(&config->reporter, SAY_WARNING, path, 0,
			"the certificate ends in %lld days: put a new one there, with its key; no "
			"restart is needed",
			(long long)(left / DAY));
}

static void check_dates(struct config *config)
{
	const struct loaded *loaded = config->loaded;
	int64_t now_ms = clock_mono_ms(&config->clock);

	if (now_ms - config->dates_told_ms < DATES_EVERY_MS)
		return;
	config->dates_told_ms = now_ms;
	warn_of_end(config, loaded->settings->certificate_file, loaded->service_tls);
	warn_of_end(config, loaded->settings->redis_certificate_file, loaded->redis_tls);
}

/* ---- what is fetched ---- */

static struct offer take_offer(struct config *config)
{
	struct offer offer;

	pthread_mutex_lock(&config->mutex);
	offer = config->offer;
	config->offer = (struct offer){ .pending = false };
	pthread_mutex_unlock(&config->mutex);
	return offer;
}

/* Before any look at a file: a disk that hangs holds up no keys that are here already. */
static void settle_offer(struct config *config)
{
	struct offer offer = take_offer(config);
	bool good;

	if (!offer.pending)
		return;
	if (offer.text == NULL)
		report(&config->reporter, SAY_ERROR, config->loaded->settings->jwks_url, 0,
			"what was fetched is %s: the keys in force stay",
			offer.len > JWKS_MAX_LEN ? "too long for a key set"
						 : "lost for want of memory");
	good = offer.text != NULL && keys_take(config, offer.text, offer.len);
	good = config_refresh(config) && good;
	free(offer.text);
	pthread_mutex_lock(&config->outward);
	if (config->settled != NULL && !config->closed)
		config->settled(config->settled_ctx, good);
	pthread_mutex_unlock(&config->outward);
}

void config_tick(struct config *config)
{
	settle_offer(config);
	keys_store(config);
	check_files(config);
	keys_check(config);
	outage_check(config);
	cards_check(config);
	(void)config_refresh(config);
	check_dates(config);
}

/* ---- the thread ---- */

/* Until it is time to look again, or something was offered. False: it is time to end. */
static bool wait_for_work(struct config *config)
{
	struct timespec until;
	int error = 0;
	bool goes_on;

	(void)clock_gettime(CLOCK_MONOTONIC, &until);
	until.tv_sec += CONFIG_POLL_MS / 1000;
	pthread_mutex_lock(&config->mutex);
	while (!config->stopping && !config->offer.pending && error != ETIMEDOUT)
		error = pthread_cond_timedwait(&config->wake, &config->mutex, &until);
	goes_on = !config->stopping;
	pthread_mutex_unlock(&config->mutex);
	return goes_on;
}

void *config_watch(void *arg)
{
	struct config *config = arg;

	(void)pthread_setname_np(pthread_self(), "migrantid-watch");
	while (wait_for_work(config))
		config_tick(config);
	pthread_mutex_lock(&config->mutex);
	config->ended = true;
	pthread_cond_broadcast(&config->wake);
	pthread_mutex_unlock(&config->mutex);
	config_drop(config);
	return NULL;
}
