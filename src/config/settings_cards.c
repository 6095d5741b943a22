/* SPDX-License-Identifier: GPL-2.0-or-later */
/* settings_cards.c - what the settings say of digital ID cards: the list of issuers, and checks. */
#include "config/settings_check.h"

#include <string.h>

struct written {
	const char *issuer, *jwks_file;
};

static const struct conf_row rows[] = {
	{ "issuer", CONF_STRING, offsetof(struct written, issuer), .required = true, .max = 255,
		.help = "who issues the cards, their `iss`" },
	{ "jwks_file", CONF_STRING, offsetof(struct written, jwks_file), .required = true,
		.max = 4095, .help = "the issuer's public keys in a file" },
};

#define say(name, ...)                                                                             \
	settings_say(settings, reporter, SAY_ERROR, SETTINGS_CREDENTIAL, name, __VA_ARGS__)

static bool is_repeated(const struct settings *settings, const char *issuer)
{
	for (size_t i = 0; i < settings->card_issuer_count; i++)
		if (strcmp(settings->card_issuers[i].issuer, issuer) == 0)
			return true;
	return false;
}

static bool read_issuer(
	struct settings *settings, config_setting_t *group, const struct reporter *reporter)
{
	struct written written;
	size_t at = settings->card_issuer_count;

	if (!conf_read(group, rows, ARRAY_LEN(rows), &written, settings->file, reporter))
		return false;
	if (is_repeated(settings, written.issuer)) {
		say("issuers", "%s is there twice: put its keys into one file", written.issuer);
		return false;
	}
	if (!settings_make_absolute(settings, group, "jwks_file", &written.jwks_file)) {
		say("issuers", "out of memory");
		return false;
	}
	settings->card_issuers[at].issuer = written.issuer;
	settings->card_issuers[at].jwks_file = written.jwks_file;
	settings->card_issuer_count++;
	return true;
}

static bool read_issuers(struct settings *settings, const struct reporter *reporter)
{
	int length = settings->issuers != NULL ? config_setting_length(settings->issuers) : 0;
	bool valid = true;

	if (settings->issuers != NULL && !config_setting_is_list(settings->issuers)) {
		say("issuers", "must be a list of groups: write issuers = ( { ... } );");
		return false;
	}
	if (length > CARD_ISSUERS_MAX) {
		say("issuers", "there are %d, and %d are the most", length, CARD_ISSUERS_MAX);
		return false;
	}
	for (int i = 0; i < length; i++)
		valid &= read_issuer(settings,
			config_setting_get_elem(settings->issuers, (unsigned)i), reporter);
	return valid;
}

bool settings_check_cards(struct settings *settings, const struct reporter *reporter)
{
	bool valid = read_issuers(settings, reporter);

	if (!settings->credential_enabled)
		return valid;
	if (valid && settings->card_issuer_count == 0) {
		say("issuers", "must name one at least, or write enabled = false;");
		valid = false;
	}
	if (settings->vct[0] == '\0' || settings->typ[0] == '\0') {
		say(settings->vct[0] == '\0' ? "vct" : "typ",
			"must say which cards count, or write enabled = false;");
		valid = false;
	}
	return valid;
}
