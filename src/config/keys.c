/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * keys.c - which of the service's keys are in force.
 *
 * A set counts from the last moment at which it was known to be what its owner says: of the
 * network, from its fetch; of the file, as long as that is there and can be read. Past jwks_max_age
 * nothing vouches for it any more. A well-formed set without a usable key was said on purpose and
 * takes effect; what cannot be read says nothing, and what was there before ages.
 *
 * The network outranks the file: once something was fetched, now or before the start, the file
 * counts only when that set has become too old and the file was written after its fetch. An older
 * file could hold a key that was revoked since, and no key must come back by a restart, a damaged
 * disk or a clock that is wrong; what it costs, if the network fails for longer than jwks_max_age,
 * is that the operator has to write the file anew.
 */
#include <stdlib.h>
#include <string.h>

#include "base/conf.h"
#include "config/config_internal.h"

#define FAR_PAST (INT64_MIN / 4) /* ms: older than every bound */
#define CLOCK_SKEW 60 /* s that a stored set may lie ahead */

static const struct settings *settings_of(const struct config *config)
{
	return config->loaded->settings;
}

static int64_t age_s(const struct config *config, const struct key_source *source)
{
	return (clock_mono_ms(&config->clock) - source->good_ms) / 1000;
}

static void source_set(struct key_source *source, struct key_set *set)
{
	key_set_unref(source->set);
	source->set = set;
}

void keys_close(struct keys *keys)
{
	source_set(&keys->file, NULL);
	source_set(&keys->fetched, NULL);
	free(keys->text);
}

/* ---- the file ---- */

static struct key_set *read_file(const char *path, const struct reporter *reporter)
{
	size_t len = 0;
	char *text = conf_slurp(path, JWKS_MAX_LEN, &len, reporter);
	struct key_set *set = text == NULL ? NULL : key_set_read(text, len, path, reporter);

	free(text);
	return set;
}

static void report_file_failure(struct config *config, const char *path)
{
	struct keys *keys = &config->keys;
	bool known = keys->file_failing && keys->file_errors == config->notes.errors;

	keys->file_failing = true;
	keys->file_errors = config->notes.errors;
	if (known)
		return;
	notes_report(&config->notes, &config->reporter);
	if (keys->was_fetched || keys->file.set == NULL)
		return;
	report(&config->reporter, SAY_WARNING, path, 0,
		"the keys in force are believed for %lld s more, then no answer is",
		(long long)(settings_of(config)->jwks_max_age - age_s(config, &keys->file)));
}

void keys_check(struct config *config)
{
	struct keys *keys = &config->keys;
	const char *path = settings_of(config)->jwks_file;
	struct file_mark mark = file_mark_of(path);
	struct reporter noting;
	struct key_set *set;

	if (path[0] == '\0') {
		source_set(&keys->file, NULL);
		keys->mark = mark;
		keys->file_failing = false;
		return;
	}
	if (keys->file_failing || !file_mark_same(&mark, &keys->mark)) {
		keys->mark = mark;
		noting = notes_begin(&config->notes);
		set = read_file(path, &noting);
		if (set == NULL) {
			report_file_failure(config, path);
			return;
		}
		notes_report(&config->notes, &config->reporter);
		keys->file_failing = false;
		keys->file.said_at = mark.modified_s;
		source_set(&keys->file, set);
	}
	keys->file.good_ms = clock_mono_ms(&config->clock);
}

/* ---- the network ---- */

/* The keys that a fetch brought; `text` is copied. */
static bool take_set(struct config *config, struct key_set *set, const char *text, size_t len)
{
	struct keys *keys = &config->keys;
	char *copy = malloc(len + 1);

	if (copy == NULL) {
		key_set_unref(set);
		report(&config->reporter, SAY_ERROR, NULL, 0,
			"out of memory while keys were taken: those in force stay");
		return false;
	}
	memcpy(copy, text, len);
	copy[len] = '\0';
	free(keys->text);
	keys->text = copy;
	keys->len = len;
	source_set(&keys->fetched, set);
	return true;
}

