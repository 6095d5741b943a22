/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "people_line.h"

#include <string.h>

/* The top level's members are at depth 1, the people at depth 2. */
struct search {
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

static void begin(struct search *search)
{
	search->found = search->line;
	search->base = search->depth;
}

/* True if this key is the member that is wanted. */
static bool at_key(struct search *search, const char *text, const char *end)
{
	if (search->found != 0)
		return search->depth == search->base + 1 && is_named(text, end, search->member);
	if (search->depth == 1) {
		search->in_people = is_named(text, end, "people");
		if (search->index == LINE_OF_DEFAULT && is_named(text, end, "default"))
			begin(search);
	}
	return false;
}

/* True behind the end of the entry. */
static bool at_sign(struct search *search, char sign)
{
	if (sign == '{' || sign == '[') {
		search->depth++;
		search->element_due = search->in_people && search->depth == 2;
	} else if (sign == '}' || sign == ']') {
		search->depth--;
		return search->found != 0 && search->depth <= search->base;
	} else if (sign == ',') {
		search->element_due = search->in_people && search->depth == 2;
		return search->found != 0 && search->depth == search->base;
	}
	return false;
}

static void at_element(struct search *search)
{
	search->element_due = false;
	if (search->found == 0 && search->element++ == search->index)
		begin(search);
}

unsigned people_line(const char *text, size_t index, const char *member)
{
	struct search search = { .index = index, .member = member, .line = 1 };

	for (; *text != '\0'; text++) {
		if (*text == '\n')
			search.line++;
		if (strchr(" \t\r\n", *text) != NULL)
			continue;
		if (search.element_due)
			at_element(&search);
		if (*text == '"') {
			const char *end = string_end(text);

			if (is_key(end) && at_key(&search, text, end))
				return search.line;
			if (*end == '\0')
				break;
			text = end;
		} else if (at_sign(&search, *text)) {
			break;
		}
	}
	return search.found != 0 ? search.found : 1;
}
