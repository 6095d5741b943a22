/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Signatures spoilt in every way, for each algorithm, through jws_verify_raw(); and that nothing
 * of it is felt by whoever else uses OpenSSL on the same thread.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <openssl/err.h>
#include <openssl/x509.h>
#include <stdlib.h>
#include <string.h>

#include "answer/answer.h"
#include "sign.h"

#define COUNT 4

static const enum jws_algorithm algorithms[COUNT] = { JWS_ES256, JWS_PS256, JWS_RS256, JWS_EDDSA };
static struct signer *signers[COUNT];
static struct key_set *keys;
static const char message[] = "eyJhbGciOiJFUzI1NiJ9.eyJhIjoxfQ";
#define MESSAGE_LEN (sizeof(message) - 1)

static int set_up(void **state)
{
	const char *const kids[COUNT] = { "es", "ps", "rs", "ed" };

	(void)state;
	for (size_t i = 0; i < COUNT; i++)
		signers[i] = signer_new(algorithms[i], kids[i]);
	keys = signer_key_set((const struct signer *const *)signers, COUNT);
	return 0;
}

static int tear_down(void **state)
{
	(void)state;
	key_set_unref(keys);
	for (size_t i = 0; i < COUNT; i++)
		signer_free(signers[i]);
	return 0;
}

static bool verifies(size_t which, const uint8_t *signature, size_t len)
{
	uint8_t *exact = malloc(len > 0 ? len : 1);
	bool good;

	assert_non_null(exact);
	memcpy(exact, signature, len);
	good = jws_verify_raw(keys, which, algorithms[which], message, MESSAGE_LEN, exact, len);
	free(exact);
	return good;
}

static size_t sign(size_t which, uint8_t signature[SIGN_MAX])
{
	return sign_octets(signers[which], algorithms[which], message, MESSAGE_LEN, signature);
}

static void test_right(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT * 20; i++) {
		uint8_t signature[SIGN_MAX];
		size_t len = sign(i % COUNT, signature);

		assert_true(verifies(i % COUNT, signature, len));
	}
}

static void test_every_bit(void **state)
{
	(void)state;
	for (size_t which = 0; which < COUNT; which++) {
		uint8_t signature[SIGN_MAX];
		size_t len = sign(which, signature);

		for (size_t bit = 0; bit < len * 8; bit++) {
			signature[bit / 8] ^= (uint8_t)(1 << bit % 8);
			assert_false(verifies(which, signature, len));
			signature[bit / 8] ^= (uint8_t)(1 << bit % 8);
		}
		assert_true(verifies(which, signature, len));
	}
}

static void test_every_length(void **state)
{
	(void)state;
	for (size_t which = 0; which < COUNT; which++) {
		uint8_t signature[SIGN_MAX] = { 0 };
		size_t len = sign(which, signature);

		for (size_t other = 0; other <= len + 40; other++)
			assert_int_equal(verifies(which, signature, other), other == len);
		assert_false(verifies(which, signature, SIGN_MAX));
	}
}

static void test_blank(void **state)
{
	(void)state;
	for (size_t which = 0; which < COUNT; which++) {
		uint8_t signature[SIGN_MAX];
		size_t len = sign(which, signature);

		memset(signature, 0, len);
		assert_false(verifies(which, signature, len));
		signature[len - 1] = 1;
		assert_false(verifies(which, signature, len));
		memset(signature, 0xff, len);
		assert_false(verifies(which, signature, len));
	}
}

static void test_other_message(void **state)
{
	(void)state;
	for (size_t which = 0; which < COUNT; which++) {
		uint8_t signature[SIGN_MAX];
		size_t len = sign(which, signature);
		char other[sizeof(message)];

		for (size_t i = 0; i < MESSAGE_LEN; i++) {
			memcpy(other, message, sizeof(message));
			other[i] ^= 1;
			assert_false(jws_verify_raw(keys, which, algorithms[which], other,
				MESSAGE_LEN, signature, len));
		}
		assert_false(jws_verify_raw(
			keys, which, algorithms[which], message, MESSAGE_LEN - 1, signature, len));
		assert_false(
			jws_verify_raw(keys, which, algorithms[which], message, 0, signature, len));
	}
}

