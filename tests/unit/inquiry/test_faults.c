/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Faults of ours, refused questions, bad answers, too little of something; and joined sales. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "an_inquiry.h"

#define MINUTE_MS 60000

static void our_fault_is_an_alarm_once_a_minute(void **state)
{
	static const int statuses[] = { 400, 401, 403, 404, 405, 406, 408, 413, 415, 302, 418 };
	static const struct reply again[] = { { .status = 403 } };

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(statuses); i++) {
		struct reply list[] = { { .status = statuses[i], .retry_after_s = 5 } };

		assert_ended(ASK(list), INQUIRY_NOT_CONFIGURED, 0);
	}
	assert_heard(
		&heard, "error -:0: https://id.example refuses our questions with HTTP status 400");
	assert_int_equal(times_heard("error"), 1);
	go_on_for(59999);
	assert_ended(ASK(again), INQUIRY_NOT_CONFIGURED, 0);
	assert_int_equal(times_heard("error"), 1);
	go_on_for(1);
	assert_ended(ASK(again), INQUIRY_NOT_CONFIGURED, 0);
	assert_int_equal(times_heard("error"), 2);
	assert_heard(&heard, "HTTP status 403");
	assert_int_equal(network.failing, 0); /* the endpoint does its part */
}

static void a_refused_question_is_no_alarm(void **state)
{
	static const struct reply list[] = { { .status = 422 } };

	(void)state;
	assert_ended(ASK(list), INQUIRY_REFUSED, 0);
	assert_ended(ASK(list), INQUIRY_REFUSED, 0);
	assert_int_equal(times_heard("warning"), 1);
	assert_int_equal(times_heard("HTTP status 422"), 1);
	assert_int_equal(times_heard("error"), 0);
	go_on_for(60000);
	assert_ended(ASK(list), INQUIRY_REFUSED, 0);
	assert_int_equal(times_heard("HTTP status 422"), 2);
}

static void what_fails_a_check_is_rejected(void **state)
{
	static const struct reply garbled[] = { { .garbled = true } };
	static const struct reply wrong[] = { { .result = "yes", .reason = "no_match" } };
	static const struct reply large[] = { { .end = END_TOO_LARGE } };
	struct inquiries_health health;

	(void)state;
	assert_ended(ASK(garbled), INQUIRY_REJECTED, 0);
	assert_heard(&heard, "fails check 1 (form)");
	assert_ended(ASK(wrong), INQUIRY_REJECTED, 0);
	assert_heard(&heard, "fails check 11 (result)");
	assert_ended(ASK(large), INQUIRY_REJECTED, 0);
	assert_heard(&heard, "more than 16384 octets");
	inquiries_health(inquiries, &health);
	assert_int_equal(health.rejected[CHECK_FORM], 2);
	assert_int_equal(health.rejected[CHECK_RESULT], 1);
	assert_int_equal(histogram_count(&health.seconds), 3);
	assert_int_equal(health.in_flight, 0);
	assert_int_equal(health.retries, 0);
}

/* Not the answer's fault, and not the network's: it is said which clock is off, and by how much. */
static void a_clock_that_is_off_is_named(void **state)
{
	static const struct reply within[] = {
		{ .result = "yes", .reason = "match", .ahead_s = ANSWER_CLOCK_SKEW }
	};
	static const struct reply ahead[] = {
		{ .result = "yes", .reason = "match", .ahead_s = ANSWER_CLOCK_SKEW + 10 }
	};
	static const struct reply behind[] = {
		{ .result = "no", .reason = "id_locked", .ahead_s = -DAY }
	};

	(void)state;
	assert_ended(ASK(ahead), INQUIRY_REJECTED, 0);
	assert_heard(&heard, "error -:0: the service's answer fails check 10 (time): no decision; "
			     "this machine's clock is 70 s behind the service's");
	assert_ended(ASK(behind), INQUIRY_REJECTED, 0);
	go_on_for(MINUTE_MS);
	assert_ended(ASK(behind), INQUIRY_REJECTED, 0);
	assert_heard(&heard, "(and 1 more before)");
	assert_heard(&heard, "this machine's clock is 86400 s ahead of the service's");
	assert_int_equal(ASK(within).outcome, INQUIRY_ANSWERED);
}

