/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Signatures spoilt as octets and as numbers, under a text that is right.
 */
#include "differential.h"

#include <openssl/bn.h>
#include <openssl/rsa.h>

#include "base/base64url.h"

/* Order of P-256's group (SEC 2). */
#define P256_ORDER "FFFFFFFF00000000FFFFFFFFFFFFFFFFBCE6FAADA7179E84F3B9CAC2FC632551"
#define HALF 32

/* A right text and its right signature. */
struct signed_octets {
	char *input;
	uint8_t octets[SIGN_MAX];
	size_t len;
};

static struct signed_octets sign_once(const struct subject *subject)
{
	struct signed_octets made = { .input = input_of(subject, NULL) };

	made.len = sign_octets(
		subject->signer, subject->algorithm, made.input, strlen(made.input), made.octets);
	return made;
}

/* Each octet with one bit changed. */
void test_bits_of_signature(void **state)
{
	(void)state;
	for (size_t i = 0; i < SUBJECTS; i++) {
		struct signed_octets made = sign_once(&subjects[i]);

		for (size_t at = 0; at < made.len; at++) {
			uint8_t was = made.octets[at];

			made.octets[at] = (uint8_t)(was ^ 1 << random_below(8));
			compare(&subjects[i], "octet of the signature",
				sign_join(made.input, made.octets, made.len));
			made.octets[at] = was;
		}
		free(made.input);
	}
}

/* Cut at either end, and lengthened by zeros or by itself. */
void test_length_of_signature(void **state)
{
	(void)state;
	for (size_t i = 0; i < SUBJECTS; i++) {
		struct signed_octets made = sign_once(&subjects[i]);
		uint8_t wide[2 * SIGN_MAX + 2] = { 0 }, *own = wide + 1;
		size_t len = made.len;

		memcpy(own, made.octets, len);
		for (size_t cut = 0; cut < len; cut += 1 + cut / 8)
			compare(&subjects[i], "short signature", sign_join(made.input, own, cut));
		for (size_t cut = 1; cut < 8; cut++)
			compare(&subjects[i], "short signature",
				sign_join(made.input, own + cut, len - cut));
		compare(&subjects[i], "short signature", sign_join(made.input, own, len - 1));
		compare(&subjects[i], "zero before the signature",
			sign_join(made.input, wide, len + 1));
		for (size_t more = 1; more < 40; more++)
			compare(&subjects[i], "zeros behind the signature",
				sign_join(made.input, own, len + more));
		memcpy(own + len, own, len);
		compare(&subjects[i], "signature twice", sign_join(made.input, own, 2 * len));
		free(made.input);
	}
}

/* Signed by R||S, of `len` octets each. */
static char *pair_token(const char *input, const BIGNUM *r, const BIGNUM *s, int len)
{
	uint8_t octets[2 * SIGN_MAX];

	assert_int_equal(BN_bn2binpad(r, octets, len), len);
	assert_int_equal(BN_bn2binpad(s, octets + len, len), len);
	return sign_join(input, octets, 2 * (size_t)len);
}

static void compare_pair(const struct subject *subject, const char *family, const char *input,
	const BIGNUM *r, const BIGNUM *s, int len)
{
	compare(subject, family, pair_token(input, r, s, len));
}

