/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * decision_internal.h - what the files of this folder share and nobody else sees.
 *
 * Locking: gate->mutex guards the two pointers `view` and `keys` and is held only to copy one and
 * take a reference, or to swap it. What they point to is immutable. Everything else in struct gate
 * is set before the first decision, or locks for itself.
 */
#ifndef MIGRANTID_DECISION_INTERNAL_H
#define MIGRANTID_DECISION_INTERNAL_H

#include <pthread.h>
#include <stdatomic.h>

#include <glib.h>

#include "cache/memory.h"
#include "cache/store.h"
#include "decision/gate.h"
#include "config/settings.h"
#include "decision/state.h"
#include "engine/engine.h"

enum watched { WATCH_SETTINGS, WATCH_RULES, WATCH_MESSAGES, WATCH_JWKS, WATCHED };

/* A file's identity, to notice that it was changed or replaced. */
struct file_mark {
	uint64_t device, inode, size;
	int64_t changed_s, changed_ns;
};

/*
 * One version of all that a reload may change. A decision takes one view at its beginning and
 * uses no other, so no two versions are ever mixed.
 */
struct view {
	atomic_uint references;
	struct file_mark marks[WATCH_JWKS]; /* of the three, from before each was read */
	struct settings *settings;
	struct rule_set *rules;
	struct messages *messages;
	GTimeZone *zone;
};

/* The service's keys in force, and since when they are known to be. */
struct key_state {
	struct key_set *set; /* NULL: none yet */
	int64_t as_of_ms; /* monotonic: start, last good fetch or file change */
};

struct gate {
	struct gate_options options;
	struct view *first; /* the view of the start, kept for what follows */
	const struct settings *boot; /* its settings: endpoints, files and sizes never change */
	struct operator_key key, previous_key; /* previous_key.len 0: none */
	char redis_password[SETTINGS_PASSWORD_MAX + 1]; /* "": none */
	pthread_mutex_t mutex;
	struct view *view;
	struct key_state keys;
	bool keys_stale_told; /* engine thread only */
	struct file_mark marks[WATCHED]; /* engine thread only, after the start */
	struct memory_cache *memory;
	struct store *store; /* NULL: none */
	uint64_t store_generation; /* last seen; engine thread only, after the start */
	struct engine *engine;
	struct counters counters;
};

/* view.c: load all, checked whole; NULL after every error was reported. */
MUST_CHECK struct view *view_load(const char *settings_file, const struct clock *clock,
				  const struct reporter *reporter);
struct view *view_ref(struct gate *gate);
void view_unref(struct view *view);
/* Today's date in the operator's time zone. */
struct date view_today(const struct view *view, int64_t now);

/* keys.c */
MUST_CHECK struct key_set *keys_load_file(const char *path, const struct reporter *reporter);
/* The set in force with a reference of the caller's, NULL if there is none or it is too old. */
MUST_CHECK struct key_set *keys_in_force(struct gate *gate);
void keys_replace(struct gate *gate, struct key_set *set);
bool keys_fetched(void *ctx, const char *json, size_t len);

/*
 * answers.c: what is kept, for how long, and what of it may be believed. With a txn, only an answer
 * that was kept for that very sale is found.
 */
MUST_CHECK bool answers_find(struct gate *gate, const struct view *view,
			     const struct person_key *person, const char *txn, int64_t now,
			     struct answer *out);
enum verdict answers_take(void *ctx, const struct question *question, const char *body, size_t len,
			  struct answer *out, int64_t *keep_until);
bool answers_recall(void *ctx, const struct question *question, bool previous,
		    const struct store_entry *entry, struct answer *out);

/* reload.c: the engine's once-a-second look at the files. */
struct file_mark reload_mark(const char *path); /* zero for none */
void reload_tick(void *ctx);
/* The engine's, too: of a store that it looks at by itself. */
void reload_forget(void *ctx);

#endif
