/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * a_redis.h - a Redis that listens in a libuv loop, and says to each command what the test has it
 * say. It belongs to the loop's thread. Include it behind <cmocka.h>.
 */
#ifndef MIGRANTID_A_REDIS_H
#define MIGRANTID_A_REDIS_H

#include <arpa/inet.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <uv.h>

#include "base/base.h"

/* What one may say: neither key is there; an entry. */
#define MISS "*2\r\n$-1\r\n$-1\r\n"
#define RIGHT "\2\0\0\0\0\0\0\0\1\0\0\0\0\0\0\0\2token" /* entry.h */
#define TEXT(literal) literal, sizeof(literal) - 1

struct fake {
	uv_tcp_t listener;
	uv_loop_t *loop;
	const char *says; /* to each read of a command or more */
	size_t len;
	unsigned callers, heard;
	char last[512]; /* what it was sent last */
	size_t last_len;
	uv_stream_t *caller; /* the latest; NULL: none */
	char address[32];
	unsigned port;
};

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

static inline void say_to(uv_stream_t *stream, const char *text, size_t len)
{
	uv_buf_t reply = uv_buf_init((char *)(uintptr_t)text, (unsigned)len);
	uv_write_t *request = calloc(1, sizeof(*request));

	assert_non_null(request);
	assert_int_equal(uv_write(request, stream, &reply, 1, on_written), 0);
}

static inline void on_command(uv_stream_t *stream, ssize_t len, const uv_buf_t *buf)
{
	struct fake *fake = stream->data;

	if (len < 0) {
		if (fake->caller == stream)
			fake->caller = NULL;
		uv_close((uv_handle_t *)stream, free_handle);
		return;
	}
	fake->heard++;
	fake->last_len = (size_t)len < sizeof(fake->last) ? (size_t)len : sizeof(fake->last);
	memcpy(fake->last, buf->base, fake->last_len);
	if (fake->len > 0)
		say_to(stream, fake->says, fake->len);
}

static inline void on_caller(uv_stream_t *listener, int status)
{
	struct fake *fake = listener->data;
	uv_tcp_t *caller = calloc(1, sizeof(*caller));

	assert_int_equal(status, 0);
	assert_non_null(caller);
	fake->callers++;
	fake->caller = (uv_stream_t *)caller;
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
	fake->port = ntohs(address.sin_port);
	(void)snprintf(fake->address, sizeof(fake->address), "127.0.0.1:%u", fake->port);
}

#endif
