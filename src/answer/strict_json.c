/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "answer/strict_json.h"

#include <stdio.h>

/*
 * jansson recurses once per level and stops at 2048, which is more stack than a thread of someone
 * else's may have. Up to the first error in the text this sees the same brackets as the parser.
 */
static bool is_shallow(const char *text, size_t len)
{
	bool in_string = false;
	size_t depth = 0;

	for (size_t i = 0; i < len; i++) {
		if (in_string && text[i] == '\\')
			i++;
		else if (text[i] == '"')
			in_string = !in_string;
		else if (!in_string && (text[i] == '{' || text[i] == '['))
			depth++;
		else if (!in_string && (text[i] == '}' || text[i] == ']') && depth > 0)
			depth--;
		if (depth > STRICT_JSON_DEPTH)
			return false;
	}
	return true;
}

static void explain(json_error_t *error, const char *why)
{
	error->line = 0;
	(void)snprintf(error->text, sizeof(error->text), "%s", why);
}

static json_t *read_value(const void *text, size_t len, json_error_t *error)
{
	if (!is_shallow(text, len)) {
		explain(error, "nested too deep");
		return NULL;
	}
	return json_loadb(text, len, JSON_REJECT_DUPLICATES, error);
}

json_t *strict_json_object(const void *text, size_t len, json_error_t *error)
{
	json_error_t unwanted;
	json_t *value;

	if (error == NULL)
		error = &unwanted;
	value = read_value(text, len, error);
	if (value != NULL && !json_is_object(value)) {
		json_decref(value);
		explain(error, "not a JSON object");
		return NULL;
	}
	return value;
}

json_t *strict_json_array(const void *text, size_t len)
{
	json_error_t unwanted;
	json_t *value = read_value(text, len, &unwanted);

	if (value != NULL && !json_is_array(value)) {
		json_decref(value);
		return NULL;
	}
	return value;
}

const char *strict_json_text(const json_t *object, const char *name)
{
	return json_string_value(json_object_get(object, name));
}

bool strict_json_time(const json_t *object, const char *name, int64_t *seconds)
{
	const json_t *value = json_object_get(object, name);

	*seconds = json_integer_value(value);
	return json_is_integer(value) && *seconds >= 0 && *seconds <= STRICT_JSON_TIME_MAX;
}
