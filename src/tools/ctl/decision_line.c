/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "tools/ctl/decision_line.h"

#include <stdio.h>
#include <string.h>

#include <jansson.h>

#include "person/moment.h"
#include "rules/text.h"
#include "tools/ctl/args.h"

enum field {
	FIELD_TIME,
	FIELD_REFERENCE,
	FIELD_RESULT,
	FIELD_REASON,
	FIELD_SOURCE,
	FIELD_RULES,
	FIELD_ATTRIBUTE,
	FIELD_MS,
	FIELD_RULE,
	FIELD_SHOP,
	FIELDS,
};

static const char *const names[FIELDS] = { "time", "reference", "result", "reason", "source",
	"rules", "attribute", "ms", "rule", "shop" };

struct fields {
	struct span value[FIELDS]; /* data NULL: not there */
	char ms[24]; /* the number of a JSON line, as text */
};

static const char *const results[] = {
#define AS_TEXT(symbol, number, name) name,
	RESULTS(AS_TEXT)
};
static const char *const reasons[] = { REASONS(AS_TEXT) };
static const char *const sources[] = { SOURCES(AS_TEXT) };
#undef AS_TEXT
static const char *const attributes[] = {
#define AS_TEXT(symbol, number, name, longest, most) name,
	SALE_ATTRIBUTES(AS_TEXT)
#undef AS_TEXT
};

static bool is(struct span value, const char *text)
{
	return value.len == strlen(text) && memcmp(value.data, text, value.len) == 0;
}

/* The word of a vocabulary that a value is; NULL: none of it. */
static const char *word_of(struct span value, const char *const *words, size_t count)
{
	for (size_t i = 0; value.data != NULL && i < count; i++)
		if (is(value, words[i]))
			return words[i];
	return NULL;
}

#define WORD_OF(value, words) word_of((value), (words), ARRAY_LEN(words))

static bool is_told(struct span value)
{
	return value.data != NULL && !is(value, "-");
}

/* "2026-11-26T05:40:36.123Z" */
static bool read_time(struct span value, int64_t *out_ms)
{
	char text[] = "2026-11-26T05:40:36Z";
	const size_t whole = sizeof(text) - 2; /* seconds, without the Z */
	int64_t seconds, ms;
	char rest[4] = "";

	if (value.data == NULL || value.len != whole + strlen(".123Z") ||
		value.data[whole] != '.' || value.data[value.len - 1] != 'Z')
		return false;
	memcpy(text, value.data, whole);
	memcpy(rest, value.data + whole + 1, 3);
	if (strspn(rest, "0123456789") != 3 || strchr(text, '-') != text + 4 ||
		!moment_parse(text, &seconds) || seconds < 0 || !args_number(rest, 0, 999, &ms))
		return false;
	*out_ms = seconds * 1000 + ms;
	return true;
}

static bool read_ms(struct span value, int64_t *out)
{
	char text[24] = "";

	if (value.data == NULL || value.len >= sizeof(text))
		return false;
	memcpy(text, value.data, value.len);
	return args_number(text, 0, INT64_MAX, out);
}

static bool read_reference(struct span value, char out[REFERENCE_LEN + 1])
{
	char text[REFERENCE_LEN + 1] = "";

	if (value.data == NULL || value.len != REFERENCE_LEN)
		return false;
	memcpy(text, value.data, REFERENCE_LEN);
	return reference_read(text, out) == REFERENCE_GOOD && strcmp(text, out) == 0;
}

static bool read_digest(struct span value, char out[RULES_DIGEST_LEN + 1])
{
	out[0] = '\0';
	if (!is_told(value))
		return true;
	if (value.len != RULES_DIGEST_LEN)
		return false;
	memcpy(out, value.data, RULES_DIGEST_LEN);
	out[RULES_DIGEST_LEN] = '\0';
	return strspn(out, "0123456789abcdef") == RULES_DIGEST_LEN;
}

/* An exempt sale may have a rule and no shop, every other one the reverse. */
static bool read_by(const struct fields *fields, struct decision_line *out)
{
	struct span value = fields->value[out->exempt ? FIELD_RULE : FIELD_SHOP];
	size_t longest = out->exempt ? RULE_ID_MAX : SHOP_MAX;

	out->by[0] = '\0';
	if (fields->value[out->exempt ? FIELD_SHOP : FIELD_RULE].data != NULL)
		return false;
	if (value.data == NULL)
		return true;
	if (value.len > longest || !text_is_plain(value.data, value.len) ||
		(out->exempt && !text_is_word(value.data, value.len)))
		return false;
	memcpy(out->by, value.data, value.len);
	out->by[value.len] = '\0';
	return true;
}

