/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "config/settings_check.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <curl/curl.h>

#include "answer/answer.h"
#include "answer/jwks.h"
#include "config/time_zone.h"

#define AT(member) offsetof(struct settings, member)

struct check {
	struct settings *settings;
	const struct reporter *reporter;
	bool valid;
};

#define say(check, severity, section, name, ...)                                                   \
	settings_say((check)->settings, (check)->reporter, severity, section, name, __VA_ARGS__)

/* ---- files ---- */

static const struct named_file {
	enum settings_section section;
	const char *name;
	size_t offset;
	bool read; /* else it is only made absolute */
	bool secret;
	const char *to_make; /* what to do if it is not there */
} named_files[] = {
	{ SETTINGS_TOP, "rules_file", AT(rules_file), true, false,
		"begin with a copy of the rules.cfg that came with the package" },
	{ SETTINGS_TOP, "messages_file", AT(messages_file), true, false,
		"begin with a copy of the messages.cfg that came with the package" },
	{ SETTINGS_OPERATOR, "person_key_file", AT(person_key_file), true, true,
		"make one with: openssl rand -hex 32 > FILE, and keep a copy in a safe" },
	{ SETTINGS_OPERATOR, "person_key_previous_file", AT(person_key_previous_file), true, true,
		"put the old key there, or write \"\" once the change is over" },
	{ SETTINGS_SERVICE, "ca_file", AT(ca_file), true, false,
		"put the PEM of the ID service's certificate authority there" },
	{ SETTINGS_SERVICE, "certificate_file", AT(certificate_file), true, false,
		"put the PEM of the certificate there that the ID service gave you" },
	{ SETTINGS_SERVICE, "key_file", AT(key_file), true, true,
		"put the PEM of the private key of certificate_file there" },
	/* Read with the keys: one that is gone while the server runs spoils no reload. */
	{ SETTINGS_KEYS, "jwks_file", AT(jwks_file), false, false, "" },
	{ SETTINGS_TOP, "state_directory", AT(state_directory), false, false, "" },
	{ SETTINGS_CACHE, "store_directory", AT(store_directory), false, false, "" },
	{ SETTINGS_LOG, "file", AT(log_file), false, false, "" },
	{ SETTINGS_STATS, "directory", AT(stats_directory), false, false, "" },
	{ SETTINGS_CREDENTIAL, "status_directory", AT(status_directory), false, false, "" },
	{ SETTINGS_CACHE, "redis_password_file", AT(redis_password_file), true, true,
		"put the password of the Redis user there, or write \"\" if it needs none" },
	{ SETTINGS_CACHE, "redis_ca_file", AT(redis_ca_file), true, false,
		"put the PEM of the certificate authority of Redis there, or write \"\"" },
	{ SETTINGS_CACHE, "redis_certificate_file", AT(redis_certificate_file), true, false,
		"put the PEM of the certificate there that Redis is shown, or write \"\"" },
	{ SETTINGS_CACHE, "redis_key_file", AT(redis_key_file), true, true,
		"put the PEM of the private key of redis_certificate_file there" },
};

static const char **text_at(struct settings *settings, size_t offset)
{
	return (const char **)(void *)((char *)settings + offset);
}

bool settings_make_absolute(const struct settings *settings, config_setting_t *group,
	const char *name, const char **path)
{
	config_setting_t *member = config_setting_get_member(group, name);
	int folder_len = (int)(strrchr(settings->file, '/') - settings->file);
	CLEANUP(free_text) char *absolute = NULL;

	if ((*path)[0] == '\0' || (*path)[0] == '/')
		return true;
	if (asprintf(&absolute, "%.*s/%s", folder_len, settings->file, *path) < 0)
		absolute = NULL;
	if (absolute == NULL || config_setting_set_string(member, absolute) != CONFIG_TRUE)
		return false;
	*path = config_setting_get_string(member);
	return true;
}

static bool make_absolute(const struct check *check, const struct named_file *file)
{
	struct settings *settings = check->settings;

	if (settings_make_absolute(settings, settings->groups[file->section], file->name,
		    text_at(settings, file->offset)))
		return true;
	say(check, SAY_ERROR, file->section, file->name, "out of memory");
	return false;
}

static bool check_readable(
	const struct check *check, const struct named_file *file, const char *path)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
	int error = errno;
	const char *reason;
	struct stat seen;

	if (fd < 0) {
		reason = strerrordesc_np(error);
		say(check, SAY_ERROR, file->section, file->name, "%s cannot be read: %s: %s", path,
			reason != NULL ? reason : "unknown error",
			error == EACCES ? "let the server's group read it (chgrp, chmod 640)"
					: file->to_make);
		return false;
	}
	error = fstat(fd, &seen);
	(void)close(fd);
	if (error != 0 || !S_ISREG(seen.st_mode)) {
		say(check, SAY_ERROR, file->section, file->name, "%s is not a regular file", path);
		return false;
	}
	if (file->secret && (seen.st_mode & S_IRWXO) != 0)
		say(check, SAY_WARNING, file->section, file->name,
			"%s is a secret and open to everybody: chmod 640 %s", path, path);
	return true;
}

