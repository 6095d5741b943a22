/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <openssl/evp.h>
#include <stdio.h>
#include <string.h>

#include "answer/answer_internal.h"

static const struct row {
	const char *hex; /* the 32 octets; those left out at the end are 00 */
	bool valid;
} rows[] = {
	/* RFC 8032 section 7.1, tests 1 to 3 */
	{ "d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a", true },
	{ "3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c", true },
	{ "fc51cd8e6218a1a38da47ed00230f0580816ed13ba3303ac5deb911548908025", true },
	/* the base point, and y from 2 to 9 of which these are on the curve (computed apart) */
	{ "5866666666666666666666666666666666666666666666666666666666666666", true },
	{ "02", false },
	{ "03", true },
	{ "04", true },
	{ "05", true },
	{ "06", true },
	{ "07", false },
	{ "08", false },
	{ "09", true },
	{ "0300000000000000000000000000000000000000000000000000000000000080", true },
	{ "0200000000000000000000000000000000000000000000000000000000000080", false },
	/* order 4: y = 0 */
	{ "00", false },
	{ "0000000000000000000000000000000000000000000000000000000000000080", false },
	/* order 1 and 2: y = 1, y = -1 */
	{ "01", false },
	{ "0100000000000000000000000000000000000000000000000000000000000080", false },
	{ "ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f", false },
	{ "ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff", false },
	/* order 8 */
	{ "26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc05", false },
	{ "26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc85", false },
	{ "c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac037a", false },
	{ "c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac03fa", false },
	/* -3 is on the curve; p, p + 1 and p + 3 are second encodings of 0, 1 and 3 */
	{ "eaffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f", true },
	{ "edffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f", false },
	{ "eeffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f", false },
	{ "f0ffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f", false },
	{ "f0ffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff", false },
};

static void test_table(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		uint8_t octets[ED25519_KEY_LEN] = { 0 };

		for (size_t j = 0; j < strlen(rows[i].hex) / 2; j++)
			assert_int_equal(sscanf(rows[i].hex + 2 * j, "%2hhx", &octets[j]), 1);
		if (ed25519_point_is_valid(octets) != rows[i].valid)
			fail_msg("row %zu: %s", i, rows[i].hex);
	}
}

/* Whatever OpenSSL generates is fit for use. */
static void test_generated(void **state)
{
	(void)state;
	for (int i = 0; i < 500; i++) {
		EVP_PKEY *pkey = EVP_PKEY_Q_keygen(NULL, NULL, "ED25519");
		uint8_t octets[ED25519_KEY_LEN];
		size_t len = sizeof(octets);

		assert_int_equal(EVP_PKEY_get_raw_public_key(pkey, octets, &len), 1);
		assert_true(ed25519_point_is_valid(octets));
		EVP_PKEY_free(pkey);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_table),
		cmocka_unit_test(test_generated),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
