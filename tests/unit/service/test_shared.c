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

#include <arpa/inet.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cache/entry.h"
#include "service/redis/shared.h"

#define LATEST_MS 3000 /* of anything that is to happen at all */
#define WHILE_MS 60 /* in which it shows whether it does not */
#define FAKES 3

struct fake {
	uv_tcp_t listener;
	uv_loop_t *loop;
	const char *says; /* to each read of a command or more */
	size_t len;
	unsigned callers, heard;
	char address[32];
};

struct stand {
	uv_loop_t loop;
	uv_timer_t timer;
	bool late;
	struct fake fakes[FAKES];
	struct shared_config config;
	struct shared *shared;
	int64_t now_ms; /* the cache's own clock */
	unsigned warnings, removed;
	char warning[512];
	bool called, found;
	size_t which;
	struct store_entry entry;
};

static int64_t mono(void *ctx)
{
	return ((struct stand *)ctx)->now_ms;
}

static void say(void *ctx, enum severity severity, const char *file, int line, const char *text)
{
	struct stand *stand = ctx;

	(void)file, (void)line;
	if (severity != SAY_WARNING)
		return;
	stand->warnings++;
	(void)snprintf(stand->warning, sizeof(stand->warning), "%s", text);
}

static void on_removed(void *ctx)
{
	((struct stand *)ctx)->removed++;
}

/* ---- a Redis ---- */

static void free_handle(uv_handle_t *handle)
{
	free(handle);
}

static void on_written(uv_write_t *request, int status)
{
	(void)status;
	free(request);
}

static void give_room(uv_handle_t *handle, size_t wanted, uv_buf_t *out)
{
	static char room[65536];

	(void)handle, (void)wanted;
	*out = uv_buf_init(room, sizeof(room));
}

static void on_command(uv_stream_t *stream, ssize_t len, const uv_buf_t *buf)
{
	struct fake *fake = stream->data;
	uv_buf_t reply = uv_buf_init((char *)(uintptr_t)fake->says, (unsigned)fake->len);
	uv_write_t *request;

	(void)buf;
	if (len < 0) {
		uv_close((uv_handle_t *)stream, free_handle);
		return;
	}
	fake->heard++;
	if (fake->len == 0)
		return;
	request = calloc(1, sizeof(*request));
	assert_non_null(request);
	assert_int_equal(uv_write(request, stream, &reply, 1, on_written), 0);
}

static void on_caller(uv_stream_t *listener, int status)
{
	struct fake *fake = listener->data;
	uv_tcp_t *caller = calloc(1, sizeof(*caller));

	assert_int_equal(status, 0);
	assert_non_null(caller);
	fake->callers++;
	assert_int_equal(uv_tcp_init(fake->loop, caller), 0);
	caller->data = fake;
	assert_int_equal(uv_accept(listener, (uv_stream_t *)caller), 0);
	assert_int_equal(uv_read_start((uv_stream_t *)caller, give_room, on_command), 0);
}

static void listen_on(struct fake *fake, uv_loop_t *loop)
{
	struct sockaddr_in address;
	int len = sizeof(address);

	fake->loop = loop;
	assert_int_equal(uv_ip4_addr("127.0.0.1", 0, &address), 0);
	assert_int_equal(uv_tcp_init(loop, &fake->listener), 0);
	fake->listener.data = fake;
	assert_int_equal(uv_tcp_bind(&fake->listener, (struct sockaddr *)&address, 0), 0);
	assert_int_equal(uv_listen((uv_stream_t *)&fake->listener, 16, on_caller), 0);
	assert_int_equal(uv_tcp_getsockname(&fake->listener, (struct sockaddr *)&address, &len), 0);
	(void)snprintf(fake->address, sizeof(fake->address), "127.0.0.1:%u",
		(unsigned)ntohs(address.sin_port));
}

static void says(struct fake *fake, const char *text, size_t len)
{
	fake->says = text;
	fake->len = len;
}

/* ---- the loop ---- */

static void on_late(uv_timer_t *timer)
{
	((struct stand *)timer->data)->late = true;
}

