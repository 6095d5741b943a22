/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The path of a sale, with the parts behind it faked: see a_decider.h. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "a_decider.h"

/* Nobody is asked, nothing is looked up. */
static void by_itself(enum result result, enum reason reason)
{
	decide_for("shop", 0);
	decided(result, reason);
	assert_int_equal(stage.lookups + stage.inquiries, 0);
	assert_int_equal(stage.got.retry_after, 0);
}

static void what_is_clear_asks_nobody(void **state)
{
	(void)state;
	show(&stage.request, &(struct shown){ NULL });
	add(&stage.request, ATTR_DATE_OF_BIRTH, "1990-01-31");
	by_itself(RESULT_EXEMPT, REASON_EXEMPT);
	assert_string_equal(stage.got.rule, "belarus-citizen");
	assert_int_equal(stage.got.source, SOURCE_RULE);
	assert_int_equal(stage.got.outcome, OUTCOME_GO);

	show(&stage.request, &(struct shown){ .issuer = "RUS", .nationality = "RUS" });
	by_itself(RESULT_NOT_APPLICABLE, REASON_NOT_APPLICABLE);
	assert_int_equal(stage.got.outcome, OUTCOME_NOT_MINE);

	add(&stage.request, ATTR_NATIONALITY, "UZB");
	by_itself(RESULT_UNDETERMINED, REASON_ATTRIBUTE_MISSING);
	assert_int_not_equal(stage.got.attribute, ATTR_NONE);
	assert_int_equal(stage.got.outcome, OUTCOME_BAD_REQUEST);

	holder();
	add(&stage.request, ATTR_LANGUAGE, "ru");
	add(&stage.request, ATTR_DOCUMENT_EXPIRY, "tomorrow");
	by_itself(RESULT_UNDETERMINED, REASON_ATTRIBUTE_INVALID);
	assert_int_equal(stage.got.attribute, ATTR_DOCUMENT_EXPIRY);

	holder();
	stage.request.fields[0].value = (struct span){ "no-such-kind", 12 };
	by_itself(RESULT_UNDETERMINED, REASON_ATTRIBUTE_INVALID);
	assert_int_equal(stage.got.attribute, ATTR_DOCUMENT_TYPE);
}

static void a_zone_that_does_not_hold_is_named(void **state)
{
	(void)state;
	show(&stage.request, &(struct shown){ NULL });
	add(&stage.request, ATTR_NATIONALITY, "UZB");
	by_itself(RESULT_UNDETERMINED, REASON_MRZ_MISMATCH);
	assert_int_equal(stage.got.attribute, ATTR_NATIONALITY);
	assert_int_equal(stage.got.mrz_field, MRZ_NATIONALITY);
}

static struct answer answer_of(enum result result, enum reason reason)
{
	return (struct answer){ .result = result,
		.reason = reason,
		.issued_at = stage.bench.wall_s,
		.expires_at = stage.bench.wall_s + 3600 };
}

static void what_is_kept_asks_nobody(void **state)
{
	(void)state;
	stage.kept = true;
	stage.says.answer = answer_of(RESULT_YES, REASON_MATCH);
	holder();
	decide_for("shop", 0);
	decided(RESULT_YES, REASON_MATCH);
	assert_int_equal(stage.inquiries, 0);
	assert_int_equal(stage.got.source, SOURCE_CACHE);
	assert_int_equal(stage.got.valid_until, stage.bench.wall_s + 3600);

	stage.says.answer = answer_of(RESULT_NO, REASON_ID_LOCKED);
	holder();
	decide_for("shop", 0);
	decided(RESULT_NO, REASON_ID_LOCKED);
	assert_int_equal(stage.got.valid_until, 0);
	assert_int_equal(stage.got.outcome, OUTCOME_LOCKED);
}

static void an_answer_decides(void **state)
{
	(void)state;
	stage.says = (struct inquiry_result){ .outcome = INQUIRY_ANSWERED,
		.answer = answer_of(RESULT_YES, REASON_MATCH),
		.source = SOURCE_SHARED_CACHE };
	holder();
	decide_for("shop", 0);
	decided(RESULT_YES, REASON_MATCH);
	assert_int_equal(stage.lookups, 1);
	assert_int_equal(stage.inquiries, 1);
	assert_int_equal(stage.waited_ms, 1500);
	assert_int_equal(stage.got.source, SOURCE_SHARED_CACHE);
	assert_int_equal(stage.got.valid_until, stage.bench.wall_s + 3600);
	assert_int_equal(stage.asked.asked.form, SUBJECT_DOCUMENT);
	assert_string_equal(stage.asked.person.document.number, "FA1234567");
	assert_true(stage.asked.by_person);
	assert_false(stage.asked.asked.has_previous);
}

