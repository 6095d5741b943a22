/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What is accepted, in memory, and said to the tier. Recalling has a program of its own. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "a_cache.h"
#include "cache/refusals.h"

static struct a_cache at;

static int open_with_disk(void **state)
{
	(void)state;
	open_cache(&at, CACHE_DISK);
	return 0;
}

static int close_it(void **state)
{
	(void)state;
	close_cache(&at);
	return 0;
}

static bool is(const struct person_key *a, const struct person_key *b)
{
	return memcmp(a, b, sizeof(*a)) == 0;
}

/* All that has been forgotten in the tier, and under which keys. */
static void assert_forgotten(unsigned first, unsigned count, const unsigned *persons)
{
	assert_int_equal(fake_tier_opened->forgotten, first + count);
	for (unsigned i = 0; i < count; i++) {
		struct person_key key = person_of(persons[i]);

		assert_true(is(&fake_tier_opened->forgotten_under[(first + i) % FAKE_FORGOTTEN_MAX],
			&key));
	}
}

static void a_yes_to_a_document_serves_the_person(void **state)
{
	struct cache_question asked = question_of(SUBJECT_DOCUMENT, 1, 1);
	struct cache_question other_sale = question_of(SUBJECT_DOCUMENT, 1, 2);
	struct cache_question other_person = question_of(SUBJECT_DOCUMENT, 2, 1);

	(void)state;
	assert_int_equal(found(&at, &asked), MISS);
	accept_yes(&at, &asked);
	assert_int_equal(found(&at, &asked), REASON_MATCH);
	assert_int_equal(found(&at, &other_sale), REASON_MATCH);
	assert_int_equal(found(&at, &other_person), MISS);
	assert_int_equal(fake_tier_opened->kept, 1);
	assert_true(is(&fake_tier_opened->kept_under, &asked.sbj));
	assert_int_equal(fake_tier_opened->entry.stored_at, T0);
	assert_int_equal(fake_tier_opened->entry.keep_until, T0 + DAY);
	at.time.wall += DAY - 1;
	assert_int_equal(found(&at, &other_sale), REASON_MATCH);
	at.time.wall += 1;
	assert_int_equal(found(&at, &other_sale), MISS);
}

/* What a token stands for is its own sale's, whichever form it is shown in. */
static void a_yes_to_a_token_serves_its_own_sale(void **state)
{
	static const enum subject_form forms[] = { SUBJECT_TOKEN, SUBJECT_TOKEN_DOCUMENT };

	(void)state;
	for (unsigned i = 0; i < ARRAY_LEN(forms); i++) {
		struct cache_question asked = question_of(forms[i], i, i);
		struct cache_question other_sale = question_of(forms[i], i, 100);

		at.time.wall = T0;
		accept_yes(&at, &asked);
		assert_int_equal(found(&at, &asked), REASON_MATCH);
		assert_int_equal(found(&at, &other_sale), MISS);
		for (enum subject_form form = 0; form < SUBJECT_FORMS; form++) {
			struct cache_question by_other_form = question_of(form, i, i);

			if (form != forms[i])
				assert_int_equal(found(&at, &by_other_form), MISS);
			by_other_form = question_of(form, i, 100);
			assert_int_equal(found(&at, &by_other_form), MISS);
		}
		at.time.wall += 899;
		assert_int_equal(found(&at, &asked), REASON_MATCH);
		at.time.wall += 1;
		assert_int_equal(found(&at, &asked), MISS);
	}
	assert_int_equal(fake_tier_opened->kept, 0);
	assert_int_equal(fake_tier_opened->forgotten, 0);
}

/* Nor does what a document has serve a token, under whatever pseudonym. */
static void a_documents_answer_serves_no_token(void **state)
{
	struct cache_question asked = question_of(SUBJECT_DOCUMENT, 1, 1);

	(void)state;
	accept_yes(&at, &asked);
	for (enum subject_form form = SUBJECT_TOKEN; form < SUBJECT_FORMS; form++) {
		struct cache_question other = question_of(form, 1, 1);

		assert_int_equal(found(&at, &other), MISS);
	}
}

