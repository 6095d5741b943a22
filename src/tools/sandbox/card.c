/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "card.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include <openssl/rand.h>

#include "base/base64url.h"

#define SALT_OCTETS 16
#define DIGEST_OCTETS 32
#define DECOYS 2 /* a card does not tell how much it could say (RFC 9901 section 4.2.5) */

static const struct {
	int years;
	const char *name, *path;
} ages[] = { { 6, "6", "age_equal_or_over.6" }, { 18, "18", "age_equal_or_over.18" } };

static json_t *random_text(size_t octets)
{
	char text[BASE64URL_LEN(DIGEST_OCTETS) + 1];
	uint8_t random[DIGEST_OCTETS];

	if (octets > sizeof(random) || RAND_bytes(random, (int)octets) != 1)
		return NULL;
	base64url_encode(random, octets, text);
	return json_string(text);
}

static json_t *digest_of(const char *text)
{
	char encoded[BASE64URL_LEN(DIGEST_OCTETS) + 1];
	uint8_t digest[DIGEST_OCTETS];

	if (EVP_Digest(text, strlen(text), digest, NULL, EVP_sha256(), NULL) != 1)
		return NULL;
	base64url_encode(digest, sizeof(digest), encoded);
	return json_string(encoded);
}

/* base64url of compact JSON, to be freed; takes the JSON over. */
static char *encoded(json_t *json)
{
	char *text = json == NULL ? NULL : json_dumps(json, JSON_COMPACT), *out = NULL;

	if (text != NULL)
		out = malloc(BASE64URL_LEN(strlen(text)) + 1);
	if (out != NULL)
		base64url_encode(text, strlen(text), out);
	json_decref(json);
	free(text);
	return out;
}

/* One claim that the holder may show or not; takes the value over. */
static bool conceal(
	struct card *card, json_t *digests, const char *path, const char *name, json_t *value)
{
	char *text = encoded(json_pack("[o, s, o]", random_text(SALT_OCTETS), name, value));

	if (text == NULL || card->count == CARD_DISCLOSURES_MAX ||
		json_array_append_new(digests, digest_of(text)) != 0) {
		free(text);
		return false;
	}
	card->disclosures[card->count++] = (struct card_disclosure){ path, text };
	return true;
}

static int compare_texts(const void *left, const void *right)
{
	return strcmp(json_string_value(*(json_t *const *)left),
		json_string_value(*(json_t *const *)right));
}

/* With decoys, and in an order that says nothing of what is behind a digest. */
static json_t *mixed(const json_t *digests)
{
	json_t *list[CARD_DISCLOSURES_MAX + DECOYS], *out = json_array();
	size_t count = 0;

	for (; count < json_array_size(digests); count++)
		list[count] = json_incref(json_array_get(digests, count));
	for (size_t i = 0; i < DECOYS; i++) {
		json_t *decoy = random_text(DIGEST_OCTETS);

		if (decoy != NULL)
			list[count++] = decoy;
	}
	qsort(list, count, sizeof(list[0]), compare_texts);
	for (size_t i = 0; i < count; i++)
		(void)json_array_append_new(out, list[i]);
	return out;
}

static bool conceal_text(struct card *card, json_t *digests, const char *name, const char *text)
{
	return text == NULL || conceal(card, digests, name, name, json_string(text));
}

/* What a document and the file say; of a birth that is not known to the day nothing. */
static bool conceal_person(
	struct card *card, json_t *digests, const struct person_document *document)
{
	const struct person *states = &document->states;
	char birth[DATE_TEXT_LEN + 1];

	date_format(&states->birth, birth);
	return conceal_text(card, digests, "nationality", states->nationality) &&
	       conceal_text(
		       card, digests, "birthdate", date_is_full(&states->birth) ? birth : NULL) &&
	       conceal_text(card, digests, "document_type", states->document.type) &&
	       conceal_text(card, digests, "document_issuer", states->document.issuer) &&
	       conceal_text(card, digests, "document_number", states->document.number) &&
	       conceal_text(card, digests, "accreditation", document->of->accreditation) &&
	       conceal_text(
		       card, digests, "accreditation_expiry", document->of->accreditation_expiry);
}

