/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef PEER_INTERNAL_H
#define PEER_INTERNAL_H

#include <pthread.h>

#include "peer.h"

#define ANSWERS_MAX 512

/* One answer that is due later. */
struct due_answer {
	uint32_t stream;
	int64_t at_ms;
};

struct peer_connection {
	struct peer_connection *next;
	struct peer *peer;
	pthread_t thread;
	int number; /* from 1 */
	int socket;
	SSL *ssl;
	struct due_answer due[ANSWERS_MAX];
	size_t due_count;
	bool said_no_streams;
};

int64_t peer_now(void);

/* Wait until something can be read. False: nothing came within the time. */
bool peer_readable(struct peer_connection *connection, int64_t until_ms);
/* Exactly so much; false at the end. */
bool peer_read(struct peer_connection *connection, void *data, size_t len);
void peer_write(struct peer_connection *connection, const void *data, size_t len);
bool peer_is_frozen(const struct peer_connection *connection);
void peer_sleep_until(const struct peer_connection *connection, int64_t at_ms);

void peer_serve_http1(struct peer_connection *connection);
void peer_serve_http2(struct peer_connection *connection);

#endif
