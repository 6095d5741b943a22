/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The pieces of a digital ID card: joined as they came, taken where nobody else can read them,
 * and with a sale id, for which the card was presented.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include "a_sale.h"

static const struct sale_options unprotected = { .today = { 2026, 5, 10 } };
static const struct sale_options protected = { .today = { 2026, 5, 10 }, .plain_allowed = true };

static void is_fault(const char *what, const struct request *request,
	const struct sale_options *options, enum reason reason, enum attribute attribute)
{
	struct sale_fault fault;
	struct sale sale;

	if (sale_read(request->fields, request->count, options, &sale, &fault))
		fail_msg("%s: read", what);
	if (fault.reason != reason || fault.attribute != attribute)
		fail_msg("%s: %s, %s", what, reason_name(fault.reason),
			attribute_name(fault.attribute));
	assert_true(sale_is_blank(&sale));
}

/* A sale with an id and `count` pieces of `piece`. */
static struct request with_pieces(const char *piece, size_t count)
{
	struct request request = { 0 };

	add(&request, ATTR_SALE_ID, "sale-1");
	for (size_t i = 0; i < count; i++)
		add(&request, ATTR_CREDENTIAL, piece);
	return request;
}

static void pieces_are_joined_in_order(void **state)
{
	struct request request = { 0 };
	struct sale_fault fault;
	struct sale sale;

	(void)state;
	add(&request, ATTR_CREDENTIAL, "eyJ.a_b-");
	add(&request, ATTR_DOCUMENT_TYPE, "P");
	add(&request, ATTR_CREDENTIAL, "1.x~");
	add(&request, ATTR_SALE_ID, "sale-1");
	add(&request, ATTR_CREDENTIAL, "~Z");
	assert_true(sale_read(request.fields, request.count, &protected, &sale, &fault));
	assert_string_equal(sale.credential, "eyJ.a_b-1.x~~Z");
	assert_null(sale.card);
}

static void it_is_refused_where_anybody_can_read_it(void **state)
{
	struct request request = with_pieces("a~b", 1);

	(void)state;
	is_fault("unprotected", &request, &unprotected, REASON_ATTRIBUTE_INVALID, ATTR_CREDENTIAL);
}

static void it_has_a_bound(void **state)
{
	static char longest[CREDENTIAL_TEXT_MAX + 1];
	struct request request = with_pieces("a", 16);
	struct sale_fault fault;
	struct sale sale;

	(void)state;
	assert_true(sale_read(request.fields, request.count, &protected, &sale, &fault));
	add(&request, ATTR_CREDENTIAL, "a");
	is_fault("17 pieces", &request, &protected, REASON_ATTRIBUTE_INVALID, ATTR_CREDENTIAL);
	memset(longest, 'a', sizeof(longest) - 1);
	request = with_pieces(longest, 1);
	assert_true(sale_read(request.fields, request.count, &protected, &sale, &fault));
	assert_int_equal(strlen(sale.credential), CREDENTIAL_TEXT_MAX);
	request = with_pieces(longest, 1);
	add(&request, ATTR_CREDENTIAL, "a");
	is_fault("3001 octets", &request, &protected, REASON_ATTRIBUTE_INVALID, ATTR_CREDENTIAL);
}

static void no_other_character_is_taken(void **state)
{
	static const char *const rows[] = { "", "a b", "a\n", "a=", "a+b", "\xff", "\xc3\xa4",
		"{}" };

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		struct request request = with_pieces(rows[i], 1), second = with_pieces("a", 1);

		add(&second, ATTR_CREDENTIAL, rows[i]);
		is_fault(rows[i], &request, &protected, REASON_ATTRIBUTE_INVALID, ATTR_CREDENTIAL);
		is_fault(rows[i], &second, &protected, REASON_ATTRIBUTE_INVALID, ATTR_CREDENTIAL);
	}
}

static void it_stands_in_the_place_of_a_token(void **state)
{
	struct request hidden = with_pieces("a", 1), plain = with_pieces("a", 1);

	(void)state;
	add(&hidden, ATTR_SUBJECT_TOKEN, "c2VjcmV0");
	is_fault("a token", &hidden, &protected, REASON_ATTRIBUTE_INVALID, ATTR_CREDENTIAL);
	add(&plain, ATTR_PLAIN_SUBJECT_TOKEN, "c2VjcmV0");
	is_fault("a token", &plain, &protected, REASON_ATTRIBUTE_INVALID, ATTR_CREDENTIAL);
}

static void it_wants_a_sale_id(void **state)
{
	struct request request = { 0 };

	(void)state;
	add(&request, ATTR_CREDENTIAL, "a");
	is_fault("no id", &request, &protected, REASON_ATTRIBUTE_MISSING, ATTR_SALE_ID);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(pieces_are_joined_in_order),
		cmocka_unit_test(it_is_refused_where_anybody_can_read_it),
		cmocka_unit_test(it_has_a_bound),
		cmocka_unit_test(no_other_character_is_taken),
		cmocka_unit_test(it_stands_in_the_place_of_a_token),
		cmocka_unit_test(it_wants_a_sale_id),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
