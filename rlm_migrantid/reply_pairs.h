/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * reply_pairs.h - from a decision to the pairs of a reply.
 */
#ifndef MIGRANTID_REPLY_PAIRS_H
#define MIGRANTID_REPLY_PAIRS_H

#include "server.h"

#include "decision/decision.h"

/*
 * Add what a decision says: the vendor's attributes, Reply-Message, Class, and State for a
 * challenge. What it does not say is left out. Where another instance of the module has replied
 * to the same request before (the first of a `redundant` group), what that one said is removed,
 * so that a reply speaks of one decision. Pairs belong to the reply. False if memory ran out.
 */
MUST_CHECK bool reply_pairs_add(
	RADIUS_PACKET *reply, unsigned vendor, const struct decision *decision);

#endif
