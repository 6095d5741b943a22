/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "config/language.h"

#include <string.h>

#include "rules/text.h"

#define QUALITY_MOST 1000

static bool is_blank(char c)
{
	return c == ' ' || c == '\t' || c == '\r' || c == '\n';
}

static struct span trimmed(struct span text)
{
	while (text.len > 0 && is_blank(text.data[0])) {
		text.data++;
		text.len--;
	}
	while (text.len > 0 && is_blank(text.data[text.len - 1]))
		text.len--;
	return text;
}

/* What stands before the first of some characters; *rest is what stands behind it. */
static struct span before(struct span text, const char *ends, struct span *rest)
{
	size_t len = 0;

	while (len < text.len && (text.data[len] == '\0' || strchr(ends, text.data[len]) == NULL))
		len++;
	*rest = len == text.len ? (struct span){ "", 0 }
				: (struct span){ text.data + len + 1, text.len - len - 1 };
	return (struct span){ text.data, len };
}

/* "ru_RU.UTF-8@euro" of a process's locale is "ru-RU" with what concerns nobody here. */
static bool read_tag(struct span text, char out[LANGUAGE_TAG_MAX + 1])
{
	struct span rest, tag = trimmed(before(text, ".@", &rest));

	if (tag.len > LANGUAGE_TAG_MAX)
		return false;
	for (size_t i = 0; i < tag.len; i++)
		out[i] = tag.data[i] == '_' ? '-' : tag.data[i];
	out[tag.len] = '\0';
	return text_is_language(out, tag.len);
}

/* "0.8" in thousandths; whatever cannot be read counts as nothing said, which is 1. */
static int read_quality(struct span text)
{
	int quality = 0, weight = QUALITY_MOST;

	text = trimmed(text);
	if (text.len < 2 || (text.data[0] != 'q' && text.data[0] != 'Q') || text.data[1] != '=')
		return QUALITY_MOST;
	for (size_t i = 2; i < text.len && weight > 0; i++) {
		char c = text.data[i];

		if (c == '.' && i == 3)
			continue;
		if (c < '0' || c > '9')
			return QUALITY_MOST;
		quality += (c - '0') * weight;
		weight /= 10;
	}
	return quality < QUALITY_MOST ? quality : QUALITY_MOST;
}

/* Behind those that are as good or better. */
static size_t insert(struct language_wish out[LANGUAGE_WISHES_MAX], size_t count,
	const struct language_wish *wish)
{
	size_t at = count;

	while (at > 0 && out[at - 1].quality < wish->quality)
		at--;
	if (count == LANGUAGE_WISHES_MAX)
		return count;
	memmove(&out[at + 1], &out[at], (count - at) * sizeof(out[0]));
	out[at] = *wish;
	return count + 1;
}

size_t language_wishes(const char *text, size_t len, struct language_wish out[LANGUAGE_WISHES_MAX])
{
	struct span rest = { text, len };
	size_t count = 0;

	while (rest.len > 0) {
		struct span parameters, one = before(rest, ",", &rest);
		struct span tag = before(one, ";", &parameters);
		struct language_wish wish = { .quality = read_quality(parameters) };

		if (wish.quality > 0 && read_tag(tag, wish.tag))
			count = insert(out, count, &wish);
	}
	return count;
}
