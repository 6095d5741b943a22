/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "people.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <jansson.h>

struct people {
	json_t *document; /* owns the strings */
	struct person_entry *entries;
	size_t count;
	struct person_entry preset;
};

static const struct person_entry not_enrolled = { .result = "no", .reason = "not_enrolled",
	.valid_for = 3600 };

static bool complain(const char *file, const char *where, const char *what)
{
	(void)fprintf(stderr, "migrantid-sandbox: %s: %s: %s\n", file, where, what);
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

static bool read_fault(const json_t *value, struct person_entry *out)
{
	if (json_is_null(value))
		return true;
	out->fault = json_is_string(value) ? fault_of_name(json_string_value(value)) : FAULT_COUNT;
	return out->fault != FAULT_COUNT;
}

/* One member of what is said of a person. */
static bool read_member(const char *name, const json_t *value, struct person_entry *out)
{
	const struct {
		const char *name;
		const char **text;
		int64_t *number;
	} rows[] = {
		{ "nationality", &out->nationality, NULL },
		{ "date_of_birth", &out->birth, NULL },
		{ "token", &out->token, NULL },
		{ "result", &out->result, NULL },
		{ "reason", &out->reason, NULL },
		{ "valid_for", NULL, &out->valid_for },
		{ "delay_ms", NULL, &out->delay_ms },
		{ "pending_ms", NULL, &out->pending_ms },
	};

	if (strcmp(name, "fault") == 0)
		return read_fault(value, out);
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		if (strcmp(name, rows[i].name) != 0)
			continue;
		if (rows[i].text != NULL)
			*rows[i].text = json_string_value(value);
		else
			*rows[i].number = json_integer_value(value);
		return rows[i].text != NULL ? json_is_string(value) :
			json_is_integer(value) && *rows[i].number >= 0;
	}
	return false;
}

static bool read_document(json_t *value, struct person_entry *out)
{
	return json_unpack(value, "{s:s, s:s, s:s !}", "type", &out->type, "issuer", &out->issuer,
		       "number", &out->number) == 0;
}

static bool read_entry(const char *file, const char *where, json_t *object, bool is_default,
		       struct person_entry *out)
{
	const char *name;
	json_t *value;

	*out = not_enrolled;
	if (!json_is_object(object))
		return complain(file, where, "is no object");
	json_object_foreach (object, name, value) {
		bool known = strcmp(name, "document") == 0 ? read_document(value, out) :
							     read_member(name, value, out);

		if (!known) {
			char what[128];

			(void)snprintf(what, sizeof(what),
				"the member %.40s is unknown, or of another form than it must have",
				name);
			return complain(file, where, what);
		}
	}
	if (!is_default && out->type == NULL)
		return complain(file, where, "has no document");
	if (!is_default && (out->nationality == NULL || out->birth == NULL))
		return complain(file, where, "has no nationality or no date_of_birth");
	if (!is_consistent(out->result, out->reason))
		return complain(file, where, "result and reason do not go together");
	return true;
}

static bool read_all(const char *file, struct people *people)
{
	json_t *list = NULL, *preset = NULL, *each;
	size_t i;

	people->preset = not_enrolled;
	if (json_unpack(people->document, "{s:o, s?o !}", "people", &list, "default", &preset) !=
			0 ||
		!json_is_array(list))
		return complain(file, "top level",
			"wants \"people\", an array, perhaps \"default\", and nothing else");
	if (preset != NULL && !read_entry(file, "default", preset, true, &people->preset))
		return false;
	people->entries = calloc(json_array_size(list) + 1, sizeof(people->entries[0]));
	if (people->entries == NULL)
		return complain(file, "top level", "out of memory");
	json_array_foreach (list, i, each) {
		char where[32];

		(void)snprintf(where, sizeof(where), "person %zu", i + 1);
		if (!read_entry(file, where, each, false, &people->entries[i]))
			return false;
		people->count++;
	}
	return true;
}

struct people *people_load(const char *file)
{
	struct people *people = calloc(1, sizeof(*people));
	json_error_t error;

	if (people == NULL)
		return NULL;
	people->document = json_load_file(file, JSON_REJECT_DUPLICATES, &error);
	if (people->document == NULL) {
		(void)fprintf(stderr, "migrantid-sandbox: %s:%d: %s\n", file,
			error.line > 0 ? error.line : 0, error.text);
	} else if (read_all(file, people)) {
		return people;
	}
	people_free(people);
	return NULL;
}

void people_free(struct people *people)
{
	if (people == NULL)
		return;
	json_decref(people->document);
	free(people->entries);
	free(people);
}

/* Of a Doc 9303 code the second letter is not always written; a kind is one whole word. */
static bool is_same_type(const char *one, const char *other)
{
	if (strlen(one) > 2 || strlen(other) > 2)
		return strcmp(one, other) == 0;
	return one[0] == other[0];
}

const struct person_entry *people_by_document(const struct people *people, const char *type,
					      const char *issuer, const char *number,
					      const char *nationality, const char *birth)
{
	for (size_t i = 0; i < people->count; i++) {
		const struct person_entry *entry = &people->entries[i];

		if (strcmp(entry->number, number) == 0 && is_same_type(entry->type, type) &&
			strcmp(entry->issuer, issuer) == 0 &&
			strcmp(entry->nationality, nationality) == 0 &&
			strcmp(entry->birth, birth) == 0)
			return entry;
	}
	return &people->preset;
}

const struct person_entry *people_by_token(const struct people *people, const char *token)
{
	for (size_t i = 0; i < people->count; i++)
		if (people->entries[i].token != NULL &&
			strcmp(people->entries[i].token, token) == 0)
			return &people->entries[i];
	return &people->preset;
}
