/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What is held against Redis, and what is said of it: failures in a row, probes, refused writes.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "redis_fixture.h"

/* Redis repeats what it was sent: names of entries, and the password. */
static void test_words(void **state)
{
	struct fixture fixture;

	(void)state;
	set_up(&fixture);
	SAYS(&fixture, 0,
		"-ERR unknown command 'MGET', with args beginning with: 'p:now' 'p:before' \r\n");
	open_tier(&fixture);
	for (int i = 0; i < 3; i++)
		assert_true(lookup(&fixture));
	assert_int_equal(number_of(&fixture, &fixture.warnings), 1);
	assert_non_null(strstr(fixture.warning, "(ERR: "));
	assert_null(strstr(fixture.warning, "p:now"));
	tear_down(&fixture);
}

/* A password that is refused is tried again with the next connection. */
static void test_password(void **state)
{
	struct fixture fixture;

	(void)state;
	set_up(&fixture);
	fixture.options.redis.password = "secret";
	fixture.patience_ms = LATEST_MS;
	SAYS(&fixture, 0, "-WRONGPASS no\r\n-NOAUTH no\r\n");
	open_tier(&fixture);
	assert_true(lookup(&fixture));
	assert_int_equal(fixture.called, 1);
	SAYS(&fixture, 0, "+OK\r\n*2\r\n$-1\r\n$22\r\n" RIGHT "\r\n");
	assert_true(lookup(&fixture));
	assert_true(fixture.found);
	assert_int_equal(number_of(&fixture, &fixture.fakes[0].callers), 2);
	tear_down(&fixture);
}

static void run_late_lookup(struct fixture *fixture, void *ctx)
{
	struct cancelling cancelling = { .late = true };

	(void)ctx;
	run_recall(fixture, &cancelling.lookup);
	assert_non_null(cancelling.lookup);
	run_cancel(fixture, &cancelling);
}

/* What comes when nobody waits any more is no sign of health. */
static void test_always_late(void **state)
{
	struct fixture fixture;

	(void)state;
	set_up(&fixture);
	SAYS(&fixture, 0, MISS);
	open_tier(&fixture);
	for (int i = 0; i < 3; i++) {
		in_engine(&fixture, run_late_lookup, NULL);
		nap_ms(WHILE_MS);
	}
	assert_int_equal(number_of(&fixture, &fixture.warnings), 1);
	assert_null(recall(&fixture));
	assert_int_equal(fixture.called, 0);
	tear_down(&fixture);
}

/*
 * A lookup that ends late opens the breaker, and the connection is dropped with all that waits for
 * it: these are told, but not from within the cancelling.
 */
static void test_late_with_others(void **state)
{
	struct fixture fixture;
	struct tier_lookup *lookups[4];

	(void)state;
	set_up(&fixture);
	open_tier(&fixture);
	for (size_t i = 0; i < ARRAY_LEN(lookups); i++) {
		lookups[i] = recall(&fixture);
		assert_non_null(lookups[i]);
	}
	for (int i = 0; i < 3; i++)
		cancel(&fixture, lookups[i], true);
	assert_true(wait_for(&fixture, &fixture.called, 1));
	assert_false(fixture.nested);
	assert_false(fixture.found);
	assert_string_equal(fixture.events, "f");
	/* The next one goes over another connection. */
	time_passes(&fixture, 500);
	SAYS(&fixture, 0, MISS);
	fixture.patience_ms = LATEST_MS;
	assert_true(lookup(&fixture));
	assert_int_equal(fixture.called, 1);
	assert_int_equal(number_of(&fixture, &fixture.fakes[0].callers), 2);
	tear_down(&fixture);
}

/* A probe that ends with its question, for reasons of its own, leaves the next one its turn. */
static void test_probe_given_up(void **state)
{
	struct fixture fixture;
	struct tier_lookup *probe;

	(void)state;
	set_up(&fixture);
	fixture.patience_ms = 20;
	open_tier(&fixture);
	for (int i = 0; i < 3; i++)
		assert_true(lookup(&fixture));
	time_passes(&fixture, 500);
	probe = recall(&fixture);
	assert_non_null(probe);
	assert_true(wait_for(&fixture, &fixture.fakes[0].heard, 4));
	assert_null(recall(&fixture));
	cancel(&fixture, probe, false);
	SAYS(&fixture, 0, MISS MISS); /* to the probe, and to the next one */
	fixture.patience_ms = LATEST_MS;
	assert_true(lookup(&fixture));
	assert_int_equal(fixture.called, 1);
	SAYS(&fixture, 0, MISS);
	assert_true(lookup(&fixture));
	assert_int_equal(fixture.called, 1);
	tear_down(&fixture);
}

