/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What a tier hands out, and when it is believed. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "a_cache.h"

static struct a_cache at;

static int open_with_disk(void **state)
{
	(void)state;
	open_cache(&at, CACHE_DISK);
	return 0;
}

static int open_with_redis(void **state)
{
	(void)state;
	open_cache(&at, CACHE_REDIS);
	return 0;
}

static int close_it(void **state)
{
	(void)state;
	close_cache(&at);
	return 0;
}

static struct cache_question asked(void)
{
	return question_of(SUBJECT_DOCUMENT, 1, 1);
}

/* What another sale of the person has brought, some time ago. */
static struct entry yes_of(int64_t iat)
{
	struct cache_question other_sale = question_of(SUBJECT_DOCUMENT, 1, 2);

	return entry_of(&at, &other_sale, "yes", "match", iat);
}

static void what_is_found_serves_and_goes_into_memory(void **state)
{
	struct cache_question question = asked();
	struct entry entry = yes_of(T0 - 100);
	struct cache_health health;

	(void)state;
	assert_int_equal(recalled(&at, &question, &entry, 0), REASON_MATCH);
	assert_true(fake_tier_opened->looked == 1);
	assert_int_equal(found(&at, &question), REASON_MATCH);
	at.time.wall += DAY - 101;
	assert_int_equal(found(&at, &question), REASON_MATCH);
	at.time.wall += 1;
	assert_int_equal(found(&at, &question), MISS);
	cache_health(at.cache, &health);
	assert_int_equal(health.tier_hits, 1);
	assert_int_equal(health.tier_rejected, 0);
}

static void nothing_found_is_a_miss(void **state)
{
	struct cache_question question = asked();
	struct cache_health health;

	(void)state;
	assert_int_equal(recalled(&at, &question, NULL, 0), MISS);
	cache_health(at.cache, &health);
	assert_int_equal(health.tier_misses, 1);
}

static void what_is_under_the_former_key_is_found_too(void **state)
{
	struct cache_question question = with_previous(asked(), 9);
	struct cache_question before = question_of(SUBJECT_DOCUMENT, 9, 3);
	struct entry entry = entry_of(&at, &before, "yes", "match", T0);

	(void)state;
	assert_int_equal(recalled(&at, &question, &entry, 0), MISS); /* not under that key */
	assert_int_equal(recalled(&at, &question, &entry, 1), REASON_MATCH);
	assert_int_equal(found(&at, &question), REASON_MATCH);
}

static void only_documents_are_looked_for_and_only_where_they_are_kept(void **state)
{
	struct cache_question question = asked();
	struct cache_question token = question_of(SUBJECT_TOKEN, 1, 1);
	struct cache_question both = question_of(SUBJECT_TOKEN_DOCUMENT, 1, 1);
	struct entry entry = yes_of(T0);

	(void)state;
	assert_int_equal(recalled(&at, &token, &entry, 0), MISS);
	assert_int_equal(recalled(&at, &both, &entry, 0), MISS);
	configure(&at, at.keys, 0);
	assert_int_equal(recalled(&at, &question, &entry, 0), MISS);
	configure(&at, NULL, DAY);
	assert_int_equal(recalled(&at, &question, &entry, 0), MISS);
	configure(&at, at.keys, DAY);
	fake_tier_opened->is_gone = true;
	assert_int_equal(recalled(&at, &question, &entry, 0), MISS);
	fake_tier_opened->is_gone = false;
	assert_int_equal(fake_tier_opened->looked, 0);
}

static void expect_rejected(const char *what, const struct entry *entry)
{
	struct cache_question question = asked();

	if (recalled(&at, &question, entry, 0) != MISS)
		fail_msg("%s is believed", what);
	if (found(&at, &question) != MISS)
		fail_msg("%s is in memory", what);
}

