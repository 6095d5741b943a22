/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The published vectors of the pseudonym: the code makes them, and docs/person-key.md shows them.
 * The file was made with Python's hmac by the few lines in that page, not with this code.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>
#include <jansson.h>

#include "person/person_key.h"

#define PAGE_MAX 65536
#define VECTORS_LEAST 6

static const char *text_of(const json_t *vector, const char *name)
{
	const char *text = json_string_value(json_object_get(vector, name));

	if (text == NULL)
		fail_msg("a vector has no \"%s\"", name);
	return text;
}

static struct person person_of(const json_t *vector)
{
	const char *type = text_of(vector, "type"), *issuer = text_of(vector, "issuer");
	const char *number = text_of(vector, "number"), *birth = text_of(vector, "birth");
	const char *nationality = text_of(vector, "nationality");
	struct person person = { 0 };
	struct document *document = &person.document;

	assert_true(document_type_canonical(type, strlen(type), document->type));
	assert_true(country_canonical(issuer, strlen(issuer), document->issuer));
	assert_true(document_number_canonical(number, strlen(number), document->number));
	assert_true(country_canonical(nationality, strlen(nationality), person.nationality));
	assert_true(date_parse(birth, strlen(birth), true, &person.birth));
	return person;
}

static void assert_hex(const uint8_t *octets, size_t len, const char *hex)
{
	assert_int_equal(strlen(hex), 2 * len);
	for (size_t i = 0; i < len; i++) {
		char pair[3];

		(void)snprintf(pair, sizeof(pair), "%02x", octets[i]);
		assert_memory_equal(pair, hex + 2 * i, 2);
	}
}

static json_t *read_vectors(void)
{
	json_error_t error;
	json_t *vectors = json_load_file(VECTORS, JSON_REJECT_DUPLICATES, &error);

	if (vectors == NULL)
		fail_msg("%s:%d: %s", VECTORS, error.line, error.text);
	assert_true(json_array_size(vectors) >= VECTORS_LEAST);
	return vectors;
}

static void the_code_makes_them(void **state)
{
	json_t *vectors = read_vectors(), *vector;
	size_t i;

	(void)state;
	json_array_foreach(vectors, i, vector)
	{
		const char *hex = text_of(vector, "key");
		struct person person = person_of(vector);
		uint8_t canonical[PERSON_CANONICAL_MAX];
		struct operator_key key;
		struct person_key made;

		assert_true(operator_key_parse(hex, strlen(hex), &key));
		assert_hex(canonical, person_canonical(&person, canonical),
			text_of(vector, "canonical"));
		assert_true(person_key_make(&key, &person, &made));
		assert_hex(made.bytes, PERSON_KEY_LEN, text_of(vector, "hmac"));
		assert_string_equal(made.text, text_of(vector, "sbj"));
	}
	json_decref(vectors);
}

/* The page breaks long lines: without white space, then. */
static void read_page(char page[PAGE_MAX])
{
	FILE *file = fopen(PAGE, "r");
	size_t n = 0;
	int c;

	if (file == NULL)
		fail_msg("%s cannot be read", PAGE);
	while ((c = fgetc(file)) != EOF && n + 1 < PAGE_MAX)
		if (c != ' ' && c != '\n')
			page[n++] = (char)c;
	page[n] = '\0';
	assert_int_equal(fclose(file), 0);
}

static void the_page_shows_them(void **state)
{
	static const char *const names[] = { "key", "canonical", "hmac", "sbj" };
	json_t *vectors = read_vectors(), *vector;
	char *page = malloc(PAGE_MAX);
	size_t i;

	(void)state;
	assert_non_null(page);
	read_page(page);
	json_array_foreach(vectors, i, vector)
	{
		for (size_t n = 0; n < ARRAY_LEN(names); n++)
			if (strstr(page, text_of(vector, names[n])) == NULL)
				fail_msg("%s: no %s of vector %zu", PAGE, names[n], i + 1);
	}
	free(page);
	json_decref(vectors);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_code_makes_them),
		cmocka_unit_test(the_page_shows_them),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
