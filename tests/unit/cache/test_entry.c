/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "cache/entry.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static void what_is_packed_comes_out(void **state)
{
	static const size_t lengths[] = { 1, 900, JWS_MAX_LEN };
	static const int64_t times[] = { 0, 1750000000, -1, INT64_MAX, INT64_MIN };
	static struct entry in, out;

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(lengths); i++) {
		for (size_t j = 0; j < ARRAY_LEN(times); j++) {
			uint8_t *octets = malloc(ENTRY_HEAD_LEN + lengths[i]);

			assert_non_null(octets);
			in.stored_at = times[j];
			in.keep_until = times[ARRAY_LEN(times) - 1 - j];
			in.token_len = lengths[i];
			memset(in.token, 'a' + (int)j, lengths[i]);
			assert_int_equal(entry_len(&in), ENTRY_HEAD_LEN + lengths[i]);
			entry_pack(&in, octets);
			assert_true(entry_unpack(octets, entry_len(&in), &out));
			assert_int_equal(out.stored_at, in.stored_at);
			assert_int_equal(out.keep_until, in.keep_until);
			assert_int_equal(out.token_len, in.token_len);
			assert_memory_equal(out.token, in.token, in.token_len);
			free(octets);
		}
	}
}

static void the_octets_are_as_written_down(void **state)
{
	static const uint8_t octets[] = { 2, 0, 0, 0, 0, 0x68, 0x4e, 0xe1, 0x80, 0, 0, 0, 0, 0x68,
		0x50, 0x33, 0, 'x' };
	static struct entry out;

	(void)state;
	assert_true(entry_unpack(octets, sizeof(octets), &out));
	assert_int_equal(out.stored_at, 0x684ee180);
	assert_int_equal(out.keep_until, 0x68503300);
	assert_int_equal(out.token_len, 1);
	assert_int_equal(out.token[0], 'x');
}

static void another_version_or_length_is_none(void **state)
{
	static uint8_t octets[ENTRY_LEN_MAX + 1] = { ENTRY_VERSION };
	static struct entry out;

	(void)state;
	for (size_t len = 0; len <= ENTRY_HEAD_LEN; len++)
		assert_false(entry_unpack(octets, len, &out));
	assert_true(entry_unpack(octets, ENTRY_LEN_MAX, &out));
	assert_false(entry_unpack(octets, ENTRY_LEN_MAX + 1, &out));
	for (unsigned version = 0; version < 256; version++) {
		octets[0] = (uint8_t)version;
		assert_int_equal(
			entry_unpack(octets, ENTRY_HEAD_LEN + 1, &out), version == ENTRY_VERSION);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_is_packed_comes_out),
		cmocka_unit_test(the_octets_are_as_written_down),
		cmocka_unit_test(another_version_or_length_is_none),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
