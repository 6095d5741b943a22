/* SPDX-License-Identifier: GPL-2.0-or-later */
/* verify.c - which of the ordered checks one signed answer passes, by the server's own code. */
#include <stdlib.h>
#include <string.h>

#include "answer/answer.h"
#include "base/clock.h"
#include "person/moment.h"
#include "tools/ctl/args.h"
#include "tools/ctl/ctl.h"
#include "tools/ctl/files.h"
#include "tools/ctl/input.h"

#define INPUT_MAX 1048576
#define MAX_LIFETIME 2592000 /* seconds: as the settings' default */
#define ALL_ALGORITHMS (JWS_DEFAULT_ALGORITHMS | (unsigned)JWS_RS256)

static const char *const said_of_check[] = {
	[CHECK_FORM] = "size, three segments, strict base64url",
	[CHECK_HEADER] = "typ, alg, nothing that brings its own key",
	[CHECK_KEY] = "kid names one fitting key",
	[CHECK_SIGNATURE] = "signature",
	[CHECK_JSON] = "strict JSON, all claims there",
	[CHECK_ISSUER] = "iss is the service",
	[CHECK_AUDIENCE] = "aud is this operator",
	[CHECK_QUESTION] = "txn and nonce are the question's",
	[CHECK_SUBJECT] = "sbj is the person's pseudonym",
	[CHECK_TIME] = "iat, exp and the time between them",
	[CHECK_RESULT] = "subject as asked, and result and reason that go with it",
};

/* The first check that failed, CHECK_NONE if none did, and which were asked for at all. */
struct findings {
	enum answer_check failed, last;
	bool question_asked;
};

static const char *finding(const struct findings *findings, enum answer_check check)
{
	if (findings->failed != CHECK_NONE && check > findings->failed)
		return "not reached";
	if (check == findings->failed)
		return "failed";
	if (check == CHECK_QUESTION && !findings->question_asked)
		return "not asked for";
	return "passed";
}

static void show_checks(struct output *out, const struct findings *findings)
{
	for (int c = CHECK_FORM; c <= (int)findings->last; c++) {
		enum answer_check check = (enum answer_check)c;
		const char *found = finding(findings, check);

		output_row(out, "checks",
			json_pack("{s:i, s:s, s:s}", "number", c, "name", answer_check_name(check),
				"finding", found),
			"%2d %-10s %-14s %s", c, answer_check_name(check), found,
			said_of_check[check]);
	}
}

static void show_key(struct output *out, const uint8_t thumbprint[KEY_THUMBPRINT_LEN])
{
	char text[BASE64URL_LEN(KEY_THUMBPRINT_LEN) + 1];

	base64url_encode(thumbprint, KEY_THUMBPRINT_LEN, text);
	output_fact(out, "key", text);
}

static void show_answer(struct output *out, const struct answer *answer)
{
	char time[OUTPUT_TIME_LEN + 1];

	output_fact(out, "subject", subject_form_name(answer->form));
	output_fact(out, "result", result_name(answer->result));
	output_fact(out, "reason", reason_name(answer->reason));
	output_time(answer->issued_at, time);
	output_fact(out, "issued", time);
	output_time(answer->expires_at, time);
	output_fact(out, "expires", time);
	show_key(out, answer->thumbprint);
}

static bool read_algorithms(const char *list, unsigned *algorithms)
{
	*algorithms = 0;
	for (;;) {
		size_t len = strcspn(list, ",");
		char name[16] = "";
		enum jws_algorithm algorithm;

		if (len < sizeof(name))
			memcpy(name, list, len);
		algorithm = jws_algorithm_of_name(name);
		if (algorithm == JWS_NO_ALGORITHM)
			return false;
		*algorithms |= (unsigned)algorithm;
		if (list[len] == '\0')
			return true;
		list += len + 1;
	}
}

static enum answer_check check_signature(
	struct output *out, struct span token, const struct key_set *keys, unsigned algorithms)
{
	const struct jws_rules rules = {
		.typ = NULL,
		.algorithms = algorithms,
		.kid_optional = true,
	};
	struct jws_verified verified;
	enum answer_check failed = jws_verify(token.data, token.len, keys, &rules, &verified, NULL);

	show_checks(out, &(struct findings){ failed, CHECK_SIGNATURE, false });
	if (failed == CHECK_NONE) {
		output_fact(out, "algorithm", jws_algorithm_name(verified.algorithm));
		show_key(out, verified.thumbprint);
	}
	free(verified.payload);
	return failed;
}

static enum answer_check check_answer(struct output *out, struct span token,
	const struct key_set *keys, const struct answer_expectation *want)
{
	struct answer answer;
	enum answer_check failed = answer_verify(token.data, token.len, keys, want, &answer, NULL);

	show_checks(out, &(struct findings){ failed, CHECK_RESULT, want->txn != NULL });
	if (failed == CHECK_NONE)
		show_answer(out, &answer);
	return failed;
}

/* Standard input is the token, and for a whole check the pseudonym on a second line. */
static bool split_input(const struct input *input, struct span *token, const char **subject)
{
	char *end = strchr(input->data, '\n');

	if (end == NULL || end[1] == '\0' || strlen(input->data) != input->len)
		return false;
	*end = '\0';
	*token = (struct span){ input->data, (size_t)(end - input->data) };
	*subject = end + 1;
	return true;
}

