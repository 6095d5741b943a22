/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdlib.h>
#include <string.h>

#include "answer/strict_json.h"

#define TEXT(literal) literal, sizeof(literal) - 1

static const struct row {
	const char *text;
	size_t len;
	bool taken;
} rows[] = {
	{ TEXT("{}"), true },
	{ TEXT(" \t\r\n{ \"a\" : 1 } \n"), true },
	{ TEXT("{\"a\":\"]}{[\\\"[[[[[[[[[[[[[[[[[[[[[[[[\"}"), true },
	{ TEXT("{\"a\":9223372036854775807,\"b\":-9223372036854775808}"), true },
	{ TEXT("{\"\xd0\xb9\":\"\\u0439\\ud83d\\ude00\"}"), true },
	/* not an object */
	{ TEXT(""), false },
	{ TEXT("   "), false },
	{ TEXT("null"), false },
	{ TEXT("[]"), false },
	{ TEXT("[{}]"), false },
	{ TEXT("\"{}\""), false },
	{ TEXT("1"), false },
	{ TEXT("true"), false },
	/* not JSON */
	{ TEXT("{"), false },
	{ TEXT("{\"a\"}"), false },
	{ TEXT("{\"a\":1,}"), false },
	{ TEXT("{'a':1}"), false },
	{ TEXT("{a:1}"), false },
	{ TEXT("{\"a\":01}"), false },
	{ TEXT("{\"a\":+1}"), false },
	{ TEXT("{\"a\":0x1}"), false },
	{ TEXT("{\"a\":NaN}"), false },
	{ TEXT("{\"a\":\"\t\"}"), false },
	{ TEXT("{\"a\":\"\\x\"}"), false },
	{ TEXT("{/**/}"), false },
	/* something behind or before it */
	{ TEXT("{}{}"), false },
	{ TEXT("{},"), false },
	{ TEXT("{}\0"), false },
	{ TEXT("\0{}"), false },
	{ TEXT("{}\0{\"alg\":1}"), false },
	{ TEXT("\xef\xbb\xbf{}"), false },
	/* a member twice, at any depth and however it is written */
	{ TEXT("{\"a\":1,\"a\":1}"), false },
	{ TEXT("{\"a\":1,\"\\u0061\":2}"), false },
	{ TEXT("{\"x\":{\"a\":1,\"a\":1}}"), false },
	{ TEXT("{\"x\":[{\"a\":1,\"b\":0,\"a\":1}]}"), false },
	{ TEXT("{\"a\":1,\"A\":1}"), true },
	/* NUL, in each of its ways */
	{ TEXT("{\"a\":\"b\\u0000c\"}"), false },
	{ TEXT("{\"a\":\"b\0c\"}"), false },
	{ TEXT("{\"a\\u0000\":1}"), false },
	{ TEXT("{\"a\0\":1}"), false },
	/* UTF-8: bare continuation, overlong, surrogate, beyond U+10FFFF, cut off, Latin-1 */
	{ TEXT("{\"a\":\"\x80\"}"), false },
	{ TEXT("{\"a\":\"\xc0\xaf\"}"), false },
	{ TEXT("{\"a\":\"\xed\xa0\x80\"}"), false },
	{ TEXT("{\"a\":\"\xf4\x90\x80\x80\"}"), false },
	{ TEXT("{\"a\":\"\xe2\x82\"}"), false },
	{ TEXT("{\"a\":\"\xe9\"}"), false },
	{ TEXT("{\"a\":\"\\ud800\"}"), false },
	{ TEXT("{\"a\":\"\\udc00\\ud800\"}"), false },
	/* numbers that do not fit */
	{ TEXT("{\"a\":9223372036854775808}"), false },
	{ TEXT("{\"a\":-9223372036854775809}"), false },
	{ TEXT("{\"a\":1000000000000000000000000000000000000000}"), false },
	{ TEXT("{\"a\":1e999}"), false },
};

static void test_table(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		char *exact = malloc(rows[i].len > 0 ? rows[i].len : 1);
		json_t *value;

		assert_non_null(exact);
		memcpy(exact, rows[i].text, rows[i].len);
		value = strict_json_object(exact, rows[i].len, NULL);
		if ((value != NULL) != rows[i].taken)
			fail_msg("row %zu: %s", i, rows[i].text);
		json_decref(value);
		free(exact);
	}
}

/* depth objects in each other, by arrays or by objects */
static bool nested(size_t depth, const char *open, const char *shut, json_error_t *error)
{
	size_t open_len = strlen(open), len = 0;
	char *text = malloc(depth * (open_len + 1) + 8);
	json_t *value;

	assert_non_null(text);
	memcpy(text, "{\"a\":", 5);
	len = 5;
	for (size_t i = 1; i < depth; i++, len += open_len)
		memcpy(text + len, open, open_len);
	text[len++] = '1';
	for (size_t i = 1; i < depth; i++)
		text[len++] = shut[0];
	text[len++] = '}';
	value = strict_json_object(text, len, error);
	free(text);
	json_decref(value);
	return value != NULL;
}

static void test_depth(void **state)
{
	json_error_t error;
	json_t *value;

	(void)state;
	assert_true(nested(STRICT_JSON_DEPTH, "[", "]", NULL));
	assert_true(nested(STRICT_JSON_DEPTH, "{\"a\":", "}", NULL));
	assert_false(nested(STRICT_JSON_DEPTH + 1, "[", "]", NULL));
	assert_false(nested(STRICT_JSON_DEPTH + 1, "{\"a\":", "}", &error));
	assert_string_equal(error.text, "nested too deep");
	assert_false(nested(100000, "[", "]", NULL));
	/* One behind the other is not deep. */
	value = strict_json_object(
		TEXT("{\"a\":[[],[],[],[],[],[],[],[],[],[],[],[],[],[],[],[],[]]}"), NULL);
	assert_non_null(value);
	json_decref(value);
}

/* A string that is never closed must not hide what comes behind it from the parser's limit. */
static void test_unclosed(void **state)
{
	char text[40000];

	(void)state;
	memset(text, '[', sizeof(text));
	memcpy(text, "{\"a\\\":", 6);
	assert_null(strict_json_object(text, sizeof(text), NULL));
	memcpy(text, "{\"a\\", 4);
	assert_null(strict_json_object(text, 4, NULL));
}

static void test_text(void **state)
{
	json_t *object = strict_json_object(TEXT("{\"a\":\"b\",\"n\":1}"), NULL);

	(void)state;
	assert_string_equal(strict_json_text(object, "a"), "b");
	assert_null(strict_json_text(object, "n"));
	assert_null(strict_json_text(object, "absent"));
	assert_null(strict_json_text(NULL, "a"));
	json_decref(object);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_table),
		cmocka_unit_test(test_depth),
		cmocka_unit_test(test_unclosed),
		cmocka_unit_test(test_text),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
