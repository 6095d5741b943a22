/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "decision/record.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#include "base/utf8.h"

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

static void put(struct line *line, const char *format, ...) __attribute__((format(printf, 2, 3)));

static void put(struct line *line, const char *format, ...)
{
	size_t room = RECORD_LINE_MAX - line->len;
	va_list args;
	int len;

	va_start(args, format);
	len = vsnprintf(line->text + line->len, room, format, args);
	va_end(args);
	if (len > 0)
		line->len += (size_t)len < room ? (size_t)len : room - 1;
}

#define TIME_ROOM 32

/* As RFC 3339 writes times, with milliseconds. */
static void time_text(int64_t at_ms, char out[TIME_ROOM])
{
	time_t seconds = (time_t)(at_ms / 1000);
	struct tm utc;
	size_t len;

	if (at_ms < 0 || gmtime_r(&seconds, &utc) == NULL ||
		(len = strftime(out, TIME_ROOM, "%Y-%m-%dT%H:%M:%S", &utc)) == 0) {
		(void)snprintf(out, TIME_ROOM, "-");
		return;
	}
	(void)snprintf(out + len, TIME_ROOM - len, ".%03dZ", (int)(at_ms % 1000));
}

static const char *or_dash(const char *text)
{
	return text != NULL && text[0] != '\0' ? text : "-";
}

/* What stands before the shop or the rule, with the marks of the one form or the other. */
static void put_common(struct line *line, const struct record *record, const char *name_mark,
	const char *value_mark, const char *between)
{
	const struct {
		const char *name, *value;
	} members[] = {
		{ "reference", or_dash(record->reference) },
		{ "result", or_dash(result_name(record->result)) },
		{ "reason", or_dash(reason_name(record->reason)) },
		{ "source", source_name(record->source) },
		{ "rules", or_dash(record->rules) },
		{ "attribute",
			record->attribute != ATTR_NONE ? attribute_name(record->attribute) : NULL },
	};
	char when[TIME_ROOM];

	time_text(record->at_ms, when);
	put(line, "%stime%s%s%s", value_mark, name_mark, when, value_mark);
	for (size_t i = 0; i < ARRAY_LEN(members); i++)
		if (members[i].value != NULL)
			put(line, "%s%s%s%s%s%s", between, value_mark, members[i].name, name_mark,
				members[i].value, value_mark);
}

static const char *name_of_by(const struct record *record)
{
	return record->result == RESULT_EXEMPT ? "rule" : "shop";
}

/* What is no UTF-8 becomes U+FFFD, octet by octet: whatever a shop is called, it stays JSON. */
static void put_escaped(struct line *line, const char *text)
{
	size_t left = strlen(text), len;
	uint32_t character;

	for (; left > 0; text += len, left -= len) {
		len = utf8_read(text, left, &character);
		if (len == 0) {
			len = 1;
			put(line, "\\ufffd");
		} else if (character < ' ' || character == 0x7f) {
			put(line, "\\u%04x", (unsigned)character);
		} else if (character == '"' || character == '\\') {
			put(line, "\\%c", (char)character);
		} else {
			put(line, "%.*s", (int)len, text);
		}
	}
}

size_t record_as_json(const struct record *record, char out[RECORD_LINE_MAX])
{
	struct line line = { out, 0 };

	put(&line, "{");
	put_common(&line, record, "\":\"", "\"", ",");
	put(&line, ",\"ms\":%lld", (long long)(record->took_us / 1000));
	if (record->by[0] != '\0') {
		put(&line, ",\"%s\":\"", name_of_by(record));
		put_escaped(&line, record->by);
		put(&line, "\"");
	}
	put(&line, "}\n");
	return line.len;
}

size_t record_as_text(const struct record *record, char out[RECORD_LINE_MAX])
{
	struct line line = { out, 0 };

	put_common(&line, record, "=", "", " ");
	put(&line, " ms=%lld", (long long)(record->took_us / 1000));
	if (record->by[0] != '\0') {
		size_t from = line.len;

		put(&line, " %s=%s", name_of_by(record), record->by);
		for (char *c = out + from; *c != '\0'; c++)
			if ((unsigned char)*c < ' ' || *c == '\x7f')
				*c = '?';
	}
	put(&line, "\n");
	return line.len;
}
