/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "person/person_key.h"

#include <openssl/err.h>
#include <openssl/evp.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

/* OpenSSL out of memory, by the linker's --wrap: the call that fails, counted down to 1; 0: none. */
static int fails_in;

static bool fails(void)
{
	if (fails_in == 0 || --fails_in > 0)
		return false;
	ERR_raise(ERR_LIB_EVP, ERR_R_MALLOC_FAILURE);
	return true;
}

EVP_MAC_CTX *__real_EVP_MAC_CTX_new(EVP_MAC *mac);
EVP_MAC_CTX *__wrap_EVP_MAC_CTX_new(EVP_MAC *mac);
int __real_EVP_MAC_CTX_set_params(EVP_MAC_CTX *context, const OSSL_PARAM *params);
int __wrap_EVP_MAC_CTX_set_params(EVP_MAC_CTX *context, const OSSL_PARAM *params);
int __real_EVP_MAC_init(
	EVP_MAC_CTX *context, const unsigned char *key, size_t len, const OSSL_PARAM *params);
int __wrap_EVP_MAC_init(
	EVP_MAC_CTX *context, const unsigned char *key, size_t len, const OSSL_PARAM *params);
int __real_EVP_MAC_update(EVP_MAC_CTX *context, const unsigned char *data, size_t len);
int __wrap_EVP_MAC_update(EVP_MAC_CTX *context, const unsigned char *data, size_t len);
int __real_EVP_MAC_final(EVP_MAC_CTX *context, unsigned char *out, size_t *len, size_t room);
int __wrap_EVP_MAC_final(EVP_MAC_CTX *context, unsigned char *out, size_t *len, size_t room);

EVP_MAC_CTX *__wrap_EVP_MAC_CTX_new(EVP_MAC *mac)
{
	return fails() ? NULL : __real_EVP_MAC_CTX_new(mac);
}

int __wrap_EVP_MAC_CTX_set_params(EVP_MAC_CTX *context, const OSSL_PARAM *params)
{
	return fails() ? 0 : __real_EVP_MAC_CTX_set_params(context, params);
}

int __wrap_EVP_MAC_init(
	EVP_MAC_CTX *context, const unsigned char *key, size_t len, const OSSL_PARAM *params)
{
	return fails() ? 0 : __real_EVP_MAC_init(context, key, len, params);
}

int __wrap_EVP_MAC_update(EVP_MAC_CTX *context, const unsigned char *data, size_t len)
{
	return fails() ? 0 : __real_EVP_MAC_update(context, data, len);
}

int __wrap_EVP_MAC_final(EVP_MAC_CTX *context, unsigned char *out, size_t *len, size_t room)
{
	return fails() ? 0 : __real_EVP_MAC_final(context, out, len, room);
}

#define KEY_A "000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f"
#define KEY_B                                                                                      \
	"404142434445464748494a4b4c4d4e4f505152535455565758595a5b5c5d5e5f"                         \
	"606162636465666768696a6b6c6d6e6f707172737475767778797a7b7c7d7e7f"
#define LABEL "00126d696772616e7469642d706572736f6e2d31"
#define UZB "0003555a42"

/*
 * The vectors of docs/person-key.md: the octets and the HMACs were made with Python's hmac, not
 * with this code.
 */
