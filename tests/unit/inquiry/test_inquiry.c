/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * One inquiry after the other through the table of inquiry.c, in one thread: the network, the
 * cache's tier, the configuration, the clocks and the engine say what the test wants.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "../heard.h"
#include "a_cache.h"
#include "fake_transport.h"
#include "fake_wait.h"
#include "inquiry/inquiry.h"

#define QUESTION_MS 10000
#define ATTEMPT_MS 3000
#define KEYS_MIN_MS 60000
#define KEYS_MS 3600000
#define WAIT_MS 1500
#define REPLIES_MAX 40
#define SILENCE ((enum attempt_end)(-1)) /* until the attempt's deadline */

/* What the network does with an attempt. */
struct reply {
	enum attempt_end end; /* END_STATUS: 0 */
	int status;
	int endpoint;
	int64_t retry_after_s; /* 0: no header; NO_SECONDS: "0" */
	bool told_to_rest;
	const char *result, *reason; /* of a signed answer */
	bool other_key; /* that is signed with a key that the set does not hold */
	bool garbled;
};
#define NO_SECONDS (-5)

/* What was asked of the network. */
struct seen {
	int64_t at_ms, deadline_ms;
	int avoided;
	char nonce[NONCE_LEN + 1], txn[TXN_LEN + 1];
};

static struct a_cache at;
static struct signer *other_signer;
static struct transport network;
static struct config config;
static struct inquiries *inquiries;
static struct heard heard;
static struct inquiry_options options;

static const struct reply *replies;
static size_t replies_left;
static struct seen seen[REPLIES_MAX];
static size_t seen_count;
static unsigned noted; /* number of the last one that was written down */
static const struct entry *in_tier;
static bool tier_is_silent, keys_are_silent, keys_are_good;
static size_t allocations_left = SIZE_MAX; /* SIZE_MAX: no end */

void *__real_calloc(size_t count, size_t size);
void *__wrap_calloc(size_t count, size_t size);
void *__real_malloc(size_t size);
void *__wrap_malloc(size_t size);

static bool may_allocate(void)
{
	if (allocations_left == SIZE_MAX)
		return true;
	if (allocations_left == 0)
		return false;
	allocations_left--;
	return true;
}

void *__wrap_calloc(size_t count, size_t size)
{
	return may_allocate() ? __real_calloc(count, size) : NULL;
}

void *__wrap_malloc(size_t size)
{
	return may_allocate() ? __real_malloc(size) : NULL;
}

static void member(const char *body, const char *name, char *out, size_t len)
{
	char mark[32];
	const char *found;

	(void)snprintf(mark, sizeof(mark), "\"%s\":\"", name);
	found = strstr(body, mark);
	assert_non_null(found);
	memcpy(out, found + strlen(mark), len);
	out[len] = '\0';
}

static void note(struct exchange *exchange)
{
	const struct attempt *attempt = &exchange->attempt;
	struct seen *as = &seen[seen_count++];

	assert_true(seen_count <= REPLIES_MAX);
	noted = exchange->number;
	*as = (struct seen){ at.time.mono_ms, attempt->deadline_ms, attempt->endpoint_to_avoid };
	member(attempt->body, "nonce", as->nonce, NONCE_LEN);
	member(attempt->body, "txn", as->txn, TXN_LEN);
	assert_int_equal(attempt->method, HTTP_POST);
	assert_string_equal(attempt->path, "/v2/sim-sale-verifications");
	assert_string_equal(attempt->idempotency_key, as->txn);
	assert_non_null(strstr(attempt->accept, ANSWER_TYP));
	assert_int_equal(attempt->len, strlen(attempt->body));
	assert_int_equal(attempt->body_max, JWS_MAX_LEN);
}

/* The last thing that was asked, for the service to sign. */
static struct cache_question on_the_table;

static char *signed_reply(const struct reply *reply)
{
	return vouch_sign(reply->other_key ? other_signer : at.signer,
		&(struct vouch){ .sbj = on_the_table.sbj.text,
			.txn = seen[seen_count - 1].txn,
			.nonce = seen[seen_count - 1].nonce,
			.form = on_the_table.form,
			.result = reply->result,
			.reason = reply->reason,
			.iat = at.time.wall });
}

static void end_with(struct exchange *exchange, const struct reply *reply)
{
	char *body = reply->result != NULL ? signed_reply(reply) : strdup("{\"type\":\"x\"}");
	struct attempt_result result = { .end = reply->end,
		.status = reply->result != NULL || reply->garbled ? 200 : reply->status,
		.endpoint = reply->end == END_ALL_RESTING ? -1 : reply->endpoint,
		.retry_after_s = reply->retry_after_s == 0            ? -1
				 : reply->retry_after_s == NO_SECONDS ? 0
								      : reply->retry_after_s,
		.told_to_rest = reply->told_to_rest,
		.type = "",
		.body = body,
		.cause = "a test" };

	assert_non_null(body);
	result.len = strlen(body);
	fake_transport_end(exchange, &result);
	free(body);
}

