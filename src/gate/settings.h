/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * settings.h - migrantid.cfg (libconfig): one row of a table per setting. Immutable after
 * settings_load().
 */
#ifndef MIGRANTID_SETTINGS_H
#define MIGRANTID_SETTINGS_H

#include "base/conf.h"

/* Flat on purpose: groups of the file become prefixes. Strings belong to `config`. */
struct settings {
	config_t config; /* owns the strings */
	char *file; /* its path, for messages and for resolving relative paths */

	/* operator = { ... } */
	const char *operator_id; /* aud: this operator, as the service knows it */
	char *person_key_file; /* absolute */
	char *person_key_previous_file; /* "" if none */
	const char *time_zone; /* IANA name */
	bool allow_specimen;

	/* files */
	char *rules_file;
	char *messages_file;

	/* service = { ... } */
	const char *issuer; /* iss */
	struct conf_strings urls;
	bool round_robin;
	char *ca_file, *certificate_file, *key_file;
	int64_t question_timeout, attempt_timeout, connect_timeout; /* ms */
	int64_t max_in_flight, max_connections;
	int64_t breaker_failures, breaker_pause, breaker_pause_max; /* count, ms, ms */

	/* keys = { ... } */
	char *jwks_file; /* "" if none */
	const char *jwks_url; /* "" if none */
	int64_t jwks_refresh, jwks_min_interval, jwks_max_age; /* s */
	unsigned algorithms; /* bits of enum jws_algorithm */
	int64_t max_lifetime; /* s: bound of exp - iat */

	/* waiting = { ... } */
	int64_t wait; /* ms */
	int64_t max_waiting; /* workers; 0: a quarter of the server's */
	int64_t state_lifetime; /* s: how long a State of ours may be shown again */
	int64_t retry_after; /* s: told with pending */

	/* cache = { ... } */
	int64_t keep_yes, keep_no; /* s */
	int64_t memory_octets;
	const char *store; /* "none", "lmdb" */
	char *store_directory;
	int64_t store_octets;
};

/* The table, for migrantidctl and for the test that every setting is documented. */
struct settings_group {
	const char *name; /* "" for the top level */
	const struct conf_row *rows;
	size_t count;
};
extern const struct settings_group settings_groups[];
extern const size_t settings_group_count;

/*
 * Load and check a file. NULL after every error found was reported with file, line and what to do.
 * Relative paths in it are relative to the file's own directory. settings_free() it.
 */
MUST_CHECK struct settings *settings_load(const char *path, const struct reporter *reporter);
void settings_free(struct settings *settings); /* NULL is fine */

#endif