/* As of the day of issue, in the time zone of TZ: {"_sd": [..]}. */
static json_t *conceal_ages(struct card *card, const struct date *birth, int64_t issued_at)
{
	json_t *digests = json_array(), *out;
	time_t seconds = (time_t)issued_at;
	struct tm parts = { 0 };
	struct date today;
	bool done = date_is_full(birth) && localtime_r(&seconds, &parts) != NULL;

	today = (struct date){ parts.tm_year + 1900, parts.tm_mon + 1, parts.tm_mday };
	for (size_t i = 0; done && i < ARRAY_LEN(ages); i++)
		done = conceal(card, digests, ages[i].path, ages[i].name,
			json_boolean(!age_is_below(birth, ages[i].years, &today)));
	out = done ? json_pack("{s:o}", "_sd", mixed(digests)) : json_object();
	json_decref(digests);
	return out;
}

static json_t *claims_of(
	const struct card_terms *terms, const struct person_document *document, struct card *card)
{
	json_t *digests = json_array(), *claims = NULL;

	if (conceal_person(card, digests, document))
		claims = json_pack("{s:s, s:s, s:I, s:I, s:s, s:o, s:o}", "iss", terms->issuer,
			"vct", terms->vct, "iat", (json_int_t)terms->issued_at, "exp",
			(json_int_t)terms->expires_at, "_sd_alg", "sha-256", "_sd", mixed(digests),
			"age_equal_or_over",
			conceal_ages(card, &document->states.birth, terms->issued_at));
	json_decref(digests);
	if (claims != NULL && terms->holder_key != NULL)
		(void)json_object_set_new(claims, "cnf",
			json_pack("{s:o}", "jwk", signer_public_key(terms->holder_key)));
	if (claims != NULL && terms->status_uri != NULL)
		(void)json_object_set_new(claims, "status",
			json_pack("{s:{s:I, s:s}}", "status_list", "idx",
				(json_int_t)terms->status_index, "uri", terms->status_uri));
	return claims;
}

bool card_issue(
	const struct card_terms *terms, const struct person_document *document, struct card *out)
{
	json_t *claims;

	*out = (struct card){ .token = NULL };
	claims = claims_of(terms, document, out);
	out->token = signer_token(terms->issuer_key, "dc+sd-jwt", terms->issuer_key->kid, claims);
	json_decref(claims);
	return out->token != NULL;
}

void card_clear(struct card *card)
{
	for (size_t i = 0; i < card->count; i++)
		free(card->disclosures[i].text);
	free(card->token);
	*card = (struct card){ .token = NULL };
}

static bool is_word(const char *word, size_t len, const char *text)
{
	return strlen(text) == len && memcmp(word, text, len) == 0;
}

static bool belongs_to(const char *path, const char *word, size_t len)
{
	if (is_word(word, len, "all"))
		return true;
	if (is_word(word, len, "document"))
		return strncmp(path, "document_", strlen("document_")) == 0;
	if (is_word(word, len, "age"))
		return strncmp(path, "age_equal_or_over.", strlen("age_equal_or_over.")) == 0;
	return is_word(word, len, path);
}

/* Which of the disclosures a list names; what it names in vain, or NULL. */
static const char *choose(
	const struct card *card, const char *list, bool shown[CARD_DISCLOSURES_MAX])
{
	for (const char *word = list;; word++) {
		size_t len = strcspn(word, ",");
		bool found = is_word(word, len, "none");

		for (size_t i = 0; i < card->count; i++) {
			bool meant = belongs_to(card->disclosures[i].path, word, len);

			shown[i] = shown[i] || meant;
			found = found || meant;
		}
		if (!found)
			return word;
		word += len;
		if (*word == '\0')
			return NULL;
	}
}

char *card_show(const struct card *card, const char *list, const char **unknown)
{
	bool shown[CARD_DISCLOSURES_MAX] = { false };
	size_t len = strlen(card->token) + 2;
	char *text;

	*unknown = choose(card, list, shown);
	if (*unknown != NULL)
		return NULL;
	for (size_t i = 0; i < card->count; i++)
		len += strlen(card->disclosures[i].text) + 1;
	text = malloc(len);
	if (text == NULL)
		return NULL;
	len = (size_t)sprintf(text, "%s~", card->token);
	for (size_t i = 0; i < card->count; i++)
		if (shown[i])
			len += (size_t)sprintf(text + len, "%s~", card->disclosures[i].text);
	return text;
}

char *card_bind(const char *shown, const struct signing_key *holder_key, const char *audience,
	const char *nonce, int64_t at)
{
	json_t *claims = json_pack("{s:s, s:s, s:I, s:o}", "aud", audience, "nonce", nonce, "iat",
		(json_int_t)at, "sd_hash", digest_of(shown));
	char *token = signer_token(holder_key, "kb+jwt", NULL, claims), *text = NULL;

	if (token != NULL && asprintf(&text, "%s%s", shown, token) < 0)
		text = NULL;
	json_decref(claims);
	free(token);
	return text;
}