/* The key set's address. */
static bool keys_go_on(void)
{
	struct exchange *exchange = fake_transport_waiting(&network, GROUP_KEYS);
	static const struct attempt_result fetched = {
		.status = 200, .body = "{}", .len = 2, .cause = ""
	};

	if (exchange == NULL || keys_are_silent)
		return false;
	assert_int_equal(exchange->attempt.method, HTTP_GET);
	fake_transport_end(exchange, &fetched);
	return true;
}

static bool settle_keys(void)
{
	static unsigned settled;

	if (config.offered <= settled) {
		settled = config.offered;
		return false;
	}
	settled = config.offered;
	if (config.settled != NULL)
		config.settled(config.ctx, keys_are_good);
	return true;
}

/* One thing happens that can happen now; false: nothing can. */
static bool something_happens(void)
{
	struct exchange *exchange;

	fake_engine_run(at.engine);
	if (fake_tier_opened->looks != NULL && !tier_is_silent) {
		fake_tier_answer(fake_tier_opened, in_tier, 0);
		return true;
	}
	if (settle_keys() || keys_go_on())
		return true;
	exchange = fake_transport_waiting(&network, GROUP_SERVICE);
	if (exchange == NULL)
		return false;
	if (exchange->number > noted)
		note(exchange);
	if (replies_left == 0 || replies->end == SILENCE) {
		if (at.time.mono_ms < exchange->attempt.deadline_ms)
			return false;
		if (replies_left > 0) {
			replies++;
			replies_left--;
		}
		end_with(exchange, &(struct reply){ .end = END_TIMEOUT });
		return true;
	}
	replies_left--;
	end_with(exchange, replies++);
	return true;
}

static int64_t earlier(int64_t a, int64_t b)
{
	return a < b ? a : b;
}

/* The world goes on by one step, or the time to when it does. */
static void go_on(int64_t until_ms)
{
	struct exchange *exchange;

	if (something_happens())
		return;
	until_ms = earlier(until_ms, fake_engine_next(at.engine));
	exchange = fake_transport_waiting(&network, GROUP_SERVICE);
	if (exchange != NULL)
		until_ms = earlier(until_ms, exchange->attempt.deadline_ms);
	fake_engine_pass(at.engine, until_ms - at.time.mono_ms);
}

static void go_on_for(int64_t ms)
{
	int64_t end = at.time.mono_ms + ms;

	while (at.time.mono_ms < end)
		go_on(end);
	while (something_happens())
		;
}

static void open_inquiries(bool fetches_keys)
{
	options = (struct inquiry_options){ .question_ms = QUESTION_MS,
		.attempt_ms = ATTEMPT_MS,
		.max_in_flight = 4,
		.max_waiting = 4,
		.max_recall_waiting = 2,
		.fetches_keys = fetches_keys,
		.keys_refresh_ms = KEYS_MS,
		.keys_min_interval_ms = KEYS_MIN_MS,
		.clock = fake_clock(&at.time),
		.reporter = heard_by(&heard) };
	inquiries = inquiries_open(&options, at.engine, at.cache, &network, &config);
	assert_non_null(inquiries);
	while (something_happens()) /* the first fetch of keys */
		;
}

static int open_all(void **state)
{
	(void)state;
	memset(&network, 0, sizeof(network));
	memset(&config, 0, sizeof(config));
	open_cache(&at, CACHE_DISK);
	other_signer = signer_new(JWS_EDDSA, "k2");
	fake_wait_time = &at.time;
	fake_wait_hook = go_on;
	replies_left = seen_count = 0;
	noted = 0;
	in_tier = NULL;
	tier_is_silent = keys_are_silent = false;
	keys_are_good = true;
	allocations_left = SIZE_MAX;
	open_inquiries(true);
	return 0;
}

static int close_all(void **state)
{
	(void)state;
	inquiries_close(inquiries);
	assert_null(network.first);
	close_cache(&at);
	signer_free(other_signer);
	return 0;
}

static struct question question_about(enum subject_form form, unsigned person, unsigned sale)
{
	struct question question = { .asked = question_of(form, person, sale),
		.by_person = form == SUBJECT_DOCUMENT,
		.consent_text = "ru" };

	if (form != SUBJECT_DOCUMENT)
		(void)strcpy(question.token, "t");
	on_the_table = question.asked;
	return question;
}

static struct inquiry_result wait_for(const struct question *question, int64_t wait_ms)
{
	struct inquiry_result result = { 0 };

	inquiry_ask(inquiries, question, wait_ms, &result);
	return result;
}

static void will_reply(const struct reply *list, size_t count)
{
	replies = list;
	replies_left = count;
	seen_count = 0;
}

/* Asks, waits longer than any question takes, and has had each of the replies. */
static struct inquiry_result ask(const struct reply *list, size_t count)
{
	static unsigned sale;
	struct question question = question_about(SUBJECT_DOCUMENT, 1000 + sale, 1000 + sale);
	struct inquiry_result result;

