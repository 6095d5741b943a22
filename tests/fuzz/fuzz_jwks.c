/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Key sets: taken without an error or refused with one; of what is taken every key can verify
 * something, and no kid is there twice.
 */
#include "answer/jwks.h"
#include "answer/jws.h"
#include "fuzz.h"

#include <openssl/err.h>

#define ALL_ALGORITHMS ((unsigned)(JWS_DEFAULT_ALGORITHMS | JWS_RS256))

/* Octets that nobody signed are no signature, whatever the key. */
static void verifies_no_zeros(const struct key_set *set, size_t index, enum jws_algorithm algorithm)
{
	static const uint8_t zeros[1024];
	static const size_t lengths[] = { 0, 64, 256, 1024 };

	for (size_t i = 0; i < ARRAY_LEN(lengths); i++)
		HOLDS(!jws_verify_raw(set, index, algorithm, "message", 7, zeros, lengths[i]));
}

static void is_valid(const struct key_set *set)
{
	HOLDS(key_set_count(set) > 0 && key_set_count(set) <= KEY_SET_MAX);
	for (size_t i = 0; i < key_set_count(set); i++) {
		struct key_info key = key_set_info(set, i);

		HOLDS(key.algorithms != 0 && (key.algorithms & ~ALL_ALGORITHMS) == 0);
		HOLDS(key.type[0] != '\0' && strlen(key.kid) <= KEY_ID_MAX);
		HOLDS(key_set_holds(set, key.thumbprint));
		for (size_t j = 0; j < i; j++)
			HOLDS(key.kid[0] == '\0' || strcmp(key.kid, key_set_info(set, j).kid) != 0);
		if (i > 4)
			continue; /* RSA is slow */
		verifies_no_zeros(set, i, JWS_ES256);
		verifies_no_zeros(set, i, JWS_PS256);
		verifies_no_zeros(set, i, JWS_RS256);
		verifies_no_zeros(set, i, JWS_EDDSA);
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char *json = exact_copy(data, size);
	struct tally tally;
	struct reporter reporter = tally_reporter(&tally);
	struct key_set *set = key_set_parse(json, size, "jwks.json", &reporter);

	HOLDS((set == NULL) == (tally.said[SAY_ERROR] > 0));
	if (set != NULL) {
		is_valid(set);
	}
	HOLDS(ERR_peek_error() == 0);
	key_set_unref(set);
	free(json);
	return 0;
}
