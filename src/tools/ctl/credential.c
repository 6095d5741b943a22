/* SPDX-License-Identifier: GPL-2.0-or-later */
/* credential.c - which of the ordered checks a presented card passes, by the module's own code. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <openssl/crypto.h>

#include "answer/credential.h"
#include "base/base64url.h"
#include "base/clock.h"
#include "base/conf.h"
#include "person/moment.h"
#include "tools/ctl/args.h"
#include "tools/ctl/ctl.h"
#include "tools/ctl/files.h"
#include "tools/ctl/input.h"

#define INPUT_MAX 1048576

static const char *const said_of_check[] = {
	[CREDENTIAL_FORM] = "size, a token, at most 16 disclosures, '~' between them",
	[CREDENTIAL_HEADER] = "typ, alg, nothing that brings its own key",
	[CREDENTIAL_KEY] = "kid names one fitting key of the issuer",
	[CREDENTIAL_SIGNATURE] = "the issuer's signature",
	[CREDENTIAL_JSON] = "strict JSON, all claims there that have to stand in clear",
	[CREDENTIAL_DISCLOSURES] = "each has its one digest, and each digest is there once",
	[CREDENTIAL_ISSUER] = "iss is the issuer",
	[CREDENTIAL_TYPE] = "vct is the type of card",
	[CREDENTIAL_TIME] = "iat, exp and the time between them",
	[CREDENTIAL_BINDING] = "the holder's key signed the presentation",
	[CREDENTIAL_PRESENTED] = "what was signed is what is here",
	[CREDENTIAL_AUDIENCE] = "aud is this shop",
	[CREDENTIAL_NONCE] = "nonce is this sale's",
	[CREDENTIAL_FRESHNESS] = "the holder signed within five minutes",
	[CREDENTIAL_STATUS] = "neither revoked nor suspended",
};

static const char *finding_of(const struct credential_finding *found, enum credential_check check)
{
	if (found->failed == CREDENTIAL_SOUND || check < found->failed)
		return "passed";
	return check == found->failed ? "failed" : "not reached";
}

static void show_checks(struct output *out, const struct credential_finding *found)
{
	for (int c = CREDENTIAL_FORM; c <= CREDENTIAL_STATUS; c++) {
		enum credential_check check = (enum credential_check)c;
		const char *name = credential_check_name(check);
		const char *finding = finding_of(found, check);
		const char *why = check == found->failed ? found->why : NULL;

		output_row(out, "checks",
			json_pack("{s:i, s:s, s:s, s:s*}", "number", c, "name", name, "finding",
				finding, "why", why),
			"%2d %-11s %-11s %s", c, name, finding,
			why != NULL ? why : said_of_check[check]);
	}
}

/* A claim's value is of the person. */
static void wipe_text(char *text)
{
	if (text != NULL)
		OPENSSL_cleanse(text, strlen(text));
	free(text);
}

static void show_card(struct output *out, const struct credential *card)
{
	char time[OUTPUT_TIME_LEN + 1], key[BASE64URL_LEN(KEY_THUMBPRINT_LEN) + 1];
	const char *name;
	json_t *value;

	output_time(card->issued_at, time);
	output_fact(out, "issued", time);
	output_time(card->expires_at, time);
	output_fact(out, "expires", time);
	base64url_encode(card->thumbprint, KEY_THUMBPRINT_LEN, key);
	output_fact(out, "key", key);
	json_object_foreach(card->claims, name, value)
	{
		char *text = json_dumps(value, JSON_COMPACT | JSON_ENCODE_ANY);

		output_line(out, "%s: %s", name, text != NULL ? text : "?");
		wipe_text(text);
	}
}

/* What the command line says of the card wanted; false after having said what is wrong. */
static bool read_wants(const struct args *args, struct credential_expectation *want)
{
	const char *const *value = args->value;

	*want = (struct credential_expectation){
		.typ = CREDENTIAL_TYP,
		.issuer = value[OPT_ISSUER],
		.vct = value[OPT_VCT],
		.audience = value[OPT_AUDIENCE],
		.nonce = value[OPT_NONCE],
		.now = clock_wall(&system_clock),
		.max_lifetime = CREDENTIAL_MAX_LIFETIME,
		.algorithms = JWS_DEFAULT_ALGORITHMS,
	};
	if (value[OPT_ISSUER_JWKS] == NULL || want->issuer == NULL || want->vct == NULL ||
		want->audience == NULL || want->nonce == NULL)
		usage_error(&verb_credential,
			"--issuer-jwks, --issuer, --vct, --audience and --nonce are wanted");
	else if (value[OPT_AT] != NULL && !moment_parse(value[OPT_AT], &want->now))
		usage_error(&verb_credential, "--at wants a time such as 2026-01-31T12:00:00Z");
	else if (value[OPT_MAX_LIFETIME] != NULL &&
		 !args_number(value[OPT_MAX_LIFETIME], 1, INT32_MAX, &want->max_lifetime))
		usage_error(&verb_credential, "--max-lifetime wants a number of seconds");
	else
		return true;
	return false;
}

/* *list stays NULL without the option, or with a list that is worth nothing, which is said. */
static bool read_status_list(const char *path, const struct key_set *keys,
	const struct credential_expectation *want, const struct reporter *reporter,
	struct status_list **list)
{
	enum status_list_check failed;
	char *text CLEANUP(drop_text) = NULL;
	size_t len = 0;

	if (path == NULL)
		return true;
	text = conf_slurp(path, STATUS_LIST_MAX_LEN, &len, reporter);
	if (text == NULL)
		return false;
	if (len > 0 && text[len - 1] == '\n')
		len--;
	failed = status_list_read(text, len, keys, want->algorithms, want->now, list);
	if (failed != STATUS_LIST_SOUND)
		report(reporter, SAY_ERROR, path, 0,
			"is no status list in force: check %d, %s, fails", (int)failed,
			status_list_check_name(failed));
	return true;
}