	sale++;
	will_reply(list, count);
	result = wait_for(&question, 2 * QUESTION_MS);
	assert_int_equal(replies_left, 0);
	return result;
}

#define ASK(list) ask(list, ARRAY_LEN(list))

static void assert_ended(
	struct inquiry_result result, enum inquiry_outcome outcome, unsigned retry_after)
{
	assert_int_equal(result.outcome, outcome);
	assert_int_equal(result.retry_after, retry_after);
}

static const struct reply yes[] = { { .result = "yes", .reason = "match" } };

static void assert_yes(struct inquiry_result result)
{
	assert_ended(result, INQUIRY_ANSWERED, 0);
	assert_int_equal(result.answer.reason, REASON_MATCH);
}

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
	assert_int_equal(network.well, 2); /* with the key set's */
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

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(ends); i++) {
		struct reply twice[2] = { ends[i], ends[i] };
		struct reply then_well[2] = { ends[i], yes[0] };

		twice[0].endpoint = then_well[0].endpoint = 1;
		assert_ended(ASK(twice), INQUIRY_UNAVAILABLE, 1);
		assert_int_equal(seen_count, 2);
		assert_yes(ASK(then_well));
		assert_int_equal(seen[0].avoided, -1);
		assert_int_equal(seen[1].avoided, 1);
		assert_string_not_equal(seen[0].nonce, seen[1].nonce);
		assert_string_equal(seen[0].txn, seen[1].txn);
		assert_in_range(seen[1].at_ms - seen[0].at_ms, 20, 40);
	}
	assert_int_equal(network.unwell, 3 * 6);
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
	assert_int_equal(network.unwell, 2);
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
	assert_int_equal(network.unwell, 0);
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
	assert_int_equal(network.unwell, 0);
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

static unsigned times_heard(const char *part)
{
	unsigned count = 0;

	for (const char *at_part = heard.text; (at_part = strstr(at_part, part)) != NULL; at_part++)
		count++;
	return count;
}

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
	assert_int_equal(network.unwell, 0); /* the endpoint does its part */
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

	(void)state;
	assert_ended(ASK(garbled), INQUIRY_REJECTED, 0);
	assert_heard(&heard, "fails check 1 (form)");
	assert_ended(ASK(wrong), INQUIRY_REJECTED, 0);
	assert_heard(&heard, "fails check 11 (result)");
	assert_ended(ASK(large), INQUIRY_REJECTED, 0);
	assert_heard(&heard, "more than 16384 octets");
}

static void without_resources_of_ours_it_is_unavailable(void **state)
{
	static const struct reply descriptors[] = { { .end = END_NO_DESCRIPTORS } };
	static const struct reply memory[] = { { .end = END_NO_MEMORY } };

	(void)state;
	assert_ended(ASK(descriptors), INQUIRY_UNAVAILABLE, 1);
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
	at.time.mono_ms -= 2; /* what a timer of the loop may be early by */
	go_on_for(5001);
	assert_int_equal(found(&at, &question.asked), MISS);
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
	(void)state;
	joined_sale = 2;
	assert_yes(ask_two(yes, 1));
	assert_yes(joined_result);
	assert_int_equal(seen_count, 1);
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
		CASE(a_yes_is_answered_and_kept),
		CASE(a_no_and_an_undetermined_are_answers),
		CASE(each_form_is_asked),
		CASE(what_the_tier_has_is_not_asked_for),
		CASE(a_silent_tier_is_not_waited_for),
		CASE(a_question_that_is_not_by_person_looks_into_no_tier),
		CASE(a_failure_is_retried_once),
		CASE(silence_ends_with_the_attempt_and_then_with_the_question),
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
		CASE(our_fault_is_an_alarm_once_a_minute),
		CASE(a_refused_question_is_no_alarm),
		CASE(what_fails_a_check_is_rejected),
		CASE(without_resources_of_ours_it_is_unavailable),
		CASE(without_memory_it_does_not_open),
		CASE(an_unknown_key_is_fetched),
		CASE(a_key_that_stays_unknown_is_rejected),
		CASE(a_fetch_that_fails_settles_too),
		CASE(keys_are_fetched_from_time_to_time),
		CASE(without_an_address_no_key_is_fetched),
		CASE(without_memory_an_answer_does_not_wait_for_keys),
		CASE(the_deadline_comes_while_waiting_for_keys),
		CASE(the_deadline_comes_while_an_attempt_is_due),
		CASE(a_timer_that_fires_early_is_set_again),
		CASE(too_many_are_busy),
		CASE(the_table_is_bounded),
		CASE(closing_ends_all),
		CASE(a_joined_sale_has_the_persons_answer),
		CASE(a_joined_sale_asks_for_itself_where_the_answer_is_anothers),
		CASE(the_same_sale_joins_itself),
		CASE(a_joined_sale_asks_for_itself_where_the_question_was_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
