/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "decision/challenge_state.h"

#include <string.h>

#include <openssl/crypto.h>
#include <openssl/rand.h>

#include "base/prefixed.h"

#define VERSION 1
#define SEED_AT (1 + 8)
#define HEAD_LEN (SEED_AT + STATE_SEED_LEN)
#define COVERED_MAX (HEAD_LEN + 2 + SHOP_MAX + 2 + SALE_ID_MAX + PERSON_KEY_LEN)

static bool seal(const struct operator_key *key, const uint8_t head[HEAD_LEN],
	const struct sale *sale, const struct person_key *person, uint8_t mac[32])
{
	uint8_t covered[COVERED_MAX];
	size_t len = HEAD_LEN;
	bool done;

	memcpy(covered, head, HEAD_LEN);
	len += prefixed_put(covered + len, sale->shop, strlen(sale->shop));
	len += prefixed_put(covered + len, sale->id, strlen(sale->id));
	memcpy(covered + len, person->bytes, PERSON_KEY_LEN);
	len += PERSON_KEY_LEN;
	done = operator_key_mac(key, "state", covered, len, mac);
	OPENSSL_cleanse(covered, sizeof(covered));
	return done;
}

bool state_settle_id(struct sale *sale, uint8_t seed[STATE_SEED_LEN])
{
	if (sale->id[0] != '\0' || sale->token[0] != '\0') {
		memset(seed, 0, STATE_SEED_LEN);
		return true;
	}
	if (sale->state_len == STATE_LEN)
		memcpy(seed, sale->state + SEED_AT, STATE_SEED_LEN);
	else if (RAND_bytes(seed, STATE_SEED_LEN) != 1)
		return false;
	base64url_encode(seed, STATE_SEED_LEN, sale->id);
	return true;
}

bool state_make(const struct operator_key *key, const struct sale *sale,
	const struct person_key *person, const uint8_t seed[STATE_SEED_LEN], int64_t expires_at,
	uint8_t out[STATE_LEN])
{
	out[0] = VERSION;
	for (int i = 0; i < 8; i++)
		out[1 + i] = (uint8_t)((uint64_t)expires_at >> (56 - 8 * i));
	memcpy(out + SEED_AT, seed, STATE_SEED_LEN);
	return seal(key, out, sale, person, out + HEAD_LEN);
}

bool state_check(const struct operator_key *key, const struct sale *sale,
	const struct person_key *person, int64_t now)
{
	uint64_t expires_at = 0;
	uint8_t mac[32];

	if (sale->state_len != STATE_LEN || sale->state[0] != VERSION)
		return false;
	if (!seal(key, sale->state, sale, person, mac) ||
		CRYPTO_memcmp(mac, sale->state + HEAD_LEN, sizeof(mac)) != 0)
		return false;
	for (int i = 0; i < 8; i++)
		expires_at = expires_at << 8 | sale->state[1 + i];
	return (int64_t)expires_at > now;
}