/* A tier is trusted for nothing. */
static void lies_are_not_believed(void **state)
{
	struct cache_question of_person = question_of(SUBJECT_DOCUMENT, 1, 2);
	struct cache_question of_other = question_of(SUBJECT_DOCUMENT, 2, 2);
	struct cache_question of_token = question_of(SUBJECT_TOKEN, 1, 2);
	struct cache_question of_both = question_of(SUBJECT_TOKEN_DOCUMENT, 1, 2);
	struct signer *stranger = signer_new(JWS_EDDSA, "k1"), *own = at.signer;
	struct entry entry = entry_of(&at, &of_other, "yes", "match", T0);

	(void)state;
	expect_rejected("another person's yes", &entry);
	entry = entry_of(&at, &of_token, "yes", "match", T0);
	expect_rejected("a token's yes", &entry);
	entry = entry_of(&at, &of_both, "yes", "match", T0);
	expect_rejected("a token and document's yes", &entry);
	entry = entry_of(&at, &of_person, "no", "too_soon", T0);
	expect_rejected("a no of one sale", &entry);
	entry = entry_of(&at, &of_person, "no", "consent_missing", T0);
	expect_rejected("a no of one sale's consent", &entry);
	entry = entry_of(&at, &of_person, "undetermined", "technical", T0);
	expect_rejected("an undetermined", &entry);
	entry = entry_of(&at, &of_person, "no", "id_locked", T0 - 60);
	expect_rejected("a no of a minute ago", &entry);
	entry = entry_of(&at, &of_person, "yes", "match", T0 - DAY);
	expect_rejected("an expired yes", &entry);
	entry = entry_of(&at, &of_person, "yes", "match", T0 + 61);
	entry.stored_at = T0;
	expect_rejected("a yes from the future", &entry);
	at.signer = stranger;
	entry = entry_of(&at, &of_person, "yes", "match", T0);
	at.signer = own;
	expect_rejected("another key's yes", &entry);
	memset(entry.token, 'x', entry.token_len);
	expect_rejected("garbage", &entry);
	entry.token_len = 0;
	expect_rejected("nothing", &entry);
	signer_free(stranger);
}

/* What the tier says of times may shorten, never lengthen. */
static void the_times_of_an_entry_can_only_shorten(void **state)
{
	struct cache_question question = asked();
	struct entry entry = yes_of(T0);

	(void)state;
	entry.keep_until = T0;
	expect_rejected("an entry that has run out", &entry);
	entry.keep_until = T0 + 10;
	entry.stored_at = T0 + 1;
	expect_rejected("an entry of a clock that has stepped back", &entry);
	entry.stored_at = T0 - 30 * DAY;
	entry.keep_until = INT64_MAX;
	assert_int_equal(recalled(&at, &question, &entry, 0), REASON_MATCH);
	at.time.wall += DAY;
	assert_int_equal(found(&at, &question), MISS);
	entry = yes_of(T0 + DAY);
	entry.keep_until = T0 + DAY + 5;
	assert_int_equal(recalled(&at, &question, &entry, 0), REASON_MATCH);
	at.time.wall += 5;
	assert_int_equal(found(&at, &question), MISS);
}

static void a_no_of_the_document_is_believed_for_a_minute(void **state)
{
	struct cache_question question = asked(), other_sale = question_of(SUBJECT_DOCUMENT, 1, 2);
	struct entry entry = entry_of(&at, &other_sale, "no", "id_locked", T0 - 59);

	(void)state;
	assert_int_equal(recalled(&at, &question, &entry, 0), REASON_ID_LOCKED);
	assert_int_equal(found(&at, &question), REASON_ID_LOCKED);
	at.time.wall++;
	assert_int_equal(found(&at, &question), MISS);
}

/* Whatever the tier still has, and whichever of the operator's keys the refusal came under. */
static void a_yes_from_before_a_refusal_is_not_believed(void **state)
{
	static const enum subject_form forms[] = { SUBJECT_DOCUMENT, SUBJECT_TOKEN_DOCUMENT };

	(void)state;
	for (unsigned i = 0; i < ARRAY_LEN(forms); i++) {
		unsigned now = 10 + i, before = 20 + i;
		struct cache_question refused =
			with_previous(question_of(forms[i], now, 100 + i), before);
		struct cache_question question =
			with_previous(question_of(SUBJECT_DOCUMENT, now, 200 + i), before);
		struct cache_question of_before = question_of(SUBJECT_DOCUMENT, before, 200 + i);
		int64_t iat = at.time.wall;
		struct entry older = entry_of(&at, &question, "yes", "match", iat);
		struct entry under_former = entry_of(&at, &of_before, "yes", "match", iat);
		struct entry newer = entry_of(&at, &question, "yes", "match", iat + 1);

		accept_no(&at, &refused, "id_locked");
		at.time.wall += 60;
		assert_int_equal(recalled(&at, &question, &older, 0), MISS);
		assert_int_equal(recalled(&at, &question, &under_former, 1), MISS);
		assert_int_equal(recalled(&at, &of_before, &under_former, 0), MISS);
		assert_int_equal(recalled(&at, &question, &newer, 0), REASON_MATCH);
	}
}

