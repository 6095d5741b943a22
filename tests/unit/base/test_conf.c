/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#include "../heard.h"
#include "base/conf.h"

struct shop {
	const char *name, *motto;
	int64_t clerks, hours;
	bool open;
	struct conf_strings goods;
	config_setting_t *owner;
};

static const struct conf_row rows[] = {
	{ "name", CONF_STRING, offsetof(struct shop, name), .required = true, .max = 8,
		.help = "what the shop is called" },
	{ "motto", CONF_STRING, offsetof(struct shop, motto), .default_text = "sold" },
	{ "clerks", CONF_INT, offsetof(struct shop, clerks), .min = -1, .max = 5000000000,
		.default_value = 3 },
	{ "hours", CONF_INT, offsetof(struct shop, hours), .min = 1, .max = 24, .default_value = 8,
		.unit = "h" },
	{ "open", CONF_BOOL, offsetof(struct shop, open), .default_value = true },
	{ "goods", CONF_STRINGS, offsetof(struct shop, goods), .max = 2 },
	{ "owner", CONF_GROUP, offsetof(struct shop, owner) },
};

static bool parses(const char *text, struct heard *heard)
{
	struct reporter reporter = heard_by(heard);
	config_t config;
	bool parsed = conf_parse(&config, text, "f", &reporter);

	config_destroy(&config);
	return parsed;
}

static bool read_text(config_t *config, const char *text, struct shop *shop, struct heard *heard)
{
	struct reporter reporter = heard_by(heard);

	assert_true(conf_parse(config, text, "f", &reporter));
	return conf_read(config_root_setting(config), rows, ARRAY_LEN(rows), shop, "f", &reporter);
}

static void fills_what_is_given(void **state)
{
	static const char text[] = "name = \"corner\"; motto = \"\";\n"
				   "clerks = 4294967296L; hours = 0x10;\n"
				   "open = False; goods = [ \"tea\", \"salt\" ];\n"
				   "owner = { age = 50; };";
	struct shop shop;
	struct heard heard;
	config_t config;

	(void)state;
	assert_true(read_text(&config, text, &shop, &heard));
	assert_int_equal(heard.count, 0);
	assert_string_equal(shop.name, "corner");
	assert_string_equal(shop.motto, "");
	assert_true(shop.clerks == 4294967296);
	assert_int_equal(shop.hours, 16);
	assert_false(shop.open);
	assert_int_equal(shop.goods.count, 2);
	assert_string_equal(conf_string_at(&shop.goods, 0), "tea");
	assert_string_equal(conf_string_at(&shop.goods, 1), "salt");
	assert_string_equal(conf_string_at(&shop.goods, 2), "");
	assert_int_equal(conf_line(shop.owner), 4);
	assert_int_equal(conf_line_of(config_root_setting(&config), "hours"), 2);
	config_destroy(&config);
}

static void gives_defaults_for_what_is_not(void **state)
{
	struct shop shop;
	struct heard heard;
	config_t config;

	(void)state;
	memset(&shop, 0xA5, sizeof(shop));
	assert_true(read_text(&config, "name = \"corner\"; goods = \"tea\";", &shop, &heard));
	assert_string_equal(shop.motto, "sold");
	assert_int_equal(shop.clerks, 3);
	assert_int_equal(shop.hours, 8);
	assert_true(shop.open);
	assert_int_equal(shop.goods.count, 1);
	assert_string_equal(conf_string_at(&shop.goods, 0), "tea");
	assert_null(shop.owner);
	assert_int_equal(conf_line(shop.owner), 0);
	config_destroy(&config);
}

static void list_of_strings_serves_too(void **state)
{
	struct shop shop;
	struct heard heard;
	config_t config;

	(void)state;
	assert_true(
		read_text(&config, "name = \"n\"; goods = (\"tea\", \"salt\");", &shop, &heard));
	assert_string_equal(conf_string_at(&shop.goods, 1), "salt");
	config_destroy(&config);
}

