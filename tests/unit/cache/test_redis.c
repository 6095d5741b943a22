/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The shared cache against a Redis that is right, wrong, hostile, or not there: it listens in the
 * same loop and says to each command what the test has it say.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "a_redis.h"

/* None of these may cost more than the look, nor the process its life. */
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
		struct stand stand;

		stand_up(&stand);
		says(&stand.fakes[0], rows[i].text, rows[i].len);
		stand.config.timeout_ms = WHILE_MS;
		begin(&stand);
		assert_true(look(&stand));
		if (stand.found != rows[i].found || stand.which != rows[i].which)
			fail_msg("row %zu: found %d, which %zu", i, stand.found, stand.which);
		if (rows[i].found) {
			assert_int_equal(stand.entry.stored_at, 1);
			assert_int_equal(stand.entry.keep_until, 2);
			assert_memory_equal(stand.entry.token, "token", 5);
		}
		/* What came behind the reply is heard now, and in the next look. */
		run_for(&stand, 2, NULL);
		shared_watch(stand.shared);
		(void)look(&stand);
		take_down(&stand);
	}
}

/* A reply that is not whole is not kept however long it becomes. */
static void test_endless_reply(void **state)
{
	static char text[1024 * 1024] = "*1\r\n$100000000\r\n";
	struct stand stand;

	(void)state;
	memset(text + strlen(text), 'x', sizeof(text) - strlen(text));
	stand_up(&stand);
	says(&stand.fakes[0], text, sizeof(text));
	stand.config.timeout_ms = LATEST_MS;
	begin(&stand);
	assert_true(look(&stand));
	assert_true(stand.called);
	assert_false(stand.found);
	for (int i = 0; i < 2; i++)
		assert_true(look(&stand));
	assert_int_equal(stand.warnings, 1);
	assert_non_null(strstr(stand.warning, "its reply is too long"));
	take_down(&stand);
}

/* Nor by small parts, each of which is whole. */
static void test_endless_parts(void **state)
{
	static char text[16 * 65536 + 16];
	struct stand stand;
	size_t len;

	(void)state;
	len = (size_t)snprintf(text, sizeof(text), "*16\r\n");
	for (int i = 0; i < 16; i++)
		len += (size_t)snprintf(text + len, sizeof(text) - len, "$60000\r\n%060000d\r\n", i);
	stand_up(&stand);
	says(&stand.fakes[0], text, len);
	stand.config.timeout_ms = LATEST_MS;
	begin(&stand);
	for (int i = 0; i < 3; i++)
		assert_true(look(&stand));
	assert_int_equal(stand.warnings, 1);
	assert_non_null(strstr(stand.warning, "its reply is too long"));
	take_down(&stand);
}

/* Redis repeats what it was sent: names of entries, and the password. */
static void test_words(void **state)
{
	struct stand stand;

	(void)state;
	stand_up(&stand);
	says(&stand.fakes[0], TEXT("-ERR unknown command 'MGET', with args beginning with: "
				   "'p:now' 'p:before' \r\n"));
	begin(&stand);
	for (int i = 0; i < 3; i++)
		assert_true(look(&stand));
	assert_int_equal(stand.warnings, 1);
	assert_non_null(strstr(stand.warning, "(ERR)"));
	assert_null(strstr(stand.warning, "p:now"));
	take_down(&stand);
}

/* A password that is refused is tried again with the next connection. */
static void test_password(void **state)
{
	struct stand stand;

	(void)state;
	stand_up(&stand);
	stand.config.redis.password = "secret";
	stand.config.timeout_ms = LATEST_MS;
	says(&stand.fakes[0], TEXT("-WRONGPASS no\r\n-NOAUTH no\r\n"));
	begin(&stand);
	assert_true(look(&stand));
	assert_true(stand.called);
	says(&stand.fakes[0], TEXT("+OK\r\n*2\r\n$-1\r\n$22\r\n" RIGHT "\r\n"));
	assert_true(look(&stand));
	assert_true(stand.found);
	assert_int_equal(stand.fakes[0].callers, 2);
	take_down(&stand);
}

/* What comes when nobody waits any more is no sign that it is well. */
static void test_always_late(void **state)
{
	static const struct person_key key = { .text = "now" };
	const struct person_key *keys[SHARED_KEYS_MAX] = { &key };
	struct stand stand;

	(void)state;
	stand_up(&stand);
	says(&stand.fakes[0], TEXT("*1\r\n$-1\r\n"));
	begin(&stand);
	for (int i = 0; i < 3; i++) {
		struct look *look = shared_look(stand.shared, keys, 1, on_found, &stand);

		assert_non_null(look);
		shared_forget(stand.shared, look, true);
		run_for(&stand, WHILE_MS, NULL);
	}
	assert_int_equal(stand.warnings, 1);
	assert_null(shared_look(stand.shared, keys, 1, on_found, &stand));
	take_down(&stand);
}