static const struct vector {
	const char *key;
	const char *type, *issuer, *number, *nationality, *birth; /* as a shop may write them */
	const char *canonical, *mac, *text;
} vectors[] = {
	{ KEY_A, "P", "UZB", "FA1234567", "UZB", "1990-01-31",
		LABEL "000150" UZB "0009464131323334353637" UZB "000a313939302d30312d3331",
		"77e377fd1dd1c950f7192bfb4a8d404667489bb2aed47910d0386326e114a1a4",
		"d-N3_R3RyVD3GSv7So1ARmdIm7Ku1HkQ0DhjJuEUoaQ" },
	{ KEY_A, "pn", " uzb", "fa 123-4567<", "Uzb", "1990-01-31",
		LABEL "000150" UZB "0009464131323334353637" UZB "000a313939302d30312d3331",
		"77e377fd1dd1c950f7192bfb4a8d404667489bb2aed47910d0386326e114a1a4",
		"d-N3_R3RyVD3GSv7So1ARmdIm7Ku1HkQ0DhjJuEUoaQ" },
	{ KEY_B, "P", "UZB", "FA1234567", "UZB", "1990-01-31",
		LABEL "000150" UZB "0009464131323334353637" UZB "000a313939302d30312d3331",
		"4fb84ba4b8b41c13df7b8df48b8572411cece83640e8bf6f871040749e723385",
		"T7hLpLi0HBPfe430i4VyQRzs6DZA6L9vhxBAdJ5yM4U" },
	{ KEY_A, "ID", "DEU", "L01X00T47", "D<<", "1964-08-12",
		LABEL "000149"
		      "000144"
		      "00094c3031583030543437"
		      "000144"
		      "000a313936342d30382d3132",
		"313bc3296e556b3349ba810676f2472c4c3f20414538a117a3dc38285db97fb4",
		"MTvDKW5VazNJuoEGdvJHLEw_IEFFOKEXo9w4KF25f7Q" },
	{ KEY_A, "residence-permit", "RUS", "82 1234567", "TJK", "1985-05-00",
		LABEL "00107265736964656e63652d7065726d6974"
		      "0003525553"
		      "0009383231323334353637"
		      "0003544a4b"
		      "000a313938352d30352d3030",
		"7c39e073cbb1ac4224ece957d3f37b06516f7e19b1064dd02d975918d2aa90b0",
		"fDngc8uxrEIk7OlX0_N7BlFvfhmxBk3QLZdZGNKqkLA" },
	{ KEY_A, "I<", "KGZ", "000123", "XXA", "1970-00-00",
		LABEL "000149"
		      "00034b475a"
		      "0006303030313233"
		      "0003585841"
		      "000a313937302d30302d3030",
		"c4154c456fe71eb658ff35a72ecc748315b1268bbc92f3e2f15b79702a4c9a92",
		"xBVMRW_nHrZY_zWnLsx0gxWxJou8kvPi8Vt5cCpMmpI" },
	{ KEY_A, "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa", "UZB", "99999999999999999999999999999999",
		"UZB", "0001-01-01",
		LABEL "00206161616161616161616161616161616161616161616161616161616161616161" UZB
		      "00203939393939393939393939393939393939393939393939393939393939393939" UZB
		      "000a303030312d30312d3031",
		"dd70800b0ef8d63905e9981482724fdfe9084eb28444513d781275ef03949766",
		"3XCACw741jkF6ZgUgnJP3-kITrKERFE9eBJ17wOUl2Y" },
};

static struct operator_key key_of(const char *hex)
{
	struct operator_key key;

	assert_true(operator_key_parse(hex, strlen(hex), &key));
	return key;
}

static struct person person_of(const struct vector *vector)
{
	struct person person = { 0 };
	struct document *document = &person.document;

	assert_true(document_type_canonical(vector->type, strlen(vector->type), document->type));
	assert_true(country_canonical(vector->issuer, strlen(vector->issuer), document->issuer));
	assert_true(document_number_canonical(
		vector->number, strlen(vector->number), document->number));
	assert_true(country_canonical(
		vector->nationality, strlen(vector->nationality), person.nationality));
	assert_true(date_parse(vector->birth, strlen(vector->birth), true, &person.birth));
	return person;
}

static void assert_hex(const uint8_t *octets, size_t len, const char *hex)
{
	char text[2 * PERSON_CANONICAL_MAX + 1] = "";

	assert_true(len <= PERSON_CANONICAL_MAX);
	for (size_t i = 0; i < len; i++)
		(void)sprintf(text + 2 * i, "%02x", octets[i]);
	assert_string_equal(text, hex);
}