static void run_for(struct stand *stand, unsigned ms, const bool *until)
{
	stand->late = false;
	assert_int_equal(uv_timer_start(&stand->timer, on_late, ms, 0), 0);
	while (!stand->late && (until == NULL || !*until))
		(void)uv_run(&stand->loop, UV_RUN_ONCE);
	(void)uv_timer_stop(&stand->timer);
}

static void stand_up(struct stand *stand)
{
	memset(stand, 0, sizeof(*stand));
	assert_int_equal(uv_loop_init(&stand->loop), 0);
	assert_int_equal(uv_timer_init(&stand->loop, &stand->timer), 0);
	stand->timer.data = stand;
	for (size_t i = 0; i < FAKES; i++)
		listen_on(&stand->fakes[i], &stand->loop);
	stand->config = (struct shared_config){
		.redis = { .address = stand->fakes[0].address, .user = "", .password = "",
			.ca_file = "", .master = "m", .prefix = "p:" },
		.timeout_ms = 100,
		.removed = on_removed,
		.ctx = stand,
		.clock = { system_clock.wall, mono, stand },
		.reporter = { say, stand },
	};
}

static void begin(struct stand *stand)
{
	stand->shared = shared_new(&stand->loop, &stand->config);
	assert_non_null(stand->shared);
}

static void close_handle(uv_handle_t *handle, void *ctx)
{
	struct stand *stand = ctx;
	bool ours = handle == (uv_handle_t *)&stand->timer;

	for (size_t i = 0; i < FAKES; i++)
		ours |= handle == (uv_handle_t *)&stand->fakes[i].listener;
	if (!uv_is_closing(handle))
		uv_close(handle, ours ? NULL : free_handle);
}

/* The cache leaves nothing behind in the loop: what is closed for it would be freed twice. */
static void take_down(struct stand *stand)
{
	shared_free(stand->shared);
	run_for(stand, WHILE_MS, NULL);
	uv_walk(&stand->loop, close_handle, stand);
	(void)uv_run(&stand->loop, UV_RUN_DEFAULT);
	assert_int_equal(uv_loop_close(&stand->loop), 0);
}

static void on_found(void *ctx, const struct store_entry *entry, size_t which)
{
	struct stand *stand = ctx;

	assert_false(stand->called);
	stand->called = true;
	stand->found = entry != NULL;
	stand->which = which;
	if (entry != NULL)
		stand->entry = *entry;
}

/* Look as a question does: gives it up after its time. False: it was not begun. */
static bool look(struct stand *stand)
{
	static const struct person_key now = { .text = "now" }, before = { .text = "before" };
	const struct person_key *keys[SHARED_KEYS_MAX] = { &now, &before };
	struct look *look;

	stand->called = stand->found = false;
	look = shared_look(stand->shared, keys, 2, on_found, stand);
	if (look == NULL)
		return false;
	run_for(stand, (unsigned)stand->config.timeout_ms, &stand->called);
	if (!stand->called)
		shared_forget(stand->shared, look, true);
	return true;
}

/* ---- tests ---- */

#define RIGHT "\1\0\0\0\0\0\0\0\1\0\0\0\0\0\0\0\2token" /* entry.h */
#define TEXT(literal) literal, sizeof(literal) - 1

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

/* The master's address as a Sentinel tells it. */
static void tell(const char *host, const struct fake *master, char out[128])
{
	const char *port = strrchr(master->address, ':') + 1;

	(void)snprintf(out, 128, "*2\r\n$%zu\r\n%s\r\n$%zu\r\n%s\r\n", strlen(host), host,
		strlen(port), port);
}

static void by_sentinels(struct stand *stand, const char *first, const char *second)
{
	stand->config.redis.sentinels[0] = first;
	stand->config.redis.sentinels[1] = second;
	stand->config.redis.sentinel_count = 2;
	says(&stand->fakes[0], TEXT("*2\r\n$-1\r\n$-1\r\n"));
	begin(stand);
}