static void report_fetch_failure(struct config *config)
{
	struct keys *keys = &config->keys;

	if (keys->fetch_errors == config->notes.errors)
		return;
	keys->fetch_errors = config->notes.errors;
	notes_report(&config->notes, &config->reporter);
	report(&config->reporter, SAY_WARNING, settings_of(config)->jwks_url, 0,
		"what was fetched is not taken: the keys in force stay until they are %lld s old",
		(long long)settings_of(config)->jwks_max_age);
}

bool keys_take(struct config *config, const char *text, size_t len)
{
	struct keys *keys = &config->keys;
	bool same = keys->text != NULL && keys->len == len && memcmp(keys->text, text, len) == 0;

	if (!same) {
		struct reporter noting = notes_begin(&config->notes);
		struct key_set *set =
			key_set_read(text, len, settings_of(config)->jwks_url, &noting);

		if (set == NULL) {
			report_fetch_failure(config);
			return false;
		}
		notes_report(&config->notes, &config->reporter);
		if (!take_set(config, set, text, len))
			return false;
	}
	keys->fetch_errors = 0;
	keys->fetched.good_ms = clock_mono_ms(&config->clock);
	keys->fetched.said_at = clock_wall(&config->clock);
	keys->was_fetched = keys->unstored = true;
	keys->unproven = false;
	return true;
}

void keys_store(struct config *config)
{
	struct keys *keys = &config->keys;
	const char *folder = config->boot->settings->state_directory;
	const struct stored_keys stored = { keys->text, keys->len, keys->fetched.said_at };

	if (!keys->unstored || config->options.check_only)
		return;
	keys->unstored = !keys_stored_save(folder, config->boot->settings->issuer, &stored,
		keys->store_told ? NULL : &config->reporter);
	keys->store_told = keys->unstored;
}

/* ---- the start ---- */

/*
 * Of a stored set, the age is by the wall clock: no other runs while the server does not. One that
 * lies ahead, or is too old, is not used; should the clock be set right later, it is then.
 */
static void prove_stored(struct config *config)
{
	struct key_source *fetched = &config->keys.fetched;
	int64_t age = clock_wall(&config->clock) - fetched->said_at;

	fetched->good_ms = FAR_PAST;
	config->keys.unproven = age < -CLOCK_SKEW || age > settings_of(config)->jwks_max_age;
	if (!config->keys.unproven)
		fetched->good_ms = clock_mono_ms(&config->clock) - (age > 0 ? age : 0) * 1000;
}

static void report_unproven(const struct config *config)
{
	int64_t age = clock_wall(&config->clock) - config->keys.fetched.said_at;

	report(&config->reporter, SAY_WARNING, settings_of(config)->jwks_url, 0,
		age > 0 ? "the key set that was stored is %lld s old, which is too much: it is not "
			  "used"
			: "the key set that was stored lies %lld s ahead: it is not used; is this "
			  "machine's clock right?",
		(long long)(age > 0 ? age : -age));
}

static void open_stored(struct config *config)
{
	struct keys *keys = &config->keys;
	const struct settings *settings = settings_of(config);
	struct stored_keys stored;
	struct key_set *set = NULL;
	enum stored kind;

	if (settings->jwks_url[0] == '\0' || config->options.check_only)
		return;
	kind = keys_stored_load(
		settings->state_directory, settings->issuer, &stored, &config->reporter);
	keys->was_fetched = kind != STORED_NONE;
	keys->fetched.said_at = stored.fetched_at;
	keys->fetched.good_ms = FAR_PAST;
	if (kind == STORED_GOOD)
		set = key_set_read(stored.text, stored.len, settings->jwks_url, &config->reporter);
	if (set != NULL && take_set(config, set, stored.text, stored.len)) {
		prove_stored(config);
		if (keys->unproven)
			report_unproven(config);
	}
	free(stored.text);
}