static void the_published_vectors_hold(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(vectors); i++) {
		struct operator_key key = key_of(vectors[i].key);
		struct person person = person_of(&vectors[i]);
		uint8_t canonical[PERSON_CANONICAL_MAX];
		struct person_key made;

		assert_hex(canonical, person_canonical(&person, canonical), vectors[i].canonical);
		assert_true(person_key_make(&key, &person, &made));
		assert_hex(made.bytes, PERSON_KEY_LEN, vectors[i].mac);
		assert_string_equal(made.text, vectors[i].text);
	}
}

static void a_derived_key_has_its_vector(void **state)
{
	struct operator_key key = key_of(KEY_A);
	uint8_t state_mac[32], txn_mac[32];

	(void)state;
	assert_true(operator_key_mac(&key, "state", "migrantid test data", 19, state_mac));
	assert_hex(
		state_mac, 32, "e8d7090b4bb9579dc78dc4933be82c4fa51eadbf0721754a7b0f4ede5f95cd13");
	assert_true(operator_key_mac(&key, "txn", "migrantid test data", 19, txn_mac));
	assert_memory_not_equal(state_mac, txn_mac, 32);
}

/* A derived MAC over a person's canonical form is not that person's pseudonym. */
static void purposes_stay_apart(void **state)
{
	struct operator_key key = key_of(KEY_A);
	struct person person = person_of(&vectors[0]);
	uint8_t canonical[PERSON_CANONICAL_MAX], mac[32];
	size_t len = person_canonical(&person, canonical);
	struct person_key made;

	(void)state;
	assert_true(person_key_make(&key, &person, &made));
	assert_true(operator_key_mac(&key, "state", canonical, len, mac));
	assert_memory_not_equal(mac, made.bytes, 32);
	assert_true(operator_key_mac(&key, "", canonical, len, mac));
	assert_memory_not_equal(mac, made.bytes, 32);
}

/* A token names a capture: nothing of it can be taken for a person, or for another token. */
static void tokens_have_names_of_their_own(void **state)
{
	struct operator_key key = key_of(KEY_A);
	char longest[TOKEN_MAX + 2];
	struct person_key one, other;

	(void)state;
	memset(longest, 't', sizeof(longest));
	longest[TOKEN_MAX + 1] = '\0';
	assert_true(token_key_make(&key, "a", &one));
	assert_true(token_key_make(&key, "A", &other));
	assert_string_not_equal(one.text, other.text);
	assert_false(token_key_make(&key, "", &one));
	assert_string_equal(one.text, "");
	assert_false(token_key_make(&key, longest, &one));
	assert_string_equal(one.text, "");
	longest[TOKEN_MAX] = '\0';
	assert_true(token_key_make(&key, longest, &one));
	key.len = 0;
	assert_false(token_key_make(&key, "a", &one));
	assert_string_equal(one.text, "");
}

/* Under the octets of an operator's key as nonce it still is no pseudonym: the label differs. */
static void a_digest_is_no_pseudonym(void **state)
{
	struct operator_key key = key_of(KEY_A);
	struct person person = person_of(&vectors[0]), another = person_of(&vectors[4]);
	char one[DOCUMENT_DIGEST_LEN + 1], other[DOCUMENT_DIGEST_LEN + 1];
	struct person_key made;

	(void)state;
	assert_true(person_key_make(&key, &person, &made));
	assert_true(document_digest(key.bytes, key.len, &person, one));
	assert_string_not_equal(made.text, one);
	assert_true(document_digest(key.bytes, key.len, &another, other));
	assert_string_not_equal(one, other);
	assert_true(document_digest(key.bytes, 16, &person, other));
	assert_string_not_equal(one, other);
}

