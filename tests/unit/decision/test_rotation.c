/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The service's keys are rotated a thousand times, as fetched key sets, while six threads have
 * answers verified: fresh ones, ones kept in memory, ones that are only in the store, and ones
 * out of a cache shared with others. Every verdict must be that of a set which was in force while
 * it was made, and what a removed key vouched for ends in all four at once.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "a_store.h"
#include "base/base64url.h"
#include "decision/decision_internal.h"
#include "sign.h"

#define THREADS 6
#define ROTATIONS 1000
#define GENERATIONS (ROTATIONS + 1)
#define ISSUER "https://id.example"
#define AUDIENCE "https://operator.example"

/* A key, and an answer by it about a person of its own. */
struct generation {
	json_t *jwk;
	struct question question;
	char *token;
};

/*
 * Key g alone is set 2 g, and with the next one set 2 g + 1. A set is begun, then put in force,
 * then done: what is in force is one of done..begun.
 */
static struct {
	struct generation generations[GENERATIONS];
	struct settings settings;
	struct view view;
	struct gate warm; /* finds answers in memory, then in the store */
	struct gate cold; /* the same store, and a memory that keeps nothing */
	struct folder folder;
	atomic_int begun, done;
	atomic_bool over;
	atomic_uint stood, fell, wrong;
} all;

enum tier { FRESH, KEPT, STORED, SHARED, TIERS };

static int64_t wall(void *ctx)
{
	(void)ctx;
	return NOW;
}

static bool take(const struct generation *generation)
{
	struct answer answer;
	int64_t keep_until;
	enum verdict verdict = answers_take(&all.warm, &generation->question, generation->token,
		strlen(generation->token), &answer, &keep_until);

	if (verdict != VERDICT_DECIDED && verdict != VERDICT_UNKNOWN_KEY)
		(void)atomic_fetch_add(&all.wrong, 1);
	return verdict == VERDICT_DECIDED;
}

static bool recall(const struct generation *generation)
{
	struct store_entry entry = { .stored_at = NOW - 1, .keep_until = NOW + 60 };
	struct answer answer;

	entry.token_len = strlen(generation->token);
	memcpy(entry.token, generation->token, entry.token_len);
	return answers_recall(&all.cold, &generation->question, false, &entry, &answer);
}

static bool stands(const struct generation *generation, enum tier tier)
{
	const struct person_key *person = &generation->question.key;
	struct answer answer;

	switch (tier) {
	case FRESH:
		return take(generation);
	case KEPT:
		return answers_find(&all.warm, &all.view, person, NULL, NOW, &answer);
	case STORED:
		return answers_find(&all.cold, &all.view, person, NULL, NOW, &answer);
	case SHARED:
		return recall(generation);
	case TIERS:
		break;
	}
	return false;
}

/* Counts a verdict for which no set of done..begun can be the reason. */
static void check(int number, enum tier tier)
{
	int first = atomic_load(&all.done), last;
	bool stood = stands(&all.generations[number], tier);
	bool in_all, in_none;

	last = atomic_load(&all.begun);
	in_all = first >= 2 * number - 1 && last <= 2 * number + 1;
	in_none = last < 2 * number - 1 || first > 2 * number + 1;
	if ((in_all && !stood) || (in_none && stood))
		(void)atomic_fetch_add(&all.wrong, 1);
	(void)atomic_fetch_add(stood ? &all.stood : &all.fell, 1);
}

static void *check_on(void *arg)
{
	static const int steps[] = { 0, 1, 0, -1, 0, -2, 0, -40 };
	unsigned i = (unsigned)(uintptr_t)arg;

	for (; !atomic_load(&all.over); i++) {
		int number = atomic_load(&all.done) / 2 + steps[i / TIERS % ARRAY_LEN(steps)];

		if (number >= 0 && number < GENERATIONS)
			check(number, (enum tier)(i % TIERS));
	}
	return NULL;
}

/* As the engine hands over what it fetched. */
static void put_in_force(int set)
{
	json_t *keys = json_pack("[O]", all.generations[set / 2].jwk);
	char *text;

	if (set % 2 == 1)
		assert_int_equal(json_array_append(keys, all.generations[set / 2 + 1].jwk), 0);
	text = sign_jwks_text(keys);
	atomic_store(&all.begun, set);
	assert_true(keys_fetched(&all.warm, text, strlen(text)));
	assert_true(keys_fetched(&all.cold, text, strlen(text)));
	atomic_store(&all.done, set);
	free(text);
}

