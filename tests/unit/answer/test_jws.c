/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The form of a token, its header, and which key it is checked with. Every row is signed
 * rightly, so that it is the row's own fault that stops it. Signatures: test_signature.c.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdlib.h>
#include <string.h>

#include "answer/answer.h"
#include "base/base64url.h"
#include "sign.h"

#define ALL_ALGORITHMS ((unsigned)(JWS_DEFAULT_ALGORITHMS | JWS_RS256))

static struct signer *ec, *rsa;
static struct key_set *keys; /* both, as "ec" and "rsa"; the RSA key for PS256 alone */

static int set_up(void **state)
{
	const struct signer *both[2];

	(void)state;
	ec = signer_new(JWS_ES256, "ec");
	rsa = signer_new(JWS_PS256, "rsa");
	both[0] = ec;
	both[1] = rsa;
	keys = signer_key_set(both, 2);
	return 0;
}

static int tear_down(void **state)
{
	(void)state;
	key_set_unref(keys);
	signer_free(ec);
	signer_free(rsa);
	return 0;
}

/* The token without a '\0' behind it, so that a sanitizer sees a step too far. */
static enum answer_check verify_octets(const char *token, size_t len, const struct key_set *set,
	const struct jws_rules *rules, bool *unknown_kid)
{
	static const struct jws_verified zero;
	struct jws_verified verified;
	enum answer_check failed;
	char *exact = malloc(len > 0 ? len : 1);

	assert_non_null(exact);
	memcpy(exact, token, len);
	memset(&verified, 0xa5, sizeof(verified));
	*unknown_kid = true;
	failed = jws_verify(exact, len, set, rules, &verified, unknown_kid);
	free(exact);
	if (failed == CHECK_NONE) {
		assert_non_null(verified.payload);
		assert_int_equal(verified.payload[verified.payload_len], 0);
		assert_true(key_set_holds(set, verified.thumbprint));
		free(verified.payload);
	} else {
		assert_memory_equal(&verified, &zero, sizeof(zero));
	}
	return failed;
}

static const struct jws_rules strict = { .typ = ANSWER_TYP, .algorithms = ALL_ALGORITHMS };

static enum answer_check verify(const char *token)
{
	bool unknown_kid;

	return verify_octets(token, strlen(token), keys, &strict, &unknown_kid);
}

static char *right_token(void)
{
	char *header = sign_header(ec);
	char *token = sign_token(ec, header, "{\"a\":1}");

	free(header);
	return token;
}

static void test_right(void **state)
{
	struct jws_verified verified;
	char *token = right_token();

	(void)state;
	assert_int_equal(
		jws_verify(token, strlen(token), keys, &strict, &verified, NULL), CHECK_NONE);
	assert_string_equal((char *)verified.payload, "{\"a\":1}");
	assert_int_equal(verified.payload_len, 7);
	assert_int_equal(verified.algorithm, JWS_ES256);
	assert_memory_equal(
		verified.thumbprint, key_set_info(keys, 0).thumbprint, KEY_THUMBPRINT_LEN);
	free(verified.payload);
	free(token);
}

/* Text put in at a place of a right token: the start, the end, and around both dots. */
static void test_text_put_in(void **state)
{
	static const struct {
		const char *text;
		size_t len;
	} bits[] = {
		{ ".", 1 },
		{ "=", 1 },
		{ "==", 2 },
		{ " ", 1 },
		{ "\n", 1 },
		{ "\r\n", 2 },
		{ "\t", 1 },
		{ "\0", 1 },
		{ "+", 1 },
		{ "/", 1 },
		{ "%3D", 3 },
		{ "\"", 1 },
		{ ",", 1 },
		{ "\x80", 1 },
		{ "\xc3\xa9", 2 },
		{ "~", 1 },
	};
	char *token = right_token(), changed[1024];
	size_t len = strlen(token), first = strcspn(token, ".");
	size_t second = first + 1 + strcspn(token + first + 1, ".");
	const size_t positions[] = { 0, 1, first, first + 1, second, second + 1, len - 1, len };
	bool unknown_kid;

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(bits) * ARRAY_LEN(positions); i++) {
		size_t position = positions[i % ARRAY_LEN(positions)];
		size_t added = bits[i / ARRAY_LEN(positions)].len;

		memcpy(changed, token, position);
		memcpy(changed + position, bits[i / ARRAY_LEN(positions)].text, added);
		memcpy(changed + position + added, token + position, len - position);
		assert_int_equal(verify_octets(changed, len + added, keys, &strict, &unknown_kid),
			CHECK_FORM);
		assert_false(unknown_kid);
	}
	free(token);
}

