/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * inquiry_internal.h - what the files of the middle share and nobody else sees.
 *
 *   engine.c     the thread, its loop, start and stop
 *   flights.c    questions under way: the table, joining, waiting, ending
 *   course.c     what a flight does next: choose an endpoint, attempt, wait, repeat, give up
 *   transfer.c   one HTTP exchange on the loop
 *   keys.c       fetching the key set
 *   curl_memory.c  libcurl's process-wide state
 */
#ifndef MIGRANTID_INQUIRY_INTERNAL_H
#define MIGRANTID_INQUIRY_INTERNAL_H

#include <pthread.h>
#include <stdatomic.h>

#include <curl/curl.h>
#include <uv.h>

#include "base/breaker.h"
#include "engine/engine.h"
#include "transport/resolver.h"
#include "transport/retry.h"

#define TICK_MS 10 /* how finely flights are timed */
#define SECOND_MS 1000
#define STATUS_MAX 600 /* HTTP */

struct engine;
struct transfer;

/* One address of the service. Engine thread only. */
struct endpoint {
	char *address; /* url and the contract's path */
	struct resolver *resolver;
	struct breaker breaker;
	int64_t not_before_ms; /* Retry-After of a 429 or 503 */
};

enum flight_stage {
	FLIGHT_RECALLING, /* looks into the shared cache until due_ms */
	FLIGHT_READY, /* an attempt is due at due_ms */
	FLIGHT_ASKING, /* a transfer is under way */
	FLIGHT_PARKED, /* has an answer of an unknown key, waits for the key set */
};

enum keys_stage { KEYS_IDLE, KEYS_LOOKING, KEYS_FETCHING };

/* One question under way. */
struct flight {
	/* engine->mutex */
	struct flight *next_in_bucket, *next_new;
	unsigned references; /* the engine's and one per asker that waits */

	/* mutex */
	pthread_mutex_t mutex;
	pthread_cond_t ended_or_later;
	bool ended;
	int64_t later_until_ms; /* the service said 202: nothing happens before */
	unsigned later_s; /* its Retry-After */
	struct ask_result result;

	/* set before the engine sees it, then the engine thread's alone */
	struct question question;
	int64_t deadline_ms;
	struct flight *next, *previous; /* of engine->flights */
	enum flight_stage stage;
	int64_t due_ms;
	int64_t looking_since_ms; /* for the endpoint's addresses; 0: not */
	unsigned failures; /* of its attempts */
	size_t endpoint; /* of the last attempt */
	bool said_later; /* the service has said 202: somebody's capture goes on */
	struct transfer *transfer;
	struct engine *engine;
	struct look *look; /* FLIGHT_RECALLING */
	char *parked_body; /* FLIGHT_PARKED */
	size_t parked_len;
};

/* What a transfer is for and where its end is told. */
struct transfer {
	CURL *easy;
	struct engine *engine;
	struct flight *flight; /* NULL: the key set */
	size_t endpoint;
	struct curl_slist *headers;
	char *body;
	size_t body_len, body_room, body_max;
	bool overflowed;
	bool added; /* to the multi handle */
	struct transfer *next, *previous; /* of engine->transfers */
};

struct engine {
	struct engine_config config;
	pthread_t thread;

	pthread_mutex_t mutex; /* see engine.h */
	struct flight **buckets;
	size_t bucket_count; /* a power of two */
	struct flight *first_new, *last_new;
	uint64_t in_flight, waiting;
	pthread_cond_t nobody_waits;
	bool stopping;

	/* the engine thread's alone */
	uv_loop_t loop;
	uv_async_t wake;
	uv_timer_t tick; /* flights */
	uv_timer_t second; /* the tick hook, key set */
	uv_timer_t curl_timer;
	CURLM *multi;
	struct flight *flights;
	struct flight *next; /* for course_advance(): one flight's turn may end others, too */
	struct transfer *transfers;
	struct endpoint endpoints[ENGINE_ENDPOINTS_MAX];
	struct shared *shared; /* NULL: none */
	size_t turn; /* round robin */
	struct resolver *keys_resolver; /* NULL: no address to fetch keys from */
	enum keys_stage keys_stage;
	int64_t keys_begun_ms; /* the last fetch; stamped before it */
	int64_t keys_due_ms; /* the next one, if nobody wants it sooner */
	uint64_t random; /* jitter */
	int64_t alarm_ms[STATUS_MAX]; /* last time an HTTP status was complained of; 0: never */

	struct {
		atomic_uint_fast64_t asked, joined, attempts, retries, decided, undetermined,
			timeouts, unavailable, rejected, refused, busy, key_fetches, key_failures,
			breaker_opened, shared_hits, shared_misses;
	} count;
};

static inline int64_t engine_now(const struct engine *engine)
{
	return clock_mono_ms(&engine->config.clock);
}

unsigned engine_jitter(struct engine *engine); /* 0..999 */
void engine_keep_ticking(struct engine *engine); /* while there is something to time */

/* flights.c */
MUST_CHECK bool flights_init(struct engine *engine);
void flights_free(struct engine *engine);
struct flight *flights_take_new(struct engine *engine);
/* Until the last asker has left with what it was told. */
void flights_wait_for_askers(struct engine *engine);
void flight_later(struct engine *engine, struct flight *flight, unsigned seconds);
void flight_end(struct engine *engine, struct flight *flight, const struct ask_result *result);

/* course.c: called by the loop */
void course_begin(struct engine *engine, struct flight *flight);
void course_advance(struct engine *engine); /* each TICK_MS */
void course_transferred(struct engine *engine, struct transfer *transfer, CURLcode code);
void course_keys_settled(struct engine *engine); /* a fetch has ended, well or not */
void course_end_all(struct engine *engine);

/* transfer.c */
MUST_CHECK bool transfers_init(struct engine *engine);
void transfers_free(struct engine *engine);
MUST_CHECK struct transfer *transfer_question(struct engine *engine, struct flight *flight,
					      size_t endpoint, int64_t timeout_ms);
MUST_CHECK struct transfer *transfer_keys(struct engine *engine, int64_t timeout_ms);
void transfer_drop(struct transfer *transfer);

/* keys.c */
void keys_advance(struct engine *engine); /* each tick */
/* A newer set is wanted. False: none can be had now, and none is under way. */
MUST_CHECK bool keys_want(struct engine *engine);
void keys_transferred(struct engine *engine, struct transfer *transfer, CURLcode code);

#endif
