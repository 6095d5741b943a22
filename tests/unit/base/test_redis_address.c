/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Addresses of Redis, of which none may need a look-up, and the names of what is kept there.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "base/redis_address.h"

static void test_addresses(void **state)
{
	static const struct {
		const char *address;
		const char *host; /* NULL: not an address */
		int port;
	} rows[] = {
		{ "127.0.0.1:6379", "127.0.0.1", 6379 },
		{ "127.0.0.1:1", "127.0.0.1", 1 },
		{ "127.0.0.1:65535", "127.0.0.1", 65535 },
		{ "[::1]:6379", "::1", 6379 },
		{ "[2001:db8::192.0.2.1]:6379", "2001:db8::192.0.2.1", 6379 },
		{ "/run/redis/redis.sock", "/run/redis/redis.sock", 0 },
		{ "", NULL, 0 },
		{ ":", NULL, 0 },
		{ ":6379", NULL, 0 },
		{ "127.0.0.1", NULL, 0 },
		{ "127.0.0.1:", NULL, 0 },
		{ "127.0.0.1:0", NULL, 0 },
		{ "127.0.0.1:65536", NULL, 0 },
		{ "127.0.0.1:4294967297", NULL, 0 },
		{ "127.0.0.1:-1", NULL, 0 },
		{ "127.0.0.1:+1", NULL, 0 },
		{ "127.0.0.1: 1", NULL, 0 },
		{ "127.0.0.1:6379 ", NULL, 0 },
		{ " 127.0.0.1:6379", NULL, 0 },
		{ "127.1:6379", NULL, 0 },
		{ "::1:6379", NULL, 0 },
		{ "[::1:6379", NULL, 0 },
		{ "[::1]", NULL, 0 },
		{ "[]:6379", NULL, 0 },
		{ "[127.0.0.1]:6379", NULL, 0 },
		{ "[fe80::1%lo]:6379", NULL, 0 },
		{ "redis.example:6379", NULL, 0 },
		{ "localhost:6379", NULL, 0 },
		{ "run/redis.sock", NULL, 0 },
		{ "[2001:db8:0000:0000:0000:0000:0000:0000:0000:0000:0000:0000:0000:0001]:1", NULL, 0 },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		struct redis_place place;
		char text[REDIS_PLACE_ROOM];
		bool good = redis_place_read(rows[i].address, &place);

		if (good != (rows[i].host != NULL) ||
		    (good && (strcmp(place.host, rows[i].host) != 0 || place.port != rows[i].port)))
			fail_msg("'%s'", rows[i].address);
		redis_place_text(&place, text);
		if (good && strcmp(text, rows[i].address) != 0)
			fail_msg("'%s' for '%s'", text, rows[i].address);
	}
}

static void test_told(void **state)
{
	static const struct {
		const char *host, *port;
		bool good;
	} rows[] = {
		{ "127.0.0.1", "6379", true },
		{ "::1", "6379", true },
		{ "[::1]", "6379", false },
		{ "redis.example", "6379", false },
		{ "/run/redis.sock", "6379", false },
		{ "", "6379", false },
		{ "127.0.0.1", "", false },
		{ "127.0.0.1", "0", false },
		{ "127.0.0.1", "65536", false },
	};
	struct redis_place place;

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(rows); i++)
		if (redis_place_make(rows[i].host, rows[i].port, &place) != rows[i].good)
			fail_msg("'%s' '%s'", rows[i].host, rows[i].port);
}

#define TEXT_42 "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOP"

static void test_names(void **state)
{
	static const struct {
		const char *rest;
		size_t len;
		bool entry;
	} rows[] = {
		{ TEXT_42 "Q", 43, true },
		{ TEXT_42 "-", 43, true },
		{ TEXT_42 "_", 43, true },
		{ TEXT_42, 42, false },
		{ TEXT_42 "QR", 44, false },
		{ TEXT_42 "=", 43, false },
		{ TEXT_42 "+", 43, false },
		{ TEXT_42 "\n", 43, false },
		{ TEXT_42 "\0", 43, false },
		{ "", 0, false },
		{ REDIS_GENERATION, sizeof(REDIS_GENERATION) - 1, false },
	};
	char name[REDIS_NAME_ROOM];

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(rows); i++)
		if (redis_name_is_entry(rows[i].rest, rows[i].len) != rows[i].entry)
			fail_msg("row %zu: '%s'", i, rows[i].rest);
	redis_name("a%s b:", REDIS_GENERATION, name);
	assert_string_equal(name, "a%s b:generation");
}

static void test_codes(void **state)
{
	static const struct {
		const char *words, *code;
	} rows[] = {
		{ "NOPERM this user has no permissions", "NOPERM" },
		{ "ERR", "ERR" },
		{ "ERR unknown command 'MGET', with args beginning with: 'x'", "ERR" },
		{ "", "an error" },
		{ "error", "an error" },
		{ "ERRor", "an error" },
		{ "MIGRANTID:SECRET", "an error" },
		{ " ERR", "an error" },
		{ "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA", "an error" },
	};
	char code[REDIS_CODE_ROOM];

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		redis_error_code(rows[i].words, code);
		assert_string_equal(code, rows[i].code);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_addresses),
		cmocka_unit_test(test_told),
		cmocka_unit_test(test_names),
		cmocka_unit_test(test_codes),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
