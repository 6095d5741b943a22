/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "an_inquiry.h"

struct a_cache at;
struct signer *other_signer;
struct transport network;
struct config config;
struct inquiries *inquiries;
struct heard heard;
struct inquiry_options options;

static const struct reply *replies;
size_t replies_left;
struct seen seen[REPLIES_MAX];
size_t seen_count;
static unsigned noted; /* number of the last one that was written down */
const struct entry *in_tier;
bool tier_is_silent, keys_are_silent, keys_are_good;
size_t allocations_left = SIZE_MAX; /* SIZE_MAX: no end */

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

static void note(struct exchange *exchange)
{
	const struct attempt *attempt = &exchange->attempt;
	struct seen *as = &seen[seen_count++];

	assert_true(seen_count <= REPLIES_MAX);
	noted = exchange->number;
	*as = (struct seen){ at.time.mono_ms, attempt->deadline_ms, attempt->endpoint_to_avoid };
	assert_true(vouch_member(attempt->body, "nonce", as->nonce, sizeof(as->nonce)));
	assert_true(vouch_member(attempt->body, "txn", as->txn, sizeof(as->txn)));
	assert_int_equal(attempt->method, HTTP_POST);
	assert_string_equal(attempt->path, "/v2/sim-sale-verifications");
	assert_string_equal(attempt->idempotency_key, as->txn);
	assert_non_null(strstr(attempt->accept, ANSWER_TYP));
	assert_int_equal(attempt->len, strlen(attempt->body));
	assert_int_equal(attempt->body_max, JWS_MAX_LEN);
}

/* The last thing that was asked, for the service to sign, unless a test says otherwise. */
struct cache_question on_the_table;

char *signed_reply(const struct reply *reply)
{
	return vouch_sign(reply->other_key ? other_signer : at.signer,
		&(struct vouch){ .sbj = on_the_table.sbj.text,
			.txn = seen[seen_count - 1].txn,
			.nonce = seen[seen_count - 1].nonce,
			.form = on_the_table.form,
			.result = reply->result,
			.reason = reply->reason,
			.iat = at.time.wall + reply->ahead_s });
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
bool something_happens(void)
{
	struct exchange *exchange;

	fake_engine_run(at.engine);
	if (fake_tier_opened->lookups != NULL && !tier_is_silent) {
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
void go_on(int64_t until_ms)
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

void go_on_for(int64_t ms)
{
	int64_t end = at.time.mono_ms + ms;

	while (at.time.mono_ms < end)
		go_on(end);
	while (something_happens())
		;
}

void open_inquiries(bool fetches_keys)
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

int open_all(void **state)
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

int close_all(void **state)
{
	(void)state;
	inquiries_close(inquiries);
	assert_null(network.first);
	close_cache(&at);
	signer_free(other_signer);
	return 0;
}

struct question question_about(enum subject_form form, unsigned person, unsigned sale)
{
	struct question question = { .asked = question_of(form, person, sale),
		.by_person = form == SUBJECT_DOCUMENT,
		.consent_text = "ru" };

	if (form != SUBJECT_DOCUMENT)
		(void)strcpy(question.token, "t");
	on_the_table = question.asked;
	return question;
}

struct inquiry_result wait_for(const struct question *question, int64_t wait_ms)
{
	struct inquiry_result result = { 0 };

	inquiry_ask(inquiries, question, wait_ms, &result);
	return result;
}

void will_reply(const struct reply *list, size_t count)
{
	replies = list;
	replies_left = count;
	seen_count = 0;
}

/* Asks, waits longer than any question takes, and has had each of the replies. */
struct inquiry_result ask(const struct reply *list, size_t count)
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

void assert_ended(struct inquiry_result result, enum inquiry_outcome outcome, unsigned retry_after)
{
	assert_int_equal(result.outcome, outcome);
	assert_int_equal(result.retry_after, retry_after);
}

const struct reply yes[1] = { { .result = "yes", .reason = "match" } };

void assert_yes(struct inquiry_result result)
{
	assert_ended(result, INQUIRY_ANSWERED, 0);
	assert_int_equal(result.answer.reason, REASON_MATCH);
}

unsigned times_heard(const char *part)
{
	unsigned count = 0;

	for (const char *at_part = heard.text; (at_part = strstr(at_part, part)) != NULL; at_part++)
		count++;
	return count;
}
