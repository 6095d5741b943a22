/* SPDX-License-Identifier: GPL-2.0-or-later */
/* keys.c - the verb keys: which public keys may vouch for an answer. */
#include <stdio.h>
#include <string.h>

#include "tools/ctl/args.h"
#include "tools/ctl/ctl.h"
#include "tools/ctl/files.h"

#define NAMES_MAX 64

/* "RS256 PS256"; also an array for programs. */
static json_t *list_algorithms(unsigned algorithms, char names[NAMES_MAX])
{
	static const enum jws_algorithm all[] = { JWS_ES256, JWS_PS256, JWS_RS256, JWS_EDDSA };
	json_t *list = json_array();
	size_t len = 0;

	names[0] = '\0';
	for (size_t i = 0; i < ARRAY_LEN(all); i++) {
		if ((algorithms & all[i]) == 0)
			continue;
		(void)json_array_append_new(list, json_string(jws_algorithm_name(all[i])));
		len += (size_t)snprintf(names + len, NAMES_MAX - len, "%s%s", len > 0 ? " " : "",
			jws_algorithm_name(all[i]));
	}
	return list;
}

static void show_key(struct output *out, const struct key_info *key)
{
	char names[NAMES_MAX], thumbprint[BASE64URL_LEN(KEY_THUMBPRINT_LEN) + 1];
	json_t *algorithms = list_algorithms(key->algorithms, names);

	base64url_encode(key->thumbprint, KEY_THUMBPRINT_LEN, thumbprint);
	output_row(out, "keys",
		json_pack("{s:s, s:s, s:o, s:s}", "kid", key->kid, "type", key->type, "algorithms",
			algorithms, "thumbprint", thumbprint),
		"%-24s %-12s %-12s %s", key->kid, key->type, names, thumbprint);
}

static enum ctl_exit show_keys(struct output *out, const char *path, unsigned algorithms)
{
	bool readable;
	struct key_set *keys CLEANUP(drop_keys) = files_keys(path, &out->reporter, &readable);

	if (keys == NULL)
		return readable ? CTL_NO : CTL_UNABLE;
	for (size_t i = 0; i < key_set_count(keys); i++) {
		struct key_info key = key_set_info(keys, i);

		show_key(out, &key);
	}
	files_warn_keys(keys, path, algorithms, &out->reporter);
	return CTL_FINE;
}

static enum ctl_exit run(const struct args *args, struct output *out)
{
	struct settings *settings CLEANUP(drop_settings) = NULL;

	if (args->value[OPT_JWKS] != NULL && args->value[OPT_CONFIG] != NULL)
		return usage_error(&verb_keys, "--jwks or --config, not both");
	if (args->value[OPT_JWKS] != NULL)
		return show_keys(out, args->value[OPT_JWKS], JWS_DEFAULT_ALGORITHMS | JWS_RS256);
	settings = files_settings(args, out);
	if (settings == NULL)
		return CTL_UNABLE;
	if (settings->jwks_file[0] == '\0') {
		report(&out->reporter, SAY_ERROR, settings->file, 0,
			"names no jwks_file; fetch jwks_url into a file and name it with --jwks");
		return CTL_UNABLE;
	}
	return show_keys(out, settings->jwks_file, settings->algorithms);
}

const struct verb verb_keys = {
	.name = "keys",
	.takes = TAKES(OPT_CONFIG) | TAKES(OPT_JWKS),
	.summary = "which public keys may vouch for an answer",
	.details = "Shows each usable key of a JWK Set: kid, type, algorithms, thumbprint (RFC\n"
		   "7638). Keys that are left out are warned of with the reason. Exit code 0 if\n"
		   "at least one key is usable.",
	.run = run,
};
