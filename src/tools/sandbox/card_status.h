/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * card_status.h - which cards were taken back: a Token Status List as a JWT
 * (draft-ietf-oauth-status-list), two bits a card.
 */
#ifndef SANDBOX_CARD_STATUS_H
#define SANDBOX_CARD_STATUS_H

#include "signer.h"

enum card_status { CARD_VALID = 0, CARD_REVOKED = 1, CARD_SUSPENDED = 2 };

/* False for a word that is none, or NULL. */
MUST_CHECK bool card_status_of_name(const char *name, uint8_t *out);
const char *card_status_name(uint8_t status);

/* A signed list of `count` statuses, to be freed; times in seconds since 1970. NULL: it failed. */
MUST_CHECK char *card_status_list(const struct signing_key *key, const char *uri, int64_t issued_at,
	int64_t expires_at, const uint8_t *statuses, size_t count);

#endif
