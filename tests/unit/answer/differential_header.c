/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Headers and payloads that say something else, most of them signed rightly as they stand.
 */
#include "differential.h"

static char *header_with_alg(const char *alg)
{
	return text_of("{\"alg\":%s,\"kid\":\"" COMPARE_KID "\",\"typ\":\"" ANSWER_TYP "\"}", alg);
}

/* Another name with the signature of the right one, and signed by all that the key can do. */
void test_algorithm_names(void **state)
{
	static const char *const names[] = { "\"ES256\"", "\"PS256\"", "\"RS256\"", "\"EdDSA\"",
		"\"Ed25519\"", "\"ES384\"", "\"ES512\"", "\"ES256K\"", "\"PS384\"", "\"PS512\"",
		"\"RS384\"", "\"RS512\"", "\"RS1\"", "\"Ed448\"", "\"es256\"", "\"Es256\"",
		"\"ps256\"", "\"rs256\"", "\"eddsa\"", "\"ES256 \"", "\" ES256\"", "\"ES25\"",
		"\"ES2560\"", "\"ES256\\u0000\"", "\"RS256\\u0000\"", "\"PS256\\n\"",
		"\"SHA256withECDSA\"", "\"ECDSA\"", "\"A128KW\"", "\"RSA-OAEP\"", "\"dir\"", "\"\"",
		"null", "true", "256", "[\"ES256\"]", "[]", "{\"alg\":\"ES256\"}" };

	(void)state;
	for (size_t i = 0; i < SUBJECTS * ARRAY_LEN(names); i++) {
		const struct subject *subject = &subjects[i % SUBJECTS];
		char *header = header_with_alg(names[i / SUBJECTS]);
		char *right = text_of("\"%s\"", jws_algorithm_name(subject->algorithm));
		bool is_right = strcmp(names[i / SUBJECTS], right) == 0 ||
				(i % SUBJECTS == ED25519 &&
					strstr(names[i / SUBJECTS], "\"EdDSA\"") != NULL);

		free(right);
		if (is_right)
			compare_right(subject, "right alg",
				signed_text(subject, input_of(subject, header)));
		else
			compare(subject, "other alg",
				signed_text(subject, input_of(subject, header)));
		if (!is_right && (i % SUBJECTS == PS256 || i % SUBJECTS == RS256))
			compare(subject, "other alg and its signature",
				signed_as(subject->signer,
					i % SUBJECTS == PS256 ? JWS_RS256 : JWS_PS256,
					input_of(subject, header)));
		free(header);
	}
}

void test_none(void **state)
{
	static const char *const names[] = { "none", "None", "NONE", "nOnE", "NonE", "", " ",
		"none ", " none", "null", "NULL", "\\u006eone", "n\\u00f8ne", "none\\n",
		"none\\u0000", "unsecured", "0" };

	(void)state;
	for (size_t i = 0; i < SUBJECTS * ARRAY_LEN(names); i++) {
		const struct subject *subject = &subjects[i % SUBJECTS];
		char *alg = text_of("\"%s\"", names[i / SUBJECTS]), *header = header_with_alg(alg);
		char *input = input_of(subject, header);

		compare(subject, "none", sign_join(input, "", 0));
		compare(subject, "none", sign_join(input, "\0", 1));
		compare(subject, "none", signed_text(subject, input));
		free(header);
		free(alg);
	}
	for (size_t i = 0; i < SUBJECTS; i++) {
		char *input = input_of(&subjects[i], NULL);

		compare(&subjects[i], "unsigned", sign_join(input, "", 0));
		free(input);
	}
}

