/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The service's keys are rotated a thousand times while six threads ask for answers: fresh ones,
 * in the engine's thread, and ones kept in memory. Every answer must be that of a set which was in
 * force while it was looked at, and what a removed key vouched for ends at once.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#include <cmocka.h>

#include "cache/cache.h"
#include "sign.h"

#define THREADS 6
#define ROTATIONS 1000
#define GENERATIONS (ROTATIONS + 1)
#define NOW 1800000000
#define MIB ((size_t)1024 * 1024)

static char issuer[] = "https://id.example", audience[] = "https://operator.example";

/* A key, and an answer by it about a person of its own. */
struct generation {
	json_t *jwk;
	struct cache_question question;
	char nonce[NONCE_LEN + 1];
	char *token;
};

/*
 * Key g alone is set 2 g, and with the next one set 2 g + 1. A set is begun, then put in force,
 * then done: what is in force is one of done..begun.
 */
static struct {
	struct generation generations[GENERATIONS];
	struct engine *engine;
	struct cache *cache;
	atomic_int begun, done;
	atomic_bool over;
	atomic_uint stood, fell, wrong;
} all;

enum way { FRESH, KEPT, WAYS };

static int64_t wall(void *ctx)
{
	(void)ctx;
	return NOW;
}

struct taking {
	const struct generation *generation;
	bool stands;
};

static void take(void *ctx)
{
	struct taking *taking = ctx;
	const struct generation *generation = taking->generation;
	bool unknown_kid = false;
	struct answer answer;
	enum answer_check failed = cache_accept(all.cache, &generation->question, generation->nonce,
		generation->token, strlen(generation->token), NOW, &answer, &unknown_kid);

	if (failed != CHECK_NONE && !(failed == CHECK_KEY && unknown_kid))
		(void)atomic_fetch_add(&all.wrong, 1);
	taking->stands = failed == CHECK_NONE;
}

static bool stands(const struct generation *generation, enum way way)
{
	struct taking taking = { .generation = generation };
	struct answer answer;

	if (way == KEPT)
		return cache_lookup(all.cache, &generation->question, NOW, &answer);
	engine_call(all.engine, take, &taking);
	return taking.stands;
}

/* Counts what no set of done..begun can be the reason of; what is kept may not have come yet. */
static void check(int number, enum way way)
{
	int first = atomic_load(&all.done), last;
	bool stood = stands(&all.generations[number], way);
	bool in_all, in_none;

	last = atomic_load(&all.begun);
	in_all = first >= 2 * number - 1 && last <= 2 * number + 1;
	in_none = last < 2 * number - 1 || first > 2 * number + 1;
	if ((in_all && !stood && way == FRESH) || (in_none && stood))
		(void)atomic_fetch_add(&all.wrong, 1);
	(void)atomic_fetch_add(stood ? &all.stood : &all.fell, 1);
}

static void *check_on(void *arg)
{
	static const int steps[] = { 0, 1, 0, -1, 0, -2, 0, -40 };
	unsigned i = (unsigned)(uintptr_t)arg;

	for (; !atomic_load(&all.over); i++) {
		int number = atomic_load(&all.done) / 2 + steps[i / WAYS % ARRAY_LEN(steps)];

		if (number >= 0 && number < GENERATIONS)
			check(number, (enum way)(i % WAYS));
	}
	return NULL;
}

/* As the watcher hands over what it has checked. */
static struct answer_policy *policy_of(int set)
{
	struct answer_policy values = {
		.issuer = issuer,
		.audience = audience,
		.algorithms = JWS_DEFAULT_ALGORITHMS,
		.max_lifetime = 3600,
		.keep_yes = 3600,
		.keep_no = 60,
		.keep_own_yes = 600,
	};
	json_t *keys = json_pack("[O]", all.generations[set / 2].jwk);
	struct answer_policy *policy;
	char *text;

	if (set % 2 == 1)
		assert_int_equal(json_array_append(keys, all.generations[set / 2 + 1].jwk), 0);
	text = sign_jwks_text(keys);
	values.keys = key_set_parse(text, strlen(text), "test", NULL);
	assert_non_null(values.keys);
	policy = answer_policy_new(&values);
	assert_non_null(policy);
	key_set_unref(values.keys);
	free(text);
	return policy;
}

