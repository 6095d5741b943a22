/* SPDX-License-Identifier: GPL-2.0-or-later */
/* explain_card.h - what the server would make of a request's digital ID card. */
#ifndef MIGRANTID_CTL_EXPLAIN_CARD_H
#define MIGRANTID_CTL_EXPLAIN_CARD_H

#include "decision/shown_card.h"
#include "tools/ctl/ctl.h"

#define EXPLAIN_SHOP "migrantidctl" /* who sells, unless somebody is named */

/*
 * Look at the card of a sale that has one, as if at `now`, and say whether it counts; if so, the
 * sale holds it, borrowed from *shown. False, reported: no memory. The caller clears *shown.
 */
MUST_CHECK bool explain_card(const struct settings *settings, const struct sale_options *options,
	int64_t now, struct output *out, struct sale *sale, struct shown_card *shown);

#endif
