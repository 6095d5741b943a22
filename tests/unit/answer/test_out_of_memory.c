/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Every single allocation on the way fails once, in our code, in OpenSSL and in jansson: nothing
 * may leak, be freed twice, crash or be accepted that should not be. Run it with a sanitizer or
 * valgrind. Linked with --wrap=malloc and --wrap=calloc.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <openssl/crypto.h>
#include <openssl/err.h>

#include "a_card.h"
#include "expect.h"

#define COUNT 4

static struct {
	bool armed;
	bool ever_after; /* not just the one, but all behind it too */
	size_t left; /* allocations that still succeed */
	size_t failed;
} limit;

static bool may_allocate(void)
{
	if (!limit.armed)
		return true;
	if (limit.left > 0) {
		limit.left--;
		return true;
	}
	if (limit.failed > 0 && !limit.ever_after)
		return true;
	limit.failed++;
	return false;
}

void *__real_malloc(size_t size);
void *__real_calloc(size_t count, size_t size);
void *__wrap_malloc(size_t size);
void *__wrap_calloc(size_t count, size_t size);

void *__wrap_malloc(size_t size)
{
	return may_allocate() ? __real_malloc(size) : NULL;
}

void *__wrap_calloc(size_t count, size_t size)
{
	return may_allocate() ? __real_calloc(count, size) : NULL;
}

static void *crypto_malloc(size_t size, const char *file, int line)
{
	(void)file;
	(void)line;
	return may_allocate() ? __real_malloc(size) : NULL;
}

static void *crypto_realloc(void *old, size_t size, const char *file, int line)
{
	(void)file;
	(void)line;
	return may_allocate() ? realloc(old, size) : NULL;
}

static void crypto_free(void *old, const char *file, int line)
{
	(void)file;
	(void)line;
	free(old);
}

static void arm(size_t allocations, bool ever_after)
{
	limit.armed = true;
	limit.ever_after = ever_after;
	limit.left = allocations;
	limit.failed = 0;
}

/* True if an allocation was refused since arm(). */
static bool disarm(void)
{
	limit.armed = false;
	return limit.failed > 0;
}

static const enum jws_algorithm algorithms[COUNT] = { JWS_ES256, JWS_PS256, JWS_RS256, JWS_EDDSA };
static const char *const kids[COUNT] = { "es", "ps", "rs", "ed" };
static struct signer *signers[COUNT];
static struct key_set *keys;

/* How many allocations were tried before one run needed no more than it was given. */
static size_t each_allocation(bool (*run)(size_t which), size_t which)
{
	size_t tried = 0;

	for (int ever_after = 0; ever_after < 2; ever_after++) {
		for (size_t n = 0;; n++, tried++) {
			bool finished;

			assert_true(n < 5000);
			arm(n, ever_after);
			finished = run(which);
			if (!disarm()) {
				assert_true(finished);
				break;
			}
			assert_int_equal(ERR_peek_error(), 0);
			assert_true(run(which)); /* no lasting damage */
		}
	}
	return tried;
}

static char *tokens[COUNT], *forged[COUNT], *jwks;
static char *cards[COUNT];

static bool run_verify(size_t which)
{
	struct answer answer;
	bool unknown_kid;
	enum answer_check failed = answer_verify(tokens[which], strlen(tokens[which]), keys,
		&right_expectation, &answer, &unknown_kid);

	if (failed == CHECK_NONE)
		return answer.result == RESULT_YES;
	if (answer.result != 0 || unknown_kid)
		abort();
	return false;
}

static bool run_forged(size_t which)
{
	struct answer answer;
	enum answer_check failed = answer_verify(
		forged[which], strlen(forged[which]), keys, &right_expectation, &answer, NULL);

	if (failed == CHECK_NONE)
		abort();
	return failed == CHECK_SIGNATURE;
}

static bool run_parse(size_t which)
{
	struct key_set *set = key_set_parse(jwks, strlen(jwks), NULL, NULL);
	size_t count = set != NULL ? key_set_count(set) : 0;

	(void)which;
	key_set_unref(set);
	return count == COUNT;
}

static bool run_card(size_t which)
{
	struct credential_expectation want = card_expectation;
	struct credential_finding found;
	struct credential card;
	bool whole;

	want.algorithms = ALL_ALGORITHMS;
	found = credential_verify(cards[which], strlen(cards[which]), keys, &want, &card);
	whole = json_object_size(card.claims) == 4;
	if ((found.failed == CREDENTIAL_SOUND) != whole ||
		(found.failed != CREDENTIAL_SOUND && card.claims != NULL))
		abort();
	credential_clear(&card);
	return whole;
}

static void test_card(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT; i++)
		assert_true(each_allocation(run_card, i) > 40);
}

static void test_verify(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT; i++)
		assert_true(each_allocation(run_verify, i) > 20);
}

static void test_forged(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT; i++)
		assert_true(each_allocation(run_forged, i) > 20);
}

static void test_parse(void **state)
{
	(void)state;
	assert_true(each_allocation(run_parse, 0) > 100);
}

static int set_up(void **state)
{
	json_t *array = json_array();

	(void)state;
	for (size_t i = 0; i < COUNT; i++) {
		char *end;

		signers[i] = signer_new(algorithms[i], kids[i]);
		(void)json_array_append_new(array, signer_jwk(signers[i]));
		tokens[i] = sign_answer(signers[i], &right_claims);
		forged[i] = strdup(tokens[i]);
		end = strrchr(forged[i], '.');
		end[1] = end[1] == 'A' ? 'B' : 'A';
	}
	jwks = sign_jwks_text(array);
	keys = signer_key_set((const struct signer *const *)signers, COUNT);
	for (size_t i = 0; i < COUNT; i++) {
		cards[i] = card_present(
			&(struct card_recipe){ .issuer = signers[i], .holder = signers[3] });
	}
	for (size_t i = 0; i < COUNT; i++) { /* what OpenSSL keeps for ever is got now */
		assert_true(run_verify(i));
		assert_true(run_forged(i));
		assert_true(run_card(i));
	}
	return 0;
}

static int tear_down(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT; i++) {
		signer_free(signers[i]);
		free(tokens[i]);
		free(forged[i]);
		free(cards[i]);
	}
	key_set_unref(keys);
	free(jwks);
	return 0;
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_verify),
		cmocka_unit_test(test_forged),
		cmocka_unit_test(test_parse),
		cmocka_unit_test(test_card),
	};

	if (CRYPTO_set_mem_functions(crypto_malloc, crypto_realloc, crypto_free) != 1)
		return 2;
	json_set_alloc_funcs(malloc, free);
	return cmocka_run_group_tests(tests, set_up, tear_down);
}
