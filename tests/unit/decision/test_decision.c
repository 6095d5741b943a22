/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Opening and closing, with all parts as they are and nobody at the other end. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "../config/the_bench.h"
#include "decision/decision_internal.h"

static atomic_uint left; /* allocations until one fails; 0: none does */

void *__real_calloc(size_t count, size_t size);
void *__wrap_calloc(size_t count, size_t size);
void *__wrap_calloc(size_t count, size_t size)
{
	return left > 0 && atomic_fetch_sub(&left, 1) == 1 ? NULL : __real_calloc(count, size);
}

static struct decider *open_one(bool check_only)
{
	static struct bench_path path;
	struct decider_options options = { .check_only = check_only, .clock = system_clock };

	path = path_in(&bench, "migrantid.cfg");
	options.settings_file = path.text;
	options.reporter = heard_by(&bench.heard);
	return decider_open(&options);
}

/* A sale that nobody has to be asked about. */
static void decides(struct decider *decider)
{
	static const struct sale_field nationality = { ATTR_NATIONALITY, { "UZB", 3 } };
	const struct sale_request sale = { &nationality, 1, { "shop", 4 }, 0 };
	struct decision decision;

	decide(decider, &sale, &decision);
	assert_int_equal(decision.reason, REASON_ATTRIBUTE_MISSING);
}

/* The same settings with another store. */
static void with_store(const char *name, const char *more)
{
	char *text = conf_slurp(
		path_in(&bench, "migrantid.cfg").text, SETTINGS_FILE_MAX, &(size_t){ 0 }, NULL);
	char *at = strstr(text, "store = \"none\";");
	char changed[2048];

	assert_non_null(at);
	(void)snprintf(changed, sizeof(changed), "%.*sstore = \"%s\"; %s%s", (int)(at - text), text,
		name, more, at + strlen("store = \"none\";"));
	put(&bench, "migrantid.cfg", changed);
	free(text);
}

static void what_was_decided_is_written_down(void **state)
{
	struct decider *decider = open_one(false);

	(void)state;
	assert_non_null(decider);
	decides(decider);
	decider_close(decider);
	assert_heard(&bench.heard, "result=Undetermined reason=attribute-missing rules=");
	assert_heard(&bench.heard, " ms=0 shop=shop\n");
}

static void opens_and_closes_with_each_store(void **state)
{
	char folder[512];
	struct decider *decider = open_one(false);

	(void)state;
	if (decider == NULL)
		fail_msg("%s", bench.heard.text);
	decides(decider);
	decider_close(decider);
	assert_heard(
		&bench.heard, "info -:0: version " MIGRANTID_VERSION " is ready: rules version ");
	assert_heard(&bench.heard,
		"; keys of the service: 1; asks https://127.0.0.1:1; keeps answers "
		"in memory and nowhere else");

	(void)snprintf(folder, sizeof(folder), "store_directory = \"%s\";", bench.folder);
	with_store("disk", folder);
	decider = open_one(false);
	assert_non_null(decider);
	assert_heard(&bench.heard, "keeps answers in memory and /tmp/");
	decides(decider);
	decider_close(decider);

	put_settings(&bench, &(struct wish){ NULL });
	with_store("redis", "redis_address = \"127.0.0.1:1\";");
	decider = open_one(false);
	assert_non_null(decider);
	assert_heard(&bench.heard, "keeps answers in memory and 127.0.0.1:1");
	decides(decider);
	decider_close(decider);
}

static void checks_without_opening(void **state)
{
	struct decider *decider = open_one(true);

	(void)state;
	if (decider == NULL)
		fail_msg("%s", bench.heard.text);
	assert_null(decider->engine);
	assert_null(decider->cache);
	assert_null(decider->transport);
	assert_null(decider->inquiries);
	decider_close(decider);
	decider_close(NULL);
}

static void says_why_it_does_not_open(void **state)
{
	(void)state;
	take_away(&bench, "rules.cfg");
	assert_null(open_one(true));
	assert_heard(&bench.heard, "rules.cfg");
	assert_null(open_one(false));
	assert_heard(&bench.heard, "rules.cfg");
	put_shipped(&bench, "rules.cfg");

	put_settings(&bench, &(struct wish){ .service = "round_robin = 7;" });
	assert_null(open_one(false));
	assert_heard(&bench.heard, "round_robin");
}

/* Each allocation of the core in turn; all that was opened before it is closed again. */
static void says_that_memory_is_short(void **state)
{
	struct decider *decider;
	unsigned refused = 0;

	(void)state;
	for (unsigned n = 1;; n++) {
		left = n;
		decider = open_one(false);
		if (left > 0)
			break; /* there are no more */
		left = 0;
		if (decider == NULL) {
			refused++;
			if (bench.heard.count == 0)
				fail_msg("allocation %u fails without a word", n);
		} else {
			decides(decider);
		}
		decider_close(decider);
	}
	left = 0;
	assert_non_null(decider);
	decider_close(decider);
	assert_true(refused > 10);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(
			opens_and_closes_with_each_store, set_up, tear_down),
		cmocka_unit_test_setup_teardown(
			what_was_decided_is_written_down, set_up, tear_down),
		cmocka_unit_test_setup_teardown(checks_without_opening, set_up, tear_down),
		cmocka_unit_test_setup_teardown(says_why_it_does_not_open, set_up, tear_down),
		cmocka_unit_test_setup_teardown(says_that_memory_is_short, set_up, tear_down),
	};

	return cmocka_run_group_tests_name("decision", tests, NULL, NULL);
}
