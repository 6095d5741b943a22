/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * redis.h - answers that several servers of one operator share, in Redis. Engine thread only.
 *
 * It may be gone, slow or in an enemy's hands: whoever looks waits no longer than its own small
 * budget, a breaker leaves it alone while it fails, and what comes out of it is verified by the
 * caller. Entries are a person's pseudonym and cache/entry.h's octets, and expire by themselves.
 */
#ifndef MIGRANTID_REDIS_H
#define MIGRANTID_REDIS_H

#include <uv.h>

#include "base/clock.h"
#include "base/report.h"
#include "cache/store.h"
#include "base/redis_address.h"

#define SHARED_KEYS_MAX 2

/* Strings are borrowed until shared_free(). */
struct shared_config {
	struct redis_config redis;
	int64_t timeout_ms; /* for one look */
	/* Somebody has removed entries: what came from here is to be forgotten. May be NULL. */
	void (*removed)(void *ctx);
	void *ctx;
	struct clock clock;
	struct reporter reporter;
};

struct shared; /* opaque */

/* Does not connect yet. NULL after an error was reported: no memory, no such address or file. */
MUST_CHECK struct shared *shared_new(uv_loop_t *loop, const struct shared_config *config);

/* Drops the connection and every look under way, whose callbacks are not called. */
void shared_free(struct shared *shared); /* NULL is fine */

/* What was found for one key; entry is NULL for none. Called once, from the loop. */
typedef void shared_found(void *ctx, const struct store_entry *entry, size_t which);

/*
 * Look under up to SHARED_KEYS_MAX keys, the first that is there counts. False if it is not to be
 * had now: nothing will be called. Otherwise the returned token stands for the look until it has
 * called back; the caller gives it up by shared_forget(), after its own time-out for instance.
 */
struct look; /* opaque */
MUST_CHECK struct look *shared_look(struct shared *shared,
				    const struct person_key *const keys[SHARED_KEYS_MAX],
				    size_t count, shared_found *found, void *ctx);

/* The caller does not wait any more; `too_slow` is held against Redis. */
void shared_forget(struct shared *shared, struct look *look, bool too_slow);

/*
 * Look whether entries were removed by somebody (redis_address.h); to be called about once a second.
 * Silence until the next call is held against Redis.
 */
void shared_watch(struct shared *shared);

/* Best effort, waits for nothing. */
void shared_put(struct shared *shared, const struct person_key *key,
		const struct store_entry *entry);

#endif
