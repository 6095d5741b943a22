/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * make_tokens - makes tokens.h: a key set and the only tokens that its keys ever signed. The
 * private keys end with this program, so whatever else fuzz_jws finds to verify is a forgery.
 *
 *	make_tokens SEEDS >tokens.h	also writes the seeds SEEDS/jws/ and SEEDS/jwks/
 *
 * Run it again only when the form of answers changes.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "question.h"
#include "sign.h"

#define SIGNERS 4

static const struct {
	enum jws_algorithm algorithm;
	const char *kid, *result, *reason;
} rows[SIGNERS] = {
	{ JWS_ES256, "es", "yes", "match" },
	{ JWS_PS256, "ps", "no", "not_enrolled" },
	{ JWS_RS256, "rs", "undetermined", "technical" },
	{ JWS_EDDSA, "ed", "yes", "match" },
};

static void write_seed(const char *seeds, const char *folder, const char *name, const char *text)
{
	char path[4096];
	FILE *file;

	(void)snprintf(path, sizeof(path), "%s/%s/%s", seeds, folder, name);
	file = fopen(path, "w");
	if (file == NULL || fputs(text, file) < 0 || fclose(file) != 0) {
		perror(path);
		exit(1);
	}
}

static char *make_token(const struct signer *signer, size_t row)
{
	const struct sign_claims claims = {
		.iss = QUESTION_ISSUER,
		.aud = QUESTION_AUDIENCE,
		.sbj = QUESTION_SUBJECT,
		.txn = QUESTION_TXN,
		.nonce = QUESTION_NONCE,
		.jti = rows[row].kid,
		.subject = subject_form_name(question_expectation.form),
		.result = rows[row].result,
		.reason = rows[row].reason,
		.iat = QUESTION_NOW - 1,
		.exp = QUESTION_NOW + QUESTION_LIFETIME - 1,
	};

	return sign_answer(signer, &claims);
}

/* A C string of any length, in lines that fit. */
static void print_string(const char *text)
{
	for (; *text != '\0'; text++) {
		static size_t column;

		if (column % 64 == 0)
			(void)printf("%s\t\"", column == 0 ? "" : "\"\n");
		(void)printf("%s%c", *text == '"' ? "\\" : "", *text);
		column = text[1] == '\0' ? 0 : column + 1;
	}
	(void)printf("\"");
}

int main(int argc, char **argv)
{
	json_t *keys = json_array();
	char *text;

	if (argc != 2) {
		(void)fprintf(stderr, "usage: make_tokens SEEDS >tokens.h\n");
		return 2;
	}
	(void)printf("/* SPDX-License-Identifier: GPL-2.0-or-later */\n"
		     "/* tokens.h - made by make_tokens.c, which says what it is. */\n"
		     "static const char *const tokens[] = {\n");
	for (size_t i = 0; i < SIGNERS; i++) {
		struct signer *signer = signer_new(rows[i].algorithm, rows[i].kid);
		char *token = make_token(signer, i);

		print_string(token);
		(void)printf(",\n");
		write_seed(argv[1], "jws", rows[i].kid, token);
		(void)json_array_append_new(keys, signer_jwk(signer));
		free(token);
		signer_free(signer);
	}
	text = sign_jwks_text(keys);
	(void)printf("};\n\nstatic const char token_keys[] =\n");
	print_string(text);
	(void)printf(";\n");
	write_seed(argv[1], "jwks", "all-types", text);
	free(text);
	return 0;
}
