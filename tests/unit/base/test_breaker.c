/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/breaker.h"

enum event { ASKED, PROBED, SUCCESS, FAILED, PROBE_SUCCESS, PROBE_FAILED, PROBE_ABANDONED };

/* What happens, when, what it returns, and what is to be seen afterwards at `seen_at`. */
struct step {
	int64_t at;
	enum event event;
	bool changes; /* breaker_ended() opened or closed it */
	int64_t seen_at;
	bool allowed;
	int64_t rest;
};

static const struct breaker_limits limits = { .failures = 3,
	.pause_ms = 1000,
	.pause_max_ms = 3000 };

static bool happens(struct breaker *breaker, const struct step *step, unsigned jitter)
{
	static const struct {
		bool probe;
		enum breaker_outcome outcome;
	} ends[] = {
		[SUCCESS] = { false, BREAKER_SUCCESS },
		[FAILED] = { false, BREAKER_FAILURE },
		[PROBE_SUCCESS] = { true, BREAKER_SUCCESS },
		[PROBE_FAILED] = { true, BREAKER_FAILURE },
		[PROBE_ABANDONED] = { true, BREAKER_ABANDONED },
	};

	if (step->event == ASKED || step->event == PROBED) {
		assert_int_equal(breaker_ask(breaker, step->at), step->event == PROBED);
		return false;
	}
	return breaker_ended(
		breaker, step->at, jitter, ends[step->event].probe, ends[step->event].outcome);
}

static void play(const struct step *steps, size_t count, unsigned jitter)
{
	struct breaker breaker;

	breaker_init(&breaker, &limits);
	assert_true(breaker_allows(&breaker, 0));
	for (size_t i = 0; i < count; i++) {
		const struct step *step = &steps[i];

		if (happens(&breaker, step, jitter) != step->changes)
			fail_msg("step %zu: changes is not %d", i, step->changes);
		if (breaker_allows(&breaker, step->seen_at) != step->allowed)
			fail_msg("step %zu: allowed is not %d", i, step->allowed);
		if (breaker_rest_ms(&breaker, step->seen_at) != step->rest)
			fail_msg("step %zu: rests for %lld", i,
				(long long)breaker_rest_ms(&breaker, step->seen_at));
	}
}
#define PLAY(steps, jitter) play((steps), ARRAY_LEN(steps), (jitter))

static void test_opens_after_failures_in_a_row(void **state)
{
	static const struct step steps[] = {
		{ 0, FAILED, false, 0, true, 0 },
		{ 10, FAILED, false, 10, true, 0 },
		{ 20, SUCCESS, false, 20, true, 0 }, /* breaks the row */
		{ 30, FAILED, false, 30, true, 0 },
		{ 40, FAILED, false, 40, true, 0 },
		{ 50, FAILED, true, 50, false, 1000 },
		{ 60, FAILED, false, 1049, false, 1 }, /* a late one changes nothing */
		{ 70, SUCCESS, false, 1049, false, 1 }, /* of either kind */
		{ 60, FAILED, false, 1050, true, 0 },
	};

	(void)state;
	PLAY(steps, 0);
}

static void test_one_probe_at_a_time(void **state)
{
	static const struct step steps[] = {
		{ 0, ASKED, false, 0, true, 0 }, /* none while it is closed */
		{ 0, FAILED, false, 0, true, 0 }, { 0, FAILED, false, 0, true, 0 },
		{ 0, FAILED, true, 999, false, 1 },
		{ 1000, PROBED, false, 1000, false, 0 }, /* the probe is out */
		{ 1000, ASKED, false, 9000, false, 0 },
		{ 1100, PROBE_ABANDONED, false, 1100, true, 0 },
		{ 1200, PROBED, false, 1200, false, 0 },
		{ 1300, PROBE_SUCCESS, true, 1300, true, 0 },
		{ 1300, FAILED, false, 1300, true, 0 }, /* closed: counts from one again */
	};

	(void)state;
	PLAY(steps, 0);
}

/* What was asked before it opened, and ends while the probe is out, is not the probe. */
static void test_older_attempts_are_not_the_probe(void **state)
{
	static const struct step steps[] = {
		{ 0, FAILED, false, 0, true, 0 },
		{ 0, FAILED, false, 0, true, 0 },
		{ 0, FAILED, true, 0, false, 1000 },
		{ 1000, PROBED, false, 1000, false, 0 },
		{ 1100, FAILED, false, 1100, false, 0 },
		{ 1200, SUCCESS, false, 1200, false, 0 },
		{ 1300, PROBE_FAILED, false, 1300, false, 2000 }, /* doubled once */
		{ 3300, PROBED, false, 3300, false, 0 },
		{ 3400, FAILED, false, 3400, false, 0 },
		{ 3500, PROBE_SUCCESS, true, 3500, true, 0 },
		{ 3500, FAILED, false, 3500, true, 0 },
		{ 3500, FAILED, false, 3500, true, 0 },
		{ 3500, FAILED, true, 3500, false, 1000 },
	};

	(void)state;
	PLAY(steps, 0);
}

static void test_pauses_double_up_to_a_bound(void **state)
{
	static const struct step steps[] = {
		{ 0, FAILED, false, 0, true, 0 }, { 0, FAILED, false, 0, true, 0 },
		{ 0, FAILED, true, 0, false, 1000 }, { 1000, PROBED, false, 1000, false, 0 },
		{ 1000, PROBE_FAILED, false, 1000, false, 2000 },
		{ 3000, PROBED, false, 3000, false, 0 },
		{ 3000, PROBE_FAILED, false, 3000, false, 3000 }, /* not 4000 */
		{ 6000, PROBED, false, 6000, false, 0 },
		{ 6000, PROBE_SUCCESS, true, 6000, true, 0 },
		{ 6001, FAILED, false, 6001, true, 0 }, { 6001, FAILED, false, 6001, true, 0 },
		{ 6001, FAILED, true, 6001, false, 1000 }, /* from the first pause again */
	};

	(void)state;
	PLAY(steps, 0);
}

static void test_jitter_shortens_by_a_fifth_at_most(void **state)
{
	static const struct step steps[] = {
		{ 0, FAILED, false, 0, true, 0 },
		{ 0, FAILED, false, 0, true, 0 },
		{ 0, FAILED, true, 0, false, 801 },
	};

	(void)state;
	PLAY(steps, 999);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_opens_after_failures_in_a_row),
		cmocka_unit_test(test_one_probe_at_a_time),
		cmocka_unit_test(test_older_attempts_are_not_the_probe),
		cmocka_unit_test(test_pauses_double_up_to_a_bound),
		cmocka_unit_test(test_jitter_shortens_by_a_fifth_at_most),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
