/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "cache/cache.h"

#include <stdlib.h>
#include <string.h>

#include "cache/cache_internal.h"
#include "cache/keeping.h"
#include "cache/memory.h"
#include "cache/refusals.h"

#define REFUSALS_MAX 65536
/* No yes serves longer than this (the bound of keep_yes), nor is one that may be 60 s ahead. */
#define REFUSAL_HELD_MS ((30 * INT64_C(86400) + 2 * ANSWER_CLOCK_SKEW) * 1000)

struct answer_policy *cache_policy(struct cache *cache)
{
	struct answer_policy *policy;

	pthread_mutex_lock(&cache->mutex);
	policy = answer_policy_ref(cache->policy);
	pthread_mutex_unlock(&cache->mutex);
	return policy;
}

/* What memory holds was verified for another issuer, operator or algorithm: it is nobody's now. */
static bool voids_memory(const struct answer_policy *old, const struct answer_policy *policy)
{
	return strcmp(old->issuer, policy->issuer) != 0 ||
	       strcmp(old->audience, policy->audience) != 0 ||
	       old->algorithms != policy->algorithms || old->max_lifetime != policy->max_lifetime;
}

void cache_configure(struct cache *cache, struct answer_policy *policy)
{
	struct answer_policy *old;

	pthread_mutex_lock(&cache->mutex);
	old = cache->policy;
	cache->policy = answer_policy_ref(policy);
	pthread_mutex_unlock(&cache->mutex);
	if (voids_memory(old, policy))
		memory_clear(cache->memory);
	answer_policy_unref(old);
}

static bool tier_open(struct cache *cache)
{
	const struct tier_events events = { recalls_removed, cache };
	bool fatal = false;

	switch (cache->options.tier) {
	case CACHE_MEMORY_ONLY:
		break;
	case CACHE_DISK:
		cache->tier = disk_open(&cache->options, cache->engine, &events);
		break;
	case CACHE_REDIS:
		cache->tier = redis_open(&cache->options, cache->engine, &events, &fatal);
		break;
	}
	return !fatal;
}

struct cache *cache_open(
	const struct cache_options *options, struct engine *engine, struct answer_policy *policy)
{
	struct cache *cache = calloc(1, sizeof(*cache));

	if (cache == NULL)
		return NULL;
	cache->options = *options;
	cache->engine = engine;
	cache->policy = answer_policy_ref(policy);
	pthread_mutex_init(&cache->mutex, NULL);
	cache->memory = memory_new(options->memory_octets);
	cache->refusals = refusals_new(REFUSALS_MAX);
	if (cache->memory != NULL && cache->refusals != NULL && recalls_open(cache) &&
		tier_open(cache))
		return cache;
	cache_close(cache, 0);
	return NULL;
}

void cache_close(struct cache *cache, int64_t deadline_ms)
{
	if (cache == NULL)
		return;
	recalls_close(cache);
	if (cache->tier != NULL)
		cache->tier->ops->close(cache->tier, deadline_ms);
	refusals_free(cache->refusals);
	memory_free(cache->memory);
	answer_policy_unref(cache->policy);
	pthread_mutex_destroy(&cache->mutex);
	free(cache);
}

static int64_t later(int64_t a, int64_t b)
{
	return a > b ? a : b;
}

int64_t cache_refused_at(struct cache *cache, const struct cache_question *question)
{
	int64_t now_ms = clock_mono_ms(&cache->options.clock);
	int64_t at = later(refusals_floor(cache->refusals),
		refusals_of(cache->refusals, question->sbj.bytes, now_ms));

	if (!question->has_previous)
		return at;
	return later(at, refusals_of(cache->refusals, question->previous.bytes, now_ms));
}

static int hex_value(char c)
{
	return c >= '0' && c <= '9' ? c - '0' : c >= 'a' && c <= 'f' ? c - 'a' + 10 : 0;
}

/*
 * Under which an answer to one sale is kept: its txn, which is a MAC over all that was asked, and
 * half of the pseudonym beside it. Written out, not digested: nothing in it can fail, and no two
 * sales fall together by a failure.
 */
static void own_key(const struct cache_question *question, uint8_t key[PERSON_KEY_LEN])
{
	const char *txn = question->txn;

	memcpy(key, question->sbj.bytes, PERSON_KEY_LEN);
	for (size_t i = 0; i < PERSON_KEY_LEN / 2; i++) {
		if (*txn == '-')
			txn++;
		key[i] = (uint8_t)(hex_value(txn[0]) << 4 | hex_value(txn[1]));
		txn += 2;
	}
}

/*
 * What is in memory was verified when it came in; here it is held against what has changed since:
 * keys, settings, and refusals.
 */
static bool in_memory(struct cache *cache, const struct answer_policy *policy,
	const struct cache_question *question, const uint8_t key[PERSON_KEY_LEN], int64_t now,
	struct answer *out)
{
	return memory_get(cache->memory, key, now, out) && out->form == question->form &&
	       out->expires_at > now && key_set_holds(policy->keys, out->thumbprint) &&
	       (out->result != RESULT_YES || out->issued_at > cache_refused_at(cache, question));
}

static bool persons(struct cache *cache, const struct answer_policy *policy,
	const struct cache_question *question, const struct person_key *sbj, int64_t now,
	struct answer *out)
{
	return in_memory(cache, policy, question, sbj->bytes, now, out) &&
	       now < keeping_until(policy, out, now);
}

