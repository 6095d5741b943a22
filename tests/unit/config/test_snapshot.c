/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What a start takes and refuses, and what a snapshot holds. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "the_bench.h"

/* Behind max_request_time the server sends no reply at all. */
static void a_wait_fits_into_a_request(void **state)
{
	static const struct {
		int64_t request_ms;
		bool fits;
	} cases[] = { { 0, true }, { 30000, true }, { 2000, true }, { 1999, false },
		{ 1000, false } };

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		struct bench_path path = path_in(&bench, "migrantid.cfg");
		struct config_options options = bench_options(&bench, path.text);
		struct config *config;

		options.check_only = true;
		options.request_ms = cases[i].request_ms; /* `wait` is 1500 */
		config = config_open(&options);
		assert_int_equal(config != NULL, cases[i].fits);
		config_close(config);
	}
	assert_heard(&bench.heard, "wait: 1500 ms is too long");
}

static void holds_all(void **state)
{
	struct snapshot *now;

	(void)state;
	put(&bench, "previous.key", KEY_B "\r\n");
	put(&bench, "password", "sesame\n");
	put_settings(&bench, &(struct wish){ .cache = "keep_yes = 7; keep_no = 8;" });
	assert_non_null(bench_open(&bench));
	now = config_acquire(bench.config);
	assert_int_equal(now->number, 1);
	assert_string_equal(now->settings->operator_id, "o");
	assert_true(rules_count(now->rules) > 0);
	assert_string_not_equal(
		messages_clerk(now->messages, REASON_MATCH, (struct span){ "", 0 }), "");
	assert_string_equal(now->policy->issuer, "i");
	assert_string_equal(now->policy->audience, "o");
	assert_int_equal(now->policy->keep_yes, 7);
	assert_int_equal(now->policy->keep_no, 8);
	assert_int_equal(now->policy->keep_own_yes, 600);
	assert_int_equal(now->policy->max_lifetime, 30 * DAY);
	assert_int_equal(now->policy->algorithms, JWS_DEFAULT_ALGORITHMS);
	assert_string_equal(kid_in_force(bench.config), "one");
	assert_non_null(now->service_tls->key);
	assert_null(now->redis_tls);
	assert_int_equal(now->person_key.len, 32);
	assert_int_equal(now->person_key.bytes[0], 0);
	assert_int_equal(now->previous_person_key.len, 0);
	assert_string_equal(now->redis_password, "");
	/* It outlives the configuration. */
	bench_close(&bench);
	assert_string_equal(now->settings->operator_id, "o");
	assert_int_equal(snapshot_today(now, 1700000000).day, 14);
	config_release(now);
	config_release(NULL);
}

static void holds_what_redis_needs(void **state)
{
	struct snapshot *now;
	char text[2048];

	(void)state;
	put(&bench, "password", "sesame\n");
	(void)snprintf(text, sizeof(text),
		"rules_file = \"rules.cfg\"; messages_file = \"messages.cfg\";\n"
		"operator = { id = \"o\"; person_key_file = \"person.key\"; time_zone = \"UTC\"; "
		"};\n"
		"service = { issuer = \"i\"; urls = [ \"https://127.0.0.1:1\" ]; ca_file = "
		"\"ca.pem\";\n"
		"certificate_file = \"client.pem\"; key_file = \"client.key\"; };\n"
		"keys = { jwks_file = \"jwks.json\"; };\n"
		"cache = { store = \"redis\"; redis_password_file = \"password\"; };\n");
	put(&bench, "migrantid.cfg", text);
	assert_non_null(bench_open(&bench));
	now = bench.config->now;
	assert_string_equal(now->redis_password, "sesame");
	assert_null(now->redis_tls);
	put(&bench, "password", "open\n");
	assert_int_equal(tick(&bench), 2);
	assert_string_equal(bench.config->now->redis_password, "open");
	put(&bench, "password", "\n");
	assert_int_equal(tick(&bench), 2);
	assert_heard(&bench.heard, "password:1: a password of 1 to 255 octets");
}

