/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "decision/record.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>
#include <jansson.h>

#define AT_MS INT64_C(1795671636123) /* 2026-11-26T05:40:36.123Z */

static struct decision decision;
static struct record record;
static char line[RECORD_LINE_MAX];

static int fresh(void **state)
{
	(void)state;
	decision = (struct decision){ .result = RESULT_YES,
		.reason = REASON_MATCH,
		.source = SOURCE_SERVICE,
		.reference = "K7Q2-9MXD-4H3C",
		.rules_digest = "0123456789ab",
		.valid_until = 1795671636 + 86400 };
	return 0;
}

static void make(const char *shop)
{
	record_make(&decision, (struct span){ shop, strlen(shop) }, AT_MS, 12999, &record);
}

static void as_json(const char *expected)
{
	size_t len = record_as_json(&record, line);
	json_t *read = json_loadb(line, len, 0, NULL);

	assert_string_equal(line, expected);
	assert_int_equal(len, strlen(expected));
	assert_non_null(read);
	json_decref(read);
}

static void as_text(const char *expected)
{
	assert_int_equal(record_as_text(&record, line), strlen(expected));
	assert_string_equal(line, expected);
}

static void a_yes_is_one_line_of_each_form(void **state)
{
	(void)state;
	make("shop17");
	as_json("{\"time\":\"2026-11-26T05:40:36.123Z\",\"reference\":\"K7Q2-9MXD-4H3C\","
		"\"result\":\"Yes\",\"reason\":\"match\",\"source\":\"Service\","
		"\"rules\":\"0123456789ab\",\"ms\":12,\"shop\":\"shop17\"}\n");
	as_text("time=2026-11-26T05:40:36.123Z reference=K7Q2-9MXD-4H3C result=Yes reason=match "
		"source=Service rules=0123456789ab ms=12 shop=shop17\n");
}

static void a_bad_request_names_its_attribute(void **state)
{
	(void)state;
	decision.result = RESULT_UNDETERMINED;
	decision.reason = REASON_ATTRIBUTE_INVALID;
	decision.source = SOURCE_NONE;
	decision.attribute = ATTR_MRZ;
	make("shop17");
	as_json("{\"time\":\"2026-11-26T05:40:36.123Z\",\"reference\":\"K7Q2-9MXD-4H3C\","
		"\"result\":\"Undetermined\",\"reason\":\"attribute-invalid\","
		"\"rules\":\"0123456789ab\",\"attribute\":\"MigrantID-MRZ\",\"ms\":12,"
		"\"shop\":\"shop17\"}\n");
	as_text("time=2026-11-26T05:40:36.123Z reference=K7Q2-9MXD-4H3C result=Undetermined "
		"reason=attribute-invalid rules=0123456789ab attribute=MigrantID-MRZ ms=12 "
		"shop=shop17\n");
}

/* "14:03, shop 17, diplomat" would be one buyer. */
static void an_exempt_sale_has_a_rule_and_no_shop(void **state)
{
	(void)state;
	decision.result = RESULT_EXEMPT;
	decision.reason = REASON_EXEMPT;
	decision.source = SOURCE_RULE;
	(void)strcpy(decision.rule, "diplomat");
	make("shop17");
	as_json("{\"time\":\"2026-11-26T05:40:36.123Z\",\"reference\":\"K7Q2-9MXD-4H3C\","
		"\"result\":\"Exempt\",\"reason\":\"exempt\",\"source\":\"Rule\","
		"\"rules\":\"0123456789ab\",\"ms\":12,\"rule\":\"diplomat\"}\n");
	(void)record_as_text(&record, line);
	assert_null(strstr(line, "shop"));
	assert_non_null(strstr(line, " rule=diplomat\n"));
}

static void others_have_no_rule(void **state)
{
	(void)state;
	(void)strcpy(decision.rule, "diplomat");
	make("shop17");
	(void)record_as_json(&record, line);
	assert_null(strstr(line, "diplomat"));
}

static void who_is_not_named_is_left_out(void **state)
{
	(void)state;
	make("");
	(void)record_as_json(&record, line);
	assert_null(strstr(line, "shop"));
	(void)record_as_text(&record, line);
	assert_null(strstr(line, "shop"));
}

/* A shop is called what a certificate says: neither a line nor JSON breaks of it. */
static void a_name_breaks_no_line(void **state)
{
	(void)state;
	make("a\"b\\c\nd\x7f\xff \xd0\xa8");
	(void)record_as_json(&record, line);
	assert_non_null(strstr(line, "\"shop\":\"a\\\"b\\\\c\\u000ad\\u007f\\ufffd \xd0\xa8\"}\n"));
	(void)record_as_text(&record, line);
	assert_non_null(strstr(line, "shop=a\"b\\c?d?\xff \xd0\xa8\n"));
	assert_ptr_equal(strchr(line, '\n'), line + strlen(line) - 1);
}

static void the_longest_fits(void **state)
{
	char shop[2 * SHOP_MAX];

	(void)state;
	decision.result = RESULT_NOT_APPLICABLE;
	decision.reason = REASON_ATTRIBUTE_UNREADABLE;
	decision.source = SOURCE_SHARED_CACHE;
	decision.attribute = ATTR_PLAIN_DOCUMENT_NUMBER;
	memset(shop, '\1', sizeof(shop));
	record_make(&decision, (struct span){ shop, sizeof(shop) }, INT64_C(253402300799999),
		INT64_MAX, &record);
	assert_int_equal(strlen(record.by), SHOP_MAX);
	assert_int_equal(line[record_as_json(&record, line) - 2], '}');
	assert_true(strlen(line) < RECORD_LINE_MAX - 64);
	/* A line of the server's log is cut at 511 octets (report.h). */
	assert_true(record_as_text(&record, line) < 511);
}

static void a_clock_that_stands_before_1970_does_no_harm(void **state)
{
	(void)state;
	record_make(&decision, (struct span){ "s", 1 }, -1, -1, &record);
	(void)record_as_json(&record, line);
	assert_non_null(strstr(line, "\"time\":\"-\""));
	assert_non_null(strstr(line, "\"ms\":0"));
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(a_yes_is_one_line_of_each_form, fresh),
		cmocka_unit_test_setup(a_bad_request_names_its_attribute, fresh),
		cmocka_unit_test_setup(an_exempt_sale_has_a_rule_and_no_shop, fresh),
		cmocka_unit_test_setup(others_have_no_rule, fresh),
		cmocka_unit_test_setup(who_is_not_named_is_left_out, fresh),
		cmocka_unit_test_setup(a_name_breaks_no_line, fresh),
		cmocka_unit_test_setup(the_longest_fits, fresh),
		cmocka_unit_test_setup(a_clock_that_stands_before_1970_does_no_harm, fresh),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