static void without_keep_yes_only_its_own_sale_is_served(void **state)
{
	struct cache_question asked = question_of(SUBJECT_DOCUMENT, 1, 1);
	struct cache_question other_sale = question_of(SUBJECT_DOCUMENT, 1, 2);

	(void)state;
	configure(&at, at.keys, 0);
	accept_yes(&at, &asked);
	assert_int_equal(found(&at, &asked), REASON_MATCH);
	assert_int_equal(found(&at, &other_sale), MISS);
	assert_int_equal(fake_tier_opened->kept, 0);
	at.time.wall += 1; /* later than the yes */
	accept_no(&at, &other_sale, "id_locked");
	assert_int_equal(found(&at, &other_sale), REASON_ID_LOCKED);
	assert_int_equal(found(&at, &asked), MISS); /* overtaken */
	assert_int_equal(fake_tier_opened->forgotten, 1);
}

/* A no that the next sale of the document would hear, too: for a minute from its signing. */
static void a_no_about_the_document_serves_the_person(void **state)
{
	static const char *const reasons[] = { "not_enrolled", "document_invalid", "id_locked",
		"id_blocked" };

	(void)state;
	for (unsigned i = 0; i < ARRAY_LEN(reasons); i++) {
		struct cache_question asked = question_of(SUBJECT_DOCUMENT, i, i);
		struct cache_question other_sale = question_of(SUBJECT_DOCUMENT, i, 100 + i);
		int64_t now = at.time.wall;

		assert_int_equal(accept_at(&at, &asked, "no", reasons[i], now - 10), CHECK_NONE);
		assert_int_not_equal(found(&at, &other_sale), MISS);
		assert_int_equal(fake_tier_opened->entry.keep_until, now + 50);
		at.time.wall += 49;
		assert_int_not_equal(found(&at, &other_sale), MISS);
		at.time.wall += 1;
		assert_int_equal(found(&at, &other_sale), MISS);
		assert_int_not_equal(found(&at, &asked), MISS);
		at.time.wall += 10;
		assert_int_equal(found(&at, &asked), MISS);
	}
	assert_int_equal(fake_tier_opened->kept, 4);
}

static void a_no_about_the_sale_serves_its_own_sale(void **state)
{
	static const struct {
		const char *reason;
		enum subject_form form;
	} rows[] = {
		{ "too_soon", SUBJECT_DOCUMENT },
		{ "consent_missing", SUBJECT_DOCUMENT },
		{ "no_match", SUBJECT_TOKEN },
		{ "id_locked", SUBJECT_TOKEN },
		{ "not_enrolled", SUBJECT_TOKEN },
		{ "too_soon", SUBJECT_TOKEN_DOCUMENT },
		{ "no_match", SUBJECT_TOKEN_DOCUMENT },
		{ "consent_missing", SUBJECT_TOKEN_DOCUMENT },
	};

	(void)state;
	for (unsigned i = 0; i < ARRAY_LEN(rows); i++) {
		struct cache_question asked = question_of(rows[i].form, i, i);
		struct cache_question other_sale = question_of(rows[i].form, i, 100);
		struct cache_question by_document = question_of(SUBJECT_DOCUMENT, i, 200);

		accept_yes(&at, &by_document);
		accept_no(&at, &asked, rows[i].reason);
		assert_int_not_equal(found(&at, &asked), MISS);
		/* Of the person nothing has been said. */
		assert_int_equal(found(&at, &other_sale),
			rows[i].form == SUBJECT_DOCUMENT ? (int)REASON_MATCH : MISS);
		assert_int_equal(found(&at, &by_document), REASON_MATCH);
	}
	assert_int_equal(fake_tier_opened->forgotten, 0);
}

static void undetermined_serves_nobody(void **state)
{
	static const char *const reasons[] = { "technical", "token_used", "document_mismatch" };

	(void)state;
	for (unsigned i = 0; i < ARRAY_LEN(reasons); i++) {
		struct cache_question asked = question_of(SUBJECT_TOKEN_DOCUMENT, i, i);

		assert_int_equal(
			accept_at(&at, &asked, "undetermined", reasons[i], T0), CHECK_NONE);
		assert_int_equal(found(&at, &asked), MISS);
	}
	assert_int_equal(fake_tier_opened->kept, 0);
	assert_int_equal(fake_tier_opened->forgotten, 0);
}

