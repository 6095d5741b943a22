/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "decision/reference.h"

#include <ctype.h>
#include <string.h>
#include <sys/random.h>

static const char alphabet[] = "0123456789ABCDEFGHJKMNPQRSTVWXY";

#define BASE ((unsigned)sizeof(alphabet) - 1)
#define DRAWN 11 /* random characters; one more checks them */

/* Weights 1, 2, 3.. modulo a prime: a swap of neighbours changes the sum, and so does a slip. */
static unsigned weigh(const uint8_t *values, size_t count)
{
	unsigned sum = 0;

	for (size_t i = 0; i < count; i++)
		sum += (unsigned)(i + 1) * values[i];
	return sum % BASE;
}

/* The value that makes the whole sum, with itself in the last place, zero. */
static uint8_t check_value(const uint8_t values[DRAWN])
{
	unsigned rest = BASE - weigh(values, DRAWN);

	for (unsigned value = 0; value < BASE; value++)
		if ((value * (DRAWN + 1)) % BASE == rest % BASE)
			return (uint8_t)value;
	return 0;
}

/*
 * Bytes from 248 on are drawn again: 248 is 8 times 31, so every character is equally likely. From
 * the kernel, as each decision has one: OpenSSL's generators share locks, and cost four times as
 * much.
 */
static bool draw(uint8_t values[DRAWN])
{
	size_t have = 0;

	while (have < DRAWN) {
		uint8_t bytes[2 * DRAWN];

		if (getrandom(bytes, sizeof(bytes), 0) != (ssize_t)sizeof(bytes))
			return false;
		for (size_t i = 0; i < sizeof(bytes) && have < DRAWN; i++)
			if (bytes[i] < 8 * BASE)
				values[have++] = (uint8_t)(bytes[i] % BASE);
	}
	return true;
}

static void write_down(const uint8_t values[DRAWN + 1], char out[REFERENCE_LEN + 1])
{
	for (size_t i = 0; i <= DRAWN; i++) {
		if (i > 0 && i % 4 == 0)
			*out++ = '-';
		*out++ = alphabet[values[i]];
	}
	*out = '\0';
}

bool reference_make(char out[REFERENCE_LEN + 1])
{
	uint8_t values[DRAWN + 1];

	if (!draw(values))
		return false;
	values[DRAWN] = check_value(values);
	write_down(values, out);
	return true;
}

enum reference_fault reference_read(const char *text, char out[REFERENCE_LEN + 1])
{
	uint8_t values[DRAWN + 1];
	size_t have = 0;
	bool known = true;

	for (; *text != '\0'; text++) {
		const char *at;

		if (*text == '-' || *text == ' ')
			continue;
		if (!isalnum((unsigned char)*text) || have > DRAWN)
			return REFERENCE_OTHER_SHAPE;
		at = strchr(alphabet, toupper((unsigned char)*text));
		known = known && at != NULL;
		values[have++] = at != NULL ? (uint8_t)(at - alphabet) : 0;
	}
	if (have <= DRAWN)
		return REFERENCE_OTHER_SHAPE;
	if (!known || weigh(values, DRAWN + 1) != 0)
		return REFERENCE_MISHEARD;
	write_down(values, out);
	return REFERENCE_GOOD;
}
