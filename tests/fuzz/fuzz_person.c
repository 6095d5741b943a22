/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The canonical person: what is canonical stays as it is, and the octets under the pseudonym tell
 * apart just those persons that differ. The input is two persons: five fields each, cut by '\n'.
 */
#include "fuzz.h"
#include "person/document.h"
#include "person/person_key.h"

#define FIELDS 5

/* The next field of the input, of its own length. */
static char *next(const char **at, size_t *left, size_t *len)
{
	const char *end = memchr(*at, '\n', *left);
	char *field;

	*len = end != NULL ? (size_t)(end - *at) : *left;
	field = exact_copy(*at, *len);
	*at += *len;
	*left -= *len;
	if (*left > 0) {
		(*at)++;
		(*left)--;
	}
	return field;
}

static bool read_type(const char *text, size_t len, struct person *out)
{
	char *type = out->document.type, again[DOCUMENT_TYPE_MAX + 1];

	if (!document_type_canonical(text, len, type)) {
		HOLDS(type[0] == '\0');
		return false;
	}
	HOLDS(document_type_canonical(type, strlen(type), again) && strcmp(type, again) == 0);
	return true;
}

static bool read_number(const char *text, size_t len, struct person *out)
{
	char *number = out->document.number, again[DOCUMENT_NUMBER_MAX + 1];

	if (!document_number_canonical(text, len, number)) {
		HOLDS(number[0] == '\0');
		return false;
	}
	HOLDS(document_number_canonical(number, strlen(number), again));
	HOLDS(strcmp(number, again) == 0);
	for (const char *c = number; *c != '\0'; c++)
		HOLDS((*c >= 'A' && *c <= 'Z') || (*c >= '0' && *c <= '9') || (*c & 0x80) != 0);
	return true;
}

static bool read_state(const char *text, size_t len, char out[COUNTRY_LEN + 1])
{
	char again[COUNTRY_LEN + 1];

	if (!country_canonical(text, len, out)) {
		HOLDS(out[0] == '\0');
		return false;
	}
	HOLDS(country_canonical(out, strlen(out), again) && strcmp(out, again) == 0);
	HOLDS(strcmp(out, "DEU") != 0 && country_lookup("DEU") == COUNTRY_UNKNOWN);
	if (country_lookup(out) == COUNTRY_UNKNOWN)
		HOLDS(!country_is_nationality(out) && !country_is_issuer(out));
	return true;
}

static bool read_person(const char **at, size_t *left, struct person *out)
{
	bool good = true;

	memset(out, 0, sizeof(*out));
	for (int i = 0; i < FIELDS; i++) {
		size_t len;
		char *text = next(at, left, &len);

		if (i == 0)
			good = read_type(text, len, out) && good;
		else if (i == 1)
			good = read_state(text, len, out->document.issuer) && good;
		else if (i == 2)
			good = read_number(text, len, out) && good;
		else if (i == 3)
			good = read_state(text, len, out->nationality) && good;
		else
			good = date_parse(text, len, true, &out->birth) && good;
		free(text);
	}
	return good;
}

/* Of a Doc 9303 code only the first letter counts. */
static bool types_are_same(const char *a, const char *b)
{
	bool codes = a[0] >= 'A' && a[0] <= 'Z' && b[0] >= 'A' && b[0] <= 'Z';

	return codes ? a[0] == b[0] : strcmp(a, b) == 0;
}

static bool are_same(const struct person *a, const struct person *b)
{
	return types_are_same(a->document.type, b->document.type) &&
	       strcmp(a->document.issuer, b->document.issuer) == 0 &&
	       strcmp(a->document.number, b->document.number) == 0 &&
	       strcmp(a->nationality, b->nationality) == 0 &&
	       date_compare(&a->birth, &b->birth) == 0;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const struct operator_key key = { "a key for tests of thirty-two oc", 32 };
	uint8_t one_octets[PERSON_CANONICAL_MAX], other_octets[PERSON_CANONICAL_MAX];
	struct person one, other;
	struct person_key one_key, other_key;
	char *text = exact_copy(data, size);
	const char *at = text;
	size_t left = size, one_len, other_len;
	bool same;

	if (read_person(&at, &left, &one) && read_person(&at, &left, &other)) {
		same = are_same(&one, &other);
		one_len = person_canonical(&one, one_octets);
		other_len = person_canonical(&other, other_octets);
		HOLDS(one_len <= sizeof(one_octets) && other_len <= sizeof(other_octets));
		HOLDS(same ==
			(one_len == other_len && memcmp(one_octets, other_octets, one_len) == 0));
		HOLDS(person_key_make(&key, &one, &one_key));
		HOLDS(person_key_make(&key, &other, &other_key));
		HOLDS(same == (strcmp(one_key.text, other_key.text) == 0));
		HOLDS(strlen(one_key.text) == PERSON_KEY_TEXT_LEN);
	}
	free(text);
	return 0;
}