/* The service has said it, whichever server it said it to: it counts as one heard from itself. */
static void a_refusal_out_of_the_tier_is_heard_of_too(void **state)
{
	struct cache_question question = with_previous(asked(), 9);
	struct cache_question other_sale = question_of(SUBJECT_DOCUMENT, 1, 2);
	struct cache_question of_before = question_of(SUBJECT_DOCUMENT, 9, 3);
	struct entry refusal = entry_of(&at, &other_sale, "no", "id_locked", T0 - 10);
	struct entry older = yes_of(T0 - 10), newer = yes_of(T0 - 9);
	struct entry under_former = entry_of(&at, &of_before, "yes", "match", T0 - 10);

	(void)state;
	assert_int_equal(recalled(&at, &question, &refusal, 0), REASON_ID_LOCKED);
	assert_int_equal(fake_tier_opened->forgotten, 0); /* what it has is newer */
	at.time.wall += 60;
	assert_int_equal(recalled(&at, &question, &older, 0), MISS);
	assert_int_equal(recalled(&at, &question, &under_former, 1), MISS);
	assert_int_equal(accept_at(&at, &question, "yes", "match", T0 - 10), CHECK_TIME);
	assert_int_equal(recalled(&at, &question, &newer, 0), REASON_MATCH);
}

/* A refusal that comes while the tier is looked into counts as well. */
static void a_refusal_overtakes_a_look_under_way(void **state)
{
	struct cache_question question = asked();
	struct cache_question refused = question_of(SUBJECT_TOKEN_DOCUMENT, 1, 3);
	struct entry entry = yes_of(T0);
	int reason = -2;

	(void)state;
	assert_non_null(cache_recall(at.cache, &question, note_recalled, &reason));
	accept_no(&at, &refused, "id_locked");
	fake_tier_answer(fake_tier_opened, &entry, 0);
	assert_int_equal(reason, MISS);
	assert_int_equal(found(&at, &question), MISS);
}

static void disk_has_no_floor(void **state)
{
	struct cache_question question = asked();
	struct entry entry = yes_of(T0 - 1000);

	(void)state;
	fake_tier_opened->events.removed(fake_tier_opened->events.ctx);
	assert_int_equal(recalled(&at, &question, &entry, 0), REASON_MATCH);
}

static bool believes_yes_of(int64_t iat)
{
	struct cache_question question = asked();
	struct entry entry = yes_of(iat);

	entry.stored_at = at.time.wall;
	return recalled(&at, &question, &entry, 0) == REASON_MATCH;
}

/* Redis proves nothing from before the server's start, nor from before a removal. */
static void redis_has_a_floor(void **state)
{
	(void)state;
	fake_engine_pass(at.engine, 200 * 1000);
	assert_false(believes_yes_of(T0 - 1000));
	assert_false(believes_yes_of(T0 + 60));
	assert_true(believes_yes_of(T0 + 61));
	assert_true(believes_yes_of(T0 + 200));
	fake_tier_opened->events.removed(fake_tier_opened->events.ctx);
	fake_engine_pass(at.engine, 100 * 1000);
	assert_false(believes_yes_of(T0 + 200));
	assert_false(believes_yes_of(T0 + 260));
	assert_true(believes_yes_of(T0 + 261));
}

/* The wall clock was a year behind when the server started, and ahead when it was corrected. */
static void a_wrong_clock_does_not_fix_the_floor_wrongly(void **state)
{
	static const int64_t wrong[] = { -365 * DAY, 365 * DAY };

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(wrong); i++) {
		at.time.wall = T0 + wrong[i];
		fake_tier_opened->events.removed(fake_tier_opened->events.ctx);
		at.time.wall = T0;
		fake_engine_pass(at.engine, 100 * 1000);
		assert_false(believes_yes_of(T0 + 60));
		assert_true(believes_yes_of(T0 + 61));
	}
}

