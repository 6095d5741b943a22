/* SPDX-License-Identifier: GPL-2.0-or-later */
/* decision_internal.h - what the files of this folder share and nobody else sees. */
#ifndef MIGRANTID_DECISION_INTERNAL_H
#define MIGRANTID_DECISION_INTERNAL_H

#include <stdatomic.h>

#include "answer/credential.h"
#include "cache/cache.h"
#include "config/config.h"
#include "decision/decision.h"
#include "decision/recorder.h"
#include "engine/engine.h"
#include "inquiry/inquiry.h"
#include "transport/transport.h"

/* Set before the first decision; each part locks for itself. Opened in this order. */
struct decider {
	struct decider_options options;
	struct config *config;
	struct snapshot *boot; /* of the start: what takes effect only with a restart */
	struct engine *engine;
	struct cache *cache;
	enum cache_tier tier; /* as it was wanted, be it there or not */
	struct transport *transport;
	struct inquiries *inquiries;
	struct recorder *recorder; /* NULL: nothing is written down */
	atomic_int_fast64_t no_shop_told_ms; /* when it was last said that a shop is not named */
	atomic_int_fast64_t no_question_told_ms; /* that a question could not be made */
	atomic_int_fast64_t no_card_told_ms[CREDENTIAL_CHECKS]; /* that a card failed this check */
};

/* Once a minute for each kind of complaint, whose last time is *told_ms. decide.c. */
bool decider_may_complain(struct decider *decider, atomic_int_fast64_t *told_ms);

/* gauges.c, recorder_options.gauges; `decider`, with all parts open */
void gauges_gather(void *decider, struct stats *out);

#endif
