/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The Redis tier against a Redis that is right, wrong, hostile, or not there: it listens in the
 * same loop and says to each command what the test has it say.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "a_redis.h"

#define OF_VERSION_1 "\1\0\0\0\0\0\0\0\1\0\0\0\0\0\0\0\2token"
#define MISS "*2\r\n$-1\r\n$-1\r\n"

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
		fixture.patience_ms = WHILE_MS;
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
	assert_true(fixture.called);
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
	assert_true(fixture.called);
	SAYS(&fixture, 0, "+OK\r\n*2\r\n$-1\r\n$22\r\n" RIGHT "\r\n");
	assert_true(lookup(&fixture));
	assert_true(fixture.found);
	assert_int_equal(number_of(&fixture, &fixture.fakes[0].callers), 2);
	tear_down(&fixture);
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
		struct tier_look *look = recall(&fixture);

		assert_non_null(look);
		cancel(&fixture, look, true);
		nap_ms(WHILE_MS);
	}
	assert_int_equal(number_of(&fixture, &fixture.warnings), 1);
	assert_null(recall(&fixture));
	assert_false(fixture.called);
	tear_down(&fixture);
}

/*
 * A lookup that ends late opens the breaker, and the connection is dropped with all that waits for
 * it: these are told, but not from within the cancelling.
 */
static void test_late_with_others(void **state)
{
	struct fixture fixture;
	struct tier_look *looks[4];

	(void)state;
	set_up(&fixture);
	open_tier(&fixture);
	for (size_t i = 0; i < ARRAY_LEN(looks); i++) {
		looks[i] = recall(&fixture);
		assert_non_null(looks[i]);
	}
	for (int i = 0; i < 3; i++)
		cancel(&fixture, looks[i], true);
	assert_true(wait_for_flag(&fixture, &fixture.called, LATEST_MS));
	assert_false(fixture.nested);
	assert_false(fixture.found);
	assert_string_equal(fixture.events, "f");
	/* The next one goes over another connection. */
	time_passes(&fixture, 500);
	SAYS(&fixture, 0, MISS);
	fixture.patience_ms = LATEST_MS;
	assert_true(lookup(&fixture));
	assert_true(fixture.called);
	assert_int_equal(number_of(&fixture, &fixture.fakes[0].callers), 2);
	tear_down(&fixture);
}

/* A probe that ends with its question, for reasons of its own, leaves the next one its turn. */
static void test_probe_given_up(void **state)
{
	struct fixture fixture;
	struct tier_look *probe;

	(void)state;
	set_up(&fixture);
	fixture.patience_ms = 20;
	open_tier(&fixture);
	for (int i = 0; i < 3; i++)
		assert_true(lookup(&fixture));
	time_passes(&fixture, 500);
	probe = recall(&fixture);
	assert_non_null(probe);
	assert_true(wait_for_number(&fixture, &fixture.fakes[0].heard, 4));
	assert_null(recall(&fixture));
	cancel(&fixture, probe, false);
	SAYS(&fixture, 0, MISS MISS); /* to the probe, and to the next one */
	fixture.patience_ms = LATEST_MS;
	assert_true(lookup(&fixture));
	assert_true(fixture.called);
	SAYS(&fixture, 0, MISS);
	assert_true(lookup(&fixture));
	assert_true(fixture.called);
	tear_down(&fixture);
}

/* Begin a lookup and see it arrive, by itself, at a Redis that does not answer. */
static struct tier_look *recall_alone(struct fixture *fixture)
{
	unsigned heard = number_of(fixture, &fixture->fakes[0].heard);
	struct tier_look *look = recall(fixture);

	assert_non_null(look);
	assert_true(wait_for_number(fixture, &fixture->fakes[0].heard, heard + 1));
	return look;
}

/*
 * A lookup from before the breaker opened that ends late while the probe is out is not the probe:
 * it ends neither the probe's turn nor its connection.
 */
static void test_older_lookup_is_not_the_probe(void **state)
{
	struct fixture fixture;
	struct tier_look *older;

	(void)state;
	set_up(&fixture);
	open_tier(&fixture);
	for (int i = 0; i < 3; i++)
		(void)recall_alone(&fixture);
	older = recall_alone(&fixture);
	fake_pushes(&fixture, 0, "-ERR\r\n-ERR\r\n-ERR\r\n");
	assert_true(wait_for_number(&fixture, &fixture.warnings, 1));
	time_passes(&fixture, 500);
	(void)recall_alone(&fixture); /* the probe */
	cancel(&fixture, older, true);
	fake_pushes(&fixture, 0, MISS MISS);
	assert_true(wait_for_number(&fixture, &fixture.infos, 1));
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
		assert_true(fixture.called);
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
		assert_false(fixture.called);
	}
	assert_int_equal(number_of(&fixture, &fixture.warnings), 1);
	assert_false(lookup(&fixture));
	time_passes(&fixture, 500);
	assert_true(lookup(&fixture));
	assert_false(fixture.called);
	time_passes(&fixture, 999);
	assert_false(lookup(&fixture));
	SAYS(&fixture, 0, MISS);
	fixture.patience_ms = LATEST_MS;
	time_passes(&fixture, 1);
	assert_true(lookup(&fixture));
	assert_true(fixture.called);
	assert_true(lookup(&fixture));
	assert_int_equal(number_of(&fixture, &fixture.warnings), 1);
	assert_int_equal(fixture.infos, 1);
	tear_down(&fixture);
}