/* CVE-2015-9235 and its many children: the public key as the secret of an HMAC. */
void test_hmac(void **state)
{
	static const char *const names[] = { "\"HS256\"", "\"HS384\"", "\"HS512\"", "\"hs256\"",
		"\"HS256\\u0000\"", "\"HMAC\"" };

	(void)state;
	for (size_t i = 0; i < SUBJECTS * ARRAY_LEN(names); i++) {
		const struct subject *subject = &subjects[i % SUBJECTS];
		json_t *jwk = signer_jwk(subject->signer);
		char *header = header_with_alg(names[i / SUBJECTS]);
		char *input = input_of(subject, header), *secrets[4];
		size_t lens[4];
		uint8_t mac[SIGN_MAX];

		secrets[0] = (char *)signer_public(subject->signer, true, &lens[0]);
		secrets[1] = (char *)signer_public(subject->signer, false, &lens[1]);
		secrets[2] = json_dumps(jwk, JSON_COMPACT);
		lens[2] = strlen(secrets[2]);
		secrets[3] = text_of("%s", "");
		lens[3] = 0;
		for (size_t j = 0; j < ARRAY_LEN(secrets); j++) {
			size_t len = sign_hs256(secrets[j], lens[j], input, strlen(input), mac);

			compare(subject, "HMAC", sign_join(input, mac, len));
			free(secrets[j]);
		}
		json_decref(jwk);
		free(header);
		free(input);
	}
}

/* Members that a right header has not, or has otherwise; signed by the key's owner. */
void test_headers(void **state)
{
	static const struct {
		const char *family, *more;
	} rows[] = {
		{ "crit", ",\"crit\":[\"exp\"],\"exp\":1" },
		{ "crit", ",\"crit\":[]" },
		{ "crit", ",\"crit\":[\"b64\"],\"b64\":false" },
		{ "crit", ",\"crit\":\"alg\"" },
		{ "b64", ",\"b64\":false" },
		{ "b64", ",\"b64\":true" },
		{ "key brought along", ",\"jku\":\"https://attacker.example/jwks.json\"" },
		{ "key brought along", ",\"x5u\":\"https://attacker.example/chain.pem\"" },
		{ "key brought along", ",\"x5c\":[\"MIIB\"]" },
		{ "member twice", ",\"alg\":\"none\"" },
		{ "member twice", ",\"alg\":\"ES384\"" },
		{ "member twice", ",\"kid\":\"" COMPARE_KID "\"" },
		{ "member twice", ",\"\\u0061lg\":\"none\"" },
		{ "member twice", ",\"a\":{\"b\":1,\"b\":1}" },
	};

	(void)state;
	for (size_t i = 0; i < SUBJECTS * ARRAY_LEN(rows); i++) {
		const struct subject *subject = &subjects[i % SUBJECTS];
		char *header = right_header(subject, rows[i / SUBJECTS].more);

		compare(subject, rows[i / SUBJECTS].family,
			signed_text(subject, input_of(subject, header)));
		free(header);
	}
	/* The last alg is the right one, the first is not. */
	for (size_t i = 0; i < SUBJECTS; i++) {
		char *right = right_header(&subjects[i], "");
		char *header = text_of("{\"alg\":\"none\",%s", right + 1);

		compare(&subjects[i], "member twice",
			signed_text(&subjects[i], input_of(&subjects[i], header)));
		free(header);
		free(right);
	}
	/* Someone else's key, signed by him. */
	for (size_t i = 0; i < SUBJECTS; i++) {
		json_t *jwk = signer_jwk(subjects[i].other);
		char *text = json_dumps(jwk, JSON_COMPACT);
		char *more = text_of(",\"jwk\":%s", text);
		char *header = right_header(&subjects[i], more);

		compare(&subjects[i], "own key brought along",
			signed_as(subjects[i].other, subjects[i].algorithm,
				input_of(&subjects[i], header)));
		json_decref(jwk);
		free(text);
		free(more);
		free(header);
	}
}

