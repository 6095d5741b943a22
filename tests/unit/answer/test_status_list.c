/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Status lists: the draft's vectors of every width, each refusal with its check, and the bounds.
 * argv[1]: the folder of the vectors.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <openssl/err.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <zlib.h>

#include "a_card.h"
#include "base/base64url.h"
#include "load.h"

static const char *folder;
static struct signer *issuer, *other_issuer;
static struct key_set *keys;

static enum status_list_check read_at(const char *token, int64_t now, struct status_list **list)
{
	size_t len = strlen(token);
	char *exact = malloc(len > 0 ? len : 1);
	enum status_list_check failed;

	assert_non_null(exact);
	memcpy(exact, token, len);
	failed = status_list_read(exact, len, keys, JWS_DEFAULT_ALGORITHMS, now, list);
	free(exact);
	assert_int_equal(ERR_peek_error(), 0);
	assert_int_equal(failed == STATUS_LIST_SOUND, *list != NULL);
	return failed;
}

static struct status_list *list_of(json_int_t bits, const char *lst)
{
	json_t *claims = json_pack("{s:{s:I, s:s}}", "status_list", "bits", bits, "lst", lst);
	char *text = json_dumps(claims, 0), *token = card_status_list(issuer, NULL, text);
	struct status_list *list;

	assert_int_equal(read_at(token, CARD_NOW, &list), STATUS_LIST_SOUND);
	json_decref(claims);
	free(text);
	free(token);
	return list;
}

static enum card_status status_of(json_int_t value)
{
	return value < STATUS_OTHER ? (enum card_status)value : STATUS_OTHER;
}

/* Of the million statuses those that the vector names are as it says, and all others valid. */
static void holds(const json_t *vector)
{
	json_int_t size = json_integer_value(json_object_get(vector, "size"));
	struct status_list *list = list_of(json_integer_value(json_object_get(vector, "bits")),
		json_string_value(json_object_get(vector, "lst")));
	uint8_t *want = calloc(1, (size_t)size);
	json_t *each;
	size_t i;

	assert_non_null(want);
	json_array_foreach(json_object_get(vector, "statuses"), i, each)
		want[json_integer_value(json_array_get(each, 0))] =
			(uint8_t)status_of(json_integer_value(json_array_get(each, 1)));
	for (uint32_t at = 0; at < size; at++)
		assert_int_equal(status_list_at(list, at), want[at]);
	assert_int_equal(status_list_at(list, (uint32_t)size), STATUS_NOT_LISTED);
	assert_int_equal(status_list_at(list, UINT32_MAX), STATUS_NOT_LISTED);
	free(want);
	status_list_free(list);
}

static void octets_are(const json_t *vector)
{
	const char *octets = json_string_value(json_object_get(vector, "octets"));
	json_int_t bits = json_integer_value(json_object_get(vector, "bits"));
	struct status_list *list = list_of(bits, json_string_value(json_object_get(vector, "lst")));

	for (uint32_t at = 0; at < strlen(octets) * 4 / (size_t)bits; at++) {
		uint32_t per_octet = 8 / (uint32_t)bits;
		unsigned octet;

		assert_int_equal(sscanf(octets + 2 * (at / per_octet), "%2x", &octet), 1);
		octet = octet >> (at % per_octet * (uint32_t)bits) & ((1u << bits) - 1);
		assert_int_equal(status_list_at(list, at), status_of((json_int_t)octet));
	}
	status_list_free(list);
}

static void test_vectors(void **state)
{
	json_t *vectors = load(folder, "status-list.json"), *each;
	size_t i;

	(void)state;
	json_array_foreach(vectors, i, each)
	{
		if (json_object_get(each, "octets") != NULL)
			octets_are(each);
		else
			holds(each);
	}
	assert_int_equal(i, 6);
	json_decref(vectors);
}

