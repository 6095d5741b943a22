/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "base/prefixed.h"
#include "decision/challenge_state.h"

#define NOW 1800000000

static const struct operator_key key = { .bytes = "0123456789abcdef0123456789abcdef", .len = 32 };
static const struct operator_key other_key = { .bytes = "another key of the operator here",
	.len = 32 };
static const struct person_key person = { .bytes = { 1, 2, 3 }, .text = "AQID" };

static struct sale sale_of(const char *shop, const char *id)
{
	struct sale sale = { 0 };

	strcpy(sale.shop, shop);
	strcpy(sale.id, id);
	return sale;
}

/* A sale whose State was made for (shop, id) and expires a minute from NOW. */
static struct sale challenged(const char *shop, const char *id)
{
	struct sale sale = sale_of(shop, id);
	uint8_t seed[STATE_SEED_LEN];

	assert_true(state_settle_id(&sale, seed));
	assert_true(state_make(&key, &sale, &person, seed, NOW + 60, sale.state));
	sale.state_len = STATE_LEN;
	return sale;
}

static void accepts_its_own(void **state)
{
	struct sale sale = challenged("shop", "sale-1");

	(void)state;
	assert_true(STATE_LEN <= STATE_MAX);
	assert_true(state_check(&key, &sale, &person, NOW));
	assert_true(state_check(&key, &sale, &person, NOW + 59));
	assert_false(state_check(&key, &sale, &person, NOW + 60));
}

static void is_bound_to_key_shop_sale_and_person(void **state)
{
	struct sale sale = challenged("shop", "sale-1");
	struct person_key someone = person;

	(void)state;
	assert_false(state_check(&other_key, &sale, &person, NOW));
	strcpy(sale.shop, "shox");
	assert_false(state_check(&key, &sale, &person, NOW));
	sale = challenged("shop", "sale-1");
	strcpy(sale.id, "sale-2");
	assert_false(state_check(&key, &sale, &person, NOW));
	sale = challenged("shop", "sale-1");
	someone.bytes[31] ^= 1;
	assert_false(state_check(&key, &sale, &someone, NOW));
	/* The border between shop and id is part of what is sealed. */
	sale = challenged("shop", "sale-1");
	strcpy(sale.shop, "shops");
	strcpy(sale.id, "ale-1");
	assert_false(state_check(&key, &sale, &person, NOW));
}

static void refuses_every_changed_bit_and_length(void **state)
{
	struct sale sale = challenged("shop", "sale-1");

	(void)state;
	for (size_t bit = 0; bit < (size_t)STATE_LEN * 8; bit++) {
		sale.state[bit / 8] ^= (uint8_t)(1 << bit % 8);
		assert_false(state_check(&key, &sale, &person, NOW));
		sale.state[bit / 8] ^= (uint8_t)(1 << bit % 8);
	}
	for (size_t len = 0; len <= STATE_MAX; len++) {
		sale.state_len = len;
		assert_int_equal(state_check(&key, &sale, &person, NOW), len == STATE_LEN);
	}
}

/* What one's own key has sealed, but under another version, says something else. */
static void refuses_another_version(void **state)
{
	(void)state;
	for (uint8_t version = 0; version < 3; version++) {
		struct sale sale = challenged("shop", "sale-1");
		uint8_t covered[STATE_LEN + 64];
		size_t len = STATE_LEN - 32;

		sale.state[0] = version;
		memcpy(covered, sale.state, len);
		len += prefixed_put(covered + len, "shop", 4);
		len += prefixed_put(covered + len, "sale-1", 6);
		memcpy(covered + len, person.bytes, PERSON_KEY_LEN);
		len += PERSON_KEY_LEN;
		assert_true(
			operator_key_mac(&key, "state", covered, len, sale.state + STATE_LEN - 32));
		assert_int_equal(state_check(&key, &sale, &person, NOW), version == 1);
	}
}

static void carries_an_id_for_a_sale_without_one(void **state)
{
	struct sale first = challenged("shop", "");
	struct sale again = sale_of("shop", "");
	struct sale named = sale_of("shop", "sale-1");
	uint8_t seed[STATE_SEED_LEN];

	(void)state;
	assert_int_not_equal(first.id[0], '\0');
	memcpy(again.state, first.state, STATE_LEN);
	again.state_len = STATE_LEN;
	assert_true(state_settle_id(&again, seed));
	assert_string_equal(again.id, first.id);
	assert_true(state_check(&key, &again, &person, NOW));

	memcpy(named.state, first.state, STATE_LEN);
	named.state_len = STATE_LEN;
	assert_true(state_settle_id(&named, seed));
	assert_string_equal(named.id, "sale-1");
	assert_false(state_check(&key, &named, &person, NOW));
}

/* A token stands for its sale: nothing has to be drawn for one without an id. */
static void a_token_stands_for_its_sale(void **state)
{
	struct sale sale = sale_of("shop", "");
	uint8_t seed[STATE_SEED_LEN], zero[STATE_SEED_LEN] = { 0 };

	(void)state;
	strcpy(sale.token, "a-token");
	assert_true(state_settle_id(&sale, seed));
	assert_string_equal(sale.id, "");
	assert_memory_equal(seed, zero, STATE_SEED_LEN);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(accepts_its_own),
		cmocka_unit_test(is_bound_to_key_shop_sale_and_person),
		cmocka_unit_test(refuses_every_changed_bit_and_length),
		cmocka_unit_test(refuses_another_version),
		cmocka_unit_test(carries_an_id_for_a_sale_without_one),
		cmocka_unit_test(a_token_stands_for_its_sale),
	};

	return cmocka_run_group_tests_name("challenge_state", tests, NULL, NULL);
}
