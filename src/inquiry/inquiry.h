/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * inquiry.h - one question about one person from begin to end: joined with others that the same
 * answer may serve, recalled from the cache's tier, asked, asked again, accepted. Also the other
 * thing that is asked for over the network: a newer key set.
 *
 * Locking, the whole of it:
 *   inquiries->mutex   guards the in-flight table and its counts. Held for a few instructions.
 *   inquiry->mutex     guards one inquiry's outcome and its condition. Taken after
 *                      inquiries->mutex or alone, never before it.
 * Everything else belongs to the engine's thread. Worst case for a worker: the two mutexes, then
 * one timed wait of at most `wait_ms`.
 */
#ifndef MIGRANTID_INQUIRY_H
#define MIGRANTID_INQUIRY_H

#include "answer/answer.h"
#include "base/base.h"
#include "base/clock.h"
#include "base/histogram.h"
#include "base/report.h"
#include "cache/cache.h"
#include "config/config.h"
#include "engine/engine.h"
#include "inquiry/question.h"
#include "transport/transport.h"

/* How an inquiry ended, as far as one asker is concerned. */
enum inquiry_outcome {
	INQUIRY_ANSWERED, /* result.answer is verified: yes, no, or signed "undetermined" */
	INQUIRY_PENDING, /* goes on; ask again after retry_after */
	INQUIRY_BUSY, /* too many questions under way, or the service said: slow down */
	INQUIRY_TOO_MANY, /* room is short, and this shop has more than its share of it */
	INQUIRY_TIMEOUT, /* the deadline passed */
	INQUIRY_UNAVAILABLE, /* no endpoint can be reached, or all are resting */
	INQUIRY_REJECTED, /* an answer came and failed a check */
	INQUIRY_NOT_CONFIGURED, /* 400, 401, 403, 404 …: our fault or our configuration */
	INQUIRY_REFUSED, /* 422: this one question is malformed */
	INQUIRY_OUTAGE, /* nobody is asked, for an outage is announced; the tier was looked into */
};

struct inquiry_result {
	enum inquiry_outcome outcome;
	struct answer answer; /* INQUIRY_ANSWERED */
	enum source source; /* of the answer */
	unsigned retry_after; /* seconds, 1..60, or 1..OUTAGE_RETRY_MAX; 0: not known */
	/*
	 * INQUIRY_PENDING: told so much later, who comes back after retry_after finds the answer,
	 * for seconds are a coarse measure. Within wait_ms; no worker has to wait for it.
	 */
	unsigned hold_ms;
};

/* Times in milliseconds. */
struct inquiry_options {
	int64_t question_ms; /* one question, end to end, retries and 202s included */
	int64_t attempt_ms; /* one attempt at one endpoint */
	int64_t max_in_flight; /* questions that the service is being asked */
	int64_t max_in_flight_per_shop; /* of them, once room is short and others ask, too */
	int64_t max_waiting; /* workers that may wait for the service at once */
	int64_t max_recall_waiting; /* and beyond those, for the cache's tier */
	int64_t max_moment_waiting; /* likewise, for an answer that is due in a moment */
	bool fetches_keys; /* GROUP_KEYS has an endpoint */
	int64_t keys_refresh_ms; /* how often the key set is fetched anyway */
	int64_t keys_min_interval_ms; /* at most one fetch in this time, whatever asks for it */
	struct clock clock;
	struct reporter reporter;
};

struct inquiries; /* opaque: all of them */

/* NULL: out of memory. All parts outlive it. */
MUST_CHECK struct inquiries *inquiries_open(const struct inquiry_options *options,
	struct engine *engine, struct cache *cache, struct transport *transport,
	struct config *config);

/*
 * No new questions; those under way end as INQUIRY_UNAVAILABLE, waiting workers are woken and
 * have left on return. NULL is fine. Not while other threads may still begin inquiry_ask().
 */
void inquiries_close(struct inquiries *inquiries);

/*
 * Ask about one person, or join the inquiry under way about them if its answer may serve this
 * sale, and wait at most wait_ms. If max_waiting workers wait already, or the shop's share of
 * them is used up while they are short, it is INQUIRY_PENDING at once (after the cache's tier was
 * looked into, or after a moment if the answer is due) and the question goes on. Copies the
 * question.
 */
void inquiry_ask(struct inquiries *inquiries, const struct question *question, int64_t wait_ms,
	struct inquiry_result *out);

#define INQUIRY_CHECKS (CHECK_RESULT + 1)
struct inquiries_health {
	int64_t in_flight, in_flight_max; /* questions that the service is asked */
	int64_t waiting, waiting_max; /* workers; more than so many wait only for what is due */
	uint64_t joined; /* sales that another one's question answered, or may */
	uint64_t retries; /* attempts beyond the first one of a question */
	uint64_t rejected[INQUIRY_CHECKS]; /* answers, by the check that they failed */
	struct histogram seconds; /* of questions, from end to end */
};
void inquiries_health(struct inquiries *inquiries, struct inquiries_health *out); /* any thread */

#endif