static void without_memory_there_is_neither(void **state)
{
	struct operator_key key = key_of(KEY_A);
	struct person person = person_of(&vectors[0]);
	char digest[DOCUMENT_DIGEST_LEN + 1];
	struct person_key made;

	(void)state;
	fails_in = 1;
	assert_false(token_key_make(&key, "a", &made));
	fails_in = 1;
	assert_false(document_digest(key.bytes, 16, &person, digest));
	fails_in = 0;
	assert_string_equal(made.text, "");
	assert_string_equal(digest, "");
	assert_int_equal(ERR_peek_error(), 0);
}

static bool same(const struct person *a, const struct person *b)
{
	uint8_t one[PERSON_CANONICAL_MAX], other[PERSON_CANONICAL_MAX];
	size_t len = person_canonical(a, one);

	return person_canonical(b, other) == len && memcmp(one, other, len) == 0;
}

/* Whatever tells two people apart tells their canonical forms apart, and nothing else does. */
static void what_differs_differs(void **state)
{
	const struct person base = { { "P", "UZB", "FA1234567", { 2030, 1, 1 } }, "UZB",
		{ 1990, 1, 31 } };
	const struct person others[] = {
		{ { "I", "UZB", "FA1234567", { 0 } }, "UZB", { 1990, 1, 31 } },
		{ { "passport", "UZB", "FA1234567", { 0 } }, "UZB", { 1990, 1, 31 } },
		{ { "P", "TJK", "FA1234567", { 0 } }, "UZB", { 1990, 1, 31 } },
		{ { "P", "UZB", "FA1234568", { 0 } }, "UZB", { 1990, 1, 31 } },
		{ { "P", "UZB", "0FA1234567", { 0 } }, "UZB", { 1990, 1, 31 } },
		{ { "P", "UZB", "FA1234567", { 0 } }, "TJK", { 1990, 1, 31 } },
		{ { "P", "UZB", "FA1234567", { 0 } }, "UZB", { 1990, 1, 30 } },
		{ { "P", "UZB", "FA1234567", { 0 } }, "UZB", { 1990, 1, 0 } },
		{ { "P", "UZB", "FA1234567", { 0 } }, "UZB", { 1990, 0, 0 } },
		/* the same characters, cut elsewhere */
		{ { "P", "UZBF", "A1234567", { 0 } }, "UZB", { 1990, 1, 31 } },
		{ { "P", "UZB", "FA1234567U", { 0 } }, "ZB", { 1990, 1, 31 } },
		{ { "P", "", "UZBFA1234567", { 0 } }, "UZB", { 1990, 1, 31 } },
	};
	struct person alike = base;

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(others); i++) {
		assert_false(same(&base, &others[i]));
		for (size_t j = 0; j < i; j++)
			assert_false(same(&others[i], &others[j]));
	}
	(void)strcpy(alike.document.type, "PD");
	alike.document.expiry = (struct date){ 0 };
	assert_true(same(&base, &alike));
}

static void key_files_are_read_strictly(void **state)
{
	static const struct {
		const char *text;
		size_t len; /* of the key; 0: refused */
	} rows[] = {
		{ KEY_A, 32 },
		{ KEY_A "\n", 32 },
		{ "000102030405060708090A0B0C0D0E0F101112131415161718191A1B1C1D1E1F", 32 },
		{ KEY_A "20", 33 },
		{ KEY_B, 64 },
		{ KEY_B "\n", 64 },
		{ "", 0 },
		{ "\n", 0 },
		{ KEY_A "\n\n", 0 },
		{ KEY_A "\r\n", 32 },
		{ KEY_A "\r", 32 },
		{ KEY_A "\r\r\n", 0 },
		{ KEY_A " ", 0 },
		{ " " KEY_A, 0 },
		{ "\n" KEY_A, 0 },
		{ KEY_A "2", 0 },
		{ KEY_B "80", 0 },
		{ "0x" KEY_A, 0 },
		{ "0001020304050607 08090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f20", 0 },
		{ "000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e", 0 },
		{ "000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1g", 0 },
		{ "g00102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f", 0 },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		struct operator_key key;
		bool ok = operator_key_parse(rows[i].text, strlen(rows[i].text), &key);

		if (ok != (rows[i].len != 0))
			fail_msg("row %zu", i);
		assert_int_equal(key.len, rows[i].len);
	}
}

