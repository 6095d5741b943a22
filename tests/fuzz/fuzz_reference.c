/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * References as people read them out: of one that holds no other character in any place holds,
 * nor two neighbours swapped; hyphens, spaces and letter case do not matter.
 */
#include "fuzz.h"
#include "decision/reference.h"

#define LETTERS "0123456789ABCDEFGHJKMNPQRSTVWXY"
#define CHARACTERS 12

/* The characters that count; false if there are not as many as a reference has. */
static bool flatten(const char *text, char out[CHARACTERS + 1])
{
	size_t n = 0;

	for (; *text != '\0'; text++) {
		if (*text == '-' || *text == ' ')
			continue;
		if (n == CHARACTERS)
			return false;
		out[n++] = (char)(*text >= 'a' && *text <= 'z' ? *text - 'a' + 'A' : *text);
	}
	out[n] = '\0';
	return n == CHARACTERS && strspn(out, LETTERS) == CHARACTERS;
}

static void no_slip_holds(const char flat[CHARACTERS + 1])
{
	for (size_t i = 0; i < CHARACTERS; i++) {
		char slip[CHARACTERS + 1];

		memcpy(slip, flat, sizeof(slip));
		for (const char *c = LETTERS; *c != '\0'; c++) {
			slip[i] = *c;
			HOLDS(reference_holds(slip) == (*c == flat[i]));
		}
		if (i + 1 == CHARACTERS)
			break;
		slip[i] = flat[i + 1];
		slip[i + 1] = flat[i];
		HOLDS(reference_holds(slip) == (flat[i] == flat[i + 1]));
	}
}

/* Of the 31 last characters just one makes it hold. */
static void one_last_character_fits(char flat[CHARACTERS + 1])
{
	int fitting = 0;

	for (const char *c = LETTERS; *c != '\0'; c++) {
		flat[CHARACTERS - 1] = *c;
		if (reference_holds(flat)) {
			no_slip_holds(flat);
			fitting++;
		}
	}
	HOLDS(fitting == 1);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char *text = text_copy(data, size), flat[CHARACTERS + 1];
	bool holds = reference_holds(text);

	if (flatten(text, flat)) {
		HOLDS(reference_holds(flat) == holds);
		one_last_character_fits(flat);
	} else {
		HOLDS(!holds);
	}
	free(text);
	return 0;
}
