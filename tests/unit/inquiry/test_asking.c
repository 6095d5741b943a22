/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What the service, the tier and the network may answer, and what is asked again when. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "an_inquiry.h"

static void a_yes_is_answered_and_kept(void **state)
{
	static const struct reply later[] = { { .end = END_CONNECT },
		{ .result = "yes", .reason = "match" } };
	struct question question = question_about(SUBJECT_DOCUMENT, 1, 1);
	struct inquiry_result result;

	(void)state;
	will_reply(later, ARRAY_LEN(later));
	result = wait_for(&question, WAIT_MS);
	assert_yes(result);
	assert_int_equal(result.source, SOURCE_SERVICE);
	assert_int_equal(found(&at, &question.asked), REASON_MATCH);
	assert_int_equal(network.healthy, 2); /* with the key set's */
}

/* Whoever is asked about stands in no memory for longer than the request is under way. */
static void a_body_is_wiped_behind_its_request(void **state)
{
	static const char none[QUESTION_BODY_MAX];
	static const struct reply later[] = { { .status = 202, .retry_after_s = 3 } };
	struct question question = question_about(SUBJECT_DOCUMENT, 1, 1);
	const struct attempt *attempt;
	const char *body;
	size_t len;

	(void)state;
	will_reply(NULL, 0);
	assert_int_equal(wait_for(&question, 1).outcome, INQUIRY_PENDING);
	attempt = &fake_transport_waiting(&network, GROUP_SERVICE)->attempt;
	body = attempt->body;
	len = attempt->len;
	assert_int_equal(strlen(body), len);
	will_reply(later, 1);
	go_on_for(0);
	assert_int_equal(replies_left, 0);
	assert_memory_equal(body, none, len);
}

static void a_no_and_an_undetermined_are_answers(void **state)
{
	static const struct reply no[] = { { .result = "no", .reason = "too_soon" } };
	static const struct reply technical[] = { { .result = "undetermined",
		.reason = "technical" } };
	struct inquiry_result result = ASK(no);

	(void)state;
	assert_ended(result, INQUIRY_ANSWERED, 0);
	assert_int_equal(result.answer.result, RESULT_NO);
	result = ASK(technical);
	assert_ended(result, INQUIRY_ANSWERED, 1);
	assert_int_equal(result.answer.reason, REASON_SERVICE_UNAVAILABLE);
}

static void each_form_is_asked(void **state)
{
	(void)state;
	for (enum subject_form form = 0; form < SUBJECT_FORMS; form++) {
		struct question question = question_about(form, 1, 10 + form);

		will_reply(yes, 1);
		assert_yes(wait_for(&question, WAIT_MS));
		assert_int_equal(found(&at, &question.asked), REASON_MATCH);
	}
	/* The tier has nothing of tokens, and was not asked. */
	assert_int_equal(fake_tier_opened->looked, 1);
}

static void what_the_tier_has_is_not_asked_for(void **state)
{
	struct question question = question_about(SUBJECT_DOCUMENT, 1, 1);
	struct cache_question other_sale = question_of(SUBJECT_DOCUMENT, 1, 2);
	struct entry entry = entry_of(&at, &other_sale, "yes", "match", T0);
	struct inquiry_result result;

	(void)state;
	in_tier = &entry;
	result = wait_for(&question, WAIT_MS);
	assert_yes(result);
	assert_int_equal(result.source, SOURCE_CACHE);
	assert_int_equal(network.sent, 1); /* the key set's */
}

/* The tier is looked into as ever; of the service nothing is asked until it is over. */
static void in_an_outage_nobody_is_asked(void **state)
{
	struct question question = question_about(SUBJECT_DOCUMENT, 1, 1);
	struct cache_question other_sale = question_of(SUBJECT_DOCUMENT, 1, 2);
	struct entry entry = entry_of(&at, &other_sale, "yes", "match", T0);

	(void)state;
	config.outage = 300;
	for (enum subject_form form = 0; form < SUBJECT_FORMS; form++) {
		struct question another = question_about(form, 2, 10 + form);

		assert_ended(wait_for(&another, WAIT_MS), INQUIRY_OUTAGE, 300);
	}
	in_tier = &entry;
	assert_yes(wait_for(&question, WAIT_MS));
	in_tier = NULL;
	assert_int_equal(network.sent, 1); /* the key set's */
	config.outage = 0;
	assert_yes(ASK(yes));
}

