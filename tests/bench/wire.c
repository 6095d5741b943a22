/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "wire.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <unistd.h>

#define SOCKET_BUFFER (4 << 20) /* 256 replies of any size must fit */

static bool open_socket(struct wire *wire, uint32_t index, const struct sockaddr_in *server)
{
	const int size = SOCKET_BUFFER;
	struct epoll_event event = { .events = EPOLLIN, .data.u32 = index };
	int fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);

	if (fd < 0)
		return false;
	wire->sockets[index] = fd;
	wire->socket_count = index + 1;
	/* More than the kernel's usual limit is only root's to take; less does for most runs. */
	if (setsockopt(fd, SOL_SOCKET, SO_RCVBUFFORCE, &size, sizeof(size)) < 0)
		(void)setsockopt(fd, SOL_SOCKET, SO_RCVBUF, &size, sizeof(size));
	return connect(fd, (const struct sockaddr *)server, sizeof(*server)) == 0 &&
	       epoll_ctl(wire->epoll, EPOLL_CTL_ADD, fd, &event) == 0;
}

bool wire_open(struct wire *wire, const struct sockaddr_in *server, uint32_t needed)
{
	uint32_t sockets = (2 * needed + WIRE_IDS - 1) / WIRE_IDS;

	*wire = (struct wire){ .epoll = epoll_create1(EPOLL_CLOEXEC) };
	/*
	 * A server holds a request for a while after its reply; a new one in its place conflicts.
	 */
	if (sockets < WIRE_SOCKETS_MIN)
		sockets = WIRE_SOCKETS_MIN;
	if (sockets > WIRE_SOCKETS_MAX)
		sockets = WIRE_SOCKETS_MAX;
	wire->free_places = calloc(sockets * WIRE_IDS, sizeof(*wire->free_places));
	wire->out = calloc(WIRE_QUEUE, sizeof(*wire->out));
	wire->in = calloc(WIRE_BATCH, sizeof(*wire->in));
	if (!wire->free_places || !wire->out || !wire->in || wire->epoll < 0)
		goto failed;
	for (uint32_t i = 0; i < sockets; i++)
		if (!open_socket(wire, i, server))
			goto failed;
	for (uint32_t place = 0; place < wire_places(wire); place++)
		wire->free_places[wire->free_count++] = place;
	return true;
failed:
	fprintf(stderr, "radload: cannot open sockets: %s\n", strerror(errno));
	wire_close(wire);
	return false;
}

void wire_close(struct wire *wire)
{
	for (uint32_t i = 0; i < wire->socket_count; i++)
		close(wire->sockets[i]);
	if (wire->epoll >= 0)
		close(wire->epoll);
	free(wire->free_places);
	free(wire->out);
	free(wire->in);
	*wire = (struct wire){ .epoll = -1 };
}

uint32_t wire_places(const struct wire *wire)
{
	return wire->socket_count * WIRE_IDS;
}

uint32_t wire_take(struct wire *wire)
{
	uint32_t place = wire->free_places[wire->free_head];

	wire->free_head = (wire->free_head + 1) % wire_places(wire);
	wire->free_count--;
	return place;
}

void wire_give(struct wire *wire, uint32_t place)
{
	wire->free_places[(wire->free_head + wire->free_count) % wire_places(wire)] = place;
	wire->free_count++;
}

struct radius_packet *wire_next(struct wire *wire)
{
	return &wire->out[wire->out_count];
}

void wire_queue(struct wire *wire, uint32_t place)
{
	wire->out_place[wire->out_count++] = place;
	if (wire->out_count == WIRE_QUEUE)
		wire_flush(wire);
}

/* As many of the queue, from `first` on, as go through the same socket. */
static uint32_t run_length(const struct wire *wire, uint32_t first)
{
	uint32_t end = first + 1;

	while (end < wire->out_count &&
		wire->out_place[end] / WIRE_IDS == wire->out_place[first] / WIRE_IDS)
		end++;
	return end - first;
}

void wire_flush(struct wire *wire)
{
	struct mmsghdr messages[WIRE_QUEUE] = { 0 };
	struct iovec vectors[WIRE_QUEUE];

	for (uint32_t i = 0; i < wire->out_count; i++) {
		vectors[i] = (struct iovec){ wire->out[i].data, wire->out[i].len };
		messages[i].msg_hdr.msg_iov = &vectors[i];
		messages[i].msg_hdr.msg_iovlen = 1;
	}
	for (uint32_t at = 0; at < wire->out_count;) {
		uint32_t run = run_length(wire, at);
		int fd = wire->sockets[wire->out_place[at] / WIRE_IDS];
		int sent = sendmmsg(fd, messages + at, run, 0);

		/*
		 * A packet the kernel does not take is a packet lost; asking again would hide it.
		 */
		if (sent <= 0) {
			wire->unsent++;
			at++;
			continue;
		}
		wire->sent += (uint32_t)sent;
		at += (uint32_t)sent;
	}
	wire->out_count = 0;
}

static void receive_from(struct wire *wire, uint32_t index, wire_receiver *receiver, void *ctx)
{
	struct mmsghdr messages[WIRE_BATCH] = { 0 };
	struct iovec vectors[WIRE_BATCH];
	int got;

	for (uint32_t i = 0; i < WIRE_BATCH; i++) {
		vectors[i] = (struct iovec){ wire->in[i], sizeof(wire->in[i]) };
		messages[i].msg_hdr.msg_iov = &vectors[i];
		messages[i].msg_hdr.msg_iovlen = 1;
	}
	got = recvmmsg(wire->sockets[index], messages, WIRE_BATCH, MSG_DONTWAIT, NULL);
	for (int i = 0; i < got; i++)
		if (messages[i].msg_len >= RADIUS_HEADER_LEN)
			receiver(ctx, index * WIRE_IDS + wire->in[i][1], wire->in[i],
				messages[i].msg_len);
}

void wire_receive(struct wire *wire, int timeout_ms, wire_receiver *receiver, void *ctx)
{
	struct epoll_event events[WIRE_SOCKETS_MAX];
	int ready = epoll_wait(wire->epoll, events, WIRE_SOCKETS_MAX, timeout_ms);

	for (int i = 0; i < ready; i++)
		receive_from(wire, events[i].data.u32, receiver, ctx);
}
