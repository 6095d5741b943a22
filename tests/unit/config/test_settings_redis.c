/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "the_bench.h"

/* NULL where what is in the group cache is refused. */
static struct settings *load(const char *cache)
{
	struct reporter reporter = heard_by(&bench.heard);
	char text[2048];

	(void)snprintf(text, sizeof(text),
		"rules_file = \"rules.cfg\"; messages_file = \"messages.cfg\"; state_directory = "
		"\"state\";\n"
		"operator = { id = \"o\"; person_key_file = \"person.key\"; time_zone = \"UTC\"; "
		"};\n"
		"service = { issuer = \"i\"; urls = [ \"https://127.0.0.1:1\" ]; ca_file = "
		"\"ca.pem\";\n"
		"certificate_file = \"client.pem\"; key_file = \"client.key\"; };\n"
		"keys = { jwks_file = \"jwks.json\"; };\n"
		"cache = { store = \"redis\";\n"
		"%s\n};\n",
		cache);
	put(&bench, "migrantid.cfg", text);
	return settings_load(path_in(&bench, "migrantid.cfg").text, &reporter);
}

static void passes_on_what_is_set(void **state)
{
	struct settings *settings = load("redis_address = \"[::1]:6380\"; redis_user = \"u\"; "
					 "redis_prefix = \"p:\"; redis_master = \"m\";");
	struct redis_config config;

	(void)state;
	if (settings == NULL)
		fail_msg("%s", bench.heard.text);
	config = settings_redis(settings);
	assert_string_equal(config.address, "[::1]:6380");
	assert_string_equal(config.user, "u");
	assert_string_equal(config.prefix, "p:");
	assert_string_equal(config.password, "");
	assert_string_equal(config.ca_file, "");
	assert_int_equal(config.sentinel_count, 0);
	settings_free(settings);

	settings = load("redis_sentinels = [ \"127.0.0.1:26379\", \"127.0.0.2:26379\" ]; "
			"redis_master = \"m\";");
	assert_non_null(settings);
	config = settings_redis(settings);
	assert_int_equal(config.sentinel_count, 2);
	assert_string_equal(config.sentinels[1], "127.0.0.2:26379");
	assert_string_equal(config.master, "m");
	settings_free(settings);
}

/* Each with the setting and the line that is at fault. */
static void refuses_what_cannot_be(void **state)
{
	static const struct {
		const char *cache, *said;
	} rows[] = {
		{ "redis_address = \"redis.example:6379\";", "redis_address: must be a numeric" },
		{ "redis_address = \"127.0.0.1\";", "redis_address: must be a numeric" },
		{ "redis_sentinels = [ \"127.0.0.1:26379\", \"/run/redis.sock\" ];",
			"redis_sentinels: address 2 must be" },
		{ "redis_certificate_file = \"client.pem\"; redis_key_file = \"client.key\";",
			"redis_ca_file: TLS is wanted" },
		{ "redis_tls_name = \"redis.example\";", "redis_ca_file: TLS is wanted" },
#ifdef HAVE_HIREDIS_SSL
		{ "redis_address = \"/run/redis.sock\"; redis_ca_file = \"ca.pem\";",
			"redis_ca_file: a Unix socket takes no TLS" },
		{ "redis_ca_file = \"ca.pem\"; redis_certificate_file = \"client.pem\";",
			"redis_key_file: a certificate and its key" },
		{ "redis_ca_file = \"ca.pem\"; redis_key_file = \"client.key\";",
			"redis_certificate_file: a certificate and its key" },
#else
		{ "redis_ca_file = \"ca.pem\";", "redis_ca_file: the Redis library" },
#endif
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		assert_null(load(rows[i].cache));
		assert_heard(&bench.heard, rows[i].said);
	}
}

static void takes_a_socket(void **state)
{
	struct settings *settings = load("redis_address = \"/run/redis.sock\";");

	(void)state;
	if (settings == NULL)
		fail_msg("%s", bench.heard.text);
	settings_free(settings);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(passes_on_what_is_set, set_up, tear_down),
		cmocka_unit_test_setup_teardown(refuses_what_cannot_be, set_up, tear_down),
		cmocka_unit_test_setup_teardown(takes_a_socket, set_up, tear_down),
	};

	return cmocka_run_group_tests_name("settings_redis", tests, NULL, NULL);
}
