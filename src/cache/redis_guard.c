/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "cache/redis_guard.h"

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
	struct guard *guard = task->privdata;

	if (task->parent == NULL)
		guard->octets = 0;
	if (task->parent != NULL || task->type == REDIS_REPLY_ERROR || guard->asked == NULL ||
		guard->asked->head != NULL)
		return false;
	guard->refused = "it says what it was not asked";
	return true;
}

static const redisReplyObjectFunctions *plain(const redisReadTask *task)
{
	return ((const struct guard *)task->privdata)->plain;
}

static bool is_too_long(const redisReadTask *task, size_t len)
{
	struct guard *guard = task->privdata;

	guard->octets += len;
	if (guard->octets <= guard->limits.octets)
		return false;
	guard->refused = GUARD_TOO_LONG;
	return true;
}

static bool is_too_deep(const redisReadTask *task)
{
	unsigned depth = 0;

	for (; task->parent != NULL; task = task->parent)
		depth++;
	return depth > ((const struct guard *)task->privdata)->limits.depth;
}

static void *create_string(const redisReadTask *task, char *text, size_t len)
{
	return is_refused(task) || is_too_long(task, len) ?
		NULL : plain(task)->createString(task, text, len);
}

static void *create_array(const redisReadTask *task, element_count count)
{
	struct guard *guard = task->privdata;

	if (is_refused(task))
		return NULL;
	if ((size_t)count <= guard->limits.elements && !is_too_deep(task))
		return plain(task)->createArray(task, count);
	guard->refused = GUARD_TOO_LONG;
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

void guard_set(struct guard *guard, redisReader *reader, const redisCallbackList *asked,
	       const struct guard_limits *limits)
{
	*guard = (struct guard){ *reader->fn, reader->fn, asked, *limits, 0, NULL };
	guard->functions.createString = create_string;
	guard->functions.createArray = create_array;
	guard->functions.createInteger = create_integer;
	guard->functions.createNil = create_nil;
#if HIREDIS_MAJOR >= 1
	guard->functions.createDouble = create_double;
	guard->functions.createBool = create_bool;
#endif
	reader->fn = &guard->functions;
	reader->privdata = guard;
}