static void test_other_forms(void **state)
{
	static const char *const forms[] = { "", ".", "a", "a.b", "AAAA.AAAA", "....", "A.A.A",
		"AAAA.AAAA.A", "AAAA.AAAA.AAAA.AAAA", "AAAA.AAAA.AAAA.AAAA.AAAA",
		"{\"payload\":\"\",\"signatures\":[]}" };
	char *token = right_token();
	size_t dots = 0;

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(forms); i++)
		assert_int_equal(verify(forms[i]), CHECK_FORM);
	/* A bit set that base64url leaves unused: another text for the same octets. */
	token[strlen(token) - 1]++;
	assert_int_equal(verify(token), CHECK_FORM);
	/* Two segments, by each of the dots. */
	for (size_t i = 0; token[i] != '\0'; i++) {
		if (token[i] != '.')
			continue;
		token[i] = 'A';
		assert_int_equal(verify(token), CHECK_FORM);
		token[i] = '.';
		dots++;
	}
	assert_int_equal(dots, 2);
	free(token);
}

/* Empty segments are three segments; none of them gets by. */
static void test_empty_segments(void **state)
{
	char *header = sign_header(ec), *input = sign_input(header, strlen(header), "{}", 2);
	char *unsigned_token = sign_join(input, "", 0), *empty, text[1024];

	(void)state;
	assert_int_equal(verify(".."), CHECK_HEADER);
	(void)snprintf(text, sizeof(text), ".%s", strchr(unsigned_token, '.') + 1);
	assert_int_equal(verify(text), CHECK_HEADER);
	assert_int_equal(verify(unsigned_token), CHECK_SIGNATURE);
	/* An empty payload may be signed (RFC 7515); that it is no answer is seen by check 5. */
	empty = sign_token(ec, header, "");
	assert_int_equal(verify(empty), CHECK_NONE);
	free(empty);
	free(unsigned_token);
	free(input);
	free(header);
}

static void test_size(void **state)
{
	char *header = sign_header(ec), payload[JWS_MAX_LEN];
	bool seen_at = false, seen_over = false;

	(void)state;
	for (size_t len = 12000; len < 12288 && !seen_over; len++) {
		char *token;

		memset(payload, ' ', len);
		payload[len] = '\0';
		token = sign_token(ec, header, payload);
		if (strlen(token) <= JWS_MAX_LEN && strlen(token) > JWS_MAX_LEN - 2) {
			assert_int_equal(verify(token), CHECK_NONE);
			seen_at = true;
		} else if (strlen(token) > JWS_MAX_LEN) {
			assert_int_equal(verify(token), CHECK_FORM);
			seen_over = true;
		}
		free(token);
	}
	assert_true(seen_at && seen_over);
	free(header);
}

#define TYP "'typ':'" ANSWER_TYP "'"
#define GOOD "'alg':'ES256','kid':'ec'," TYP

