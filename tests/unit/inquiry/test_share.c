/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Who gets what there is when it runs short, and when shops are told to ask again: share.c and
 * pace.c, by what askers are told. One thread; the network and the clocks do what a case says.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "an_inquiry.h"

#define ROOM 8
#define SHARE 2
#define TEN_MINUTES_MS 600000

static unsigned people; /* each question is about another one */

static void reopen(int64_t max_waiting, int64_t max_recall_waiting, int64_t max_moment_waiting)
{
	inquiries_close(inquiries);
	options.fetches_keys = false;
	options.max_in_flight = ROOM;
	options.max_in_flight_per_shop = SHARE;
	options.max_waiting = max_waiting;
	options.max_recall_waiting = max_recall_waiting;
	options.max_moment_waiting = max_moment_waiting;
	inquiries = inquiries_open(&options, at.engine, at.cache, &network, &config);
	assert_non_null(inquiries);
}

static int open_room(void **state)
{
	if (open_all(state) != 0)
		return -1;
	reopen(4, 2, 0);
	will_reply(NULL, 0);
	return 0;
}

static struct question question_of_shop(const char *shop)
{
	struct question question = question_about(SUBJECT_DOCUMENT, people, people);

	people++;
	(void)strcpy(question.shop, shop);
	return question;
}

/* Another sale of a shop: what it is told within a millisecond. */
static struct inquiry_result sell(const char *shop)
{
	struct question question = question_of_shop(shop);

	return wait_for(&question, 1);
}

static void assert_sells(const char *shop, unsigned times)
{
	for (unsigned i = 0; i < times; i++)
		assert_int_equal(sell(shop).outcome, INQUIRY_PENDING);
}

/* All that is under way times out. */
static void end_all(void)
{
	go_on_for(2 * QUESTION_MS);
	assert_null(network.first);
}

static void alone_a_shop_has_all_there_is(void **state)
{
	(void)state;
	assert_sells("a", ROOM);
	assert_int_equal(sell("a").outcome, INQUIRY_BUSY);
}

static void beside_others_a_quarter_is_left_to_them(void **state)
{
	(void)state;
	assert_sells("b", 1);
	assert_sells("a", 5); /* six of eight: short */
	assert_ended(sell("a"), INQUIRY_TOO_MANY, 1);
	assert_sells("b", 1); /* has one, of two */
	assert_int_equal(sell("b").outcome, INQUIRY_TOO_MANY);
	assert_sells("c", 1);
	assert_int_equal(sell("d").outcome, INQUIRY_BUSY); /* nobody's fault */
	end_all();
	assert_sells("a", 6); /* what has ended is free */
	assert_int_equal(sell("a").outcome, INQUIRY_TOO_MANY);
}

/* A shop that has others under way: what of its own has ended counts no more. */
static void what_has_ended_is_no_part_of_a_share(void **state)
{
	static const struct reply refused[] = { { .status = 422 }, { .status = 422 } };

	(void)state;
	assert_sells("a", 3);
	assert_sells("b", 1);
	will_reply(refused, 2); /* to the oldest */
	go_on_for(0);
	assert_int_equal(replies_left, 0);
	will_reply(NULL, 0);
	assert_sells("c", 4); /* six of eight: short */
	assert_sells("a", 1); /* has one, of two */
	assert_int_equal(sell("a").outcome, INQUIRY_TOO_MANY);
}

/* The table of those under way is bounded, not the number that there ever were. */
static void what_has_ended_leaves_room(void **state)
{
	static const struct reply refused[] = { { .status = 422 } };

	(void)state;
	for (int i = 0; i < 5000; i++)
		assert_ended(ASK(refused), INQUIRY_REFUSED, 0);
}

static int waiters; /* who wait within each other */
static int64_t last_waited_ms;

/* Three of another shop wait, and then one of the first. */
static void another_waits(int64_t until_ms)
{
	static const char *const shops[] = { "c", "d", "a" };
	struct question question;

	if (waiters == ARRAY_LEN(shops)) {
		go_on(until_ms);
		return;
	}
	question = question_of_shop(shops[waiters++]);
	last_waited_ms = -at.time.mono_ms;
	assert_int_equal(wait_for(&question, 100).outcome, INQUIRY_PENDING);
	if (last_waited_ms < 0)
		last_waited_ms += at.time.mono_ms;
}

