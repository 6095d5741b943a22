/* SPDX-License-Identifier: GPL-2.0-or-later */
/* path.h - one decision on its way through this folder's files. */
#ifndef MIGRANTID_PATH_H
#define MIGRANTID_PATH_H

#include "decision/decision_internal.h"
#include "decision/shown_card.h"

/* One decision under way: what it stands on, all of one snapshot. */
struct path {
	struct decider *decider;
	struct snapshot *snapshot;
	int64_t now;
	struct date today; /* in the operator's time zone */
	struct sale sale;
	struct shown_card shown; /* zero if no card was */
	enum subject_form form; /* of the question, if it comes to one */
	struct decision *out;
};

#endif