static void check_files(struct check *check)
{
	for (size_t i = 0; i < ARRAY_LEN(named_files); i++) {
		const struct named_file *file = &named_files[i];
		bool good = make_absolute(check, file);
		const char *path = *text_at(check->settings, file->offset);

		if (good && file->read && path[0] != '\0')
			good = check_readable(check, file, path);
		check->valid &= good;
	}
}

/* ---- addresses ---- */

static bool has_part(CURLU *url, CURLUPart part)
{
	char *text = NULL;
	bool has = curl_url_get(url, part, &text, 0) == CURLUE_OK;

	curl_free(text);
	return has;
}

static bool is_https(CURLU *url)
{
	char *scheme = NULL;
	bool is = curl_url_get(url, CURLUPART_SCHEME, &scheme, 0) == CURLUE_OK &&
		  strcmp(scheme, "https") == 0;

	curl_free(scheme);
	return is;
}

/* What is wrong with an address and what to do; NULL if nothing is. */
static const char *fault_of_url(const char *text, bool is_base)
{
	const char *fault = NULL;
	CURLU *url = curl_url();

	if (url == NULL)
		fault = "out of memory";
	else if (curl_url_set(url, CURLUPART_URL, text, CURLU_NON_SUPPORT_SCHEME) != CURLUE_OK)
		fault = "is no address: write it as https://host:port";
	else if (!is_https(url))
		fault = "must begin with https://";
	else if (has_part(url, CURLUPART_USER) || has_part(url, CURLUPART_PASSWORD))
		fault = "must not hold a user or password: the client certificate says who asks";
	else if (has_part(url, CURLUPART_FRAGMENT))
		fault = "must not hold a '#'";
	else if (is_base && has_part(url, CURLUPART_QUERY))
		fault = "must not hold a '?': the path of the contract is put behind it";
	else if (is_base && text[strlen(text) - 1] == '/')
		fault = "must not end in '/': the path of the contract is put behind it";
	curl_url_cleanup(url);
	return fault;
}

static bool is_repeated(const struct conf_strings *urls, size_t index)
{
	for (size_t i = 0; i < index; i++)
		if (strcmp(conf_string_at(urls, i), conf_string_at(urls, index)) == 0)
			return true;
	return false;
}

static void check_urls(struct check *check)
{
	const struct settings *settings = check->settings;
	const char *fault;

	for (size_t i = 0; i < settings->urls.count; i++) {
		fault = fault_of_url(conf_string_at(&settings->urls, i), true);
		if (fault == NULL && is_repeated(&settings->urls, i))
			fault = "is there twice: leave one out";
		if (fault == NULL)
			continue;
		say(check, SAY_ERROR, SETTINGS_SERVICE, "urls", "address %zu %s", i + 1, fault);
		check->valid = false;
	}
	fault = settings->jwks_url[0] == '\0' ? NULL : fault_of_url(settings->jwks_url, false);
	if (fault != NULL) {
		say(check, SAY_ERROR, SETTINGS_KEYS, "jwks_url", "the address %s", fault);
		check->valid = false;
	}
}

/* ---- algorithms, forms, zone, store ---- */

static void check_algorithms(struct check *check)
{
	struct settings *settings = check->settings;
	const struct conf_strings *names = &settings->algorithm_names;

	if (names->setting == NULL) {
		settings->algorithms = JWS_DEFAULT_ALGORITHMS;
		return;
	}
	for (size_t i = 0; i < names->count; i++) {
		enum jws_algorithm algorithm = jws_algorithm_of_name(conf_string_at(names, i));

		settings->algorithms |= (unsigned)algorithm;
		if (algorithm != JWS_NO_ALGORITHM)
			continue;
		say(check, SAY_ERROR, SETTINGS_KEYS, "algorithms",
			"'%.40s' is not taken: ES256, PS256, Ed25519 and RS256 are",
			conf_string_at(names, i));
		check->valid = false;
	}
	if (names->count == 0) {
		say(check, SAY_ERROR, SETTINGS_KEYS, "algorithms",
			"must name one at least, or leave the setting out");
		check->valid = false;
	}
}

static void check_forms(struct check *check)
{
	struct settings *settings = check->settings;
	const struct conf_strings *names = &settings->form_names;
	enum subject_form form;

	if (names->setting == NULL) {
		settings->forms = (1u << SUBJECT_FORMS) - 1;
		return;
	}
	for (size_t i = 0; i < names->count; i++) {
		if (subject_form_of_name(conf_string_at(names, i), &form)) {
			settings->forms |= 1u << form;
			continue;
		}
		say(check, SAY_ERROR, SETTINGS_SERVICE, "forms",
			"'%.40s' is no form of question: document, token and token+document are",
			conf_string_at(names, i));
		check->valid = false;
	}
	if (names->count == 0) {
		say(check, SAY_ERROR, SETTINGS_SERVICE, "forms",
			"must name one at least, or leave the setting out");
		check->valid = false;
	}
}