static bool take(const struct fields *fields, struct decision_line *out)
{
	const struct span *value = fields->value;

	out->result = WORD_OF(value[FIELD_RESULT], results);
	out->reason = WORD_OF(value[FIELD_REASON], reasons);
	out->source = WORD_OF(value[FIELD_SOURCE], sources);
	out->attribute = WORD_OF(value[FIELD_ATTRIBUTE], attributes);
	if (out->result == NULL || out->reason == NULL ||
		(is_told(value[FIELD_SOURCE]) && out->source == NULL) ||
		(is_told(value[FIELD_ATTRIBUTE]) && out->attribute == NULL))
		return false;
	out->exempt = strcmp(out->result, result_name(RESULT_EXEMPT)) == 0;
	return read_time(value[FIELD_TIME], &out->time_ms) &&
	       read_reference(value[FIELD_REFERENCE], out->reference) &&
	       read_digest(value[FIELD_RULES], out->rules) &&
	       read_ms(value[FIELD_MS], &out->took_ms) && read_by(fields, out);
}

static void drop_json(json_t **object)
{
	json_decref(*object);
}

static enum line_kind read_json(const char *text, size_t len, struct decision_line *out)
{
	json_t *object CLEANUP(drop_json) = json_loadb(text, len, JSON_REJECT_DUPLICATES, NULL);
	struct fields fields = { .ms = "" };

	if (object == NULL)
		return LINE_DAMAGED;
	for (size_t i = 0; i < FIELDS; i++) {
		const json_t *member = json_object_get(object, names[i]);

		if (json_is_string(member))
			fields.value[i] = (struct span){ json_string_value(member),
				json_string_length(member) };
		else if (member != NULL && i != FIELD_MS)
			return LINE_DAMAGED;
	}
	if (json_is_integer(json_object_get(object, names[FIELD_MS]))) {
		(void)snprintf(fields.ms, sizeof(fields.ms), "%lld",
			(long long)json_integer_value(json_object_get(object, names[FIELD_MS])));
		fields.value[FIELD_MS] = (struct span){ fields.ms, strlen(fields.ms) };
	}
	return take(&fields, out) ? LINE_DECISION : LINE_DAMAGED;
}

/* `name=value` from *text on, up to the next blank; a shop's value goes to the end of the line. */
static bool next_field(const char **text, const char *end, enum field *field, struct span *value)
{
	const char *equals = memchr(*text, '=', (size_t)(end - *text));
	const char *stop;
	struct span name;

	if (equals == NULL)
		return false;
	name = (struct span){ *text, (size_t)(equals - *text) };
	for (*field = 0; *field < FIELDS && !is(name, names[*field]);)
		(*field)++;
	if (*field == FIELDS)
		return false;
	stop = *field == FIELD_SHOP ? NULL : memchr(equals, ' ', (size_t)(end - equals));
	if (stop == NULL)
		stop = end;
	*value = (struct span){ equals + 1, (size_t)(stop - equals - 1) };
	*text = stop < end ? stop + 1 : end;
	return true;
}

static enum line_kind read_text(const char *text, size_t len, struct decision_line *out)
{
	static const char begin[] = "time=", second[] = " reference=";
	const char *end = text + len;
	struct fields fields = { .ms = "" };
	struct span value;
	enum field field;

	if (memmem(text, len, second, strlen(second)) == NULL)
		return LINE_FOREIGN;
	text = memmem(text, len, begin, strlen(begin));
	if (text == NULL)
		return LINE_FOREIGN;
	while (text < end) {
		if (!next_field(&text, end, &field, &value) || fields.value[field].data != NULL)
			return LINE_DAMAGED;
		fields.value[field] = value;
	}
	return take(&fields, out) ? LINE_DECISION : LINE_DAMAGED;
}

enum line_kind decision_line_read(const char *text, size_t len, struct decision_line *out)
{
	if (len > 0 && text[0] == '{')
		return read_json(text, len, out);
	return read_text(text, len, out);
}
