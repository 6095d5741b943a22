/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Allocations of ours and of OpenSSL's fail, one each time, while a configuration is opened,
 * reloaded and given keys: what cannot be taken is refused with a word, and taken when memory is
 * back. Linked with --wrap=malloc, calloc, strdup and strndup.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "the_bench.h"

#define ALLOCATIONS_MAX 50000
#define STRIDE 17 /* OpenSSL makes thousands, many of them alike */

static struct {
	bool armed, failed;
	size_t left;
} limit;

static bool may_allocate(void)
{
	if (!limit.armed || limit.failed)
		return true;
	if (limit.left-- > 0)
		return true;
	limit.failed = true;
	return false;
}

void *__real_malloc(size_t size);
void *__wrap_malloc(size_t size);
void *__real_calloc(size_t count, size_t size);
void *__wrap_calloc(size_t count, size_t size);
char *__real_strdup(const char *text);
char *__wrap_strdup(const char *text);
char *__real_strndup(const char *text, size_t len);
char *__wrap_strndup(const char *text, size_t len);

void *__wrap_malloc(size_t size)
{
	return may_allocate() ? __real_malloc(size) : NULL;
}

void *__wrap_calloc(size_t count, size_t size)
{
	return may_allocate() ? __real_calloc(count, size) : NULL;
}

char *__wrap_strdup(const char *text)
{
	return may_allocate() ? __real_strdup(text) : NULL;
}

char *__wrap_strndup(const char *text, size_t len)
{
	return may_allocate() ? __real_strndup(text, len) : NULL;
}

static void arm(size_t allocations)
{
	limit.left = allocations;
	limit.failed = false;
	limit.armed = true;
}

/* True if one failed. */
static bool disarm(void)
{
	limit.armed = false;
	return limit.failed;
}

static void *crypto_malloc(size_t size, const char *file, int line)
{
	(void)file, (void)line;
	return may_allocate() ? __real_malloc(size) : NULL;
}

static void *crypto_realloc(void *old, size_t size, const char *file, int line)
{
	(void)file, (void)line;
	return may_allocate() ? realloc(old, size) : NULL;
}

static void crypto_free(void *old, const char *file, int line)
{
	(void)file, (void)line;
	free(old);
}

static int set_up_fetching(void **state)
{
	(void)set_up(state);
	put_settings(&bench,
		&(struct wish){ .keys = "jwks_file = \"jwks.json\"; jwks_url = \"https://h/k\";" });
	return 0;
}

static void opens_or_says_why_not(void **state)
{
	size_t n;

	(void)state;
	/* With a stored set to be read. */
	assert_non_null(bench_open(&bench));
	config_offer_keys(bench.config, bench.jwks_two, strlen(bench.jwks_two));
	config_tick(bench.config);
	bench_close(&bench);
	for (n = 0; n < ALLOCATIONS_MAX; n += STRIDE) {
		arm(n);
		(void)bench_open(&bench);
		if (!disarm())
			break;
		if (bench.config == NULL)
			assert_heard(&bench.heard, "error ");
		else
			assert_string_not_equal(kid_in_force(bench.config), "one");
		bench_close(&bench);
	}
	assert_true(n > 20 && n < ALLOCATIONS_MAX);
	assert_string_equal(kid_in_force(bench.config), "two");
}

static void reloads_when_memory_is_back(void **state)
{
	size_t n = 0;
	bool failed = true;

	(void)state;
	assert_non_null(bench_open(&bench));
	for (unsigned run = 0; failed; run++, n += STRIDE) {
		const char *key = run % 2 == 0 ? KEY_B : KEY_A;
		bool second = run % 4 < 2;

		assert_true(n < ALLOCATIONS_MAX);
		put(&bench, "person.key", key);
		arm(n);
		config_offer_keys(bench.config, second ? bench.jwks_two : bench.jwks_one,
			strlen(bench.jwks_one));
		config_tick(bench.config);
		failed = disarm();
		/* It takes nothing away. */
		assert_string_not_equal(kid_in_force(bench.config), "-");
		assert_string_not_equal(kid_in_force(bench.config), "");
		config_offer_keys(bench.config, second ? bench.jwks_two : bench.jwks_one,
			strlen(bench.jwks_one));
		config_tick(bench.config);
		assert_int_equal(
			bench.config->now->person_key.bytes[0], run % 2 == 0 ? 0xFF : 0x00);
		assert_string_equal(kid_in_force(bench.config), second ? "two" : "one");
	}
	assert_true(n > 20);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(opens_or_says_why_not, set_up_fetching, tear_down),
		cmocka_unit_test_setup_teardown(
			reloads_when_memory_is_back, set_up_fetching, tear_down),
	};

	if (CRYPTO_set_mem_functions(crypto_malloc, crypto_realloc, crypto_free) != 1)
		return 2;
	return cmocka_run_group_tests(tests, NULL, NULL);
}