/* Before it costs sales: by each answer it can be told whether the clocks agree. */
static void a_clock_that_goes_wrong_is_told_in_time(void **state)
{
	static const struct reply steps[][1] = {
		{ { .result = "yes", .reason = "match", .ahead_s = 10 } },
		{ { .result = "yes", .reason = "match", .ahead_s = -10 } },
		{ { .result = "yes", .reason = "match", .ahead_s = 11 } },
		{ { .result = "yes", .reason = "match", .ahead_s = -15 } },
	};

	(void)state;
	assert_yes(ASK(steps[0]));
	assert_yes(ASK(steps[1]));
	assert_int_equal(times_heard("clock"), 0);
	assert_yes(ASK(steps[2]));
	assert_heard(&heard, "warning -:0: this machine's clock is 11 s behind the service's");
	assert_yes(ASK(steps[3]));
	assert_int_equal(times_heard("this machine's clock"), 1);
	go_on_for(60 * MINUTE_MS);
	assert_yes(ASK(steps[3]));
	assert_heard(&heard, "this machine's clock is 15 s ahead of the service's");
}

/* One line a minute of each kind, though every sale fails. */
static void what_every_answer_lacks_is_told_once_a_minute(void **state)
{
	static const struct reply garbled[] = { { .garbled = true } };
	static const struct reply wrong[] = { { .result = "yes", .reason = "no_match" } };

	(void)state;
	for (int i = 0; i < 5; i++)
		assert_ended(ASK(garbled), INQUIRY_REJECTED, 0);
	assert_ended(ASK(wrong), INQUIRY_REJECTED, 0);
	assert_int_equal(times_heard("fails check 1 (form): no decision; "), 1);
	assert_int_equal(times_heard("fails check 11 (result): no decision; "), 1);
	go_on_for(MINUTE_MS);
	assert_ended(ASK(garbled), INQUIRY_REJECTED, 0);
	assert_heard(&heard, "(and 4 more before)");
	assert_int_equal(times_heard("fails check"), 3);
}

static void without_resources_of_ours_it_is_unavailable(void **state)
{
	static const struct reply descriptors[] = { { .end = END_NO_DESCRIPTORS } };
	static const struct reply memory[] = { { .end = END_NO_MEMORY } };

	(void)state;
	assert_ended(ASK(descriptors), INQUIRY_UNAVAILABLE, 1);
	assert_int_equal(times_heard("could not be asked about a sale (a test)"), 1);
	assert_ended(ASK(memory), INQUIRY_UNAVAILABLE, 1);
	network.out_of_memory = true;
	assert_ended(ask(NULL, 0), INQUIRY_UNAVAILABLE, 1);
	network.out_of_memory = false;
	fake_engine_starve(at.engine, true);
	assert_ended(ask(NULL, 0), INQUIRY_UNAVAILABLE, 1);
	fake_engine_starve(at.engine, false);
	allocations_left = 0;
	assert_ended(ask(NULL, 0), INQUIRY_UNAVAILABLE, 0);
	allocations_left = 1; /* not for the recall, nor for the attempt */
	assert_int_equal(ask(NULL, 0).outcome, INQUIRY_UNAVAILABLE);
	allocations_left = SIZE_MAX;
	assert_yes(ASK(yes));
}

static void without_memory_it_does_not_open(void **state)
{
	(void)state;
	inquiries_close(inquiries);
	for (allocations_left = 0; allocations_left < 5; allocations_left++) {
		size_t granted = allocations_left;

		inquiries = inquiries_open(&options, at.engine, at.cache, &network, &config);
		allocations_left = granted;
		if (inquiries != NULL)
			break;
		assert_null(network.first);
	}
	assert_in_range(allocations_left, 2, 4);
	allocations_left = SIZE_MAX;
	inquiries_close(inquiries);
	fake_engine_starve(at.engine, true);
	inquiries = inquiries_open(&options, at.engine, at.cache, &network, &config);
	assert_null(inquiries);
	fake_engine_starve(at.engine, false);
	inquiries_close(NULL);
	open_inquiries(true);
}

