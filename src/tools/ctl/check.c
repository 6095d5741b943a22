/* SPDX-License-Identifier: GPL-2.0-or-later */
/* check.c - everything that the settings name, looked at before the server does. */
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <openssl/crypto.h>

#include "base/clock.h"
#include "config/config.h"
#include "config/outage.h"
#include "tools/ctl/connect.h"
#include "tools/ctl/ctl.h"
#include "tools/ctl/files.h"
#include "tools/ctl/libraries.h"
#include "tools/ctl/redis_link.h"
#include "tools/ctl/site.h"
#include "tools/ctl/tls.h"

static void drop_operator_key(struct operator_key *key)
{
	OPENSSL_cleanse(key, sizeof(*key));
}

static void drop_messages(struct messages **messages)
{
	messages_free(*messages);
}

/* Whoever may write one of these decides who may buy a SIM. */
static void check_mode(const char *path, const struct reporter *reporter)
{
	struct stat seen;

	if (path[0] == '\0' || stat(path, &seen) != 0 || (seen.st_mode & S_IWOTH) == 0)
		return;
	report(reporter, SAY_WARNING, path, 0, "everybody may change it: chmod o-w %s", path);
}

static void check_modes(const struct settings *settings, const struct reporter *reporter)
{
	const char *const paths[] = { settings->file, settings->rules_file, settings->messages_file,
		settings->ca_file, settings->certificate_file, settings->jwks_file };

	for (size_t i = 0; i < ARRAY_LEN(paths); i++)
		check_mode(paths[i], reporter);
}

/* As shipped, citations say what the operator's lawyer has to put there. */
static void check_citations(
	const struct rule_set *rules, const char *path, const struct reporter *reporter)
{
	char ids[200] = "";
	size_t uncited = 0, used = 0;
	int line = 0;

	for (size_t i = 0; i < rules_count(rules); i++) {
		struct rule_info rule = rules_info(rules, i);

		if (!rule.enabled || strncmp(rule.citation, "CHANGE", strlen("CHANGE")) != 0)
			continue;
		if (uncited++ == 0)
			line = rule.line;
		if (used < sizeof(ids))
			used += (size_t)snprintf(ids + used, sizeof(ids) - used, "%s%s",
				uncited == 1 ? "" : ", ", rule.id);
	}
	if (uncited > 0)
		report(reporter, SAY_WARNING, path, line,
			"%zu enabled rules cite no act yet (%s): let the lawyer fill in their "
			"citations",
			uncited, ids);
}

static void check_rules(const struct settings *settings, int64_t now, struct output *out)
{
	struct rule_set *rules CLEANUP(drop_rules) =
		file_rules(settings->rules_file, &out->reporter);
	struct date today = files_date(settings, now);

	if (rules == NULL)
		return;
	rules_warn(rules, settings->rules_file, &today, &out->reporter);
	check_citations(rules, settings->rules_file, &out->reporter);
	output_member(out, "rules", json_integer((json_int_t)rules_count(rules)));
	output_member(out, "rules_digest", json_string(rules_digest(rules)));
	output_line(out, "rules: %zu, version %s", rules_count(rules), rules_digest(rules));
}

static void check_messages(const struct settings *settings, const struct reporter *reporter)
{
	struct messages *messages CLEANUP(drop_messages) =
		file_messages(settings->messages_file, reporter);

	(void)messages;
}

static void check_operator_keys(const struct settings *settings, const struct reporter *reporter)
{
	struct operator_key current CLEANUP(drop_operator_key) = { .len = 0 };
	struct operator_key previous CLEANUP(drop_operator_key) = { .len = 0 };
	const char *path = settings->person_key_previous_file;
	bool valid = file_operator_key(settings->person_key_file, &current, reporter);

	if (path[0] == '\0' || !file_operator_key(path, &previous, reporter) || !valid)
		return;
	if (current.len == previous.len &&
		CRYPTO_memcmp(current.bytes, previous.bytes, current.len) == 0)
		report(reporter, SAY_WARNING, path, 0,
			"is the same key as person_key_file: write "
			"person_key_previous_file = \"\"");
}

static void check_service_keys(const struct settings *settings, const struct output *out)
{
	bool readable;
	struct key_set *keys CLEANUP(drop_keys) =
		settings->jwks_file[0] == '\0'
			? NULL
			: files_keys(settings->jwks_file, &out->reporter, &readable);

	if (keys != NULL)
		files_warn_keys(keys, settings->jwks_file, settings->algorithms, &out->reporter);
}

static void drop_cards(struct card_policy **cards)
{
	card_policy_unref(*cards);
}

/* Issuers' keys, which the server needs to start, and status lists, which it does not. */
static void check_cards(
	const struct settings *settings, int64_t now, const struct reporter *reporter)
{
	struct card_policy *cards CLEANUP(drop_cards) =
		settings->credential_enabled ? files_cards(settings, now, reporter) : NULL;

	for (size_t i = 0; cards != NULL && i < cards->issuer_count; i++)
		if (cards->issuers[i].keys != NULL)
			files_warn_keys(cards->issuers[i].keys, settings->card_issuers[i].jwks_file,
				JWS_DEFAULT_ALGORITHMS, reporter);
}