/* Each key with each algorithm, none, several at once, and places outside the set. */
static void test_other_key_or_algorithm(void **state)
{
	(void)state;
	for (size_t which = 0; which < COUNT; which++) {
		uint8_t signature[SIGN_MAX];
		size_t len = sign(which, signature);

		for (size_t index = 0; index < COUNT + 2; index++) {
			for (unsigned algorithm = 0; algorithm < 32; algorithm++)
				assert_int_equal(
					jws_verify_raw(keys, index, (enum jws_algorithm)algorithm,
						message, MESSAGE_LEN, signature, len),
					index == which && algorithm == algorithms[which]);
		}
		assert_false(jws_verify_raw(
			keys, SIZE_MAX, algorithms[which], message, MESSAGE_LEN, signature, len));
	}
}

/* The order of P-256 (FIPS 186-4, D.1.2.3) */
static const uint8_t order[32] = { 0xff, 0xff, 0xff, 0xff, 0, 0, 0, 0, 0xff, 0xff, 0xff, 0xff, 0xff,
	0xff, 0xff, 0xff, 0xbc, 0xe6, 0xfa, 0xad, 0xa7, 0x17, 0x9e, 0x84, 0xf3, 0xb9, 0xca, 0xc2,
	0xfc, 0x63, 0x25, 0x51 };

static void subtract_from_order(uint8_t number[32])
{
	int borrow = 0;

	for (size_t i = 32; i-- > 0;) {
		int digit = order[i] - number[i] - borrow;

		borrow = digit < 0;
		number[i] = (uint8_t)(digit + 256 * borrow);
	}
}

/* R or S as 0, 1, n - 1, n, n + 1 and all ones; the other one right, or the same. */
static void test_ecdsa_ranges(void **state)
{
	uint8_t values[6][32] = { { 0 }, { 0 } }, right[SIGN_MAX], signature[64];

	(void)state;
	values[1][31] = 1;
	for (size_t i = 2; i < 5; i++)
		memcpy(values[i], order, 32);
	values[2][31]--;
	values[4][31]++;
	memset(values[5], 0xff, 32);
	assert_int_equal(sign(0, right), 64);
	for (size_t i = 0; i < ARRAY_LEN(values); i++) {
		memcpy(signature, values[i], 32);
		memcpy(signature + 32, right + 32, 32);
		assert_false(verifies(0, signature, 64));
		memcpy(signature, right, 32);
		memcpy(signature + 32, values[i], 32);
		assert_false(verifies(0, signature, 64));
		for (size_t j = 0; j < ARRAY_LEN(values); j++) {
			memcpy(signature, values[j], 32);
			assert_false(verifies(0, signature, 64));
		}
	}
}

static void test_ecdsa_forms(void **state)
{
	uint8_t right[SIGN_MAX], signature[SIGN_MAX];
	size_t len;

	(void)state;
	/* DER, at each of its lengths, and DER cut or filled up to 64 octets */
	for (int i = 0; i < 50; i++) {
		memset(signature, 0, sizeof(signature));
		len = sign_octets_der(signers[0], message, MESSAGE_LEN, signature);
		assert_false(verifies(0, signature, len));
		assert_false(verifies(0, signature, 64));
	}
	/* S||R */
	assert_int_equal(sign(0, right), 64);
	memcpy(signature, right + 32, 32);
	memcpy(signature + 32, right, 32);
	assert_false(verifies(0, signature, 64));
	/* 33 octets each, as if the integers were signed ones */
	memset(signature, 0, sizeof(signature));
	memcpy(signature + 1, right, 32);
	memcpy(signature + 34, right + 32, 32);
	assert_false(verifies(0, signature, 66));
	/*
	 * n - S signs the same message as S does: RFC 7518 does not ask for the lower one, and
	 * Wycheproof counts it valid. It is no forgery: only the signature's octets differ, and
	 * nothing here identifies an answer by those.
	 */
	subtract_from_order(right + 32);
	assert_true(verifies(0, right, 64));
}

