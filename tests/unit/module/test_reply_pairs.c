/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "reply_pairs.h"

#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>

#include "reply_attributes.h"

#define VENDOR 32473

static int read_dictionary(void **state)
{
	(void)state;
	return dict_init(DICTIONARIES, "dictionary");
}

static int forget_dictionary(void **state)
{
	(void)state;
	dict_free();
	return 0;
}

static int make_reply(void **state)
{
	*state = rad_alloc(NULL, false);
	return *state ? 0 : -1;
}

static int free_reply(void **state)
{
	talloc_free(*state);
	return 0;
}

static size_t count_pairs(const RADIUS_PACKET *reply)
{
	size_t count = 0;

	for (const VALUE_PAIR *pair = reply->vps; pair; pair = pair->next)
		count++;
	return count;
}

static const VALUE_PAIR *find(const RADIUS_PACKET *reply, unsigned attribute, unsigned vendor)
{
	return fr_pair_find_by_num(reply->vps, attribute, vendor, TAG_ANY);
}

static void assert_number(const RADIUS_PACKET *reply, unsigned attribute, uint32_t number)
{
	const VALUE_PAIR *pair = find(reply, attribute, VENDOR);

	assert_non_null(pair);
	assert_int_equal(pair->vp_integer, number);
}

static void assert_text(
	const RADIUS_PACKET *reply, unsigned attribute, unsigned vendor, const char *text)
{
	const VALUE_PAIR *pair = find(reply, attribute, vendor);

	assert_non_null(pair);
	assert_int_equal(pair->vp_length, strlen(text));
	assert_memory_equal(pair->vp_strvalue, text, strlen(text));
}

static void assert_octets(
	const RADIUS_PACKET *reply, unsigned attribute, const void *data, size_t len)
{
	const VALUE_PAIR *pair = find(reply, attribute, 0);

	assert_non_null(pair);
	assert_int_equal(pair->vp_length, len);
	assert_memory_equal(pair->vp_octets, data, len);
}

static const struct decision full = {
	.result = RESULT_UNDETERMINED,
	.reason = REASON_PENDING,
	.outcome = OUTCOME_ASK_AGAIN,
	.source = SOURCE_SERVICE,
	.tells_source = true,
	.reference = "K7Q2-9MXD-4H3C",
	.rule = "child-under-six",
	.rules_digest = "0123456789ab",
	.valid_until = 1893456000,
	.retry_after = 2,
	.clerk = "ждите",
	.remedy = "wait",
	.state = { 1, 0, 2, 0 },
	.state_len = 4,
};

static void says_all_that_there_is(void **state)
{
	RADIUS_PACKET *reply = *state;

	assert_true(reply_pairs_add(reply, VENDOR, &full));
	assert_int_equal(count_pairs(reply), 11);
	assert_number(reply, REPLY_RESULT, RESULT_UNDETERMINED);
	assert_number(reply, REPLY_REASON, REASON_PENDING);
	assert_text(reply, REPLY_REFERENCE, VENDOR, "K7Q2-9MXD-4H3C");
	assert_text(reply, REPLY_RULE, VENDOR, "child-under-six");
	assert_number(reply, REPLY_SOURCE, SOURCE_SERVICE);
	assert_number(reply, REPLY_VALID_UNTIL, 1893456000);
	assert_number(reply, REPLY_RETRY_AFTER, 2);
	assert_text(reply, REPLY_REMEDY, VENDOR, "wait");
	assert_text(reply, PW_REPLY_MESSAGE, 0, "ждите");
	assert_octets(reply, PW_CLASS, "K7Q2-9MXD-4H3C", 14);
	assert_octets(reply, PW_STATE, "\1\0\2\0", 4);
}

/* Both would tell a shop that somebody was asked about elsewhere, and when. */
static void source_and_valid_until_are_told_only_where_wanted(void **state)
{
	RADIUS_PACKET *reply = *state;
	struct decision decision = full;

	decision.tells_source = false;
	assert_true(reply_pairs_add(reply, VENDOR, &decision));
	assert_int_equal(count_pairs(reply), 9);
	assert_null(find(reply, REPLY_SOURCE, VENDOR));
	assert_null(find(reply, REPLY_VALID_UNTIL, VENDOR));
}

/*
 * Its reference is for the log; what Class a sale has that is not ours, the operator's policy says.
 */
static void leaves_out_what_is_not_said(void **state)
{
	RADIUS_PACKET *reply = *state;
	const struct decision decision = {
		.result = RESULT_NOT_APPLICABLE,
		.reason = REASON_NOT_APPLICABLE,
		.reference = "K7Q2-9MXD-4H3C",
		.outcome = OUTCOME_NOT_MINE,
	};

	assert_true(reply_pairs_add(reply, VENDOR, &decision));
	assert_int_equal(count_pairs(reply), 2);
	assert_number(reply, REPLY_RESULT, RESULT_NOT_APPLICABLE);
	assert_number(reply, REPLY_REASON, REASON_NOT_APPLICABLE);
}

