/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * transport_internal.h - what the files of this folder share and nobody else sees.
 *
 *   transport.c    opening, closing, configuring; sending and cancelling
 *   endpoint.c     who is asked, who rests, and saying so
 *   pool.c         the connections of one endpoint under one certificate, on the loop
 *   connection.c   which of them still work
 *   exchange.c     an attempt from its begin to its end
 *   request.c      what libcurl is told of it, and tells
 *   ending.c       how an exchange ended, from libcurl's codes, and its cause in words
 *   resolver.c     names
 *   curl_memory.c  libcurl's process-wide state
 *
 * All of it belongs to the engine's thread, but for what is said to be under transport->mutex, and
 * atomics, which others read.
 */
#ifndef MIGRANTID_TRANSPORT_INTERNAL_H
#define MIGRANTID_TRANSPORT_INTERNAL_H

#include <pthread.h>
#include <stdatomic.h>

#include <curl/curl.h>

#include "base/breaker.h"
#include "transport/resolver.h"
#include "transport/transport.h"

#define CAUSE_MAX 320 /* octets of a cause in words, its end included */
#define KEY_HEADER_MAX 128
#define ACCEPT_HEADER_MAX 160

/* A TCP connection: in its pool while it is open, and kept by its exchanges until they are told. */
struct connection {
	struct connection *next; /* of pool->connections */
	unsigned references; /* the pool's and its exchanges' */
	const struct exchange *opener; /* for comparing: it may be gone */
	curl_socket_t socket; /* CURL_SOCKET_BAD: it is closed */
	long port; /* local; 0 until the first request goes over the connection */
	uint64_t read_at; /* transport->events when something of a response was last read */
	bool answered; /* something of a response was read */
	bool given_up;
};

/*
 * The connections to one endpoint under one certificate, and who uses them. A new pool takes the
 * place of one whose certificate is out of date, which has grown old or is stuck; the old one is
 * retired, ends what it has begun and goes.
 */
struct pool {
	struct pool *next; /* of endpoint->pools; the first is in use, the others are retired */
	struct endpoint *endpoint;
	struct tls_material *tls;
	CURLM *multi;
	struct engine_timer *timer; /* what libcurl waits for */
	struct connection *connections;
	struct exchange *exchanges;
	int64_t begun_ms;
	uint64_t read_at; /* transport->events when something of a response was last read */
	bool stuck; /* nobody got a connection of it: another one takes its place */
	int socket_errno; /* of the last socket that could not be opened; 0: it could */
};

struct endpoint {
	struct transport *transport;
	enum transport_group group;
	int number; /* in its group */
	const char *address; /* borrowed */
	struct resolver *resolver;
	struct breaker breaker;
	atomic_int_fast64_t told_until_ms; /* the service said "slow down"; 0: never */
	atomic_bool rests; /* for its failures: the breaker is not closed */
	atomic_uint_fast64_t failures[ATTEMPT_ENDS];
	struct pool *pools;
	struct exchange *waiting; /* for its addresses */

	/* what was said of it */
	int64_t failing_since_ms; /* 0: it is well */
	int64_t said_ms; /* a failure was last reported; 0: never */
	bool said; /* this run of failures was reported */
	unsigned unsaid; /* failures since */
	int64_t silence_said_ms; /* that a connection was given up; 0: never */
};

enum exchange_stage {
	EXCHANGE_ENDING, /* nothing is sent: the timer tells `result` */
	EXCHANGE_RESOLVING, /* in endpoint->waiting */
	EXCHANGE_QUEUED, /* from here on in pool->exchanges; waits for a connection to be free */
	EXCHANGE_CONNECTING, /* for it a connection is being opened */
	EXCHANGE_HANDSHAKING, /* in TLS, on that connection */
	EXCHANGE_SENT, /* the request is on `connection` */
	EXCHANGE_ANSWERED, /* something of the response was read */
};

struct exchange {
	struct exchange *next, **link; /* the list it is in, and what points to it there */
	struct transport *transport;
	struct endpoint *endpoint; /* NULL: all rest */
	struct pool *pool; /* NULL: not sent */
	struct attempt attempt;
	attempt_ended *ended;
	void *ctx;
	struct engine_timer *timer; /* the deadline, or the end of waiting for a name */
	enum exchange_stage stage;
	bool probe; /* the endpoint's breaker is half open, and this attempt decides */
	bool done; /* libcurl has ended it, with `code`; it is told next */
	CURLcode code;
	bool moved; /* from a pool that was stuck, or gave out what was given up */
	bool lost; /* its connection was given up: `result` is told next */
	int64_t begun_ms;