static void check_folder(const struct settings *settings, const struct reporter *reporter)
{
	struct stat seen;

	if (stat(settings->store_directory, &seen) != 0 || !S_ISDIR(seen.st_mode))
		report(reporter, SAY_WARNING, settings->store_directory, 0,
			"is no folder: answers will not outlive a restart; make it, owned by the "
			"server's user, chmod 750");
	else if ((seen.st_mode & S_IRWXO) != 0)
		report(reporter, SAY_WARNING, settings->store_directory, 0,
			"is open to everybody: chmod o-rwx %s", settings->store_directory);
}

/* A server starts without Redis: what is an error to a verb that needs it is none here. */
static void say_as_warning(
	void *ctx, enum severity severity, const char *file, int line, const char *text)
{
	report(ctx, severity == SAY_ERROR ? SAY_WARNING : severity, file, line, "%s", text);
}

static void check_redis_answers(const struct settings *settings, const struct reporter *reporter)
{
	const struct reporter as_warning = { say_as_warning, (void *)(uintptr_t)reporter };
	struct redis_link link CLEANUP(redis_link_close) = { 0 };

	(void)!redis_link_open(&link, settings, &as_warning);
}

static void check_redis(
	const struct settings *settings, int64_t now, const struct reporter *reporter)
{
	const struct tls_files files = { settings->redis_ca_file, settings->redis_certificate_file,
		settings->redis_key_file };
	char password[SETTINGS_PASSWORD_MAX + 1];

	if (settings->redis_password_file[0] != '\0')
		(void)!file_password(settings->redis_password_file, password, reporter);
	OPENSSL_cleanse(password, sizeof(password));
	if (files.ca[0] != '\0')
		tls_check(&files, now, reporter);
	check_redis_answers(settings, reporter);
}

static void check_store(
	const struct settings *settings, int64_t now, const struct reporter *reporter)
{
	if (strcmp(settings->store, "disk") == 0)
		check_folder(settings, reporter);
	else if (strcmp(settings->store, "redis") == 0)
		check_redis(settings, now, reporter);
}

/* Somebody may have forgotten it. */
static void check_outage(
	const struct settings *settings, int64_t now, const struct reporter *reporter)
{
	char *path CLEANUP(drop_text) = outage_path(settings->state_directory);
	char until[OUTAGE_TIME_LEN + 1];
	struct outage outage;

	if (path == NULL || outage_load(path, &outage, reporter) != OUTAGE_READ ||
		!outage_in_force(&outage, now))
		return;
	outage_time(outage.until, until);
	report(reporter, SAY_WARNING, path, 0,
		"an outage of the service is announced until %s: nobody is asked; "
		"`migrantidctl outage end` ends it",
		until);
}

static void check_all(const struct settings *settings, struct output *out)
{
	int64_t now = clock_wall(&system_clock);
	const struct tls_files service = { settings->ca_file, settings->certificate_file,
		settings->key_file };

	check_modes(settings, &out->reporter);
	check_rules(settings, now, out);
	check_messages(settings, &out->reporter);
	check_operator_keys(settings, &out->reporter);
	check_service_keys(settings, out);
	check_cards(settings, now, &out->reporter);
	check_store(settings, now, &out->reporter);
	check_outage(settings, now, &out->reporter);
	tls_check(&service, now, &out->reporter);
	site_check(settings->file, &out->reporter);
}

static enum ctl_exit run(const struct args *args, struct output *out)
{
	const char *path = args->value[OPT_CONFIG] != NULL ? args->value[OPT_CONFIG] : FILES_CONFIG;
	struct settings *settings CLEANUP(drop_settings) = files_settings(args, out);

	output_fact(out, "settings", path);
	libraries_check(out);
	(void)!config_environment_is_safe(&out->reporter); /* an error is counted */
	if (settings == NULL && access(path, R_OK) != 0)
		return CTL_UNABLE;
	if (settings != NULL)
		check_all(settings, out);
	if (settings != NULL && args->value[OPT_CONNECT] != NULL)
		connect_check(settings, clock_wall(&system_clock), out);
	output_member(out, "errors", json_integer(out->errors));
	output_member(out, "warnings", json_integer(out->warnings));
	output_line(out, "errors: %u, warnings: %u", out->errors, out->warnings);
	return out->errors == 0 ? CTL_FINE : CTL_NO;
}

const struct verb verb_check = {
	.name = "check",
	.takes = TAKES(OPT_CONFIG) | TAKES(OPT_CONNECT),
	.summary = "look at the settings and every file they name",
	.details =
		"Reads the settings and all they name, as the server would, and says what is\n"
		"wrong with file, line and what to do: errors, which would stop the server's\n"
		"start or the questions, and warnings: rules that are over or can never be\n"
		"reached, files that everybody may read or change, certificates that expire\n"
		"within 30 days, a Redis that does not answer, a shop's secret as shipped. With\n"
		"--connect it also tries each address of the service, over TLS with the\n"
		"certificates that are named, and the key set's.\n"
		"Nobody is asked about, and nothing is changed. Exit code 0 if there is no\n"
		"error.",
	.run = run,
};