static const struct {
	const char *header; /* with ' for " */
	enum answer_check failed;
	bool unknown_kid;
} headers[] = {
	{ "{" GOOD "}", CHECK_NONE, false },
	{ " { " GOOD " } ", CHECK_NONE, false },
	{ "{'\\u0061lg':'ES\\u00325\\u0036','kid':'\\u0065c'," TYP "}", CHECK_NONE, false },
	{ "{" GOOD ",'cty':'json','x5t':'AA','x5t#S256':'AA','iss':'x','more':[{}]}", CHECK_NONE,
		false },
	/* not an object, or not JSON */
	{ "", CHECK_HEADER, false },
	{ "null", CHECK_HEADER, false },
	{ "[]", CHECK_HEADER, false },
	{ "[{" GOOD "}]", CHECK_HEADER, false },
	{ "'ES256'", CHECK_HEADER, false },
	{ "{" GOOD, CHECK_HEADER, false },
	{ "{" GOOD "}}", CHECK_HEADER, false },
	{ "{" GOOD "}{" GOOD "}", CHECK_HEADER, false },
	{ "{" GOOD ",}", CHECK_HEADER, false },
	{ "\xef\xbb\xbf{" GOOD "}", CHECK_HEADER, false },
	{ "{" GOOD ",'a':'\xff'}", CHECK_HEADER, false },
	{ "{" GOOD ",'a':'\\u0000'}", CHECK_HEADER, false },
	{ "{" GOOD ",'a':1e999}", CHECK_HEADER, false },
	{ "{" GOOD ",'a':[[[[[[[[[[[[[[[[[]]]]]]]]]]]]]]]]]}", CHECK_HEADER, false },
	/* members twice */
	{ "{" GOOD ",'alg':'ES256'}", CHECK_HEADER, false },
	{ "{'alg':'none'," GOOD "}", CHECK_HEADER, false },
	{ "{" GOOD ",'\\u0061lg':'none'}", CHECK_HEADER, false },
	{ "{" GOOD ",'kid':'rsa'}", CHECK_HEADER, false },
	{ "{" GOOD "," TYP "}", CHECK_HEADER, false },
	{ "{" GOOD ",'a':{'b':1,'b':1}}", CHECK_HEADER, false },
	/* typ */
	{ "{'alg':'ES256','kid':'ec'}", CHECK_HEADER, false },
	{ "{'alg':'ES256','kid':'ec','typ':'JWT'}", CHECK_HEADER, false },
	{ "{'alg':'ES256','kid':'ec','typ':''}", CHECK_HEADER, false },
	{ "{'alg':'ES256','kid':'ec','typ':null}", CHECK_HEADER, false },
	{ "{'alg':'ES256','kid':'ec','typ':['" ANSWER_TYP "']}", CHECK_HEADER, false },
	{ "{'alg':'ES256','kid':'ec','typ':'SIM-sale-verification+jwt'}", CHECK_HEADER, false },
	{ "{'alg':'ES256','kid':'ec','typ':'application/" ANSWER_TYP "'}", CHECK_HEADER, false },
	{ "{'alg':'ES256','kid':'ec','typ':'" ANSWER_TYP " '}", CHECK_HEADER, false },
	{ "{'alg':'ES256','kid':'ec','typ':'sim-sale-verification'}", CHECK_HEADER, false },
	/* alg */
	{ "{'kid':'ec'," TYP "}", CHECK_HEADER, false },
	{ "{'alg':'','kid':'ec'," TYP "}", CHECK_HEADER, false },
	{ "{'alg':null,'kid':'ec'," TYP "}", CHECK_HEADER, false },
	{ "{'alg':256,'kid':'ec'," TYP "}", CHECK_HEADER, false },
	{ "{'alg':['ES256'],'kid':'ec'," TYP "}", CHECK_HEADER, false },
	{ "{'alg':{'ES256':1},'kid':'ec'," TYP "}", CHECK_HEADER, false },
	{ "{'alg':'none','kid':'ec'," TYP "}", CHECK_HEADER, false },
	{ "{'alg':'None','kid':'ec'," TYP "}", CHECK_HEADER, false },
	{ "{'alg':'NONE','kid':'ec'," TYP "}", CHECK_HEADER, false },
	{ "{'alg':'nOnE','kid':'ec'," TYP "}", CHECK_HEADER, false },
	{ "{'alg':'none ','kid':'ec'," TYP "}", CHECK_HEADER, false },
	{ "{'alg':'HS256','kid':'ec'," TYP "}", CHECK_HEADER, false },
	{ "{'alg':'HS384','kid':'ec'," TYP "}", CHECK_HEADER, false },
	{ "{'alg':'HS512','kid':'ec'," TYP "}", CHECK_HEADER, false },
	{ "{'alg':'es256','kid':'ec'," TYP "}", CHECK_HEADER, false },
	{ "{'alg':'ES256 ','kid':'ec'," TYP "}", CHECK_HEADER, false },
	{ "{'alg':'ES25','kid':'ec'," TYP "}", CHECK_HEADER, false },
	{ "{'alg':'ES2566','kid':'ec'," TYP "}", CHECK_HEADER, false },
	{ "{'alg':'ES256K','kid':'ec'," TYP "}", CHECK_HEADER, false },
	{ "{'alg':'ES384','kid':'ec'," TYP "}", CHECK_HEADER, false },
	{ "{'alg':'ES512','kid':'ec'," TYP "}", CHECK_HEADER, false },
	{ "{'alg':'ECDH-ES','kid':'ec'," TYP "}", CHECK_HEADER, false },
	{ "{'alg':'1.2.840.10045.4.3.2','kid':'ec'," TYP "}", CHECK_HEADER, false },
	/* an algorithm that is known, but not this key's */
	{ "{'alg':'PS256','kid':'ec'," TYP "}", CHECK_KEY, false },
	{ "{'alg':'RS256','kid':'ec'," TYP "}", CHECK_KEY, false },
	{ "{'alg':'EdDSA','kid':'ec'," TYP "}", CHECK_KEY, false },
	{ "{'alg':'Ed25519','kid':'ec'," TYP "}", CHECK_KEY, false },
	{ "{'alg':'ES256','kid':'rsa'," TYP "}", CHECK_KEY, false },
	{ "{'alg':'RS256','kid':'rsa'," TYP "}", CHECK_KEY, false },
	{ "{'alg':'PS256','kid':'rsa'," TYP "}", CHECK_SIGNATURE, false },
	/* crit, b64, and keys of the sender's choice, whatever is in them */
	{ "{" GOOD ",'crit':['exp'],'exp':1}", CHECK_HEADER, false },
	{ "{" GOOD ",'crit':[]}", CHECK_HEADER, false },
	{ "{" GOOD ",'crit':null}", CHECK_HEADER, false },
	{ "{" GOOD ",'crit':['b64'],'b64':false}", CHECK_HEADER, false },
	{ "{" GOOD ",'b64':false}", CHECK_HEADER, false },
	{ "{" GOOD ",'jwk':{}}", CHECK_HEADER, false },
	{ "{" GOOD ",'jwk':null}", CHECK_HEADER, false },
	{ "{" GOOD ",'jku':'https://id.example/jwks.json'}", CHECK_HEADER, false },
	{ "{" GOOD ",'x5u':'https://id.example/cert.pem'}", CHECK_HEADER, false },
	{ "{" GOOD ",'x5c':[]}", CHECK_HEADER, false },
	{ "{" GOOD ",'\\u006awk':{}}", CHECK_HEADER, false },
	/* kid */
	{ "{'alg':'ES256'," TYP "}", CHECK_KEY, false },
	{ "{'alg':'ES256','kid':''," TYP "}", CHECK_KEY, false },
	{ "{'alg':'ES256','kid':null," TYP "}", CHECK_KEY, false },
	{ "{'alg':'ES256','kid':0," TYP "}", CHECK_KEY, false },
	{ "{'alg':'ES256','kid':['ec']," TYP "}", CHECK_KEY, false },
	{ "{'alg':'ES256','kid':'other'," TYP "}", CHECK_KEY, true },
	{ "{'alg':'ES256','kid':'EC'," TYP "}", CHECK_KEY, true },
	{ "{'alg':'ES256','kid':'e'," TYP "}", CHECK_KEY, true },
	{ "{'alg':'ES256','kid':'ec '," TYP "}", CHECK_KEY, true },
	{ "{'alg':'ES256','kid':'../ec'," TYP "}", CHECK_KEY, true },
	{ "{'alg':'ES256','kid':'ec\\u0000'," TYP "}", CHECK_HEADER, false },
};