/* Numbers that begin with a zero octet: right in full length, wrong in what they need. */
void test_short_numbers(void **state)
{
	size_t seen = 0;

	(void)state;
	for (size_t i = 0; i < 3000 && seen < 6; i++) {
		struct signed_octets made = sign_once(&subjects[ES256]);
		BIGNUM *r = BN_bin2bn(made.octets, HALF, NULL);
		BIGNUM *s = BN_bin2bn(made.octets + HALF, HALF, NULL);
		bool short_r = BN_num_bytes(r) < HALF;

		if (short_r || BN_num_bytes(s) < HALF) {
			seen++;
			compare_right(&subjects[ES256], "leading zero in R or S",
				sign_join(made.input, made.octets, made.len));
			if (short_r)
				memmove(made.octets, made.octets + 1, 2 * HALF - 1);
			else
				memmove(made.octets + HALF, made.octets + HALF + 1, HALF - 1);
			compare(&subjects[ES256], "leading zero left out",
				sign_join(made.input, made.octets, 2 * HALF - 1));
		}
		BN_free(r);
		BN_free(s);
		free(made.input);
	}
	assert_int_equal(seen, 6);
	for (size_t i = PS256; i <= RS256; i++) {
		for (size_t tries = 0;; tries++) {
			struct signed_octets made = sign_once(&subjects[i]);
			bool found = made.octets[0] == 0;

			if (found) {
				compare_right(&subjects[i], "leading zero in an RSA signature",
					sign_join(made.input, made.octets, made.len));
				compare(&subjects[i], "leading zero left out",
					sign_join(made.input, made.octets + 1, made.len - 1));
			}
			free(made.input);
			if (found)
				break;
			assert_true(tries < 3000);
		}
	}
}

/* 0, 1, the order and what is beyond it: CVE-2022-21449, in which R = S = 0 was always right. */
void test_ecdsa_range(void **state)
{
	const struct subject *subject = &subjects[ES256];
	struct signed_octets made = sign_once(subject);
	BIGNUM *numbers[8] = { BN_bin2bn(made.octets, HALF, NULL),
		BN_bin2bn(made.octets + HALF, HALF, NULL) };
	BIGNUM *order = NULL;

	(void)state;
	assert_int_not_equal(BN_hex2bn(&order, P256_ORDER), 0);
	for (size_t i = 2; i < ARRAY_LEN(numbers); i++)
		assert_non_null(numbers[i] = BN_new());
	assert_true(BN_set_word(numbers[3], 1));
	assert_true(BN_copy(numbers[4], order) != NULL);
	assert_true(BN_add(numbers[5], order, numbers[3]));
	assert_true(BN_sub(numbers[6], order, numbers[3]));
	assert_true(BN_lshift(numbers[7], numbers[3], 8 * HALF) && BN_sub_word(numbers[7], 1));
	for (size_t i = 0; i < 64; i++) {
		bool right = i / 8 == 0 && i % 8 == 1;

		if (!right)
			compare_pair(subject, "R or S out of place", made.input, numbers[i / 8],
				numbers[i % 8], HALF);
	}
	/* The same numbers in more octets each, and beyond the order but equal modulo it. */
	for (int len = HALF + 1; len < HALF + 10; len++)
		compare_pair(
			subject, "R and S in more octets", made.input, numbers[0], numbers[1], len);
	assert_true(BN_add(numbers[2], numbers[0], order));
	compare_pair(subject, "R beyond the order", made.input, numbers[2], numbers[1], HALF + 1);
	assert_true(BN_add(numbers[2], numbers[1], order));
	compare_pair(subject, "S beyond the order", made.input, numbers[0], numbers[2], HALF + 1);
	/* S negated is as right as S (SEC 1 section 4.1.4). */
	assert_true(BN_sub(numbers[2], order, numbers[1]));
	compare_right(subject, "S negated", pair_token(made.input, numbers[0], numbers[2], HALF));
	for (size_t i = 0; i < ARRAY_LEN(numbers); i++)
		BN_free(numbers[i]);
	BN_free(order);
	free(made.input);
}

static BIGNUM *modulus_of(const struct subject *subject)
{
	json_t *jwk = signer_jwk(subject->signer);
	const char *n = json_string_value(json_object_get(jwk, "n"));
	uint8_t octets[SIGN_MAX];
	BIGNUM *modulus;
	size_t len;

	assert_true(base64url_decode(n, strlen(n), octets, sizeof(octets), &len));
	modulus = BN_bin2bn(octets, (int)len, NULL);
	assert_non_null(modulus);
	json_decref(jwk);
	return modulus;
}

