/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * a_cache.h - a cache whose clock, engine and tier are faked, with a signer that it trusts, and
 * questions of persons by number. Include it behind <cmocka.h>.
 */
#ifndef MIGRANTID_TEST_A_CACHE_H
#define MIGRANTID_TEST_A_CACHE_H

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/base64url.h"
#include "cache/cache.h"
#include "fake_engine.h"
#include "fake_tier.h"
#include "vouch.h"

#define T0 INT64_C(1750000000)
#define DAY 86400
#define RECALL_MS 50
#define A_NONCE "AAAAAAAAAAAAAAAAAAAAAA"
#define MISS (-1)

struct a_cache {
	struct fake_time time;
	struct engine *engine;
	struct signer *signer;
	struct key_set *keys;
	struct answer_policy *policy;
	struct cache *cache;
};

static inline void configure(struct a_cache *at, struct key_set *keys, int64_t keep_yes)
{
	answer_policy_unref(at->policy);
	at->policy = vouch_policy(keys, keep_yes);
	cache_configure(at->cache, at->policy);
}

static inline struct cache_options options_of(struct a_cache *at, enum cache_tier tier)
{
	return (struct cache_options){ .memory_octets = 1 << 20,
		.tier = tier,
		.recall_ms = RECALL_MS,
		.clock = fake_clock(&at->time) };
}

/* A cache that was opened at T0, with keep_yes = a day. */
static inline void open_cache(struct a_cache *at, enum cache_tier tier)
{
	struct cache_options options = options_of(at, tier);
	const struct signer *signers[1];

	*at = (struct a_cache){ .time = { T0, 5000 } };
	at->engine = fake_engine_new(&at->time);
	at->signer = signer_new(JWS_EDDSA, "k1");
	signers[0] = at->signer;
	at->keys = signer_key_set(signers, 1);
	at->policy = vouch_policy(at->keys, DAY);
	at->cache = cache_open(&options, at->engine, at->policy);
	assert_non_null(at->cache);
}

static inline void close_cache(struct a_cache *at)
{
	cache_close(at->cache, 0);
	fake_engine_free(at->engine);
	answer_policy_unref(at->policy);
	key_set_unref(at->keys);
	signer_free(at->signer);
}

static inline struct person_key person_of(unsigned number)
{
	struct person_key key = { .bytes = { (uint8_t)number, (uint8_t)(number >> 8) } };

	key.bytes[2] = (uint8_t)(number >> 16);
	key.bytes[PERSON_KEY_LEN - 2] = (uint8_t)(number >> 8);
	key.bytes[PERSON_KEY_LEN - 1] = (uint8_t)number;
	base64url_encode(key.bytes, PERSON_KEY_LEN, key.text);
	return key;
}

static inline struct cache_question question_of(
	enum subject_form form, unsigned person, unsigned sale)
{
	struct cache_question question = { .form = form, .sbj = person_of(person) };

	(void)snprintf(question.txn, sizeof(question.txn), "00000000-0000-8000-8000-%012x", sale);
	return question;
}

static inline struct cache_question with_previous(struct cache_question question, unsigned person)
{
	question.previous = person_of(person);
	question.has_previous = true;
	return question;
}

/* What the service says of a question, as it comes: fresh. */
static inline char *said(const struct a_cache *at, const struct cache_question *question,
	const char *result, const char *reason, int64_t iat)
{
	return vouch_sign(at->signer, &(struct vouch){ .sbj = question->sbj.text,
					      .txn = question->txn,
					      .nonce = A_NONCE,
					      .form = question->form,
					      .result = result,
					      .reason = reason,
					      .iat = iat });
}

static inline enum answer_check accept_at(struct a_cache *at, const struct cache_question *question,
	const char *result, const char *reason, int64_t iat)
{
	char *jws = said(at, question, result, reason, iat);
	struct answer answer;
	bool unknown_kid;
	enum answer_check check = cache_accept(at->cache, question, A_NONCE, jws, strlen(jws),
		at->time.wall, &answer, &unknown_kid);

	if (check == CHECK_NONE) {
		assert_int_equal(answer.issued_at, iat);
		assert_int_equal(answer.form, question->form);
	}
	free(jws);
	return check;
}

static inline void accept_yes(struct a_cache *at, const struct cache_question *question)
{
	assert_int_equal(accept_at(at, question, "yes", "match", at->time.wall), CHECK_NONE);
}

static inline void accept_no(
	struct a_cache *at, const struct cache_question *question, const char *reason)
{
	assert_int_equal(accept_at(at, question, "no", reason, at->time.wall), CHECK_NONE);
}

/* The reason of what is in memory; MISS. */
static inline int found(struct a_cache *at, const struct cache_question *question)
{
	struct answer answer;

	return cache_lookup(at->cache, question, at->time.wall, &answer) ? (int)answer.reason
									 : MISS;
}

struct entry_times {
	int64_t stored_at, keep_until;
};

/* What a tier may have of a person: an answer that a sale has had. */
static inline struct entry entry_of(const struct a_cache *at, const struct cache_question *question,
	const char *result, const char *reason, int64_t iat)
{
	struct entry entry = { .stored_at = iat, .keep_until = iat + DAY };
	char *jws = said(at, question, result, reason, iat);

	entry.token_len = strlen(jws);
	memcpy(entry.token, jws, entry.token_len);
	free(jws);
	return entry;
}

static inline void note_recalled(void *ctx, const struct answer *answer, enum source source)
{
	int *reason = ctx;

	assert_int_equal(*reason, -2); /* once */
	*reason = answer != NULL ? (int)answer->reason : MISS;
	assert_true(source == SOURCE_CACHE || source == SOURCE_SHARED_CACHE);
}

/* The reason of what is recalled if the tier answers so; MISS. */
static inline int recalled(struct a_cache *at, const struct cache_question *question,
	const struct entry *entry, size_t which)
{
	int reason = -2;

	if (cache_recall(at->cache, question, note_recalled, &reason) == NULL)
		return MISS;
	assert_int_equal(reason, -2);
	fake_tier_answer(fake_tier_opened, entry, which);
	assert_int_not_equal(reason, -2);
	return reason;
}

#endif