/* The moment the set is in force, and by nobody's leave but its own. */
static void expect_at_once(int number, bool expected)
{
	for (enum tier tier = 0; tier < TIERS; tier++) {
		if (stands(&all.generations[number], tier) != expected)
			fail_msg("key %d, tier %d: %s", number, (int)tier,
				expected ? "refused, but in force" : "stands, but was removed");
	}
}

static void rotate(int number)
{
	unsigned before = atomic_load(&all.stood) + atomic_load(&all.fell);

	put_in_force(2 * number - 1);
	expect_at_once(number - 1, true);
	expect_at_once(number, true);
	put_in_force(2 * number);
	expect_at_once(number - 1, false);
	expect_at_once(number, true);
	/* Under load: on a busy machine the others may not have had their turn. */
	while (atomic_load(&all.stood) + atomic_load(&all.fell) == before)
		nap_ms(1);
}

static void test_rotation(void **state)
{
	pthread_t threads[THREADS];

	(void)state;
	put_in_force(0);
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
	struct question *question = &generation->question;
	struct sign_claims claims = {
		.iss = ISSUER,
		.aud = AUDIENCE,
		.sbj = question->key.text,
		.txn = question->txn,
		.nonce = question->nonce,
		.result = "yes",
		.reason = "match",
		.iat = NOW - 1,
		.exp = NOW + 3000,
	};
	struct signer *signer;
	char kid[16];

	memcpy(question->key.bytes, key_of(number).bytes, PERSON_KEY_LEN);
	base64url_encode(question->key.bytes, PERSON_KEY_LEN, question->key.text);
	(void)snprintf(question->txn, sizeof(question->txn),
		"0190b8a2-7d3e-7c3a-9a44-%012u", number);
	(void)snprintf(question->nonce, sizeof(question->nonce), "q83vEjRWeJCr%010u", number);
	(void)snprintf(kid, sizeof(kid), "k%u", number);
	signer = signer_new(JWS_ES256, kid);
	generation->jwk = signer_jwk(signer);
	generation->token = sign_answer(signer, &claims);
	signer_free(signer);
}

static void keep_in_store(const struct generation *generation)
{
	struct store_entry entry = { .stored_at = NOW - 1, .keep_until = NOW + 3000 };

	entry.token_len = strlen(generation->token);
	memcpy(entry.token, generation->token, entry.token_len);
	all.warm.store->ops->put(all.warm.store, generation->question.key.bytes, &entry);
}

static void open_gate(struct gate *gate, size_t memory_octets, struct store *store)
{
	gate->options.clock = (struct clock){ wall, system_clock.mono_ms, NULL };
	gate->boot = &all.settings;
	gate->view = &all.view;
	gate->store = store;
	gate->memory = memory_new(memory_octets);
	assert_non_null(gate->memory);
	assert_int_equal(pthread_mutex_init(&gate->mutex, NULL), 0);
}

static void close_gate(struct gate *gate)
{
	memory_free(gate->memory);
	key_set_unref(gate->keys.set);
	(void)pthread_mutex_destroy(&gate->mutex);
}

/* As gate_open() would leave it, without files, engine and network. */
static int set_up(void **state)
{
	struct store *store;

	(void)state;
	all.settings = (struct settings){
		.issuer = ISSUER,
		.operator_id = AUDIENCE,
		.jwks_url = "https://id.example/keys",
		.jwks_max_age = 86400,
		.algorithms = JWS_DEFAULT_ALGORITHMS,
		.max_lifetime = 3600,
		.keep_yes = 3600,
		.keep_no = 60,
	};
	atomic_init(&all.view.references, 1);
	all.view.settings = &all.settings;
	all.folder = folder_new();
	store = store_lmdb_open(all.folder.path, 32 * MIB, NULL);
	assert_non_null(store);
	open_gate(&all.warm, 16 * MIB, store);
	open_gate(&all.cold, 0, store);
	for (unsigned i = 0; i < GENERATIONS; i++) {
		make_generation(i);
		keep_in_store(&all.generations[i]);
	}
	/* Waits for what was put. */
	assert_true(store->ops->remove(store, key_of(GENERATIONS).bytes));
	assert_int_equal(entries_in(store), GENERATIONS);
	return 0;
}

static int tear_down(void **state)
{
	(void)state;
	all.warm.store->ops->close(all.warm.store);
	folder_remove(&all.folder);
	close_gate(&all.warm);
	close_gate(&all.cold);
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