static bool sent_last(struct fixture *fixture, const char *command, size_t len)
{
	const struct fake *fake = &fixture->fakes[0];

	sync_up(fixture);
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
	assert_true(wait_for_number(&fixture, &fixture.fakes[0].heard, 1));
	assert_true(sent_last(&fixture, TEXT(kept)));
	forget(&fixture);
	assert_true(wait_for_number(&fixture, &fixture.fakes[0].heard, 2));
	assert_true(sent_last(&fixture, TEXT(forgotten)));
	nap_ms(WHILE_MS);
	sync_up(&fixture);
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

static void keep_and_wait(struct fixture *fixture, const char *reply)
{
	unsigned heard = number_of(fixture, &fixture->fakes[0].heard);

	fake_says(fixture, 0, reply, strlen(reply));
	keep(fixture);
	assert_true(wait_for_number(fixture, &fixture->fakes[0].heard, heard + 1));
	/* Replies come in order: once this one is here, that to the write is. */
	SAYS(fixture, 0, MISS);
	fixture->patience_ms = LATEST_MS;
	assert_true(lookup(fixture));
	assert_true(fixture->called);
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
			keep_and_wait(&fixture, rows[i].reply);
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

#define ONE "*1\r\n$32\r\n11111111111111111111111111111111\r\n"
#define TWO "*1\r\n$32\r\n22222222222222222222222222222222\r\n"

static void watch(struct fixture *fixture, const char *text)
{
	fake_says(fixture, 0, text, strlen(text));
	time_passes(fixture, 1000);
	tick(fixture);
	nap_ms(WHILE_MS);
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
	struct fixture fixture;

	(void)state;
	set_up(&fixture);
	open_tier(&fixture);
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		watch(&fixture, rows[i].says);
		if (number_of(&fixture, &fixture.removed) != rows[i].removed)
			fail_msg("row %zu: %u", i, fixture.removed);
	}
	tear_down(&fixture);
}

/* What was removed while nobody could look is not missed. */
static void test_removal_unseen(void **state)
{
	struct fixture fixture;

	(void)state;
	set_up(&fixture);
	open_tier(&fixture);
	watch(&fixture, "*1\r\n$-1\r\n");
	for (int i = 0; i < 4; i++)
		watch(&fixture, "");
	watch(&fixture, ONE);
	assert_int_equal(number_of(&fixture, &fixture.removed), 1);
	tear_down(&fixture);
}

/* What a lookup has read before the removal is told before the removal is. */
static void test_removal_after_lookups(void **state)
{
	static const char found[] = "*2\r\n$22\r\n" RIGHT "\r\n$-1\r\n";
	static char text[4 * sizeof(found) + sizeof(ONE)];
	struct fixture fixture;
	size_t len = 0;

	(void)state;
	set_up(&fixture);
	open_tier(&fixture);
	for (int i = 0; i < 3; i++) {
		(void)recall_alone(&fixture);
		memcpy(text + len, found, sizeof(found) - 1);
		len += sizeof(found) - 1;
	}
	memcpy(text + len, ONE MISS, sizeof(ONE MISS) - 1);
	len += sizeof(ONE MISS) - 1;
	tick(&fixture);
	assert_true(wait_for_number(&fixture, &fixture.fakes[0].heard, 4));
	fake_says(&fixture, 0, text, len);
	assert_non_null(recall(&fixture));
	assert_true(wait_for_number(&fixture, &fixture.removed, 1));
	nap_ms(WHILE_MS);
	sync_up(&fixture);
	assert_string_equal(fixture.events, "fffrf");
	tear_down(&fixture);
}

/* The tier ticks by itself, the first time at once. */
static void test_ticks(void **state)
{
	const struct tier_events events = { on_removed, NULL };
	struct tier_events ours = events;
	struct fixture fixture;
	bool fatal;

	(void)state;
	set_up(&fixture);
	ours.ctx = &fixture;
	SAYS(&fixture, 0, ONE);
	fixture.tier = redis_open_ticking(&fixture.options, fixture.engine, &ours, 10, &fatal);
	assert_non_null(fixture.tier);
	assert_true(wait_for_number(&fixture, &fixture.fakes[0].heard, 5));
	assert_true(health(&fixture).reads);
	assert_true(health(&fixture).writes);
	assert_int_equal(number_of(&fixture, &fixture.removed), 1);
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
	assert_false(fixture.called);
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
	assert_false(fixture.called);
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
		cmocka_unit_test(test_removals),
		cmocka_unit_test(test_removal_unseen),
		cmocka_unit_test(test_removal_after_lookups),
		cmocka_unit_test(test_ticks),
		cmocka_unit_test(test_closed_under_way),
		cmocka_unit_test(test_closed_after_late),
		cmocka_unit_test(test_wrong_configuration),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
