/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Strict JSON: what is taken is an object that can be written and read again as the same, nested
 * no deeper than the bound; the octet behind the text is never read.
 */
#include "answer/strict_json.h"
#include "fuzz.h"

static int depth_of(const json_t *value)
{
	int deepest = 0;
	const char *name;
	json_t *inner;
	size_t i;

	if (json_is_object(value)) {
		json_object_foreach((json_t *)(uintptr_t)value, name, inner)
		{
			int depth = depth_of(inner);

			deepest = depth > deepest ? depth : deepest;
		}
	} else if (json_is_array(value)) {
		json_array_foreach(value, i, inner)
		{
			int depth = depth_of(inner);

			deepest = depth > deepest ? depth : deepest;
		}
	} else {
		return 0;
	}
	return deepest + 1;
}

static void has_no_nul(const json_t *object)
{
	const char *name;
	json_t *value;

	json_object_foreach((json_t *)(uintptr_t)object, name, value)
	{
		const char *text = strict_json_text(object, name);

		HOLDS((text != NULL) == json_is_string(value));
		if (text != NULL)
			HOLDS(strlen(text) == json_string_length(value));
	}
	HOLDS(strict_json_text(object, "no such member, surely") == NULL);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char *text = exact_copy(data, size);
	json_t *object, *again;
	json_error_t error;
	char *written;

	memset(&error, 0, sizeof(error));
	object = strict_json_object(text, size, &error);
	if (object == NULL) {
		HOLDS(error.text[0] != '\0');
		free(text);
		return 0;
	}
	HOLDS(json_is_object(object) && depth_of(object) <= STRICT_JSON_DEPTH);
	has_no_nul(object);
	written = json_dumps(object, JSON_COMPACT | JSON_REAL_PRECISION(17));
	HOLDS(written != NULL);
	again = strict_json_object(written, strlen(written), NULL);
	HOLDS(again != NULL && json_equal(object, again));
	json_decref(again);
	json_decref(object);
	free(written);
	free(text);
	return 0;
}