/* What was asked before it began may be answered, retry and all; who joins is told, too. */
static void what_an_outage_finds_under_way_goes_on(void **state)
{
	static const struct reply later[] = { { .end = SILENCE },
		{ .result = "yes", .reason = "match" } };
	struct question question = question_about(SUBJECT_DOCUMENT, 1, 1);

	(void)state;
	will_reply(later, ARRAY_LEN(later));
	assert_ended(wait_for(&question, WAIT_MS), INQUIRY_PENDING, 0);
	config.outage = 300;
	assert_yes(wait_for(&question, QUESTION_MS));
	assert_int_equal(replies_left, 0);
}

static void a_silent_tier_is_not_waited_for(void **state)
{
	int64_t begun = at.time.mono_ms;

	(void)state;
	tier_is_silent = true;
	assert_yes(ASK(yes));
	assert_int_equal(at.time.mono_ms - begun, RECALL_MS);
}

static void a_question_that_is_not_by_person_looks_into_no_tier(void **state)
{
	struct question question = question_about(SUBJECT_DOCUMENT, 1, 1);

	(void)state;
	question.by_person = false; /* keep_yes = 0 */
	will_reply(yes, 1);
	assert_yes(wait_for(&question, WAIT_MS));
	assert_int_equal(fake_tier_opened->looked, 0);
}

/* One retry, elsewhere if there is another endpoint, with a nonce of its own. */
static void a_failure_is_retried_once(void **state)
{
	static const struct reply ends[] = {
		{ .end = END_RESOLVE },
		{ .end = END_CONNECT },
		{ .end = END_TLS },
		{ .end = END_SEND },
		{ .end = END_CUT_OFF },
		{ .status = 500 },
		{ .status = 501 },
		{ .status = 502 },
		{ .status = 503 },
		{ .status = 504 },
		{ .status = 204 },
	};
	struct inquiries_health health;

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(ends); i++) {
		struct reply twice[2] = { ends[i], ends[i] };
		struct reply then_healthy[2] = { ends[i], yes[0] };

		twice[0].endpoint = then_healthy[0].endpoint = 1;
		assert_ended(ASK(twice), INQUIRY_UNAVAILABLE, 1);
		assert_int_equal(seen_count, 2);
		assert_yes(ASK(then_healthy));
		assert_int_equal(seen[0].avoided, -1);
		assert_int_equal(seen[1].avoided, 1);
		assert_string_not_equal(seen[0].nonce, seen[1].nonce);
		assert_string_equal(seen[0].txn, seen[1].txn);
		assert_in_range(seen[1].at_ms - seen[0].at_ms, 20, 40);
	}
	assert_int_equal(network.failing, 3 * 6);
	inquiries_health(inquiries, &health);
	assert_int_equal(health.retries, 2 * ARRAY_LEN(ends));
}

static void silence_ends_with_the_attempt_and_then_with_the_question(void **state)
{
	static const struct reply once[] = { { .end = SILENCE },
		{ .result = "yes", .reason = "match" } };
	static const struct reply twice[] = { { .end = SILENCE }, { .end = SILENCE } };
	int64_t begun;

	(void)state;
	assert_yes(ASK(once));
	assert_int_equal(seen[0].deadline_ms - seen[0].at_ms, ATTEMPT_MS);
	begun = at.time.mono_ms;
	assert_ended(ASK(twice), INQUIRY_TIMEOUT, 1);
	assert_in_range(at.time.mono_ms - begun, 2 * ATTEMPT_MS, 2 * ATTEMPT_MS + 40);
}

/* The last attempt has what is left of the question's time, and no more. */
/* No pause is begun behind which there is no time left. */
static void a_retry_without_time_is_none(void **state)
{
	static const struct reply later[] = { { .status = 409, .retry_after_s = 9 } };
	static const struct reply failed[] = { { .end = END_CUT_OFF } };
	struct question question = question_about(SUBJECT_DOCUMENT, 1, 1);
	int64_t end = at.time.mono_ms + QUESTION_MS;

	(void)state;
	will_reply(later, 1);
	assert_ended(wait_for(&question, WAIT_MS), INQUIRY_PENDING, 9);
	will_reply(NULL, 0);
	go_on_for(end - 10 - at.time.mono_ms);
	will_reply(failed, 1);
	assert_ended(wait_for(&question, WAIT_MS), INQUIRY_UNAVAILABLE, 1);
	assert_int_equal(at.time.mono_ms, end - 10);
}

static void no_attempt_outlives_the_question(void **state)
{
	static const struct reply list[] = { { .status = 202, .retry_after_s = 8 },
		{ .end = SILENCE } };
	int64_t begun = at.time.mono_ms;

	(void)state;
	assert_ended(ASK(list), INQUIRY_PENDING, 1);
	assert_int_equal(at.time.mono_ms - begun, QUESTION_MS);
	assert_int_equal(seen[1].deadline_ms, begun + QUESTION_MS);
}