static void put_in_force(int set)
{
	struct answer_policy *policy = policy_of(set);

	atomic_store(&all.begun, set);
	cache_configure(all.cache, policy);
	atomic_store(&all.done, set);
	answer_policy_unref(policy);
}

/* The moment the set is in force, and by nobody's leave but its own. */
static void expect_at_once(int number, bool expected)
{
	for (enum way way = 0; way < WAYS; way++) {
		if (stands(&all.generations[number], way) != expected)
			fail_msg("key %d, way %d: %s", number, (int)way,
				expected ? "refused, but in force" : "stands, but was removed");
	}
}

static void rotate(int number)
{
	const struct timespec pause = { 0, 1000000 };
	unsigned before = atomic_load(&all.stood) + atomic_load(&all.fell);

	put_in_force(2 * number - 1);
	expect_at_once(number - 1, true);
	expect_at_once(number, true);
	put_in_force(2 * number);
	expect_at_once(number - 1, false);
	expect_at_once(number, true);
	/* Under load: on a busy machine the others may not have had their turn. */
	while (atomic_load(&all.stood) + atomic_load(&all.fell) == before)
		(void)nanosleep(&pause, NULL);
}

static void test_rotation(void **state)
{
	pthread_t threads[THREADS];

	(void)state;
	for (uintptr_t i = 0; i < THREADS; i++)
		assert_int_equal(pthread_create(&threads[i], NULL, check_on, (void *)i), 0);
	for (int number = 1; number <= ROTATIONS; number++)
		rotate(number);
	atomic_store(&all.over, true);
	for (size_t i = 0; i < THREADS; i++)
		(void)pthread_join(threads[i], NULL);
	print_message("# %d rotations, meanwhile %u answers stood and %u did not\n", ROTATIONS,
		atomic_load(&all.stood), atomic_load(&all.fell));
	assert_int_equal(atomic_load(&all.wrong), 0);
	assert_true(atomic_load(&all.stood) > 0 && atomic_load(&all.fell) > 0);
	for (int number = 0; number < GENERATIONS; number++)
		expect_at_once(number, number == ROTATIONS);
}

static void make_generation(unsigned number)
{
	struct generation *generation = &all.generations[number];
	struct cache_question *question = &generation->question;
	struct sign_claims claims = {
		.iss = issuer,
		.aud = audience,
		.sbj = question->sbj.text,
		.txn = question->txn,
		.nonce = generation->nonce,
		.subject = "document",
		.result = "yes",
		.reason = "match",
		.iat = NOW - 1,
		.exp = NOW + 3000,
	};
	struct signer *signer;
	char kid[16];

	memset(question->sbj.bytes, 7, PERSON_KEY_LEN);
	memcpy(question->sbj.bytes, &number, sizeof(number));
	base64url_encode(question->sbj.bytes, PERSON_KEY_LEN, question->sbj.text);
	(void)snprintf(
		question->txn, sizeof(question->txn), "0190b8a2-7d3e-8c3a-9a44-%012u", number);
	(void)snprintf(generation->nonce, sizeof(generation->nonce), "q83vEjRWeJCr%010u", number);
	(void)snprintf(kid, sizeof(kid), "k%u", number);
	signer = signer_new(JWS_ES256, kid);
	generation->jwk = signer_jwk(signer);
	generation->token = sign_answer(signer, &claims);
	signer_free(signer);
}

static int set_up(void **state)
{
	const struct cache_options options = {
		.memory_octets = 16 * MIB,
		.clock = { wall, system_clock.mono_ms, NULL },
	};
	struct answer_policy *policy;

	(void)state;
	for (unsigned i = 0; i < GENERATIONS; i++)
		make_generation(i);
	all.engine = engine_start();
	assert_non_null(all.engine);
	policy = policy_of(0);
	all.cache = cache_open(&options, all.engine, policy);
	assert_non_null(all.cache);
	answer_policy_unref(policy);
	return 0;
}

static int tear_down(void **state)
{
	(void)state;
	cache_close(all.cache, 1000);
	engine_stop(all.engine);
	for (size_t i = 0; i < GENERATIONS; i++) {
		json_decref(all.generations[i].jwk);
		free(all.generations[i].token);
	}
	return 0;
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_rotation),
	};

	return cmocka_run_group_tests(tests, set_up, tear_down);
}
