/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * decision_line.h - one line of the decision log, in either form: a JSON object, or `name=value`
 * behind whatever the server writes before it. decision/record.h says what stands in them.
 *
 * Whatever is not wholly such a line is said to be none, so that nothing of it is ever shown: it
 * may hold anything. Pure, thread-safe.
 */
#ifndef MIGRANTID_CTL_DECISION_LINE_H
#define MIGRANTID_CTL_DECISION_LINE_H

#include "base/base.h"
#include "decision/reference.h"
#include "rules/rules.h"
#include "rules/sale.h"

struct decision_line {
	int64_t time_ms; /* milliseconds since 1970 */
	char reference[REFERENCE_LEN + 1];
	const char *result, *reason; /* as in the dictionary; static */
	const char *source, *attribute; /* static; NULL: none */
	char rules[RULES_DIGEST_LEN + 1]; /* "": not told */
	int64_t took_ms;
	bool exempt; /* `by` is the exemption rule, else the shop */
	char by[SHOP_MAX + 1]; /* plain UTF-8; "": not told */
};

enum line_kind {
	LINE_DECISION,
	LINE_DAMAGED, /* begins like a decision, and is none: cut, or with both rule and shop */
	LINE_FOREIGN, /* something else */
};

/* `text` without its newline; it may hold any octet. *out is filled for LINE_DECISION alone. */
MUST_CHECK enum line_kind decision_line_read(
	const char *text, size_t len, struct decision_line *out);

#endif
