/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The attributes that are hidden on the wire: what comes out as noise is named, and their twins
 * are taken only where the way is protected otherwise.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include "a_sale.h"

static const struct sale_options unprotected = { .today = { 2026, 5, 10 } };
static const struct sale_options protected = { .today = { 2026, 5, 10 }, .plain_allowed = true };

#define AS_PAIR(hidden, twin) { hidden, twin },
static const struct {
	enum attribute hidden, twin;
} pairs[] = { HIDDEN_ATTRIBUTES(AS_PAIR) };
#undef AS_PAIR

static const struct told hidden_sale[] = {
	{ ATTR_SUBJECT_TOKEN, "c2VjcmV0" },
	{ ATTR_DOCUMENT_NUMBER, "MP1234567" },
	{ ATTR_DATE_OF_BIRTH, "1990-01-31" },
	{ ATTR_NONE, NULL },
};

static const struct told plain_sale[] = {
	{ ATTR_PLAIN_SUBJECT_TOKEN, "c2VjcmV0" },
	{ ATTR_PLAIN_DOCUMENT_NUMBER, "MP1234567" },
	{ ATTR_PLAIN_DATE_OF_BIRTH, "1990-01-31" },
	{ ATTR_NONE, NULL },
};

static void expect_fault(const char *what, const struct request *request,
	const struct sale_options *options, enum reason reason, enum attribute attribute)
{
	struct sale sale;
	struct sale_fault fault;

	if (sale_read(request->fields, request->count, options, &sale, &fault))
		fail_msg("%s: read", what);
	if (fault.reason != reason || fault.attribute != attribute)
		fail_msg("%s: %s, %s", what, reason_name(fault.reason),
			attribute_name(fault.attribute));
	assert_true(sale_is_blank(&sale));
}

static struct sale expect_read(const struct request *request)
{
	struct sale sale;
	struct sale_fault fault;

	if (!sale_read(request->fields, request->count, &protected, &sale, &fault))
		fail_msg("%s, %s", reason_name(fault.reason), attribute_name(fault.attribute));
	return sale;
}

static void twins_say_the_same_on_a_protected_way(void **state)
{
	struct request hidden = { 0 }, plain = { 0 };
	struct sale one, other;

	(void)state;
	add_all(&hidden, hidden_sale);
	show(&hidden, &mrz_default);
	add_all(&plain, plain_sale);
	make_mrz(&mrz_default, plain.mrz);
	add(&plain, ATTR_PLAIN_MRZ, plain.mrz[0]);
	add(&plain, ATTR_PLAIN_MRZ, plain.mrz[1]);
	one = expect_read(&hidden);
	other = expect_read(&plain);
	assert_string_equal(other.token, "c2VjcmV0");
	assert_string_equal(other.person.document.number, "MP1234567");
	assert_int_equal(other.person.birth.year, 1990);
	assert_int_equal(other.mrz.kind, MRZ_TD3);
	for (size_t i = 0; i < ARRAY_LEN(pairs); i++) {
		assert_int_equal(sale_told(&one, pairs[i].hidden), pairs[i].hidden);
		assert_int_equal(sale_told(&other, pairs[i].hidden), pairs[i].twin);
	}
	assert_int_equal(sale_told(&other, ATTR_NATIONALITY), ATTR_NATIONALITY);
	other.plain = one.plain;
	assert_memory_equal(&one, &other, sizeof(one));
}

static void a_twin_on_another_way_is_refused_by_name(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(pairs); i++) {
		struct request request = { 0 };

		add(&request, pairs[i].twin, "1990-01-31");
		expect_fault(
			"twin", &request, &unprotected, REASON_ATTRIBUTE_INVALID, pairs[i].twin);
	}
}

static void both_forms_together_are_refused(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(pairs); i++) {
		struct request request = { 0 }, turned = { 0 };

		add(&request, pairs[i].hidden, "1990-01-31");
		add(&request, pairs[i].twin, "1990-01-31");
		add(&turned, pairs[i].twin, "1990-01-31");
		add(&turned, pairs[i].hidden, "1990-01-31");
		expect_fault("both", &request, &protected, REASON_ATTRIBUTE_INVALID, pairs[i].twin);
		expect_fault("both, turned", &turned, &protected, REASON_ATTRIBUTE_INVALID,
			pairs[i].twin);
	}
}

