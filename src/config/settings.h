/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * settings.h - migrantid.cfg (libconfig): one row of a table per setting. Immutable after
 * settings_load().
 */
#ifndef MIGRANTID_SETTINGS_H
#define MIGRANTID_SETTINGS_H

#include "answer/card_policy.h"
#include "base/conf.h"
#include "base/redis_address.h"

#define SETTINGS_URLS_MAX 8 /* addresses of the ID service */

/* The groups of the file, as in settings_groups[]. */
enum settings_section {
	SETTINGS_TOP,
	SETTINGS_OPERATOR,
	SETTINGS_SERVICE,
	SETTINGS_KEYS,
	SETTINGS_WAITING,
	SETTINGS_CACHE,
	SETTINGS_CREDENTIAL,
	SETTINGS_REPLY,
	SETTINGS_LOG,
	SETTINGS_STATS,
	SETTINGS_GROUPS,
};

/* Flat on purpose: members are named as the settings. Strings belong to `config`. */
struct settings {
	config_t config; /* owns the strings */
	char *file; /* its absolute path, for messages and for resolving relative paths */
	config_setting_t *groups[SETTINGS_GROUPS]; /* for lines in messages */

	/* top level; files are absolute paths, here and below */
	const char *rules_file;
	const char *messages_file;
	const char *state_directory; /* what the server itself keeps between starts */

	/* operator = { ... } */
	const char *operator_id; /* aud: this operator, as the service knows it; written `id` */
	const char *person_key_file;
	const char *person_key_previous_file; /* "" if none */
	const char *time_zone; /* "UTC" or Area/City of the IANA database */
	bool allow_specimen;

	/* service = { ... } */
	const char *issuer; /* iss */
	struct conf_strings urls; /* 1 to SETTINGS_URLS_MAX; https, without a final '/' */
	bool round_robin;
	const char *ca_file, *certificate_file, *key_file;
	struct conf_strings form_names; /* the setting `forms` */
	unsigned forms; /* the same as bits 1 << enum subject_form, never 0 */
	int64_t question_timeout, attempt_timeout, connect_timeout; /* ms */
	int64_t max_in_flight, max_in_flight_per_client, max_connections;
	int64_t breaker_failures, breaker_pause, breaker_pause_max; /* count, ms, ms */

	/* keys = { ... } */
	const char *jwks_file; /* "" if none */
	const char *jwks_url; /* "" if none */
	int64_t jwks_refresh, jwks_min_interval, jwks_max_age; /* s */
	struct conf_strings algorithm_names; /* the setting `algorithms` */
	unsigned algorithms; /* the same as bits of enum jws_algorithm, never 0 */
	int64_t max_lifetime; /* s: bound of exp - iat */

	/* waiting = { ... } */
	int64_t wait; /* ms */
	int64_t max_waiting; /* workers; 0: a quarter of the server's */
	int64_t state_lifetime; /* s: how long a State of ours may be shown again */
	int64_t retry_after; /* s: told with pending */

	/* cache = { ... } */
	int64_t keep_yes, keep_no; /* s */
	int64_t memory_octets;
	const char *store; /* "none", "disk", "redis" */
	const char *store_directory;
	int64_t store_octets;
	const char *redis_address;
	struct conf_strings redis_sentinels; /* none: redis_address is the master's */
	const char *redis_master, *redis_user;
	const char *redis_password_file; /* "" if none */
	const char *redis_ca_file; /* "": no TLS */
	const char *redis_certificate_file, *redis_key_file, *redis_tls_name; /* "" if none */
	const char *redis_prefix;
	int64_t redis_timeout; /* ms */

	/* credential = { ... } */
	bool credential_enabled; /* written `enabled` */
	bool credential_decides; /* written `decides` */
	bool bearer_exemptions, printed, status_required;
	config_setting_t *issuers;
	struct {
		const char *issuer, *jwks_file;
	} card_issuers[CARD_ISSUERS_MAX]; /* of `issuers` */
	size_t card_issuer_count;
	const char *typ, *vct;
	int64_t max_validity; /* s: bound of a card's exp - iat */
	const char *status_directory; /* "" if none */

	/* reply = { ... } */
	bool reply_source; /* replies carry MigrantID-Source and MigrantID-Valid-Until */

	/* log = { ... } */
	const char *log_decisions; /* "server", "file" */
	const char *log_file; /* JSON lines, for "file"; written `file` */

	/* stats = { ... } */
	const char
		*stats_directory; /* where figures are written, "": nowhere; written `directory` */
};

/* The table, for migrantidctl and for the test that every setting is documented. */
struct settings_group {
	const char *name; /* "" for the top level */
	const struct conf_row *rows;
	size_t count;
};
extern const struct settings_group settings_groups[SETTINGS_GROUPS];

#define SETTINGS_PASSWORD_MAX 255
#define SETTINGS_FILE_MAX ((size_t)1024 * 1024) /* octets */

/*
 * Load and check a file. NULL after every error found was reported with file, line and what to do.
 * Relative paths in it are relative to the file's own directory. settings_free() it. Looks whether
 * the files named can be read, but for jwks_file, which may be gone for a time while the server
 * runs, and warns of keys that everybody may read. Thread-safe.
 */
MUST_CHECK struct settings *settings_load(const char *path, const struct reporter *reporter);
void settings_free(struct settings *settings); /* NULL is fine */

/* One message about one setting, at its line: "name: ..." */
void settings_say(const struct settings *settings, const struct reporter *reporter,
	enum severity severity, enum settings_section section, const char *name, const char *format,
	...) __attribute__((format(printf, 6, 7)));

/* Where Redis is and how to get in, without the password; borrowed from the settings. */
struct redis_config settings_redis(const struct settings *settings);

/*
 * Warn of each setting that differs between what was in force at the start and what a reload
 * brought, and that takes effect only with a restart (conf_row.live is false).
 */
void settings_warn_restart(
	const struct settings *boot, const struct settings *fresh, const struct reporter *reporter);

#endif
