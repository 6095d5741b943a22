/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * transport.h - bytes to and from an endpoint over HTTPS: names, connections, mutual TLS, breakers.
 * One attempt at one endpoint and how it ended. Knows no answer, key or cache; retries, nonces and
 * the budget of a question are inquiry's.
 *
 * All but open, close, configure, health and prepare run in the engine's thread alone.
 */
#ifndef MIGRANTID_TRANSPORT_H
#define MIGRANTID_TRANSPORT_H

#include "base/base.h"
#include "base/clock.h"
#include "base/report.h"
#include "base/tls_material.h"
#include "engine/engine.h"

#define TRANSPORT_ENDPOINTS_MAX 8

/* Who is asked: the ID service's addresses, or where its key set lies. */
enum transport_group { GROUP_SERVICE, GROUP_KEYS, TRANSPORT_GROUPS };

/* All strings are borrowed until transport_close(). Times in milliseconds. */
struct transport_options {
	struct {
		const char *urls[TRANSPORT_ENDPOINTS_MAX]; /* https, without a path for questions */
		size_t count;
	} groups[TRANSPORT_GROUPS];
	bool round_robin; /* else in order: the first that is well */
	int64_t connect_ms; /* name, TCP and TLS together */
	int64_t max_connections; /* to one endpoint */
	int64_t breaker_failures; /* in a row, that open it */
	int64_t breaker_pause_ms; /* first pause; doubles */
	int64_t breaker_pause_max_ms;
	struct clock clock;
	struct reporter reporter;
};

struct transport; /* opaque */

/*
 * Set libcurl up for the whole process, if nobody has yet; transport_open() does it too. Whoever
 * can be before other users of libcurl should, so that what it frees is wiped (curl_memory.c).
 * Thread-safe, any number of times.
 */
MUST_CHECK bool transport_prepare(void);

/*
 * With the engine running; not from its thread. `tls` is kept by a reference of its own. NULL after
 * an error was reported (no memory, an address unusable).
 */
MUST_CHECK struct transport *transport_open(
	const struct transport_options *options, struct engine *engine, struct tls_material *tls);

/*
 * Every exchange has ended or was cancelled before. Within a second, whatever name servers and
 * peers do; not from the engine's thread. NULL is fine.
 */
void transport_close(struct transport *transport);

/*
 * Another certificate, key or CA: attempts that begin from now on go over new connections, while
 * those under way end as they began. The same digest changes nothing. Any thread; never waits.
 */
void transport_configure(struct transport *transport, struct tls_material *tls);

enum http_method { HTTP_GET, HTTP_POST };

/* All pointers are borrowed until the end of the attempt is told or it is cancelled. */
struct attempt {
	enum transport_group group;
	enum http_method method;
	const char *path; /* appended to the endpoint's address; "" for none */
	const char *idempotency_key; /* without quotes; NULL: none */
	const char *accept; /* of the header Accept */
	const char *body; /* JSON; NULL for HTTP_GET */
	size_t len;
	size_t body_max; /* octets of a response; more ends the attempt */
	int64_t deadline_ms; /* monotonic */
	int endpoint_to_avoid; /* where another one is well; -1: none */
};

enum attempt_end {
	END_STATUS, /* a whole response came: status, body */
	END_RESOLVE,
	END_CONNECT,
	END_TLS,
	END_SEND,
	END_TIMEOUT, /* at whatever stage; the cause says which */
	END_CUT_OFF, /* while the response came */
	END_CONNECTION_GIVEN_UP, /* with others on its connection; says nothing of the endpoint */
	END_TOO_LARGE,
	END_NO_DESCRIPTORS,
	END_NO_MEMORY,
	END_ALL_RESTING, /* nobody was asked: all rest; see retry_after_ms */
};
#define ATTEMPT_ENDS (END_ALL_RESTING + 1)

/* What a failure of that kind is counted under: "tls", "timeout"; "status" for END_STATUS. */
const char *attempt_end_name(enum attempt_end end);

/* Valid in the hook only. */
struct attempt_result {
	enum attempt_end end;
	int status; /* HTTP, with END_STATUS */
	int endpoint; /* -1 with END_ALL_RESTING */
	int64_t retry_after_s; /* Retry-After; -1: none. END_ALL_RESTING: until when */
	bool told_to_rest; /* END_ALL_RESTING: some only because the service said "slow down" */
	const char *type; /* Content-Type, "" if none */
	const char *body;
	size_t len;
	/* For people, no data of anybody: "TLS: its certificate has expired", "HTTP status 500". */
	const char *cause;
};

struct exchange; /* opaque: one attempt under way */
typedef void attempt_ended(void *ctx, const struct attempt_result *result);

/*
 * Begin an attempt. `ended` is called exactly once from the loop, never from within this call, or
 * never after transport_cancel(). NULL: out of memory.
 */
MUST_CHECK struct exchange *transport_send(struct transport *transport,
	const struct attempt *attempt, attempt_ended *ended, void *ctx);
void transport_cancel(struct exchange *exchange); /* no hook after it; also from within a hook */

/*
 * transport_rest() and transport_judge() are what the asker makes of a response, END_STATUS, which
 * it alone can judge; all other ends are counted here. They are called from within the hook, so
 * that a probe's end is known as the probe's; a response nobody judges there says nothing.
 *
 * The service said "slow down" (429, 503 with Retry-After): the endpoint rests for so long.
 */
void transport_rest(
	struct transport *transport, enum transport_group group, int endpoint, int64_t seconds);

/*
 * The response counts as the endpoint's failure (a 500), or as a sign that it is well. `cause` is
 * told to people with a failure; that of the result will do.
 */
void transport_judge(struct transport *transport, enum transport_group group, int endpoint,
	bool healthy, const char *cause);

/* What can be done about a cause; "" where nothing is known. Any thread. */
const char *transport_advice(const char *cause);

/* How one endpoint is. */
struct endpoint_health {
	const char *address; /* borrowed from the options */
	enum transport_group group;
	bool up; /* it does not rest for its failures */
	int64_t rests_ms; /* the service said "slow down": for so long more; 0: no */
	uint64_t
		failures[ATTEMPT_ENDS]; /* by how the attempt ended; END_STATUS: judged a failure */
};

/* All endpoints, group by group; returns how many. Any thread. */
#define TRANSPORT_ENDPOINTS_ALL (TRANSPORT_ENDPOINTS_MAX * TRANSPORT_GROUPS)
size_t transport_health(
	const struct transport *transport, struct endpoint_health out[TRANSPORT_ENDPOINTS_ALL]);

const char *transport_address(const struct transport *transport, enum transport_group group,
	int endpoint); /* for messages */

#endif
