/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * config_internal.h - what the files of this folder share and nobody else sees.
 *
 * Locking: config->mutex guards the snapshot in force, what was offered and the watcher's orders,
 * and is held to copy a pointer. config->outward is held around every call out of this folder
 * (hooks, reporter, clock), so that a thread that had to be left behind calls nobody who may be
 * gone; the watcher never takes it with config->mutex held. All else in struct config belongs to
 * the watcher, and to who opens before there is one.
 */
#ifndef MIGRANTID_CONFIG_INTERNAL_H
#define MIGRANTID_CONFIG_INTERNAL_H

#include <pthread.h>

#include "config/config.h"

#define CONFIG_POLL_MS 1000 /* between two looks at the files */

/* ---- mark.c: has a file changed? ---- */

/* A file's identity. All zero: it is not there. */
struct file_mark {
	uint64_t device, inode, size;
	int64_t modified_s, modified_ns; /* content */
	int64_t changed_s, changed_ns; /* the file's own state too: who may read it */
};

struct file_mark file_mark_of(const char *path); /* follows symbolic links; "" is not there */
bool file_mark_same(const struct file_mark *one, const struct file_mark *other);

/* ---- notes.c: what a load has to say, until it is known whether it was said before ---- */

#define NOTES_MAX 64
#define NOTES_ROOM 32768 /* octets */

struct notes {
	struct note {
		enum severity severity;
		int line;
		const char *file, *text; /* within `room`; file NULL: none */
	} list[NOTES_MAX];
	size_t count, used;
	unsigned left_out; /* for which there was no room */
	uint64_t errors; /* a digest of all errors, 0: none */
	char room[NOTES_ROOM];
};

struct reporter notes_begin(struct notes *notes); /* empties them; valid as long as they are */
void notes_report(const struct notes *notes, const struct reporter *reporter);
uint64_t notes_digest(const struct notes *notes); /* of all that was said, warnings, too */

/* ---- snapshot.c: all that files say, but the service's keys ---- */

enum watched {
	WATCH_SETTINGS,
	WATCH_RULES,
	WATCH_MESSAGES,
	WATCH_PERSON_KEY,
	WATCH_PREVIOUS_KEY,
	WATCH_CA,
	WATCH_CERTIFICATE,
	WATCH_KEY,
	WATCH_REDIS_PASSWORD,
	WATCH_REDIS_CA,
	WATCH_REDIS_CERTIFICATE,
	WATCH_REDIS_KEY,
	WATCHED,
};

/* One load of the files. Immutable, counted: snapshots with other keys share it. */
struct loaded {
	atomic_uint references;
	struct file_mark marks[WATCHED]; /* from before each file was read */
	struct settings *settings;
	struct rule_set *rules;
	struct messages *messages;
	struct tls_material *service_tls, *redis_tls;
	struct operator_key person_key, previous_person_key;
	char redis_password[SETTINGS_PASSWORD_MAX + 1];
	GTimeZone *zone;
};

/*
 * Load and check all; every error is reported. NULL if there was one. `before` may be NULL; what of
 * its TLS material is the same is taken over. `request_ms` as in struct config_options.
 */
MUST_CHECK struct loaded *loaded_load(const char *settings_file, const struct loaded *before,
	int64_t request_ms, int64_t now, const struct reporter *reporter);
void loaded_unref(struct loaded *loaded); /* NULL is fine */
const char *loaded_path(const struct settings *settings, enum watched which);

/*
 * Takes references of all; keys or cards NULL: none. `issuer`: whose answers the keys vouch for,
 * that of the start: keys that were fetched for one issuer are not another's. NULL: out of memory.
 */
MUST_CHECK struct snapshot *snapshot_make(struct loaded *loaded, const char *issuer,
	struct key_set *keys, struct card_policy *cards, const struct outage *outage,
	uint64_t number);
struct snapshot *snapshot_ref(struct snapshot *snapshot);
const struct loaded *snapshot_loaded(const struct snapshot *snapshot);

/* ---- keys.c: the service's keys, of a file and of the network ---- */

struct key_source {
	struct key_set *set; /* NULL: none; an empty set was said on purpose */
	int64_t good_ms; /* monotonic: when it was last known to be what its owner says */
	int64_t said_at; /* wall: when the file was written, the set was fetched */
};

enum keys_told {
	KEYS_UNTOLD,
	KEYS_AWAITED,
	KEYS_FRESH,
	KEYS_HALF_AGED,
	KEYS_EMPTY,
	KEYS_TOO_OLD,
};

struct keys {
	struct key_source file, fetched;
	struct file_mark mark; /* of the file, from before it was read */
	bool file_failing;
	uint64_t file_errors, fetch_errors; /* told last: notes.errors */
	bool was_fetched; /* now or before the start: whatever became of it */
	bool unproven; /* `fetched` is out of the state directory and the clock has not proved it */
	char *text; /* as fetched; NULL: none */
	size_t len;
	bool unstored, store_told;
	enum keys_told told;
	const struct key_set *told_of; /* to compare with, never looked into */
};