/* Others on the connection had fallen silent: nobody's failure, but not for ever. */
static void a_lost_connection_is_no_failure(void **state)
{
	struct reply list[17];

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(list); i++)
		list[i] = (struct reply){ .end = END_CONNECTION_GIVEN_UP, .endpoint = 1 };
	assert_ended(ask(list, 16), INQUIRY_UNAVAILABLE, 1);
	list[15] = yes[0];
	assert_yes(ask(list, 16));
	assert_int_equal(seen[15].avoided, -1); /* the same endpoint will do */
	assert_int_equal(seen[15].at_ms, seen[0].at_ms);
	list[1] = list[3] = (struct reply){ .status = 500 };
	assert_ended(ask(list, 4), INQUIRY_UNAVAILABLE, 1);
	assert_int_equal(network.failing, 2);
}

static void later_is_asked_again_within_the_deadline(void **state)
{
	static const struct reply list[] = {
		{ .status = 202, .retry_after_s = 3 },
		{ .status = 202 }, /* without Retry-After */
		{ .status = 202, .retry_after_s = NO_SECONDS },
		{ .result = "yes", .reason = "match" },
	};

	(void)state;
	assert_yes(ASK(list));
	assert_int_equal(seen[1].at_ms - seen[0].at_ms, 3000);
	assert_int_equal(seen[2].at_ms - seen[1].at_ms, 1000);
	assert_int_equal(seen[3].at_ms - seen[2].at_ms, 1000);
	assert_string_not_equal(seen[0].nonce, seen[1].nonce);
	assert_string_equal(seen[0].txn, seen[3].txn);
}

static void later_than_the_deadline_is_pending(void **state)
{
	static const struct reply at_deadline[] = { { .status = 202, .retry_after_s = 10 } };
	static const struct reply too_long[] = { { .status = 202, .retry_after_s = 3600 } };
	static const struct reply in_use[] = { { .status = 409, .retry_after_s = 30 } };
	int64_t begun = at.time.mono_ms;

	(void)state;
	assert_ended(ASK(at_deadline), INQUIRY_PENDING, 10);
	assert_ended(ASK(too_long), INQUIRY_PENDING, 60);
	assert_ended(ASK(in_use), INQUIRY_PENDING, 30);
	assert_int_equal(at.time.mono_ms, begun);
}

static void in_progress_is_asked_again(void **state)
{
	static const struct reply list[] = { { .status = 409, .retry_after_s = 2 },
		{ .result = "yes", .reason = "match" } };
	static const struct reply then_silent[] = { { .status = 409, .retry_after_s = 8 },
		{ .end = SILENCE } };

	(void)state;
	assert_yes(ASK(list));
	assert_int_equal(seen[1].at_ms - seen[0].at_ms, 2000);
	/* Nobody has said that a capture goes on. */
	assert_ended(ASK(then_silent), INQUIRY_TIMEOUT, 1);
}

/* A 202 costs nothing of what a question has for failures. */
static void waiting_is_no_attempt(void **state)
{
	struct reply list[36];

	(void)state;
	options.question_ms = 100000;
	inquiries_close(inquiries);
	inquiries = inquiries_open(&options, at.engine, at.cache, &network, &config);
	for (size_t i = 0; i < ARRAY_LEN(list); i++)
		list[i] = (struct reply){ .status = i % 2 ? 202 : 409, .retry_after_s = 1 };
	list[5] = (struct reply){ .status = 500 };
	list[35] = yes[0];
	{
		struct question question = question_about(SUBJECT_TOKEN, 1, 1);

		will_reply(list, ARRAY_LEN(list));
		assert_yes(wait_for(&question, 100000));
	}
}

/* Who cannot hope for anything before the end of its wait is told at once. */
static void who_waits_is_told_that_nothing_will_happen(void **state)
{
	static const struct reply list[] = { { .status = 202, .retry_after_s = 3 },
		{ .result = "yes", .reason = "match" } };
	struct question question = question_about(SUBJECT_DOCUMENT, 1, 1);
	int64_t begun = at.time.mono_ms;

	(void)state;
	will_reply(list, 2);
	assert_ended(wait_for(&question, WAIT_MS), INQUIRY_PENDING, 3);
	assert_int_equal(at.time.mono_ms, begun);
	/* The question goes on, and its answer is there for the next poll. */
	go_on_for(3000);
	assert_int_equal(found(&at, &question.asked), REASON_MATCH);
}

