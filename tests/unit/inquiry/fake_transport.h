/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * fake_transport.h - a network that does what a test says: each attempt waits until the test ends
 * it. And a configuration that takes key sets. transport_open() and config_open() are not needed.
 */
#ifndef MIGRANTID_TEST_FAKE_TRANSPORT_H
#define MIGRANTID_TEST_FAKE_TRANSPORT_H

#include "config/config.h"
#include "transport/transport.h"

struct exchange {
	struct transport *transport;
	struct exchange *next; /* the oldest first */
	struct attempt attempt; /* its pointers are the asker's, as long as it waits */
	attempt_ended *ended;
	void *ctx;
	unsigned number; /* from 1 */
};

/* Zeroed, it is ready. */
struct transport {
	struct exchange *first;
	unsigned sent, cancelled; /* how often */
	bool out_of_memory; /* nothing can be sent */
	unsigned healthy, failing; /* how often transport_judge() said so */
	int64_t rested_s[TRANSPORT_ENDPOINTS_MAX]; /* transport_rest(), the last */
};

struct config {
	void (*settled)(void *ctx, bool good);
	void *ctx;
	unsigned offered; /* how often */
	size_t offered_len;
	unsigned outage; /* config_outage() */
};

/* The oldest of a group; NULL: none waits. */
struct exchange *fake_transport_waiting(struct transport *transport, enum transport_group group);
/* Ends it, with what the network has brought; the exchange is gone then. */
void fake_transport_end(struct exchange *exchange, const struct attempt_result *result);

#endif
