/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The Redis tier against a Redis that is right, wrong, hostile, or not there: it listens in the
 * same loop and says to each command what the test has it say. And the end of the tier.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "redis_fixture.h"

#define OF_VERSION_1 "\1\0\0\0\0\0\0\0\1\0\0\0\0\0\0\0\2token"

/* None of these may cost more than the lookup, nor the process its life. */
static void test_replies(void **state)
{
	static const struct {
		const char *text;
		size_t len;
		bool found;
		size_t which;
	} rows[] = {
		{ TEXT("*2\r\n$22\r\n" RIGHT "\r\n$-1\r\n"), true, 0 },
		{ TEXT("*2\r\n$-1\r\n$22\r\n" RIGHT "\r\n"), true, 1 },
		{ TEXT("*2\r\n$3\r\nbad\r\n$22\r\n" RIGHT "\r\n"), true, 1 },
		{ TEXT("*2\r\n$-1\r\n$-1\r\n") },
		{ TEXT("*2\r\n$1\r\n-\r\n$-1\r\n") }, /* forgotten */
		{ TEXT("*2\r\n$22\r\n" OF_VERSION_1 "\r\n$-1\r\n") },
		{ TEXT("*2\r\n$0\r\n\r\n$0\r\n\r\n") },
		{ TEXT("*0\r\n") },
		{ TEXT("*-1\r\n") },
		{ TEXT("$-1\r\n") },
		{ TEXT("$22\r\n" RIGHT "\r\n") },
		{ TEXT("+OK\r\n") },
		{ TEXT(":1\r\n") },
		{ TEXT("-ERR no\r\n") },
		{ TEXT("-\r\n") },
		{ TEXT("*2\r\n:1\r\n+x\r\n") },
		{ TEXT("*1\r\n*1\r\n$22\r\n" RIGHT "\r\n") },
		{ TEXT("*1\r\n*1\r\n*1\r\n*1\r\n*1\r\n*1\r\n*1\r\n*1\r\n*1\r\n*1\r\n:1\r\n") },
		/* said though nobody asked */
		{ TEXT("*0\r\n*0\r\n") },
		{ TEXT("+OK\r\n+OK\r\n") },
		{ TEXT(":1\r\n:1\r\n") },
		{ TEXT("$-1\r\n$-1\r\n") },
		{ TEXT("$1\r\nx\r\n$1\r\nx\r\n") },
		{ TEXT("-ERR\r\n-ERR\r\n") },
		{ TEXT("*3\r\n$7\r\nmessage\r\n$1\r\na\r\n$1\r\nb\r\n+OK\r\n") },
		{ TEXT("*3\r\n$9\r\nsubscribe\r\n$1\r\na\r\n:1\r\n*0\r\n") },
		/* announced, and never sent */
		{ TEXT("*2147483647\r\n") },
		{ TEXT("*4294967297\r\n") },
		{ TEXT("*99999999999999999999\r\n") },
		{ TEXT("*1\r\n$2147483647\r\nx") },
		{ TEXT("$9223372036854775807\r\nx") },
		{ TEXT("*2\r\n$22\r\n") },
		{ TEXT("*") },
		/* no protocol of Redis, or a later one */
		{ TEXT("HTTP/1.1 400 Bad Request\r\n\r\n") },
		{ TEXT("\0\0\0\0") },
		{ TEXT("*x\r\n") },
		{ TEXT("*-2\r\n") },
		{ TEXT(">2\r\n+a\r\n+b\r\n") },
		{ TEXT("%1\r\n+a\r\n+b\r\n") },
		{ TEXT("_\r\n_\r\n") },
		{ TEXT("#t\r\n#t\r\n") },
		{ TEXT(",1.5\r\n,1.5\r\n") },
		{ TEXT("~1\r\n+a\r\n~1\r\n+a\r\n") },
		{ TEXT("(1\r\n(1\r\n") },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		struct fixture fixture;

		set_up(&fixture);
		fake_says(&fixture, 0, rows[i].text, rows[i].len);
		fixture.patience_ms = rows[i].found ? LATEST_MS : WHILE_MS;
		open_tier(&fixture);
		assert_true(lookup(&fixture));
		if (fixture.found != rows[i].found || fixture.which != rows[i].which)
			fail_msg("row %zu: found %d, which %zu", i, fixture.found, fixture.which);
		if (rows[i].found) {
			assert_int_equal(fixture.entry.stored_at, 1);
			assert_int_equal(fixture.entry.keep_until, 2);
			assert_memory_equal(fixture.entry.token, "token", 5);
		}
		/* What came behind the reply is heard now, and in the next lookup. */
		nap_ms(2);
		tick(&fixture);
		fixture.patience_ms = WHILE_MS;
		(void)lookup(&fixture);
		tear_down(&fixture);
	}
}

