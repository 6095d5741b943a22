/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * redis_internal.h - what the files of the Redis tier share: redis.c (the tier), redis_session.c
 * (the connection), redis_health.c (what is held against Redis, and said), redis_watch.c (the
 * generation key). All of it belongs to the engine's thread, but for the two atomics.
 */
#ifndef MIGRANTID_REDIS_INTERNAL_H
#define MIGRANTID_REDIS_INTERNAL_H

#include <stdatomic.h>

#include <hiredis/async.h>

#include "base/breaker.h"
#include "cache/cache_internal.h"
#include "cache/redis_key.h"
#include "cache/redis_sentinel.h"
#include "cache/redis_tls.h"

#define REDIS_TICK_MS 1000

/* The generation key, as last seen, and the MGET of it that is under way. */
struct redis_watch {
	char generation[REDIS_GENERATION_LEN]; /* '\0': none yet */
	bool pending;
	bool probe; /* the breaker's probe */
	bool late; /* its reply proves nothing any more */
};

struct redis {
	struct tier tier; /* first: callers are handed it */
	struct engine *engine;
	struct redis_config config;
	struct clock clock;
	struct reporter reporter;
	struct tier_events events;
	struct redis_tls *tls; /* NULL: without */
	struct sentinels *sentinels; /* NULL: the address is in the configuration */
	struct redis_address address;
	bool has_address; /* false: Sentinels are to be asked */
	redisAsyncContext *connection; /* NULL: none */
	bool disconnecting; /* by the timer below; nothing is sent any more */
	struct engine_timer *disconnect_timer;
	struct engine_timer *tick_timer;
	int64_t tick_ms; /* 0: none by itself */
	size_t pending; /* commands that Redis has not answered */
	struct breaker breaker; /* of reading; refused writes do not count */
	struct redis_watch watch;
	bool refusal_said; /* of a write, and not yet that it is over */
	int64_t refusal_said_ms; /* when; 0: never */
	bool closing; /* callbacks of hiredis do nothing any more */
	atomic_bool reads, writes; /* any thread */
};

/* redis_open() with a tick of another length; 0: redis_tick() is called by the caller alone. */
MUST_CHECK struct tier *redis_open_ticking(const struct cache_options *options,
	struct engine *engine, const struct tier_events *events, int64_t tick_ms, bool *fatal);

/* ---- redis_session.c ---- */

/* Whether a command may be sent now; connects if need be. */
MUST_CHECK bool redis_session_ready(struct redis *redis);

/* Count a command as pending if hiredis has taken it; its callback counts it off. */
bool redis_session_sent(struct redis *redis, int status);

/* Drop the connection; hiredis calls back for every pending command at once. */
void redis_session_disconnect(struct redis *redis);

/* The same from the loop's next turn, for callers within which no callback may come. */
void redis_session_disconnect_soon(struct redis *redis);

/* Learn where Redis is, or prepare to ask Sentinels. False: out of memory. */
MUST_CHECK bool redis_session_start(struct redis *redis);

/* ---- redis_health.c ---- */

int64_t redis_now_ms(const struct redis *redis);

/* A read has ended well. `probe` as breaker_ask() said of it. */
void redis_healthy(struct redis *redis, bool probe);

/*
 * A read has failed. True: the connection is of no use any more, since the breaker has opened, or
 * the probe was what failed.
 */
bool redis_unhealthy(struct redis *redis, bool probe, const char *why);

/* The same by a reply that is none to a read. */
void redis_read_refused(struct redis *redis, bool probe, const redisReply *reply);

/* Nobody is there to be asked, which counts as the probe if one is due. */
void redis_unreachable(struct redis *redis, const char *why);

/* The reply to a write; not NULL. */
void redis_write_ended(struct redis *redis, const redisReply *reply);

/* ---- redis_watch.c ---- */

/* Look at the generation key and after the Sentinels; called once a second. */
void redis_tick(struct redis *redis);

#endif