/* Places for workers are short: who held one before has it no more. */
static void who_has_waited_holds_no_place(void **state)
{
	struct question question = question_of_shop("a");

	(void)state;
	assert_sells("b", 1);
	assert_int_equal(wait_for(&question, 100).outcome, INQUIRY_PENDING); /* and goes on */
	waiters = 0;
	fake_wait_hook = another_waits;
	question = question_of_shop("b");
	(void)wait_for(&question, 100);
	assert_int_equal(waiters, 3);
	assert_int_equal(last_waited_ms, 100);
}

static void who_has_asked_before_is_not_forgotten_at_once(void **state)
{
	(void)state;
	assert_sells("b", 1);
	assert_sells("a", 1);
	go_on_for(TEN_MINUTES_MS - 1000);
	assert_sells("a", 6);
	assert_int_equal(sell("a").outcome, INQUIRY_TOO_MANY);
	end_all();
	assert_sells("a", ROOM);
	assert_int_equal(sell("a").outcome, INQUIRY_BUSY);
}

/* It costs nothing to join, nor to look for what is kept. */
static void more_than_a_share_still_joins(void **state)
{
	struct question question = question_of_shop("a");

	(void)state;
	assert_sells("b", 1);
	assert_int_equal(wait_for(&question, 1).outcome, INQUIRY_PENDING);
	assert_sells("a", 4);
	assert_int_equal(sell("a").outcome, INQUIRY_TOO_MANY);
	assert_int_equal(wait_for(&question, 1).outcome, INQUIRY_PENDING);
	assert_int_equal(network.sent, 7); /* and the first fetch of keys */
}

static void more_than_a_share_still_finds_what_is_kept(void **state)
{
	struct entry entry = { .stored_at = at.time.wall - 10, .keep_until = at.time.wall + 1000 };
	struct question question;
	char *jws;

	(void)state;
	assert_sells("b", 1);
	assert_sells("a", 5);
	question = question_of_shop("a");
	jws = vouch_sign(at.signer, &(struct vouch){ .sbj = question.asked.sbj.text,
					    .txn = question.asked.txn,
					    .nonce = "AAAAAAAAAAAAAAAAAAAAAA",
					    .form = question.asked.form,
					    .result = "yes",
					    .reason = "match",
					    .iat = entry.stored_at });
	entry.token_len = strlen(jws);
	memcpy(entry.token, jws, entry.token_len);
	free(jws);
	in_tier = &entry;
	assert_yes(wait_for(&question, 1));
	in_tier = NULL;
	assert_int_equal(sell("a").outcome, INQUIRY_TOO_MANY);
	/* With a token there is nothing kept, and nothing is begun for it. */
	question = question_about(SUBJECT_TOKEN, 999, 999);
	(void)strcpy(question.shop, "a");
	assert_ended(wait_for(&question, 1), INQUIRY_TOO_MANY, 1);
	assert_int_equal(network.sent, 7); /* and the first fetch of keys */
}

/* What is under way, and has been seen by the network, is answered now. */
static void answer_now(void)
{
	size_t count = seen_count;

	will_reply(yes, 1);
	seen_count = count;
	go_on_for(0);
	assert_int_equal(replies_left, 0);
	will_reply(NULL, 0);
}

static void take(int64_t ms)
{
	struct question question = question_of_shop("a");

	will_reply(NULL, 0);
	assert_int_equal(wait_for(&question, ms).outcome, INQUIRY_PENDING);
	answer_now();
}

static void retry_after_is_what_answers_take(void **state)
{
	struct question question;

	(void)state;
	assert_ended(sell("a"), INQUIRY_PENDING, 0); /* nobody knows yet */
	end_all();
	for (int i = 0; i < 3; i++)
		take(2900);
	question = question_of_shop("a");
	assert_ended(wait_for(&question, 1), INQUIRY_PENDING, 3);
	assert_ended(wait_for(&question, 1000), INQUIRY_PENDING, 2);
	assert_ended(wait_for(&question, 1500), INQUIRY_PENDING, 1);
	/* Overdue: half of what it has taken. */
	assert_ended(wait_for(&question, 3000), INQUIRY_PENDING, 3);
	end_all();
	for (int i = 0; i < 30; i++)
		take(5);
	assert_ended(sell("a"), INQUIRY_PENDING, 1);
	go_on_for(61000); /* what was is not what is */
	assert_ended(sell("a"), INQUIRY_PENDING, 0);
	end_all();
	for (int i = 0; i < 20; i++)
		take(2900);
	go_on_for(61000); /* nor has it any weight */
	take(5);
	assert_ended(sell("a"), INQUIRY_PENDING, 1);
}

