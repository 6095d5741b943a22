/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * redis_link.h - a connection to the Redis that the settings name, or that the Sentinels tell of
 * which they name, to be waited for. What goes wrong is reported in the operator's words: which
 * setting is at fault, and what the user must be allowed.
 */
#ifndef MIGRANTID_CTL_REDIS_LINK_H
#define MIGRANTID_CTL_REDIS_LINK_H

#include <hiredis/hiredis.h>

#include "base/base.h"
#include "base/report.h"
#include "config/settings.h"
#include "cache/redis_limits.h"
#include "cache/redis_tls.h"

/* What the verbs send; servers themselves need MGET and SET. */
#define REDIS_LINK_COMMANDS "+scan +unlink +mget +set +watch +unwatch +multi +exec"

struct redis_link {
	const struct settings *settings;
	const struct reporter *reporter;
	enum severity severity; /* of what goes wrong */
	struct redis_config config;
	struct redis_tls *tls;
	struct redis_address address;
	redisContext *context; /* NULL: closed */
	struct reply_limiter limiter; /* of the context: a link is not copied once open */
};

/* Connect and log in; nothing takes longer than some seconds. False after an error was reported. */
MUST_CHECK bool redis_link_open(
	struct redis_link *link, const struct settings *settings, const struct reporter *reporter);
void redis_link_close(struct redis_link *link); /* fits CLEANUP(), fine on a zeroed one */

#define REDIS_LINK_ANY 0

/*
 * One command and its reply, of the type REDIS_REPLY_... that is wanted. NULL after an error was
 * reported. freeReplyObject() it.
 */
MUST_CHECK redisReply *redis_link_ask(struct redis_link *link, int wanted, size_t count,
	const char *const words[], const size_t lens[]);

void redis_link_drop(redisReply **reply); /* for CLEANUP() */

#endif