static void in_json(const char *quoted, char *json, size_t room)
{
	(void)snprintf(json, room, "%s", quoted);
	for (char *c = json; *c != '\0'; c++)
		*c = *c == '\'' ? '"' : *c;
}

static void test_headers(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(headers); i++) {
		char header[1024], *token;
		enum answer_check failed;
		bool unknown_kid;

		in_json(headers[i].header, header, sizeof(header));
		token = sign_token(ec, header, "{}");
		failed = verify_octets(token, strlen(token), keys, &strict, &unknown_kid);
		if (failed != headers[i].failed || unknown_kid != headers[i].unknown_kid)
			fail_msg("%s: %s", header, answer_check_name(failed));
		free(token);
	}
}

/* A kid longer than any that can be in a set is no reason to fetch keys. */
static void test_long_kid(void **state)
{
	(void)state;
	for (size_t len = KEY_ID_MAX - 1; len <= KEY_ID_MAX + 1; len++) {
		char kid[KEY_ID_MAX + 2], header[512], *token;
		bool unknown_kid;

		memset(kid, 'k', len);
		kid[len] = '\0';
		(void)snprintf(header, sizeof(header),
			"{\"alg\":\"ES256\",\"kid\":\"%s\",\"typ\":\"" ANSWER_TYP "\"}", kid);
		token = sign_token(ec, header, "{}");
		assert_int_equal(verify_octets(token, strlen(token), keys, &strict, &unknown_kid),
			CHECK_KEY);
		assert_int_equal(unknown_kid, len <= KEY_ID_MAX);
		free(token);
	}
}

