/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Answers of an unknown key, and the fetching of keys; what runs out, and closing. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "an_inquiry.h"

static const struct reply unknown_key[] = {
	{ .result = "yes", .reason = "match", .other_key = true }
};

/* The configuration has put it in force when it says that the set is settled. */
static void take_other_key(void)
{
	const struct signer *signers[] = { at.signer, other_signer };
	struct key_set *keys = signer_key_set(signers, 2);

	configure(&at, keys, DAY);
	key_set_unref(keys);
}

static void an_unknown_key_is_fetched(void **state)
{
	struct question question = question_about(SUBJECT_DOCUMENT, 1, 1);
	unsigned offered = config.offered;

	(void)state;
	go_on_for(KEYS_MIN_MS);
	will_reply(unknown_key, 1);
	keys_are_silent = true;
	assert_ended(wait_for(&question, 1), INQUIRY_PENDING, 0);
	assert_non_null(fake_transport_waiting(&network, GROUP_KEYS));
	keys_are_silent = false;
	take_other_key();
	assert_yes(wait_for(&question, WAIT_MS));
	assert_int_equal(config.offered, offered + 1);
	assert_int_equal(seen_count, 1); /* the answer was kept, the service not asked again */
	assert_int_equal(found(&at, &question.asked), REASON_MATCH);
}

static void a_key_that_stays_unknown_is_rejected(void **state)
{
	(void)state;
	go_on_for(KEYS_MIN_MS);
	assert_ended(ASK(unknown_key), INQUIRY_REJECTED, 0);
	assert_heard(&heard, "not among those in force");
	assert_int_equal(config.offered, 2);
	/* At most one fetch in its time, whatever comes. */
	assert_ended(ASK(unknown_key), INQUIRY_REJECTED, 0);
	assert_int_equal(config.offered, 2);
	go_on_for(KEYS_MIN_MS);
	keys_are_good = false;
	assert_ended(ASK(unknown_key), INQUIRY_REJECTED, 0);
	assert_int_equal(config.offered, 3);
	assert_heard(&heard, "nothing in it can be used");
}

static void a_fetch_that_fails_settles_too(void **state)
{
	static const struct attempt_result not_found = { .status = 404, .cause = "" };
	static const struct attempt_result cut = {
		.end = END_CUT_OFF, .endpoint = -1, .cause = "cut off"
	};
	const struct attempt_result *const results[] = { &not_found, &cut };

	(void)state;
	for (unsigned i = 0; i < ARRAY_LEN(results); i++) {
		struct question question = question_about(SUBJECT_DOCUMENT, i, i);

		go_on_for(2 * KEYS_MIN_MS);
		keys_are_silent = true;
		will_reply(unknown_key, 1);
		assert_ended(wait_for(&question, 1), INQUIRY_PENDING, 0);
		fake_transport_end(fake_transport_waiting(&network, GROUP_KEYS), results[i]);
		keys_are_silent = false;
		assert_heard(&heard, i == 0 ? "its HTTP status is not 200" : "cut off");
		assert_heard(&heard, "the next attempt is in 60 s");
	}
	assert_int_equal(times_heard("not among those in force"), 2);
}

/* The key set is fetched without being asked for, and no more often than it may. */
static void keys_are_fetched_from_time_to_time(void **state)
{
	(void)state;
	assert_int_equal(config.offered, 1);
	go_on_for(KEYS_MS - 1);
	assert_int_equal(config.offered, 1);
	go_on_for(1);
	assert_int_equal(config.offered, 2);
	network.out_of_memory = true;
	go_on_for(KEYS_MS);
	assert_heard(&heard, "out of memory");
	network.out_of_memory = false;
	go_on_for(KEYS_MIN_MS);
	assert_int_equal(config.offered, 3);
}

/* Settings that ask for more than they allow. */
static void keys_are_not_fetched_more_often_than_allowed(void **state)
{
	(void)state;
	inquiries_close(inquiries);
	options.keys_refresh_ms = 1000;
	inquiries = inquiries_open(&options, at.engine, at.cache, &network, &config);
	go_on_for(10 * KEYS_MIN_MS + 1500);
	assert_in_range(config.offered, 10, 12); /* the first opening's among them */
}

static void without_an_address_no_key_is_fetched(void **state)
{
	(void)state;
	inquiries_close(inquiries);
	open_inquiries(false);
	go_on_for(KEYS_MS);
	assert_int_equal(config.offered, 1); /* the first opening's */
	assert_ended(ASK(unknown_key), INQUIRY_REJECTED, 0);
}

static void without_memory_an_answer_does_not_wait_for_keys(void **state)
{
	struct question question = question_about(SUBJECT_DOCUMENT, 1, 1);
	struct exchange *exchange;
	struct attempt_result result = { .status = 200, .cause = "" };
	char *body;

	(void)state;
	go_on_for(KEYS_MIN_MS);
	will_reply(NULL, 0);
	assert_ended(wait_for(&question, 1), INQUIRY_PENDING, 0);
	exchange = fake_transport_waiting(&network, GROUP_SERVICE);
	body = signed_reply(unknown_key);
	result.body = body;
	result.len = strlen(body);
	/* OpenSSL and jansson have allocators of their own: here it is parking that fails. */
	allocations_left = 0;
	fake_transport_end(exchange, &result);
	allocations_left = SIZE_MAX;
	free(body);
	assert_int_equal(times_heard("no decision"), 1);
}

