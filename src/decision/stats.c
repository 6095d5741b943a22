/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "decision/stats.h"

#include <string.h>

#include "answer/answer.h"
#include "base/utf8.h"
#include "rules/vocabulary.h"
#include "transport/transport.h"

_Static_assert(sizeof(struct stats_head) == 56 && sizeof(struct stats) % 8 == 0,
	"the layout has no holes at its ends");
_Static_assert(RESULT_NOT_APPLICABLE < STATS_RESULTS, "results have room");
_Static_assert(REASON_ATTRIBUTE_UNREADABLE < STATS_REASONS, "reasons have room");
_Static_assert(SOURCE_RULE < STATS_SOURCES, "sources have room");
_Static_assert(END_ALL_RESTING < STATS_CAUSES, "causes have room");
_Static_assert(
	STATS_ENDPOINTS >= TRANSPORT_ENDPOINTS_MAX * TRANSPORT_GROUPS, "addresses have room");

void stats_text(char *out, size_t room, const char *text)
{
	size_t left = strlen(text), used = 0, len;
	uint32_t character;

	for (; left > 0; text += len, left -= len) {
		len = utf8_read(text, left, &character);
		if (used + (len > 0 ? len : 1) >= room)
			break;
		if (len == 0 || character < ' ' || character == 0x7f) {
			len = 1;
			out[used++] = '?';
			continue;
		}
		memcpy(out + used, text, len);
		used += len;
	}
	memset(out + used, 0, room - used);
}

/* FNV-1a, 64 bits, by eight octets: against accidents, not against people. */
static uint64_t check_of(const struct stats *stats)
{
	const uint8_t *at = (const uint8_t *)stats + sizeof(stats->head);
	uint64_t hash = 0xcbf29ce484222325, part;

	for (size_t left = sizeof(*stats) - sizeof(stats->head); left > 0; left -= sizeof(part)) {
		memcpy(&part, at, sizeof(part));
		hash = (hash ^ part) * 0x100000001b3;
		hash ^= hash >> 32;
		at += sizeof(part);
	}
	return hash;
}

void stats_seal(struct stats *stats)
{
	memcpy(stats->head.magic, STATS_MAGIC, sizeof(stats->head.magic));
	stats->head.version = STATS_VERSION;
	stats->head.size = sizeof(*stats);
	stats_text(stats->head.program, sizeof(stats->head.program), MIGRANTID_VERSION);
	stats->head.check = check_of(stats);
}

/* The same text, as stats_text() would have written it. */
static void make_plain(char *text, size_t room)
{
	char copy[STATS_TEXT_ROOM];

	memcpy(copy, text, room);
	copy[room - 1] = '\0';
	stats_text(text, room, copy);
}

#define MAKE_PLAIN(member) make_plain(member, sizeof(member))

static void bound(struct stats *stats)
{
	MAKE_PLAIN(stats->instance);
	MAKE_PLAIN(stats->boot_id);
	MAKE_PLAIN(stats->config.error);
	MAKE_PLAIN(stats->config.rules);
	for (size_t i = 0; i < STATS_ENDPOINTS; i++)
		MAKE_PLAIN(stats->endpoints[i].address);
	for (size_t i = 0; i < STATS_CERTIFICATES; i++)
		MAKE_PLAIN(stats->certificates[i].file);
	if (stats->endpoint_count > STATS_ENDPOINTS)
		stats->endpoint_count = STATS_ENDPOINTS;
	if (stats->certificate_count > STATS_CERTIFICATES)
		stats->certificate_count = STATS_CERTIFICATES;
}

enum stats_fault stats_parse(const void *octets, size_t len, struct stats *out)
{
	memset(out, 0, sizeof(*out));
	if (len < sizeof(out->head))
		return len == 0 ? STATS_DAMAGED : STATS_FOREIGN;
	memcpy(&out->head, octets, sizeof(out->head));
	MAKE_PLAIN(out->head.program);
	if (memcmp(out->head.magic, STATS_MAGIC, sizeof(out->head.magic)) != 0)
		return STATS_FOREIGN;
	if (out->head.version != STATS_VERSION || out->head.size != sizeof(*out))
		return STATS_OTHER_VERSION;
	if (len != sizeof(*out))
		return STATS_DAMAGED;
	memcpy(out, octets, sizeof(*out));
	MAKE_PLAIN(out->head.program);
	if (check_of(out) != out->head.check)
		return STATS_DAMAGED;
	bound(out);
	return STATS_GOOD;
}