/* A no may be as old as a no may be: to believe it cannot let a sale go ahead. */
static void the_floor_is_for_a_yes(void **state)
{
	struct cache_question question = asked();
	struct entry entry = entry_of(&at, &question, "no", "id_locked", T0 - 10);

	(void)state;
	assert_int_equal(recalled(&at, &question, &entry, 0), REASON_ID_LOCKED);
}

static void a_tier_that_does_not_answer_is_given_up(void **state)
{
	struct cache_question question = asked();
	int first = -2, second = -2;

	(void)state;
	assert_non_null(cache_recall(at.cache, &question, note_recalled, &first));
	fake_engine_pass(at.engine, 20);
	assert_non_null(cache_recall(at.cache, &question, note_recalled, &second));
	fake_engine_pass(at.engine, RECALL_MS - 21);
	assert_int_equal(first, -2);
	fake_engine_fire(at.engine); /* too early */
	assert_int_equal(first, -2);
	fake_engine_pass(at.engine, 1);
	assert_int_equal(first, MISS);
	assert_int_equal(second, -2);
	fake_engine_pass(at.engine, 20);
	assert_int_equal(second, MISS);
	assert_int_equal(fake_tier_opened->late, 2);
	assert_null(fake_tier_opened->lookups);
	assert_int_equal(fake_engine_next(at.engine), INT64_MAX);
}

static void a_recall_can_be_cancelled(void **state)
{
	struct cache_question question = asked();
	struct cache_recall *recalls[3];
	int reasons[3] = { -2, -2, -2 };

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(recalls); i++) {
		recalls[i] = cache_recall(at.cache, &question, note_recalled, &reasons[i]);
		assert_non_null(recalls[i]);
		fake_engine_pass(at.engine, 10);
	}
	cache_recall_cancel(recalls[1]);
	cache_recall_cancel(recalls[0]);
	assert_int_equal(fake_tier_opened->cancelled, 2);
	assert_int_equal(fake_tier_opened->late, 0);
	fake_tier_answer(fake_tier_opened, NULL, 0);
	assert_int_equal(reasons[2], MISS);
	fake_engine_pass(at.engine, 1000);
	assert_int_equal(reasons[0], -2);
	assert_int_equal(reasons[1], -2);
}

static void closing_ends_looks_without_a_word(void **state)
{
	struct cache_options options = options_of(&at, CACHE_DISK);
	struct cache_question question = asked();
	int reason = -2;

	(void)state;
	assert_non_null(cache_recall(at.cache, &question, note_recalled, &reason));
	cache_close(at.cache, 0);
	assert_int_equal(reason, -2);
	at.cache = cache_open(&options, at.engine, at.policy);
	assert_non_null(at.cache);
}

#define DISK(name) cmocka_unit_test_setup_teardown(name, open_with_disk, close_it)
#define REDIS(name) cmocka_unit_test_setup_teardown(name, open_with_redis, close_it)

int main(void)
{
	const struct CMUnitTest tests[] = {
		DISK(what_is_found_serves_and_goes_into_memory),
		DISK(nothing_found_is_a_miss),
		DISK(what_is_under_the_former_key_is_found_too),
		DISK(only_documents_are_looked_for_and_only_where_they_are_kept),
		DISK(lies_are_not_believed),
		DISK(the_times_of_an_entry_can_only_shorten),
		DISK(a_no_of_the_document_is_believed_for_a_minute),
		DISK(a_yes_from_before_a_refusal_is_not_believed),
		DISK(a_refusal_out_of_the_tier_is_heard_of_too),
		DISK(a_refusal_overtakes_a_look_under_way),
		DISK(disk_has_no_floor),
		REDIS(redis_has_a_floor),
		REDIS(a_wrong_clock_does_not_fix_the_floor_wrongly),
		REDIS(the_floor_is_for_a_yes),
		DISK(a_tier_that_does_not_answer_is_given_up),
		DISK(a_recall_can_be_cancelled),
		DISK(closing_ends_looks_without_a_word),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
