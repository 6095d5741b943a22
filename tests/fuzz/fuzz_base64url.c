/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * base64url: what is encoded is decoded to itself, and a text that is decoded at all is the only
 * one of its octets.
 */
#include "base/base64url.h"
#include "fuzz.h"

static void octets_come_back(const uint8_t *data, size_t size)
{
	size_t len = BASE64URL_LEN(size), got = 0;
	char *text = malloc(len + 1);
	uint8_t *back = malloc(size + 1);

	HOLDS(text != NULL && back != NULL);
	base64url_encode(data, size, text);
	HOLDS(strlen(text) == len);
	HOLDS(base64url_decode(text, len, back, size, &got));
	HOLDS(got == size && memcmp(back, data, size) == 0);
	HOLDS(size == 0 || !base64url_decode(text, len, back, size - 1, &got));
	free(text);
	free(back);
}

static void one_text_for_octets(const char *text, size_t len)
{
	char *octets = malloc(len + 1), *again;
	size_t got = SIZE_MAX;

	HOLDS(octets != NULL);
	if (!base64url_decode(text, len, octets, len, &got)) {
		HOLDS(got == SIZE_MAX);
		free(octets);
		return;
	}
	HOLDS(BASE64URL_LEN(got) == len);
	again = malloc(len + 1);
	HOLDS(again != NULL);
	base64url_encode(octets, got, again);
	HOLDS(memcmp(again, text, len) == 0);
	free(octets);
	free(again);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char *text = exact_copy(data, size);

	octets_come_back((const uint8_t *)text, size);
	one_text_for_octets(text, size);
	free(text);
	return 0;
}