/* At the start: the file and the stored set. False after an error was reported. */
MUST_CHECK bool keys_open(struct config *config);
/* Look whether the file has changed. */
void keys_check(struct config *config);
/* A fetched set; false after it was reported to be none. */
bool keys_take(struct config *config, const char *text, size_t len);
/* The set in force now, NULL: none; says what has changed. Borrowed until the next call here. */
struct key_set *keys_choose(struct config *config);
/* Monotonic: when the set that keys_choose() returned was last known to be good; -1: no set. */
int64_t keys_good_ms(const struct config *config);
/* Write down what was fetched, if that is still to be done. */
void keys_store(struct config *config);
void keys_close(struct keys *keys);

/* ---- keys_stored.c: the last fetched set, between two starts ---- */

enum stored { STORED_NONE, STORED_DAMAGED, STORED_GOOD };

struct stored_keys {
	char *text; /* free() it */
	size_t len;
	int64_t fetched_at; /* seconds since 1970; of a damaged one, when it was written */
};

/* Of one issuer: the sets of different ones do not meet. Reports what is wrong as a warning. */
MUST_CHECK enum stored keys_stored_load(const char *folder, const char *issuer,
	struct stored_keys *out, const struct reporter *reporter);
/* Whole or not at all; false after a warning. */
MUST_CHECK bool keys_stored_save(const char *folder, const char *issuer,
	const struct stored_keys *keys, const struct reporter *reporter);

/* ---- outage_watch.c: the announced outage ---- */

enum outage_phase { OUTAGE_NONE, OUTAGE_AHEAD, OUTAGE_NOW, OUTAGE_OVER };

struct outage_watch {
	char *path; /* in the start's state_directory */
	struct outage announced;
	struct file_mark mark; /* from before it was read */
	bool failing; /* it could not be read: it is tried again */
	enum outage_phase phase; /* as told */
};

/* At the start. False after an error was reported: out of memory. */
MUST_CHECK bool outage_open(struct config *config);
/* Look whether the file has changed or a time has come, and say so. */
void outage_check(struct config *config);

/* ---- cards.c, cards_load.c: whose digital ID cards count ---- */

struct cards {
	struct card_policy *policy; /* NULL: no card counts */
	const struct loaded *of; /* by whose settings; to compare with, never looked into */
	uint64_t digest; /* of all its files, from before they were read */
	bool failing; /* something could not be read: it is tried again */
	uint64_t told; /* a digest of what was said last */
	int64_t read_ms; /* monotonic: when they were last read */
	int64_t good_ms[CARD_ISSUERS_MAX]; /* when each issuer's keys could last be read */
	size_t ended; /* lists of which it was said that they have ended */
};

/* Of all files that a load would read: another one if anything has changed. */
uint64_t cards_digest(const struct settings *settings);

/*
 * Read them. `whole`: nothing failed; what did is reported, as is NULL: out of memory. Keys of
 * `before` (NULL: none) serve where an issuer's cannot be read. good_ms: of each issuer's keys.
 */
MUST_CHECK struct card_policy *cards_load(const struct settings *settings,
	const struct clock *clock, const struct cards *before, const struct reporter *reporter,
	int64_t good_ms[CARD_ISSUERS_MAX], bool *whole);

/* At the start. False after an error was reported: an issuer's keys cannot be read. */
MUST_CHECK bool cards_open(struct config *config);
/* Look whether settings or files have changed, and whether a list has ended. */
void cards_check(struct config *config);
void cards_close(struct cards *cards);

/* ---- config.c, watcher.c ---- */

struct offer {
	bool pending;
	char *text; /* NULL: too long, or out of memory */
	size_t len;
};

struct config {
	atomic_uint references; /* the owner's, the watcher's */
	char *file; /* absolute: no later chdir() moves it */
	int64_t request_ms; /* of the options */
	struct clock clock; /* these two call the options' ones, while they may */
	struct reporter reporter;

	pthread_mutex_t outward;
	struct config_options options;
	bool closed;
	void (*swapped)(void *ctx, struct snapshot *now);
	void (*settled)(void *ctx, bool good);
	void *swapped_ctx, *settled_ctx;

	pthread_mutex_t mutex;
	pthread_cond_t wake; /* CLOCK_MONOTONIC */
	struct snapshot *now;
	struct offer offer;
	struct config_health health; /* but keys_age */
	int64_t keys_good_ms; /* -1: there are no keys */
	bool stopping, ended;

	pthread_t thread;
	bool watched; /* there is a thread */

	struct loaded *boot; /* settings that are not live are still its */
	struct loaded *loaded;
	bool failing; /* the last load failed: it is tried again */
	uint64_t errors; /* of it, as told */
	int64_t dates_told_ms;
	struct keys keys;
	struct outage_watch outage;
	struct cards cards;
	struct notes notes;
};

/* config_open() without the thread: for it and for tests, which then call config_tick(). */
MUST_CHECK struct config *config_prepare(const struct config_options *options);
void config_drop(struct config *config); /* a reference */

/* One look at everything: what was offered, files, ages. Watcher only. */
void config_tick(struct config *config);
/* Put what was loaded and chosen in force. False: out of memory, the next tick tries again. */
bool config_refresh(struct config *config);
void *config_watch(void *config); /* the thread */

#endif