static void names_the_attribute_at_fault(void **state)
{
	RADIUS_PACKET *reply = *state;
	const struct decision decision = {
		.result = RESULT_UNDETERMINED,
		.reason = REASON_ATTRIBUTE_INVALID,
		.attribute = ATTR_DATE_OF_BIRTH,
	};

	assert_true(reply_pairs_add(reply, VENDOR, &decision));
	assert_text(reply, REPLY_ATTRIBUTE, VENDOR, "MigrantID-Date-of-Birth");
}

static void the_longest_texts_are_not_cut(void **state)
{
	RADIUS_PACKET *reply = *state;
	struct decision decision = { .result = RESULT_NO, .reason = REASON_NO_MATCH };

	for (size_t i = 0; i + 2 <= MESSAGE_MAX; i += 2) {
		memcpy(decision.remedy + i, "ж", 2);
		memcpy(decision.clerk + i, "ж", 2);
	}
	assert_int_equal(strlen(decision.remedy), MESSAGE_MAX);
	assert_true(reply_pairs_add(reply, VENDOR, &decision));
	assert_text(reply, REPLY_REMEDY, VENDOR, decision.remedy);
	assert_text(reply, PW_REPLY_MESSAGE, 0, decision.clerk);
}

static void a_date_past_32_bits_is_the_last_one(void **state)
{
	RADIUS_PACKET *reply = *state;
	struct decision decision = {
		.result = RESULT_YES, .reason = REASON_MATCH, .tells_source = true
	};

	decision.valid_until = INT64_C(1) << 32;
	assert_true(reply_pairs_add(reply, VENDOR, &decision));
	assert_number(reply, REPLY_VALID_UNTIL, UINT32_MAX);
}

static void no_date_before_1970_is_said(void **state)
{
	RADIUS_PACKET *reply = *state;
	struct decision decision = {
		.result = RESULT_YES, .reason = REASON_MATCH, .tells_source = true
	};

	decision.valid_until = -1;
	assert_true(reply_pairs_add(reply, VENDOR, &decision));
	assert_null(find(reply, REPLY_VALID_UNTIL, VENDOR));
}

static void a_second_instance_replaces_what_the_first_said(void **state)
{
	RADIUS_PACKET *reply = *state;
	const struct decision decision = {
		.result = RESULT_YES,
		.reason = REASON_MATCH,
		.reference = "2222-2222-2222",
		.clerk = "go",
	};

	struct decision first = full;

	first.attribute = ATTR_NATIONALITY;
	assert_true(reply_pairs_add(reply, VENDOR, &first));
	assert_true(reply_pairs_add(reply, VENDOR, &decision));
	assert_int_equal(count_pairs(reply), 5);
	assert_number(reply, REPLY_RESULT, RESULT_YES);
	assert_text(reply, PW_REPLY_MESSAGE, 0, "go");
	assert_octets(reply, PW_CLASS, "2222-2222-2222", 14);
}

static void what_others_said_stays(void **state)
{
	RADIUS_PACKET *reply = *state;
	VALUE_PAIR *pair = fr_pair_afrom_num(reply, PW_CLASS, 0);

	assert_non_null(pair);
	fr_pair_value_memcpy(pair, (const uint8_t *)"other", 5);
	fr_pair_add(&reply->vps, pair);
	assert_true(reply_pairs_add(reply, VENDOR, &full));
	assert_int_equal(count_pairs(reply), 12);
	assert_octets(reply, PW_CLASS, "other", 5);
}

#define OF_A_REPLY(test) cmocka_unit_test_setup_teardown(test, make_reply, free_reply)

int main(void)
{
	const struct CMUnitTest tests[] = {
		OF_A_REPLY(says_all_that_there_is),
		OF_A_REPLY(source_and_valid_until_are_told_only_where_wanted),
		OF_A_REPLY(leaves_out_what_is_not_said),
		OF_A_REPLY(names_the_attribute_at_fault),
		OF_A_REPLY(the_longest_texts_are_not_cut),
		OF_A_REPLY(a_date_past_32_bits_is_the_last_one),
		OF_A_REPLY(no_date_before_1970_is_said),
		OF_A_REPLY(a_second_instance_replaces_what_the_first_said),
		OF_A_REPLY(what_others_said_stays),
	};

	return cmocka_run_group_tests(tests, read_dictionary, forget_dictionary);
}