/* In each form that shows the document, and under both of the operator's keys. */
static void a_refusal_drops_what_is_kept_for_the_person(void **state)
{
	static const enum subject_form forms[] = { SUBJECT_DOCUMENT, SUBJECT_TOKEN_DOCUMENT };

	(void)state;
	for (unsigned i = 0; i < ARRAY_LEN(forms); i++) {
		const unsigned now = 1 + 10 * i, before = 2 + 10 * i;
		struct cache_question kept = question_of(SUBJECT_DOCUMENT, now, now);
		struct cache_question kept_before = question_of(SUBJECT_DOCUMENT, before, before);
		struct cache_question asked =
			with_previous(question_of(forms[i], now, 100 + i), before);
		struct cache_question next =
			with_previous(question_of(SUBJECT_DOCUMENT, now, 200 + i), before);
		struct cache_question same_sale = with_previous(kept, before);

		accept_yes(&at, &kept);
		accept_yes(&at, &kept_before);
		assert_int_equal(found(&at, &next), REASON_MATCH);
		at.time.wall += 5;
		accept_no(&at, &asked, "id_locked");
		assert_forgotten(2 * i, 2, (const unsigned[]){ now, before });
		assert_int_equal(found(&at, &next),
			forms[i] == SUBJECT_DOCUMENT ? (int)REASON_ID_LOCKED : MISS);
		at.time.wall += 60;
		assert_int_equal(found(&at, &next), MISS);
		/* Nor do the sales have their yes any more. */
		assert_int_equal(found(&at, &same_sale), MISS);
		assert_int_equal(found(&at, &kept_before), MISS);
	}
}

/* A service that repeats an old yes after a later no is not believed; a newer yes is. */
static void an_older_yes_is_not_accepted_after_a_refusal(void **state)
{
	struct cache_question asked = question_of(SUBJECT_DOCUMENT, 1, 1);
	struct cache_question again = question_of(SUBJECT_DOCUMENT, 1, 2);
	struct cache_question with_token = question_of(SUBJECT_TOKEN_DOCUMENT, 1, 3);
	struct cache_question other = question_of(SUBJECT_DOCUMENT, 2, 4);

	(void)state;
	accept_no(&at, &asked, "id_blocked");
	at.time.wall += 100;
	assert_int_equal(accept_at(&at, &again, "yes", "match", T0 - 1), CHECK_TIME);
	assert_int_equal(accept_at(&at, &again, "yes", "match", T0), CHECK_TIME);
	assert_int_equal(accept_at(&at, &with_token, "yes", "match", T0), CHECK_TIME);
	assert_int_equal(found(&at, &again), MISS);
	assert_int_equal(accept_at(&at, &other, "yes", "match", T0), CHECK_NONE);
	assert_int_equal(accept_at(&at, &again, "yes", "match", T0 + 1), CHECK_NONE);
	assert_int_equal(found(&at, &asked), REASON_MATCH);
}

/* Who holds something older against it, a card, asks for this alone: a yes is none of it. */
static void a_refusal_since_a_time_is_told(void **state)
{
	struct cache_question asked = question_of(SUBJECT_DOCUMENT, 1, 1);
	struct cache_question next = question_of(SUBJECT_DOCUMENT, 1, 2);
	struct cache_question other = question_of(SUBJECT_DOCUMENT, 2, 3);
	struct cache_question renamed = with_previous(question_of(SUBJECT_DOCUMENT, 3, 4), 1);
	struct cache_health health;

	(void)state;
	assert_false(cache_refused_since(at.cache, &next, 1, at.time.wall));
	accept_no(&at, &asked, "id_blocked");
	assert_true(cache_refused_since(at.cache, &next, T0 - 1, at.time.wall));
	assert_true(cache_refused_since(at.cache, &next, T0, at.time.wall));
	assert_true(cache_refused_since(at.cache, &renamed, T0, at.time.wall));
	assert_false(cache_refused_since(at.cache, &other, T0, at.time.wall));
	/* As long as the no is kept it speaks against what is younger, too. */
	assert_true(cache_refused_since(at.cache, &next, T0 + 1, at.time.wall));
	at.time.wall += 61;
	assert_false(cache_refused_since(at.cache, &next, T0 + 1, at.time.wall));
	assert_true(cache_refused_since(at.cache, &next, T0, at.time.wall));
	accept_yes(&at, &next);
	assert_false(cache_refused_since(at.cache, &next, T0 + 1, at.time.wall));
	cache_health(at.cache, &health);
	assert_int_equal(health.memory_hits + health.memory_misses, 0);
}

/* A no about one sale alone, such as that its consent is missing, speaks against that one. */
static void a_no_of_its_own_sale_is_told_to_that_sale(void **state)
{
	struct cache_question asked = question_of(SUBJECT_DOCUMENT, 1, 1);
	struct cache_question next = question_of(SUBJECT_DOCUMENT, 1, 2);

	(void)state;
	accept_no(&at, &asked, "consent_missing");
	assert_true(cache_refused_since(at.cache, &asked, T0 + 1, at.time.wall));
	assert_false(cache_refused_since(at.cache, &next, T0, at.time.wall));
}

