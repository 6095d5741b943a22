/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * challenge_state.h - the State (RFC 2865 section 5.24) of an Access-Challenge of ours: an
 * authenticated, expiring ticket for one sale, which any server of the operator with the same key
 * accepts.
 *
 *   1 octet    version, 1
 *   8 octets   expiry, seconds since 1970, big-endian
 *  16 octets   a random sale id, for a sale to which the shop gave none; else zero
 *  32 octets   HMAC-SHA-256 over all of the above, the shop, its sale id and the person's key
 *
 * It holds nothing of the person: what binds it to them is only in what the HMAC covers.
 */
#ifndef MIGRANTID_CHALLENGE_STATE_H
#define MIGRANTID_CHALLENGE_STATE_H

#include "base/base.h"
#include "person/person_key.h"
#include "rules/sale.h"

#define STATE_SEED_LEN 16
#define STATE_LEN (1 + 8 + STATE_SEED_LEN + 32)

/*
 * Give a sale an id if the shop gave none and no token stands for it: the one its State carries,
 * else a random one. *seed is
 * what its State carries or will carry (zero where the shop's own id serves). False only if there
 * is no randomness. Call it before the two below.
 */
MUST_CHECK bool state_settle_id(struct sale *sale, uint8_t seed[STATE_SEED_LEN]);

/* Write a State. False only if OpenSSL fails. Thread-safe. */
MUST_CHECK bool state_make(const struct operator_key *key, const struct sale *sale,
	const struct person_key *person, const uint8_t seed[STATE_SEED_LEN], int64_t expires_at,
	uint8_t out[STATE_LEN]);

/*
 * True if sale->state was made under this key for this shop, sale id and person and has not
 * expired. Compares in constant time. Thread-safe.
 */
MUST_CHECK bool state_check(const struct operator_key *key, const struct sale *sale,
	const struct person_key *person, int64_t now);

#endif