static void check_time_zone(struct check *check)
{
	const char *name = check->settings->time_zone;
	const char *successor = time_zone_successor(name);

	if (name[0] == '\0')
		return;
	if (!time_zone_is_known(name)) {
		say(check, SAY_ERROR, SETTINGS_OPERATOR, "time_zone",
			"'%s' is no IANA name of a time zone that is known here: write %s%s", name,
			successor != NULL ? successor : "one such as Europe/Moscow",
			successor != NULL ? "" : ", and see that the package tzdata is installed");
		check->valid = false;
	} else if (successor != NULL) {
		say(check, SAY_WARNING, SETTINGS_OPERATOR, "time_zone",
			"'%s' is a name of old, which Debian 13 no longer knows: write %s", name,
			successor);
	}
}

static void check_store(struct check *check)
{
	const struct settings *settings = check->settings;

	if (settings->state_directory[0] == '\0') {
		say(check, SAY_ERROR, SETTINGS_TOP, "state_directory",
			"must name a folder that the server's user can write");
		check->valid = false;
	}

	if (strcmp(settings->store, "redis") == 0)
		check->valid &= settings_check_redis(settings, check->reporter);
	else if (strcmp(settings->store, "disk") == 0 && settings->store_directory[0] == '\0') {
		say(check, SAY_ERROR, SETTINGS_CACHE, "store_directory",
			"must name a folder, or write store = \"none\";");
		check->valid = false;
	} else if (strcmp(settings->store, "lmdb") == 0) {
		say(check, SAY_ERROR, SETTINGS_CACHE, "store",
			"\"lmdb\" is no longer made: write \"disk\", which takes its place, and "
			"delete answers.mdb and answers.mdb-lock in store_directory");
		check->valid = false;
	} else if (strcmp(settings->store, "disk") != 0 && strcmp(settings->store, "none") != 0) {
		say(check, SAY_ERROR, SETTINGS_CACHE, "store",
			"'%s' is no kind of store: write \"disk\", \"redis\" or \"none\"",
			settings->store);
		check->valid = false;
	}
}

/* ---- settings that bound one another ---- */

static const struct {
	enum settings_section section;
	const char *shorter, *longer, *unit;
	size_t shorter_at, longer_at;
} bounds[] = {
	{ SETTINGS_SERVICE, "attempt_timeout", "question_timeout", "ms", AT(attempt_timeout),
		AT(question_timeout) },
	{ SETTINGS_SERVICE, "connect_timeout", "attempt_timeout", "ms", AT(connect_timeout),
		AT(attempt_timeout) },
	{ SETTINGS_SERVICE, "breaker_pause", "breaker_pause_max", "ms", AT(breaker_pause),
		AT(breaker_pause_max) },
	{ SETTINGS_KEYS, "jwks_min_interval", "jwks_refresh", "s", AT(jwks_min_interval),
		AT(jwks_refresh) },
	{ SETTINGS_KEYS, "jwks_refresh", "jwks_max_age", "s", AT(jwks_refresh), AT(jwks_max_age) },
};

static int64_t number_at(const struct settings *settings, size_t offset)
{
	return *(const int64_t *)(const void *)((const char *)settings + offset);
}

static void check_bounds(struct check *check)
{
	for (size_t i = 0; i < ARRAY_LEN(bounds); i++) {
		int64_t shorter = number_at(check->settings, bounds[i].shorter_at);
		int64_t longer = number_at(check->settings, bounds[i].longer_at);

		if (shorter <= longer)
			continue;
		say(check, SAY_ERROR, bounds[i].section, bounds[i].shorter,
			"%" PRId64 " %s is longer than %s, which is %" PRId64 " %s: change one",
			shorter, bounds[i].unit, bounds[i].longer, longer, bounds[i].unit);
		check->valid = false;
	}
}

static void check_key_sources(struct check *check)
{
	const struct settings *settings = check->settings;

	if (settings->jwks_file[0] != '\0' || settings->jwks_url[0] != '\0')
		return;
	say(check, SAY_ERROR, SETTINGS_KEYS, "jwks_file",
		"without the ID service's keys no answer can be believed: name a jwks_file, a "
		"jwks_url or both");
	check->valid = false;
}

bool settings_check_each(struct settings *settings, const struct reporter *reporter)
{
	struct check check = { settings, reporter, true };

	check_files(&check);
	check_urls(&check);
	check_algorithms(&check);
	check_forms(&check);
	check_time_zone(&check);
	check_store(&check);
	check.valid &= settings_check_log(settings, reporter);
	check.valid &= settings_check_cards(settings, reporter);
	return check.valid;
}

bool settings_check_together(struct settings *settings, const struct reporter *reporter)
{
	struct check check = { settings, reporter, true };

	check_key_sources(&check);
	check_bounds(&check);
	return check.valid;
}
