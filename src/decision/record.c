/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "decision/record.h"

#include <string.h>

#include "base/utf8.h"
#include "person/date.h"

#define YEAR_10000 INT64_C(253402300800) /* seconds since 1970 */

void record_make(const struct decision *decision, struct span shop, int64_t at_ms, int64_t took_us,
	struct record *out)
{
	struct span by = shop;

	if (decision->result == RESULT_EXEMPT)
		by = (struct span){ decision->rule, strlen(decision->rule) };
	if (by.len > SHOP_MAX)
		by.len = SHOP_MAX;
	out->at_ms = at_ms;
	out->took_us = took_us > 0 ? took_us : 0;
	out->result = decision->result;
	out->reason = decision->reason;
	out->source = decision->source;
	out->attribute = decision->attribute;
	memcpy(out->reference, decision->reference, sizeof(out->reference));
	memcpy(out->rules, decision->rules_digest, sizeof(out->rules));
	if (by.len > 0)
		memcpy(out->by, by.data, by.len);
	out->by[by.len] = '\0';
}

/* A line as it grows; RECORD_LINE_MAX is room for the longest. */
struct line {
	char *text;
	size_t len;
};

/* Not by printf(): one line is some twenty pieces, and takes the processor from sales. */
static void put_octets(struct line *line, const char *octets, size_t len)
{
	size_t room = RECORD_LINE_MAX - 1 - line->len;

	if (len > room)
		len = room;
	memcpy(line->text + line->len, octets, len);
	line->len += len;
	line->text[line->len] = '\0';
}

static void put(struct line *line, const char *text)
{
	put_octets(line, text, strlen(text));
}

#define DIGITS_MAX 20

/* With zeros in front, up to `width` digits. */
static void put_number(struct line *line, uint64_t number, size_t width)
{
	char digits[DIGITS_MAX];
	size_t at = sizeof(digits);

	do {
		digits[--at] = (char)('0' + number % 10);
		number /= 10;
	} while (at > 0 && (number > 0 || sizeof(digits) - at < width));
	put_octets(line, digits + at, sizeof(digits) - at);
}

/* As RFC 3339 writes times, with milliseconds. */
static void put_time(struct line *line, int64_t at_ms)
{
	int64_t seconds = at_ms / 1000;
	struct date date;

	if (at_ms < 0 || seconds >= YEAR_10000) {
		put(line, "-");
		return;
	}
	date = date_of_seconds(seconds);
	put_number(line, (uint64_t)date.year, 4);
	put(line, "-");
	put_number(line, (uint64_t)date.month, 2);
	put(line, "-");
	put_number(line, (uint64_t)date.day, 2);
	put(line, "T");
	put_number(line, (uint64_t)(seconds / 3600 % 24), 2);
	put(line, ":");
	put_number(line, (uint64_t)(seconds / 60 % 60), 2);
	put(line, ":");
	put_number(line, (uint64_t)(seconds % 60), 2);
	put(line, ".");
	put_number(line, (uint64_t)(at_ms % 1000), 3);
	put(line, "Z");
}

static const char *or_dash(const char *text)
{
	return text != NULL && text[0] != '\0' ? text : "-";
}

/* How a form marks what it says. */
struct form {
	const char *mark; /* around names, and values that are no numbers */
	const char *equals, *between; /* name and value; members */
};
static const struct form json = { "\"", ":", "," }, plain = { "", "=", " " };

static void put_name(struct line *line, const struct form *form, const char *name)
{
	put(line, form->mark);
	put(line, name);
	put(line, form->mark);
	put(line, form->equals);
}

/* Left out where there is no value. */
static void put_member(
	struct line *line, const struct form *form, const char *name, const char *value)
{
	if (value == NULL)
		return;
	put(line, form->between);
	put_name(line, form, name);
	put(line, form->mark);
	put(line, value);
	put(line, form->mark);
}

/* What stands before the shop or the rule. */
static void put_common(struct line *line, const struct form *form, const struct record *record)
{
	put_name(line, form, "time");
	put(line, form->mark);
	put_time(line, record->at_ms);
	put(line, form->mark);
	put_member(line, form, "reference", or_dash(record->reference));
	put_member(line, form, "result", or_dash(result_name(record->result)));
	put_member(line, form, "reason", or_dash(reason_name(record->reason)));
	put_member(line, form, "source", source_name(record->source));
	put_member(line, form, "rules", or_dash(record->rules));
	put_member(line, form, "attribute",
		record->attribute != ATTR_NONE ? attribute_name(record->attribute) : NULL);
	put(line, form->between);
	put_name(line, form, "ms");
	put_number(line, (uint64_t)record->took_us / 1000, 1);
}

static const char *name_of_by(const struct record *record)
{
	return record->result == RESULT_EXEMPT ? "rule" : "shop";
}

/* What is no UTF-8 becomes U+FFFD, octet by octet: whatever a shop is called, it stays JSON. */
static void put_escaped(struct line *line, const char *text)
{
	static const char hex[] = "0123456789abcdef";
	size_t left = strlen(text), len;
	uint32_t character;

	for (; left > 0; text += len, left -= len) {
		len = utf8_read(text, left, &character);
		if (len == 0) {
			len = 1;
			put(line, "\\ufffd");
		} else if (character < ' ' || character == 0x7f) {
			put(line, "\\u00");
			put_octets(line, &hex[character >> 4], 1);
			put_octets(line, &hex[character & 0xf], 1);
		} else {
			if (character == '"' || character == '\\')
				put(line, "\\");
			put_octets(line, text, len);
		}
	}
}

size_t record_as_json(const struct record *record, char out[RECORD_LINE_MAX])
{
	struct line line = { out, 0 };

	put(&line, "{");
	put_common(&line, &json, record);
	if (record->by[0] != '\0') {
		put(&line, json.between);
		put_name(&line, &json, name_of_by(record));
		put(&line, "\"");
		put_escaped(&line, record->by);
		put(&line, "\"");
	}
	put(&line, "}\n");
	return line.len;
}

size_t record_as_text(const struct record *record, char out[RECORD_LINE_MAX])
{
	struct line line = { out, 0 };

	put_common(&line, &plain, record);
	if (record->by[0] != '\0') {
		size_t from = line.len;

		put_member(&line, &plain, name_of_by(record), record->by);
		for (char *c = out + from; *c != '\0'; c++)
			if ((unsigned char)*c < ' ' || *c == '\x7f')
				*c = '?';
	}
	put(&line, "\n");
	return line.len;
}