/* Of a sale that does not wait: when it comes back, and what that reply is held back by. */
static void assert_comes_back(int64_t wait_ms, unsigned retry_after, unsigned hold_ms)
{
	struct question question = question_of_shop("a");
	int64_t begun = at.time.mono_ms;
	struct inquiry_result result = wait_for(&question, wait_ms);

	assert_ended(result, INQUIRY_PENDING, retry_after);
	assert_int_equal(result.hold_ms, hold_ms);
	assert_int_equal(at.time.mono_ms, begun);
	end_all();
}

/* Seconds are coarse: who would come a little too early is told a little later. */
static void what_is_behind_whole_seconds_holds_the_reply(void **state)
{
	static const struct {
		int64_t took_ms;
		unsigned retry_after, hold_ms;
	} rows[] = {
		{ 100, 1, 0 },
		{ 700, 1, 0 }, /* it is there within the second */
		{ 760, 1, 0 }, /* 760 + 50 + 190 */
		{ 800, 1, 50 },
		{ 1000, 1, 300 },
		{ 1400, 1, 700 },
		{ 1449, 1, 749 },
		{ 1450, 2, 0 }, /* nearly another second */
		{ 1700, 2, 0 },
		{ 2000, 2, 300 },
	};

	(void)state;
	reopen(0, 0, 0);
	assert_comes_back(WAIT_MS, 0, 0); /* nobody knows yet */
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		struct question question = question_of_shop("a");

		reopen(0, 0, 0);
		(void)wait_for(&question, WAIT_MS);
		go_on_for(rows[i].took_ms);
		answer_now();
		assert_comes_back(WAIT_MS, rows[i].retry_after, rows[i].hold_ms);
	}
}

/* No reply leaves later than the worker would have waited, nor for what is overdue. */
static void a_reply_is_held_within_the_wait(void **state)
{
	struct question question = question_of_shop("a");
	struct inquiry_result result;

	(void)state;
	reopen(0, 0, 0);
	(void)wait_for(&question, WAIT_MS);
	go_on_for(1000);
	answer_now();
	assert_comes_back(300, 1, 300);
	assert_comes_back(299, 1, 0);
	go_on_for(21000);
	assert_comes_back(300, 0, 0); /* it was too long ago */

	question = question_of_shop("a");
	(void)wait_for(&question, WAIT_MS);
	go_on_for(1000);
	answer_now();
	question = question_of_shop("a");
	(void)wait_for(&question, WAIT_MS);
	go_on_for(1000);
	result = wait_for(&question, WAIT_MS); /* which is overdue */
	assert_ended(result, INQUIRY_PENDING, 1);
	assert_int_equal(result.hold_ms, 0);
}

/* People take as long as they take: that says nothing of a question without a capture. */
static void a_capture_says_nothing_of_other_answers(void **state)
{
	static const struct reply list[] = { { .status = 202, .retry_after_s = 5 },
		{ .result = "yes", .reason = "match" } };
	struct question question = question_of_shop("a");

	(void)state;
	will_reply(list, 2);
	assert_yes(wait_for(&question, QUESTION_MS));
	will_reply(NULL, 0);
	assert_ended(sell("a"), INQUIRY_PENDING, 0);
}

static void no_room_is_told_with_what_answers_take(void **state)
{
	(void)state;
	take(2900);
	assert_sells("a", ROOM);
	assert_ended(sell("a"), INQUIRY_BUSY, 3);
}

/* Nobody may wait but for a moment, and the one answer so far took so long. */
static void open_after(int64_t took_ms, int64_t max_moment_waiting)
{
	struct question question = question_of_shop("a");

	reopen(0, 0, max_moment_waiting);
	assert_ended(wait_for(&question, WAIT_MS), INQUIRY_PENDING, 0); /* not known: not waited */
	go_on_for(took_ms);
	answer_now();
}