/* Of all that may come of an inquiry, only a verified answer is more than "ask again". */
static void without_an_answer_nobody_is_refused(void **state)
{
	static const struct {
		enum inquiry_outcome outcome;
		enum reason reason;
	} rows[] = {
		{ INQUIRY_PENDING, REASON_PENDING },
		{ INQUIRY_BUSY, REASON_SERVICE_BUSY },
		{ INQUIRY_TIMEOUT, REASON_SERVICE_TIMEOUT },
		{ INQUIRY_UNAVAILABLE, REASON_SERVICE_UNAVAILABLE },
		{ INQUIRY_REJECTED, REASON_ANSWER_REJECTED },
		{ INQUIRY_NOT_CONFIGURED, REASON_NOT_CONFIGURED },
		{ INQUIRY_REFUSED, REASON_QUESTION_REFUSED },
		{ INQUIRY_OUTAGE, REASON_SERVICE_OUTAGE },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		stage.says = (struct inquiry_result){ .outcome = rows[i].outcome,
			.answer = answer_of(RESULT_YES, REASON_MATCH) };
		holder();
		decide_for("shop", 0);
		decided(RESULT_UNDETERMINED, rows[i].reason);
		assert_int_equal(stage.got.outcome, OUTCOME_FAILED);
		assert_int_equal(stage.got.valid_until, 0);
		assert_int_equal(stage.got.retry_after, 2); /* as set */
		stage.says.retry_after = 17;
		holder();
		decide_for("shop", 0);
		assert_int_equal(stage.got.retry_after, 17);
	}
}

static void the_shop_must_be_named(void **state)
{
	char longest[SHOP_MAX + 2];

	(void)state;
	memset(longest, 's', sizeof(longest));
	longest[SHOP_MAX + 1] = '\0';
	for (int i = 0; i < 3; i++) {
		holder();
		decide_for(i == 1 ? longest : "", 0);
		decided(RESULT_UNDETERMINED, REASON_NOT_CONFIGURED);
	}
	assert_int_equal(stage.lookups + stage.inquiries, 0);
	assert_int_equal(stage.bench.heard.count, 1);
	assert_heard(&stage.bench.heard, "control:MigrantID-Shop");
	pass(&stage.bench, 59);
	holder();
	decide_for("", 0);
	assert_int_equal(stage.bench.heard.count, 1);
	pass(&stage.bench, 1);
	holder();
	decide_for("", 0);
	assert_int_equal(stage.bench.heard.count, 2);

	longest[SHOP_MAX] = '\0';
	holder();
	decide_for(longest, 0);
	assert_int_equal(stage.inquiries, 1);
}

/* What a shop may send is what the service takes and the site file allows it. */
static void forms_are_what_both_allow(void **state)
{
	(void)state;
	put_settings(
		&stage.bench, &(struct wish){ .service = "forms = [ \"document\", \"token\" ];" });
	reopen();
	add(&stage.request, ATTR_SUBJECT_TOKEN, "a-token");
	add(&stage.request, ATTR_CONSENT_TEXT, "ru-2025-01");
	decide_for("shop", 1u << SUBJECT_TOKEN | 1u << SUBJECT_TOKEN_DOCUMENT);
	assert_int_equal(stage.inquiries, 1);
	assert_int_equal(stage.asked.asked.form, SUBJECT_TOKEN);
	assert_false(stage.asked.by_person);

	holder();
	decide_for("shop", 1u << SUBJECT_TOKEN);
	decided(RESULT_UNDETERMINED, REASON_ATTRIBUTE_MISSING);
	assert_int_equal(stage.got.attribute, ATTR_SUBJECT_TOKEN);

	holder();
	add(&stage.request, ATTR_SUBJECT_TOKEN, "a-token");
	decide_for("shop", 1u << SUBJECT_TOKEN_DOCUMENT);
	decided(RESULT_UNDETERMINED, REASON_ATTRIBUTE_INVALID);
	assert_int_equal(stage.inquiries, 1);
}

/* That somebody was asked about elsewhere is told only where the operator wants it. */
static void the_source_is_told_where_it_is_set(void **state)
{
	(void)state;
	holder();
	decide_for("shop", 0);
	assert_false(stage.got.tells_source);
	put_settings(&stage.bench, &(struct wish){ .top = "reply = { source = true; };" });
	reopen();
	holder();
	decide_for("shop", 0);
	assert_true(stage.got.tells_source);
}

