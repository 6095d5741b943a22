/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * engine.h - asking. One thread of its own with a libuv loop and a libcurl multi handle does
 * everything that is slow: names, connections, TLS, transfers, key sets, files to watch.
 * Workers hand in questions and wait, if they may, on the question's own condition.
 *
 * Locking, the whole of it:
 *   engine->mutex   guards the table of flights and the queue of new ones. Held for a few
 *                   instructions, never across a call out of this folder.
 *   flight->mutex   guards one flight's outcome and its condition. Taken after engine->mutex or
 *                   alone, never before it.
 * Everything else (endpoints, breakers, connections, timers) belongs to the engine thread alone.
 * Worst case for a worker: the two mutexes, then one timed wait of at most `wait_ms`.
 */
#ifndef MIGRANTID_ENGINE_H
#define MIGRANTID_ENGINE_H

#include "answer/answer.h"
#include "base/base.h"
#include "base/clock.h"
#include "base/report.h"
#include "person/person_key.h"
#include "inquiry/question.h"
#include "cache/redis.h"

#define ENGINE_ENDPOINTS_MAX 8

/* How a question ended, as far as its asker is concerned. */
enum ask_outcome {
	ASK_DECIDED, /* *answer is a verified yes or no */
	ASK_UNDETERMINED, /* the service said, signed, that it could not tell */
	ASK_PENDING, /* goes on; ask again after retry_after */
	ASK_BUSY, /* too many questions in flight, or the service said: slow down */
	ASK_TIMEOUT, /* the deadline passed */
	ASK_UNAVAILABLE, /* no endpoint can be reached, or all are resting */
	ASK_REJECTED, /* an answer came and did not pass the gate */
	ASK_REFUSED, /* 400, 401, 403, 404, 405, 422: our fault or our configuration */
};

/* What the gate made of a body, in the engine thread. */
enum verdict {
	VERDICT_DECIDED,
	VERDICT_UNDETERMINED,
	VERDICT_REJECTED,
	VERDICT_UNKNOWN_KEY, /* fetch the key set if that is allowed, then try once more */
};

/* Calls out of the engine thread; they must not block for long and not call back into the engine. */
struct engine_hooks {
	/*
	 * Verify a 200's body and keep it where answers are kept. *keep_until: as long as a shared
	 * cache may keep it, too (seconds since 1970), 0: not at all.
	 */
	enum verdict (*answered)(void *ctx, const struct question *question, const char *body,
				 size_t len, struct answer *out, int64_t *keep_until);
	/*
	 * Verify what a shared cache had under the question's key, or under its previous one, and
	 * keep it in memory. False: it is not to be believed, or over.
	 */
	bool (*recalled)(void *ctx, const struct question *question, bool previous,
			 const struct store_entry *entry, struct answer *out);
	/* A fetched JWKS. False: nothing usable in it, keep trying later. */
	bool (*keys)(void *ctx, const char *json, size_t len);
	/* Once a second: files to look at, times to check. */
	void (*tick)(void *ctx);
	void *ctx;
};

/* All strings are borrowed until engine_stop(). Times in milliseconds. */
struct engine_config {
	const char *urls[ENGINE_ENDPOINTS_MAX]; /* https addresses, without the contract's path */
	size_t url_count;
	bool round_robin; /* else in order: the first that is well */
	const char *ca_file, *certificate_file, *key_file; /* PEM */
	const char *jwks_url; /* "" or NULL: keys come from a file only */
	int64_t jwks_refresh_ms; /* how often the key set is fetched anyway */
	int64_t jwks_min_interval_ms; /* at most one fetch in this time, whatever asks for it */
	int64_t question_ms; /* one question, end to end, retries and 202s included */
	int64_t attempt_ms; /* one attempt at one endpoint */
	int64_t connect_ms;
	int64_t max_in_flight; /* questions */
	int64_t max_waiting; /* workers that may wait at once */
	int64_t max_connections; /* to one endpoint */
	int64_t breaker_failures; /* in a row, that open it */
	int64_t breaker_pause_ms; /* first pause; doubles */
	int64_t breaker_pause_max_ms;
	struct shared_config shared; /* redis.address NULL: there is no shared cache */
	struct clock clock;
	struct reporter reporter;
	struct engine_hooks hooks;
};

struct ask_result {
	enum ask_outcome outcome;
	struct answer answer; /* ASK_DECIDED */
	bool recalled; /* ASK_DECIDED by an answer out of the shared cache */
	unsigned retry_after; /* seconds, 1..60; 0 where it means nothing */
};

struct engine_stats {
	uint64_t asked; /* questions taken */
	uint64_t joined; /* askers that joined a question under way */
	uint64_t attempts, retries;
	uint64_t decided, undetermined, timeouts, unavailable, rejected, refused, busy;
	uint64_t in_flight, waiting; /* now */
	uint64_t key_fetches, key_failures;
	uint64_t breaker_opened;
	uint64_t shared_hits, shared_misses;
};

struct engine; /* opaque */

/*
 * Set libcurl up for the whole process, if nobody has yet. engine_start() does it too; whoever can
 * be before other users of libcurl should, so that what it frees is wiped (curl_memory.c).
 * Thread-safe, any number of times.
 */
MUST_CHECK bool engine_prepare(void);

/*
 * Start the thread. Does not wait for the service: one that is down is found out by questions.
 * NULL after an error was reported (out of memory or threads, unreadable certificate files).
 */
MUST_CHECK struct engine *engine_start(const struct engine_config *config);

/*
 * Stop: no new questions, those in flight end as ASK_UNAVAILABLE, waiting workers are woken, the
 * thread is joined and everything freed. Within two seconds, whatever the network does. NULL is
 * fine. Not to be called from a hook, and not while other threads may still begin engine_ask().
 */
void engine_stop(struct engine *engine);

/*
 * Ask about one person, or join the question under way about them, and wait at most wait_ms for
 * it. If max_waiting workers wait already, it is ASK_PENDING at once and the question goes on.
 * Takes the question's body in every case (question.h) and clears it when it is no longer needed.
 */
void engine_ask(struct engine *engine, struct question *question, int64_t wait_ms,
		struct ask_result *out);

void engine_stats(struct engine *engine, struct engine_stats *out);

#endif
