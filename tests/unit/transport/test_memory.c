/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Memory: what libcurl gives back is wiped, and where there is none an attempt ends and no more.
 * The allocators are put in by the linker; libcurl gets ours by them (curl_memory.c).
 */
#include <dlfcn.h>
#include <malloc.h>
#include <stdio.h>
#include <stdlib.h>

#include <curl/curl.h>

#include "fixture.h"

static _Thread_local bool in_engine;
static atomic_int until_failure; /* allocations of the engine's thread; < 0: none fails */
static atomic_bool watching; /* look at what is freed */
static atomic_int wiped, not_wiped;

void *__real_malloc(size_t size);
void *__real_calloc(size_t count, size_t size);
char *__real_strdup(const char *text);
void __real_free(void *memory);
void *__wrap_malloc(size_t size);
void *__wrap_calloc(size_t count, size_t size);
char *__wrap_strdup(const char *text);
void __wrap_free(void *memory);

/* Not within libcurl: 7.88 divides by zero after one that failed in its multi-socket code. */
static bool fails(void *caller)
{
	Dl_info info;

	if (!in_engine || atomic_load(&until_failure) < 0)
		return false;
	if (dladdr(caller, &info) != 0 && strstr(info.dli_fname, "libcurl") != NULL)
		return false;
	return atomic_fetch_sub(&until_failure, 1) == 0;
}

void *__wrap_malloc(size_t size)
{
	return fails(__builtin_return_address(0)) ? NULL : __real_malloc(size);
}

void *__wrap_calloc(size_t count, size_t size)
{
	return fails(__builtin_return_address(0)) ? NULL : __real_calloc(count, size);
}

char *__wrap_strdup(const char *text)
{
	return fails(__builtin_return_address(0)) ? NULL : __real_strdup(text);
}

void __wrap_free(void *memory)
{
	const char *octets = memory;

	if (memory != NULL && atomic_load(&watching)) {
		size_t len = malloc_usable_size(memory), i = 0;

		while (i < len && octets[i] == 0)
			i++;
		atomic_fetch_add(i == len ? &wiped : &not_wiped, 1);
	}
	__real_free(memory);
}

static void test_wiped(void **state)
{
	char *text;

	(void)state;
	assert_true(transport_prepare());
	assert_true(transport_prepare());
	text = curl_easy_escape(NULL, "a document", 0);
	assert_non_null(text);
	atomic_store(&watching, true);
	curl_free(text);
	atomic_store(&watching, false);
	assert_int_equal(atomic_load(&wiped), 1);
	assert_int_equal(atomic_load(&not_wiped), 0);
}

static void mark_engine(void *ctx)
{
	(void)ctx;
	in_engine = true;
}

static void test_no_memory(void **state)
{
	struct fixture fixture;
	struct peer *peer;
	int succeeded = 0;

	fixture_init(&fixture);
	peer = peer_start(&(struct peer_options){ .identity = &fixture.server,
		.authority = &fixture.authority,
		.http2 = *state != NULL });
	fixture_open(&fixture, peer->url, NULL);
	engine_call(fixture.engine, mark_engine, NULL);
	for (int n = 0; n < 1000 && succeeded < 3; n++) {
		struct asked asked;

		transport_close(fixture.transport);
		fixture.transport = transport_open(&fixture.options, fixture.engine, fixture.tls);
		assert_non_null(fixture.transport);
		asked_init(&asked, &fixture, "big 5000", 300);
		atomic_store(&until_failure, n);
		asked.may_fail = true;
		asked_send(&asked, 1);
		if (asked.exchange != NULL)
			asked_wait(&asked, 1);
		succeeded = atomic_load(&until_failure) >= 0 ? succeeded + 1 : 0;
		atomic_store(&until_failure, -1);
		/* What may be left behind holds up one more attempt at most. */
		asked = fixture_ask(&fixture, "ok", 300);
		if (asked.result.end != END_STATUS)
			asked = fixture_ask(&fixture, "ok", 2000);
		assert_int_equal(asked.result.end, END_STATUS);
	}
	assert_int_equal(succeeded, 3);
	fixture_close(&fixture);
	peer_stop(peer);
}

static void test_no_memory_to_open(void **state)
{
	struct fixture fixture;
	int n = 0;

	(void)state;
	fixture_init(&fixture);
	fixture_open(&fixture, "https://127.0.0.1:1", "https://named.invalid:1");
	engine_call(fixture.engine, mark_engine, NULL);
	do {
		transport_close(fixture.transport);
		atomic_store(&until_failure, n++);
		fixture.transport = transport_open(&fixture.options, fixture.engine, fixture.tls);
	} while (atomic_exchange(&until_failure, -1) < 0 && n < 200);
	assert_in_range(n, 5, 199);
	assert_non_null(fixture.transport);
	fixture_close(&fixture);
}

int main(void)
{
	static char http2[] = "HTTP/2";
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_wiped),
		cmocka_unit_test(test_no_memory),
		cmocka_unit_test_prestate(test_no_memory, http2),
		cmocka_unit_test(test_no_memory_to_open),
	};

	atomic_store(&until_failure, -1);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
