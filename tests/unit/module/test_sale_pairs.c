/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "sale_pairs.h"

#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>

#define VENDOR 32473
#define OTHER_VENDOR 9

/* As the server makes them: a name for the dictionary's entry follows the structure. */
static const DICT_ATTR user_name = { .attr = PW_USER_NAME, .type = PW_TYPE_STRING };
static const DICT_ATTR user_password = { .attr = PW_USER_PASSWORD, .type = PW_TYPE_STRING };
static const DICT_ATTR state_attribute = { .attr = PW_STATE, .type = PW_TYPE_OCTETS };
static const DICT_ATTR document_number = { .vendor = VENDOR, .attr = 5, .type = PW_TYPE_STRING };
static const DICT_ATTR mrz = { .vendor = VENDOR, .attr = 9, .type = PW_TYPE_STRING };
static const DICT_ATTR accept_challenge = { .vendor = VENDOR, .attr = 14, .type = PW_TYPE_INTEGER };
static const DICT_ATTR hidden_token = { .vendor = VENDOR,
	.attr = 2,
	.type = PW_TYPE_STRING,
	.flags = { .encrypt = FLAG_ENCRYPT_USER_PASSWORD } };
/* Of an operator who took encrypt=1 out of the dictionary, because all shops use RadSec. */
static const DICT_ATTR open_token = { .vendor = VENDOR, .attr = 2, .type = PW_TYPE_STRING };
/* What the server makes of a pair of ours that is not as the dictionary says. */
static const DICT_ATTR undecoded = { .vendor = VENDOR, .attr = 14, .type = PW_TYPE_OCTETS };
static const DICT_ATTR unknown = { .vendor = VENDOR, .attr = 99, .type = PW_TYPE_OCTETS };
static const DICT_ATTR number_zero = { .vendor = VENDOR, .attr = 0, .type = PW_TYPE_OCTETS };
static const DICT_ATTR result = { .vendor = VENDOR, .attr = 20, .type = PW_TYPE_INTEGER };
static const DICT_ATTR others = { .vendor = OTHER_VENDOR, .attr = 5, .type = PW_TYPE_STRING };

static VALUE_PAIR text_pair(const DICT_ATTR *entry, const char *text, size_t len)
{
	return (VALUE_PAIR){ .da = entry, .vp_length = len, .data.strvalue = text };
}

static VALUE_PAIR number_pair(uint32_t number)
{
	return (VALUE_PAIR){ .da = &accept_challenge, .vp_length = 4, .data.integer = number };
}

static struct sale_pairs read_pairs(VALUE_PAIR *pairs, size_t count)
{
	struct sale_pairs out;

	for (size_t i = 0; i + 1 < count; i++)
		pairs[i].next = &pairs[i + 1];
	sale_pairs_read(count ? pairs : NULL, VENDOR, &out);
	return out;
}

static void assert_field(const struct sale_pairs *pairs, size_t index, enum attribute attribute,
	const char *value, size_t len)
{
	assert_true(index < pairs->count);
	assert_int_equal(pairs->fields[index].attribute, attribute);
	assert_int_equal(pairs->fields[index].value.len, len);
	if (len)
		assert_memory_equal(pairs->fields[index].value.data, value, len);
}

static void picks_what_concerns_a_sale(void **state)
{
	VALUE_PAIR pairs[] = {
		text_pair(&user_name, "shop-17", 7),
		text_pair(&user_password, "secret", 6),
		text_pair(&others, "other", 5),
		text_pair(&unknown, "x", 1),
		text_pair(&number_zero, "x", 1),
		text_pair(&result, "", 0),
		text_pair(&mrz, "one", 3),
		text_pair(&mrz, "two", 3),
		text_pair(&state_attribute, "\0\1\2", 3),
	};
	struct sale_pairs out = read_pairs(pairs, ARRAY_LEN(pairs));

	(void)state;
	assert_int_equal(out.count, 3);
	assert_field(&out, 0, ATTR_MRZ, "one", 3);
	assert_field(&out, 1, ATTR_MRZ, "two", 3);
	assert_field(&out, 2, ATTR_STATE, "\0\1\2", 3);
}

static void nothing_is_nothing(void **state)
{
	struct sale_pairs out = read_pairs(NULL, 0);

	(void)state;
	assert_int_equal(out.count, 0);
}

static void borrows_with_the_length_of_the_pair(void **state)
{
	static const char number[] = "AB\0CD";
	VALUE_PAIR pairs[] = {
		text_pair(&document_number, number, 5),
		text_pair(&document_number, number, 0),
	};
	struct sale_pairs out = read_pairs(pairs, ARRAY_LEN(pairs));

	(void)state;
	assert_field(&out, 0, ATTR_DOCUMENT_NUMBER, number, 5);
	assert_ptr_equal(out.fields[0].value.data, number);
	assert_field(&out, 1, ATTR_DOCUMENT_NUMBER, "", 0);
}

