/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Addresses of Redis, of which none may need a look-up, and what is shown of its errors.
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
		const char *text;
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
		{ "[2001:db8:0000:0000:0000:0000:0000:0000:0000:0000:0000:0000:0000:0001]:1", NULL,
			0 },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		struct redis_address address;
		char formatted[REDIS_ADDRESS_ROOM];
		bool good = redis_address_parse(rows[i].text, &address);

		if (good != (rows[i].host != NULL) ||
			(good && (strcmp(address.host, rows[i].host) != 0 ||
					 address.port != rows[i].port)))
			fail_msg("'%s'", rows[i].text);
		redis_address_format(&address, formatted);
		if (good && strcmp(formatted, rows[i].text) != 0)
			fail_msg("'%s' for '%s'", formatted, rows[i].text);
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
	struct redis_address address;

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(rows); i++)
		if (redis_address_from_parts(rows[i].host, rows[i].port, &address) != rows[i].good)
			fail_msg("'%s' '%s'", rows[i].host, rows[i].port);
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
		cmocka_unit_test(test_codes),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