static unsigned joined_sale;
static struct inquiry_result joined_result;

/* While the first waits, a second asks about the same person; then the answer comes. */
static void second_asks(int64_t until_ms)
{
	struct question second = question_about(SUBJECT_DOCUMENT, 1, joined_sale);

	(void)until_ms;
	fake_wait_hook = go_on;
	joined_result = wait_for(&second, WAIT_MS);
}

static struct inquiry_result ask_two(const struct reply *list, size_t count)
{
	struct question first = question_about(SUBJECT_DOCUMENT, 1, 1);

	will_reply(list, count);
	fake_wait_hook = second_asks;
	return wait_for(&first, WAIT_MS);
}

static void a_joined_sale_has_the_persons_answer(void **state)
{
	struct inquiries_health health;

	(void)state;
	joined_sale = 2;
	assert_yes(ask_two(yes, 1));
	assert_yes(joined_result);
	assert_int_equal(seen_count, 1);
	inquiries_health(inquiries, &health);
	assert_int_equal(health.joined, 1);
	assert_int_equal(histogram_count(&health.seconds), 1);
}

static void a_joined_sale_asks_for_itself_where_the_answer_is_anothers(void **state)
{
	static const struct reply list[] = { { .result = "no", .reason = "too_soon" },
		{ .result = "yes", .reason = "match" } };

	(void)state;
	joined_sale = 2;
	assert_int_equal(ask_two(list, 2).answer.reason, REASON_TOO_SOON);
	assert_yes(joined_result);
	assert_int_equal(seen_count, 2);
	assert_string_not_equal(seen[0].txn, seen[1].txn);
}

/* The same sale asked twice at once is the same question, whatever the answer is. */
static void the_same_sale_joins_itself(void **state)
{
	static const struct reply list[] = { { .result = "no", .reason = "too_soon" } };

	(void)state;
	joined_sale = 1;
	assert_int_equal(ask_two(list, 1).answer.reason, REASON_TOO_SOON);
	assert_int_equal(joined_result.answer.reason, REASON_TOO_SOON);
	assert_int_equal(seen_count, 1);
}

/* 422 says something of one question: with the joined sale's own there may be nothing wrong. */
static void a_joined_sale_asks_for_itself_where_the_question_was_refused(void **state)
{
	static const struct reply list[] = { { .status = 422 },
		{ .result = "yes", .reason = "match" } };

	(void)state;
	joined_sale = 2;
	assert_ended(ask_two(list, 2), INQUIRY_REFUSED, 0);
	assert_yes(joined_result);
	joined_sale = 1;
	assert_ended(ask_two(list, 1), INQUIRY_REFUSED, 0);
	assert_ended(joined_result, INQUIRY_REFUSED, 0);
}

#define CASE(name) cmocka_unit_test_setup_teardown(name, open_all, close_all)

int main(void)
{
	const struct CMUnitTest tests[] = {
		CASE(our_fault_is_an_alarm_once_a_minute),
		CASE(a_refused_question_is_no_alarm),
		CASE(what_fails_a_check_is_rejected),
		CASE(a_clock_that_is_off_is_named),
		CASE(a_clock_that_goes_wrong_is_told_in_time),
		CASE(what_every_answer_lacks_is_told_once_a_minute),
		CASE(without_resources_of_ours_it_is_unavailable),
		CASE(without_memory_it_does_not_open),
		CASE(a_joined_sale_has_the_persons_answer),
		CASE(a_joined_sale_asks_for_itself_where_the_answer_is_anothers),
		CASE(the_same_sale_joins_itself),
		CASE(a_joined_sale_asks_for_itself_where_the_question_was_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
