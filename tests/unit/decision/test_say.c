/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "decision/say.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <sys/types.h>

#include <cmocka.h>

#include "../heard.h"

#define TEXT_MAX 32768

static struct settings settings;
static struct snapshot snapshot = { .settings = &settings };
static struct rule_set *rules;
static struct messages *messages;

/* Every clerk's text as long as it may be. */
static int set_up(void **state)
{
	char text[TEXT_MAX];
	struct heard heard;
	struct reporter reporter = heard_by(&heard);
	size_t n = (size_t)snprintf(text, sizeof(text),
		"default = \"en\"; languages = {\n"
		"ru = { attribute-invalid = { clerk = \"ru\"; }; };\n"
		"en = {\n");

	(void)state;
#define AS_ENTRY(symbol, number, name)                                                             \
	n += (size_t)snprintf(text + n, sizeof(text) - n,                                          \
		"%s = { clerk = \"%0*d\"; remedy = \"r\"; };\n", name,                             \
		reason_is_bad_request(symbol) || (symbol) == REASON_SERVICE_OUTAGE                 \
			? MESSAGE_MAX_BEFORE_DETAIL                                                \
			: MESSAGE_MAX,                                                             \
		0);
	REASONS(AS_ENTRY)
#undef AS_ENTRY
	(void)snprintf(text + n, sizeof(text) - n, "}; };\n");
	messages = messages_parse(text, "messages.cfg", &reporter);
	rules = rules_parse("home = \"RUS\"; rules = ( );", "rules.cfg", &reporter);
	if (messages == NULL || rules == NULL)
		fail_msg("%s", heard.text);
	snapshot.messages = messages;
	snapshot.rules = rules;
	return 0;
}

static int tear_down(void **state)
{
	(void)state;
	messages_free(messages);
	rules_free(rules);
	return 0;
}

static bool ends_with(const char *text, const char *ending)
{
	size_t len = strlen(text), ending_len = strlen(ending);

	return len >= ending_len && strcmp(text + len - ending_len, ending) == 0;
}

static bool no_randomness;

ssize_t __real_getrandom(void *buffer, size_t len, unsigned flags);
ssize_t __wrap_getrandom(void *buffer, size_t len, unsigned flags);
ssize_t __wrap_getrandom(void *buffer, size_t len, unsigned flags)
{
	return no_randomness ? -1 : __real_getrandom(buffer, len, flags);
}

/* Nothing to be found in the log is still said, and nothing that looks like a reference. */
static void without_randomness_there_is_no_reference(void **state)
{
	struct decision decision = { .result = RESULT_UNDETERMINED,
		.reason = REASON_SERVICE_UNAVAILABLE };

	(void)state;
	no_randomness = true;
	say(&snapshot, NULL, 0, &decision);
	no_randomness = false;
	assert_string_equal(decision.reference, "none");
	say(&snapshot, NULL, 0, &decision);
	assert_int_equal(strlen(decision.reference), REFERENCE_LEN);
}

/* Behind the longest text the longest names stand whole, and all of it is one attribute. */
static void what_is_put_behind_a_text_stands_whole(void **state)
{
	(void)state;
	for (enum attribute a = ATTR_NONE + 1; a < ATTRIBUTES; a++) {
		for (int field = MRZ_FIELD_NONE; field < MRZ_FIELDS; field++) {
			struct decision decision = { .result = RESULT_UNDETERMINED,
				.reason = REASON_ATTRIBUTE_INVALID,
				.attribute = a,
				.mrz_field = (enum mrz_field)field };
			char ending[128];

			(void)snprintf(ending, sizeof(ending),
				field == MRZ_FIELD_NONE ? ": %s" : ": %s (%s)", attribute_name(a),
				mrz_field_name((enum mrz_field)field));
			say(&snapshot, NULL, 0, &decision);
			assert_true(ends_with(decision.clerk, ending));
			assert_int_equal(
				strlen(decision.clerk), MESSAGE_MAX_BEFORE_DETAIL + strlen(ending));
			assert_true(strlen(decision.clerk) <= REPLY_TEXT_MAX);
		}
	}
}

/* As the clocks in the shop show it, and only of an outage. */
static void an_outage_says_its_end(void **state)
{
	struct decision outage = { .result = RESULT_UNDETERMINED, .reason = REASON_SERVICE_OUTAGE },
			other = { .result = RESULT_UNDETERMINED, .reason = REASON_SERVICE_TIMEOUT };

	(void)state;
	snapshot.zone = g_time_zone_new_identifier("Europe/Moscow");
	snapshot.outage = (struct outage){ 1795680000, 1795701540 }; /* 2026-11-26T13:59:00Z */
	say(&snapshot, NULL, 0, &outage);
	say(&snapshot, NULL, 0, &other);
	assert_true(ends_with(outage.clerk, "0: 2026-11-26 16:59"));
	assert_int_equal(strlen(other.clerk), MESSAGE_MAX);
	/* Taken back in this moment. */
	snapshot.outage = (struct outage){ 0 };
	say(&snapshot, NULL, 0, &outage);
	assert_int_equal(strlen(outage.clerk), MESSAGE_MAX_BEFORE_DETAIL);
	g_time_zone_unref(snapshot.zone);
	snapshot.zone = NULL;
}

/* Of a request that is at fault in whatever else; of several the first. */
static void the_language_is_found_whatever_else_there_is(void **state)
{
	static const struct sale_field fields[] = {
		{ ATTR_NONE, { "x", 1 } },
		{ ATTR_NATIONALITY, { "\xff", 1 } },
		{ ATTR_LANGUAGE, { "ru_RU", 5 } },
		{ ATTR_LANGUAGE, { "en", 2 } },
	};
	struct decision decision = { .result = RESULT_UNDETERMINED,
		.reason = REASON_ATTRIBUTE_INVALID,
		.attribute = ATTR_NATIONALITY };

	(void)state;
	say(&snapshot, fields, ARRAY_LEN(fields), &decision);
	assert_string_equal(decision.clerk, "ru: MigrantID-Nationality");
}

/* The log speaks of every sale by a reference, whoever decided it. */
static void every_decision_has_a_reference(void **state)
{
	static const struct {
		enum result result;
		enum reason reason;
	} rows[] = { { RESULT_NOT_APPLICABLE, REASON_NOT_APPLICABLE }, { RESULT_YES, REASON_MATCH },
		{ RESULT_EXEMPT, REASON_EXEMPT }, { RESULT_NO, REASON_NOT_ENROLLED } };

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		struct decision decision = { .result = rows[i].result, .reason = rows[i].reason };

		say(&snapshot, NULL, 0, &decision);
		assert_int_equal(strlen(decision.reference), REFERENCE_LEN);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(without_randomness_there_is_no_reference),
		cmocka_unit_test(what_is_put_behind_a_text_stands_whole),
		cmocka_unit_test(an_outage_says_its_end),
		cmocka_unit_test(the_language_is_found_whatever_else_there_is),
		cmocka_unit_test(every_decision_has_a_reference),
	};

	return cmocka_run_group_tests(tests, set_up, tear_down);
}