/* The watermark is held by a clock that nobody sets, and ends with the longest keep_yes. */
static void a_watermark_outlives_every_yes_from_before(void **state)
{
	struct cache_question asked = question_of(SUBJECT_DOCUMENT, 1, 1);
	struct cache_health health;

	(void)state;
	accept_no(&at, &asked, "id_blocked");
	at.time.wall += 10;
	at.time.mono_ms += 30 * INT64_C(86400000);
	assert_int_equal(accept_at(&at, &asked, "yes", "match", T0), CHECK_TIME);
	at.time.mono_ms += 120 * 1000;
	assert_int_equal(accept_at(&at, &asked, "yes", "match", T0), CHECK_NONE);
	cache_health(at.cache, &health);
	assert_int_equal(health.refusals, 1);
}

/* With more refusals than there is room for, none is forgotten by halves. */
static void a_watermark_that_made_way_still_counts(void **state)
{
	struct cache_question asked = question_of(SUBJECT_DOCUMENT, 1, 1);
	struct cache_question refused = question_of(SUBJECT_TOKEN_DOCUMENT, 1, 2);
	struct cache_health health;

	(void)state;
	accept_yes(&at, &asked);
	at.time.wall += 5;
	accept_no(&at, &refused, "id_locked");
	for (unsigned i = 0; i < 65536; i++) {
		struct person_key other = person_of(2 + i);

		refusals_note(at.cache->refusals, other.bytes, at.time.wall, at.time.mono_ms,
			at.time.mono_ms + DAY * INT64_C(1000));
	}
	cache_health(at.cache, &health);
	assert_int_equal(health.refusals, 65536);
	assert_int_equal(found(&at, &asked), MISS);
	assert_int_equal(accept_at(&at, &asked, "yes", "match", T0), CHECK_TIME);
	at.time.wall++;
	accept_yes(&at, &asked);
	assert_int_equal(found(&at, &asked), REASON_MATCH);
}

static void what_fails_a_check_is_not_kept(void **state)
{
	struct cache_question asked = question_of(SUBJECT_DOCUMENT, 1, 1);
	struct cache_question other = question_of(SUBJECT_DOCUMENT, 2, 2);
	char *jws = said(&at, &other, "yes", "match", T0);
	struct answer answer;
	bool unknown_kid = false;

	(void)state;
	assert_int_equal(cache_accept(at.cache, &asked, A_NONCE, jws, strlen(jws), T0, &answer,
				 &unknown_kid),
		CHECK_QUESTION);
	assert_int_equal(cache_accept(at.cache, &other, "BAAAAAAAAAAAAAAAAAAAAA", jws, strlen(jws),
				 T0, &answer, &unknown_kid),
		CHECK_QUESTION);
	assert_false(unknown_kid);
	configure(&at, NULL, DAY);
	assert_int_equal(cache_accept(at.cache, &other, A_NONCE, jws, strlen(jws), T0, &answer,
				 &unknown_kid),
		CHECK_KEY);
	assert_true(unknown_kid);
	configure(&at, at.keys, DAY);
	assert_int_equal(found(&at, &asked), MISS);
	assert_int_equal(found(&at, &other), MISS);
	assert_int_equal(fake_tier_opened->kept, 0);
	free(jws);
}

static void a_key_that_left_vouches_for_nothing(void **state)
{
	struct cache_question asked = question_of(SUBJECT_DOCUMENT, 1, 1);
	struct cache_question token = question_of(SUBJECT_TOKEN, 2, 2);
	struct signer *next = signer_new(JWS_EDDSA, "k2");
	const struct signer *both[] = { at.signer, next }, *only[] = { next };
	struct key_set *both_keys = signer_key_set(both, 2), *only_keys = signer_key_set(only, 1);

	(void)state;
	accept_yes(&at, &asked);
	accept_yes(&at, &token);
	configure(&at, both_keys, DAY);
	assert_int_equal(found(&at, &asked), REASON_MATCH);
	configure(&at, only_keys, DAY);
	assert_int_equal(found(&at, &asked), MISS);
	assert_int_equal(found(&at, &token), MISS);
	configure(&at, NULL, DAY);
	assert_int_equal(found(&at, &asked), MISS);
	key_set_unref(both_keys);
	key_set_unref(only_keys);
	signer_free(next);
}

