/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include <openssl/crypto.h>

#include "config/config_internal.h"
#include "config/files.h"

#define WAIT_MARGIN_MS 500 /* for all else that a request takes */

/* A snapshot, and what it keeps alive. */
struct held {
	struct snapshot snapshot; /* first: one is the other's address */
	struct loaded *loaded;
};

const char *loaded_path(const struct settings *settings, enum watched which)
{
	const char *const paths[WATCHED] = {
		[WATCH_SETTINGS] = settings->file,
		[WATCH_RULES] = settings->rules_file,
		[WATCH_MESSAGES] = settings->messages_file,
		[WATCH_PERSON_KEY] = settings->person_key_file,
		[WATCH_PREVIOUS_KEY] = settings->person_key_previous_file,
		[WATCH_CA] = settings->ca_file,
		[WATCH_CERTIFICATE] = settings->certificate_file,
		[WATCH_KEY] = settings->key_file,
		[WATCH_REDIS_PASSWORD] = settings->redis_password_file,
		[WATCH_REDIS_CA] = settings->redis_ca_file,
		[WATCH_REDIS_CERTIFICATE] = settings->redis_certificate_file,
		[WATCH_REDIS_KEY] = settings->redis_key_file,
	};

	return paths[which];
}

static void loaded_free(struct loaded *loaded)
{
	if (loaded->zone != NULL)
		g_time_zone_unref(loaded->zone);
	tls_material_unref(loaded->redis_tls);
	tls_material_unref(loaded->service_tls);
	messages_free(loaded->messages);
	rules_free(loaded->rules);
	settings_free(loaded->settings);
	OPENSSL_cleanse(loaded, sizeof(*loaded));
	free(loaded);
}

void loaded_unref(struct loaded *loaded)
{
	if (loaded != NULL &&
		atomic_fetch_sub_explicit(&loaded->references, 1, memory_order_acq_rel) == 1)
		loaded_free(loaded);
}

/* Of equal material the older one, so that who compares pointers sees no change either. */
static struct tls_material *older(struct tls_material *fresh, struct tls_material *before)
{
	if (fresh == NULL || before == NULL ||
		memcmp(fresh->digest, before->digest, sizeof(fresh->digest)) != 0)
		return fresh;
	tls_material_unref(fresh);
	return tls_material_ref(before);
}

static bool load_service_tls(struct loaded *loaded, const struct loaded *before, int64_t now,
	const struct reporter *reporter)
{
	const struct settings *settings = loaded->settings;
	struct tls_material *fresh = tls_material_load(
		settings->ca_file, settings->certificate_file, settings->key_file, now, reporter);

	loaded->service_tls = older(fresh, before != NULL ? before->service_tls : NULL);
	return fresh != NULL;
}

static bool load_redis(struct loaded *loaded, const struct loaded *before, int64_t now,
	const struct reporter *reporter)
{
	const struct settings *settings = loaded->settings;
	struct tls_material *fresh;
	bool good = true;

	if (strcmp(settings->store, "redis") != 0)
		return true;
	if (settings->redis_password_file[0] != '\0')
		good = file_password(
			settings->redis_password_file, loaded->redis_password, reporter);
	if (settings->redis_ca_file[0] == '\0')
		return good;
	fresh = tls_material_load(settings->redis_ca_file, settings->redis_certificate_file,
		settings->redis_key_file, now, reporter);
	loaded->redis_tls = older(fresh, before != NULL ? before->redis_tls : NULL);
	return fresh != NULL && good;
}

static bool load_person_keys(struct loaded *loaded, const struct reporter *reporter)
{
	const struct settings *settings = loaded->settings;
	bool good = file_operator_key(settings->person_key_file, &loaded->person_key, reporter);

	if (settings->person_key_previous_file[0] != '\0')
		good &= file_operator_key(
			settings->person_key_previous_file, &loaded->previous_person_key, reporter);
	return good;
}

static bool load_rules(struct loaded *loaded, int64_t now, const struct reporter *reporter)
{
	const struct settings *settings = loaded->settings;
	struct snapshot zoned = { .zone = g_time_zone_new_identifier(settings->time_zone) };
	struct date today;

	loaded->zone = zoned.zone;
	if (loaded->zone == NULL)
		report(reporter, SAY_ERROR, settings->file, 0,
			"the time zone '%s' can no longer be read", settings->time_zone);
	loaded->rules = file_rules(settings->rules_file, reporter);
	if (loaded->zone == NULL || loaded->rules == NULL)
		return false;
	today = snapshot_today(&zoned, now);
	rules_warn(loaded->rules, settings->rules_file, &today, reporter);
	return true;
}

/* Every file is read even if another one is bad: one run names every error. */
static bool load_all(struct loaded *loaded, const struct loaded *before, int64_t now,
	const struct reporter *reporter)
{
	const struct settings *settings = loaded->settings;
	bool good;

	for (enum watched which = WATCH_RULES; which < WATCHED; which++)
		loaded->marks[which] = file_mark_of(loaded_path(settings, which));
	good = load_rules(loaded, now, reporter);
	loaded->messages = file_messages(settings->messages_file, reporter);
	good &= loaded->messages != NULL;
	good &= load_person_keys(loaded, reporter);
	good &= load_service_tls(loaded, before, now, reporter);
	good &= load_redis(loaded, before, now, reporter);
	return good;
}

