/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "a_card.h"

#include <openssl/evp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/base64url.h"

#define DIGEST_LEN 43
#define MUST(condition) must((condition), #condition, __LINE__)

const struct credential_expectation card_expectation = {
	.typ = CREDENTIAL_TYP,
	.issuer = CARD_ISSUER,
	.vct = CARD_VCT,
	.audience = CARD_AUDIENCE,
	.nonce = CARD_NONCE,
	.now = CARD_NOW,
	.max_lifetime = CREDENTIAL_MAX_LIFETIME,
	.algorithms = JWS_DEFAULT_ALGORITHMS,
};

static const char *const right_disclosures[] = {
	"['salt-a','nationality','UZB']",
	"['salt-b','document_number','FA1234567']",
	"['salt-c','6',true]",
	"['salt-d','ru']",
	NULL,
};

static const char right_claims[] =
	"{'iss':'" CARD_ISSUER "','vct':'" CARD_VCT "','iat':1796115600,'exp':1798711200,"
	"'_sd_alg':'sha-256','_sd':['@A','@B','8NyiOJRyhc2n6z0ccBRNXMp9aEH33Q_vauFob7TKttE'],"
	"'age_equal_or_over':{'_sd':['@C']},'languages':[{'...':'@D'},'uz']}";

static void must(bool holds, const char *what, int line)
{
	if (holds)
		return;
	(void)fprintf(stderr, "a_card.c:%d: %s\n", line, what);
	abort();
}

static json_t *object_of(const char *text)
{
	return sign_laid_over(json_object(), text);
}

static char *dumped(json_t *json)
{
	char *text = json_dumps(json, JSON_COMPACT);

	MUST(text != NULL);
	json_decref(json);
	return text;
}

static char *joined(char *one, const char *other)
{
	one = realloc(one, strlen(one) + strlen(other) + 1);
	MUST(one != NULL);
	strcat(one, other);
	return one;
}

static void digest_of(const char *text, size_t len, char out[DIGEST_LEN + 1])
{
	uint8_t octets[32];

	MUST(EVP_Q_digest(NULL, "SHA256", NULL, text, len, octets, NULL) == 1);
	base64url_encode(octets, sizeof(octets), out);
}

/* The text with each "@A" in quotation marks, single or double, as the digest it stands for. */
static char *with_digests(const char *text, char *const *disclosures, size_t count)
{
	char *out = calloc(1, strlen(text) * 12 + 1), *to = out;

	MUST(out != NULL);
	while (*text != '\0') {
		bool quoted = text[0] == '@' && text[1] >= 'A' && text[1] <= 'Z' &&
			      (text[2] == '"' || text[2] == '\'');
		size_t which = quoted ? (size_t)(text[1] - 'A') : 0;

		if (!quoted) {
			*to++ = *text++;
			continue;
		}
		MUST(which < count);
		digest_of(disclosures[which], strlen(disclosures[which]), to);
		to += DIGEST_LEN;
		text += 2;
	}
	return out;
}

static char *encoded(const char *text, char *const *before, size_t count)
{
	char *json = with_digests(text, before, count), *out;

	if (text[0] == '=') {
		memmove(json, json + 1, strlen(json));
		return json;
	}
	for (char *c = json; *c != '\0'; c++)
		*c = *c == '\'' ? '"' : *c;
	out = malloc(BASE64URL_LEN(strlen(json)) + 1);
	MUST(out != NULL);
	base64url_encode(json, strlen(json), out);
	free(json);
	return out;
}

static char *token_of(
	const struct signer *signer, const char *typ, const char *header, char *payload)
{
	json_t *jwk = signer_jwk(signer);
	json_t *members = json_pack("{s:O, s:O*, s:s}", "alg", json_object_get(jwk, "alg"), "kid",
		json_object_get(jwk, "kid"), "typ", typ);
	char *text, *token;

	MUST(members != NULL);
	if (header != NULL)
		(void)sign_laid_over(members, header);
	text = dumped(members);
	token = sign_token(signer, text, payload);
	json_decref(jwk);
	free(text);
	free(payload);
	return token;
}

char *card_bind(
	const struct signer *holder, const char *presented, const char *header, const char *claims)
{
	char digest[DIGEST_LEN + 1], *token, *out = strdup(presented);
	json_t *members;

	MUST(out != NULL);
	digest_of(presented, strlen(presented), digest);
	members = json_pack("{s:s, s:s, s:I, s:s}", "aud", CARD_AUDIENCE, "nonce", CARD_NONCE,
		"iat", (json_int_t)CARD_NOW - 5, "sd_hash", digest);
	MUST(members != NULL);
	if (claims != NULL)
		(void)sign_laid_over(members, claims);
	token = token_of(holder, "kb+jwt", header, dumped(members));
	out = joined(out, token);
	free(token);
	return out;
}

static char *issued(const struct card_recipe *recipe, char *const *disclosures, size_t count)
{
	json_t *claims = object_of(right_claims);
	json_t *jwk = signer_jwk(recipe->bound_to != NULL ? recipe->bound_to : recipe->holder);
	char *text, *payload;

	(void)json_object_del(jwk, "kid");
	MUST(json_object_set_new(claims, "cnf", json_pack("{s:o}", "jwk", jwk)) == 0);
	if (recipe->claims != NULL)
		(void)sign_laid_over(claims, recipe->claims);
	text = dumped(claims);
	payload = with_digests(text, disclosures, count);
	free(text);
	return token_of(recipe->issuer, CREDENTIAL_TYP, recipe->header, payload);
}

char *card_present(const struct card_recipe *recipe)
{
	const char *const *texts =
		recipe->disclosures[0] != NULL ? recipe->disclosures : right_disclosures;
	char *disclosures[CARD_DISCLOSURES_MAX], *presented, *out;
	size_t count = 0;

	for (; texts[count] != NULL; count++) {
		MUST(count < CARD_DISCLOSURES_MAX);
		disclosures[count] = encoded(texts[count], disclosures, count);
	}
	presented = joined(issued(recipe, disclosures, count), "~");
	for (size_t i = 0; recipe->shown != NULL ? recipe->shown[i] != '\0' : i < count; i++) {
		size_t which = recipe->shown != NULL ? (size_t)(recipe->shown[i] - 'A') : i;

		MUST(which < count);
		presented = joined(presented, disclosures[which]);
		presented = joined(presented, "~");
	}
	for (size_t i = 0; i < count; i++)
		free(disclosures[i]);
	if (recipe->binding != NULL && recipe->binding[0] == '\0')
		return presented;
	out = card_bind(recipe->holder, presented, recipe->binding_header, recipe->binding);
	free(presented);
	return out;
}

char *card_status_list(const struct signer *issuer, const char *header, const char *claims)
{
	json_t *members = object_of("{'sub':'" CARD_LIST "','iat':1796115600,'exp':1796205600,"
				    "'status_list':{'bits':1,'lst':'eNrbuRgAAhcBXQ'}}");

	if (claims != NULL)
		(void)sign_laid_over(members, claims);
	return token_of(issuer, STATUS_LIST_TYP, header, dumped(members));
}
