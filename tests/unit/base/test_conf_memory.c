/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * libconfig does not look whether it gets memory: without, a setting's name or text is NULL. Each
 * one on the way is missing once, and then all behind it.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "../heard.h"
#include "base/conf.h"

static struct {
	bool armed, ever_after;
	unsigned left, missing;
} limit;

const char *__real_config_setting_name(const config_setting_t *setting);
const char *__wrap_config_setting_name(const config_setting_t *setting);
const char *__real_config_setting_get_string(const config_setting_t *setting);
const char *__wrap_config_setting_get_string(const config_setting_t *setting);

static bool is_missing(void)
{
	if (!limit.armed || limit.left-- > 0)
		return false;
	limit.left = 0;
	return limit.missing++ == 0 || limit.ever_after;
}

const char *__wrap_config_setting_name(const config_setting_t *setting)
{
	return is_missing() ? NULL : __real_config_setting_name(setting);
}

const char *__wrap_config_setting_get_string(const config_setting_t *setting)
{
	return is_missing() ? NULL : __real_config_setting_get_string(setting);
}

struct shop {
	const char *name;
	struct conf_strings goods, more;
	int64_t clerks;
};

static const struct conf_row rows[] = {
	{ "name", CONF_STRING, offsetof(struct shop, name) },
	{ "goods", CONF_STRINGS, offsetof(struct shop, goods) },
	{ "more", CONF_STRINGS, offsetof(struct shop, more) },
	{ "clerks", CONF_INT, offsetof(struct shop, clerks), .max = 9 },
};

static bool run(struct heard *heard)
{
	static const char text[] = "name = \"corner\"; clerks = 3;\n"
				   "goods = [ \"tea\", \"salt\" ]; more = \"oil\";\n";
	struct reporter reporter = heard_by(heard);
	struct shop shop;
	config_t config;
	bool good;

	assert_true(conf_parse(&config, text, "f", &reporter));
	limit.armed = true;
	good = conf_read(
		config_root_setting(&config), rows, ARRAY_LEN(rows), &shop, "f", &reporter);
	limit.armed = false;
	assert_int_equal(good, heard->count == 0);
	config_destroy(&config);
	return good;
}

static void says_that_memory_is_out(void **state)
{
	struct heard heard;
	unsigned n;

	(void)state;
	for (int ever_after = 0; ever_after < 2; ever_after++) {
		for (n = 0; n < 100; n++) {
			limit.ever_after = ever_after != 0;
			limit.left = n;
			limit.missing = 0;
			if (run(&heard))
				break;
			assert_heard(&heard, "error f:0: out of memory");
		}
		assert_true(n > 7 && n < 100);
	}
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(says_that_memory_is_out),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