bool keys_open(struct config *config)
{
	struct keys *keys = &config->keys;
	const char *path = settings_of(config)->jwks_file;

	open_stored(config);
	if (path[0] == '\0')
		return true;
	keys->mark = file_mark_of(path);
	keys->file.set = read_file(path, &config->reporter);
	keys->file.said_at = keys->mark.modified_s;
	keys->file.good_ms = clock_mono_ms(&config->clock);
	if (keys->file.set != NULL)
		return true;
	settings_say(settings_of(config), &config->reporter, SAY_ERROR, SETTINGS_KEYS, "jwks_file",
		"put the ID service's JWK Set there, or write \"\" and name a jwks_url");
	return false;
}

/* ---- the choice ---- */

static bool is_of_use(const struct config *config, const struct key_source *source)
{
	return source->set != NULL && clock_mono_ms(&config->clock) - source->good_ms <=
					      settings_of(config)->jwks_max_age * 1000;
}

static const struct key_source *source_in_force(const struct config *config)
{
	const struct keys *keys = &config->keys;

	if (is_of_use(config, &keys->fetched))
		return &keys->fetched;
	if (keys->was_fetched && keys->file.said_at <= keys->fetched.said_at)
		return NULL;
	return is_of_use(config, &keys->file) ? &keys->file : NULL;
}

static enum keys_told told_of(const struct config *config, const struct key_source *source)
{
	const struct keys *keys = &config->keys;

	if (source == NULL)
		return keys->was_fetched || keys->file.set != NULL ? KEYS_TOO_OLD : KEYS_AWAITED;
	if (key_set_count(source->set) == 0)
		return KEYS_EMPTY;
	return age_s(config, source) >= settings_of(config)->jwks_max_age / 2 ? KEYS_HALF_AGED
									      : KEYS_FRESH;
}

static void report_source(
	const struct config *config, enum keys_told what, const struct key_source *source)
{
	const struct settings *settings = settings_of(config);
	const struct reporter *reporter = &config->reporter;
	const char *from = settings->jwks_url[0] != '\0' ? settings->jwks_url : settings->jwks_file;

	if (source != NULL)
		from = source == &config->keys.file ? settings->jwks_file : settings->jwks_url;
	switch (what) {
	case KEYS_UNTOLD:
		return;
	case KEYS_AWAITED:
		report(reporter, SAY_INFO, from, 0,
			"no answer is believed before the service's keys were fetched");
		return;
	case KEYS_FRESH:
		report(reporter, SAY_INFO, from, 0, "key set in force, keys: %zu",
			key_set_count(source->set));
		return;
	case KEYS_HALF_AGED:
		report(reporter, SAY_WARNING, from, 0,
			"nothing has vouched for the service's keys for %lld s; after %lld s no "
			"answer "
			"is believed: look why they cannot be had",
			(long long)age_s(config, source), (long long)settings->jwks_max_age);
		return;
	case KEYS_EMPTY:
		report(reporter, SAY_ERROR, from, 0,
			"this key set says that there is no usable key: it is in force, and no "
			"answer "
			"can be believed until there is another one");
		return;
	case KEYS_TOO_OLD:
		report(reporter, SAY_ERROR, from, 0,
			"there are no keys of the service that are known to be younger than %lld "
			"s: no "
			"answer is believed; see that they can be fetched, or write the newest "
			"ones "
			"to jwks_file",
			(long long)settings->jwks_max_age);
		return;
	}
}

struct key_set *keys_choose(struct config *config)
{
	struct keys *keys = &config->keys;
	const struct key_source *source;
	enum keys_told what;
	struct key_set *set;

	if (keys->unproven)
		prove_stored(config);
	source = source_in_force(config);
	set = source != NULL ? source->set : NULL;
	what = told_of(config, source);
	if (what != keys->told || set != keys->told_of)
		report_source(config, what, source);
	keys->told = what;
	keys->told_of = set;
	return set;
}

int64_t keys_good_ms(const struct config *config)
{
	const struct key_source *source = source_in_force(config);

	return source != NULL ? source->good_ms : -1;
}
