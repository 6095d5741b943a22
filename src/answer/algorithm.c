/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "answer/jwks.h"

#include <string.h>

/*
 * There is no row for `none` or for a MAC, and so no value that could stand for one. The last row
 * of an algorithm is its name in messages.
 */
static const struct {
	const char *name;
	enum jws_algorithm algorithm;
} names[] = {
	{ "ES256", JWS_ES256 },
	{ "PS256", JWS_PS256 },
	{ "RS256", JWS_RS256 },
	{ "Ed25519", JWS_EDDSA },
	{ "EdDSA", JWS_EDDSA },
};

enum jws_algorithm jws_algorithm_of_name(const char *name)
{
	for (size_t i = 0; i < ARRAY_LEN(names); i++) {
		if (strcmp(name, names[i].name) == 0)
			return names[i].algorithm;
	}
	return JWS_NO_ALGORITHM;
}

const char *jws_algorithm_name(enum jws_algorithm algorithm)
{
	for (size_t i = 0; i < ARRAY_LEN(names); i++) {
		if (names[i].algorithm == algorithm)
			return names[i].name;
	}
	return "none of those known here";
}