/* R with a zero octet at its front: 32 octets are right, 31 are not. */
static void test_ecdsa_short_r(void **state)
{
	uint8_t signature[SIGN_MAX];

	(void)state;
	do {
		assert_int_equal(sign(0, signature), 64);
	} while (signature[0] != 0);
	assert_true(verifies(0, signature, 64));
	assert_false(verifies(0, signature + 1, 63));
}

/*
 * An RSA signature is as long as the modulus, its leading zeros included: without them it is the
 * same number, and OpenSSL takes that.
 */
static void test_rsa_length(void **state)
{
	(void)state;
	for (size_t which = 1; which <= 2; which++) {
		uint8_t signature[SIGN_MAX], longer[SIGN_MAX + 1] = { 0 };
		char text[32];
		size_t len;

		for (int i = 0;; i++) { /* PS256 has a salt, RS256 needs another message */
			(void)snprintf(text, sizeof(text), "message %d", i);
			len = sign_octets(
				signers[which], algorithms[which], text, strlen(text), signature);
			if (signature[0] == 0)
				break;
		}
		assert_true(jws_verify_raw(
			keys, which, algorithms[which], text, strlen(text), signature, len));
		assert_false(jws_verify_raw(keys, which, algorithms[which], text, strlen(text),
			signature + 1, len - 1));
		memcpy(longer + 1, signature, len);
		assert_false(jws_verify_raw(
			keys, which, algorithms[which], text, strlen(text), longer, len + 1));
	}
}

static void test_rsa_padding(void **state)
{
	static const struct {
		int salt_len;
		const char *mgf1_digest;
		bool good;
	} rows[] = {
		{ 32, "SHA256", true }, /* RFC 7518 section 3.5 */
		{ 0, "SHA256", false },
		{ 20, "SHA256", false },
		{ 31, "SHA256", false },
		{ 33, "SHA256", false },
		{ 256 - 32 - 2, "SHA256", false }, /* the longest that fits */
		{ 32, "SHA1", false },
		{ 32, "SHA512", false },
	};
	uint8_t signature[SIGN_MAX];
	size_t len;

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		len = sign_octets_pss(signers[1], rows[i].salt_len, rows[i].mgf1_digest, message,
			MESSAGE_LEN, signature);
		assert_int_equal(verifies(1, signature, len), rows[i].good);
	}
	/* PKCS #1 v1.5 where PSS is meant, and the other way round, by the right key */
	len = sign_octets(signers[1], JWS_RS256, message, MESSAGE_LEN, signature);
	assert_false(verifies(1, signature, len));
	len = sign_octets(signers[2], JWS_PS256, message, MESSAGE_LEN, signature);
	assert_false(verifies(2, signature, len));
}

/* S + L is the same S to whoever does not look (RFC 8032 section 5.1.7). */
static void test_ed25519_s_plus_l(void **state)
{
	static const uint8_t group_order[32] = { 0xed, 0xd3, 0xf5, 0x5c, 0x1a, 0x63, 0x12, 0x58,
		0xd6, 0x9c, 0xf7, 0xa2, 0xde, 0xf9, 0xde, 0x14, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0,
		0, 0, 0, 0x10 };
	uint8_t signature[SIGN_MAX];
	unsigned carry = 0;

	(void)state;
	assert_int_equal(sign(3, signature), 64);
	for (size_t i = 0; i < 32; i++) {
		carry += (unsigned)signature[32 + i] + group_order[i];
		signature[32 + i] = (uint8_t)carry;
		carry >>= 8;
	}
	assert_false(verifies(3, signature, 64));
}

