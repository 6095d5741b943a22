/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What a Redis says: whatever it is, hiredis behind our limits gives no second reply to one
 * command, no reply with more elements than were allowed, and what it gives is read as an entry and
 * as a Sentinel's answer without harm. The first octet says how much is fed at once.
 */
#include "cache/entry.h"
#include "cache/redis_limits.h"
#include "cache/redis_sentinel.h"
#include "fuzz.h"

static const struct reply_limits limits = { .elements = 16, .octets = 4096, .depth = 1 };

static void check_reply(const redisReply *reply)
{
	struct entry entry;
	struct redis_address address;

	HOLDS(reply->elements <= limits.elements);
	for (size_t i = 0; i < reply->elements; i++)
		if (reply->element[i]->type == REDIS_REPLY_STRING &&
			entry_unpack(
				reply->element[i]->str, (size_t)reply->element[i]->len, &entry))
			HOLDS(entry.token_len <= sizeof(entry.token));
	if (sentinel_answer(reply, &address))
		HOLDS(address.port > 0 && address.port <= UINT16_MAX);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	redisCallback pending = { .next = NULL };
	redisCallbackList asked = { &pending, &pending };
	redisReader *reader = redisReaderCreate();
	struct reply_limiter limiter;
	size_t step = size > 0 ? 1 + data[0] % 64 : 1;
	void *reply;

	HOLDS(reader != NULL);
	reply_limiter_attach(&limiter, reader, &asked, &limits);
	for (size_t at = 1; at < size && reader->err == 0; at += step) {
		size_t len = size - at < step ? size - at : step;

		if (redisReaderFeed(reader, (const char *)data + at, len) != REDIS_OK)
			break;
		while (redisReaderGetReply(reader, &reply) == REDIS_OK && reply != NULL) {
			HOLDS(asked.head != NULL ||
				((const redisReply *)reply)->type == REDIS_REPLY_ERROR);
			asked.head = NULL;
			check_reply(reply);
			freeReplyObject(reply);
		}
	}
	redisReaderFree(reader);
	return 0;
}
