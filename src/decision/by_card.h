/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * by_card.h - the part of a decision that a digital ID card has. A card that does not count decides
 * nothing and refuses nobody: which check it was is said once a minute, and its sale goes on as if
 * none had been shown.
 */
#ifndef MIGRANTID_BY_CARD_H
#define MIGRANTID_BY_CARD_H

#include "decision/path.h"

/* Fills path->shown and, with a card that counts, path->sale.card. */
void by_card_look(struct path *path, const struct sale_options *options);

/*
 * True, and it is a yes, if the operator lets cards decide and nothing speaks against this one: the
 * service has not said no of its holder since it was issued, as far as memory knows.
 */
MUST_CHECK bool by_card_decided(struct path *path);

#endif
