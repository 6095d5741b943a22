/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "people.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/conf.h"
#include "people_line.h"

#define FILE_MAX ((size_t)64 * 1024 * 1024)

struct token_entry {
	const char *token;
	const struct person_entry *of;
};

struct people {
	json_t *document; /* owns the texts */
	struct person_entry *entries;
	size_t count;
	const struct person_document **documents; /* sorted */
	struct token_entry *tokens; /* sorted */
	size_t document_count, token_count;
	struct person_entry fallback;
};

/* The file while it is read. */
struct source {
	const char *file;
	char *text;
};

static void say(void *ctx, enum severity severity, const char *file, int line, const char *text)
{
	(void)ctx, (void)severity, (void)line;
	(void)fprintf(stderr, "migrantid-sandbox: %s: %s\n", file, text);
}

static bool complain(
	const struct source *source, unsigned line, const char *where, const char *what)
{
	(void)fprintf(
		stderr, "migrantid-sandbox: %s:%u: %s: %s\n", source->file, line, where, what);
	return false;
}

static bool complain_of(const struct source *source, size_t index, const struct objection *why)
{
	char where[32] = "default";

	if (index != LINE_OF_DEFAULT)
		(void)snprintf(where, sizeof(where), "person %zu", index + 1);
	return complain(source, people_line(source->text, index, why->member), where, why->text);
}

/* Of a Doc 9303 code the second letter is not always written; a kind is one whole word. */
static int compare_types(const char *one, const char *other)
{
	bool codes = strlen(one) <= 2 && strlen(other) <= 2;

	if (codes)
		return (unsigned char)one[0] - (unsigned char)other[0];
	if (strlen(one) <= 2 || strlen(other) <= 2)
		return strlen(one) <= 2 ? -1 : 1;
	return strcmp(one, other);
}

/* What names a document: not whom it was issued to. */
static int compare_documents(const void *left, const void *right)
{
	const struct document *one =
		&(*(const struct person_document *const *)left)->states.document;
	const struct document *other =
		&(*(const struct person_document *const *)right)->states.document;
	int order = strcmp(one->number, other->number);

	if (order == 0)
		order = compare_types(one->type, other->type);
	return order != 0 ? order : strcmp(one->issuer, other->issuer);
}

static int compare_tokens(const void *left, const void *right)
{
	return strcmp(((const struct token_entry *)left)->token,
		((const struct token_entry *)right)->token);
}

/* Of two that are equal nobody could say which is meant. */
static bool object_to_second(const struct source *source, const struct people *people,
	const struct person_entry *left, const struct person_entry *right, const char *member)
{
	size_t one = (size_t)(left - people->entries), other = (size_t)(right - people->entries);
	struct objection why = { .member = member };

	(void)snprintf(why.text, sizeof(why.text), "has the same %s as person %zu", member,
		(one < other ? one : other) + 1);
	return complain_of(source, one < other ? other : one, &why);
}

static bool sort_documents(const struct source *source, struct people *people)
{
	const struct person_document **list = people->documents;

	for (size_t i = 0; i < people->count; i++)
		for (size_t j = 0; j < people->entries[i].document_count; j++)
			list[people->document_count++] = &people->entries[i].documents[j];
	qsort(list, people->document_count, sizeof(list[0]), compare_documents);
	for (size_t i = 1; i < people->document_count; i++)
		if (compare_documents(&list[i - 1], &list[i]) == 0)
			return object_to_second(
				source, people, list[i - 1]->of, list[i]->of, "document");
	return true;
}

static bool sort_tokens(const struct source *source, struct people *people)
{
	struct token_entry *list = people->tokens;

	for (size_t i = 0; i < people->count; i++)
		for (size_t j = 0; j < people->entries[i].token_count; j++)
			list[people->token_count++] =
				(struct token_entry){ people->entries[i].tokens[j],
					&people->entries[i] };
	qsort(list, people->token_count, sizeof(list[0]), compare_tokens);
	for (size_t i = 1; i < people->token_count; i++)
		if (compare_tokens(&list[i - 1], &list[i]) == 0)
			return object_to_second(
				source, people, list[i - 1].of, list[i].of, "token");
	return true;
}

