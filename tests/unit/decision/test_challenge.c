/* SPDX-License-Identifier: GPL-2.0-or-later */
/* When a decision carries a State, and whose is taken back, while the operator's key changes. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "a_decider.h"
#include "decision/challenge_state.h"

static uint8_t ticket[DECISION_STATE_MAX];

/* A sale at a till that takes challenges, with the State it was given. */
static void at_a_till(size_t state_len)
{
	holder();
	add(&stage.request, ATTR_ACCEPT_CHALLENGE, "Yes");
	if (state_len > 0)
		stage.request.fields[stage.request.count++] =
			(struct sale_field){ ATTR_STATE, { (const char *)ticket, state_len } };
}

static void decide_and_keep_state(void)
{
	decide_for("shop", 0);
	memcpy(ticket, stage.got.state, sizeof(ticket));
}

static void only_what_is_pending_is_a_challenge(void **state)
{
	(void)state;
	for (int outcome = INQUIRY_PENDING; outcome <= INQUIRY_OUTAGE; outcome++) {
		stage.says = (struct inquiry_result){ .outcome = (enum inquiry_outcome)outcome };
		at_a_till(0);
		decide_for("shop", 0);
		assert_int_equal(stage.got.state_len > 0, outcome == INQUIRY_PENDING);
		assert_int_equal(stage.got.outcome,
			outcome == INQUIRY_PENDING ? OUTCOME_ASK_AGAIN : OUTCOME_FAILED);
	}
	stage.says = (struct inquiry_result){ .outcome = INQUIRY_PENDING };
	holder();
	decide_for("shop", 0);
	assert_int_equal(stage.got.state_len, 0);
	assert_int_equal(stage.got.outcome, OUTCOME_FAILED);
}

/* What is behind whole seconds of Retry-After: nobody comes back to any other reply. */
static void only_a_challenge_is_held_back(void **state)
{
	(void)state;
	stage.says = (struct inquiry_result){
		.outcome = INQUIRY_PENDING, .retry_after = 1, .hold_ms = 300
	};
	at_a_till(0);
	decide_for("shop", 0);
	assert_int_equal(stage.got.retry_after, 1);
	assert_int_equal(stage.got.hold_ms, 300);
	holder();
	decide_for("shop", 0);
	assert_int_equal(stage.got.hold_ms, 0);
}

static void a_state_is_taken_back_until_it_expires(void **state)
{
	(void)state;
	stage.says = (struct inquiry_result){ .outcome = INQUIRY_PENDING };
	at_a_till(0);
	decide_and_keep_state();
	pass(&stage.bench, 599); /* state_lifetime is 600 */
	at_a_till(stage.got.state_len);
	decide_for("shop", 0);
	decided(RESULT_UNDETERMINED, REASON_PENDING);
	pass(&stage.bench, 1);
	at_a_till(stage.got.state_len);
	decide_for("shop", 0);
	decided(RESULT_UNDETERMINED, REASON_ATTRIBUTE_INVALID);
	assert_int_equal(stage.got.attribute, ATTR_STATE);
}

static void anothers_state_asks_nobody(void **state)
{
	(void)state;
	stage.says = (struct inquiry_result){ .outcome = INQUIRY_PENDING };
	at_a_till(0);
	decide_and_keep_state();
	at_a_till(stage.got.state_len);
	decide_for("another", 0);
	decided(RESULT_UNDETERMINED, REASON_ATTRIBUTE_INVALID);
	assert_int_equal(stage.got.attribute, ATTR_STATE);
	assert_int_equal(stage.inquiries, 1);
	assert_int_equal(stage.lookups, 1);
}

static void rotate(const char *previous)
{
	put(&stage.bench, "previous.key", previous);
	put(&stage.bench, "person.key", KEY_B "\n");
	put_settings(&stage.bench, &(struct wish){ NULL });
	if (previous[0] != '\0') {
		char *text = conf_slurp(path_in(&stage.bench, "migrantid.cfg").text,
			SETTINGS_FILE_MAX, &(size_t){ 0 }, NULL);
		char *at = strstr(text, "time_zone");
		char changed[2048];

		(void)snprintf(changed, sizeof(changed),
			"%.*sperson_key_previous_file = \"previous.key\"; %s", (int)(at - text),
			text, at);
		put(&stage.bench, "migrantid.cfg", changed);
		free(text);
	}
	reopen();
}

/* The sale goes on under the key that it began with: the same pseudonym, the same question. */
static void a_state_of_the_previous_key_serves(void **state)
{
	struct question first;

	(void)state;
	stage.says = (struct inquiry_result){ .outcome = INQUIRY_PENDING };
	at_a_till(0);
	decide_and_keep_state();
	first = stage.asked;
	rotate(KEY_A "\n");
	at_a_till(stage.got.state_len);
	decide_for("shop", 0);
	decided(RESULT_UNDETERMINED, REASON_PENDING);
	assert_string_equal(stage.asked.asked.txn, first.asked.txn);
	assert_string_equal(stage.asked.asked.sbj.text, first.asked.sbj.text);

	holder();
	decide_for("shop", 0);
	assert_string_not_equal(stage.asked.asked.sbj.text, first.asked.sbj.text);
	assert_true(stage.asked.asked.has_previous);
	assert_string_equal(stage.asked.asked.previous.text, first.asked.sbj.text);

	rotate("");
	at_a_till(STATE_LEN);
	decide_for("shop", 0);
	decided(RESULT_UNDETERMINED, REASON_ATTRIBUTE_INVALID);
}

/* The other key is for what was begun under it, and no way out of a fault of ours. */
static void without_a_state_only_the_current_key_counts(void **state)
{
	(void)state;
	stage.says = (struct inquiry_result){ .outcome = INQUIRY_PENDING };
	rotate(KEY_A "\n");
	stage.pseudonyms_failing = 1;
	at_a_till(0);
	decide_for("shop", 0);
	decided(RESULT_UNDETERMINED, REASON_SERVICE_UNAVAILABLE);
	assert_int_equal(stage.inquiries, 0);
	assert_int_equal(stage.pseudonyms_failing, 0);
	at_a_till(0);
	decide_for("shop", 0);
	assert_int_equal(stage.inquiries, 1);
}

#define AT_A_STAGE(test) cmocka_unit_test_setup_teardown(test, stage_open, stage_close)

int main(void)
{
	const struct CMUnitTest tests[] = {
		AT_A_STAGE(only_what_is_pending_is_a_challenge),
		AT_A_STAGE(only_a_challenge_is_held_back),
		AT_A_STAGE(a_state_is_taken_back_until_it_expires),
		AT_A_STAGE(anothers_state_asks_nobody),
		AT_A_STAGE(a_state_of_the_previous_key_serves),
		AT_A_STAGE(without_a_state_only_the_current_key_counts),
	};

	return cmocka_run_group_tests_name("challenge", tests, NULL, NULL);
}
