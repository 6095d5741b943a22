/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * cache.h - the one owner of answers: looks them up, accepts them, forgets them. In memory, and in
 * one tier behind it: a disk file or Redis. Nobody else verifies, keeps or removes an answer.
 *
 * What is kept for whom stands in docs/openapi.yaml, "Keeping", and in keeping.c. What comes out of
 * a tier passes the same checks as a fresh answer, and then the same table again: a tier is
 * trusted for nothing, and may not bring back an older yes (see "Floor and watermarks",
 * refusals.h).
 *
 * Locking: cache_lookup() runs in any thread and takes the memory's shard locks and the policy's
 * lock, each for a few instructions. All else that says so runs in the engine's thread alone.
 */
#ifndef MIGRANTID_CACHE_H
#define MIGRANTID_CACHE_H

#include "answer/answer.h"
#include "answer/answer_policy.h"
#include "base/base.h"
#include "base/clock.h"
#include "base/redis_address.h"
#include "base/report.h"
#include "engine/engine.h"
#include "person/person_key.h"

struct cache; /* opaque */

enum cache_tier { CACHE_MEMORY_ONLY, CACHE_DISK, CACHE_REDIS };

/* Strings are borrowed until cache_close(). Times in milliseconds. */
struct cache_options {
	size_t memory_octets; /* 0: nothing is kept in memory */
	enum cache_tier tier;
	const char *disk_directory; /* CACHE_DISK */
	uint64_t disk_octets; /* bound of the file */
	struct redis_config redis; /* CACHE_REDIS */
	int64_t recall_ms; /* longest look into the tier */
	struct clock clock;
	struct reporter reporter;
};

/* Which answers serve a question. */
struct cache_question {
	enum subject_form form;
	struct person_key sbj;
	struct person_key previous; /* of the same document under the operator's other key */
	bool has_previous;
	char txn[TXN_LEN + 1];
};

/*
 * Open, with the engine running. A tier that cannot be used is no error: it is said, and sales
 * go on without. NULL: out of memory, or Redis's address or files cannot be used at all.
 */
MUST_CHECK struct cache *cache_open(
	const struct cache_options *options, struct engine *engine, struct answer_policy *policy);

/* Within deadline_ms from now, even if a disk hangs. NULL is fine. */
void cache_close(struct cache *cache, int64_t deadline_ms);

/* Another policy is in force. Any thread. The cache takes a reference of its own. */
void cache_configure(struct cache *cache, struct answer_policy *policy);

/* In memory. Any thread. `now` in seconds since 1970. */
MUST_CHECK bool cache_lookup(struct cache *cache, const struct cache_question *question,
	int64_t now, struct answer *out);

/*
 * True if the service is known, in memory, to have refused this person at `since` (seconds since
 * 1970) or later, or a no serves this question. Any thread.
 */
MUST_CHECK bool cache_refused_since(
	struct cache *cache, const struct cache_question *question, int64_t since, int64_t now);

/*
 * In the tier. Engine thread. NULL: there is nothing to look into for this question, and nothing
 * will be called. Otherwise `recalled` is called exactly once from the loop, with a verified answer
 * or NULL, within cache_options.recall_ms; or never, after cache_recall_cancel().
 */
struct cache_recall; /* opaque */
typedef void cache_recalled(void *ctx, const struct answer *answer, enum source source);
MUST_CHECK struct cache_recall *cache_recall(struct cache *cache,
	const struct cache_question *question, cache_recalled *recalled, void *ctx);
void cache_recall_cancel(struct cache_recall *recall);

/*
 * Checks 1 to 11 of a fresh answer to the request that carried `nonce`; then it is kept as the
 * table says. CHECK_NONE and *out filled, or the check that failed. *out and *unknown_kid as in
 * answer_verify(). Engine thread.
 */
MUST_CHECK enum answer_check cache_accept(struct cache *cache,
	const struct cache_question *question, const char *nonce, const char *jws, size_t len,
	int64_t now, struct answer *out, bool *unknown_kid);

/*
 * True if an answer is about the person rather than about one sale (its token, its consent): only
 * then may another sale of the same person have it. Pure.
 */
bool cache_may_share(const struct answer *answer);

struct cache_health {
	bool has_tier;
	bool reads, writes; /* the last look, the last write went well */
	uint64_t memory_hits, memory_misses, memory_entries, memory_octets;
	uint64_t tier_hits, tier_misses, tier_rejected;
	uint64_t refusals; /* watermarks held */
};
void cache_health(struct cache *cache, struct cache_health *out); /* any thread */

#endif
