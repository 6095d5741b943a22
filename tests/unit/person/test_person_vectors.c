/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The published vectors of pseudonyms, digests and txns: the code makes them, and
 * docs/person-key.md shows them.
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

#include "base/base64url.h"
#include "base/prefixed.h"
#include "person/person_key.h"

#define PAGE_MAX 65536

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

/* The file; its lists are by what is made. */
static json_t *read_vectors(void)
{
	json_error_t error;
	json_t *lists = json_load_file(VECTORS, JSON_REJECT_DUPLICATES, &error);

	if (lists == NULL)
		fail_msg("%s:%d: %s", VECTORS, error.line, error.text);
	assert_int_equal(json_object_size(lists), 4);
	return lists;
}

static const json_t *list_of(const json_t *lists, const char *name, size_t least)
{
	const json_t *list = json_object_get(lists, name);

	assert_true(json_array_size(list) >= least);
	return list;
}

static struct operator_key key_of(const json_t *vector)
{
	const char *hex = text_of(vector, "key");
	struct operator_key key;

	assert_true(operator_key_parse(hex, strlen(hex), &key));
	return key;
}

static void the_code_makes_them(void **state)
{
	json_t *lists = read_vectors(), *vector;
	size_t i;

	(void)state;
	json_array_foreach(list_of(lists, "person", 6), i, vector)
	{
		struct operator_key key = key_of(vector);
		struct person person = person_of(vector);
		uint8_t canonical[PERSON_CANONICAL_MAX];
		struct person_key made;

		assert_hex(canonical, person_canonical(&person, canonical),
			text_of(vector, "canonical"));
		assert_true(person_key_make(&key, &person, &made));
		assert_hex(made.bytes, PERSON_KEY_LEN, text_of(vector, "hmac"));
		assert_string_equal(made.text, text_of(vector, "sbj"));
	}
	json_decref(lists);
}

static void the_code_makes_those_of_tokens(void **state)
{
	json_t *lists = read_vectors(), *vector;
	size_t i;

	(void)state;
	json_array_foreach(list_of(lists, "token", 4), i, vector)
	{
		struct operator_key key = key_of(vector);
		struct person_key made;

		assert_true(token_key_make(&key, text_of(vector, "token"), &made));
		assert_hex(made.bytes, PERSON_KEY_LEN, text_of(vector, "hmac"));
		assert_string_equal(made.text, text_of(vector, "sbj"));
	}
	json_decref(lists);
}

static void the_code_makes_those_of_documents(void **state)
{
	json_t *lists = read_vectors(), *vector;
	size_t i;

	(void)state;
	json_array_foreach(list_of(lists, "document_digest", 5), i, vector)
	{
		const char *nonce_text = text_of(vector, "nonce");
		struct person person = person_of(vector);
		char made[DOCUMENT_DIGEST_LEN + 1];
		uint8_t nonce[16];
		size_t len;

		assert_true(base64url_decode(
			nonce_text, strlen(nonce_text), nonce, sizeof(nonce), &len));
		assert_int_equal(len, sizeof(nonce));
		assert_true(document_digest(nonce, len, &person, made));
		assert_string_equal(made, text_of(vector, "document_digest"));
	}
	json_decref(lists);
}

/* The fields of a txn, in their order; those that a form has not are left out. */
static size_t txn_covered(const json_t *vector, uint8_t *out)
{
	static const char *const names[] = { "shop", "sale", "form", "purpose", "type", "issuer",
		"number", "nationality", "date_of_birth", "token", "sbj", "consent_given",
		"consent_text" };
	size_t len = 0;

	for (size_t i = 0; i < ARRAY_LEN(names); i++) {
		const char *value = json_string_value(json_object_get(vector, names[i]));

		if (value != NULL)
			len += prefixed_put(out + len, value, strlen(value));
	}
	return len;
}

static void a_txn_is_a_mac_of_its_own_key(void **state)
{
	json_t *lists = read_vectors(), *vector;
	size_t i;

	(void)state;
	json_array_foreach(list_of(lists, "txn", 3), i, vector)
	{
		struct operator_key key = key_of(vector);
		uint8_t covered[1024], made[32];
		size_t len = txn_covered(vector, covered);

		assert_hex(covered, len, text_of(vector, "covered"));
		assert_true(operator_key_mac(&key, "txn", covered, len, made));
		assert_hex(made, sizeof(made), text_of(vector, "hmac"));
	}
	json_decref(lists);
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
	static const char *const names[] = { "key", "canonical", "covered", "hmac", "sbj",
		"document_digest", "txn" };
	json_t *lists = read_vectors(), *list, *vector;
	char *page = malloc(PAGE_MAX);
	const char *what;
	size_t i;

	(void)state;
	assert_non_null(page);
	read_page(page);
	json_object_foreach(lists, what, list) json_array_foreach(list, i, vector)
	{
		for (size_t n = 0; n < ARRAY_LEN(names); n++) {
			const char *text = json_string_value(json_object_get(vector, names[n]));

			if (text != NULL && strstr(page, text) == NULL)
				fail_msg("%s: no %s of %s %zu", PAGE, names[n], what, i + 1);
		}
	}
	free(page);
	json_decref(lists);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_code_makes_them),
		cmocka_unit_test(the_code_makes_those_of_tokens),
		cmocka_unit_test(the_code_makes_those_of_documents),
		cmocka_unit_test(a_txn_is_a_mac_of_its_own_key),
		cmocka_unit_test(the_page_shows_them),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