/* Our own errors must be gone, and those of whoever uses this thread besides us must not. */
static void spoil_and_parse(void)
{
	static const char bad_keys[] = "{\"keys\":[{\"kty\":\"EC\",\"crv\":\"P-256\","
				       "\"x\":\"AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA\","
				       "\"y\":\"AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA\"}]}";
	uint8_t signature[SIGN_MAX];

	assert_null(key_set_parse(bad_keys, strlen(bad_keys), NULL, NULL));
	for (size_t which = 0; which < COUNT; which++) {
		size_t len = sign(which, signature);

		memset(signature, 0xff, len);
		assert_false(verifies(which, signature, len));
		memset(signature, 0, len);
		assert_false(verifies(which, signature, len));
		assert_false(verifies(which, signature, len - 1));
		len = sign(which, signature);
		signature[len / 2] ^= 1;
		assert_false(verifies(which, signature, len));
		signature[len / 2] ^= 1;
		assert_true(verifies(which, signature, len));
	}
}

static void test_error_queue(void **state)
{
	(void)state;
	ERR_clear_error();
	spoil_and_parse();
	assert_int_equal(ERR_peek_error(), 0);
	/* The server's TLS has queued two errors and not read them yet. */
	ERR_raise(ERR_LIB_USER, 101);
	ERR_raise(ERR_LIB_USER, 102);
	spoil_and_parse();
	assert_int_equal(ERR_GET_REASON(ERR_peek_last_error()), 102);
	assert_int_equal(ERR_GET_REASON(ERR_get_error()), 101);
	assert_int_equal(ERR_GET_REASON(ERR_get_error()), 102);
	assert_int_equal(ERR_get_error(), 0);
	/* The caller has set a mark of its own and is to find it again. */
	ERR_raise(ERR_LIB_USER, 103);
	assert_int_equal(ERR_set_mark(), 1);
	spoil_and_parse();
	ERR_raise(ERR_LIB_USER, 104);
	assert_int_equal(ERR_pop_to_mark(), 1);
	assert_int_equal(ERR_GET_REASON(ERR_get_error()), 103);
	assert_int_equal(ERR_get_error(), 0);
}

/* Without the marks there would be errors: this shows that the test above can fail. */
static void test_error_queue_is_used(void **state)
{
	struct signer *signer = signer_new(JWS_RS256, NULL);
	size_t len;
	uint8_t *der = signer_public(signer, false, &len);
	const uint8_t *p = der;
	EVP_PKEY *pkey = d2i_PUBKEY(NULL, &p, (long)len);
	EVP_MD_CTX *ctx = EVP_MD_CTX_new();
	uint8_t signature[256];

	(void)state;
	ERR_clear_error();
	memset(signature, 0xff, sizeof(signature));
	assert_int_equal(EVP_DigestVerifyInit(ctx, NULL, EVP_sha256(), NULL, pkey), 1);
	assert_int_not_equal(
		EVP_DigestVerify(ctx, signature, sizeof(signature), (const uint8_t *)"", 0), 1);
	assert_int_not_equal(ERR_peek_error(), 0);
	ERR_clear_error();
	EVP_MD_CTX_free(ctx);
	EVP_PKEY_free(pkey);
	free(der);
	signer_free(signer);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_right),
		cmocka_unit_test(test_every_bit),
		cmocka_unit_test(test_every_length),
		cmocka_unit_test(test_blank),
		cmocka_unit_test(test_other_message),
		cmocka_unit_test(test_other_key_or_algorithm),
		cmocka_unit_test(test_ecdsa_ranges),
		cmocka_unit_test(test_ecdsa_forms),
		cmocka_unit_test(test_ecdsa_short_r),
		cmocka_unit_test(test_rsa_length),
		cmocka_unit_test(test_rsa_padding),
		cmocka_unit_test(test_ed25519_s_plus_l),
		cmocka_unit_test(test_error_queue),
		cmocka_unit_test(test_error_queue_is_used),
	};

	return cmocka_run_group_tests(tests, set_up, tear_down);
}
