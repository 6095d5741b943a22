/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "radius.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

/* RFC 2865 section 7.1: the hidden password and the Access-Accept. */
static const uint8_t rfc2865_request[RADIUS_AUTH_LEN] = { 0x0f, 0x40, 0x3f, 0x94, 0x73, 0x97, 0x80,
	0x57, 0xbd, 0x83, 0xd5, 0xcb, 0x98, 0xf4, 0x22, 0x7a };
static const uint8_t rfc2865_hidden[] = { 0x0d, 0xbe, 0x70, 0x8d, 0x93, 0xd4, 0x13, 0xce, 0x31,
	0x96, 0xe4, 0x3f, 0x78, 0x2a, 0x0a, 0xee };
static const uint8_t rfc2865_accept[] = { 0x02, 0x00, 0x00, 0x26, 0x86, 0xfe, 0x22, 0x0e, 0x76,
	0x24, 0xba, 0x2a, 0x10, 0x05, 0xf6, 0xbf, 0x9b, 0x55, 0xe0, 0xb2, 0x06, 0x06, 0x00, 0x00,
	0x00, 0x01, 0x0f, 0x06, 0x00, 0x00, 0x00, 0x00, 0x0e, 0x06, 0xc0, 0xa8, 0x01, 0x03 };
/* RFC 5997 section 6.1: a request with nothing but a Message-Authenticator. Its code is 12. */
static const uint8_t rfc5997_status[] = { 0x0c, 0xda, 0x00, 0x26, 0x8a, 0x54, 0xf4, 0x68, 0x6f,
	0xb3, 0x94, 0xc5, 0x28, 0x66, 0xe3, 0x02, 0x18, 0x5d, 0x06, 0x23, 0x50, 0x12, 0x5a, 0x66,
	0x5e, 0x2e, 0x1e, 0x84, 0x11, 0xf3, 0xe2, 0x43, 0x82, 0x20, 0x97, 0xc8, 0x4f, 0xa3 };

static int setup(void **state)
{
	struct radius_secret *secret = malloc(sizeof(*secret));

	*state = secret;
	return secret && radius_secret_open(secret, "xyzzy5461") ? 0 : -1;
}

static int teardown(void **state)
{
	radius_secret_close(*state);
	free(*state);
	return 0;
}

static void test_hiding(void **state)
{
	const struct radius_attribute password = { .number = 2, .hidden = true };
	struct radius_packet packet;

	radius_begin(&packet, 0, rfc2865_request);
	radius_add(&packet, *state, password, "arctangent", 10);
	assert_true(radius_sign(&packet, *state));
	assert_int_equal(packet.len, 38 + 2 + 16);
	assert_int_equal(packet.data[38], 2);
	assert_int_equal(packet.data[39], 18);
	assert_memory_equal(packet.data + 40, rfc2865_hidden, sizeof(rfc2865_hidden));
}

/* The second 16 octets are hidden with the first; undone here as a server does it. */
static void test_hiding_of_long_values(void **state)
{
	const struct radius_attribute mrz = { .number = 9, .vendor = true, .hidden = true };
	static const char line[] = "I<UTOD231458907<<<<<<<<<<<<<<<";
	const struct radius_secret *secret = *state;
	uint8_t mask[RADIUS_AUTH_LEN], chain[64];
	struct radius_packet packet;

	radius_begin(&packet, 7, rfc2865_request);
	radius_add(&packet, secret, mrz, line, strlen(line));
	assert_true(radius_sign(&packet, secret));
	assert_int_equal(packet.len, 38 + 8 + 32);
	memcpy(chain, secret->text, secret->len);
	memcpy(chain + secret->len, packet.data + 46, RADIUS_AUTH_LEN);
	assert_int_equal(
		EVP_Digest(chain, secret->len + RADIUS_AUTH_LEN, mask, NULL, EVP_md5(), NULL), 1);
	for (size_t i = 0; i < 14; i++)
		assert_int_equal(packet.data[62 + i] ^ mask[i], line[16 + i]);
}

static void test_signature(void **state)
{
	struct radius_packet packet;

	radius_begin(&packet, 0xda, rfc5997_status + 4);
	packet.data[0] = rfc5997_status[0];
	assert_true(radius_sign(&packet, *state));
	assert_int_equal(packet.len, sizeof(rfc5997_status));
	assert_memory_equal(packet.data, rfc5997_status, sizeof(rfc5997_status));
	/* Signed again, it must be the same: the signature is made over zeros. */
	radius_begin(&packet, 0xda, rfc5997_status + 4);
	packet.data[0] = rfc5997_status[0];
	assert_true(radius_sign(&packet, *state));
	assert_memory_equal(packet.data, rfc5997_status, sizeof(rfc5997_status));
}