/* Each is the one thing wrong with a file whose line 1 is `name = "n";`. */
static const struct {
	const char *text, *said;
} wrong[] = {
	{ "horus = 3;", "f:2: unknown setting 'horus' at the top level; did you mean 'hours'?" },
	{ "opne = true;", "did you mean 'open'?" },
	{ "x = 1;", "f:2: unknown setting 'x' at the top level; known are: name, motto, clerks, "
		    "hours, open, goods, owner" },
	{ "zzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzz = 1;", "known are" },
	{ "hours = 0;", "f:2: 'hours' at the top level is 0, but must be from 1 to 24 h" },
	{ "hours = 25;", "is 25, but must be" },
	{ "hours = -1;", "is -1, but must be" },
	{ "hours = 4294967297L;", "is 4294967297, but must be" },
	{ "hours = \"8\";", "'hours' at the top level is a string, but must be a whole number: "
			    "write hours = 1;" },
	{ "hours = 8.0;", "is a number with a fraction, but must be a whole number" },
	{ "hours = 8.00000000000000000000;", "is a number with a fraction" },
	{ "hours = 1e1;", "is a number with a fraction" },
	{ "hours = true;", "is true or false, but must be a whole number" },
	{ "hours = [ 8 ];", "is an array, but must be a whole number" },
	{ "open = 1;", "is a whole number, but must be true or false: write open = true;" },
	{ "open = \"true\";", "is a string, but must be true or false" },
	{ "motto = 5L;", "is a whole number, but must be a string: write motto = \"...\";" },
	{ "motto = { };", "is a group, but must be a string" },
	{ "goods = 1;", "is a whole number, but must be strings" },
	{ "goods = [ 1 ];", "is a whole number, but must be strings" },
	{ "goods = ( \"a\", true );", "is true or false, but must be strings" },
	{ "goods = { };", "is a group, but must be strings" },
	{ "goods = [ \"a\", \"b\", \"c\" ];", "has 3 entries, but at most 2 may be" },
	{ "owner = \"me\";", "is a string, but must be a group: write owner = { ... };" },
	{ "owner = [ ];", "is an array, but must be a group" },
};

static void refuses_wrong_settings(void **state)
{
	struct shop shop;
	struct heard heard;
	config_t config;
	char text[256];

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(wrong); i++) {
		snprintf(text, sizeof(text), "name = \"n\";\n%s\n", wrong[i].text);
		if (read_text(&config, text, &shop, &heard))
			fail_msg("taken: %s", wrong[i].text);
		assert_heard(&heard, wrong[i].said);
		assert_int_equal(heard.count, 1);
		/* What was at fault holds its default, never half a value. */
		assert_int_equal(shop.hours, 8);
		assert_true(shop.open);
		assert_int_equal(shop.goods.count, 0);
		config_destroy(&config);
	}
}

static void wants_what_is_required(void **state)
{
	struct shop shop;
	struct heard heard;
	config_t config;

	(void)state;
	assert_false(read_text(&config, "hours = 1;", &shop, &heard));
	assert_heard(&heard, "'name' is missing at the top level: what the shop is called");
	config_destroy(&config);
	assert_false(read_text(&config, "name = \"\";", &shop, &heard));
	assert_heard(&heard, "f:1: 'name' at the top level must not be empty");
	config_destroy(&config);
	assert_true(read_text(&config, "name = \"12345678\";", &shop, &heard));
	config_destroy(&config);
	assert_false(read_text(&config, "name = \"123456789\";", &shop, &heard));
	assert_heard(&heard, "has 9 octets, but at most 8 may be");
	config_destroy(&config);
}

static void names_every_error(void **state)
{
	struct shop shop;
	struct heard heard;
	config_t config;

	(void)state;
	assert_false(read_text(&config, "hours = 99;\nopen = 1;\nhuors = 2;\n", &shop, &heard));
	assert_int_equal(heard.count, 4);
	assert_heard(&heard, "error f:1: 'hours'");
	assert_heard(&heard, "error f:2: 'open'");
	assert_heard(&heard, "error f:3: unknown setting 'huors'");
	assert_heard(&heard, "'name' is missing");
	config_destroy(&config);
}

