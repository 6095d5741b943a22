/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * wire.h - many UDP sockets to one server, with a place for each (socket, identifier). A place that
 * is given back is the last to be taken again, so that a late reply seldom meets a new request.
 */
#ifndef BENCH_WIRE_H
#define BENCH_WIRE_H

#include "radius.h"

#include <netinet/in.h>
#include <sys/socket.h>

#define WIRE_SOCKETS_MIN 8
#define WIRE_SOCKETS_MAX 129
#define WIRE_IDS 256
#define WIRE_BATCH 64 /* read at once */
#define WIRE_QUEUE 16 /* sent at once; the first waits while the last is made */

struct wire {
	int epoll;
	int sockets[WIRE_SOCKETS_MAX];
	uint32_t socket_count;
	uint32_t *free_places; /* ring of as many as there are; the identifier is the low octet */
	uint32_t free_head, free_count;
	struct radius_packet *out; /* WIRE_QUEUE of them, to be sent */
	uint32_t out_place[WIRE_QUEUE];
	uint32_t out_count;
	uint8_t (*in)[RADIUS_PACKET_MAX]; /* WIRE_BATCH of them */
	uint64_t sent, unsent;
};

typedef void wire_receiver(void *ctx, uint32_t place, uint8_t *data, size_t len);

/*
 * Sockets for at least twice as many places as will be needed at once. False after saying what
 * failed.
 */
MUST_CHECK bool wire_open(struct wire *wire, const struct sockaddr_in *server, uint32_t needed);
void wire_close(struct wire *wire);

uint32_t wire_places(const struct wire *wire);
MUST_CHECK uint32_t wire_take(struct wire *wire); /* never called when none is free */
void wire_give(struct wire *wire, uint32_t place);

/* Where to write the next packet; wire_queue() then sends it, at the latest at wire_flush(). */
struct radius_packet *wire_next(struct wire *wire);
void wire_queue(struct wire *wire, uint32_t place);
void wire_flush(struct wire *wire);

/* Wait at most that long, then hand over what has come. `place` has the socket's identifier. */
void wire_receive(struct wire *wire, int timeout_ms, wire_receiver *receiver, void *ctx);

#endif
