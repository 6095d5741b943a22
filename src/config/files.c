/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "config/files.h"

#include <stdlib.h>
#include <string.h>

#include <openssl/crypto.h>

#include "base/conf.h"

#define CONFIG_FILE_MAX ((size_t)1024 * 1024)
#define KEY_FILE_MAX 1024
#define PASSWORD_FILE_MAX 1024

struct rule_set *file_rules(const char *path, const struct reporter *reporter)
{
	size_t len = 0;
	char *text = conf_slurp(path, CONFIG_FILE_MAX, &len, reporter);
	struct rule_set *rules = text == NULL ? NULL : rules_parse(text, path, reporter);

	free(text);
	return rules;
}

struct messages *file_messages(const char *path, const struct reporter *reporter)
{
	size_t len = 0;
	char *text = conf_slurp(path, CONFIG_FILE_MAX, &len, reporter);
	struct messages *messages = text == NULL ? NULL : messages_parse(text, path, reporter);

	free(text);
	return messages;
}

bool file_operator_key(const char *path, struct operator_key *out, const struct reporter *reporter)
{
	size_t len = 0;
	char *text = conf_slurp(path, KEY_FILE_MAX, &len, reporter);
	bool good;

	if (text == NULL)
		return false;
	good = operator_key_parse(text, len, out);
	OPENSSL_cleanse(text, len);
	free(text);
	if (!good)
		report(reporter, SAY_ERROR, path, 0,
			"not an operator's key: 64 to 128 hexadecimal digits on one line are "
			"wanted; make one with `openssl rand -hex 32`");
	return good;
}

bool file_password(
	const char *path, char out[SETTINGS_PASSWORD_MAX + 1], const struct reporter *reporter)
{
	size_t all, len;
	char *text = conf_slurp(path, PASSWORD_FILE_MAX, &all, reporter);
	bool good;

	if (text == NULL)
		return false;
	len = strcspn(text, "\r\n");
	good = len > 0 && len <= SETTINGS_PASSWORD_MAX;
	if (good) {
		memcpy(out, text, len);
		out[len] = '\0';
	} else {
		report(reporter, SAY_ERROR, path, 1,
			"a password of 1 to %d octets is wanted on the first line",
			SETTINGS_PASSWORD_MAX);
	}
	OPENSSL_cleanse(text, all);
	free(text);
	return good;
}
