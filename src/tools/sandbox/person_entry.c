/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "person_entry.h"

#include <inttypes.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>

#define TEXT_MAX 255 /* as in a question */
#define SECONDS_MAX ((int64_t)10 * 366 * 24 * 3600)
#define WAIT_MS_MAX ((int64_t)600000)

const struct person_entry person_not_enrolled = { .result = "no", .reason = "not_enrolled",
	.valid_for = 3600 };

static const struct row {
	const char *name;
	size_t at; /* in struct person_entry */
	int64_t max; /* 0: a text */
	bool who; /* says who it is: not in the default */
} rows[] = {
	{ "nationality", offsetof(struct person_entry, nationality), 0, true },
	{ "date_of_birth", offsetof(struct person_entry, birth), 0, true },
	{ "token", offsetof(struct person_entry, token), 0, true },
	{ "result", offsetof(struct person_entry, result), 0, false },
	{ "reason", offsetof(struct person_entry, reason), 0, false },
	{ "valid_for", offsetof(struct person_entry, valid_for), SECONDS_MAX, false },
	{ "delay_ms", offsetof(struct person_entry, delay_ms), WAIT_MS_MAX, false },
	{ "pending_ms", offsetof(struct person_entry, pending_ms), WAIT_MS_MAX, false },
};

__attribute__((format(printf, 3, 4))) static bool object_to(struct objection *why,
							     const char *member,
							     const char *format, ...)
{
	va_list args;

	why->member = member;
	va_start(args, format);
	(void)vsnprintf(why->text, sizeof(why->text), format, args);
	va_end(args);
	return false;
}

/* Results and the reasons that go with them: docs/openapi.yaml. */
static bool is_consistent(const char *result, const char *reason)
{
	static const char *const pairs[][2] = {
		{ "yes", "match" }, { "no", "no_match" }, { "no", "not_enrolled" },
		{ "no", "document_invalid" }, { "no", "id_locked" }, { "no", "id_blocked" },
		{ "no", "too_soon" }, { "no", "consent_missing" }, { "undetermined", "technical" },
	};

	for (size_t i = 0; i < ARRAY_LEN(pairs); i++)
		if (strcmp(result, pairs[i][0]) == 0 && strcmp(reason, pairs[i][1]) == 0)
			return true;
	return false;
}

static bool is_text(const char *text)
{
	return text[0] != '\0' && strlen(text) <= TEXT_MAX;
}

static bool read_document(json_t *value, struct person_entry *out, struct objection *why)
{
	if (json_unpack(value, "{s:s, s:s, s:s !}", "type", &out->type, "issuer", &out->issuer,
		    "number", &out->number) != 0 ||
		!is_text(out->type) || !is_text(out->issuer) || !is_text(out->number))
		return object_to(why, "document",
			"document wants type, issuer and number, texts, and nothing else");
	return true;
}

static bool read_fault(const json_t *value, struct person_entry *out, struct objection *why)
{
	if (json_is_null(value))
		return true;
	out->fault = json_is_string(value) ? fault_of_name(json_string_value(value)) : FAULT_COUNT;
	if (out->fault == FAULT_COUNT)
		return object_to(why, "fault", "fault wants null or a name of --help");
	return true;
}

static bool read_row(const struct row *row, const json_t *value, struct person_entry *out,
		     struct objection *why)
{
	void *at = (char *)out + row->at;

	if (row->max == 0) {
		if (!json_is_string(value) || !is_text(json_string_value(value)))
			return object_to(why, row->name, "%s wants a text of 1 to %d octets",
				row->name, TEXT_MAX);
		*(const char **)at = json_string_value(value);
		return true;
	}
	if (!json_is_integer(value) || json_integer_value(value) < 0 ||
		json_integer_value(value) > row->max)
		return object_to(why, row->name, "%s wants a whole number from 0 to %" PRId64,
			row->name, row->max);
	*(int64_t *)at = json_integer_value(value);
	return true;
}

static bool read_member(const char *name, json_t *value, bool is_default,
			struct person_entry *out, struct objection *why)
{
	if (strcmp(name, "fault") == 0)
		return read_fault(value, out, why);
	if (strcmp(name, "document") == 0 && !is_default)
		return read_document(value, out, why);
	for (size_t i = 0; i < ARRAY_LEN(rows); i++)
		if (strcmp(name, rows[i].name) == 0 && !(is_default && rows[i].who))
			return read_row(&rows[i], value, out, why);
	return object_to(why, name, "the member %.40s is not known here", name);
}

bool person_entry_read(json_t *object, bool is_default, struct person_entry *out,
		       struct objection *why)
{
	const char *name;
	json_t *value;

	*out = person_not_enrolled;
	if (!json_is_object(object))
		return object_to(why, NULL, "is no object");
	json_object_foreach (object, name, value)
		if (!read_member(name, value, is_default, out, why))
			return false;
	if (!is_default && out->type == NULL)
		return object_to(why, NULL, "has no document");
	if (!is_default && (out->nationality == NULL || out->birth == NULL))
		return object_to(why, NULL, "has no nationality or no date_of_birth");
	if (!is_consistent(out->result, out->reason))
		return object_to(why, "reason", "result and reason do not go together");
	return true;
}