/*
 * A lookup from before the breaker opened that ends late while the probe is out is not the probe:
 * it ends neither the probe's turn nor its connection.
 */
static void test_older_lookup_is_not_the_probe(void **state)
{
	struct fixture fixture;
	struct tier_lookup *older;

	(void)state;
	set_up(&fixture);
	open_tier(&fixture);
	for (int i = 0; i < 3; i++)
		(void)recall_alone(&fixture);
	older = recall_alone(&fixture);
	fake_pushes(&fixture, 0, "-ERR\r\n-ERR\r\n-ERR\r\n");
	assert_true(wait_for(&fixture, &fixture.warnings, 1));
	time_passes(&fixture, 500);
	(void)recall_alone(&fixture); /* the probe */
	cancel(&fixture, older, true);
	fake_pushes(&fixture, 0, MISS MISS);
	assert_true(wait_for(&fixture, &fixture.infos, 1));
	assert_string_equal(fixture.info, "the shared cache is back");
	assert_true(health(&fixture).reads);
	(void)recall_alone(&fixture);
	assert_int_equal(number_of(&fixture, &fixture.fakes[0].callers), 1);
	tear_down(&fixture);
}

/* A refused connection is heard of at once, not only by silence. */
static void test_nobody_there(void **state)
{
	struct fixture fixture;

	(void)state;
	set_up(&fixture);
	fixture.patience_ms = LATEST_MS;
	fixture.options.redis.address = "127.0.0.1:1";
	open_tier(&fixture);
	for (int i = 0; i < 3; i++) {
		assert_true(lookup(&fixture));
		assert_int_equal(fixture.called, 1);
		assert_false(fixture.found);
	}
	assert_int_equal(number_of(&fixture, &fixture.warnings), 1);
	assert_non_null(strstr(fixture.warning, "refused"));
	assert_false(lookup(&fixture));
	assert_false(health(&fixture).reads);
	assert_false(health(&fixture).writes);
	tear_down(&fixture);
}

/* Three failures, a rest of half a second, a probe that fails, twice as long a rest, and back. */
static void test_rests(void **state)
{
	struct fixture fixture;

	(void)state;
	set_up(&fixture);
	fixture.patience_ms = 20;
	open_tier(&fixture);
	for (int i = 0; i < 3; i++) {
		assert_true(lookup(&fixture));
		assert_int_equal(fixture.called, 0);
	}
	assert_int_equal(number_of(&fixture, &fixture.warnings), 1);
	assert_false(lookup(&fixture));
	time_passes(&fixture, 500);
	assert_true(lookup(&fixture));
	assert_int_equal(fixture.called, 0);
	time_passes(&fixture, 999);
	assert_false(lookup(&fixture));
	SAYS(&fixture, 0, MISS);
	fixture.patience_ms = LATEST_MS;
	time_passes(&fixture, 1);
	assert_true(lookup(&fixture));
	assert_int_equal(fixture.called, 1);
	assert_true(lookup(&fixture));
	assert_int_equal(number_of(&fixture, &fixture.warnings), 1);
	assert_int_equal(fixture.infos, 1);
	tear_down(&fixture);
}

static bool sent_last(struct fixture *fixture, const char *command, size_t len)
{
	const struct fake *fake = &fixture->fakes[0];

	(void)number_of(fixture, &fixture->warnings);
	return fake->last_len == len && memcmp(fake->last, command, len) == 0;
}

/* What is kept is the entry and its time; what is forgotten is overwritten, by SET as well. */
static void test_keep_and_forget(void **state)
{
	static const char kept[] = "*5\r\n$3\r\nSET\r\n$5\r\np:now\r\n$22\r\n\2\0\0\0\0\0\0\0\1"
				   "\0\0\0\0\0\0\0\75token\r\n$2\r\nEX\r\n$2\r\n60\r\n";
	static const char forgotten[] = "*5\r\n$3\r\nSET\r\n$5\r\np:now\r\n$1\r\n-\r\n"
					"$2\r\nEX\r\n$1\r\n1\r\n";
	struct fixture fixture;

	(void)state;
	set_up(&fixture);
	SAYS(&fixture, 0, "+OK\r\n");
	open_tier(&fixture);
	keep(&fixture);
	assert_true(wait_for(&fixture, &fixture.fakes[0].heard, 1));
	assert_true(sent_last(&fixture, TEXT(kept)));
	forget(&fixture);
	assert_true(wait_for(&fixture, &fixture.fakes[0].heard, 2));
	assert_true(sent_last(&fixture, TEXT(forgotten)));
	nap_ms(WHILE_MS);
	(void)number_of(&fixture, &fixture.warnings);
	assert_int_equal(fixture.warnings + fixture.infos, 0);
	tear_down(&fixture);
}

