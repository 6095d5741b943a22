/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Presented cards. As it stands no input is one, since nobody signed it. Behind a "+" it is what an
 * issuer signs and a holder binds, a line each: the issuer's claims, then the disclosures; "@A" is
 * the digest of the first of these, "@B" of the second, "@@" the holder's key. Then no digest is
 * left in what is taken, every name is the claims' or a disclosure's, and neither another sale nor
 * a disclosure twice is taken.
 */
#include <openssl/evp.h>

#include "a_card.h"
#include "base/base64url.h"
#include "fuzz.h"

#define LINES_MAX 20
#define DIGEST_LEN 43

static struct signer *issuer, *holder;
static struct key_set *keys;
static char *holder_jwk, *header;

struct made {
	char *claims; /* line 0 */
	char *texts[LINES_MAX], *disclosures[LINES_MAX]; /* as JSON, and encoded */
	size_t count;
};

static void drop_made(struct made *made)
{
	free(made->claims);
	for (size_t i = 0; i < made->count; i++) {
		free(made->texts[i]);
		free(made->disclosures[i]);
	}
}

static const char *stands_for(
	const char *text, const struct made *made, char digest[DIGEST_LEN + 1])
{
	uint8_t octets[32];
	size_t which = (size_t)(text[1] - 'A');

	if (text[0] != '@')
		return NULL;
	if (text[1] == '@')
		return holder_jwk;
	if (text[1] < 'A' || which >= made->count)
		return NULL;
	HOLDS(EVP_Q_digest(NULL, "SHA256", NULL, made->disclosures[which],
		      strlen(made->disclosures[which]), octets, NULL) == 1);
	base64url_encode(octets, sizeof(octets), digest);
	return digest;
}

static char *filled_in(const char *text, const struct made *made)
{
	char *out = calloc(1, strlen(text) * (strlen(holder_jwk) + 1) + 1), *to = out;
	char digest[DIGEST_LEN + 1];

	HOLDS(out != NULL);
	while (*text != '\0') {
		const char *instead = stands_for(text, made, digest);

		if (instead == NULL) {
			*to++ = *text++;
			continue;
		}
		to = stpcpy(to, instead);
		text += 2;
	}
	return out;
}

static char *base64url_of(const char *text)
{
	char *out = malloc(BASE64URL_LEN(strlen(text)) + 1);

	HOLDS(out != NULL);
	base64url_encode(text, strlen(text), out);
	return out;
}

/* The disclosures come before the claims that name their digests. */
static void make(char *text, struct made *made)
{
	char *claims = strsep(&text, "\n"), *line;

	made->count = 0;
	while (made->count < LINES_MAX && (line = strsep(&text, "\n")) != NULL) {
		made->texts[made->count] = filled_in(line, made);
		made->disclosures[made->count] = base64url_of(made->texts[made->count]);
		made->count++;
	}
	made->claims = filled_in(claims, made);
}

static char *presentation_of(const struct made *made, size_t again)
{
	char *token = sign_token(issuer, header, made->claims), *bound;
	size_t room = strlen(token) + 2;

	for (size_t i = 0; i < made->count; i++)
		room += 2 * (strlen(made->disclosures[i]) + 1);
	token = realloc(token, room);
	HOLDS(token != NULL);
	(void)strcat(token, "~");
	for (size_t i = 0; i < made->count; i++) {
		for (int times = i == again ? 2 : 1; times > 0; times--) {
			(void)strcat(token, made->disclosures[i]);
			(void)strcat(token, "~");
		}
	}
	bound = card_bind(holder, token, NULL, NULL);
	free(token);
	return bound;
}

static struct credential_finding verify(
	const char *text, size_t len, const char *nonce, struct credential *card)
{
	static const struct credential nothing;
	struct credential_expectation want = card_expectation;
	struct credential_finding found;

	want.nonce = nonce;
	memset(card, 0xa5, sizeof(*card));
	found = credential_verify(text, len, keys, &want, card);
	HOLDS(found.failed <= CREDENTIAL_STATUS && credential_check_name(found.failed)[0] != '\0');
	HOLDS((found.failed == CREDENTIAL_SOUND) == (found.why == NULL));
	if (found.failed != CREDENTIAL_SOUND)
		HOLDS(memcmp(card, &nothing, sizeof(nothing)) == 0);
	return found;
}

static void holds_no_digest(json_t *value)
{
	const char *name;
	json_t *each;
	size_t i;

	HOLDS(json_object_get(value, "_sd") == NULL && json_object_get(value, "...") == NULL);
	json_object_foreach(value, name, each) holds_no_digest(each);
	json_array_foreach(value, i, each) holds_no_digest(each);
}

static bool was_said(const char *name, const struct made *made)
{
	json_t *claims = json_loads(made->claims, 0, NULL);
	bool said = json_object_get(claims, name) != NULL;

	json_decref(claims);
	for (size_t i = 0; !said && i < made->count; i++) {
		json_t *disclosure = json_loads(made->texts[i], 0, NULL);
		const char *text = json_string_value(json_array_get(disclosure, 1));

		said = text != NULL && strcmp(text, name) == 0;
		json_decref(disclosure);
	}
	return said;
}

static void is_card(const struct made *made, const char *text, struct credential *card)
{
	struct credential other;
	const char *name;
	json_t *value;

	holds_no_digest(card->claims);
	json_object_foreach(card->claims, name, value) HOLDS(was_said(name, made));
	HOLDS(verify(text, strlen(text), "sale-0002", &other).failed == CREDENTIAL_NONCE);
	for (size_t i = 0; i < made->count; i++) {
		char *twice = presentation_of(made, i);

		HOLDS(verify(twice, strlen(twice), CARD_NONCE, &other).failed != CREDENTIAL_SOUND);
		free(twice);
	}
}

int LLVMFuzzerInitialize(int *argc, char ***argv)
{
	json_t *jwk;

	(void)argc;
	(void)argv;
	issuer = signer_new(JWS_EDDSA, "card-1");
	holder = signer_new(JWS_EDDSA, NULL);
	keys = signer_key_set((const struct signer *const *)&issuer, 1);
	jwk = signer_jwk(holder);
	holder_jwk = json_dumps(jwk, JSON_COMPACT);
	header = strdup("{\"alg\":\"Ed25519\",\"kid\":\"card-1\",\"typ\":\"" CREDENTIAL_TYP "\"}");
	HOLDS(holder_jwk != NULL && header != NULL);
	json_decref(jwk);
	return 0;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct credential card;
	struct made made;
	char *text, *copy;

	if (size == 0 || data[0] != '+') {
		text = exact_copy(data, size);
		HOLDS(verify(text, size, CARD_NONCE, &card).failed != CREDENTIAL_SOUND);
		free(text);
		return 0;
	}
	copy = text_copy(data + 1, size - 1);
	make(copy, &made);
	text = presentation_of(&made, SIZE_MAX);
	if (verify(text, strlen(text), CARD_NONCE, &card).failed == CREDENTIAL_SOUND)
		is_card(&made, text, &card);
	credential_clear(&card);
	drop_made(&made);
	free(text);
	free(copy);
	return 0;
}
