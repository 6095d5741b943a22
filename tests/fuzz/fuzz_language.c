/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The languages a shop asks for: whatever is written, what comes out are tags, the best first. */
#include "config/language.h"
#include "fuzz.h"
#include "rules/text.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct language_wish wishes[LANGUAGE_WISHES_MAX];
	char *text = exact_copy(data, size);
	size_t count = language_wishes(text, size, wishes);

	HOLDS(count <= LANGUAGE_WISHES_MAX);
	for (size_t i = 0; i < count; i++) {
		HOLDS(strlen(wishes[i].tag) <= LANGUAGE_TAG_MAX);
		HOLDS(text_is_language(wishes[i].tag, strlen(wishes[i].tag)));
		HOLDS(wishes[i].quality > 0 && wishes[i].quality <= 1000);
		HOLDS(i == 0 || wishes[i].quality <= wishes[i - 1].quality);
	}
	free(text);
	return 0;
}
