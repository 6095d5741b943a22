/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * State: of all octets that come back only those that went out are ours, and only for this sale,
 * before they expire. The input is laid over a genuine one by exclusive or, so that the fuzzer
 * starts at what is accepted; what is longer or shorter is taken as it is.
 */
#include "fuzz.h"
#include "decision/challenge_state.h"

#define NOW 1767225600

static const struct operator_key key = { .bytes = "a key for tests of thirty-two oc", .len = 32 };
static const struct person_key person = { .bytes = { 1, 2, 3 }, .text = "AQID" };

static void make(struct sale *sale, uint8_t state[STATE_LEN])
{
	uint8_t seed[STATE_SEED_LEN];

	memset(sale, 0, sizeof(*sale));
	memcpy(sale->shop, "shop", 5);
	memcpy(sale->id, "sale-1", 7);
	HOLDS(state_settle_id(sale, seed));
	HOLDS(state_make(&key, sale, &person, seed, NOW + 60, state));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	uint8_t genuine[STATE_LEN], seed[STATE_SEED_LEN];
	struct sale sale, nameless = { 0 };
	bool ours;

	if (size > STATE_MAX)
		return 0;
	make(&sale, genuine);
	sale.state_len = size;
	if (size > 0)
		memcpy(sale.state, data, size);
	for (size_t i = 0; size == STATE_LEN && i < STATE_LEN; i++)
		sale.state[i] ^= genuine[i];
	ours = size == STATE_LEN && memcmp(sale.state, genuine, STATE_LEN) == 0;
	HOLDS(state_check(&key, &sale, &person, NOW) == ours);
	HOLDS(!state_check(&key, &sale, &person, NOW + 60));
	memcpy(sale.id, "sale-2", 7);
	HOLDS(!state_check(&key, &sale, &person, NOW));

	/* Without an id of the shop's a sale takes the one that its State names, whosesoever. */
	memcpy(nameless.state, sale.state, size);
	nameless.state_len = size;
	HOLDS(state_settle_id(&nameless, seed));
	HOLDS(strlen(nameless.id) == BASE64URL_LEN(STATE_SEED_LEN));
	HOLDS(!state_check(&key, &nameless, &person, NOW));
	return 0;
}