static void accept_challenge_is_said_in_words(void **state)
{
	VALUE_PAIR pairs[] = { number_pair(0), number_pair(1), number_pair(2),
		number_pair(UINT32_MAX) };
	struct sale_pairs out = read_pairs(pairs, ARRAY_LEN(pairs));

	(void)state;
	assert_field(&out, 0, ATTR_ACCEPT_CHALLENGE, "No", 2);
	assert_field(&out, 1, ATTR_ACCEPT_CHALLENGE, "Yes", 3);
	assert_field(&out, 2, ATTR_ACCEPT_CHALLENGE, "neither", 7);
	assert_field(&out, 3, ATTR_ACCEPT_CHALLENGE, "neither", 7);
}

/* Overlooked, it would be as if the shop had not said it. */
static void what_the_server_could_not_decode_is_passed_on(void **state)
{
	VALUE_PAIR pairs[] = { text_pair(&undecoded, "\0\0\1", 3) };
	struct sale_pairs out = read_pairs(pairs, ARRAY_LEN(pairs));

	(void)state;
	assert_int_equal(out.count, 1);
	assert_field(&out, 0, ATTR_ACCEPT_CHALLENGE, "\0\0\1", 3);
}

/* The server and radclient cut a hidden value at 128 octets. */
static void what_may_be_cut_is_refused(void **state)
{
	char token[240];
	VALUE_PAIR pairs[] = {
		text_pair(&hidden_token, token, 127),
		text_pair(&hidden_token, token, 128),
		text_pair(&hidden_token, token, 240),
		text_pair(&open_token, token, 240),
	};
	struct sale_pairs out = read_pairs(pairs, ARRAY_LEN(pairs));

	(void)state;
	memset(token, 'a', sizeof(token));
	out = read_pairs(pairs, ARRAY_LEN(pairs));
	assert_field(&out, 0, ATTR_SUBJECT_TOKEN, token, 127);
	assert_field(&out, 1, ATTR_SUBJECT_TOKEN, "", 0);
	assert_field(&out, 2, ATTR_SUBJECT_TOKEN, "", 0);
	assert_field(&out, 3, ATTR_SUBJECT_TOKEN, token, 240);
}

/* It is no part of anything, and what is wrong with it has a name. */
static void noise_is_passed_on_however_long(void **state)
{
	char noise[200];
	VALUE_PAIR pairs[] = { text_pair(&hidden_token, noise, sizeof(noise)) };
	struct sale_pairs out;

	(void)state;
	memset(noise, 0x93, sizeof(noise));
	out = read_pairs(pairs, ARRAY_LEN(pairs));
	assert_field(&out, 0, ATTR_SUBJECT_TOKEN, noise, sizeof(noise));
}

/* However many there are, those that are passed on hold one that is repeated too often. */
static void too_many_are_cut_but_not_hidden(void **state)
{
	VALUE_PAIR pairs[200];
	struct sale_pairs out;
	struct sale sale;
	struct sale_fault fault;

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(pairs); i++)
		pairs[i] = text_pair(&mrz, "P<UTO", 5);
	out = read_pairs(pairs, ARRAY_LEN(pairs));
	assert_int_equal(out.count, SALE_PAIRS_MAX);
	assert_false(
		sale_read(out.fields, out.count, &(struct sale_options){ false }, &sale, &fault));
	assert_int_equal(fault.reason, REASON_ATTRIBUTE_INVALID);
	assert_int_equal(fault.attribute, ATTR_MRZ);
}

static const DICT_ATTR plain_number = { .vendor = VENDOR, .attr = 105, .type = PW_TYPE_STRING };
static void twins_are_fields_of_their_own(void **state)
{
	VALUE_PAIR pairs[] = { text_pair(&plain_number, "FA1", 3) };
	struct sale_pairs out = read_pairs(pairs, ARRAY_LEN(pairs));

	(void)state;
	assert_int_equal(out.count, 1);
	assert_field(&out, 0, ATTR_PLAIN_DOCUMENT_NUMBER, "FA1", 3);
	assert_true(sale_pairs_want_protection(&out));
	pairs[0] = text_pair(&document_number, "FA1", 3);
	out = read_pairs(pairs, ARRAY_LEN(pairs));
	assert_false(sale_pairs_want_protection(&out));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(picks_what_concerns_a_sale),
		cmocka_unit_test(nothing_is_nothing),
		cmocka_unit_test(borrows_with_the_length_of_the_pair),
		cmocka_unit_test(accept_challenge_is_said_in_words),
		cmocka_unit_test(what_the_server_could_not_decode_is_passed_on),
		cmocka_unit_test(what_may_be_cut_is_refused),
		cmocka_unit_test(noise_is_passed_on_however_long),
		cmocka_unit_test(too_many_are_cut_but_not_hidden),
		cmocka_unit_test(twins_are_fields_of_their_own),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
