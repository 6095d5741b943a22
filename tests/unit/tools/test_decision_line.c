/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "decision/record.h"
#include "tools/ctl/decision_line.h"

#define REFERENCE "1234-5678-9ABS"
#define HEAD "{\"time\":\"2026-11-26T05:40:36.123Z\",\"reference\":\"" REFERENCE "\","
#define YES "\"result\":\"Yes\",\"reason\":\"match\",\"source\":\"Service\","
#define TAIL "\"rules\":\"0123456789ab\",\"ms\":12,\"shop\":\"shop17\"}"
#define TEXT_HEAD "time=2026-11-26T05:40:36.123Z reference=" REFERENCE " "
#define TEXT_YES "result=Yes reason=match source=Service rules=0123456789ab ms=12 "

static enum line_kind read_line(const char *text, struct decision_line *out)
{
	return decision_line_read(text, strlen(text), out);
}

static void expect_yes(const char *text, const char *shop)
{
	struct decision_line line;

	assert_int_equal(read_line(text, &line), LINE_DECISION);
	assert_int_equal(line.time_ms, INT64_C(1795671636123));
	assert_string_equal(line.reference, REFERENCE);
	assert_string_equal(line.result, "Yes");
	assert_string_equal(line.reason, "match");
	assert_string_equal(line.source, "Service");
	assert_null(line.attribute);
	assert_string_equal(line.rules, "0123456789ab");
	assert_int_equal(line.took_ms, 12);
	assert_false(line.exempt);
	assert_string_equal(line.by, shop);
}

static void both_forms_are_read(void **state)
{
	(void)state;
	expect_yes(HEAD YES TAIL, "shop17");
	expect_yes(TEXT_HEAD TEXT_YES "shop=shop17", "shop17");
	expect_yes("Thu Nov 26 05:40:36 2026 : Info: migrantid: " TEXT_HEAD TEXT_YES
		   "shop=Kiosk 17, rule=of thumb",
		"Kiosk 17, rule=of thumb");
}

/* As the server writes them. */
static void what_the_server_writes_is_read(void **state)
{
	struct decision decision = { .result = RESULT_YES,
		.reason = REASON_MATCH,
		.source = SOURCE_SERVICE,
		.reference = REFERENCE,
		.rules_digest = "0123456789ab" };
	static const char shop[] = "Kiosk 17, \xc2\xabsouth\xc2\xbb";
	char text[RECORD_LINE_MAX];
	struct record record;
	size_t len;

	(void)state;
	record_make(&decision, (struct span){ shop, strlen(shop) }, INT64_C(1795671636123), 12345,
		&record);
	len = record_as_json(&record, text);
	text[len - 1] = '\0';
	expect_yes(text, shop);
	len = record_as_text(&record, text);
	text[len - 1] = '\0';
	expect_yes(text, shop);
}

static void an_exempt_sale_has_a_rule(void **state)
{
	struct decision_line line;

	(void)state;
	assert_int_equal(
		read_line(HEAD "\"result\":\"Exempt\",\"reason\":\"exempt\",\"source\":\"Rule\","
			       "\"rules\":\"-\",\"ms\":0,\"rule\":\"child-under-six\"}",
			&line),
		LINE_DECISION);
	assert_true(line.exempt);
	assert_string_equal(line.by, "child-under-six");
	assert_string_equal(line.rules, "");
	assert_int_equal(
		read_line(TEXT_HEAD "result=Exempt reason=exempt source=Rule rules=0123456789ab "
				    "ms=0 rule=child-under-six",
			&line),
		LINE_DECISION);
	assert_string_equal(line.by, "child-under-six");
}

static void a_request_at_fault_has_an_attribute(void **state)
{
	struct decision_line line;

	(void)state;
	assert_int_equal(
		read_line(HEAD "\"result\":\"Undetermined\",\"reason\":\"mrz-check-digit\","
			       "\"rules\":\"0123456789ab\",\"attribute\":\"MigrantID-MRZ\","
			       "\"ms\":0,\"shop\":\"shop17\"}",
			&line),
		LINE_DECISION);
	assert_null(line.source);
	assert_string_equal(line.attribute, "MigrantID-MRZ");
}