/* A request that takes longer is dropped by the server, without any reply. */
static bool wait_fits(
	const struct settings *settings, int64_t request_ms, const struct reporter *reporter)
{
	if (request_ms <= 0 || settings->wait <= request_ms - WAIT_MARGIN_MS)
		return true;
	settings_say(settings, reporter, SAY_ERROR, SETTINGS_WAITING, "wait",
		"%lld ms is too long beside the server's max_request_time (%lld s), behind which "
		"there is no reply at all: write %lld or less, or raise max_request_time in "
		"radiusd.conf",
		(long long)settings->wait, (long long)request_ms / 1000,
		(long long)(request_ms - WAIT_MARGIN_MS));
	return false;
}

struct loaded *loaded_load(const char *settings_file, const struct loaded *before,
	int64_t request_ms, int64_t now, const struct reporter *reporter)
{
	struct loaded *loaded = calloc(1, sizeof(*loaded));

	if (loaded == NULL) {
		report(reporter, SAY_ERROR, settings_file, 0, "out of memory");
		return NULL;
	}
	atomic_init(&loaded->references, 1);
	loaded->marks[WATCH_SETTINGS] = file_mark_of(settings_file);
	loaded->settings = settings_load(settings_file, reporter);
	if (loaded->settings != NULL) {
		bool fits = wait_fits(loaded->settings, request_ms, reporter);

		if (load_all(loaded, before, now, reporter) && fits)
			return loaded;
	}
	loaded_free(loaded);
	return NULL;
}

static struct answer_policy *policy_of(
	const struct settings *settings, const char *trusted_issuer, struct key_set *keys)
{
	/* Copied: the casts take away what answer_policy_new() does not use. */
	union {
		const char *is;
		char *as;
	} issuer = { trusted_issuer }, audience = { settings->operator_id };
	const struct answer_policy values = {
		.keys = keys,
		.issuer = issuer.as,
		.audience = audience.as,
		.algorithms = settings->algorithms,
		.max_lifetime = settings->max_lifetime,
		.keep_yes = settings->keep_yes,
		.keep_no = settings->keep_no,
		.keep_own_yes = settings->state_lifetime,
	};

	return answer_policy_new(&values);
}

struct snapshot *snapshot_make(struct loaded *loaded, const char *issuer, struct key_set *keys,
	struct card_policy *cards, const struct outage *outage, uint64_t number)
{
	struct held *held = calloc(1, sizeof(*held));
	struct answer_policy *policy =
		held == NULL ? NULL : policy_of(loaded->settings, issuer, keys);

	if (policy == NULL) {
		free(held);
		return NULL;
	}
	atomic_fetch_add_explicit(&loaded->references, 1, memory_order_relaxed);
	held->loaded = loaded;
	held->snapshot = (struct snapshot){
		.number = number,
		.settings = loaded->settings,
		.rules = loaded->rules,
		.messages = loaded->messages,
		.policy = policy,
		.cards = cards != NULL ? card_policy_ref(cards) : NULL,
		.service_tls = loaded->service_tls,
		.redis_tls = loaded->redis_tls,
		.person_key = loaded->person_key,
		.previous_person_key = loaded->previous_person_key,
		.zone = loaded->zone,
		.outage = *outage,
	};
	memcpy(held->snapshot.redis_password, loaded->redis_password,
		sizeof(loaded->redis_password));
	atomic_init(&held->snapshot.references, 1);
	return &held->snapshot;
}

struct snapshot *snapshot_ref(struct snapshot *snapshot)
{
	atomic_fetch_add_explicit(&snapshot->references, 1, memory_order_relaxed);
	return snapshot;
}

const struct loaded *snapshot_loaded(const struct snapshot *snapshot)
{
	return ((const struct held *)snapshot)->loaded;
}

void config_release(struct snapshot *snapshot)
{
	struct held *held = (struct held *)snapshot;

	if (snapshot == NULL ||
		atomic_fetch_sub_explicit(&snapshot->references, 1, memory_order_acq_rel) != 1)
		return;
	answer_policy_unref(snapshot->policy);
	card_policy_unref(snapshot->cards);
	loaded_unref(held->loaded);
	OPENSSL_cleanse(held, sizeof(*held));
	free(held);
}

/* As its clocks show it: the seconds that would be there in UTC. */
static int64_t local(const struct snapshot *snapshot, int64_t time)
{
	gint interval = g_time_zone_find_interval(snapshot->zone, G_TIME_TYPE_UNIVERSAL, time);

	return time + g_time_zone_get_offset(snapshot->zone, interval);
}

struct date snapshot_today(const struct snapshot *snapshot, int64_t now)
{
	return date_of_seconds(local(snapshot, now));
}

void snapshot_time(const struct snapshot *snapshot, int64_t time, char out[SNAPSHOT_TIME_LEN + 1])
{
	time_t seconds = (time_t)local(snapshot, time);
	struct tm parts;

	if (gmtime_r(&seconds, &parts) == NULL ||
		strftime(out, SNAPSHOT_TIME_LEN + 1, "%Y-%m-%d %H:%M", &parts) == 0)
		out[0] = '\0';
}
