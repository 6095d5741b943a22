/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * inquiry_internal.h - what the files of this folder share and nobody else sees.
 *
 *   inquiry.c         one inquiry as a state machine
 *   attempt.c         one request of it to the service
 *   report_attempt.c  what the operator is told of responses
 *   report_answer.c   and of answers
 *   in_flight.c       the table of inquiries under way: joining, ending
 *   ask.c             a worker that asks and waits
 *   share.c           what each shop has of the room there is
 *   pace.c            how long answers take lately
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
#define SHARE_BUCKETS 64
#define MOMENT_MS 50 /* worth waiting for an answer that is due */
#define BLINK_MS 20 /* so short that any worker may wait for it, where answers are quick */

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

/* What one shop has, as long as it has anything. */
struct share {
	struct share *next; /* in its bucket */
	unsigned holders; /* inquiries that it began, and workers in inquiry_ask() */
	int64_t asking, waiting; /* of those, as in struct inquiries */
	char shop[SHOP_MAX + 1];
};

/* How long the service's answers take. */
struct pace {
	int64_t took_ms; /* times WEIGHT of pace.c, a moving mean */
	int64_t noted_ms; /* when the last one came; 0: never */
	int64_t no_moment_until_ms;
};

/* Answers that have failed one check. */
struct rejected {
	int64_t said_ms; /* when last; 0: never */
	unsigned untold; /* since then */
};

/* One question under way. */
struct inquiry {
	struct engine_task begin; /* first: on_begin() is handed it */
	struct inquiries *all;

	/* inquiries->mutex */
	struct inquiry *next_in_bucket;
	unsigned references; /* the engine thread's and one for each asker that waits */
	bool alone; /* joined by its own txn only */
	bool counted; /* in inquiries->asking and share->asking */
	struct share *share; /* of the shop that began it */

	pthread_mutex_t mutex;
	pthread_cond_t changed;
	/* mutex */
	bool ended, past_recall;
	int64_t later_until_ms; /* the service said 202: nothing happens before */
	unsigned later_s; /* its Retry-After */
	struct inquiry_result result;

	/* set before the engine's thread sees it, then that thread's alone */
	struct question question;
	int64_t begun_ms, deadline_ms;
	enum inquiry_state state;
	struct inquiry *next, *previous; /* of inquiries->first */
	struct engine_timer *timer; /* of due_ms or deadline_ms */
	int64_t due_ms;
	unsigned attempts, failures;
	int last_endpoint; /* of the last attempt that failed; -1: none */
	bool said_later; /* the service has said 202: somebody's capture goes on */
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
	/* those of them that wait: for the answer, for the tier, for what is due in a moment */
	int64_t waiting, recall_waiting, moment_waiting, blinking;
	int64_t asking; /* inquiries about which the service is asked */
	uint64_t joined;
	struct histogram seconds; /* of those that the service was asked about */
	struct share *shares[SHARE_BUCKETS];
	char last_shop[SHOP_MAX + 1]; /* who asked last */
	int64_t others_until_ms; /* until then it is not alone; 0: never yet */
	struct pace pace;
	bool stopping;

	atomic_bool short_of_memory; /* noted where a lock is held, reported where none is */
	atomic_int_fast64_t shortage_reported_ms; /* when last; 0: never */

	/* written by the engine's thread */
	atomic_uint_fast64_t retries, rejected_count[INQUIRY_CHECKS];

