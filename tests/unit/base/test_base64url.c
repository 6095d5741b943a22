/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "base/base64url.h"

#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

#include <cmocka.h>

/* RFC 4648 section 10 without padding, RFC 7515 appendix C, and this alphabet's two own letters. */
static const struct {
	const char *bytes;
	size_t len;
	const char *text;
} vectors[] = {
	{ "", 0, "" },
	{ "f", 1, "Zg" },
	{ "fo", 2, "Zm8" },
	{ "foo", 3, "Zm9v" },
	{ "foob", 4, "Zm9vYg" },
	{ "fooba", 5, "Zm9vYmE" },
	{ "foobar", 6, "Zm9vYmFy" },
	{ "\x03\xec\xff\xe0\xc1", 5, "A-z_4ME" },
	{ "\0\0\0", 3, "AAAA" },
	{ "\xff\xff\xff", 3, "____" },
	{ "\xfb\xef\xbe", 3, "----" },
};

static void known_texts_encode_and_decode(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(vectors); i++) {
		char text[16], bytes[16];
		size_t len = 99;

		base64url_encode(vectors[i].bytes, vectors[i].len, text);
		assert_string_equal(text, vectors[i].text);
		assert_int_equal(strlen(text), BASE64URL_LEN(vectors[i].len));
		assert_true(base64url_decode(text, strlen(text), bytes, sizeof(bytes), &len));
		assert_int_equal(len, vectors[i].len);
		assert_memory_equal(bytes, vectors[i].bytes, len);
	}
}

static void refused(const char *text, size_t len, size_t room)
{
	uint8_t bytes[16];
	size_t n = 77;

	assert_true(room <= sizeof(bytes));
	if (base64url_decode(text, len, bytes, room, &n))
		fail_msg("accepted \"%.*s\"", (int)len, text);
	assert_int_equal(n, 77);
}

static void anything_but_the_one_text_is_refused(void **state)
{
	static const char *const texts[] = {
		/* padding, white space, the other alphabet */
		"Zg==",
		"Zm8=",
		"Zg=",
		"=",
		"Zm9v\n",
		"Zm 9v",
		" Zm9v",
		"Zm9v ",
		"+/+/",
		"Zm9/",
		/* impossible lengths */
		"A",
		"AAAAA",
		"Zm9vY",
		/* bits that no octet holds */
		"Zh",
		"Zm9",
		"ZR",
		"AB",
		"AAB",
		"__",
		"___",
		/* not of any alphabet */
		"Zm.v",
		"Zm*v",
		"\x80\x80\x80\x80",
		"Zm9\xc3",
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(texts); i++)
		refused(texts[i], strlen(texts[i]), 16);
	refused("Zm\0v", 4, 16);
}

static void room_is_not_overrun(void **state)
{
	uint8_t bytes[4] = { 1, 2, 3, 4 };
	size_t len = 0;

	(void)state;
	refused("Zm9vYg", 6, 3);
	refused("Zg", 2, 0);
	assert_true(base64url_decode("Zm9v", 4, bytes, 3, &len));
	assert_int_equal(len, 3);
	assert_int_equal(bytes[3], 4);
	assert_true(base64url_decode("", 0, bytes, 0, &len));
	assert_int_equal(len, 0);
}

static void every_octet_comes_back(void **state)
{
	uint8_t in[256], out[256];
	char text[BASE64URL_LEN(256) + 1];

	(void)state;
	for (size_t i = 0; i < sizeof(in); i++)
		in[i] = (uint8_t)(i * 167 + 13);
	for (size_t len = 0; len <= sizeof(in); len++) {
		size_t n = 0;

		base64url_encode(in, len, text);
		assert_int_equal(strlen(text), BASE64URL_LEN(len));
		assert_true(base64url_decode(text, strlen(text), out, sizeof(out), &n));
		assert_int_equal(n, len);
		assert_memory_equal(in, out, len);
	}
}

/* All 65536 two-character texts: what is accepted is exactly what encoding yields. */
static void one_text_for_one_octet(void **state)
{
	size_t accepted = 0;

	(void)state;
	for (int i = 0; i < 65536; i++) {
		char text[2] = { (char)(i >> 8), (char)(i & 255) }, again[3];
		uint8_t byte;
		size_t n;

		if (!base64url_decode(text, 2, &byte, 1, &n))
			continue;
		accepted++;
		base64url_encode(&byte, n, again);
		assert_memory_equal(text, again, 2);
	}
	assert_int_equal(accepted, 256);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(known_texts_encode_and_decode),
		cmocka_unit_test(anything_but_the_one_text_is_refused),
		cmocka_unit_test(room_is_not_overrun),
		cmocka_unit_test(every_octet_comes_back),
		cmocka_unit_test(one_text_for_one_octet),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
