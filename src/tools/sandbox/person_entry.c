/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "person_entry.h"

#include <inttypes.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "card_status.h"
#include "judge.h"

#define TOKEN_MAX 255 /* as in a question */
#define SECONDS_MAX ((int64_t)10 * 366 * 24 * 3600)
#define WAIT_MS_MAX ((int64_t)600000)

const struct person_entry person_not_enrolled = { .result = "no",
	.reason = "not_enrolled",
	.valid_for = 3600 };

static const struct row {
	const char *name;
	size_t at; /* in struct person_entry */
	int64_t max; /* 0: a text */
} rows[] = {
	{ "result", offsetof(struct person_entry, result), 0 },
	{ "reason", offsetof(struct person_entry, reason), 0 },
	{ "valid_for", offsetof(struct person_entry, valid_for), SECONDS_MAX },
	{ "delay_ms", offsetof(struct person_entry, delay_ms), WAIT_MS_MAX },
	{ "pending_ms", offsetof(struct person_entry, pending_ms), WAIT_MS_MAX },
};

/* Members that say who it is, and what is on the card; read for themselves. */
static const char *const who[] = { "document", "nationality", "date_of_birth", "documents", "token",
	"tokens", "card", "accreditation", "accreditation_expiry" };

__attribute__((format(printf, 3, 4))) static bool object_to(
	struct objection *why, const char *member, const char *format, ...)
{
	va_list args;

	why->member = member;
	va_start(args, format);
	(void)vsnprintf(why->text, sizeof(why->text), format, args);
	va_end(args);
	return false;
}

/* One document with the nationality and the date of birth that stand in it. */
static bool read_document(const json_t *object, struct person_document *out, struct objection *why)
{
	json_t *document = json_object_get(object, "document");
	const char *nationality = json_string_value(json_object_get(object, "nationality"));
	const char *birth = json_string_value(json_object_get(object, "date_of_birth"));
	const char *type, *issuer, *number;

	if (document == NULL)
		return object_to(why, NULL, "has no document");
	if (json_unpack(document, "{s:s, s:s, s:s !}", "type", &type, "issuer", &issuer, "number",
		    &number) != 0 ||
		!document_type_canonical(type, strlen(type), out->states.document.type) ||
		!country_canonical(issuer, strlen(issuer), out->states.document.issuer) ||
		!document_number_canonical(number, strlen(number), out->states.document.number))
		return object_to(why, "document",
			"document wants type, issuer and number, as a document has them");
	if (nationality == NULL ||
		!country_canonical(nationality, strlen(nationality), out->states.nationality))
		return object_to(why, "nationality", "has no nationality, a code of a state");
	if (birth == NULL || !date_parse(birth, strlen(birth), true, &out->states.birth))
		return object_to(why, "date_of_birth", "has no date_of_birth, a day that exists");
	return true;
}

/* One of "documents": "invalid" may stand beside what the first one has. */
static bool read_further(json_t *object, struct person_document *out, struct objection *why)
{
	const json_t *invalid = json_object_get(object, "invalid");
	size_t members = invalid != NULL ? 4 : 3;

	if (invalid != NULL && !json_is_boolean(invalid))
		return object_to(why, "documents", "invalid wants true or false");
	out->invalid = json_is_true(invalid);
	if (!read_document(object, out, why)) {
		why->member = "documents";
		return false;
	}
	if (json_object_size(object) == members)
		return true;
	return object_to(why, "documents", "one of documents has a member that is not known here");
}

static bool read_documents(const json_t *object, struct person_entry *out, struct objection *why)
{
	const json_t *further = json_object_get(object, "documents");

	if (further != NULL && !json_is_array(further))
		return object_to(why, "documents", "documents wants an array");
	out->documents = calloc(json_array_size(further) + 1, sizeof(out->documents[0]));
	if (out->documents == NULL)
		return object_to(why, NULL, "out of memory");
	out->document_count = json_array_size(further) + 1;
	if (!read_document(object, &out->documents[0], why))
		return false;
	for (size_t i = 1; i < out->document_count; i++)
		if (!read_further(json_array_get(further, i - 1), &out->documents[i], why))
			return false;
	for (size_t i = 0; i < out->document_count; i++)
		out->documents[i].of = out;
	return true;
}

