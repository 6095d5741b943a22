/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * service.c - the ID service. Person N holds the document FA000000N, or the token "person-N"; what
 * is said of them, is said when the answer is due.
 */
#include "scenario.h"

#define PEOPLE 100
#define SIGNERS 2

static struct said {
	char result[NAME_LEN], reason[NAME_LEN];
} said[PEOPLE];
static const struct signer *signs_with;
static bool published[SIGNERS];

static const struct signer *signer_of(size_t number)
{
	return number == 0 ? world.bench.one : world.bench.two;
}

static int number_of(const char *kid, size_t len)
{
	static const char *const kids[SIGNERS] = { "one", "two" };

	for (int i = 0; i < SIGNERS; i++)
		if (strlen(kids[i]) == len && memcmp(kids[i], kid, len) == 0)
			return i;
	return -1;
}

void service_new(void)
{
	for (unsigned i = 0; i < PEOPLE; i++)
		(void)service_person(i, "yes", "match");
	(void)service_signs_with("one");
	(void)service_publishes("one");
}

bool service_person(unsigned number, const char *result, const char *reason)
{
	if (number >= PEOPLE || strlen(result) >= NAME_LEN || strlen(reason) >= NAME_LEN)
		return false;
	(void)strcpy(said[number].result, result);
	(void)strcpy(said[number].reason, reason);
	return true;
}

bool service_signs_with(const char *kid)
{
	int number = number_of(kid, strlen(kid));

	if (number >= 0)
		signs_with = signer_of((size_t)number);
	return number >= 0;
}

bool service_publishes(const char *kids)
{
	memset(published, 0, sizeof(published));
	for (size_t len; *kids != '\0'; kids += len + (kids[len] == ',')) {
		int number;

		len = strcspn(kids, ",");
		number = number_of(kids, len);
		if (number < 0)
			return false;
		published[number] = true;
	}
	return true;
}

char *service_keys(void)
{
	json_t *keys = json_array();

	for (size_t i = 0; i < SIGNERS; i++)
		if (published[i])
			(void)json_array_append_new(keys, signer_jwk(signer_of(i)));
	return sign_jwks_text(keys);
}

/* What a question is about. */
static enum subject_form form_of(const char *body)
{
	if (strstr(body, "\"token\":") == NULL)
		return SUBJECT_DOCUMENT;
	return strstr(body, "\"document_digest\":") == NULL ? SUBJECT_TOKEN
							    : SUBJECT_TOKEN_DOCUMENT;
}

static const struct said *said_of(const char *body)
{
	char text[TEXT_LEN];
	unsigned number;

	if (vouch_member(body, "number", text, sizeof(text)) ||
		vouch_member(body, "token", text, sizeof(text))) {
		number = (unsigned)strtoul(text + strcspn(text, "0123456789"), NULL, 10);
		if (number < PEOPLE)
			return &said[number];
	}
	return NULL;
}

char *service_answer(const char *body)
{
	char txn[TXN_LEN + 1], nonce[NONCE_LEN + 1], sbj[PERSON_KEY_TEXT_LEN + 1];
	const struct said *of = said_of(body);

	if (of == NULL || !vouch_member(body, "txn", txn, sizeof(txn)) ||
		!vouch_member(body, "nonce", nonce, sizeof(nonce)) ||
		!vouch_member(body, "sbj", sbj, sizeof(sbj)))
		return NULL;
	return vouch_sign(signs_with, &(struct vouch){ .iss = "i",
					      .aud = "o",
					      .sbj = sbj,
					      .txn = txn,
					      .nonce = nonce,
					      .form = form_of(body),
					      .result = of->result,
					      .reason = of->reason,
					      .iat = world_wall() });
}
