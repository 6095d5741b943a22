/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * redis_limits.h - limits to what a Redis in an enemy's hands may make hiredis do. A reply that
 * nobody asked for would end the whole process by an assertion, and the announcement of an endless
 * array take all memory: both end the connection instead.
 */
#ifndef MIGRANTID_REDIS_LIMITS_H
#define MIGRANTID_REDIS_LIMITS_H

#include <hiredis/async.h>

#include "base/base.h"

#define REPLY_TOO_LONG "its reply is too long"

/* What one reply may have. */
struct reply_limits {
	size_t elements; /* of each array */
	size_t octets; /* of all its texts */
	unsigned depth; /* of arrays in arrays; 0: none */
};

/* It must not be moved while the reader is used. */
struct reply_limiter {
	redisReplyObjectFunctions functions; /* the reader's, each with our check before it */
	const redisReplyObjectFunctions *plain; /* as hiredis has them */
	const redisCallbackList *asked; /* NULL: the caller reads no more than it has asked */
	struct reply_limits limits;
	size_t octets; /* of the reply that is read */
	const char *refused; /* why; NULL: nothing was */
};

/* From now on this reader refuses what is beyond the limits, and a reply while `asked` is empty. */
void reply_limiter_attach(struct reply_limiter *limiter, redisReader *reader,
	const redisCallbackList *asked, const struct reply_limits *limits);

#endif