static bool find_kept(
	struct cache *cache, const struct cache_question *question, int64_t now, struct answer *out)
{
	struct answer_policy *policy = cache_policy(cache);
	uint8_t own[PERSON_KEY_LEN];
	bool found = false;

	own_key(question, own);
	if (policy->keys != NULL)
		found = in_memory(cache, policy, question, own, now, out) ||
			(question->form == SUBJECT_DOCUMENT &&
				(persons(cache, policy, question, &question->sbj, now, out) ||
					(question->has_previous &&
						persons(cache, policy, question,
							&question->previous, now, out))));
	answer_policy_unref(policy);
	return found;
}

bool cache_lookup(
	struct cache *cache, const struct cache_question *question, int64_t now, struct answer *out)
{
	bool found = find_kept(cache, question, now, out);

	atomic_fetch_add(found ? &cache->count.memory_hits : &cache->count.memory_misses, 1);
	return found;
}

bool cache_refused_since(
	struct cache *cache, const struct cache_question *question, int64_t since, int64_t now)
{
	struct answer kept;

	return cache_refused_at(cache, question) >= since ||
	       (find_kept(cache, question, now, &kept) && kept.result == RESULT_NO);
}

static void note_refusal(struct cache *cache, const struct person_key *sbj, int64_t iat)
{
	int64_t now_ms = clock_mono_ms(&cache->options.clock);

	refusals_note(cache->refusals, sbj->bytes, iat, now_ms, now_ms + REFUSAL_HELD_MS);
	memory_remove(cache->memory, sbj->bytes);
}

void cache_note_refusal(struct cache *cache, const struct cache_question *question, int64_t iat)
{
	note_refusal(cache, &question->sbj, iat);
	if (question->has_previous)
		note_refusal(cache, &question->previous, iat);
}

/* What was kept from before the refusal goes, and is not believed again if somebody kept it. */
static void refuse(struct cache *cache, const struct cache_question *question, int64_t iat)
{
	cache_note_refusal(cache, question, iat);
	if (cache->tier == NULL)
		return;
	cache->tier->ops->forget(cache->tier, &question->sbj);
	if (question->has_previous)
		cache->tier->ops->forget(cache->tier, &question->previous);
}

void cache_put(struct cache *cache, const struct answer_policy *policy,
	const uint8_t key[PERSON_KEY_LEN], int64_t now, int64_t until, const struct answer *answer)
{
	pthread_mutex_lock(&cache->mutex);
	if (cache->policy == policy)
		memory_put(cache->memory, key, now, until, answer);
	pthread_mutex_unlock(&cache->mutex);
}

static void keep_in_tier(struct cache *cache, const struct person_key *sbj, const char *jws,
	size_t len, int64_t now, int64_t until)
{
	struct entry entry;

	if (cache->tier == NULL || len > sizeof(entry.token))
		return;
	entry.stored_at = now;
	entry.keep_until = until;
	entry.token_len = len;
	memcpy(entry.token, jws, len);
	cache->tier->ops->keep(cache->tier, sbj, &entry);
}

static void keep(struct cache *cache, const struct answer_policy *policy,
	const struct cache_question *question, const struct answer *answer, const char *jws,
	size_t len, int64_t now)
{
	int64_t until = keeping_until(policy, answer, now);
	uint8_t own[PERSON_KEY_LEN];

	own_key(question, own);
	cache_put(cache, policy, own, now, keeping_own_until(policy, answer, now), answer);
	if (keeping_is_refusal(answer))
		refuse(cache, question, answer->issued_at);
	if (until <= now)
		return;
	cache_put(cache, policy, question->sbj.bytes, now, until, answer);
	keep_in_tier(cache, &question->sbj, jws, len, now, until);
}

enum answer_check cache_accept(struct cache *cache, const struct cache_question *question,
	const char *nonce, const char *jws, size_t len, int64_t now, struct answer *out,
	bool *unknown_kid)
{
	struct answer_policy *policy = cache_policy(cache);
	const struct answer_expectation expected = {
		.issuer = policy->issuer,
		.audience = policy->audience,
		.subject = question->sbj.text,
		.form = question->form,
		.txn = question->txn,
		.nonce = nonce,
		.now = now,
		.refused_at = cache_refused_at(cache, question),
		.max_lifetime = policy->max_lifetime,
		.algorithms = policy->algorithms,
	};
	enum answer_check failed =
		answer_verify(jws, len, policy->keys, &expected, out, unknown_kid);

	if (failed == CHECK_NONE)
		keep(cache, policy, question, out, jws, len, now);
	answer_policy_unref(policy);
	return failed;
}

bool cache_may_share(const struct answer *answer)
{
	return keeping_is_the_persons(answer);
}

void cache_health(struct cache *cache, struct cache_health *out)
{
	struct memory_stats memory = memory_stats(cache->memory);
	struct tier_health tier = { 0 };

	if (cache->tier != NULL)
		cache->tier->ops->health(cache->tier, &tier);
	*out = (struct cache_health){
		.has_tier = cache->tier != NULL,
		.reads = tier.reads,
		.writes = tier.writes,
		.memory_hits = atomic_load(&cache->count.memory_hits),
		.memory_misses = atomic_load(&cache->count.memory_misses),
		.memory_entries = memory.entries,
		.memory_octets = memory.octets,
		.tier_hits = atomic_load(&cache->count.tier_hits),
		.tier_misses = atomic_load(&cache->count.tier_misses),
		.tier_rejected = atomic_load(&cache->count.tier_rejected),
		.refusals = refusals_count(cache->refusals),
	};
}