static void a_lower_keep_yes_acts_at_once(void **state)
{
	struct cache_question asked = question_of(SUBJECT_DOCUMENT, 1, 1);
	struct cache_question other_sale = question_of(SUBJECT_DOCUMENT, 1, 2);

	(void)state;
	accept_yes(&at, &asked);
	at.time.wall += 600;
	configure(&at, at.keys, 601);
	assert_int_equal(found(&at, &other_sale), REASON_MATCH);
	configure(&at, at.keys, 600);
	assert_int_equal(found(&at, &other_sale), MISS);
	configure(&at, at.keys, 0);
	assert_int_equal(found(&at, &other_sale), MISS);
	assert_int_equal(found(&at, &asked), REASON_MATCH); /* its own */
}

/* It was verified for another issuer, another operator, another algorithm. */
static void another_policy_voids_memory(void **state)
{
	struct cache_question asked = question_of(SUBJECT_DOCUMENT, 1, 1);
	static char other[] = "https://another.example";

	(void)state;
	for (int what = 0; what < 4; what++) {
		struct answer_policy values = *at.policy;
		struct answer_policy *policy;

		accept_yes(&at, &asked);
		assert_int_equal(found(&at, &asked), REASON_MATCH);
		values.issuer = what == 0 ? other : values.issuer;
		values.audience = what == 1 ? other : values.audience;
		values.algorithms = what == 2 ? JWS_ES256 : values.algorithms;
		values.max_lifetime -= what == 3;
		policy = answer_policy_new(&values);
		assert_non_null(policy);
		cache_configure(at.cache, policy);
		answer_policy_unref(policy);
		assert_int_equal(found(&at, &asked), MISS);
		cache_configure(at.cache, at.policy);
		assert_int_equal(found(&at, &asked), MISS);
	}
}

static struct answer_policy *comes_meanwhile; /* while an answer is verified; NULL: none */

enum answer_check __real_answer_verify(const char *token, size_t len, const struct key_set *keys,
	const struct answer_expectation *expectation, struct answer *out, bool *unknown_kid);
enum answer_check __wrap_answer_verify(const char *token, size_t len, const struct key_set *keys,
	const struct answer_expectation *expectation, struct answer *out, bool *unknown_kid);
enum answer_check __wrap_answer_verify(const char *token, size_t len, const struct key_set *keys,
	const struct answer_expectation *expectation, struct answer *out, bool *unknown_kid)
{
	if (comes_meanwhile != NULL)
		cache_configure(at.cache, comes_meanwhile);
	return __real_answer_verify(token, len, keys, expectation, out, unknown_kid);
}

/* Memory was voided for the new policy before the answer, verified under the old, got there. */
static void what_was_verified_under_another_policy_is_not_kept(void **state)
{
	struct cache_question asked = question_of(SUBJECT_DOCUMENT, 1, 1);
	struct answer_policy values = *at.policy;

	(void)state;
	values.max_lifetime--;
	comes_meanwhile = answer_policy_new(&values);
	assert_non_null(comes_meanwhile);
	accept_yes(&at, &asked);
	assert_int_equal(found(&at, &asked), MISS);
	answer_policy_unref(comes_meanwhile);
	comes_meanwhile = NULL;
	accept_yes(&at, &asked);
	assert_int_equal(found(&at, &asked), REASON_MATCH);
}

static void a_clock_that_steps_back_costs_a_question(void **state)
{
	struct cache_question asked = question_of(SUBJECT_DOCUMENT, 1, 1);
	struct cache_question other_sale = question_of(SUBJECT_DOCUMENT, 1, 2);

	(void)state;
	accept_yes(&at, &asked);
	at.time.wall -= 1;
	assert_int_equal(found(&at, &asked), MISS);
	at.time.wall += 1;
	assert_int_equal(found(&at, &other_sale), MISS);
}

static void a_purge_clears_memory(void **state)
{
	struct cache_question document = question_of(SUBJECT_DOCUMENT, 1, 1);
	struct cache_question token = question_of(SUBJECT_TOKEN, 2, 2);

	(void)state;
	accept_yes(&at, &document);
	accept_yes(&at, &token);
	fake_tier_opened->events.removed(fake_tier_opened->events.ctx);
	assert_int_equal(found(&at, &document), MISS);
	assert_int_equal(found(&at, &token), MISS);
}