/* Room for the lists of all documents and tokens, once it is known how many there are. */
static bool make_lists(struct people *people)
{
	size_t documents = 1, tokens = 1;

	for (size_t i = 0; i < people->count; i++) {
		documents += people->entries[i].document_count;
		tokens += people->entries[i].token_count;
	}
	people->documents = calloc(documents, sizeof(people->documents[0]));
	people->tokens = calloc(tokens, sizeof(people->tokens[0]));
	return people->documents != NULL && people->tokens != NULL;
}

static bool read_entries(const struct source *source, const json_t *list, struct people *people)
{
	struct objection why;

	people->entries = calloc(json_array_size(list) + 1, sizeof(people->entries[0]));
	if (people->entries == NULL)
		return complain(source, 1, "top level", "out of memory");
	while (people->count < json_array_size(list)) {
		size_t i = people->count++;

		if (!person_entry_read(json_array_get(list, i), false, &people->entries[i], &why))
			return complain_of(source, i, &why);
	}
	if (!make_lists(people))
		return complain(source, 1, "top level", "out of memory");
	return sort_documents(source, people) && sort_tokens(source, people);
}

static bool read_all(const struct source *source, struct people *people)
{
	json_t *list = NULL, *fallback = NULL;
	struct objection why;

	people->fallback = person_not_enrolled;
	if (json_unpack(people->document, "{s:o, s?o !}", "people", &list, "default", &fallback) !=
			0 ||
		!json_is_array(list))
		return complain(source, 1, "top level",
			"wants \"people\", an array, perhaps \"default\", and nothing else");
	if (fallback != NULL && !person_entry_read(fallback, true, &people->fallback, &why))
		return complain_of(source, LINE_OF_DEFAULT, &why);
	return read_entries(source, list, people);
}

static bool load(const struct source *source, size_t len, struct people *people)
{
	json_error_t error;

	people->document = json_loadb(source->text, len, JSON_REJECT_DUPLICATES, &error);
	if (people->document == NULL)
		return complain(source, error.line > 0 ? (unsigned)error.line : 1,
			"not strict JSON", error.text);
	return read_all(source, people);
}

struct people *people_load(const char *file)
{
	const struct reporter reporter = { .say = say };
	size_t len = 0;
	struct source source = { .file = file,
		.text = conf_slurp(file, FILE_MAX, &len, &reporter) };
	struct people *people = source.text == NULL ? NULL : calloc(1, sizeof(*people));

	if (people != NULL && !load(&source, len, people)) {
		people_free(people);
		people = NULL;
	}
	free(source.text);
	return people;
}

void people_free(struct people *people)
{
	if (people == NULL)
		return;
	for (size_t i = 0; i < people->count; i++)
		person_entry_clear(&people->entries[i]);
	json_decref(people->document);
	free(people->entries);
	free(people->documents);
	free(people->tokens);
	free(people);
}

const struct person_document *people_document(
	const struct people *people, const struct document *document)
{
	const struct person_document wanted = { .states.document = *document }, *key = &wanted;
	const struct person_document *const *found = bsearch(&key, people->documents,
		people->document_count, sizeof(people->documents[0]), compare_documents);

	return found != NULL ? *found : NULL;
}

const struct person_entry *people_token(const struct people *people, const char *token)
{
	const struct token_entry wanted = { .token = token };
	const struct token_entry *found = bsearch(&wanted, people->tokens, people->token_count,
		sizeof(people->tokens[0]), compare_tokens);

	return found != NULL ? found->of : NULL;
}

const struct person_entry *people_default(const struct people *people)
{
	return &people->fallback;
}

const struct person_document *people_number(const struct people *people, const char *number)
{
	const struct person_document *found = NULL;
	char wanted[DOCUMENT_NUMBER_MAX + 1];

	if (!document_number_canonical(number, strlen(number), wanted))
		return NULL;
	for (size_t i = 0; i < people->document_count; i++) {
		const struct person_document *each = people->documents[i];

		if (strcmp(each->states.document.number, wanted) != 0)
			continue;
		if (found != NULL)
			return NULL;
		found = each;
	}
	return found;
}

size_t people_count(const struct people *people)
{
	return people->count;
}

const struct person_entry *people_entry(const struct people *people, size_t place)
{
	return &people->entries[place];
}

size_t people_place(const struct people *people, const struct person_entry *entry)
{
	return (size_t)(entry - people->entries);
}
