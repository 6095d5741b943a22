/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * libconfig does not look whether it gets memory: without, a setting's name or text is NULL. Each
 * one is, once.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "../heard.h"
#include "base/conf.h"

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

static const char text[] = "name = \"corner\"; clerks = 3;\n"
			   "goods = [ \"tea\", \"salt\" ]; more = \"oil\";\n";

static bool reads(config_t *config, struct heard *heard)
{
	struct reporter reporter = heard_by(heard);
	struct shop shop;
	bool good = conf_read(
		config_root_setting(config), rows, ARRAY_LEN(rows), &shop, "f", &reporter);

	assert_int_equal(good, heard->count == 0);
	return good;
}

static void refuse_without(config_t *config, char **memory)
{
	struct heard heard;
	char *kept = *memory;

	*memory = NULL;
	assert_false(reads(config, &heard));
	*memory = kept;
	assert_heard(&heard, "error f:0: out of memory while what is at the top level was read");
	assert_true(reads(config, &heard));
}

static void says_that_memory_is_out(void **state)
{
	struct heard heard;
	struct reporter reporter = heard_by(&heard);
	config_setting_t *root;
	config_t config;

	(void)state;
	assert_true(conf_parse(&config, text, "f", &reporter));
	root = config_root_setting(&config);
	for (unsigned i = 0; i < ARRAY_LEN(rows); i++) {
		config_setting_t *member = config_setting_get_elem(root, i);

		refuse_without(&config, &member->name);
		if (config_setting_type(member) == CONFIG_TYPE_STRING)
			refuse_without(&config, &member->value.sval);
		for (unsigned j = 0; config_setting_type(member) == CONFIG_TYPE_ARRAY && j < 2; j++)
			refuse_without(&config, &config_setting_get_elem(member, j)->value.sval);
	}
	config_destroy(&config);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(says_that_memory_is_out),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
