/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "peer_internal.h"

enum { DATA = 0, HEADERS = 1, RST_STREAM = 3, SETTINGS = 4, PING = 6, GOAWAY = 7 };
enum { END_STREAM = 1, ACK = 1, END_HEADERS = 4 };
#define FRAME_MAX 16384
#define PREFACE_LEN 24
#define REFUSED_STREAM 7
#define INTERNAL_ERROR 2

struct frame {
	uint8_t type, flags;
	uint32_t stream;
	size_t len;
	uint8_t payload[FRAME_MAX];
};

static void put32(uint8_t *out, uint32_t value)
{
	for (int i = 0; i < 4; i++)
		out[i] = (uint8_t)(value >> (24 - 8 * i));
}

static void send_frame(struct peer_connection *connection, uint8_t type, uint8_t flags,
	uint32_t stream, const void *payload, size_t len)
{
	uint8_t frame[9 + FRAME_MAX] = { (uint8_t)(len >> 16), (uint8_t)(len >> 8), (uint8_t)len,
		type, flags };

	put32(frame + 5, stream);
	if (len > 0)
		memcpy(frame + 9, payload, len);
	peer_write(connection, frame, 9 + len);
}

static void send_settings(struct peer_connection *connection, uint32_t max_streams)
{
	uint8_t setting[6] = { 0, 3 }; /* SETTINGS_MAX_CONCURRENT_STREAMS */

	put32(setting + 2, max_streams);
	send_frame(connection, SETTINGS, 0, 0, setting, sizeof(setting));
}

static void send_code(struct peer_connection *connection, uint8_t type, uint32_t stream,
	uint32_t last, uint32_t code)
{
	uint8_t payload[8];

	put32(payload, last);
	put32(payload + 4, code);
	if (type == GOAWAY)
		send_frame(connection, GOAWAY, 0, 0, payload, 8);
	else
		send_frame(connection, RST_STREAM, 0, stream, payload + 4, 4);
}

/* Literals without indexing: content-type is 31 of the static table, :status 8, retry-after 53. */
static void send_headers(
	struct peer_connection *connection, uint32_t stream, int status, int retry_after, bool last)
{
	static const uint8_t type[] = "\x0f\x10\x0atext/plain";
	uint8_t block[64] = { 0x08, 3 };
	size_t len = 2;

	len += (size_t)sprintf((char *)block + len, "%03d", status);
	memcpy(block + len, type, sizeof(type) - 1);
	len += sizeof(type) - 1;
	if (retry_after >= 0) {
		int digits = sprintf((char *)block + len + 3, "%d", retry_after);

		block[len] = 0x0f;
		block[len + 1] = 53 - 15;
		block[len + 2] = (uint8_t)digits;
		len += 3 + (size_t)digits;
	}
	send_frame(connection, HEADERS, END_HEADERS | (last ? END_STREAM : 0), stream, block, len);
}

static void send_answer(
	struct peer_connection *connection, uint32_t stream, size_t body, bool whole)
{
	uint8_t data[FRAME_MAX];

	memset(data, 'a', sizeof(data));
	send_headers(connection, stream, 200, -1, false);
	while (body > sizeof(data)) {
		send_frame(connection, DATA, 0, stream, data, sizeof(data));
		body -= sizeof(data);
	}
	send_frame(connection, DATA, whole ? END_STREAM : 0, stream, data, body);
}

static bool read_frame(struct peer_connection *connection, struct frame *frame)
{
	uint8_t head[9];

	if (!peer_read(connection, head, sizeof(head)))
		return false;
	frame->len = (size_t)head[0] << 16 | (size_t)head[1] << 8 | head[2];
	frame->type = head[3];
	frame->flags = head[4];
	frame->stream = (uint32_t)head[5] << 24 | (uint32_t)head[6] << 16 | (uint32_t)head[7] << 8 |
			head[8];
	return frame->len < sizeof(frame->payload) &&
	       peer_read(connection, frame->payload, frame->len);
}

/* False: the connection ends. */
static bool obey(struct peer_connection *connection, uint32_t stream, const char *body)
{
	int number = 0, after = -1;

	atomic_fetch_add(&connection->peer->requests, 1);
	if (strcmp(body, "cut") == 0)
		return false;
	if (strcmp(body, "silent") == 0)
		return true;
	if (strcmp(body, "partial") == 0 || strcmp(body, "stall") == 0) {
		send_answer(connection, stream, 50, false);
		return body[0] == 's';
	}
	if (strncmp(body, "reset", 5) == 0) {
		send_code(connection, RST_STREAM, stream, 0,
			strcmp(body, "reset refused") == 0 ? REFUSED_STREAM : INTERNAL_ERROR);
		return true;
	}
	if (strcmp(body, "goaway") == 0) {
		send_code(connection, GOAWAY, 0, stream - 2, 0);
		return true;
	}
	if (strcmp(body, "last") == 0)
		send_code(connection, GOAWAY, 0, stream, 0);
	if (sscanf(body, "slow %d", &number) == 1 && connection->due_count < ANSWERS_MAX)
		connection->due[connection->due_count++] =
			(struct due_answer){ stream, peer_now() + number };
	else if (sscanf(body, "status %d %d", &number, &after) >= 1)
		send_headers(connection, stream, number, after, true);
	else if (sscanf(body, "big %d", &number) == 1)
		send_answer(connection, stream, (size_t)number, true);
	else
		send_answer(connection, stream, 5, true);
	return true;
}

static bool take_frame(struct peer_connection *connection, struct frame *frame)
{
	if (peer_is_frozen(connection))
		return true;
	if (frame->type == SETTINGS && (frame->flags & ACK) == 0)
		send_frame(connection, SETTINGS, ACK, 0, NULL, 0);
	else if (frame->type == PING && (frame->flags & ACK) == 0)
		send_frame(connection, PING, ACK, 0, frame->payload, frame->len);
	if (frame->type != DATA || (frame->flags & END_STREAM) == 0)
		return true;
	frame->payload[frame->len] = '\0';
	return obey(connection, frame->stream, (const char *)frame->payload);
}

static void send_due(struct peer_connection *connection)
{
	size_t left = 0;

	for (size_t i = 0; i < connection->due_count; i++) {
		if (connection->due[i].at_ms <= peer_now())
			send_answer(connection, connection->due[i].stream, 5, true);
		else
			connection->due[left++] = connection->due[i];
	}
	connection->due_count = left;
}

void peer_serve_http2(struct peer_connection *connection)
{
	uint32_t max_streams = connection->peer->options.max_streams;
	struct frame *frame = malloc(sizeof(*frame));
	char preface[PREFACE_LEN];

	send_settings(connection, max_streams > 0 ? max_streams : 100);
	if (frame == NULL || !peer_read(connection, preface, sizeof(preface))) {
		free(frame);
		return;
	}
	while (!atomic_load(&connection->peer->stopping)) {
		if (peer_readable(connection, peer_now() + 5) &&
			(!read_frame(connection, frame) || !take_frame(connection, frame)))
			break;
		send_due(connection);
		if (atomic_load(&connection->peer->no_streams) && !connection->said_no_streams) {
			send_settings(connection, 0);
			connection->said_no_streams = true;
		}
	}
	free(frame);
}