	CURL *easy;
	struct connection *connection; /* NULL: none yet */
	bool worked_before; /* a response had come over the connection when the request was sent */
	uint64_t sent_at; /* transport->events; while queued, when it was queued */
	uint64_t read_at; /* the last time something of its response was read */
	struct address_list *addresses;
	struct curl_slist headers[4]; /* chained, without memory of their own */
	char key_header[KEY_HEADER_MAX], accept_header[ACCEPT_HEADER_MAX];
	char error[CURL_ERROR_SIZE];
	char *body;
	size_t body_len, body_room, header_len;
	bool too_large, no_memory;

	char cause[CAUSE_MAX];
	struct attempt_result result;
};

struct transport {
	struct transport_options options;
	struct engine *engine;
	struct endpoint *endpoints[TRANSPORT_GROUPS];
	unsigned turn[TRANSPORT_GROUPS]; /* round robin */
	struct exchange *ending; /* EXCHANGE_ENDING */
	struct exchange *told; /* its hook runs; NULL: none does, or its end is judged */
	struct tls_material *tls;
	struct engine_timer *sweep; /* frees retired pools, never from within libcurl */
	uint64_t events; /* counts what happens on connections, to tell before from after */
	uint64_t random; /* jitter */

	pthread_mutex_t mutex;
	struct tls_material *new_tls; /* mutex; NULL: none */
	bool configuring; /* mutex: the task is posted */
	struct engine_task configure;
};

static inline int64_t transport_now(const struct transport *transport)
{
	return clock_mono_ms(&transport->options.clock);
}

/* endpoint.c */
MUST_CHECK bool endpoint_init(struct endpoint *endpoint, struct transport *transport,
	enum transport_group group, size_t number);
void endpoint_free(struct endpoint *endpoint);
struct endpoint *endpoint_choose(
	struct transport *transport, enum transport_group group, int to_avoid); /* NULL: all rest */
void endpoint_all_rest(
	const struct transport *transport, enum transport_group group, struct attempt_result *out);
/* What an attempt's end says of its endpoint; `end` and `cause` with BREAKER_FAILURE. */
void endpoint_ended(struct endpoint *endpoint, bool probe, enum breaker_outcome outcome,
	enum attempt_end end, const char *cause);
void endpoint_health(const struct endpoint *endpoint, struct endpoint_health *out); /* any thread */
void endpoint_silent(struct endpoint *endpoint); /* a connection was given up */

/* pool.c */
struct pool *pool_in_use(struct endpoint *endpoint); /* made where needed; NULL: no memory */
/* True if nobody got a connection since then: those who wait for one go to another pool. */
bool pool_is_stuck(struct pool *pool, uint64_t since);
void pools_sweep(struct endpoint *endpoint); /* free retired pools that nobody uses */
void pools_free(struct endpoint *endpoint); /* nobody uses them any more */

/* connection.c */
struct connection *connection_of(struct pool *pool, long port); /* NULL: none; the event counts */
void connection_use(struct exchange *exchange, struct connection *connection_or_null);
/* Give up those on which nothing was read since `since` (transport->events). */
void connections_give_up(struct pool *pool, uint64_t since);
/* True if an exchange that failed with `code` has lost its connection, not its stream alone. */
MUST_CHECK bool connection_has_ended(const struct exchange *exchange, CURLcode code);
/* Its other exchanges end with it. */
void connection_died(struct exchange *exchange);
void connections_deliver(struct pool *pool); /* those whose connection was given up */
curl_socket_t connection_open(void *exchange, curlsocktype purpose, struct curl_sockaddr *address);
int connection_close(void *pool, curl_socket_t socket);
void connections_forget(struct exchange *opener); /* those that it opened for nothing */

/* exchange.c */
struct exchange *exchange_new(struct transport *transport, const struct attempt *attempt,
	attempt_ended *ended, void *ctx); /* NULL: no memory */
void exchange_begin(struct exchange *exchange); /* at its endpoint; again when names are known */
void exchange_end_later(struct exchange *exchange, enum attempt_end end, const char *cause);
void exchange_done(struct exchange *exchange); /* libcurl has ended it */
void exchange_move(struct exchange *exchange); /* queued, to the pool that is in use */
void exchange_stop(struct exchange *exchange); /* takes it out of libcurl */
void exchange_deliver(struct exchange *exchange); /* result.end and .cause are set; frees */
void exchange_free(struct exchange *exchange); /* tells nobody */

/* request.c */
MUST_CHECK bool request_prepare(struct exchange *exchange); /* a handle with all options */

/* ending.c */
enum attempt_end ending_of(struct exchange *exchange, CURLcode code); /* and its cause */
enum attempt_end ending_timed_out(struct exchange *exchange); /* and its cause */

#endif