/* Headers that are otherwise wrong: %s is the algorithm. */
void test_header_forms(void **state)
{
	static const struct {
		const char *family, *before, *behind;
	} rows[] = {
		{ "other typ", "{\"kid\":\"k\",\"typ\":\"JWT\",\"alg\":", "}" },
		{ "other typ", "{\"kid\":\"k\",\"alg\":", "}" },
		{ "other typ", "{\"kid\":\"k\",\"typ\":[],\"alg\":", "}" },
		{ "other kid", "{\"kid\":\"K\",\"typ\":\"" ANSWER_TYP "\",\"alg\":", "}" },
		{ "other kid", "{\"typ\":\"" ANSWER_TYP "\",\"alg\":", "}" },
		{ "other kid", "{\"kid\":1,\"typ\":\"" ANSWER_TYP "\",\"alg\":", "}" },
		{ "other kid", "{\"kid\":\"\",\"typ\":\"" ANSWER_TYP "\",\"alg\":", "}" },
		{ "text behind JSON", "{\"kid\":\"k\",\"typ\":\"" ANSWER_TYP "\",\"alg\":", "}}" },
		{ "text behind JSON", "{\"kid\":\"k\",\"typ\":\"" ANSWER_TYP "\",\"alg\":", "}x" },
		{ "text behind JSON", "{\"kid\":\"k\",\"typ\":\"" ANSWER_TYP "\",\"alg\":", "}{}" },
		{ "no JSON",
			"\xef\xbb\xbf{\"kid\":\"k\",\"typ\":\"" ANSWER_TYP "\",\"alg\":", "}" },
		{ "no JSON", "{\"kid\":\"k\",\"typ\":\"" ANSWER_TYP "\",\"alg\":", "" },
		{ "no JSON", "{\"kid\":\"k\",\"typ\":\"" ANSWER_TYP "\",\"alg\":", ",}" },
		{ "no JSON", "{'kid':'k','typ':'" ANSWER_TYP "',\"alg\":", "}" },
		{ "no JSON",
			"{\"kid\":\"k\",\"typ\":\"" ANSWER_TYP "\",\"a\":\"\xff\",\"alg\":", "}" },
		{ "no JSON", "", "" },
		{ "no object", "[{\"kid\":\"k\",\"typ\":\"" ANSWER_TYP "\",\"alg\":", "}]" },
		{ "no object", "[\"alg\",", "]" },
		{ "NUL in a text",
			"{\"kid\":\"k\",\"a\":\"\\u0000\",\"typ\":\"" ANSWER_TYP "\",\"alg\":",
			"}" },
		{ "huge number",
			"{\"kid\":\"k\",\"a\":1e999,\"typ\":\"" ANSWER_TYP "\",\"alg\":", "}" },
		{ "deep",
			"{\"kid\":\"k\",\"a\":[[[[[[[[[[[[[[[[[[[[]]]]]]]]]]]]]]]]]]]],"
			"\"typ\":\"" ANSWER_TYP "\",\"alg\":",
			"}" },
	};

	(void)state;
	for (size_t i = 0; i < SUBJECTS * ARRAY_LEN(rows); i++) {
		const struct subject *subject = &subjects[i % SUBJECTS];
		char *header = text_of("%s\"%s\"%s", rows[i / SUBJECTS].before,
			jws_algorithm_name(subject->algorithm), rows[i / SUBJECTS].behind);

		compare(subject, rows[i / SUBJECTS].family,
			signed_text(subject, input_of(subject, header)));
		free(header);
	}
}

/* What the peers do not look at: they verify octets, not answers. Signed by the key's owner. */
void test_payloads(void **state)
{
	static const char *const payloads[] = {
		"", "{}", "[]", "yes", "{\"iss\":\"a\",\"iss\":\"a\"}", "\xff",
		"{\"sim_sale\":{\"subject\":\"document\",\"result\":\"yes\",\"reason\":\"match\"}}"
	};

	(void)state;
	for (size_t i = 0; i < SUBJECTS * ARRAY_LEN(payloads); i++) {
		const struct subject *subject = &subjects[i % SUBJECTS];
		char *header = right_header(subject, "");

		compare(subject, "no answer",
			sign_token(subject->signer, header, payloads[i / SUBJECTS]));
		free(header);
	}
	for (size_t i = 0; i < SUBJECTS; i++) {
		char *header = right_header(&subjects[i], ""), *right = right_payload();
		char *payload = text_of(
			"{\"sim_sale\":{\"subject\":\"document\",\"result\":\"no\"},%s", right + 1);

		compare(&subjects[i], "no answer", sign_token(subjects[i].signer, header, payload));
		free(payload);
		free(right);
		free(header);
	}
}