static void who_waits_is_told_in_time(void **state)
{
	static const struct reply list[] = { { .end = SILENCE },
		{ .result = "yes", .reason = "match" } };
	struct question question = question_about(SUBJECT_DOCUMENT, 1, 1);
	int64_t begun = at.time.mono_ms;

	(void)state;
	will_reply(list, 2);
	assert_ended(wait_for(&question, WAIT_MS), INQUIRY_PENDING, 0);
	assert_int_equal(at.time.mono_ms - begun, WAIT_MS);
	go_on_for(2 * ATTEMPT_MS);
	assert_int_equal(found(&at, &question.asked), REASON_MATCH);
}

static void slow_down_goes_to_another_endpoint_at_once(void **state)
{
	static const struct reply list[] = {
		{ .status = 429, .endpoint = 0, .retry_after_s = 7 },
		{ .status = 503, .endpoint = 1, .retry_after_s = 600 },
		{ .status = 429, .endpoint = 2 },
		{ .result = "yes", .reason = "match", .endpoint = 3 },
	};

	(void)state;
	assert_yes(ASK(list));
	assert_int_equal(network.rested_s[0], 7);
	assert_int_equal(network.rested_s[1], 60);
	assert_int_equal(network.rested_s[2], 1);
	assert_int_equal(seen[1].avoided, 0);
	assert_int_equal(seen[2].avoided, 1);
	assert_int_equal(seen[3].at_ms, seen[0].at_ms);
	assert_int_equal(network.failing, 0);
}

/* A Retry-After of 0 is one, too. */
static void slow_down_may_say_at_once(void **state)
{
	static const struct reply list[] = {
		{ .status = 503, .endpoint = 1, .retry_after_s = NO_SECONDS },
		{ .end = END_ALL_RESTING, .told_to_rest = true, .retry_after_s = 1 },
	};

	(void)state;
	assert_ended(ASK(list), INQUIRY_BUSY, 1);
	assert_int_equal(network.rested_s[1], 1);
	assert_int_equal(network.failing, 0);
}

static void if_all_rest_it_is_busy_or_unavailable(void **state)
{
	static const struct reply told[] = { { .status = 429, .retry_after_s = 9 },
		{ .end = END_ALL_RESTING, .told_to_rest = true, .retry_after_s = 9 } };
	static const struct reply broken[] = { { .end = END_ALL_RESTING, .retry_after_s = 90 } };
	static const struct reply no_time[] = { { .end = END_ALL_RESTING } };
	struct reply for_ever[16];

	(void)state;
	assert_ended(ASK(told), INQUIRY_BUSY, 9);
	assert_ended(ASK(broken), INQUIRY_UNAVAILABLE, 60);
	assert_ended(ASK(no_time), INQUIRY_UNAVAILABLE, 1);
	for (size_t i = 0; i < ARRAY_LEN(for_ever); i++)
		for_ever[i] = (struct reply){ .status = 429, .retry_after_s = 5 };
	assert_ended(ASK(for_ever), INQUIRY_BUSY, 5);
}

#define CASE(name) cmocka_unit_test_setup_teardown(name, open_all, close_all)

int main(void)
{
	const struct CMUnitTest tests[] = {
		CASE(a_yes_is_answered_and_kept),
		CASE(a_body_is_wiped_behind_its_request),
		CASE(a_no_and_an_undetermined_are_answers),
		CASE(each_form_is_asked),
		CASE(what_the_tier_has_is_not_asked_for),
		CASE(in_an_outage_nobody_is_asked),
		CASE(what_an_outage_finds_under_way_goes_on),
		CASE(a_silent_tier_is_not_waited_for),
		CASE(a_question_that_is_not_by_person_looks_into_no_tier),
		CASE(a_failure_is_retried_once),
		CASE(silence_ends_with_the_attempt_and_then_with_the_question),
		CASE(a_retry_without_time_is_none),
		CASE(no_attempt_outlives_the_question),
		CASE(a_lost_connection_is_no_failure),
		CASE(later_is_asked_again_within_the_deadline),
		CASE(later_than_the_deadline_is_pending),
		CASE(in_progress_is_asked_again),
		CASE(waiting_is_no_attempt),
		CASE(who_waits_is_told_that_nothing_will_happen),
		CASE(who_waits_is_told_in_time),
		CASE(slow_down_goes_to_another_endpoint_at_once),
		CASE(slow_down_may_say_at_once),
		CASE(if_all_rest_it_is_busy_or_unavailable),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