	/* the engine thread's alone */
	struct inquiry *first;
	/* Since it last said 429. */
	bool has_answered[TRANSPORT_ENDPOINTS_MAX];
	int64_t complained_ms[STATUS_FAILED + 1]; /* when last; 0: never */
	struct rejected rejected[CHECK_RESULT + 1]; /* by check */
	int64_t clock_said_ms; /* when last; 0: never */
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
/* What waiting workers are told; engine thread. */
void in_flight_later(struct inquiry *inquiry, unsigned seconds);
/*
 * The tier has nothing, and the service is to be asked: false if there is no room, or in an
 * announced outage, and *out says so. Those that wait for the tier alone are told.
 */
MUST_CHECK bool in_flight_past_recall(struct inquiry *inquiry, struct inquiry_result *out);
/* Gives the engine thread's reference away: the inquiry is gone for the caller. */
void in_flight_end(struct inquiry *inquiry, const struct inquiry_result *result);

/* Likewise, with inquiries->mutex held. One that may be joined; NULL: there is none. */
struct inquiry *in_flight_find(
	struct inquiries *all, const struct question *question, bool joins_own_only);
/* A new one, if there is room in the table for it; NULL: *out says why. */
struct inquiry *in_flight_begin(struct inquiries *all, const struct question *question,
	bool joins_own_only, struct inquiry_result *out);
/* Room for one more question of this shop; false: *out says why not. */
bool in_flight_has_room(
	struct inquiries *all, const struct share *share, struct inquiry_result *out);
/* The inquiry if nobody has it any more: free it without the mutex. */
struct inquiry *in_flight_unref(struct inquiry *inquiry);
void in_flight_free_one(struct inquiry *inquiry); /* NULL is fine */

/* ask.c: until the last asker has left with what it was told. */
void inquiries_wait_for_askers(struct inquiries *all);

/* share.c. inquiries->mutex is held. NULL: out of memory. */
MUST_CHECK struct share *share_hold(struct inquiries *all, const char *shop);
void share_drop(struct inquiries *all, struct share *share); /* NULL is fine */
void share_note(struct inquiries *all, const char *shop); /* it asks: is it alone? */
bool share_of_questions_is_used(const struct inquiries *all, const struct share *share);
bool share_of_workers_is_used(const struct inquiries *all, const struct share *share);

/* pace.c. inquiries->mutex is held. Seconds for Retry-After; 0: not known. */
void pace_note(struct inquiries *all, int64_t took_ms);
unsigned pace_retry_after(const struct inquiries *all, int64_t begun_ms);
/* Into out->retry_after, and into hold_ms for how long the reply waits, at most patience_ms. */
void pace_come_back(const struct inquiries *all, int64_t begun_ms, int64_t patience_ms,
	struct inquiry_result *out);
/* Whether a moment's waiting is likely to be enough. */
bool pace_is_due(const struct inquiries *all, int64_t begun_ms);
bool pace_is_quick(const struct inquiries *all); /* and a blink's */
void pace_in_vain(struct inquiries *all, int64_t begun_ms); /* a moment was not enough */

/* inquiries.c, engine thread: inquiries->first */
void inquiries_link(struct inquiry *inquiry);
void inquiries_unlink(struct inquiry *inquiry);
unsigned inquiries_jitter(struct inquiries *all); /* 0..999 */

/* attempt.c, engine thread. Its end is inquiry_attempt_ended(). False: memory or OpenSSL failed. */
MUST_CHECK bool attempt_send(struct inquiry *inquiry);

/* report_attempt.c: a question could not be asked for want of what this machine has; any thread,
 * with no lock held; at most once a minute. */
void report_shortage(struct inquiries *all, const char *why);

/* report_attempt.c, engine thread; answers that are rejected are counted, too */
void report_our_fault(struct inquiries *all, const struct attempt_result *attempt);
void report_refused(struct inquiries *all, const struct attempt_result *attempt);
void report_too_large(struct inquiries *all, const struct attempt_result *attempt);

/* report_answer.c, engine thread; likewise. `now` by the wall clock. */
void report_failed_check(const struct inquiry *inquiry, enum answer_check failed,
	const struct answer *answer, int64_t now);
void report_clock(const struct inquiry *inquiry, const struct answer *answer, int64_t now);

/* inquiry.c, engine thread */
void inquiry_attempt_ended(
	struct inquiry *inquiry, enum inquiry_event event, const struct attempt_result *attempt);
void inquiry_begin(struct engine_task *task);
void inquiries_end_all(struct inquiries *all);
void inquiries_keys_settled(struct inquiries *all); /* a fetch has ended, well or not */

/* key_refresh.c, engine thread but for open and close */
MUST_CHECK bool key_refresh_open(struct inquiries *all);
void key_refresh_close(struct inquiries *all);
/* A newer set is wanted. False: none can be had now, and none is under way. */
MUST_CHECK bool key_refresh_want(struct inquiries *all);

#endif