static void expect_none(const char *text, enum line_kind kind)
{
	struct decision_line line;

	if (read_line(text, &line) != kind)
		fail_msg("%s", text);
}

static void what_is_damaged_is_said_to_be(void **state)
{
	static const char *const lines[] = {
		"{",
		HEAD,
		HEAD YES,
		HEAD YES TAIL "x",
		HEAD YES HEAD YES TAIL,
		HEAD TAIL,
		HEAD "\"result\":\"Maybe\",\"reason\":\"match\"," TAIL,
		HEAD "\"result\":\"Yes\",\"reason\":\"why\"," TAIL,
		HEAD "\"result\":\"Yes\",\"reason\":\"match\",\"source\":\"Hearsay\"," TAIL,
		HEAD YES "\"attribute\":\"Name\"," TAIL,
		HEAD YES "\"rule\":\"diplomat\"," TAIL,
		HEAD "\"result\":\"Exempt\",\"reason\":\"exempt\"," TAIL,
		HEAD YES "\"ms\":12,\"rules\":\"0123456789ab\",\"shop\":7}",
		HEAD YES "\"ms\":-1,\"rules\":\"0123456789ab\",\"shop\":\"a\"}",
		HEAD YES "\"ms\":12,\"rules\":\"0123456789\",\"shop\":\"a\"}",
		HEAD YES "\"ms\":12,\"rules\":\"0123456789ab\",\"shop\":\"a\\nb\"}",
		"{\"time\":\"2026-11-26T05:40:36.123Z\",\"reference\":\"1234-5678-9AB0\"," YES TAIL,
		"{\"time\":\"2026-11-26T05:40:36.123Z\",\"reference\":\"1234-5678-9abs\"," YES TAIL,
		"{\"time\":\"2026-11-31T05:40:36.123Z\",\"reference\":\"" REFERENCE "\"," YES TAIL,
		"{\"time\":\"2026-11-26T05:40:36.1z3Z\",\"reference\":\"" REFERENCE "\"," YES TAIL,
		"{\"time\":\"2026-11-26T05:40:36Z\",\"reference\":\"" REFERENCE "\"," YES TAIL,
		"time=1013-11-26T05:40:36.123Z reference=" REFERENCE " " TEXT_YES "shop=shop17",
		TEXT_HEAD TEXT_YES "rule=diplomat",
		TEXT_HEAD TEXT_YES "rule=diplomat shop=shop17",
		TEXT_HEAD TEXT_YES "result=No shop=shop17",
		TEXT_HEAD TEXT_YES "height=180 shop=shop17",
		TEXT_HEAD "result=Exempt reason=exempt ms=0 rule=a shop=shop17",
		TEXT_HEAD "result=Yes",
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(lines); i++)
		expect_none(lines[i], LINE_DAMAGED);
}

static void what_is_not_ours_is_foreign(void **state)
{
	struct decision_line line;

	(void)state;
	expect_none("", LINE_FOREIGN);
	expect_none("Thu Nov 26 05:40:36 2026 : Info: Ready to process requests", LINE_FOREIGN);
	expect_none("reference=" REFERENCE, LINE_FOREIGN);
	assert_int_equal(decision_line_read("a\0b", 3, &line), LINE_FOREIGN);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(both_forms_are_read),
		cmocka_unit_test(what_the_server_writes_is_read),
		cmocka_unit_test(an_exempt_sale_has_a_rule),
		cmocka_unit_test(a_request_at_fault_has_an_attribute),
		cmocka_unit_test(what_is_damaged_is_said_to_be),
		cmocka_unit_test(what_is_not_ours_is_foreign),
	};

	return cmocka_run_group_tests_name("decision_line", tests, NULL, NULL);
}