static void names_the_place(void **state)
{
	static const struct conf_row inner[] = {
		{ "age", CONF_INT, 0, .min = 0, .max = 150 },
	};
	struct heard heard;
	struct reporter reporter = heard_by(&heard);
	config_setting_t *shops;
	config_t config;
	int64_t age;

	(void)state;
	assert_true(conf_parse(&config,
		"owner = { aeg = 1; };\nshops = ( { age = 1; },\n{ age = "
		"true; }, 5 );",
		"f", &reporter));
	assert_false(conf_read(config_lookup(&config, "owner"), inner, 1, &age, "f", &reporter));
	assert_heard(&heard, "f:1: unknown setting 'aeg' in group owner; did you mean 'age'?");
	shops = config_lookup(&config, "shops");
	assert_true(conf_read(config_setting_get_elem(shops, 0), inner, 1, &age, "f", &reporter));
	assert_false(conf_read(config_setting_get_elem(shops, 1), inner, 1, &age, "f", &reporter));
	assert_heard(&heard, "f:3: 'age' in entry 2 of shops is true or false");
	assert_false(conf_read(config_setting_get_elem(shops, 2), inner, 1, &age, "f", &reporter));
	assert_heard(&heard, "entry 3 of shops must be a group");
	assert_false(conf_read(shops, inner, 1, &age, "f", &reporter));
	assert_heard(&heard, "f:2: shops must be a group");
	config_destroy(&config);
}

/* What libconfig refuses, and what it would take without a word (conf_scan.h). */
static const struct {
	const char *text, *said;
} unsound[] = {
	{ "a = ;", "f:1: syntax error" },
	{ "a = 1;\nb = 2;\na = 3;", "f:3: duplicate setting name" },
	{ "a = [ 1, \"x\" ];", "f:1: mismatched element type in array" },
	{ "a = 1;\n@include \"other\"\n", "f:2: @include is not supported" },
	{ " \t@include \"other\"\n", "f:1: @include is not supported" },
	{ "a = 2147483648;", "f:1: a number above 2147483647 needs an L" },
	{ "\na = 4294967297;", "f:2: a number above 2147483647 needs an L" },
	{ "a = -2147483648;", "needs an L" },
	{ "a = 0xFFFFFFFF;", "needs an L" },
	{ "a = 9223372036854775808L;", "f:1: this number is too large" },
	{ "a = 0xFFFFFFFFFFFFFFFFL;", "too large" },
	{ "a = 99999999999999999999999999L;", "too large" },
	{ "a = [ 1, 99999999999 ];", "needs an L" },
	{ "a = 1;\n/* b = 2;\nc = 3;\n", "f:2: this comment is never closed" },
	{ "a = 1; /*/", "f:1: this comment is never closed" },
	{ "a = 1;\nb = \"x;\nc = 3;\n", "f:2: this string is never closed" },
	{ "a = \"x\\\";", "f:1: this string is never closed" },
	{ "a = \"x\\", "f:1: this string is never closed" },
	{ "a = \"line\nline\\x00\";", "f:2: \\x is only for printable ASCII" },
	{ "a = \"\\X1f\";", "printable ASCII" },
	{ "a = \"\\xff\";", "printable ASCII" },
	{ "a = \"\\x7F\";", "printable ASCII" },
	{ "\xEF\xBB\xBF"
	  "a = 1;",
		"f:1: the file begins with a byte order mark" },
	{ "a = 1;\nb = \"\xE9\";", "f:2: not UTF-8" },
	{ "# \xC0\xAF", "not UTF-8" },
	{ "# \xE0\x9F\xBF", "not UTF-8" },
	{ "# \xED\xA0\x80", "not UTF-8" },
	{ "# \xF0\x8F\xBF\xBF", "not UTF-8" },
	{ "# \xF4\x90\x80\x80", "not UTF-8" },
	{ "# \xF5\x80\x80\x80", "not UTF-8" },
	{ "# \xE2\x82", "not UTF-8" },
	{ "# \x80", "not UTF-8" },
};

static void refuses_unsound_texts(void **state)
{
	struct heard heard;

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(unsound); i++) {
		if (parses(unsound[i].text, &heard))
			fail_msg("taken: %s", unsound[i].text);
		assert_heard(&heard, unsound[i].said);
	}
}

