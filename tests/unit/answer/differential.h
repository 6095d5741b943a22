/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * differential.h - what the parts of the differential test share: keys, and the making of tokens.
 * All that is random comes from one seed, OpenSSL's keys, nonces and salts among it.
 */
#ifndef MIGRANTID_TEST_DIFFERENTIAL_H
#define MIGRANTID_TEST_DIFFERENTIAL_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdio.h>

#include "compare.h"
#include "expect.h"

/* One key each. */
enum { ES256, PS256, RS256, ED25519, SUBJECTS };
extern struct subject subjects[SUBJECTS];

void random_seed(uint64_t seed);
int random_begin(void **state); /* cmocka's set-up; makes the subjects */
int random_end(void **state);
size_t random_below(size_t bound);

/* What is returned is the caller's to free. `more`: members behind the right ones, or "". */
char *right_header(const struct subject *subject, const char *more);
char *right_payload(void);

/* The text that is signed, with this header or, for NULL, the right one. */
char *input_of(const struct subject *subject, const char *header);

/* Signed as `algorithm`, whatever the text says. The text is freed. */
char *signed_as(const struct signer *signer, enum jws_algorithm algorithm, char *input);
char *signed_text(const struct subject *subject, char *input);
char *right_token(const struct subject *subject);

/* printf() into new memory. */
__attribute__((format(printf, 1, 2))) char *text_of(const char *format, ...);

/* differential_signature.c */
void test_bits_of_signature(void **state);
void test_length_of_signature(void **state);
void test_short_numbers(void **state);
void test_ecdsa_range(void **state);
void test_rsa_range(void **state);
void test_rsa_padding(void **state);
void test_other_encodings(void **state);
void test_other_owner(void **state);

/* differential_text.c */
void test_bits_of_text(void **state);
void test_trailing_bits(void **state);
void test_alphabet(void **state);
void test_text_put_in(void **state);
void test_segments(void **state);
void test_cut(void **state);
void test_size(void **state);

/* differential_header.c */
void test_algorithm_names(void **state);
void test_none(void **state);
void test_hmac(void **state);
void test_headers(void **state);
void test_header_forms(void **state);
void test_payloads(void **state);

/* differential_keys.c */
void test_keys(void **state);

#endif