static void test_sentinels(void **state)
{
	static const struct {
		const char *first;
		bool hostile;
	} rows[] = {
		{ "*-1\r\n", false },
		{ "*0\r\n", false },
		{ "*1\r\n$9\r\n127.0.0.1\r\n", false },
		{ "*2\r\n$9\r\nlocalhost\r\n$4\r\n6379\r\n", false },
		{ "*2\r\n$9\r\n127.0.0.1\r\n:6379\r\n", false },
		{ "*2\r\n$9\r\n127.0.0.1\r\n$1\r\n0\r\n", false },
		{ "*2\r\n$-1\r\n$-1\r\n", false },
		{ "-IDONTKNOW\r\n", false },
		{ "*2147483647\r\n", true },
		{ "+OK\r\n+OK\r\n", true },
		{ "rubbish", true },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		struct stand stand;
		char told[128];

		stand_up(&stand);
		tell("127.0.0.1", &stand.fakes[0], told);
		says(&stand.fakes[1], rows[i].first, strlen(rows[i].first));
		says(&stand.fakes[2], told, strlen(told));
		by_sentinels(&stand, stand.fakes[1].address, stand.fakes[2].address);
		assert_false(look(&stand));
		run_for(&stand, WHILE_MS, NULL);
		if (!look(&stand) || !stand.called)
			fail_msg("row %zu: the second one was not asked", i);
		assert_int_equal(stand.fakes[1].heard, 1);
		assert_int_equal(stand.warnings, 0);
		take_down(&stand);
	}
}

/* The silent one is left after two ticks, the one that is not there at once. */
static void test_silent_sentinel(void **state)
{
	struct stand stand;
	char told[128];

	(void)state;
	stand_up(&stand);
	tell("127.0.0.1", &stand.fakes[0], told);
	says(&stand.fakes[2], told, strlen(told));
	by_sentinels(&stand, stand.fakes[1].address, stand.fakes[2].address);
	for (int i = 0; i < 3; i++) {
		shared_watch(stand.shared);
		run_for(&stand, WHILE_MS, NULL);
	}
	assert_true(look(&stand));
	assert_true(stand.called);
	take_down(&stand);
}

static void test_no_sentinel(void **state)
{
	struct stand stand;

	(void)state;
	stand_up(&stand);
	by_sentinels(&stand, "127.0.0.1:1", "127.0.0.1:2");
	for (int i = 0; i < 3; i++) {
		assert_false(look(&stand));
		run_for(&stand, WHILE_MS, NULL);
	}
	assert_int_equal(stand.warnings, 1);
	assert_non_null(strstr(stand.warning, "no Sentinel tells where it is"));
	assert_int_equal(stand.fakes[0].heard, 0);
	take_down(&stand);
}

/* A master that has become a replica is left, and asked after anew. */
static void test_replica(void **state)
{
	static const struct person_key key = { .text = "now" };
	const struct store_entry entry = { .stored_at = 1, .keep_until = 2, .token_len = 1,
		.token = "x" };
	struct stand stand;
	char told[128];

	(void)state;
	stand_up(&stand);
	tell("127.0.0.1", &stand.fakes[0], told);
	says(&stand.fakes[1], told, strlen(told));
	by_sentinels(&stand, stand.fakes[1].address, stand.fakes[1].address);
	assert_false(look(&stand));
	run_for(&stand, WHILE_MS, NULL);
	says(&stand.fakes[0], TEXT("-READONLY You can't write against a read only replica.\r\n"));
	shared_put(stand.shared, &key, &entry);
	run_for(&stand, WHILE_MS, NULL);
	says(&stand.fakes[0], TEXT("*2\r\n$-1\r\n$-1\r\n"));
	assert_false(look(&stand));
	run_for(&stand, WHILE_MS, NULL);
	assert_int_equal(stand.fakes[1].heard, 2);
	assert_true(look(&stand));
	assert_true(stand.called);
	take_down(&stand);
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
		cmocka_unit_test(test_sentinels),
		cmocka_unit_test(test_silent_sentinel),
		cmocka_unit_test(test_no_sentinel),
		cmocka_unit_test(test_replica),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
