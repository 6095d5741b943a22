/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Names: a name server that hangs, fails, or turns its addresses round. It is put in by the linker.
 */
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include <arpa/inet.h>
#include <netdb.h>

#include "fixture.h"
#include "transport/resolver.h"

static atomic_int look_ups;

int __real_getaddrinfo(
	const char *node, const char *service, const struct addrinfo *hints, struct addrinfo **res);
int __wrap_getaddrinfo(
	const char *node, const char *service, const struct addrinfo *hints, struct addrinfo **res);

int __wrap_getaddrinfo(
	const char *node, const char *service, const struct addrinfo *hints, struct addrinfo **res)
{
	struct addrinfo *second = NULL;
	int count = atomic_fetch_add(&look_ups, 1);

	if (strcmp(node, "hangs.invalid") == 0) {
		(void)sleep(2);
		return EAI_AGAIN;
	}
	if (strcmp(node, "slow.invalid") == 0) {
		(void)usleep(200000);
		return __real_getaddrinfo("127.0.0.1", service, hints, res);
	}
	if (strcmp(node, "named.invalid") != 0)
		return EAI_NONAME;
	/* Nobody listens at the second. */
	if (__real_getaddrinfo(count % 2 == 0 ? "127.0.0.1" : "127.0.0.3", service, hints, res) !=
		0)
		return EAI_AGAIN;
	(void)__real_getaddrinfo(
		count % 2 == 0 ? "127.0.0.3" : "127.0.0.1", service, hints, &second);
	(*res)->ai_next = second;
	return 0;
}

/* A transport whose one address has this name, and a peer behind it. */
struct named {
	struct fixture fixture;
	struct peer *peer;
	char url[64];
};

static void named_init(struct named *named, const char *name)
{
	fixture_init(&named->fixture);
	named->peer = peer_start(&(struct peer_options){ .identity = &named->fixture.server });
	(void)snprintf(named->url, sizeof(named->url), "https://%s:%u", name, named->peer->port);
}

static void named_close(struct named *named)
{
	fixture_close(&named->fixture);
	peer_stop(named->peer);
}

/* Two addresses in changing order: whichever comes first, an attempt is answered. */
static void test_changing_order(void **state)
{
	struct named named;

	(void)state;
	named_init(&named, "named.invalid");
	atomic_store(&look_ups, 0);
	fixture_open(&named.fixture, named.url, NULL);
	for (int i = 0; i < 12; i++) {
		struct asked asked = fixture_ask(&named.fixture, "ok", 2000);

		assert_int_equal(asked.result.end, END_STATUS);
		atomic_fetch_add(&named.fixture.clock_ahead_ms, 61000);
		(void)usleep(30000);
	}
	assert_in_range(atomic_load(&look_ups), 6, 12);
	named_close(&named);
}

/* The certificate is held against the name, not the address. */
static void test_name_of_certificate(void **state)
{
	struct named named;
	struct asked asked;

	(void)state;
	named_init(&named, "slow.invalid");
	fixture_open(&named.fixture, named.url, NULL);
	asked = fixture_ask(&named.fixture, "ok", 2000);
	assert_int_equal(asked.result.end, END_TLS);
	assert_string_equal(asked.cause, "TLS: its certificate is for another host name");
	named_close(&named);
}

/* One look-up for all who wait for it. */
static void test_many_wait(void **state)
{
	static struct asked asked[20];
	struct named named;

	(void)state;
	named_init(&named, "slow.invalid");
	peer_stop(named.peer);
	identity_free(&named.fixture.server);
	named.fixture.server =
		identity_new("server", "DNS:slow.invalid", -60, DAYS(1), &named.fixture.authority);
	named.peer = peer_start(&(struct peer_options){ .identity = &named.fixture.server });
	(void)snprintf(named.url, sizeof(named.url), "https://slow.invalid:%u", named.peer->port);
	atomic_store(&look_ups, 0);
	fixture_open(&named.fixture, named.url, NULL);
	for (size_t i = 0; i < ARRAY_LEN(asked); i++)
		asked_init(&asked[i], &named.fixture, "ok", 3000);
	asked_send(asked, ARRAY_LEN(asked));
	asked_wait(asked, ARRAY_LEN(asked));
	for (size_t i = 0; i < ARRAY_LEN(asked); i++)
		assert_int_equal(asked[i].result.end, END_STATUS);
	assert_int_equal(atomic_load(&look_ups), 1);
	named_close(&named);
}

static void test_no_such_name(void **state)
{
	struct named named;
	struct asked asked;

	(void)state;
	named_init(&named, "nowhere.invalid");
	atomic_store(&look_ups, 0);
	fixture_open(&named.fixture, named.url, NULL);
	for (int i = 0; i < 2; i++) {
		asked = fixture_ask(&named.fixture, "ok", 2000);
		assert_int_equal(asked.result.end, END_RESOLVE);
		assert_int_equal(asked.result.endpoint, 0);
		assert_string_equal(
			asked.cause, "its name cannot be resolved: Name or service not known");
	}
	assert_true(fixture_said(&named.fixture, "its name cannot be resolved"));
	assert_int_equal(atomic_load(&look_ups), 1); /* not again for a second */
	named_close(&named);
}

