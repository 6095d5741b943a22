/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * a_redis.h - a Redis that listens in the loop of the shared cache it serves, and says to each
 * command what the test has it say. Include it behind <cmocka.h>.
 */
#ifndef MIGRANTID_A_REDIS_H
#define MIGRANTID_A_REDIS_H

#include <arpa/inet.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cache/entry.h"
#include "cache/redis.h"

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

static inline int64_t mono(void *ctx)
{
	return ((struct stand *)ctx)->now_ms;
}

static inline void say(
	void *ctx, enum severity severity, const char *file, int line, const char *text)
{
	struct stand *stand = ctx;

	(void)file, (void)line;
	if (severity != SAY_WARNING)
		return;
	stand->warnings++;
	(void)snprintf(stand->warning, sizeof(stand->warning), "%s", text);
}

static inline void on_removed(void *ctx)
{
	((struct stand *)ctx)->removed++;
}

/* ---- a Redis ---- */

static inline void free_handle(uv_handle_t *handle)
{
	free(handle);
}

static inline void on_written(uv_write_t *request, int status)
{
	(void)status;
	free(request);
}

static inline void give_room(uv_handle_t *handle, size_t wanted, uv_buf_t *out)
{
	static char room[65536];

	(void)handle, (void)wanted;
	*out = uv_buf_init(room, sizeof(room));
}

static inline void on_command(uv_stream_t *stream, ssize_t len, const uv_buf_t *buf)
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

static inline void on_caller(uv_stream_t *listener, int status)
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

static inline void listen_on(struct fake *fake, uv_loop_t *loop)
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

static inline void says(struct fake *fake, const char *text, size_t len)
{
	fake->says = text;
	fake->len = len;
}

/* ---- the loop ---- */

static inline void on_late(uv_timer_t *timer)
{
	((struct stand *)timer->data)->late = true;
}

static inline void run_for(struct stand *stand, unsigned ms, const bool *until)
{
	stand->late = false;
	assert_int_equal(uv_timer_start(&stand->timer, on_late, ms, 0), 0);
	while (!stand->late && (until == NULL || !*until))
		(void)uv_run(&stand->loop, UV_RUN_ONCE);
	(void)uv_timer_stop(&stand->timer);
}

static inline void stand_up(struct stand *stand)
{
	memset(stand, 0, sizeof(*stand));
	assert_int_equal(uv_loop_init(&stand->loop), 0);
	assert_int_equal(uv_timer_init(&stand->loop, &stand->timer), 0);
	stand->timer.data = stand;
	for (size_t i = 0; i < FAKES; i++)
		listen_on(&stand->fakes[i], &stand->loop);
	stand->config = (struct shared_config){
		.redis = { .address = stand->fakes[0].address,
			.user = "",
			.password = "",
			.ca_file = "",
			.master = "m",
			.prefix = "p:" },
		.timeout_ms = 100,
		.removed = on_removed,
		.ctx = stand,
		.clock = { system_clock.wall, mono, stand },
		.reporter = { say, stand },
	};
}

static inline void begin(struct stand *stand)
{
	stand->shared = shared_new(&stand->loop, &stand->config);
	assert_non_null(stand->shared);
}

static inline void close_handle(uv_handle_t *handle, void *ctx)
{
	struct stand *stand = ctx;
	bool ours = handle == (uv_handle_t *)&stand->timer;

	for (size_t i = 0; i < FAKES; i++)
		ours |= handle == (uv_handle_t *)&stand->fakes[i].listener;
	if (!uv_is_closing(handle))
		uv_close(handle, ours ? NULL : free_handle);
}

/* The cache leaves nothing behind in the loop: what is closed for it would be freed twice. */
static inline void take_down(struct stand *stand)
{
	shared_free(stand->shared);
	run_for(stand, WHILE_MS, NULL);
	uv_walk(&stand->loop, close_handle, stand);
	(void)uv_run(&stand->loop, UV_RUN_DEFAULT);
	assert_int_equal(uv_loop_close(&stand->loop), 0);
}

static inline void on_found(void *ctx, const struct store_entry *entry, size_t which)
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
static inline bool look(struct stand *stand)
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

#define RIGHT "\1\0\0\0\0\0\0\0\1\0\0\0\0\0\0\0\2token" /* entry.h */
#define TEXT(literal) literal, sizeof(literal) - 1

#endif