static const char *const valid[] = {
	"",
	"# a comment that ends with the file",
	"// the same",
	"/* the same */",
	"/**/a = 1; /***/",
	"a = \"@include\n @includ\"; # @include \"x\"\n",
	"a = \"99999999999 /* // # \\\" \\\\\"; b = \"\\x41\\q\\xZZ\";",
	"a = \"one \"\n\"two\";",
	"a = 2147483647; b = 0x7FFFFFFF; c = 9223372036854775807L; d = 0x7FFFFFFFFFFFFFFFL;",
	"a1234567890123 = 5LL; a-99999999999 = 1;",
	"a = 1.5; b = .99999999999; c = 99999999999.0; d = 1e5;",
	"a = \"\xC2\xA0\xE0\xA0\x80\xED\x9F\xBF\xF0\x90\x80\x80\xF4\x8F\xBF\xBF\";",
	"a = 1\r\nb = 2\r\n",
};

static void takes_sound_texts(void **state)
{
	struct heard heard;

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(valid); i++)
		if (!parses(valid[i], &heard))
			fail_msg("refused: %s\n%s", valid[i], heard.text);
}

static void tells_of_all_unsound_places(void **state)
{
	struct heard heard;

	(void)state;
	assert_false(parses("a = 3000000000;\n@include \"x\"\nb = \"\\x00\";\n", &heard));
	assert_int_equal(heard.count, 3);
}

static char folder[] = "/tmp/test_conf.XXXXXX";
static char path[64];

static int make_folder(void **state)
{
	(void)state;
	return mkdtemp(folder) == NULL;
}

static int remove_folder(void **state)
{
	(void)state;
	(void)unlink(path);
	return rmdir(folder);
}

static void put(const char *text, size_t len)
{
	FILE *file;

	snprintf(path, sizeof(path), "%s/f", folder);
	file = fopen(path, "wb");
	assert_non_null(file);
	assert_int_equal(fwrite(text, 1, len, file), len);
	assert_int_equal(fclose(file), 0);
}

static void slurps_whole_files(void **state)
{
	struct heard heard;
	struct reporter reporter = heard_by(&heard);
	size_t len = 99;
	char *text;

	(void)state;
	put("12345", 5);
	text = conf_slurp(path, 5, &len, &reporter);
	assert_non_null(text);
	assert_int_equal(len, 5);
	assert_string_equal(text, "12345");
	free(text);
	put("", 0);
	text = conf_slurp(path, 5, &len, &reporter);
	assert_non_null(text);
	assert_int_equal(len, 0);
	assert_string_equal(text, "");
	free(text);
	assert_int_equal(heard.count, 0);
}

static void slurps_nothing_else(void **state)
{
	struct heard heard;
	struct reporter reporter = heard_by(&heard);
	size_t len;

	(void)state;
	put("123456", 6);
	assert_null(conf_slurp(path, 5, &len, &reporter));
	assert_heard(&heard, "has 6 octets, but at most 5 are read");
	put("12\0"
	    "45",
		5);
	assert_null(conf_slurp(path, 5, &len, &reporter));
	assert_heard(&heard, "holds a NUL octet");
	assert_null(conf_slurp(folder, 5, &len, &reporter));
	assert_heard(&heard, "is not a regular file");
	assert_int_equal(unlink(path), 0);
	assert_null(conf_slurp(path, 5, &len, &reporter));
	assert_heard(&heard, "No such file or directory: make the file or correct its name");
	assert_int_equal(mkfifo(path, 0600), 0);
	assert_null(conf_slurp(path, 5, &len, &reporter));
	assert_int_equal(heard.count, 5);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(fills_what_is_given),
		cmocka_unit_test(gives_defaults_for_what_is_not),
		cmocka_unit_test(list_of_strings_serves_too),
		cmocka_unit_test(refuses_wrong_settings),
		cmocka_unit_test(wants_what_is_required),
		cmocka_unit_test(names_every_error),
		cmocka_unit_test(names_the_place),
		cmocka_unit_test(refuses_unsound_texts),
		cmocka_unit_test(takes_sound_texts),
		cmocka_unit_test(tells_of_all_unsound_places),
		cmocka_unit_test(slurps_whole_files),
		cmocka_unit_test(slurps_nothing_else),
	};

	return cmocka_run_group_tests(tests, make_folder, remove_folder);
}