/* A resolver that hangs takes an attempt's time to connect, and not the stop's. */
static void test_name_that_hangs(void **state)
{
	struct named named;
	struct asked asked, left;

	(void)state;
	named_init(&named, "hangs.invalid");
	named.fixture.options.connect_ms = 300;
	fixture_open(&named.fixture, named.url, NULL);
	asked = fixture_ask(&named.fixture, "ok", 1500);
	assert_int_equal(asked.result.end, END_RESOLVE);
	assert_in_range(asked.took_ms, 290, 800 * FIXTURE_SLACK);
	asked_init(&left, &named.fixture, "ok", 1500);
	asked_send(&left, 1);
	named_close(&named);
	assert_false(left.ended);
	/* Its thread clears up behind it. */
	(void)sleep(3);
}

/* Nor is an attempt longer than its own time. */
static void test_name_that_hangs_for_longer(void **state)
{
	struct named named;
	struct asked asked;

	(void)state;
	named_init(&named, "hangs.invalid");
	named.fixture.options.connect_ms = 1800;
	fixture_open(&named.fixture, named.url, NULL);
	asked = fixture_ask(&named.fixture, "ok", 50);
	assert_int_equal(asked.result.end, END_RESOLVE);
	assert_in_range(asked.took_ms, 50, 1700);
	named_close(&named);
	(void)sleep(3);
}

static void test_unusable_address(void **state)
{
	struct fixture fixture;

	(void)state;
	fixture_init(&fixture);
	fixture_open(&fixture, NULL, NULL);
	transport_close(fixture.transport);
	fixture.options.groups[GROUP_KEYS].urls[0] = "https://a b/";
	fixture.options.groups[GROUP_KEYS].count = 1;
	assert_null(transport_open(&fixture.options, fixture.engine, fixture.tls));
	assert_true(fixture_said(&fixture, "the address https://a b/ cannot be used"));
	fixture.transport = NULL;
	fixture_close(&fixture);
}

/* A resolver under a clock of the test's. */
struct kept {
	struct resolver *resolver;
	int64_t now_ms;
	enum resolved is;
	atomic_int ended; /* look-ups */
};

static int64_t kept_now(void *ctx)
{
	return ((struct kept *)ctx)->now_ms;
}

static void note_end(void *ctx)
{
	atomic_fetch_add(&((struct kept *)ctx)->ended, 1);
}

static void poll_kept(void *ctx)
{
	struct kept *kept = ctx;

	kept->is = resolver_poll(kept->resolver);
}

static void free_kept(void *ctx)
{
	resolver_free(((struct kept *)ctx)->resolver);
}

/* For a minute; then again, the old addresses serving meanwhile. After a failure for a second. */
static void test_how_long_it_is_kept(void **state)
{
	static const struct {
		const char *url;
		int64_t ms;
		enum resolved until_then, after;
	} rows[] = {
		{ "https://named.invalid:1", 60000, RESOLVED, RESOLVED },
		{ "https://nowhere.invalid:1", 1000, UNRESOLVED, RESOLVING },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		struct engine *engine = engine_start();
		struct kept kept = { .now_ms = 5 };
		int before;

		kept.resolver = resolver_new(rows[i].url, engine, kept_now, note_end, &kept);
		assert_non_null(kept.resolver);
		engine_call(engine, poll_kept, &kept);
		assert_int_equal(kept.is, RESOLVING);
		while (atomic_load(&kept.ended) == 0)
			(void)usleep(1000);
		before = atomic_load(&look_ups);
		kept.now_ms += rows[i].ms - 1;
		engine_call(engine, poll_kept, &kept);
		assert_int_equal(kept.is, rows[i].until_then);
		(void)usleep(50000); /* one that began would be counted by now */
		assert_int_equal(atomic_load(&look_ups), before);
		kept.now_ms++;
		engine_call(engine, poll_kept, &kept);
		assert_int_equal(kept.is, rows[i].after);
		while (atomic_load(&kept.ended) == 1)
			(void)usleep(1000);
		assert_int_equal(atomic_load(&look_ups), before + 1);
		engine_call(engine, free_kept, &kept);
		engine_stop(engine);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_how_long_it_is_kept),
		cmocka_unit_test(test_changing_order),
		cmocka_unit_test(test_name_of_certificate),
		cmocka_unit_test(test_many_wait),
		cmocka_unit_test(test_no_such_name),
		cmocka_unit_test(test_name_that_hangs),
		cmocka_unit_test(test_name_that_hangs_for_longer),
		cmocka_unit_test(test_unusable_address),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