static void without_keeping_each_sale_asks(void **state)
{
	(void)state;
	put_settings(&stage.bench, &(struct wish){ .cache = "keep_yes = 0;" });
	reopen();
	holder();
	decide_for("shop", 0);
	assert_int_equal(stage.inquiries, 1);
	assert_false(stage.asked.by_person);
}

static void without_randomness_nothing_is_decided(void **state)
{
	(void)state;
	stage.kept = true;
	stage.says.answer = answer_of(RESULT_YES, REASON_MATCH);
	stage.no_randomness = true;
	holder();
	stage.request.count--; /* no sale id: one has to be drawn */
	decide_for("shop", 0);
	decided(RESULT_UNDETERMINED, REASON_SERVICE_UNAVAILABLE);
	assert_int_equal(stage.lookups + stage.inquiries, 0);
}

static void announce(int64_t seconds)
{
	const struct outage outage = { stage.bench.wall_s, stage.bench.wall_s + seconds };

	assert_true(outage_save(path_in(&stage.bench, "state/outage").text, &outage));
	(void)tick(&stage.bench);
}

/* Nothing is asked of the service, and nobody is refused: what decides by itself still does. */
static void in_an_outage_what_is_known_decides(void **state)
{
	(void)state;
	announce(3600);
	stage.says = (struct inquiry_result){ .outcome = INQUIRY_OUTAGE, .retry_after = 300 };
	show(&stage.request, &(struct shown){ NULL });
	add(&stage.request, ATTR_DATE_OF_BIRTH, "1990-01-31");
	by_itself(RESULT_EXEMPT, REASON_EXEMPT);

	stage.kept = true;
	stage.says.answer = answer_of(RESULT_YES, REASON_MATCH);
	holder();
	decide_for("shop", 0);
	decided(RESULT_YES, REASON_MATCH);

	stage.kept = false;
	holder();
	decide_for("shop", 0);
	decided(RESULT_UNDETERMINED, REASON_SERVICE_OUTAGE);
	assert_int_equal(stage.got.outcome, OUTCOME_FAILED);
	assert_int_equal(stage.got.retry_after, 300);
	assert_int_equal(stage.got.source, SOURCE_NONE);
	assert_int_not_equal(stage.got.remedy[0], '\0');

	stage.says = (struct inquiry_result){ .outcome = INQUIRY_ANSWERED,
		.answer = answer_of(RESULT_YES, REASON_MATCH),
		.source = SOURCE_SHARED_CACHE };
	holder();
	decide_for("shop", 0);
	decided(RESULT_YES, REASON_MATCH);

	/* One that was under way when it began. */
	stage.says = (struct inquiry_result){ .outcome = INQUIRY_PENDING };
	holder();
	decide_for("shop", 0);
	decided(RESULT_UNDETERMINED, REASON_PENDING);
}

/* A worker that waits for nothing hears `pending` of each question: in an outage without end. */
static void in_an_outage_who_does_not_wait_is_told(void **state)
{
	(void)state;
	put_settings(&stage.bench, &(struct wish){ .top = "waiting = { wait = 0; };" });
	reopen();
	announce(1000);
	stage.says = (struct inquiry_result){ .outcome = INQUIRY_PENDING, .retry_after = 1 };
	holder();
	decide_for("shop", 0);
	decided(RESULT_UNDETERMINED, REASON_SERVICE_OUTAGE);
	assert_int_equal(stage.got.retry_after, 300);
	pass(&stage.bench, 999);
	holder();
	decide_for("shop", 0);
	assert_int_equal(stage.got.retry_after, 1);
	pass(&stage.bench, 1); /* it ends by itself */
	holder();
	decide_for("shop", 0);
	decided(RESULT_UNDETERMINED, REASON_PENDING);
}

#define AT_A_STAGE(test) cmocka_unit_test_setup_teardown(test, stage_open, stage_close)

int main(void)
{
	const struct CMUnitTest tests[] = {
		AT_A_STAGE(what_is_clear_asks_nobody),
		AT_A_STAGE(a_zone_that_does_not_hold_is_named),
		AT_A_STAGE(what_is_kept_asks_nobody),
		AT_A_STAGE(an_answer_decides),
		AT_A_STAGE(without_an_answer_nobody_is_refused),
		AT_A_STAGE(the_shop_must_be_named),
		AT_A_STAGE(forms_are_what_both_allow),
		AT_A_STAGE(the_source_is_told_where_it_is_set),
		AT_A_STAGE(without_keeping_each_sale_asks),
		AT_A_STAGE(without_randomness_nothing_is_decided),
		AT_A_STAGE(in_an_outage_what_is_known_decides),
		AT_A_STAGE(in_an_outage_who_does_not_wait_is_told),
	};

	return cmocka_run_group_tests_name("decide", tests, NULL, NULL);
}
