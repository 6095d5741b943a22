/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * record.h - what is written down of a decision, and its two forms in a log.
 *
 * Nothing of a person, no User-Name and no sale id; and of the shop and the exemption rule only
 * one: "14:03, shop 17, diplomat" would be one buyer. An exempt sale has its rule, every other its
 * shop, and there is no place here for both. Pure, thread-safe.
 */
#ifndef MIGRANTID_RECORD_H
#define MIGRANTID_RECORD_H

#include "base/base.h"
#include "decision/decision.h"

struct record {
	int64_t at_ms; /* milliseconds since 1970, when it was decided */
	int64_t took_us; /* microseconds in decide() */
	enum result result; /* RESULT_EXEMPT: `by` is the rule, else the shop */
	enum reason reason;
	enum source source; /* SOURCE_NONE: nothing was consulted */
	enum attribute attribute; /* ATTR_NONE: none is at fault */
	char reference[REFERENCE_LEN + 1];
	char rules[RULES_DIGEST_LEN + 1]; /* version of the rules */
	char by[SHOP_MAX + 1]; /* "": not known */
};

/* `shop` may hold any octet, and more of them than SHOP_MAX: it is cut. */
void record_make(const struct decision *decision, struct span shop, int64_t at_ms, int64_t took_us,
	struct record *out);

/* Octets of a line at most: each of a shop's name may be escaped. */
#define RECORD_LINE_MAX (512 + 6 * SHOP_MAX)

/*
 * One line with its end, and a terminator behind it; returns its octets without that. As JSON:
 *
 *   {"time":"2026-11-26T05:40:36.123Z","reference":"K7Q2-9MXD-4H3C","result":"Yes",
 *    "reason":"match","source":"Service","rules":"0123456789ab","ms":12,"shop":"shop17"}
 *
 * always in this order; `source`, `attribute` (before `ms`), `rule` and `shop` are left out where
 * there is none. As text the same, `time=2026-11-26T05:40:36.123Z reference=... shop=shop17`, where
 * the shop's name goes to the end of the line and may hold blanks.
 */
size_t record_as_json(const struct record *record, char out[RECORD_LINE_MAX]);
size_t record_as_text(const struct record *record, char out[RECORD_LINE_MAX]);

#endif