/* The shop is told of the attribute that it has sent. */
static void faults_of_a_twin_name_the_twin(void **state)
{
	static const struct told rows[] = {
		{ ATTR_PLAIN_SUBJECT_TOKEN, "a b" },
		{ ATTR_PLAIN_DOCUMENT_NUMBER, "AB/123" },
		{ ATTR_PLAIN_DATE_OF_BIRTH, "31.01.1990" },
		{ ATTR_PLAIN_MRZ, "P<" },
		{ ATTR_PLAIN_DOCUMENT_NUMBER, "" },
	};
	struct request repeated = { 0 }, differing = { 0 };

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		struct request request = { 0 };

		add(&request, rows[i].attribute, rows[i].text);
		expect_fault(rows[i].text, &request, &protected, REASON_ATTRIBUTE_INVALID,
			rows[i].attribute);
	}
	add_all(&repeated, plain_sale);
	add(&repeated, ATTR_PLAIN_DATE_OF_BIRTH, "1990-01-31");
	expect_fault("repeated", &repeated, &protected, REASON_ATTRIBUTE_INVALID,
		ATTR_PLAIN_DATE_OF_BIRTH);
	show(&differing, &mrz_default);
	add(&differing, ATTR_PLAIN_DOCUMENT_NUMBER, "MP7654321");
	expect_fault("differing", &differing, &protected, REASON_MRZ_MISMATCH,
		ATTR_PLAIN_DOCUMENT_NUMBER);
}

static const char *const noise[] = { "\x93\x1f\xe8qZ\x07\xba\x55", "\xff", "FA123\x01", "A\xc2",
	"\x7f", "\xc2\x85" };

static void noise_in_a_hidden_attribute_is_called_that(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(pairs); i++) {
		for (size_t j = 0; j < ARRAY_LEN(noise); j++) {
			struct request request = { 0 };

			/* Whatever else is at fault: no one corrects a field for that. */
			add(&request, ATTR_NATIONALITY, "Germany");
			add(&request, pairs[i].hidden, "");
			add(&request, pairs[i].hidden, noise[j]);
			expect_fault("noise", &request, &unprotected, REASON_ATTRIBUTE_UNREADABLE,
				pairs[i].hidden);
		}
	}
}

static void noise_elsewhere_is_a_fault_of_that_field(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(noise); i++) {
		struct request sale_id = { 0 }, twin = { 0 };

		add(&sale_id, ATTR_SALE_ID, noise[i]);
		expect_fault("id", &sale_id, &protected, REASON_ATTRIBUTE_INVALID, ATTR_SALE_ID);
		add(&twin, ATTR_PLAIN_DOCUMENT_NUMBER, noise[i]);
		expect_fault("twin", &twin, &protected, REASON_ATTRIBUTE_INVALID,
			ATTR_PLAIN_DOCUMENT_NUMBER);
	}
}

/* People type what they see, and whoever hides properly may be wrong in other ways. */
static void text_in_a_hidden_attribute_is_no_noise(void **state)
{
	static const struct told rows[] = {
		{ ATTR_DOCUMENT_NUMBER, "AB/123" },
		{ ATTR_DOCUMENT_NUMBER, "\xce\x91"
					"123" },
		{ ATTR_SUBJECT_TOKEN, "\xd1\x88" },
		{ ATTR_DATE_OF_BIRTH, "31.01.1990" },
	};
	struct request cyrillic = { 0 };

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		struct request request = { 0 };

		add(&request, rows[i].attribute, rows[i].text);
		expect_fault(rows[i].text, &request, &unprotected, REASON_ATTRIBUTE_INVALID,
			rows[i].attribute);
	}
	add(&cyrillic, ATTR_DOCUMENT_NUMBER, "82 \xe2\x84\x96 1234567");
	(void)expect_read(&cyrillic);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(twins_say_the_same_on_a_protected_way),
		cmocka_unit_test(a_twin_on_another_way_is_refused_by_name),
		cmocka_unit_test(both_forms_together_are_refused),
		cmocka_unit_test(faults_of_a_twin_name_the_twin),
		cmocka_unit_test(noise_in_a_hidden_attribute_is_called_that),
		cmocka_unit_test(noise_elsewhere_is_a_fault_of_that_field),
		cmocka_unit_test(text_in_a_hidden_attribute_is_no_noise),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