/* 0, 1, the modulus, one beside it; and the right number plus the modulus. */
void test_rsa_range(void **state)
{
	(void)state;
	for (size_t i = PS256; i <= RS256; i++) {
		const struct subject *subject = &subjects[i];
		struct signed_octets made = sign_once(subject);
		BIGNUM *modulus = modulus_of(subject), *number = BN_new();
		int len = (int)made.len;

		assert_non_null(number);
		for (BN_ULONG j = 0; j < 6; j++) {
			if (j < 2)
				assert_true(BN_set_word(number, j));
			else
				assert_true(BN_copy(number, modulus) != NULL);
			if (j > 2)
				assert_true(j == 3 ? BN_sub_word(number, 1)
						   : BN_add_word(number, j - 4));
			assert_int_equal(BN_bn2binpad(number, made.octets, len), len);
			compare(subject, "RSA number out of place",
				sign_join(made.input, made.octets, made.len));
		}
		free(made.input);
		made = sign_once(subject);
		assert_non_null(BN_bin2bn(made.octets, len, number));
		assert_true(BN_add(number, number, modulus));
		len = BN_num_bytes(number);
		assert_int_equal(BN_bn2binpad(number, made.octets, len), len);
		compare(subject, "RSA number beyond the modulus",
			sign_join(made.input, made.octets, (size_t)len));
		BN_free(number);
		BN_free(modulus);
		free(made.input);
	}
}

/* PSS with another salt or mask, and each padding under the other's name. */
void test_rsa_padding(void **state)
{
	static const int salts[] = { 0, 1, 20, 31, 33, 64, RSA_PSS_SALTLEN_MAX };
	const struct subject *subject = &subjects[PS256];
	uint8_t octets[SIGN_MAX];
	char *input = input_of(subject, NULL);
	size_t len;

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(salts); i++) {
		len = sign_octets_pss(
			subject->signer, salts[i], "SHA256", input, strlen(input), octets);
		compare(subject, "PSS with another salt", sign_join(input, octets, len));
	}
	len = sign_octets_pss(subject->signer, 32, "SHA1", input, strlen(input), octets);
	compare(subject, "PSS with another mask", sign_join(input, octets, len));
	len = sign_octets_pss(subject->signer, 32, "SHA256", input, strlen(input), octets);
	compare_right(subject, "PSS as it should be", sign_join(input, octets, len));
	free(input);
	compare(subject, "other padding",
		signed_as(subject->signer, JWS_RS256, input_of(subject, NULL)));
	subject = &subjects[RS256];
	compare(subject, "other padding",
		signed_as(subject->signer, JWS_PS256, input_of(subject, NULL)));
}

/* ECDSA in DER, as certificates have it. */
void test_other_encodings(void **state)
{
	uint8_t octets[SIGN_MAX];

	(void)state;
	for (size_t i = 0; i < 20; i++) {
		char *input = input_of(&subjects[ES256], NULL);
		size_t len = sign_octets_der(subjects[ES256].signer, input, strlen(input), octets);

		compare(&subjects[ES256], "DER signature", sign_join(input, octets, len));
		free(input);
	}
}

/* Someone else's key of the same type, and the right signature of another text. */
void test_other_owner(void **state)
{
	(void)state;
	for (size_t i = 0; i < SUBJECTS; i++) {
		const struct subject *subject = &subjects[i];

		for (size_t j = 0; j < 10; j++) {
			struct signed_octets made = sign_once(subject);
			char *other = input_of(subject, NULL);

			compare(subject, "other owner",
				signed_as(subject->other, subject->algorithm,
					input_of(subject, NULL)));
			compare(subject, "other text", sign_join(other, made.octets, made.len));
			free(other);
			free(made.input);
		}
		for (size_t j = 0; j < SUBJECTS; j++) {
			if (j != i)
				compare(subject, "other type of key",
					signed_as(subjects[j].signer, subjects[j].algorithm,
						input_of(subject, NULL)));
		}
	}
}
