/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/breaker.h"

enum event { ASKED, WELL, FAILED, ABANDONED };

/* What happens, when, and what is to be seen afterwards at `look`. */
struct step {
	int64_t at;
	enum event event;
	bool opens; /* breaker_failed() says so */
	int64_t look;
	bool allowed;
	int64_t rest;
};

static const struct breaker_limits limits = { .failures = 3, .pause_ms = 1000, .pause_max_ms = 3000 };

static void play(const struct step *steps, size_t count, unsigned jitter)
{
	struct breaker breaker;

	breaker_init(&breaker, &limits);
	assert_true(breaker_allows(&breaker, 0));
	for (size_t i = 0; i < count; i++) {
		const struct step *step = &steps[i];

		switch (step->event) {
		case ASKED:
			breaker_ask(&breaker, step->at);
			break;
		case WELL:
			breaker_succeeded(&breaker);
			break;
		case FAILED:
			assert_int_equal(breaker_failed(&breaker, step->at, jitter), step->opens);
			break;
		case ABANDONED:
			breaker_abandoned(&breaker);
			break;
		}
		if (breaker_allows(&breaker, step->look) != step->allowed)
			fail_msg("step %zu: allowed is not %d", i, step->allowed);
		if (breaker_rest_ms(&breaker, step->look) != step->rest)
			fail_msg("step %zu: rests for %lld", i,
				(long long)breaker_rest_ms(&breaker, step->look));
	}
}
#define PLAY(steps, jitter) play((steps), ARRAY_LEN(steps), (jitter))

static void test_opens_after_failures_in_a_row(void **state)
{
	static const struct step steps[] = {
		{ 0, FAILED, false, 0, true, 0 },
		{ 10, FAILED, false, 10, true, 0 },
		{ 20, WELL, false, 20, true, 0 }, /* breaks the row */
		{ 30, FAILED, false, 30, true, 0 },
		{ 40, FAILED, false, 40, true, 0 },
		{ 50, FAILED, true, 50, false, 1000 },
		{ 60, FAILED, false, 1049, false, 1 }, /* a late one changes nothing */
		{ 60, FAILED, false, 1050, true, 0 },
	};

	(void)state;
	PLAY(steps, 0);
}

static void test_one_probe_at_a_time(void **state)
{
	static const struct step steps[] = {
		{ 0, FAILED, false, 0, true, 0 },
		{ 0, FAILED, false, 0, true, 0 },
		{ 0, FAILED, true, 999, false, 1 },
		{ 1000, ASKED, false, 1000, false, 0 }, /* the probe is out */
		{ 1000, ASKED, false, 9000, false, 0 },
		{ 1100, ABANDONED, false, 1100, true, 0 },
		{ 1200, ASKED, false, 1200, false, 0 },
		{ 1300, WELL, false, 1300, true, 0 },
		{ 1300, FAILED, false, 1300, true, 0 }, /* closed: counts from one again */
	};

	(void)state;
	PLAY(steps, 0);
}

static void test_pauses_double_up_to_a_bound(void **state)
{
	static const struct step steps[] = {
		{ 0, FAILED, false, 0, true, 0 },
		{ 0, FAILED, false, 0, true, 0 },
		{ 0, FAILED, true, 0, false, 1000 },
		{ 1000, ASKED, false, 1000, false, 0 },
		{ 1000, FAILED, false, 1000, false, 2000 },
		{ 3000, ASKED, false, 3000, false, 0 },
		{ 3000, FAILED, false, 3000, false, 3000 }, /* not 4000 */
		{ 6000, ASKED, false, 6000, false, 0 },
		{ 6000, WELL, false, 6000, true, 0 },
		{ 6001, FAILED, false, 6001, true, 0 },
		{ 6001, FAILED, false, 6001, true, 0 },
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
		cmocka_unit_test(test_pauses_double_up_to_a_bound),
		cmocka_unit_test(test_jitter_shortens_by_a_fifth_at_most),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