/* A reply that is not whole is not kept however long it becomes. */
static void test_endless_reply(void **state)
{
	static char text[1024 * 1024] = "*1\r\n$100000000\r\n";
	struct fixture fixture;

	(void)state;
	memset(text + strlen(text), 'x', sizeof(text) - strlen(text));
	set_up(&fixture);
	fake_says(&fixture, 0, text, sizeof(text));
	fixture.patience_ms = LATEST_MS;
	open_tier(&fixture);
	assert_true(lookup(&fixture));
	assert_int_equal(fixture.called, 1);
	assert_false(fixture.found);
	for (int i = 0; i < 2; i++)
		assert_true(lookup(&fixture));
	assert_int_equal(number_of(&fixture, &fixture.warnings), 1);
	assert_non_null(strstr(fixture.warning, "its reply is too long"));
	tear_down(&fixture);
}

/* Nor by small parts, each of which is whole. */
static void test_endless_parts(void **state)
{
	static char text[16 * 65536 + 16];
	struct fixture fixture;
	size_t len;

	(void)state;
	len = (size_t)snprintf(text, sizeof(text), "*16\r\n");
	for (int i = 0; i < 16; i++)
		len += (size_t)snprintf(
			text + len, sizeof(text) - len, "$60000\r\n%060000d\r\n", i);
	set_up(&fixture);
	fake_says(&fixture, 0, text, len);
	fixture.patience_ms = LATEST_MS;
	open_tier(&fixture);
	for (int i = 0; i < 3; i++)
		assert_true(lookup(&fixture));
	assert_int_equal(number_of(&fixture, &fixture.warnings), 1);
	assert_non_null(strstr(fixture.warning, "its reply is too long"));
	tear_down(&fixture);
}

/* Nor is one in which there is more than what was asked for: arrays in arrays. */
static void test_nested_reply(void **state)
{
	struct fixture fixture;

	(void)state;
	set_up(&fixture);
	fake_says(&fixture, 0, TEXT("*2\r\n*1\r\n$1\r\nx\r\n$-1\r\n"));
	fixture.patience_ms = LATEST_MS;
	open_tier(&fixture);
	for (int i = 0; i < 3; i++)
		assert_true(lookup(&fixture));
	assert_int_equal(number_of(&fixture, &fixture.warnings), 1);
	assert_non_null(strstr(fixture.warning, "its reply is too long"));
	tear_down(&fixture);
}

/* Nobody is called any more, and nothing is left behind. */
static void test_closed_under_way(void **state)
{
	struct fixture fixture;

	(void)state;
	set_up(&fixture);
	open_tier(&fixture);
	for (int i = 0; i < 100; i++)
		assert_non_null(recall(&fixture));
	tick(&fixture);
	keep(&fixture);
	forget(&fixture);
	nap_ms(WHILE_MS);
	tear_down(&fixture);
	assert_int_equal(fixture.called, 0);
	assert_int_equal(fixture.warnings, 0);
}

/* While a connection is about to be dropped. */
static void test_closed_after_late(void **state)
{
	struct fixture fixture;

	(void)state;
	set_up(&fixture);
	open_tier(&fixture);
	for (int i = 0; i < 3; i++)
		cancel(&fixture, recall(&fixture), true);
	tear_down(&fixture);
	assert_int_equal(fixture.called, 0);
}

static void test_wrong_configuration(void **state)
{
	static const struct tier_events events = { on_removed, NULL };
	struct fixture fixture;
	bool fatal = false;

	(void)state;
	set_up(&fixture);
	fixture.options.redis.address = "redis.example:6379";
	assert_null(redis_open(&fixture.options, fixture.engine, &events, &fatal));
	assert_true(fatal);
	fixture.options.redis.address = fixture.fakes[0].address;
	fixture.options.redis.ca_file = "/nonexistent/ca.pem";
	fixture.options.redis.certificate_file = "";
	fatal = false;
	assert_null(redis_open(&fixture.options, fixture.engine, &events, &fatal));
	assert_true(fatal);
	tear_down(&fixture);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_replies),
		cmocka_unit_test(test_endless_reply),
		cmocka_unit_test(test_endless_parts),
		cmocka_unit_test(test_nested_reply),
		cmocka_unit_test(test_closed_under_way),
		cmocka_unit_test(test_closed_after_late),
		cmocka_unit_test(test_wrong_configuration),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