/* With nobody to be told, forgetting is lost, and costs nothing. */
static void test_forget_while_away(void **state)
{
	struct fixture fixture;

	(void)state;
	set_up(&fixture);
	fixture.options.redis.address = "127.0.0.1:1";
	open_tier(&fixture);
	for (int i = 0; i < 10; i++) {
		forget(&fixture);
		keep(&fixture);
		nap_ms(2);
	}
	assert_int_equal(number_of(&fixture, &fixture.warnings), 1);
	tear_down(&fixture);
}

static void keep_alone(struct fixture *fixture, const char *reply)
{
	unsigned heard = number_of(fixture, &fixture->fakes[0].heard);

	fake_says(fixture, 0, reply, strlen(reply));
	keep(fixture);
	assert_true(wait_for(fixture, &fixture->fakes[0].heard, heard + 1));
}

static void keep_and_wait(struct fixture *fixture, const char *reply)
{
	keep_alone(fixture, reply);
	/* Replies come in order: once this one is here, that to the write is. */
	SAYS(fixture, 0, MISS);
	fixture->patience_ms = LATEST_MS;
	assert_true(lookup(fixture));
	assert_int_equal(fixture->called, 1);
}

/* A refused write is said with what to do, once a minute at most; reading goes on. */
static void test_write_refused(void **state)
{
	static const struct {
		const char *reply, *said;
	} rows[] = {
		{ "-OOM command not allowed when used memory > 'maxmemory'.\r\n",
			"the shared cache does not take answers (OOM): it is full" },
		{ "-READONLY You can't write against a read only replica.\r\n",
			"(READONLY): it is a replica: name its master in redis_address" },
		{ "-NOPERM this user has no permissions to run the 'set' command\r\n",
			"(NOPERM): its user may not: in Redis, ACL SETUSER default ~p:* +mget" },
		{ "-MISCONF Redis is configured to save RDB snapshots\r\n", "(MISCONF): it can" },
		{ "-ERR 'p:now'\r\n", "(ERR): see its own log" },
		{ ":1\r\n", "(a strange reply): see its own log" },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		struct fixture fixture;

		set_up(&fixture);
		open_tier(&fixture);
		for (int k = 0; k < 5; k++)
			keep_alone(&fixture, rows[i].reply);
		SAYS(&fixture, 0, MISS);
		fixture.patience_ms = LATEST_MS;
		assert_true(lookup(&fixture));
		assert_int_equal(fixture.called, 1);
		assert_int_equal(number_of(&fixture, &fixture.warnings), 1);
		if (strstr(fixture.warning, rows[i].said) == NULL)
			fail_msg("row %zu: %s", i, fixture.warning);
		assert_null(strstr(fixture.warning, "p:now"));
		assert_true(health(&fixture).reads);
		assert_false(health(&fixture).writes);
		tear_down(&fixture);
	}
}

static void test_write_recovers(void **state)
{
	struct fixture fixture;

	(void)state;
	set_up(&fixture);
	open_tier(&fixture);
	keep_and_wait(&fixture, "-OOM\r\n");
	time_passes(&fixture, 59999);
	keep_and_wait(&fixture, "-OOM\r\n");
	assert_int_equal(number_of(&fixture, &fixture.warnings), 1);
	time_passes(&fixture, 1);
	keep_and_wait(&fixture, "-OOM\r\n");
	assert_int_equal(number_of(&fixture, &fixture.warnings), 2);
	assert_int_equal(fixture.infos, 0);
	keep_and_wait(&fixture, "+OK\r\n");
	assert_int_equal(number_of(&fixture, &fixture.infos), 1);
	assert_string_equal(fixture.info, "the shared cache takes answers again");
	assert_true(health(&fixture).writes);
	/* Now and then refused is said once a minute as well. */
	keep_and_wait(&fixture, "-OOM\r\n");
	keep_and_wait(&fixture, "+OK\r\n");
	assert_int_equal(number_of(&fixture, &fixture.warnings), 2);
	assert_int_equal(fixture.infos, 1);
	tear_down(&fixture);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_words),
		cmocka_unit_test(test_password),
		cmocka_unit_test(test_always_late),
		cmocka_unit_test(test_late_with_others),
		cmocka_unit_test(test_probe_given_up),
		cmocka_unit_test(test_older_lookup_is_not_the_probe),
		cmocka_unit_test(test_nobody_there),
		cmocka_unit_test(test_rests),
		cmocka_unit_test(test_keep_and_forget),
		cmocka_unit_test(test_forget_while_away),
		cmocka_unit_test(test_write_refused),
		cmocka_unit_test(test_write_recovers),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
