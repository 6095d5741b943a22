/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * config.h - the configuration as one thing: settings, rules, messages, keys, certificates, time
 * zone are loaded whole, checked whole and swapped whole. A watcher in a thread of its own does it,
 * and after config_open() nobody else opens a file of the configuration. Knows no network.
 *
 * A load that fails changes nothing, is told once and tried again every second until it succeeds.
 * The service's keys go their own way: a new set takes effect though other files have errors, and
 * keys whose file is gone or that cannot be fetched are in force for keys.jwks_max_age more. An
 * announced outage (outage.h) goes its own way, too.
 *
 * Locking: config->mutex guards the pointer to the snapshot in force and the offered key set; it is
 * held to copy a pointer and count a reference. A snapshot is immutable.
 */
#ifndef MIGRANTID_CONFIG_H
#define MIGRANTID_CONFIG_H

#include <stdatomic.h>

#include <glib.h>

#include "answer/answer_policy.h"
#include "answer/card_policy.h"
#include "base/base.h"
#include "base/clock.h"
#include "base/report.h"
#include "base/tls_material.h"
#include "config/messages.h"
#include "config/outage.h"
#include "config/settings.h"
#include "person/date.h"
#include "person/person_key.h"
#include "rules/rules.h"

/*
 * One version of all that a reload may change. Immutable but for the count. Of settings that are
 * not live (conf_row.live), those of snapshot number 1 are in force; a reload that brings others
 * says so.
 */
struct snapshot {
	atomic_uint references;
	uint64_t number; /* 1 is the start's */
	const struct settings *settings;
	const struct rule_set *rules;
	const struct messages *messages;
	struct answer_policy *policy; /* the keys in force among them */
	struct card_policy *cards; /* NULL: no digital ID card counts */
	struct tls_material *service_tls;
	struct tls_material *redis_tls; /* NULL: no TLS to Redis */
	struct operator_key person_key, previous_person_key; /* previous: len 0: none */
	char redis_password[SETTINGS_PASSWORD_MAX + 1]; /* "": none */
	GTimeZone *zone;
	struct outage outage; /* as announced: whether it is in force, the time says */
};

struct config_options {
	const char *settings_file; /* borrowed until config_close() */
	bool check_only; /* load and check all once; no thread, nothing is written */
	int64_t request_ms; /* how long a request of the server may take; 0: unknown */
	struct clock clock;
	struct reporter reporter;
};

struct config; /* opaque */

/* Load and check all, start the watcher. NULL after every error was reported. */
MUST_CHECK struct config *config_open(const struct config_options *options);

/* The snapshot in force, with a reference of the caller's: never NULL. Any thread, no wait. */
struct snapshot *config_acquire(struct config *config);
void config_release(struct snapshot *snapshot); /* NULL is fine */

/* Is an announced outage in force? Seconds for Retry-After, 0: none is. Any thread, no wait. */
unsigned config_outage(struct config *config, int64_t now);

/*
 * One hook, called with the snapshot in force: at once by this function, then by the watcher after
 * each swap. Calls never overlap and none is with an older snapshot than the one before; the same
 * may come twice. NULL clears it and returns when no call is under way. A hook may call
 * config_acquire() and config_offer_keys(), but neither config_on_*() nor config_close(); `now` is
 * borrowed.
 */
void config_on_swap(
	struct config *config, void (*swapped)(void *ctx, struct snapshot *now), void *ctx);

/* How the configuration in force came about. */
#define CONFIG_ERROR_MAX 255
struct config_health {
	int64_t loaded_at; /* seconds since 1970: the last load that was taken */
	uint64_t taken, refused; /* reloads; one that is tried again and again counts once */
	bool failing; /* the last one was refused, and nothing better has come */
	char error[CONFIG_ERROR_MAX + 1]; /* of that, "FILE:LINE: what" */
	int64_t keys_age; /* s since somebody vouched for the keys in force; -1: there are none */
};
void config_health(struct config *config, struct config_health *out); /* any thread, no wait */

/*
 * A key set was fetched from keys.jwks_url: copied, and parsed and swapped in by the watcher at
 * once; `settled` of config_on_keys() is called when it is in force or was refused, then it is
 * written to state_directory. One that is offered before the last one was looked at takes its
 * place, with one call for both. Any thread.
 */
void config_offer_keys(struct config *config, const char *jwks, size_t len);

/*
 * Called by the watcher when an offered key set has been dealt with: `good` if it is in force now
 * (after the swap hook), be it an empty one. One hook; set and cleared as config_on_swap().
 */
void config_on_keys(struct config *config, void (*settled)(void *ctx, bool good), void *ctx);

/*
 * At once, but for a disk that hangs: then, after a second, the thread is left behind. It calls
 * nobody any more, but comes back to this code when the disk does: a library that holds this must
 * not be unloaded (-z nodelete). Snapshots that were acquired stay good. NULL is fine.
 */
void config_close(struct config *config);

/*
 * False after an error was reported: something in the environment would have secrets of TLS written
 * to a file. config_open() looks, too.
 */
MUST_CHECK bool config_environment_is_safe(const struct reporter *reporter);

/* Today's date in the snapshot's time zone. Pure. */
struct date snapshot_today(const struct snapshot *snapshot, int64_t now);

/* "2026-01-31 14:00", likewise; "" for a time that cannot be written so. */
#define SNAPSHOT_TIME_LEN 16
void snapshot_time(const struct snapshot *snapshot, int64_t time, char out[SNAPSHOT_TIME_LEN + 1]);

#endif