static void a_refused_key_leaves_nothing_behind(void **state)
{
	static const struct operator_key none;
	struct operator_key key;
	char text[] = KEY_A;

	(void)state;
	text[sizeof(text) - 2] = 'x';
	assert_false(operator_key_parse(text, strlen(text), &key));
	assert_memory_equal(&key, &none, sizeof(key));
	text[sizeof(text) - 2] = '\0'; /* a NUL within */
	assert_false(operator_key_parse(text, sizeof(text) - 1, &key));
}

static void no_key_no_pseudonym(void **state)
{
	static const size_t lengths[] = { 0, 1, OPERATOR_KEY_MIN - 1, OPERATOR_KEY_MAX + 1 };
	static const struct person_key nothing;
	struct person person = person_of(&vectors[0]);
	struct operator_key key = key_of(KEY_A);
	uint8_t mac[32];

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(lengths); i++) {
		struct person_key made;

		key.len = lengths[i];
		assert_false(person_key_make(&key, &person, &made));
		assert_memory_equal(&made, &nothing, sizeof(made));
		assert_false(operator_key_mac(&key, "state", "x", 1, mac));
		assert_memory_equal(mac, nothing.bytes, sizeof(mac));
	}
	key = key_of(KEY_A);
	assert_false(operator_key_mac(&key, "a purpose of more than 32 octets!", "x", 1, mac));
}

static void assert_made(const struct person_key *made, bool well)
{
	static const struct person_key nothing;

	if (well)
		assert_string_equal(made->text, vectors[0].text);
	else
		assert_memory_equal(made, &nothing, sizeof(*made));
	/* The server's TLS shares the thread and its queue of errors. */
	assert_int_equal(ERR_peek_error(), 0);
}

/* What a call asks of OpenSSL, the first of a thread and the others. */
enum { NEW, DIGEST, KEY, DATA, END, WIPE, CALLS };

static void openssl_may_fail(void **state)
{
	struct operator_key key = key_of(KEY_A);
	struct person person = person_of(&vectors[0]);
	struct person_key made;
	uint8_t mac[32];

	(void)state;
	assert_true(person_key_make(&key, &person, &made));
	for (int call = KEY; call < WIPE; call++) {
		fails_in = call - KEY + 1;
		assert_false(person_key_make(&key, &person, &made));
		assert_made(&made, false);
	}
	for (int call = NEW; call < CALLS; call++) {
		/* What cannot be wiped is not used again: the next one is the thread's first. */
		fails_in = WIPE - KEY + 1;
		assert_true(person_key_make(&key, &person, &made));
		assert_made(&made, true);
		fails_in = call + 1;
		assert_int_equal(person_key_make(&key, &person, &made), call == WIPE);
		assert_made(&made, call == WIPE);
		assert_int_equal(fails_in, 0);
		assert_true(person_key_make(&key, &person, &made));
		assert_made(&made, true);
	}
	fails_in = 1;
	assert_false(operator_key_mac(&key, "state", "x", 1, mac));
	fails_in = 0;
	for (size_t i = 0; i < sizeof(mac); i++)
		assert_int_equal(mac[i], 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_published_vectors_hold),
		cmocka_unit_test(a_derived_key_has_its_vector),
		cmocka_unit_test(purposes_stay_apart),
		cmocka_unit_test(tokens_have_names_of_their_own),
		cmocka_unit_test(a_digest_is_no_pseudonym),
		cmocka_unit_test(without_memory_there_is_neither),
		cmocka_unit_test(what_differs_differs),
		cmocka_unit_test(key_files_are_read_strictly),
		cmocka_unit_test(a_refused_key_leaves_nothing_behind),
		cmocka_unit_test(no_key_no_pseudonym),
		cmocka_unit_test(openssl_may_fail),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
