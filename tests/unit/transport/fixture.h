/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * fixture.h - a transport with its engine, what it says, and attempts that are waited for.
 */
#ifndef FIXTURE_H
#define FIXTURE_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <pthread.h>
#include <stdatomic.h>
#include <string.h>

#include "peer.h"
#include "transport/transport.h"

struct fixture {
	struct identity authority, stranger; /* the peers' and the client's; another one */
	struct identity server, client;
	struct tls_material *tls;
	struct transport_options options;
	struct engine *engine;
	struct transport *transport;
	atomic_int_fast64_t clock_ahead_ms;
	pthread_mutex_t mutex;
	char said[16384]; /* mutex: lines of all messages but debugging */
};

/* One attempt and how it ended. */
struct asked {
	struct fixture *fixture;
	struct attempt attempt;
	struct exchange *exchange;
	struct attempt_result result;
	char cause[320], type[64];
	int64_t took_ms;
	bool not_judged; /* else a status under 500 is a sign that the endpoint is well */
	int rest_s; /* > 0: the endpoint is told to rest */
	struct asked *then; /* sent from the hook, if this did not end with a status */
	int64_t begun_ms;
	pthread_mutex_t mutex;
	pthread_cond_t ended_changed;
	bool ended; /* mutex */
	bool may_fail; /* to be sent */
};

void fixture_init(struct fixture *fixture); /* identities and options; urls are the test's */
void fixture_open(struct fixture *fixture, const char *url_or_null, const char *other_or_null);
void fixture_close(struct fixture *fixture);

/* Send "body" within so many milliseconds; wait for the end. */
/*
 * By how much longer than written all times of these tests are, since a machine that does something
 * else as well, or a sanitizer, makes a handshake slow: what a test says is who is first, not when.
 */
#if defined(__SANITIZE_THREAD__) || defined(__SANITIZE_ADDRESS__)
#define FIXTURE_SLACK 5
#else
#define FIXTURE_SLACK 2
#endif

struct asked fixture_ask(struct fixture *fixture, const char *body, int64_t within_ms);

void asked_init(struct asked *asked, struct fixture *fixture, const char *body, int64_t within_ms);
void asked_send(struct asked *asked, size_t count); /* all in one turn of the loop */
void asked_wait(struct asked *asked, size_t count);

bool fixture_said(struct fixture *fixture, const char *text);
size_t fixture_said_count(struct fixture *fixture, const char *text);

/* A transport and one peer. */
struct pair {
	struct fixture fixture;
	struct peer *peer;
};

void pair_open(struct pair *pair, bool http2);
/* After fixture_init(), with other options; the identities are the fixture's. */
void pair_open_with(struct pair *pair, struct peer_options options);
void pair_close(struct pair *pair);
struct asked pair_ask(struct pair *pair, const char *body, int64_t within_ms);
void assert_answered(const struct asked *asked); /* with 200 */

#define DAYS(n) ((n)*86400L)

#endif
