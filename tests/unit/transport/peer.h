/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * peer.h - a server on loopback that does as the request's body says: HTTP/1.1 or the few frames of
 * HTTP/2 that it takes, over TLS.
 *
 *   ok              200
 *   slow MS         200 after so long
 *   silent          nothing
 *   cut             closes the connection
 *   partial         the half of a body, then closes the connection
 *   stall           the half of a body, then nothing
 *   big OCTETS      200 with such a body
 *   header OCTETS   200 with such a header
 *   status N [S]    status N, with Retry-After S
 *   moved           302 to the same address
 *   reset           HTTP/2: RST_STREAM (REFUSED_STREAM with "reset refused")
 *   goaway          HTTP/2: GOAWAY that disowns this stream, and no answer
 *   last            200, and GOAWAY before it
 */
#ifndef PEER_H
#define PEER_H

#include <stdatomic.h>

#include "identity.h"

struct peer_options {
	const char *ip; /* NULL: 127.0.0.1 */
	const struct identity *identity;
	const struct identity *authority; /* of clients; NULL: none is asked for */
	bool http2;
	bool no_handshake; /* accepts, and never says a word */
	bool tls_1_2; /* at most */
	uint32_t max_streams; /* HTTP/2; 0: 100 */
};

struct peer {
	struct peer_options options;
	int listener;
	unsigned port;
	char url[64];
	SSL_CTX *context;
	pthread_t thread;
	pthread_mutex_t mutex;
	struct peer_connection *connections; /* mutex */
	atomic_bool stopping;
	atomic_int accepted, requests;
	atomic_int frozen; /* the connections up to this number have gone silent */
	atomic_bool no_streams; /* tells all connections that they may have 0 streams */
	char client[64]; /* mutex: whose certificate the last request came with */
};

struct peer *peer_start(const struct peer_options *options);
void peer_stop(struct peer *peer);

/* What is swallowed from now on: all connections that are there. */
void peer_freeze(struct peer *peer);

#endif