/* Beyond max_waiting: where answers come within a moment, one is waited. */
static void a_moment_is_waited_if_it_is_likely_to_do(void **state)
{
	struct question question;
	int64_t begun;

	(void)state;
	open_after(10, 1);
	will_reply(yes, 1);
	question = question_of_shop("a");
	assert_yes(wait_for(&question, WAIT_MS));
	will_reply(NULL, 0);
	begun = at.time.mono_ms;
	question = question_of_shop("a");
	assert_ended(wait_for(&question, WAIT_MS), INQUIRY_PENDING, 1);
	assert_in_range(at.time.mono_ms - begun, 1, 50);
	begun = at.time.mono_ms; /* in vain: not again within a second */
	assert_ended(wait_for(&question, WAIT_MS), INQUIRY_PENDING, 1);
	assert_int_equal(at.time.mono_ms, begun);
}

/* Where answers are quick, any worker waits as long as a blink; not where they are not, nor in vain. */
static void any_worker_waits_for_a_quick_answer(void **state)
{
	struct question question;
	int64_t begun;

	(void)state;
	open_after(10, 0);
	will_reply(yes, 1);
	question = question_of_shop("a");
	assert_yes(wait_for(&question, WAIT_MS));
	will_reply(NULL, 0);
	go_on_for(100);
	begun = at.time.mono_ms;
	question = question_of_shop("a");
	assert_ended(wait_for(&question, WAIT_MS), INQUIRY_PENDING, 1);
	assert_int_equal(at.time.mono_ms - begun, 20);
	begun = at.time.mono_ms;
	question = question_of_shop("a");
	assert_ended(wait_for(&question, WAIT_MS), INQUIRY_PENDING, 1);
	assert_int_equal(at.time.mono_ms, begun);
}

static void no_worker_waits_for_a_slow_answer(void **state)
{
	struct question question;
	int64_t begun;

	(void)state;
	open_after(60, 0);
	question = question_of_shop("a");
	assert_int_equal(wait_for(&question, 0).outcome, INQUIRY_PENDING);
	go_on_for(30); /* due in thirty */
	begun = at.time.mono_ms;
	assert_int_equal(wait_for(&question, WAIT_MS).outcome, INQUIRY_PENDING);
	assert_int_equal(at.time.mono_ms, begun);
}

/* What should have been answered long ago is nothing to wait a moment for. */
static void nobody_waits_a_moment_for_what_is_overdue(void **state)
{
	struct question question;
	int64_t begun;

	(void)state;
	open_after(10, 1);
	question = question_of_shop("a");
	assert_int_equal(wait_for(&question, 0).outcome, INQUIRY_PENDING);
	for (int late = 0; late < 2; late++) {
		go_on_for(late ? 30 : 40); /* 40, and 30 beyond its moment; the mean is ten */
		begun = at.time.mono_ms;
		assert_int_equal(wait_for(&question, 1).outcome, INQUIRY_PENDING);
		assert_int_equal(at.time.mono_ms > begun, !late);
	}
}

/* Whoever has less time than a moment waits less. */
static void nobody_waits_a_moment_longer_than_they_can(void **state)
{
	struct question question;
	int64_t begun;

	(void)state;
	open_after(10, 1);
	begun = at.time.mono_ms;
	question = question_of_shop("a");
	assert_ended(wait_for(&question, 3), INQUIRY_PENDING, 1);
	assert_int_equal(at.time.mono_ms - begun, 3);
}

static struct question older;

/* Behind the moment of whoever waits, almost: the older question is answered. */
static void an_answer_comes_late(int64_t until_ms)
{
	static const struct reply *const answer = yes;

	if (until_ms - at.time.mono_ms > 5) {
		fake_engine_pass(at.engine, until_ms - 5 - at.time.mono_ms);
		on_the_table = older.asked;
		will_reply(answer, 1);
		seen_count = 1; /* its request */
	}
	go_on(until_ms);
}

/* Others are answered: the next one may be luckier. */
static void a_moment_in_vain_counts_where_nobody_is_answered(void **state)
{
	struct question question;
	int64_t begun;

	(void)state;
	for (int i = 0; i < 2; i++) {
		open_after(10, 1);
		older = question_of_shop("a");
		will_reply(NULL, 0);
		assert_int_equal(wait_for(&older, 0).outcome, INQUIRY_PENDING);
		go_on_for(0);
		question = question_of_shop("a");
		if (i == 0)
			fake_wait_hook = an_answer_comes_late;
		assert_int_equal(wait_for(&question, WAIT_MS).outcome, INQUIRY_PENDING);
		fake_wait_hook = go_on;
		begun = at.time.mono_ms;
		question = question_of_shop("a");
		assert_int_equal(wait_for(&question, WAIT_MS).outcome, INQUIRY_PENDING);
		assert_int_equal(at.time.mono_ms > begun, i == 0);
		end_all();
	}
}

