/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "people_line.h"

#include <string.h>

/* The top level's members are at depth 1, the people at depth 2. */
struct place {
	size_t index; /* wanted */
	const char *member; /* wanted; NULL: the entry itself */
	unsigned line, found; /* found: where the entry begins, 0 before it */
	unsigned depth, base; /* base: the depth around the entry */
	size_t element; /* of people, the next to come */
	bool in_people, element_due;
};

/* The quote that ends the string which begins at text. */
static const char *string_end(const char *text)
{
	for (text++; *text != '"' && *text != '\0'; text++)
		if (text[0] == '\\' && text[1] != '\0')
			text++;
	return text;
}

static bool is_key(const char *end)
{
	end++;
	return end[strspn(end, " \t\r\n")] == ':';
}

static bool is_named(const char *text, const char *end, const char *name)
{
	size_t len = (size_t)(end - text) - 1;

	return name != NULL && strlen(name) == len && memcmp(text + 1, name, len) == 0;
}

static void begin(struct place *place)
{
	place->found = place->line;
	place->base = place->depth;
}

/* True if this key is the member that is wanted. */
static bool at_key(struct place *place, const char *text, const char *end)
{
	if (place->found != 0)
		return place->depth == place->base + 1 && is_named(text, end, place->member);
	if (place->depth == 1) {
		place->in_people = is_named(text, end, "people");
		if (place->index == LINE_OF_DEFAULT && is_named(text, end, "default"))
			begin(place);
	}
	return false;
}

/* True behind the end of the entry. */
static bool at_sign(struct place *place, char sign)
{
	if (sign == '{' || sign == '[') {
		place->depth++;
		place->element_due = place->in_people && place->depth == 2;
	} else if (sign == '}' || sign == ']') {
		place->depth--;
		return place->found != 0 && place->depth <= place->base;
	} else if (sign == ',') {
		place->element_due = place->in_people && place->depth == 2;
		return place->found != 0 && place->depth == place->base;
	}
	return false;
}

static void at_element(struct place *place)
{
	place->element_due = false;
	if (place->found == 0 && place->element++ == place->index)
		begin(place);
}

unsigned people_line(const char *text, size_t index, const char *member)
{
	struct place place = { .index = index, .member = member, .line = 1 };

	for (; *text != '\0'; text++) {
		if (*text == '\n')
			place.line++;
		if (strchr(" \t\r\n", *text) != NULL)
			continue;
		if (place.element_due)
			at_element(&place);
		if (*text == '"') {
			const char *end = string_end(text);

			if (is_key(end) && at_key(&place, text, end))
				return place.line;
			if (*end == '\0')
				break;
			text = end;
		} else if (at_sign(&place, *text)) {
			break;
		}
	}
	return place.found != 0 ? place.found : 1;
}