/* The caller's list is the last word, over what the key could do. */
static void test_allowed_algorithms(void **state)
{
	struct signer *both = signer_new(JWS_RS256, "both");
	json_t *jwk = signer_jwk(both);
	char *text, *header = sign_header(both), *token = sign_token(both, header, "{}");
	struct jws_rules rules = strict;
	struct key_set *set;
	bool unknown_kid;

	(void)state;
	(void)json_object_del(jwk, "alg");
	text = sign_jwks_text(json_pack("[o]", jwk));
	set = key_set_parse(text, strlen(text), NULL, NULL);
	for (unsigned allowed = 0; allowed <= ALL_ALGORITHMS; allowed++) {
		rules.algorithms = allowed;
		assert_int_equal(verify_octets(token, strlen(token), set, &rules, &unknown_kid),
			(allowed & JWS_RS256) != 0 ? CHECK_NONE : CHECK_HEADER);
	}
	rules.algorithms = JWS_DEFAULT_ALGORITHMS;
	assert_int_equal(
		verify_octets(token, strlen(token), set, &rules, &unknown_kid), CHECK_HEADER);
	key_set_unref(set);
	free(text);
	free(token);
	free(header);
	signer_free(both);
}

static void test_kid_optional(void **state)
{
	const struct jws_rules rules = { .algorithms = JWS_ES256, .kid_optional = true };
	struct key_set *one = signer_key_set((const struct signer *const[]){ ec }, 1);
	char *token = sign_token(ec, "{\"alg\":\"ES256\"}", "{}");
	char *named = sign_token(ec, "{\"alg\":\"ES256\",\"kid\":\"x\"}", "{}");
	char *empty = sign_token(ec, "{\"alg\":\"ES256\",\"kid\":\"\"}", "{}");
	bool unknown_kid;

	(void)state;
	assert_int_equal(
		verify_octets(token, strlen(token), one, &rules, &unknown_kid), CHECK_NONE);
	assert_int_equal(
		verify_octets(token, strlen(token), keys, &rules, &unknown_kid), CHECK_KEY);
	assert_false(unknown_kid);
	assert_int_equal(verify_octets(named, strlen(named), one, &rules, &unknown_kid), CHECK_KEY);
	assert_true(unknown_kid);
	assert_int_equal(verify_octets(empty, strlen(empty), one, &rules, &unknown_kid), CHECK_KEY);
	key_set_unref(one);
	free(token);
	free(named);
	free(empty);
}

/* A key without a kid is not found by a token with an empty one, or without one. */
static void test_nameless_key(void **state)
{
	struct signer *nameless = signer_new(JWS_ES256, NULL);
	struct key_set *set = signer_key_set((const struct signer *const[]){ nameless }, 1);
	const char *tried[] = {
		"{\"alg\":\"ES256\",\"kid\":\"\",\"typ\":\"" ANSWER_TYP "\"}",
		"{\"alg\":\"ES256\",\"typ\":\"" ANSWER_TYP "\"}",
	};
	bool unknown_kid;

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(tried); i++) {
		char *token = sign_token(nameless, tried[i], "{}");

		assert_int_equal(
			verify_octets(token, strlen(token), set, &strict, &unknown_kid), CHECK_KEY);
		free(token);
	}
	key_set_unref(set);
	signer_free(nameless);
}

static void test_no_keys(void **state)
{
	char *token = right_token();
	bool unknown_kid;

	(void)state;
	assert_int_equal(
		verify_octets(token, strlen(token), NULL, &strict, &unknown_kid), CHECK_KEY);
	assert_true(unknown_kid);
	free(token);
}

static void test_check_names(void **state)
{
	(void)state;
	assert_string_equal(answer_check_name(CHECK_NONE), "none");
	assert_string_equal(answer_check_name(CHECK_SIGNATURE), "signature");
	for (int i = CHECK_NONE; i <= CHECK_RESULT; i++) {
		for (int j = CHECK_NONE; j < i; j++)
			assert_string_not_equal(answer_check_name((enum answer_check)i),
				answer_check_name((enum answer_check)j));
	}
	assert_string_equal(answer_check_name((enum answer_check)99), "unknown");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_right),
		cmocka_unit_test(test_text_put_in),
		cmocka_unit_test(test_other_forms),
		cmocka_unit_test(test_empty_segments),
		cmocka_unit_test(test_size),
		cmocka_unit_test(test_headers),
		cmocka_unit_test(test_long_kid),
		cmocka_unit_test(test_allowed_algorithms),
		cmocka_unit_test(test_kid_optional),
		cmocka_unit_test(test_nameless_key),
		cmocka_unit_test(test_no_keys),
		cmocka_unit_test(test_check_names),
	};

	return cmocka_run_group_tests(tests, set_up, tear_down);
}
