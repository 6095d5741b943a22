/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "peer_internal.h"

#define REQUEST_MAX 8192

/* One request's body, terminated. False: the client has gone. */
static bool read_request(struct peer_connection *connection, char *body, size_t room)
{
	char head[REQUEST_MAX] = "";
	size_t len = 0, body_len = 0;
	const char *length;

	while (strstr(head, "\r\n\r\n") == NULL) {
		if (len + 1 >= sizeof(head) || !peer_read(connection, head + len, 1))
			return false;
		head[++len] = '\0';
	}
	length = strcasestr(head, "\r\nContent-Length:");
	if (length != NULL)
		body_len = (size_t)atoi(length + strlen("\r\nContent-Length:"));
	if (body_len >= room || !peer_read(connection, body, body_len))
		return false;
	body[body_len] = '\0';
	atomic_fetch_add(&connection->peer->requests, 1);
	return true;
}

static void answer(struct peer_connection *connection, int status, int retry_after, size_t header,
	size_t body, size_t sent)
{
	size_t room = header + body + 512;
	char *text = malloc(room);
	int len;

	if (text == NULL)
		abort();
	len = snprintf(text, room,
		"HTTP/1.1 %d x\r\nContent-Type: text/plain\r\nContent-Length: %zu\r\n", status,
		body);
	if (retry_after >= 0)
		len += snprintf(text + len, room - (size_t)len, "Retry-After: %d\r\n", retry_after);
	if (header > 0)
		len += sprintf(text + len, "X: %0*d\r\n", (int)header, 0);
	len += sprintf(text + len, "\r\n");
	memset(text + len, 'a', sent);
	peer_write(connection, text, (size_t)len + sent);
	free(text);
}

/* False: the connection ends. */
static bool obey(struct peer_connection *connection, const char *body)
{
	int number = 0, after = -1;

	if (strcmp(body, "cut") == 0)
		return false;
	if (strcmp(body, "silent") == 0) {
		peer_sleep_until(connection, INT64_MAX);
		return false;
	}
	if (strcmp(body, "partial") == 0 || strcmp(body, "stall") == 0) {
		answer(connection, 200, -1, 0, 100, 50);
		if (body[0] == 's')
			peer_sleep_until(connection, INT64_MAX);
		return false;
	}
	if (strcmp(body, "moved") == 0) {
		static const char moved[] =
			"HTTP/1.1 302 x\r\nLocation: /\r\nContent-Length: 0\r\n\r\n";

		peer_write(connection, moved, sizeof(moved) - 1);
		return true;
	}
	if (sscanf(body, "slow %d", &number) == 1)
		peer_sleep_until(connection, peer_now() + number);
	if (sscanf(body, "status %d %d", &number, &after) >= 1)
		answer(connection, number, after, 0, 0, 0);
	else if (sscanf(body, "header %d", &number) == 1)
		for (int i = 0; i < number; i += 8000)
			answer(connection, i + 8000 < number ? 103 : 200, -1, 8000, 0, 0);
	else if (sscanf(body, "big %d", &number) == 1)
		answer(connection, 200, -1, 0, (size_t)number, (size_t)number);
	else
		answer(connection, 200, -1, 0, 5, 5);
	return true;
}

void peer_serve_http1(struct peer_connection *connection)
{
	char body[256];

	while (read_request(connection, body, sizeof(body)))
		if (!obey(connection, body))
			return;
}
