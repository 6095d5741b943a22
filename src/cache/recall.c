/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * recall.c - looking into the tier behind memory, with a bound of its own, and believing what it
 * gives no more than it proves. Engine thread.
 *
 * The floor: whoever controls Redis can hide what is newer and hand out what is older. So a yes out
 * of Redis is believed only if it was signed after this server began to hear of removals, and after
 * each removal that it heard of, by a minute, for the service's clock may be as far ahead. The
 * floor is held as a monotonic instant and turned into a time of day when it is looked at: a clock
 * that was wrong at the start does not fix it wrongly.
 */
#include <stdlib.h>
#include <string.h>

#include "cache/cache_internal.h"
#include "cache/keeping.h"
#include "cache/memory.h"

static int64_t now_ms(const struct cache *cache)
{
	return clock_mono_ms(&cache->options.clock);
}

static void link_last(struct cache *cache, struct cache_recall *recall)
{
	recall->next = NULL;
	recall->previous = cache->last;
	if (cache->last != NULL)
		cache->last->next = recall;
	else
		cache->first = recall;
	cache->last = recall;
}

static void unlink_recall(struct cache *cache, struct cache_recall *recall)
{
	if (recall->next != NULL)
		recall->next->previous = recall->previous;
	else
		cache->last = recall->previous;
	if (recall->previous != NULL)
		recall->previous->next = recall->next;
	else
		cache->first = recall->next;
}

/* All have the same patience, so the first is the first whose patience ends. */
static void wait_for_first(struct cache *cache)
{
	if (cache->first == NULL)
		engine_timer_stop(cache->patience);
	else
		engine_timer_set(cache->patience, cache->first->due_ms - now_ms(cache));
}

static void end(struct cache_recall *recall, const struct answer *answer)
{
	struct cache *cache = recall->cache;
	cache_recalled *recalled = recall->recalled;
	void *ctx = recall->ctx;
	enum source source = cache->tier->ops->source;

	unlink_recall(cache, recall);
	wait_for_first(cache);
	free(recall);
	if (answer != NULL)
		atomic_fetch_add(&cache->count.tier_hits, 1);
	else
		atomic_fetch_add(&cache->count.tier_misses, 1);
	recalled(ctx, answer, source);
}

static void on_patience_ended(void *ctx)
{
	struct cache *cache = ctx;
	struct cache_recall *recall = cache->first;

	if (recall == NULL)
		return;
	if (recall->due_ms > now_ms(cache)) {
		wait_for_first(cache);
		return;
	}
	cache->tier->ops->cancel(cache->tier, recall->lookup, true);
	end(recall, NULL);
}

/* Seconds since 1970, by our clock as it is now; 0: this tier has none. */
static int64_t floor_of(const struct cache *cache, int64_t now)
{
	if (cache->options.tier != CACHE_REDIS)
		return 0;
	return now - (now_ms(cache) - cache->floor_ms) / 1000 + ANSWER_CLOCK_SKEW;
}

static int64_t later(int64_t a, int64_t b)
{
	return a > b ? a : b;
}

static int64_t earlier(int64_t a, int64_t b)
{
	return a < b ? a : b;
}

/*
 * Checks 1 to 7 and 9 to 11 again, then the table "Keeping" again from the signed iat. *until: as
 * long as it serves.
 */
static bool believe(struct cache *cache, const struct answer_policy *policy,
	const struct cache_question *question, const struct person_key *sbj,
	const struct entry *entry, int64_t now, struct answer *out, int64_t *until)
{
	int64_t refused_at = later(cache_refused_at(cache, question), floor_of(cache, now));
	const struct answer_expectation expected = {
		.issuer = policy->issuer,
		.audience = policy->audience,
		.subject = sbj->text,
		.form = SUBJECT_DOCUMENT,
		.now = now,
		.refused_at = refused_at,
		.max_lifetime = policy->max_lifetime,
		.algorithms = policy->algorithms,
	};
	enum answer_check failed =
		answer_verify(entry->token, entry->token_len, policy->keys, &expected, out, NULL);

	if (failed == CHECK_NONE)
		*until = earlier(entry->keep_until, keeping_until(policy, out, now));
	else
		report(&cache->options.reporter, SAY_DEBUG, NULL, 0,
			"a kept answer fails check %d (%s) and is not used", (int)failed,
			answer_check_name(failed));
	/* Stored later than now: the clock has stepped back. */
	return failed == CHECK_NONE && entry->stored_at <= now && now < *until;
}