/* A probe that ends with its question, for reasons of its own, leaves the next one its turn. */
static void test_probe_given_up(void **state)
{
	static const struct person_key key = { .text = "now" };
	const struct person_key *keys[SHARED_KEYS_MAX] = { &key };
	struct stand stand;
	struct look *probe;

	(void)state;
	stand_up(&stand);
	stand.config.timeout_ms = 20;
	begin(&stand);
	for (int i = 0; i < 3; i++)
		assert_true(look(&stand));
	stand.now_ms += 500;
	probe = shared_look(stand.shared, keys, 1, on_found, &stand);
	assert_non_null(probe);
	assert_null(shared_look(stand.shared, keys, 1, on_found, &stand));
	shared_forget(stand.shared, probe, false);
	says(&stand.fakes[0], TEXT("*2\r\n$-1\r\n$-1\r\n"));
	stand.config.timeout_ms = LATEST_MS;
	assert_true(look(&stand));
	assert_true(look(&stand));
	take_down(&stand);
}

/* A refused connection is heard of at once, not only by silence. */
static void test_nobody_there(void **state)
{
	struct stand stand;

	(void)state;
	stand_up(&stand);
	stand.config.timeout_ms = LATEST_MS;
	stand.config.redis.address = "127.0.0.1:1";
	begin(&stand);
	for (int i = 0; i < 3; i++) {
		assert_true(look(&stand));
		assert_true(stand.called);
		assert_false(stand.found);
	}
	assert_int_equal(stand.warnings, 1);
	assert_non_null(strstr(stand.warning, "refused"));
	assert_false(look(&stand));
	take_down(&stand);
}

/* Three failures, a rest of half a second, a probe that fails, twice as long a rest, and back. */
static void test_rests(void **state)
{
	struct stand stand;

	(void)state;
	stand_up(&stand);
	stand.config.timeout_ms = 20;
	begin(&stand);
	for (int i = 0; i < 3; i++) {
		assert_true(look(&stand));
		assert_false(stand.called);
	}
	assert_int_equal(stand.warnings, 1);
	assert_false(look(&stand));
	stand.now_ms += 500;
	assert_true(look(&stand));
	assert_false(stand.called);
	stand.now_ms += 999;
	assert_false(look(&stand));
	says(&stand.fakes[0], TEXT("*2\r\n$-1\r\n$-1\r\n"));
	stand.config.timeout_ms = LATEST_MS;
	stand.now_ms += 1;
	assert_true(look(&stand));
	assert_true(stand.called);
	assert_true(look(&stand));
	assert_int_equal(stand.warnings, 1);
	take_down(&stand);
}

#define ONE "*1\r\n$32\r\n11111111111111111111111111111111\r\n"
#define TWO "*1\r\n$32\r\n22222222222222222222222222222222\r\n"

static void watch(struct stand *stand, const char *text)
{
	says(&stand->fakes[0], text, strlen(text));
	stand->now_ms += 1000;
	shared_watch(stand->shared);
	run_for(stand, WHILE_MS, NULL);
}

static void test_removals(void **state)
{
	static const struct {
		const char *says;
		unsigned removed; /* in all */
	} rows[] = {
		{ "*1\r\n$-1\r\n", 0 }, /* nobody has removed anything yet */
		{ ONE, 1 },
		{ ONE, 1 },
		{ TWO, 2 },
		{ TWO, 2 },
		{ "*1\r\n$-1\r\n", 2 }, /* Redis has lost it */
		{ TWO, 2 },
		{ "*1\r\n$3\r\nabc\r\n", 2 },
		{ "*2\r\n$-1\r\n$-1\r\n", 2 },
		{ "-ERR\r\n", 2 },
		{ "+OK\r\n", 2 },
		{ ONE, 3 },
	};
	struct stand stand;

	(void)state;
	stand_up(&stand);
	begin(&stand);
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		watch(&stand, rows[i].says);
		if (stand.removed != rows[i].removed)
			fail_msg("row %zu: %u", i, stand.removed);
	}
	take_down(&stand);
}

/* What was removed while nobody could look is not missed. */
static void test_removal_unseen(void **state)
{
	struct stand stand;

	(void)state;
	stand_up(&stand);
	begin(&stand);
	watch(&stand, "*1\r\n$-1\r\n");
	for (int i = 0; i < 4; i++)
		watch(&stand, "");
	watch(&stand, ONE);
	assert_int_equal(stand.removed, 1);
	take_down(&stand);
}

static void test_ends_under_way(void **state)
{
	static const struct person_key key = { .text = "now" };
	const struct person_key *keys[SHARED_KEYS_MAX] = { &key };
	struct stand stand;

	(void)state;
	stand_up(&stand);
	begin(&stand);
	for (int i = 0; i < 100; i++)
		assert_non_null(shared_look(stand.shared, keys, 1, on_found, &stand));
	shared_watch(stand.shared);
	run_for(&stand, WHILE_MS, NULL);
	take_down(&stand);
	assert_false(stand.called);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_replies),
		cmocka_unit_test(test_endless_reply),
		cmocka_unit_test(test_endless_parts),
		cmocka_unit_test(test_words),
		cmocka_unit_test(test_password),
		cmocka_unit_test(test_always_late),
		cmocka_unit_test(test_probe_given_up),
		cmocka_unit_test(test_nobody_there),
		cmocka_unit_test(test_rests),
		cmocka_unit_test(test_removals),
		cmocka_unit_test(test_removal_unseen),
		cmocka_unit_test(test_ends_under_way),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