static void test_refusals(void **state)
{
	static const struct {
		const char *header, *claims;
		enum status_list_check check;
	} rows[] = {
		{ NULL, NULL, STATUS_LIST_SOUND },
		{ "{'typ':'dc+sd-jwt'}", NULL, STATUS_LIST_HEADER },
		{ "{'typ':'-'}", NULL, STATUS_LIST_HEADER },
		{ "{'alg':'none'}", NULL, STATUS_LIST_HEADER },
		{ "{'x5c':['MIIB']}", NULL, STATUS_LIST_HEADER },
		{ "{'kid':'-'}", NULL, STATUS_LIST_KEY },
		{ NULL, "{'sub':'-'}", STATUS_LIST_JSON },
		{ NULL, "{'iat':'-'}", STATUS_LIST_JSON },
		{ NULL, "{'exp':'1'}", STATUS_LIST_JSON },
		{ NULL, "{'ttl':0}", STATUS_LIST_JSON },
		{ NULL, "{'ttl':-1}", STATUS_LIST_JSON },
		{ NULL, "{'ttl':1.5}", STATUS_LIST_JSON },
		{ NULL, "{'status_list':'-'}", STATUS_LIST_JSON },
		{ NULL, "{'status_list':{'bits':3,'lst':'eNrbuRgAAhcBXQ'}}", STATUS_LIST_JSON },
		{ NULL, "{'status_list':{'bits':0,'lst':'eNrbuRgAAhcBXQ'}}", STATUS_LIST_JSON },
		{ NULL, "{'status_list':{'bits':'1','lst':'eNrbuRgAAhcBXQ'}}", STATUS_LIST_JSON },
		{ NULL, "{'status_list':{'bits':1}}", STATUS_LIST_JSON },
		{ NULL, "{'iat':1796119261}", STATUS_LIST_TIME },
		{ NULL, "{'iat':1796119260}", STATUS_LIST_SOUND },
		{ NULL, "{'exp':1796119200}", STATUS_LIST_TIME },
		{ NULL, "{'exp':1796119201}", STATUS_LIST_SOUND },
		{ NULL, "{'ttl':3600}", STATUS_LIST_TIME }, /* iat is 3600 ago */
		{ NULL, "{'ttl':3601}", STATUS_LIST_SOUND },
		{ NULL, "{'exp':1796119200,'ttl':86400}", STATUS_LIST_TIME },
		{ NULL, "{'exp':'-','iat':1796032800}", STATUS_LIST_TIME }, /* a day ago */
		{ NULL, "{'exp':'-','iat':1796032801}", STATUS_LIST_SOUND },
		{ NULL, "{'status_list':{'bits':1,'lst':''}}", STATUS_LIST_OCTETS },
		{ NULL, "{'status_list':{'bits':1,'lst':'eNrbuRgAAhcBXQ=='}}", STATUS_LIST_OCTETS },
		{ NULL, "{'status_list':{'bits':1,'lst':'eNrbuRgAAhcB'}}", STATUS_LIST_OCTETS },
		{ NULL, "{'status_list':{'bits':1,'lst':'eNrbuRgAAhcBXA'}}", STATUS_LIST_OCTETS },
		{ NULL, "{'status_list':{'bits':1,'lst':'eNrbuRgAAhcBXQAA'}}", STATUS_LIST_OCTETS },
		{ NULL, "{'status_list':{'bits':1,'lst':'uaM'}}", STATUS_LIST_OCTETS },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		char *token = card_status_list(issuer, rows[i].header, rows[i].claims);
		struct status_list *list;
		enum status_list_check failed = read_at(token, CARD_NOW, &list);

		if (failed != rows[i].check)
			fail_msg("row %zu: %s", i, status_list_check_name(failed));
		status_list_free(list);
		free(token);
	}
}

static void test_forms(void **state)
{
	char *token = card_status_list(other_issuer, NULL, NULL);
	struct status_list *list;

	(void)state;
	assert_int_equal(read_at(token, CARD_NOW, &list), STATUS_LIST_SIGNATURE);
	assert_int_equal(read_at("", CARD_NOW, &list), STATUS_LIST_FORM);
	*strchr(token, '.') = '=';
	assert_int_equal(read_at(token, CARD_NOW, &list), STATUS_LIST_FORM);
	free(token);
	status_list_free(NULL);
}

/* So many octets of noise, or of zeros, deflated; NULL keeps what zlib makes of it. */
static char *deflated(size_t len, bool noise)
{
	uint8_t *octets = calloc(1, len), *out;
	uLongf room = compressBound(len);
	uint64_t seed = 1;
	char *text;

	out = malloc(room);
	text = malloc(BASE64URL_LEN(room) + 1);
	assert_true(octets != NULL && out != NULL && text != NULL);
	for (size_t i = 0; noise && i < len; i++) {
		seed = seed * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
		octets[i] = (uint8_t)(seed >> 56);
	}
	assert_int_equal(compress2(out, &room, octets, len, 9), Z_OK);
	base64url_encode(out, room, text);
	free(octets);
	free(out);
	return text;
}

static enum status_list_check read_octets(size_t len, bool noise)
{
	char *lst = deflated(len, noise);
	json_t *claims = json_pack("{s:{s:i, s:s}}", "status_list", "bits", 1, "lst", lst);
	char *text = json_dumps(claims, 0), *token = card_status_list(issuer, NULL, text);
	struct status_list *list;
	enum status_list_check failed = read_at(token, CARD_NOW, &list);

	if (failed == STATUS_LIST_SOUND) {
		assert_int_not_equal(
			status_list_at(list, (uint32_t)(8 * len - 1)), STATUS_NOT_LISTED);
		assert_int_equal(status_list_at(list, (uint32_t)(8 * len)), STATUS_NOT_LISTED);
	}
	status_list_free(list);
	json_decref(claims);
	free(text);
	free(token);
	free(lst);
	return failed;
}

/* What grows on inflation ends at the bound, however little it was before. */
static void test_bounds(void **state)
{
	(void)state;
	assert_int_equal(read_octets(1, false), STATUS_LIST_SOUND);
	assert_int_equal(read_octets(65536, false), STATUS_LIST_SOUND);
	assert_int_equal(read_octets(65537, true), STATUS_LIST_SOUND);
	assert_int_equal(read_octets(STATUS_LIST_MAX_OCTETS, true), STATUS_LIST_SOUND);
	assert_int_equal(read_octets(STATUS_LIST_MAX_OCTETS, false), STATUS_LIST_SOUND);
	assert_int_equal(read_octets(STATUS_LIST_MAX_OCTETS + 1, false), STATUS_LIST_OCTETS);
	assert_int_equal(read_octets(16 * STATUS_LIST_MAX_OCTETS, false), STATUS_LIST_OCTETS);
}

static int set_up(void **state)
{
	(void)state;
	issuer = signer_new(JWS_ES256, "card-1");
	other_issuer = signer_new(JWS_ES256, "card-1");
	keys = signer_key_set((const struct signer *const *)&issuer, 1);
	return 0;
}

static int tear_down(void **state)
{
	(void)state;
	key_set_unref(keys);
	signer_free(issuer);
	signer_free(other_issuer);
	return 0;
}

int main(int argc, char **argv)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_vectors),
		cmocka_unit_test(test_refusals),
		cmocka_unit_test(test_forms),
		cmocka_unit_test(test_bounds),
	};

	if (argc != 2)
		return 2;
	folder = argv[1];
	return cmocka_run_group_tests(tests, set_up, tear_down);
}