static bool read_token(
	const json_t *value, const char *member, struct person_entry *out, struct objection *why)
{
	const char *text = json_string_value(value);

	if (text == NULL || text[0] == '\0' || strlen(text) > TOKEN_MAX)
		return object_to(
			why, member, "%s wants a text of 1 to %d octets", member, TOKEN_MAX);
	out->tokens[out->token_count++] = text;
	return true;
}

static bool read_tokens(const json_t *object, struct person_entry *out, struct objection *why)
{
	const json_t *one = json_object_get(object, "token");
	const json_t *more = json_object_get(object, "tokens");

	if (more != NULL && !json_is_array(more))
		return object_to(why, "tokens", "tokens wants an array");
	out->tokens = calloc(json_array_size(more) + 1, sizeof(out->tokens[0]));
	if (out->tokens == NULL)
		return object_to(why, NULL, "out of memory");
	if (one != NULL && !read_token(one, "token", out, why))
		return false;
	for (size_t i = 0; i < json_array_size(more); i++)
		if (!read_token(json_array_get(more, i), "tokens", out, why))
			return false;
	return true;
}

static bool read_accreditation(
	const json_t *object, struct person_entry *out, struct objection *why)
{
	const json_t *kind = json_object_get(object, "accreditation");
	const json_t *expiry = json_object_get(object, "accreditation_expiry");
	const char *day = json_string_value(expiry);
	struct date date;

	if (kind != NULL && !json_is_string(kind))
		return object_to(why, "accreditation", "accreditation wants a text");
	if (expiry != NULL && (day == NULL || !date_parse(day, strlen(day), false, &date)))
		return object_to(why, "accreditation_expiry",
			"accreditation_expiry wants a day that exists");
	out->accreditation = json_string_value(kind);
	out->accreditation_expiry = day;
	return true;
}

static bool read_card(const json_t *object, struct person_entry *out, struct objection *why)
{
	const json_t *status = json_object_get(object, "card");

	if (status != NULL && !card_status_of_name(json_string_value(status), &out->card))
		return object_to(why, "card", "card wants valid, revoked or suspended");
	return read_accreditation(object, out, why);
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

static bool read_row(
	const struct row *row, const json_t *value, struct person_entry *out, struct objection *why)
{
	void *at = (char *)out + row->at;

	if (row->max == 0) {
		if (!json_is_string(value))
			return object_to(why, row->name, "%s wants a text", row->name);
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

static bool read_member(const char *name, json_t *value, bool is_default, struct person_entry *out,
	struct objection *why)
{
	if (strcmp(name, "fault") == 0)
		return read_fault(value, out, why);
	for (size_t i = 0; i < ARRAY_LEN(rows); i++)
		if (strcmp(name, rows[i].name) == 0)
			return read_row(&rows[i], value, out, why);
	for (size_t i = 0; !is_default && i < ARRAY_LEN(who); i++)
		if (strcmp(name, who[i]) == 0)
			return true;
	return object_to(why, name, "the member %.40s is not known here", name);
}

bool person_entry_read(
	json_t *object, bool is_default, struct person_entry *out, struct objection *why)
{
	const char *name;
	json_t *value;

	*out = person_not_enrolled;
	if (!json_is_object(object))
		return object_to(why, NULL, "is no object");
	json_object_foreach(object, name,
		value) if (!read_member(name, value, is_default, out, why)) return false;
	if (!is_default && (!read_documents(object, out, why) || !read_tokens(object, out, why) ||
				   !read_card(object, out, why)))
		return false;
	if (!verdict_is_known(out->result, out->reason))
		return object_to(why, "reason", "result and reason do not go together");
	/* It is said of the first document; with the others the person may still come. */
	if (!is_default && strcmp(out->reason, "document_invalid") == 0) {
		out->documents[0].invalid = true;
		out->reason = REASON_OF_YES;
	}
	return true;
}

void person_entry_clear(struct person_entry *entry)
{
	free(entry->documents);
	free(entry->tokens);
	entry->documents = NULL;
	entry->tokens = NULL;
}