static void test_vendor_attribute(void **state)
{
	const struct radius_attribute sale_id = { .number = 1, .vendor = true };
	static const uint8_t expected[] = { 26, 10, 0, 0, 0x7e, 0xd9, 1, 4, 'a', 'b' };
	struct radius_packet packet;

	radius_begin(&packet, 0, rfc2865_request);
	radius_add(&packet, *state, sale_id, "ab", 2);
	assert_true(radius_sign(&packet, *state));
	assert_int_equal(packet.len, 38 + sizeof(expected));
	assert_memory_equal(packet.data + 38, expected, sizeof(expected));
}

static void test_too_long(void **state)
{
	static const struct {
		struct radius_attribute attribute;
		size_t fits;
	} rows[] = {
		{ { 1, false, false }, RADIUS_VALUE_MAX },
		{ { 1, true, false }, RADIUS_VENDOR_VALUE_MAX },
		{ { 5, true, true }, RADIUS_HIDDEN_MAX },
	};
	static const char value[RADIUS_VALUE_MAX + 1];
	struct radius_packet packet;

	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		radius_begin(&packet, 0, rfc2865_request);
		radius_add(&packet, *state, rows[i].attribute, value, rows[i].fits);
		assert_true(radius_sign(&packet, *state));
		radius_add(&packet, *state, rows[i].attribute, value, rows[i].fits + 1);
		assert_false(radius_sign(&packet, *state));
	}
	radius_begin(&packet, 0, rfc2865_request);
	for (size_t i = 0; i < RADIUS_PACKET_MAX / RADIUS_VALUE_MAX + 1; i++)
		radius_add(&packet, *state, rows[0].attribute, value, RADIUS_VALUE_MAX);
	assert_in_range(packet.len, 0, RADIUS_PACKET_MAX);
	assert_false(radius_sign(&packet, *state));
}

static void test_reply_accepted(void **state)
{
	uint8_t data[sizeof(rfc2865_accept)];
	const struct radius_attribute service_type = { .number = 6 },
				      state_attribute = { .number = 24 };

	memcpy(data, rfc2865_accept, sizeof(data));
	assert_true(radius_reply_ok(data, sizeof(data), rfc2865_request, *state, false));
	assert_memory_equal(data, rfc2865_accept, sizeof(data));
	assert_false(radius_reply_ok(data, sizeof(data), rfc2865_request, *state, true));
	assert_int_equal(radius_find_integer(data, service_type, 99), 1);
	assert_int_equal(radius_find_integer(data, state_attribute, 99), 99);
}

/* Whichever octet is changed, and wherever it is cut: not authentic. */
static void test_reply_spoilt(void **state)
{
	uint8_t data[sizeof(rfc2865_accept)];

	for (size_t i = 0; i < sizeof(data); i++) {
		memcpy(data, rfc2865_accept, sizeof(data));
		data[i] ^= 0x10;
		assert_false(radius_reply_ok(data, sizeof(data), rfc2865_request, *state, false));
		memcpy(data, rfc2865_accept, sizeof(data));
		assert_false(radius_reply_ok(data, i, rfc2865_request, *state, false));
	}
}

/* A reply signed here, whose signature then is spoilt under a Response Authenticator that holds. */
static void test_reply_signature(void **state)
{
	const struct radius_secret *secret = *state;
	uint8_t data[38 + 16] = { RADIUS_ACCESS_REJECT, 0, 0, 38, [20] = 80, [21] = 18 };
	uint8_t *end = data + 38;

	for (int spoilt = 0; spoilt < 2; spoilt++) {
		memset(data + 22, 0, RADIUS_AUTH_LEN);
		memcpy(data + 4, rfc2865_request, RADIUS_AUTH_LEN);
		assert_non_null(EVP_Q_mac(NULL, "HMAC", NULL, "MD5", NULL, secret->text,
			secret->len, data, 38, data + 22, RADIUS_AUTH_LEN, NULL));
		data[37] ^= (uint8_t)spoilt;
		memcpy(end, secret->text, secret->len);
		assert_int_equal(
			EVP_Digest(data, 38 + secret->len, data + 4, NULL, EVP_md5(), NULL), 1);
		assert_int_equal(radius_reply_ok(data, 38, rfc2865_request, secret, true), !spoilt);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_hiding),
		cmocka_unit_test(test_hiding_of_long_values),
		cmocka_unit_test(test_signature),
		cmocka_unit_test(test_vendor_attribute),
		cmocka_unit_test(test_too_long),
		cmocka_unit_test(test_reply_accepted),
		cmocka_unit_test(test_reply_spoilt),
		cmocka_unit_test(test_reply_signature),
	};

	return cmocka_run_group_tests(tests, setup, teardown);
}
