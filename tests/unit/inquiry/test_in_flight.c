/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Workers that wait, with the real engine and real threads: who joins whom, who may wait and for
 * what, and what closing does to them. The network and the cache's tier wait for the test.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "base/base64url.h"
#include "fake_tier.h"
#include "fake_transport.h"
#include "inquiry/inquiry.h"
#include "vouch.h"

#define LONG_MS 20000 /* nobody waits so long: something else ends it */
#define WORKERS 8

/* The clock of waiting workers is the system's; one of them can be held up where it reads it. */
static _Thread_local int reads_until_held = -1;
static atomic_bool is_held, is_let_go, is_closed, was_closed_on;

static void nap(void)
{
	const struct timespec ms = { 0, 1000000 };

	(void)nanosleep(&ms, NULL);
}

static int64_t wall(void *ctx)
{
	(void)ctx;
	return time(NULL);
}

static int64_t real_mono_ms(void)
{
	struct timespec now;

	(void)clock_gettime(CLOCK_MONOTONIC, &now);
	return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

static int64_t mono_ms(void *ctx)
{
	(void)ctx;
	if (reads_until_held >= 0 && reads_until_held-- == 0) {
		atomic_store(&is_held, true);
		for (int i = 0; i < 300 && !atomic_load(&is_let_go); i++) {
			if (atomic_load(&is_closed))
				atomic_store(&was_closed_on, true);
			nap();
		}
	}
	return real_mono_ms();
}

const struct clock system_clock = { wall, mono_ms, NULL };

static struct engine *engine;
static struct signer *signer;
static struct answer_policy *policy;
static struct cache *cache;
static struct transport network;
static struct config config;
static struct inquiries *inquiries;

static int open_with(int64_t max_waiting, int64_t max_recall_waiting)
{
	const struct cache_options cached = { .memory_octets = 1 << 20,
		.tier = CACHE_DISK,
		.recall_ms = LONG_MS,
		.clock = system_clock };
	const struct inquiry_options options = { .question_ms = LONG_MS,
		.attempt_ms = LONG_MS,
		.max_in_flight = 64,
		.max_in_flight_per_shop = 64,
		.max_waiting = max_waiting,
		.max_recall_waiting = max_recall_waiting,
		.clock = system_clock };
	const struct signer *signers[1];
	struct key_set *keys;

	memset(&network, 0, sizeof(network));
	atomic_store(&is_held, false);
	atomic_store(&is_let_go, false);
	atomic_store(&is_closed, false);
	atomic_store(&was_closed_on, false);
	engine = engine_start();
	signers[0] = signer = signer_new(JWS_EDDSA, "k1");
	keys = signer_key_set(signers, 1);
	policy = vouch_policy(keys, 86400);
	key_set_unref(keys);
	cache = cache_open(&cached, engine, policy);
	assert_non_null(cache);
	inquiries = inquiries_open(&options, engine, cache, &network, &config);
	assert_non_null(inquiries);
	return 0;
}

static int open_wide(void **state)
{
	(void)state;
	return open_with(WORKERS, 0);
}

static int open_narrow(void **state)
{
	(void)state;
	return open_with(2, 1);
}

static int close_all(void **state)
{
	(void)state;
	inquiries_close(inquiries);
	cache_close(cache, 1000);
	engine_stop(engine);
	answer_policy_unref(policy);
	signer_free(signer);
	return 0;
}

static struct question question_about(unsigned person, unsigned sale)
{
	struct question question = { .by_person = true, .consent_text = "ru" };
	struct person_key *sbj = &question.asked.sbj;

	sbj->bytes[0] = sbj->bytes[PERSON_KEY_LEN - 1] = (uint8_t)person;
	base64url_encode(sbj->bytes, PERSON_KEY_LEN, sbj->text);
	(void)snprintf(question.asked.txn, sizeof(question.asked.txn),
		"00000000-0000-8000-8000-%012x", sale);
	return question;
}

/* A worker that asks. */
struct worker {
	pthread_t thread;
	struct question question;
	int64_t wait_ms, took_ms;
	int held_at; /* at which reading of the clock; -1: never */
	struct inquiry_result result;
};

static void *work(void *ctx)
{
	struct worker *worker = ctx;
	int64_t begun = real_mono_ms();

	reads_until_held = worker->held_at;
	inquiry_ask(inquiries, &worker->question, worker->wait_ms, &worker->result);
	worker->took_ms = real_mono_ms() - begun;
	return NULL;
}

static void start_asking(struct worker *worker, struct question question)
{
	*worker = (struct worker){ .question = question, .wait_ms = LONG_MS, .held_at = -1 };
	assert_int_equal(pthread_create(&worker->thread, NULL, work, worker), 0);
}

static void start_for(struct worker *worker, const char *shop, unsigned person, unsigned sale)
{
	struct question question = question_about(person, sale);

	(void)strcpy(question.shop, shop);
	start_asking(worker, question);
}

static void start(struct worker *worker, unsigned person, unsigned sale)
{
	start_for(worker, "", person, sale);
}

static void assert_leaves(struct worker *worker, enum inquiry_outcome outcome)
{
	assert_int_equal(pthread_join(worker->thread, NULL), 0);
	assert_int_equal(worker->result.outcome, outcome);
	assert_true(worker->took_ms < LONG_MS / 2);
}

/* Engine thread: what has come so far. */
struct come {
	unsigned lookups, sent, waiting;
};

static void count(void *ctx)
{
	struct come *come = ctx;

	*come = (struct come){ .sent = network.sent };
	for (struct tier_lookup *lookup = fake_tier_opened->lookups; lookup != NULL;
		lookup = lookup->next)
		come->lookups++;
	for (struct exchange *each = network.first; each != NULL; each = each->next)
		come->waiting++;
}

static void await_looks(unsigned lookups)
{
	struct come come;

	do {
		nap();
		engine_call(engine, count, &come);
	} while (come.lookups < lookups);
	assert_int_equal(come.lookups, lookups);
}

static void await_waiting(unsigned waiting)
{
	struct come come;

	do {
		nap();
		engine_call(engine, count, &come);
	} while (come.waiting < waiting);
	assert_int_equal(come.waiting, waiting);
}

/* Long enough for threads to reach what they wait for, where nothing shows it. */
static void settle(void)
{
	for (int i = 0; i < 30; i++)
		nap();
}

static void find_nothing(void *ctx)
{
	(void)ctx;
	while (fake_tier_opened->lookups != NULL)
		fake_tier_answer(fake_tier_opened, NULL, 0);
}

static void find(void *entry)
{
	fake_tier_answer(fake_tier_opened, entry, 0);
}

static void member(const char *body, const char *mark, char *out, size_t len)
{
	memcpy(out, strstr(body, mark) + strlen(mark), len);
	out[len] = '\0';
}

struct reply {
	const char *result, *reason;
};

/* Engine thread: the oldest question has an answer. */
static void answer(void *ctx)
{
	const struct reply *reply = ctx;
	struct exchange *exchange = fake_transport_waiting(&network, GROUP_SERVICE);
	char txn[TXN_LEN + 1], nonce[NONCE_LEN + 1], sbj[PERSON_KEY_TEXT_LEN + 1], *jws;

	if (exchange == NULL)
		return;
	member(exchange->attempt.body, "\"txn\":\"", txn, TXN_LEN);
	member(exchange->attempt.body, "\"nonce\":\"", nonce, NONCE_LEN);
	member(exchange->attempt.body, "\"sbj\":\"", sbj, PERSON_KEY_TEXT_LEN);
	jws = vouch_sign(signer, &(struct vouch){ .sbj = sbj,
					 .txn = txn,
					 .nonce = nonce,
					 .result = reply->result,
					 .reason = reply->reason,
					 .iat = time(NULL) });
	fake_transport_end(
		exchange, &(struct attempt_result){
				  .status = 200, .body = jws, .len = strlen(jws), .cause = "" });
	free(jws);
}

static struct reply yes = { "yes", "match" }, too_soon = { "no", "too_soon" };

static void sales_of_one_person_are_one_question(void **state)
{
	struct worker workers[WORKERS];

	(void)state;
	for (unsigned i = 0; i < WORKERS; i++)
		start(&workers[i], 1, i);
	await_looks(1);
	settle();
	engine_call(engine, find_nothing, NULL);
	await_waiting(1);
	engine_call(engine, answer, &yes);
	for (unsigned i = 0; i < WORKERS; i++) {
		assert_leaves(&workers[i], INQUIRY_ANSWERED);
		assert_int_equal(workers[i].result.answer.result, RESULT_YES);
	}
	assert_int_equal(network.sent, 1);
}

/* A token's question is shared with nobody, but whoever asks again for the same sale finds it. */
static void a_sale_joins_its_own_question(void **state)
{
	struct worker workers[3];

	(void)state;
	for (unsigned i = 0; i < 3; i++) {
		struct question question = question_about(1, i / 2);

		question.by_person = false;
		start_asking(&workers[i], question);
	}
	await_waiting(2);
	settle();
	engine_call(engine, answer, &too_soon);
	engine_call(engine, answer, &too_soon);
	for (unsigned i = 0; i < 3; i++)
		assert_leaves(&workers[i], INQUIRY_ANSWERED);
	assert_int_equal(network.sent, 2);
}

/* Engine thread: 202, and nothing happens for so long. */
static void say_later(void *ctx)
{
	const int64_t *seconds = ctx;

	fake_transport_end(fake_transport_waiting(&network, GROUP_SERVICE),
		&(struct attempt_result){ .status = 202, .retry_after_s = *seconds, .cause = "" });
}

/* A worker that waits in vain is somebody else's. */
static void who_would_wait_in_vain_leaves_at_once(void **state)
{
	int64_t seconds = LONG_MS / 1000 * 3 / 4;
	struct worker workers[2];

	(void)state;
	for (unsigned i = 0; i < 2; i++) {
		workers[i] = (struct worker){
			.question = question_about(1, i), .wait_ms = LONG_MS / 2, .held_at = -1
		};
		assert_int_equal(pthread_create(&workers[i].thread, NULL, work, &workers[i]), 0);
	}
	await_looks(1);
	engine_call(engine, find_nothing, NULL);
	await_waiting(1);
	settle();
	engine_call(engine, say_later, &seconds);
	for (unsigned i = 0; i < 2; i++) {
		assert_leaves(&workers[i], INQUIRY_PENDING);
		assert_int_equal(workers[i].result.retry_after, seconds);
	}
}

static void other_persons_and_consents_are_other_questions(void **state)
{
	struct question consented = question_about(1, 3);
	struct worker workers[3];

	(void)state;
	start(&workers[0], 1, 1);
	start(&workers[1], 2, 2);
	(void)strcpy(consented.consent_text, "uz");
	start_asking(&workers[2], consented);
	await_looks(3);
	engine_call(engine, find_nothing, NULL);
	await_waiting(3);
	for (unsigned i = 0; i < 3; i++)
		engine_call(engine, answer, &yes);
	for (unsigned i = 0; i < 3; i++)
		assert_leaves(&workers[i], INQUIRY_ANSWERED);
}

/* What is said of one sale alone: the others ask, each for itself. */
static void another_sales_own_answer_is_not_shared(void **state)
{
	struct worker workers[WORKERS];
	unsigned yeses = 0;

	(void)state;
	for (unsigned i = 0; i < WORKERS; i++)
		start(&workers[i], 1, i);
	await_looks(1);
	settle();
	engine_call(engine, find_nothing, NULL);
	await_waiting(1);
	engine_call(engine, answer, &too_soon);
	await_looks(WORKERS - 1);
	engine_call(engine, find_nothing, NULL);
	await_waiting(WORKERS - 1);
	for (unsigned i = 0; i < WORKERS - 1; i++)
		engine_call(engine, answer, &yes);
	for (unsigned i = 0; i < WORKERS; i++) {
		assert_leaves(&workers[i], INQUIRY_ANSWERED);
		yeses += workers[i].result.answer.result == RESULT_YES;
	}
	assert_int_equal(yeses, WORKERS - 1);
	assert_int_equal(network.sent, WORKERS);
}

/* Two wait for the service, one more for the tier alone, and the next for nothing. */
static void so_many_wait_and_no_more(void **state)
{
	struct worker patient[2], impatient, none;

	(void)state;
	start(&patient[0], 1, 1);
	start(&patient[1], 2, 2);
	await_looks(2);
	engine_call(engine, find_nothing, NULL);
	await_waiting(2);
	start(&impatient, 3, 3);
	await_looks(1);
	start(&none, 4, 4);
	assert_leaves(&none, INQUIRY_PENDING);
	await_looks(2);
	engine_call(engine, find_nothing, NULL);
	/* It knows that the tier has nothing: the question goes on without it. */
	assert_leaves(&impatient, INQUIRY_PENDING);
	await_waiting(4);
	/* Its place is free again, and a question that is past the tier is not waited for. */
	start(&impatient, 3, 5);
	assert_leaves(&impatient, INQUIRY_PENDING);
	for (unsigned i = 0; i < 4; i++)
		engine_call(engine, answer, &yes);
	for (unsigned i = 0; i < 2; i++)
		assert_leaves(&patient[i], INQUIRY_ANSWERED);
	/* Asked without anybody waiting, and kept. */
	for (unsigned i = 3; i < 5; i++) {
		struct question question = question_about(i, 100);
		struct answer kept;

		assert_true(cache_lookup(cache, &question.asked, time(NULL), &kept));
	}
}

/* Six of eight places are one shop's: the last two are not for it, once another has asked. */
static void the_last_places_are_for_others(void **state)
{
	struct worker first, workers[6], none, others[2];

	(void)state;
	start_for(&first, "b", 100, 100);
	await_looks(1);
	engine_call(engine, find_nothing, NULL);
	await_waiting(1);
	engine_call(engine, answer, &yes);
	assert_leaves(&first, INQUIRY_ANSWERED);
	for (unsigned i = 0; i < 6; i++)
		start_for(&workers[i], "a", i, i);
	await_looks(6);
	settle();
	start_for(&none, "a", 6, 6);
	assert_leaves(&none, INQUIRY_PENDING);
	for (unsigned i = 0; i < 2; i++)
		start_for(&others[i], i == 0 ? "b" : "c", 7 + i, 7 + i);
	await_looks(9); /* the question goes on without its worker, too */
	settle();
	engine_call(engine, find_nothing, NULL);
	await_waiting(9);
	for (unsigned i = 0; i < 9; i++)
		engine_call(engine, answer, &yes);
	for (unsigned i = 0; i < 6; i++)
		assert_leaves(&workers[i], INQUIRY_ANSWERED);
	for (unsigned i = 0; i < 2; i++)
		assert_leaves(&others[i], INQUIRY_ANSWERED);
}

/* A hung service costs no answer that the cache's tier has. */
static void who_waits_for_the_tier_has_its_answer(void **state)
{
	struct worker patient[2], impatient;
	struct question question = question_about(3, 3);
	struct entry entry = { .stored_at = time(NULL) - 10, .keep_until = time(NULL) + 1000 };
	char *jws = vouch_sign(signer, &(struct vouch){ .sbj = question.asked.sbj.text,
					       .txn = question.asked.txn,
					       .nonce = "AAAAAAAAAAAAAAAAAAAAAA",
					       .result = "yes",
					       .reason = "match",
					       .iat = entry.stored_at });

	(void)state;
	entry.token_len = strlen(jws);
	memcpy(entry.token, jws, entry.token_len);
	free(jws);
	start(&patient[0], 1, 1);
	start(&patient[1], 2, 2);
	await_looks(2);
	engine_call(engine, find_nothing, NULL);
	await_waiting(2);
	start(&impatient, 3, 4);
	await_looks(1);
	settle();
	engine_call(engine, find, &entry);
	assert_leaves(&impatient, INQUIRY_ANSWERED);
	assert_int_equal(impatient.result.source, SOURCE_CACHE);
	for (unsigned i = 0; i < 2; i++)
		engine_call(engine, answer, &yes);
	for (unsigned i = 0; i < 2; i++)
		assert_leaves(&patient[i], INQUIRY_ANSWERED);
}

static void who_may_not_wait_is_told_at_once(void **state)
{
	struct question question = question_about(1, 1);
	struct inquiry_result result;

	(void)state;
	for (int64_t wait_ms = -1; wait_ms <= 0; wait_ms++) {
		inquiry_ask(inquiries, &question, wait_ms, &result);
		assert_int_equal(result.outcome, INQUIRY_PENDING);
	}
	await_looks(1);
}

static void a_wait_has_an_end(void **state)
{
	struct question question = question_about(1, 1);
	struct inquiry_result result;
	int64_t begun = real_mono_ms();

	(void)state;
	inquiry_ask(inquiries, &question, 50, &result);
	assert_int_equal(result.outcome, INQUIRY_PENDING);
	assert_in_range(real_mono_ms() - begun, 50, LONG_MS / 2);
}

static void closing_wakes_all_who_wait(void **state)
{
	struct worker workers[WORKERS];

	(void)state;
	for (unsigned i = 0; i < WORKERS; i++)
		start(&workers[i], i % 3, i);
	await_looks(3);
	settle();
	inquiries_close(inquiries);
	for (unsigned i = 0; i < WORKERS; i++)
		assert_leaves(&workers[i], INQUIRY_UNAVAILABLE);
	inquiries = NULL;
}

static void *close_now(void *ctx)
{
	(void)ctx;
	inquiries_close(inquiries);
	atomic_store(&is_closed, true);
	return NULL;
}

/* Who was told another sale's own answer is still inside when it is about to ask for itself. */
static void closing_waits_for_who_asks_again(void **state)
{
	struct worker first,
		second = { .question = question_about(1, 2), .wait_ms = LONG_MS, .held_at = 2 };
	pthread_t closing;

	(void)state;
	start(&first, 1, 1);
	await_looks(1);
	assert_int_equal(pthread_create(&second.thread, NULL, work, &second), 0);
	settle();
	engine_call(engine, find_nothing, NULL);
	await_waiting(1);
	engine_call(engine, answer, &too_soon);
	assert_leaves(&first, INQUIRY_ANSWERED);
	while (!atomic_load(&is_held))
		nap();
	assert_int_equal(pthread_create(&closing, NULL, close_now, NULL), 0);
	settle();
	atomic_store(&is_let_go, true);
	assert_leaves(&second, INQUIRY_UNAVAILABLE);
	assert_int_equal(pthread_join(closing, NULL), 0);
	assert_false(atomic_load(&was_closed_on));
	inquiries = NULL;
}

/* All at once, for the thread sanitizer: workers, lookups, a network, and other settings. */
static atomic_bool is_over;
static atomic_uint rounds;

static void *work_on(void *ctx)
{
	unsigned seed = (unsigned)(uintptr_t)ctx;

	while (!atomic_load(&is_over)) {
		unsigned number = (unsigned)rand_r(&seed);
		struct question question = question_about(number % 5, number % 64);
		struct inquiry_result result;
		struct answer kept;

		if (!cache_lookup(cache, &question.asked, time(NULL), &kept))
			inquiry_ask(inquiries, &question, number % 8, &result);
		if (number % 16 == 0)
			cache_configure(cache, policy);
		atomic_fetch_add(&rounds, 1);
	}
	return NULL;
}

static void serve(void *ctx)
{
	unsigned *turn = ctx;
	static struct reply locked = { "no", "id_locked" };

	find_nothing(NULL);
	answer(++*turn % 3 == 0 ? &too_soon : *turn % 3 == 1 ? &locked : &yes);
	if (*turn % 7 == 0)
		fake_tier_opened->events.removed(fake_tier_opened->events.ctx);
}

static void all_at_once(void **state)
{
	pthread_t threads[WORKERS];
	unsigned turn = 0;

	(void)state;
	atomic_store(&is_over, false);
	for (unsigned i = 0; i < WORKERS; i++)
		assert_int_equal(
			pthread_create(&threads[i], NULL, work_on, (void *)(uintptr_t)(i + 1)), 0);
	for (int i = 0; i < 300; i++) {
		engine_call(engine, serve, &turn);
		nap();
	}
	atomic_store(&is_over, true);
	for (unsigned i = 0; i < WORKERS; i++)
		assert_int_equal(pthread_join(threads[i], NULL), 0);
	assert_true(atomic_load(&rounds) > 100);
}

#define WIDE(name) cmocka_unit_test_setup_teardown(name, open_wide, close_all)
#define NARROW(name) cmocka_unit_test_setup_teardown(name, open_narrow, close_all)

int main(void)
{
	const struct CMUnitTest tests[] = {
		WIDE(sales_of_one_person_are_one_question),
		WIDE(a_sale_joins_its_own_question),
		WIDE(who_would_wait_in_vain_leaves_at_once),
		WIDE(other_persons_and_consents_are_other_questions),
		WIDE(another_sales_own_answer_is_not_shared),
		NARROW(so_many_wait_and_no_more),
		WIDE(the_last_places_are_for_others),
		NARROW(who_waits_for_the_tier_has_its_answer),
		WIDE(who_may_not_wait_is_told_at_once),
		WIDE(a_wait_has_an_end),
		WIDE(closing_wakes_all_who_wait),
		WIDE(closing_waits_for_who_asks_again),
		NARROW(all_at_once),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
