/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * evaluate.h - what is clear about a sale before anybody is asked, in the order in which it is
 * looked at: a document kind that nobody knows, the operator's own citizens, exemption rules, what
 * is missing for a question, and in which form the question then goes out.
 *
 * One pure function: the server's decision, `migrantidctl explain`, tests and the fuzzer call it.
 */
#ifndef MIGRANTID_EVALUATE_H
#define MIGRANTID_EVALUATE_H

#include "base/base.h"
#include "person/date.h"
#include "rules/rules.h"
#include "rules/sale.h"

enum verdict_kind {
	VERDICT_INVALID, /* `attribute` cannot be what it says */
	VERDICT_HOME, /* a citizen of the operator's own country: not this check's business */
	VERDICT_EXEMPT, /* by `rule`: nobody is asked */
	VERDICT_MISSING, /* without `attribute` nobody can be asked */
	VERDICT_ASK, /* in `form` */
};

struct verdict {
	enum verdict_kind kind;
	enum attribute attribute; /* ATTR_NONE but for VERDICT_INVALID and VERDICT_MISSING */
	int rule; /* index in the set; -1 but for VERDICT_EXEMPT */
	enum subject_form form; /* with VERDICT_ASK */
};

#define FORMS_ALL ((1u << SUBJECT_FORMS) - 1)

/*
 * `forms`: those that this shop may use, a bit for each enum subject_form. `today`: the date in
 * the operator's time zone. `why`, if not NULL, has room for rules_count() and is filled for every
 * rule that was looked at. Thread-safe.
 */
struct verdict evaluate(const struct sale *sale, const struct rule_set *rules,
	const struct date *today, unsigned forms, enum rule_verdict *why);

/* The first attribute without which a question about the document cannot be asked, or ATTR_NONE. */
enum attribute evaluate_missing(const struct sale *sale);

#endif