static void what_may_be_shared_is_about_the_person(void **state)
{
	const struct answer yes = { .result = RESULT_YES, .reason = REASON_MATCH };
	struct answer other = yes;

	(void)state;
	assert_true(cache_may_share(&yes));
	other.form = SUBJECT_TOKEN;
	assert_false(cache_may_share(&other));
	other.form = SUBJECT_TOKEN_DOCUMENT;
	assert_false(cache_may_share(&other));
}

static void a_tier_that_is_gone_is_no_error(void **state)
{
	struct cache_question asked = question_of(SUBJECT_DOCUMENT, 1, 1);
	struct cache_question with_token = question_of(SUBJECT_TOKEN_DOCUMENT, 1, 2);
	struct cache_options options = options_of(&at, CACHE_REDIS);
	struct cache_health health;

	(void)state;
	cache_close(at.cache, 0);
	fake_tier_opening = FAKE_IS_FATAL;
	assert_null(cache_open(&options, at.engine, at.policy));
	fake_tier_opening = FAKE_IS_GONE;
	at.cache = cache_open(&options, at.engine, at.policy);
	fake_tier_opening = FAKE_OPENS;
	assert_non_null(at.cache);
	assert_int_equal(recalled(&at, &asked, NULL, 0), MISS);
	accept_yes(&at, &asked);
	assert_int_equal(found(&at, &asked), REASON_MATCH);
	at.time.wall++;
	accept_no(&at, &with_token, "id_locked");
	assert_int_equal(found(&at, &asked), MISS);
	cache_health(at.cache, &health);
	assert_false(health.has_tier);
	assert_int_equal(health.memory_entries, 2); /* the own answers */
}

/* However many places a question is looked for in, it was found or it was not. */
static void each_lookup_counts_once(void **state)
{
	struct cache_question asked = with_previous(question_of(SUBJECT_DOCUMENT, 1, 1), 9);
	struct cache_question other_sale = with_previous(question_of(SUBJECT_DOCUMENT, 1, 2), 9);
	struct cache_question refused = question_of(SUBJECT_TOKEN_DOCUMENT, 1, 3);
	struct cache_health health;

	(void)state;
	assert_int_equal(found(&at, &asked), MISS);
	accept_yes(&at, &asked);
	assert_int_equal(found(&at, &asked), REASON_MATCH);
	assert_int_equal(found(&at, &other_sale), REASON_MATCH);
	at.time.wall++;
	accept_no(&at, &refused, "id_locked");
	assert_int_equal(found(&at, &asked), MISS);
	cache_health(at.cache, &health);
	assert_int_equal(health.memory_hits, 2);
	assert_int_equal(health.memory_misses, 2);
}

static void without_memory_for_a_timer_it_does_not_open(void **state)
{
	struct cache_options options = options_of(&at, CACHE_MEMORY_ONLY);

	(void)state;
	fake_engine_starve(at.engine, true);
	assert_null(cache_open(&options, at.engine, at.policy));
	fake_engine_starve(at.engine, false);
	cache_close(NULL, 0);
}

#define CASE(name) cmocka_unit_test_setup_teardown(name, open_with_disk, close_it)

int main(void)
{
	const struct CMUnitTest tests[] = {
		CASE(a_yes_to_a_document_serves_the_person),
		CASE(a_yes_to_a_token_serves_its_own_sale),
		CASE(a_documents_answer_serves_no_token),
		CASE(without_keep_yes_only_its_own_sale_is_served),
		CASE(a_no_about_the_document_serves_the_person),
		CASE(a_no_about_the_sale_serves_its_own_sale),
		CASE(undetermined_serves_nobody),
		CASE(a_refusal_drops_what_is_kept_for_the_person),
		CASE(an_older_yes_is_not_accepted_after_a_refusal),
		CASE(a_refusal_since_a_time_is_told),
		CASE(a_no_of_its_own_sale_is_told_to_that_sale),
		CASE(a_watermark_outlives_every_yes_from_before),
		CASE(a_watermark_that_made_way_still_counts),
		CASE(what_fails_a_check_is_not_kept),
		CASE(a_key_that_left_vouches_for_nothing),
		CASE(a_lower_keep_yes_acts_at_once),
		CASE(another_policy_voids_memory),
		CASE(what_was_verified_under_another_policy_is_not_kept),
		CASE(a_clock_that_steps_back_costs_a_question),
		CASE(a_purge_clears_memory),
		CASE(what_may_be_shared_is_about_the_person),
		CASE(a_tier_that_is_gone_is_no_error),
		CASE(each_lookup_counts_once),
		CASE(without_memory_for_a_timer_it_does_not_open),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
