/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Eight threads verify while another rotates the keys a thousand times: whoever holds a
 * reference keeps its set, and every verdict is the one of that set. For the thread sanitizer.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <pthread.h>
#include <stdatomic.h>

#include "expect.h"

#define THREADS 8
#define ROTATIONS 1000
#define GENERATIONS 2

static struct {
	pthread_mutex_t lock;
	struct key_set *set; /* holds one reference */
	atomic_bool over;
	atomic_uint passed, refused, wrong;
} shared = { .lock = PTHREAD_MUTEX_INITIALIZER };

static struct signer *signers[GENERATIONS];
static char *jwks[GENERATIONS], *tokens[GENERATIONS];
static uint8_t thumbprints[GENERATIONS][KEY_THUMBPRINT_LEN];

static struct key_set *current(void)
{
	struct key_set *set;

	(void)pthread_mutex_lock(&shared.lock);
	set = key_set_ref(shared.set);
	(void)pthread_mutex_unlock(&shared.lock);
	return set;
}

static void replace(struct key_set *set)
{
	struct key_set *old;

	(void)pthread_mutex_lock(&shared.lock);
	old = shared.set;
	shared.set = set;
	(void)pthread_mutex_unlock(&shared.lock);
	key_set_unref(old);
}

static void *verify_on(void *arg)
{
	unsigned which = (unsigned)(uintptr_t)arg % GENERATIONS;

	while (!atomic_load(&shared.over)) {
		struct key_set *set = current();
		bool holds = key_set_holds(set, thumbprints[which]), unknown_kid;
		struct answer answer;
		enum answer_check failed = answer_verify(tokens[which], strlen(tokens[which]), set,
			&right_expectation, &answer, &unknown_kid);

		if (failed != (holds ? CHECK_NONE : CHECK_KEY) || unknown_kid == holds)
			(void)atomic_fetch_add(&shared.wrong, 1);
		(void)atomic_fetch_add(holds ? &shared.passed : &shared.refused, 1);
		key_set_unref(set);
	}
	return NULL;
}

static struct key_set *generation(unsigned number)
{
	struct key_set *set = key_set_parse(jwks[number], strlen(jwks[number]), NULL, NULL);

	assert_non_null(set);
	return set;
}

static void test_rotation(void **state)
{
	pthread_t threads[THREADS];

	(void)state;
	replace(generation(0));
	for (uintptr_t i = 0; i < THREADS; i++)
		assert_int_equal(pthread_create(&threads[i], NULL, verify_on, (void *)i), 0);
	for (unsigned i = 1; i <= ROTATIONS; i++)
		replace(generation(i % GENERATIONS));
	/* On a busy machine the rotations can be over before a thread has begun. */
	while (atomic_load(&shared.passed) == 0 || atomic_load(&shared.refused) == 0) {
		for (unsigned i = 0; i < 4; i++)
			replace(generation(i % GENERATIONS));
	}
	atomic_store(&shared.over, true);
	for (size_t i = 0; i < THREADS; i++)
		(void)pthread_join(threads[i], NULL);
	replace(NULL);
	assert_int_equal(atomic_load(&shared.wrong), 0);
}

static int set_up(void **state)
{
	(void)state;
	for (size_t i = 0; i < GENERATIONS; i++) {
		struct key_set *set;

		signers[i] =
			i == 0 ? signer_new(JWS_ES256, "first") : signer_new(JWS_EDDSA, "second");
		jwks[i] = sign_jwks_text(json_pack("[o]", signer_jwk(signers[i])));
		tokens[i] = sign_answer(signers[i], &right_claims);
		set = generation((unsigned)i);
		memcpy(thumbprints[i], key_set_info(set, 0).thumbprint, KEY_THUMBPRINT_LEN);
		key_set_unref(set);
	}
	return 0;
}

static int tear_down(void **state)
{
	(void)state;
	for (size_t i = 0; i < GENERATIONS; i++) {
		signer_free(signers[i]);
		free(jwks[i]);
		free(tokens[i]);
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