static void names_every_error(void **state)
{
	static const char *const said[] = {
		"rules.cfg:",
		"messages.cfg:",
		"person.key:0: not an operator's key",
		"ca.pem:0: holds no certificate",
		"client.key:0: holds no private key",
		"jwks.json:0: is empty: a JWK Set is wanted",
		"SSLKEYLOGFILE is set in the environment",
	};

	(void)state;
	put(&bench, "rules.cfg", "nonsense");
	put(&bench, "messages.cfg", "nonsense");
	put(&bench, "person.key", "nonsense");
	put(&bench, "ca.pem", "nonsense");
	put(&bench, "client.key", "nonsense");
	put(&bench, "jwks.json", "");
	assert_int_equal(setenv("SSLKEYLOGFILE", "/tmp/secrets", 1), 0);
	assert_null(bench_open(&bench));
	for (size_t i = 0; i + 2 < ARRAY_LEN(said); i++)
		assert_heard(&bench.heard, said[i]);
	assert_int_equal(unsetenv("SSLKEYLOGFILE"), 0);
}

static void refuses_to_write_down_secrets(void **state)
{
	(void)state;
	assert_int_equal(setenv("SSLKEYLOGFILE", "/tmp/secrets", 1), 0);
	assert_null(bench_open(&bench));
	assert_heard(&bench.heard, "error -:0: SSLKEYLOGFILE is set in the environment");
	assert_heard(&bench.heard, "unset");
	assert_int_equal(setenv("SSLKEYLOGFILE", "", 1), 0);
	assert_non_null(bench_open(&bench));
	assert_int_equal(unsetenv("SSLKEYLOGFILE"), 0);
}

static void refuses_a_key_with_a_password(void **state)
{
	char *encrypted = a_key_pem(bench.key, "secret");

	(void)state;
	put(&bench, "client.key", encrypted);
	assert_null(bench_open(&bench));
	assert_heard(&bench.heard, "client.key:0: wants a password");
	free(encrypted);
}

/* One that only checks makes no thread and writes nothing. */
static void checks_alone(void **state)
{
	struct bench_path path = path_in(&bench, "migrantid.cfg");
	struct config_options options = bench_options(&bench, path.text);
	struct config *config;

	(void)state;
	put_settings(&bench, &(struct wish){ .keys = "jwks_url = \"https://h/k\";" });
	options.check_only = true;
	config = config_open(&options);
	assert_non_null(config);
	assert_false(config->watched);
	config_offer_keys(config, bench.jwks_one, strlen(bench.jwks_one));
	config_tick(config);
	assert_string_equal(kid_in_force(config), "one");
	assert_int_equal(rmdir(path_in(&bench, "state").text), 0);
	config_close(config);
	config_close(NULL);
}

static void counts_days_in_its_zone(void **state)
{
	struct snapshot zoned = { .zone = g_time_zone_new_identifier("Asia/Vladivostok") };
	struct date date = snapshot_today(&zoned, 1700000000); /* 2023-11-14T22:13:20Z */

	(void)state;
	assert_int_equal(date.day, 15);
	assert_int_equal(date.month, 11);
	assert_int_equal(date.year, 2023);
	g_time_zone_unref(zoned.zone);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(a_wait_fits_into_a_request, set_up, tear_down),
		cmocka_unit_test_setup_teardown(holds_all, set_up, tear_down),
		cmocka_unit_test_setup_teardown(holds_what_redis_needs, set_up, tear_down),
		cmocka_unit_test_setup_teardown(names_every_error, set_up, tear_down),
		cmocka_unit_test_setup_teardown(refuses_to_write_down_secrets, set_up, tear_down),
		cmocka_unit_test_setup_teardown(refuses_a_key_with_a_password, set_up, tear_down),
		cmocka_unit_test_setup_teardown(checks_alone, set_up, tear_down),
		cmocka_unit_test(counts_days_in_its_zone),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
