/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "cache/redis_limits.h"

#if HIREDIS_MAJOR >= 1
typedef size_t element_count;
#else
typedef int element_count;
#endif

/*
 * hiredis asks for an object for each part of a reply, the outermost first; without one it gives
 * the connection up. It takes an error that nobody asked for by itself: a farewell.
 */
static bool is_refused(const redisReadTask *task)
{
	struct reply_limiter *limiter = task->privdata;

	if (task->parent == NULL)
		limiter->octets = 0;
	if (task->parent != NULL || task->type == REDIS_REPLY_ERROR || limiter->asked == NULL ||
		limiter->asked->head != NULL)
		return false;
	limiter->refused = "it says what it was not asked";
	return true;
}

static const redisReplyObjectFunctions *plain(const redisReadTask *task)
{
	return ((const struct reply_limiter *)task->privdata)->plain;
}

static bool is_too_long(const redisReadTask *task, size_t len)
{
	struct reply_limiter *limiter = task->privdata;

	limiter->octets += len;
	if (limiter->octets <= limiter->limits.octets)
		return false;
	limiter->refused = REPLY_TOO_LONG;
	return true;
}

static bool is_too_deep(const redisReadTask *task)
{
	unsigned depth = 0;

	for (; task->parent != NULL; task = task->parent)
		depth++;
	return depth > ((const struct reply_limiter *)task->privdata)->limits.depth;
}

static void *create_string(const redisReadTask *task, char *text, size_t len)
{
	return is_refused(task) || is_too_long(task, len)
		       ? NULL
		       : plain(task)->createString(task, text, len);
}

static void *create_array(const redisReadTask *task, element_count count)
{
	struct reply_limiter *limiter = task->privdata;

	if (is_refused(task))
		return NULL;
	if ((size_t)count <= limiter->limits.elements && !is_too_deep(task))
		return plain(task)->createArray(task, count);
	limiter->refused = REPLY_TOO_LONG;
	return NULL;
}

static void *create_integer(const redisReadTask *task, long long value)
{
	return is_refused(task) ? NULL : plain(task)->createInteger(task, value);
}

static void *create_nil(const redisReadTask *task)
{
	return is_refused(task) ? NULL : plain(task)->createNil(task);
}

#if HIREDIS_MAJOR >= 1
static void *create_double(const redisReadTask *task, double value, char *text, size_t len)
{
	return is_refused(task) ? NULL : plain(task)->createDouble(task, value, text, len);
}

static void *create_bool(const redisReadTask *task, int value)
{
	return is_refused(task) ? NULL : plain(task)->createBool(task, value);
}
#endif

void reply_limiter_attach(struct reply_limiter *limiter, redisReader *reader,
	const redisCallbackList *asked, const struct reply_limits *limits)
{
	*limiter = (struct reply_limiter){ *reader->fn, reader->fn, asked, *limits, 0, NULL };
	limiter->functions.createString = create_string;
	limiter->functions.createArray = create_array;
	limiter->functions.createInteger = create_integer;
	limiter->functions.createNil = create_nil;
#if HIREDIS_MAJOR >= 1
	limiter->functions.createDouble = create_double;
	limiter->functions.createBool = create_bool;
#endif
	reader->fn = &limiter->functions;
	reader->privdata = limiter;
}