/* What was kept says nothing of how long the service takes. */
static void what_is_recalled_says_nothing_of_answers(void **state)
{
	struct entry entry;
	struct question question = question_of_shop("a");
	struct inquiry_result result;

	(void)state;
	entry = entry_of(&at, &question.asked, "yes", "match", at.time.wall - 10);
	in_tier = &entry;
	result = wait_for(&question, WAIT_MS);
	assert_yes(result);
	assert_int_equal(result.source, SOURCE_CACHE);
	in_tier = NULL;
	assert_ended(sell("a"), INQUIRY_PENDING, 0);
}

static const struct reply slow_down[] = { { .status = 429, .retry_after_s = 60 } };

static void one_429_is_about_one_sale(void **state)
{
	unsigned healthy;

	(void)state;
	network.rested_s[0] = 0;
	assert_yes(ASK(yes));
	assert_ended(ASK(slow_down), INQUIRY_BUSY, 60);
	assert_int_equal(network.rested_s[0], 0);
	assert_yes(ASK(yes));
	healthy = network.healthy;
	assert_ended(ASK(slow_down), INQUIRY_BUSY, 60);
	assert_int_equal(network.rested_s[0], 0);
	assert_int_equal(network.healthy, healthy); /* nor is it a sign of health */
	assert_int_equal(network.failing, 0);
}

static void two_429_are_about_all(void **state)
{
	static const struct reply again[] = { { .status = 429, .retry_after_s = 60 },
		{ .end = END_ALL_RESTING, .told_to_rest = true, .retry_after_s = 60 } };

	(void)state;
	network.rested_s[0] = 0;
	assert_yes(ASK(yes));
	assert_ended(ASK(slow_down), INQUIRY_BUSY, 60);
	assert_ended(ASK(again), INQUIRY_BUSY, 60);
	assert_int_equal(network.rested_s[0], 60);
}

static void a_503_is_about_all(void **state)
{
	static const struct reply list[] = { { .status = 503, .retry_after_s = 9 },
		{ .end = END_ALL_RESTING, .told_to_rest = true, .retry_after_s = 9 } };

	(void)state;
	assert_yes(ASK(yes));
	assert_ended(ASK(list), INQUIRY_BUSY, 9);
	assert_int_equal(network.rested_s[0], 9);
}

static void without_memory_for_a_share_nothing_is_asked(void **state)
{
	(void)state;
	allocations_left = 0;
	assert_int_equal(sell("a").outcome, INQUIRY_UNAVAILABLE);
	allocations_left = 1;
	assert_int_equal(sell("a").outcome, INQUIRY_UNAVAILABLE);
	allocations_left = SIZE_MAX;
	assert_sells("a", 1);
}

#define CASE(name) cmocka_unit_test_setup_teardown(name, open_room, close_all)

int main(void)
{
	const struct CMUnitTest tests[] = {
		CASE(alone_a_shop_has_all_there_is),
		CASE(beside_others_a_quarter_is_left_to_them),
		CASE(what_has_ended_is_no_part_of_a_share),
		CASE(what_has_ended_leaves_room),
		CASE(who_has_waited_holds_no_place),
		CASE(who_has_asked_before_is_not_forgotten_at_once),
		CASE(more_than_a_share_still_joins),
		CASE(more_than_a_share_still_finds_what_is_kept),
		CASE(retry_after_is_what_answers_take),
		CASE(what_is_behind_whole_seconds_holds_the_reply),
		CASE(a_reply_is_held_within_the_wait),
		CASE(a_capture_says_nothing_of_other_answers),
		CASE(no_room_is_told_with_what_answers_take),
		CASE(a_moment_is_waited_if_it_is_likely_to_do),
		CASE(any_worker_waits_for_a_quick_answer),
		CASE(no_worker_waits_for_a_slow_answer),
		CASE(nobody_waits_a_moment_for_what_is_overdue),
		CASE(nobody_waits_a_moment_longer_than_they_can),
		CASE(a_moment_in_vain_counts_where_nobody_is_answered),
		CASE(what_is_recalled_says_nothing_of_answers),
		CASE(one_429_is_about_one_sale),
		CASE(two_429_are_about_all),
		CASE(a_503_is_about_all),
		CASE(without_memory_for_a_share_nothing_is_asked),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
