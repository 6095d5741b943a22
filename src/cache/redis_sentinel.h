/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * redis_sentinel.h - ask Redis Sentinels, one after the other, at which address the master is. They
 * are shown no password. Engine thread only.
 */
#ifndef MIGRANTID_REDIS_SENTINEL_H
#define MIGRANTID_REDIS_SENTINEL_H

#include <hiredis/hiredis.h>
#include <uv.h>

#include "base/base.h"
#include "base/redis_address.h"
#include "cache/redis_tls.h"

/* The command, and the name of the master behind it. */
#define SENTINEL_QUESTION "SENTINEL get-master-addr-by-name %s"

/* The answer to it; a numeric address is wanted. False if the Sentinel does not know it. */
MUST_CHECK bool sentinel_answer(const redisReply *reply, struct redis_address *out);

struct sentinels; /* opaque */

/* NULL: none of them knows. Called from the loop, or out of sentinels_ask(). */
typedef void sentinels_found(void *ctx, const struct redis_address *master);

/* Connects to none yet. What is given is borrowed. NULL: no memory. */
MUST_CHECK struct sentinels *sentinels_new(uv_loop_t *loop, const struct redis_config *config,
	const struct redis_tls *tls, sentinels_found *found, void *ctx);
void sentinels_free(struct sentinels *sentinels); /* NULL is fine; calls nothing back */

/* Ask, unless that is under way. Calls back once, after each Sentinel was asked at the latest. */
void sentinels_ask(struct sentinels *sentinels);

/* To be called once a second: a Sentinel that is silent is given up, and the next one asked. */
void sentinels_tick(struct sentinels *sentinels);

#endif