static enum ctl_exit show(
	struct output *out, const struct credential_finding *found, const struct credential *card)
{
	bool valid = found->failed == CREDENTIAL_SOUND;

	output_member(out, "valid", json_boolean(valid));
	output_member(out, "claims", valid ? json_incref(card->claims) : json_object());
	show_checks(out, found);
	if (valid)
		show_card(out, card);
	return valid ? CTL_FINE : CTL_NO;
}

static bool read_card(struct input *input, const struct reporter *reporter)
{
	if (!input_read(input, INPUT_MAX, reporter))
		return false;
	input_strip_newline(input);
	return true;
}

/* ---- by the settings, as the server does it ---- */

static void drop_policy(struct card_policy **policy)
{
	card_policy_unref(*policy);
}

static bool says_what_settings_say(const struct args *args)
{
	return args->value[OPT_ISSUER_JWKS] != NULL || args->value[OPT_ISSUER] != NULL ||
	       args->value[OPT_VCT] != NULL || args->value[OPT_AUDIENCE] != NULL ||
	       args->value[OPT_MAX_LIFETIME] != NULL || args->value[OPT_STATUS_LIST] != NULL;
}

static enum ctl_exit check_by(
	const struct settings *settings, const struct args *args, int64_t now, struct output *out)
{
	struct credential card CLEANUP(credential_clear) = { .claims = NULL };
	struct card_policy *policy CLEANUP(drop_policy) = NULL;
	struct input input CLEANUP(input_clear) = { 0 };
	struct credential_finding found;
	char audience[512];

	if (!settings->credential_enabled)
		report(&out->reporter, SAY_WARNING, settings->file, 0,
			"credential.enabled is false: the server looks at no card");
	policy = files_cards(settings, now, &out->reporter);
	if (policy == NULL || !read_card(&input, &out->reporter))
		return CTL_UNABLE;
	(void)snprintf(
		audience, sizeof(audience), "%s/%s", settings->operator_id, args->value[OPT_SHOP]);
	found = card_policy_verify(policy, (struct span){ input.data, input.len }, audience,
		args->value[OPT_NONCE], now, &card);
	return show(out, &found, &card);
}

static enum ctl_exit run_by_settings(const struct args *args, struct output *out)
{
	struct settings *settings CLEANUP(drop_settings) = NULL;
	int64_t now = clock_wall(&system_clock);

	if (says_what_settings_say(args))
		return usage_error(&verb_credential,
			"--config says whose cards count: of the other options --shop, --nonce and "
			"--at go with it");
	if (args->value[OPT_SHOP] == NULL || args->value[OPT_NONCE] == NULL)
		return usage_error(
			&verb_credential, "with --config, --shop and --nonce are wanted");
	if (args->value[OPT_AT] != NULL && !moment_parse(args->value[OPT_AT], &now))
		return usage_error(
			&verb_credential, "--at wants a time such as 2026-01-31T12:00:00Z");
	settings = files_settings(args, out);
	return settings == NULL ? CTL_UNABLE : check_by(settings, args, now, out);
}

/* ---- by the command line ---- */

static enum ctl_exit run(const struct args *args, struct output *out)
{
	struct credential card CLEANUP(credential_clear) = { .claims = NULL };
	struct status_list *list CLEANUP(drop_status_list) = NULL;
	struct input input CLEANUP(input_clear) = { 0 };
	struct credential_finding found;
	struct key_set *keys CLEANUP(drop_keys) = NULL;
	struct credential_expectation want;
	bool readable;

	if (args->value[OPT_CONFIG] != NULL)
		return run_by_settings(args, out);
	if (!read_wants(args, &want))
		return CTL_USAGE;
	if (!read_card(&input, &out->reporter))
		return CTL_UNABLE;
	/* A set without a usable key is an empty set: no card passes check 3. */
	keys = files_keys(args->value[OPT_ISSUER_JWKS], &out->reporter, &readable);
	if (!readable ||
		!read_status_list(args->value[OPT_STATUS_LIST], keys, &want, &out->reporter, &list))
		return CTL_UNABLE;
	want.status_lists = (const struct status_list *const *)&list;
	want.status_list_count = list != NULL ? 1 : 0;
	found = credential_verify(input.data, input.len, keys, &want, &card);
	return show(out, &found, &card);
}

const struct verb verb_credential = {
	.name = "credential",
	.takes = TAKES(OPT_CONFIG) | TAKES(OPT_SHOP) | TAKES(OPT_ISSUER_JWKS) | TAKES(OPT_ISSUER) |
		 TAKES(OPT_VCT) | TAKES(OPT_AUDIENCE) | TAKES(OPT_NONCE) | TAKES(OPT_AT) |
		 TAKES(OPT_MAX_LIFETIME) | TAKES(OPT_STATUS_LIST),
	.summary = "put one presented ID card through the fifteen checks",
	.details = "Reads from standard input one presentation of a digital ID card (SD-JWT with\n"
		   "key binding, RFC 9901) and shows which of the fifteen checks it passes, why\n"
		   "one fails, and, only if all pass, what the card says. Nobody is asked.\n"
		   "\n"
		   "A card that names a status list passes the last check only by that list, in\n"
		   "force and by the same keys: --status-list. --max-lifetime is 31622400, 366\n"
		   "days, by default.\n"
		   "\n"
		   "With --config the settings say whose cards count, as they do to the server:\n"
		   "--shop and --nonce (the sale's id) say for which sale this one was presented.\n"
		   "\n"
		   "One newline at the end of standard input does not count. Exit code 0 only if\n"
		   "every check passes.",
	.run = run,
};
