/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * inquiry_internal.h - what the files of this folder share and nobody else sees.
 *
 *   inquiry.c         one inquiry as a state machine
 *   attempt.c         one request of it to the service
 *   report_attempt.c  what the operator is told of responses
 *   in_flight.c       the table of inquiries under way: joining, waiting, ending
 *   question.c        txn and body
 *   status.c          what an HTTP status means
 *   key_refresh.c     fetching the key set
 */
#ifndef MIGRANTID_INQUIRY_INTERNAL_H
#define MIGRANTID_INQUIRY_INTERNAL_H

#include <pthread.h>

#include "inquiry/inquiry.h"
#include "inquiry/status.h"

#define SECOND_MS 1000
#define COMPLAIN_EVERY_MS 60000

/* See the table in inquiry.c. */
enum inquiry_state {
	INQUIRY_RECALLING, /* looks into the cache's tier */
	INQUIRY_READY, /* an attempt is due at due_ms */
	INQUIRY_ASKING, /* an attempt is under way */
	INQUIRY_AWAITING_KEYS, /* has an answer of an unknown key, waits for the key set */
	INQUIRY_ENDED,
	INQUIRY_STATES
};

/* What makes it go from one to another. */
enum inquiry_event {
	EVENT_RECALLED, /* the cache's tier had an answer */
	EVENT_NOT_RECALLED, /* it had none, or was not looked into */
	EVENT_DUE,
	EVENT_DEADLINE,
	EVENT_ANSWER, /* 200 */
	EVENT_LATER, /* 202 */
	EVENT_IN_PROGRESS, /* 409 */
	EVENT_SLOW_DOWN, /* 429, 503 with Retry-After */
	EVENT_OUR_FAULT,
	EVENT_QUESTION_REFUSED, /* 422 */
	EVENT_FAILED, /* 5xx, or no whole response: the endpoint's failure */
	EVENT_CONNECTION_LOST, /* given up with its connection: nobody's failure */
	EVENT_TOO_LARGE,
	EVENT_ALL_RESTING, /* nobody could be asked */
	EVENT_OUT_OF_RESOURCES, /* memory, descriptors: ours */
	EVENT_KEYS_SETTLED,
	EVENT_STOPPED,
	INQUIRY_EVENTS
};

/* What came with an event. */
struct happening {
	const struct attempt_result *attempt; /* of an attempt's end */
	const struct answer *answer; /* EVENT_RECALLED */
	enum source source;
};

/* One question under way. */
struct inquiry {
	struct engine_task begin; /* first: on_begin() is handed it */
	struct inquiries *all;

	/* inquiries->mutex */
	struct inquiry *next_in_bucket;
	unsigned references; /* the engine thread's and one for each asker that waits */
	bool alone; /* joined by its own txn only */

	pthread_mutex_t mutex;
	pthread_cond_t changed;
	/* mutex */
	bool ended, past_recall;
	int64_t later_until_ms; /* the service said 202: nothing happens before */
	unsigned later_s; /* its Retry-After */
	struct inquiry_result result;

	/* set before the engine's thread sees it, then that thread's alone */
	struct question question;
	int64_t deadline_ms;
	enum inquiry_state state;
	struct inquiry *next, *previous; /* of inquiries->first */
	struct engine_timer *timer; /* of due_ms or deadline_ms */
	int64_t due_ms;
	unsigned attempts, failures;
	int last_endpoint; /* of the last attempt that failed; -1: none */
	bool said_later; /* the service has said 202: somebody's capture goes on */
	bool counted; /* in inquiries->asking */
	struct cache_recall *recall; /* INQUIRY_RECALLING */
	struct exchange *exchange; /* INQUIRY_ASKING */
	char nonce[NONCE_LEN + 1]; /* of the last request */
	char body[QUESTION_BODY_MAX + 1]; /* likewise; wiped */
	char *parked; /* INQUIRY_AWAITING_KEYS: the answer */
	size_t parked_len;
};

struct key_refresh; /* key_refresh.c */

struct inquiries {
	struct inquiry_options options;
	struct engine *engine;
	struct cache *cache;
	struct transport *transport;
	struct config *config;

	pthread_mutex_t mutex;
	pthread_cond_t nobody_asks;
	/* mutex */
	struct inquiry **buckets;
	size_t bucket_count; /* a power of two */
	int64_t under_way; /* all in the table */
	int64_t askers; /* workers in inquiry_ask() */
	int64_t waiting, recall_waiting; /* those of them that wait */
	bool stopping;

	atomic_bool short_of_memory; /* noted where a lock is held, reported where none is */
	atomic_int_fast64_t shortage_reported_ms; /* when last; 0: never */

	/* the engine thread's alone */
	struct inquiry *first;
	int64_t asking; /* those the service is asked about */
	int64_t complained_ms[STATUS_FAILED + 1]; /* when last; 0: never */
	uint64_t random; /* jitter */
	struct key_refresh *keys; /* NULL: no address to fetch them from */
};

static inline int64_t inquiries_now(const struct inquiries *all)
{
	return clock_mono_ms(&all->options.clock);
}

/* in_flight.c */
MUST_CHECK bool in_flight_init(struct inquiries *all);
void in_flight_free(struct inquiries *all);
/* Until the last asker has left with what it was told. */
void in_flight_wait_for_askers(struct inquiries *all);
/* What waiting workers are told; engine thread. */
void in_flight_later(struct inquiry *inquiry, unsigned seconds);
void in_flight_past_recall(struct inquiry *inquiry);
/* Gives the engine thread's reference away: the inquiry is gone for the caller. */
void in_flight_end(struct inquiry *inquiry, const struct inquiry_result *result);

/* inquiries.c, engine thread: inquiries->first */
void inquiries_link(struct inquiry *inquiry);
void inquiries_unlink(struct inquiry *inquiry);

/* attempt.c, engine thread. Its end is inquiry_attempt_ended(). False: memory or OpenSSL failed. */
MUST_CHECK bool attempt_send(struct inquiry *inquiry);

/* report_attempt.c: a question could not be asked for want of what this machine has; any thread,
 * with no lock held; at most once a minute. */
void report_shortage(struct inquiries *all, const char *why);

/* report_attempt.c, engine thread */
void report_our_fault(struct inquiries *all, const struct attempt_result *attempt);
void report_refused(struct inquiries *all, const struct attempt_result *attempt);
void report_too_large(struct inquiries *all, const struct attempt_result *attempt);
void report_failed_check(struct inquiries *all, enum answer_check failed,
			 const struct answer *answer, int64_t now);

/* inquiry.c, engine thread */
void inquiry_attempt_ended(struct inquiry *inquiry, enum inquiry_event event,
			   const struct attempt_result *attempt);
void inquiry_begin(struct engine_task *task);
void inquiries_end_all(struct inquiries *all);
void inquiries_keys_settled(struct inquiries *all); /* a fetch has ended, well or not */

/* key_refresh.c, engine thread but for open and close */
MUST_CHECK bool key_refresh_open(struct inquiries *all);
void key_refresh_close(struct inquiries *all);
/* A newer set is wanted. False: none can be had now, and none is under way. */
MUST_CHECK bool key_refresh_want(struct inquiries *all);

#endif
