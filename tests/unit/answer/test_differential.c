/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The same tokens given to us, to cjose and to libjose: right ones, and right ones spoilt in every
 * way that some library was once deceived by. compare.h says what must hold of the verdicts.
 *
 * Others' raw vectors are not among them: nobody has the keys to sign a JWS's text with.
 * argv[1]: another seed than the usual one. The same seed makes the same keys and tokens.
 */
#include "differential.h"

#define RIGHT_TOKENS 60 /* of each algorithm */

static void test_right(void **state)
{
	(void)state;
	for (size_t i = 0; i < SUBJECTS * RIGHT_TOKENS; i++)
		compare_right(
			&subjects[i % SUBJECTS], "right", right_token(&subjects[i % SUBJECTS]));
}

/* Headers that say the same in other words. */
static void test_right_headers(void **state)
{
	static const char *const more[] = {
		",\"cty\":\"JWT\"",
		",\"x\":{\"y\":[1,null,true,\"\\u00e9\"]}",
		",\"iat\":1.5e3",
		" , \"a\" : \"\xd0\xb6\"\r\n\t",
	};

	(void)state;
	for (size_t i = 0; i < SUBJECTS * ARRAY_LEN(more); i++) {
		const struct subject *subject = &subjects[i % SUBJECTS];
		char *header = right_header(subject, more[i / SUBJECTS]);

		compare_right(
			subject, "right header", signed_text(subject, input_of(subject, header)));
		free(header);
	}
	compare_right(&subjects[ES256], "right header",
		signed_text(&subjects[ES256],
			input_of(&subjects[ES256],
				" {\"typ\":\"" ANSWER_TYP
				"\",\n \"\\u0061lg\": \"\\u0045S256\", \"kid\":\"k\"} ")));
}

int main(int argc, char **argv)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_right),
		cmocka_unit_test(test_right_headers),
		cmocka_unit_test(test_bits_of_text),
		cmocka_unit_test(test_bits_of_signature),
		cmocka_unit_test(test_trailing_bits),
		cmocka_unit_test(test_length_of_signature),
		cmocka_unit_test(test_short_numbers),
		cmocka_unit_test(test_ecdsa_range),
		cmocka_unit_test(test_rsa_range),
		cmocka_unit_test(test_rsa_padding),
		cmocka_unit_test(test_other_encodings),
		cmocka_unit_test(test_other_owner),
		cmocka_unit_test(test_alphabet),
		cmocka_unit_test(test_text_put_in),
		cmocka_unit_test(test_segments),
		cmocka_unit_test(test_cut),
		cmocka_unit_test(test_size),
		cmocka_unit_test(test_algorithm_names),
		cmocka_unit_test(test_none),
		cmocka_unit_test(test_hmac),
		cmocka_unit_test(test_headers),
		cmocka_unit_test(test_header_forms),
		cmocka_unit_test(test_payloads),
		cmocka_unit_test(test_keys),
	};

	if (argc > 1)
		random_seed(strtoull(argv[1], NULL, 0));
	return cmocka_run_group_tests(tests, random_begin, random_end);
}
