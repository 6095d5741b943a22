/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "people.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/conf.h"
#include "people_line.h"

#define FILE_MAX ((size_t)64 * 1024 * 1024)

struct people {
	json_t *document; /* owns the strings */
	struct person_entry *entries;
	size_t count, tokens;
	const struct person_entry **by_document, **by_token; /* sorted; of count and tokens */
	struct person_entry preset;
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

static bool complain(const struct source *source, unsigned line, const char *where,
		     const char *what)
{
	(void)fprintf(stderr, "migrantid-sandbox: %s:%u: %s: %s\n", source->file, line, where,
		what);
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

static int compare_documents(const void *left, const void *right)
{
	const struct person_entry *one = *(const struct person_entry *const *)left;
	const struct person_entry *other = *(const struct person_entry *const *)right;
	int order = strcmp(one->number, other->number);

	if (order == 0)
		order = compare_types(one->type, other->type);
	if (order == 0)
		order = strcmp(one->issuer, other->issuer);
	if (order == 0)
		order = strcmp(one->nationality, other->nationality);
	if (order == 0)
		order = strcmp(one->birth, other->birth);
	return order;
}

static int compare_tokens(const void *left, const void *right)
{
	const struct person_entry *one = *(const struct person_entry *const *)left;
	const struct person_entry *other = *(const struct person_entry *const *)right;

	return strcmp(one->token, other->token);
}

/* Sorts; of two that are equal, nobody could say which is meant. */
static bool sort(const struct source *source, const struct people *people,
		 const struct person_entry **list, size_t count,
		 int (*compare)(const void *, const void *), const char *member)
{
	qsort(list, count, sizeof(list[0]), compare);
	for (size_t i = 1; i < count; i++) {
		size_t one = (size_t)(list[i - 1] - people->entries);
		size_t other = (size_t)(list[i] - people->entries);
		struct objection why = { .member = member };

		if (compare(&list[i - 1], &list[i]) != 0)
			continue;
		(void)snprintf(why.text, sizeof(why.text), "has the same %s as person %zu",
			member, (one < other ? one : other) + 1);
		return complain_of(source, one < other ? other : one, &why);
	}
	return true;
}

static bool sort_all(const struct source *source, struct people *people)
{
	for (size_t i = 0; i < people->count; i++) {
		people->by_document[i] = &people->entries[i];
		if (people->entries[i].token != NULL)
			people->by_token[people->tokens++] = &people->entries[i];
	}
	return sort(source, people, people->by_document, people->count, compare_documents,
		       "document") &&
	       sort(source, people, people->by_token, people->tokens, compare_tokens, "token");
}

static bool make_room(struct people *people, size_t count)
{
	people->entries = calloc(count + 1, sizeof(people->entries[0]));
	people->by_document = calloc(count + 1, sizeof(people->by_document[0]));
	people->by_token = calloc(count + 1, sizeof(people->by_token[0]));
	return people->entries != NULL && people->by_document != NULL && people->by_token != NULL;
}

static bool read_all(const struct source *source, struct people *people)
{
	json_t *list = NULL, *preset = NULL;
	struct objection why;

	people->preset = person_not_enrolled;
	if (json_unpack(people->document, "{s:o, s?o !}", "people", &list, "default", &preset) !=
			0 ||
		!json_is_array(list))
		return complain(source, 1, "top level",
			"wants \"people\", an array, perhaps \"default\", and nothing else");
	if (preset != NULL && !person_entry_read(preset, true, &people->preset, &why))
		return complain_of(source, LINE_OF_DEFAULT, &why);
	if (!make_room(people, json_array_size(list)))
		return complain(source, 1, "top level", "out of memory");
	for (; people->count < json_array_size(list); people->count++)
		if (!person_entry_read(json_array_get(list, people->count), false,
			    &people->entries[people->count], &why))
			return complain_of(source, people->count, &why);
	return sort_all(source, people);
}

static bool load(const struct source *source, size_t len, struct people *people)
{
	json_error_t error;

	people->document = json_loadb(source->text, len, JSON_REJECT_DUPLICATES, &error);
	if (people->document == NULL)
		return complain(source, error.line > 0 ? (unsigned)error.line : 1, "not strict JSON",
			error.text);
	return read_all(source, people);
}

struct people *people_load(const char *file)
{
	const struct reporter reporter = { .say = say };
	size_t len = 0;
	struct source source = { .file = file, .text = conf_slurp(file, FILE_MAX, &len, &reporter) };
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
	json_decref(people->document);
	free(people->entries);
	free(people->by_document);
	free(people->by_token);
	free(people);
}

static const struct person_entry *find(const struct people *people,
				       const struct person_entry *wanted,
				       const struct person_entry *const *list, size_t count,
				       int (*compare)(const void *, const void *))
{
	const struct person_entry *const *found =
		bsearch(&wanted, list, count, sizeof(list[0]), compare);

	return found != NULL ? *found : &people->preset;
}

const struct person_entry *people_by_document(const struct people *people, const char *type,
					      const char *issuer, const char *number,
					      const char *nationality, const char *birth)
{
	const struct person_entry wanted = { .type = type, .issuer = issuer, .number = number,
		.nationality = nationality, .birth = birth };

	return find(people, &wanted, people->by_document, people->count, compare_documents);
}

const struct person_entry *people_by_token(const struct people *people, const char *token)
{
	const struct person_entry wanted = { .token = token };

	return find(people, &wanted, people->by_token, people->tokens, compare_tokens);
}