static bool is_claim_option(enum ctl_option option)
{
	return option == OPT_ISSUER || option == OPT_AUDIENCE || option == OPT_FORM ||
	       option == OPT_TXN || option == OPT_NONCE || option == OPT_AT ||
	       option == OPT_MAX_LIFETIME;
}

/* What the command line says of the answer wanted; false after having said what is wrong. */
static bool read_wants(const struct args *args, struct answer_expectation *want)
{
	bool alone = args->value[OPT_SIGNATURE_ONLY] != NULL;
	const char *const *value = args->value;

	*want = (struct answer_expectation){
		.issuer = value[OPT_ISSUER],
		.audience = value[OPT_AUDIENCE],
		.txn = value[OPT_TXN],
		.nonce = value[OPT_NONCE],
		.now = clock_wall(&system_clock),
		.max_lifetime = MAX_LIFETIME,
		.algorithms = alone ? ALL_ALGORITHMS : JWS_DEFAULT_ALGORITHMS,
	};
	for (enum ctl_option o = 0; alone && o < OPTIONS; o++)
		if (is_claim_option(o) && value[o] != NULL) {
			usage_error(&verb_verify, "--signature-only looks at no claim");
			return false;
		}
	if (value[OPT_JWKS] == NULL)
		usage_error(&verb_verify, "--jwks is wanted");
	else if (!alone &&
		 (want->issuer == NULL || want->audience == NULL || value[OPT_FORM] == NULL))
		usage_error(&verb_verify,
			"--issuer, --audience and --form are wanted, or --signature-only");
	else if (!alone && !subject_form_of_name(value[OPT_FORM], &want->form))
		usage_error(&verb_verify, "--form takes document, token or token+document");
	else if ((want->txn == NULL) != (want->nonce == NULL))
		usage_error(&verb_verify, "--txn and --nonce go together");
	else if (value[OPT_AT] != NULL && !moment_parse(value[OPT_AT], &want->now))
		usage_error(&verb_verify, "--at wants a time such as 2026-01-31T12:00:00Z");
	else if (value[OPT_MAX_LIFETIME] != NULL &&
		 !args_number(value[OPT_MAX_LIFETIME], 1, INT32_MAX, &want->max_lifetime))
		usage_error(&verb_verify, "--max-lifetime wants a number of seconds");
	else if (value[OPT_ALGORITHMS] != NULL &&
		 !read_algorithms(value[OPT_ALGORITHMS], &want->algorithms))
		usage_error(&verb_verify, "--algorithms takes ES256, PS256, RS256 and Ed25519");
	else
		return true;
	return false;
}

static enum ctl_exit run(const struct args *args, struct output *out)
{
	struct input input CLEANUP(input_clear) = { 0 };
	struct key_set *keys CLEANUP(drop_keys) = NULL;
	struct answer_expectation want;
	enum answer_check failed;
	struct span token;
	bool readable;

	if (!read_wants(args, &want))
		return CTL_USAGE;
	if (!input_read(&input, INPUT_MAX, &out->reporter))
		return CTL_UNABLE;
	input_strip_newline(&input);
	token = (struct span){ input.data, input.len };
	if (args->value[OPT_SIGNATURE_ONLY] == NULL && !split_input(&input, &token, &want.subject))
		return usage_error(&verb_verify,
			"the second line of standard input has to be the person's pseudonym");
	/* A set without a usable key is an empty set: no answer passes check 3. */
	keys = files_keys(args->value[OPT_JWKS], &out->reporter, &readable);
	if (!readable)
		return CTL_UNABLE;
	failed = args->value[OPT_SIGNATURE_ONLY] != NULL
			 ? check_signature(out, token, keys, want.algorithms)
			 : check_answer(out, token, keys, &want);
	return failed == CHECK_NONE ? CTL_FINE : CTL_NO;
}

const struct verb verb_verify = {
	.name = "verify",
	.takes = TAKES(OPT_JWKS) | TAKES(OPT_SIGNATURE_ONLY) | TAKES(OPT_ISSUER) |
		 TAKES(OPT_AUDIENCE) | TAKES(OPT_FORM) | TAKES(OPT_TXN) | TAKES(OPT_NONCE) |
		 TAKES(OPT_AT) | TAKES(OPT_MAX_LIFETIME) | TAKES(OPT_ALGORITHMS),
	.summary = "put one signed answer through the eleven checks",
	.details = "Reads from standard input one signed answer (compact JWS) on the first line\n"
		   "and the person's pseudonym on the second, and shows which of the eleven\n"
		   "checks it passes. --form says what was asked about: an answer about a\n"
		   "token alone is none about a token together with the document. Without --txn\n"
		   "and --nonce it is checked as an answer out of the cache.\n"
		   "\n"
		   "With --signature-only, standard input is one compact JWS of anybody's, and\n"
		   "only the checks 1 to 4 are made: no typ is demanded, a token without kid is\n"
		   "checked with the only key of the set, and RS256 is taken too unless\n"
		   "--algorithms says otherwise.\n"
		   "\n"
		   "One newline at the end of standard input does not count. Exit code 0 only if\n"
		   "every check passes.",
	.run = run,
};