/* Believed, it is in memory from now on as well. */
static bool take(
	struct cache_recall *recall, const struct entry *entry, size_t which, struct answer *out)
{
	struct cache *cache = recall->cache;
	const struct cache_question *question = &recall->question;
	const struct person_key *sbj = which > 0 ? &question->previous : &question->sbj;
	struct answer_policy *policy = cache_policy(cache);
	int64_t now = clock_wall(&cache->options.clock), until;
	bool good = believe(cache, policy, question, sbj, entry, now, out, &until);

	if (good) {
		/* Some other server has heard it from the service: the tier may show an older
		 * yes next. */
		if (keeping_is_refusal(out))
			cache_note_refusal(cache, question, out->issued_at);
		cache_put(cache, policy, question->sbj.bytes, now, until, out);
	} else {
		atomic_fetch_add(&cache->count.tier_rejected, 1);
	}
	answer_policy_unref(policy);
	return good;
}

static void on_found(void *ctx, const struct entry *entry, size_t which)
{
	struct cache_recall *recall = ctx;
	struct answer answer;
	bool good = entry != NULL && take(recall, entry, which, &answer);

	end(recall, good ? &answer : NULL);
}

/* Only what is kept for persons is in a tier: answers to documents, where they are kept at all. */
static bool may_be_kept(struct cache *cache, const struct cache_question *question)
{
	struct answer_policy *policy;
	bool may;

	if (cache->tier == NULL || question->form != SUBJECT_DOCUMENT)
		return false;
	policy = cache_policy(cache);
	may = policy->keep_yes > 0 && policy->keys != NULL;
	answer_policy_unref(policy);
	return may;
}

struct cache_recall *cache_recall(struct cache *cache, const struct cache_question *question,
	cache_recalled *recalled, void *ctx)
{
	const struct person_key *keys[TIER_KEYS_MAX];
	struct cache_recall *recall;

	if (!may_be_kept(cache, question) || (recall = calloc(1, sizeof(*recall))) == NULL)
		return NULL;
	*recall = (struct cache_recall){ .cache = cache,
		.question = *question,
		.recalled = recalled,
		.ctx = ctx,
		.due_ms = now_ms(cache) + cache->options.recall_ms };
	keys[0] = &recall->question.sbj;
	keys[1] = &recall->question.previous;
	recall->lookup = cache->tier->ops->recall(
		cache->tier, keys, question->has_previous ? 2 : 1, on_found, recall);
	if (recall->lookup == NULL) {
		free(recall);
		return NULL;
	}
	link_last(cache, recall);
	if (cache->first == recall)
		wait_for_first(cache);
	return recall;
}

void cache_recall_cancel(struct cache_recall *recall)
{
	struct cache *cache = recall->cache;

	cache->tier->ops->cancel(cache->tier, recall->lookup, false);
	unlink_recall(cache, recall);
	wait_for_first(cache);
	free(recall);
}

/* Somebody has removed something: memory must not serve it on, nor Redis bring it back. */
void recalls_removed(void *ctx)
{
	struct cache *cache = ctx;

	cache->floor_ms = now_ms(cache);
	memory_clear(cache->memory);
	report(&cache->options.reporter, SAY_INFO, NULL, 0,
		"answers were removed from the store: those in memory are forgotten");
}

static void open_on_engine(void *ctx)
{
	struct cache *cache = ctx;

	cache->floor_ms = now_ms(cache);
	cache->patience = engine_timer_new(cache->engine, on_patience_ended, cache);
}

bool recalls_open(struct cache *cache)
{
	engine_call(cache->engine, open_on_engine, cache);
	return cache->patience != NULL;
}

static void close_on_engine(void *ctx)
{
	struct cache *cache = ctx;

	while (cache->first != NULL)
		cache_recall_cancel(cache->first);
	engine_timer_free(cache->patience);
	cache->patience = NULL;
}

void recalls_close(struct cache *cache)
{
	engine_call(cache->engine, close_on_engine, cache);
}