static void the_deadline_comes_while_waiting_for_keys(void **state)
{
	struct question question = question_about(SUBJECT_DOCUMENT, 1, 1);
	int64_t begun;

	(void)state;
	go_on_for(KEYS_MIN_MS);
	begun = at.time.mono_ms;
	keys_are_silent = true;
	will_reply(unknown_key, 1);
	assert_ended(wait_for(&question, 2 * QUESTION_MS), INQUIRY_TIMEOUT, 1);
	assert_int_equal(at.time.mono_ms - begun, QUESTION_MS);
}

/* The engine was held up: its timers fire when the deadline has passed. */
static void the_deadline_comes_while_an_attempt_is_due(void **state)
{
	static const struct reply list[] = { { .status = 202, .retry_after_s = 5 } };
	static const struct reply failed[] = { { .status = 500 } };
	struct question question = question_about(SUBJECT_DOCUMENT, 1, 1);
	struct question other = question_about(SUBJECT_DOCUMENT, 2, 2);

	(void)state;
	will_reply(list, 1);
	assert_ended(wait_for(&question, 1), INQUIRY_PENDING, 5);
	will_reply(failed, 1);
	assert_ended(wait_for(&other, 1), INQUIRY_PENDING, 0);
	at.time.mono_ms += QUESTION_MS;
	fake_engine_run(at.engine);
	assert_null(network.first);
	assert_int_equal(seen_count, 1);
}

static void a_timer_that_fires_early_is_set_again(void **state)
{
	static const struct reply list[] = { { .status = 202, .retry_after_s = 5 },
		{ .result = "yes", .reason = "match" } };
	struct question question = question_about(SUBJECT_DOCUMENT, 1, 1);

	(void)state;
	will_reply(list, 2);
	assert_ended(wait_for(&question, 1), INQUIRY_PENDING, 5);
	go_on_for(4999);
	fake_engine_fire(at.engine);
	go_on(at.time.mono_ms);
	assert_int_equal(seen_count, 1);
	go_on_for(1);
	assert_int_equal(found(&at, &question.asked), REASON_MATCH);
}

/* Beyond max_in_flight the service is not asked, and then it is again. */
static void too_many_are_busy(void **state)
{
	struct question question;

	(void)state;
	will_reply(NULL, 0);
	for (unsigned i = 0; i < 4; i++) {
		question = question_about(SUBJECT_DOCUMENT, i, i);
		assert_ended(wait_for(&question, 1), INQUIRY_PENDING, 0);
	}
	question = question_about(SUBJECT_DOCUMENT, 5, 5);
	assert_ended(wait_for(&question, 1), INQUIRY_BUSY, 1);
	go_on_for(2 * QUESTION_MS);
	assert_yes(ASK(yes));
}

/* Nor is the table without bounds: not even the tier is looked into. */
static void the_table_is_bounded(void **state)
{
	struct question question;

	(void)state;
	tier_is_silent = true;
	for (unsigned i = 0; i < 4096; i++) {
		question = question_about(SUBJECT_DOCUMENT, i, i);
		assert_ended(wait_for(&question, 0), INQUIRY_PENDING, 0);
	}
	question = question_about(SUBJECT_DOCUMENT, 5000, 5000);
	assert_ended(wait_for(&question, 0), INQUIRY_BUSY, 1);
	question = question_about(SUBJECT_DOCUMENT, 5, 5); /* joins */
	assert_ended(wait_for(&question, 0), INQUIRY_PENDING, 0);
}

/* In each state there is one when it closes; nothing is left behind. */
static void closing_ends_all(void **state)
{
	static const struct reply list[] = { { .status = 202, .retry_after_s = 5 } };
	struct question question = question_about(SUBJECT_DOCUMENT, 1, 1);
	struct inquiry_result result;

	(void)state;
	go_on_for(KEYS_MIN_MS);
	keys_are_silent = true;
	will_reply(unknown_key, 1);
	assert_ended(wait_for(&question, 1), INQUIRY_PENDING, 0); /* awaiting keys */
	question = question_about(SUBJECT_DOCUMENT, 2, 2);
	will_reply(list, 1);
	assert_ended(wait_for(&question, 1), INQUIRY_PENDING, 5); /* ready */
	question = question_about(SUBJECT_DOCUMENT, 3, 3);
	will_reply(NULL, 0);
	assert_ended(wait_for(&question, 1), INQUIRY_PENDING, 0); /* asking */
	tier_is_silent = true;
	question = question_about(SUBJECT_DOCUMENT, 4, 4);
	assert_ended(wait_for(&question, 1), INQUIRY_PENDING, 0); /* recalling */
	inquiries_close(inquiries);
	assert_int_equal(network.cancelled, 2); /* the question's, and the key set's */
	assert_int_equal(fake_tier_opened->cancelled, 1);
	assert_null(config.settled);
	inquiries = NULL;
	(void)result;
}

#define CASE(name) cmocka_unit_test_setup_teardown(name, open_all, close_all)

int main(void)
{
	const struct CMUnitTest tests[] = {
		CASE(an_unknown_key_is_fetched),
		CASE(a_key_that_stays_unknown_is_rejected),
		CASE(a_fetch_that_fails_settles_too),
		CASE(keys_are_fetched_from_time_to_time),
		CASE(keys_are_not_fetched_more_often_than_allowed),
		CASE(without_an_address_no_key_is_fetched),
		CASE(without_memory_an_answer_does_not_wait_for_keys),
		CASE(the_deadline_comes_while_waiting_for_keys),
		CASE(the_deadline_comes_while_an_attempt_is_due),
		CASE(a_timer_that_fires_early_is_set_again),
		CASE(too_many_are_busy),
		CASE(the_table_is_bounded),
		CASE(closing_ends_all),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
