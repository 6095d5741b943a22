/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "template.h"

#include <ctype.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

const struct radius_attribute attribute_state = { .number = 24 };
const struct radius_attribute attribute_result = { .number = 20, .vendor = true };
const struct radius_attribute attribute_reason = { .number = 21, .vendor = true };
const struct radius_attribute attribute_retry_after = { .number = 26, .vendor = true };

/* What a request may hold; as in config/dictionary.migrantid. */
static const struct {
	const char *name;
	struct radius_attribute attribute;
	bool integer;
} known[] = {
	{ "User-Name", { 1, false, false }, false },
	{ "NAS-Identifier", { 32, false, false }, false },
	{ "MigrantID-Sale-Id", { 1, true, false }, false },
	{ "MigrantID-Subject-Token", { 2, true, true }, false },
	{ "MigrantID-Document-Type", { 3, true, false }, false },
	{ "MigrantID-Document-Issuer", { 4, true, false }, false },
	{ "MigrantID-Document-Number", { 5, true, true }, false },
	{ "MigrantID-Document-Expiry", { 6, true, false }, false },
	{ "MigrantID-Nationality", { 7, true, false }, false },
	{ "MigrantID-Date-of-Birth", { 8, true, true }, false },
	{ "MigrantID-MRZ", { 9, true, true }, false },
	{ "MigrantID-Accreditation", { 10, true, false }, false },
	{ "MigrantID-Accreditation-Expiry", { 11, true, false }, false },
	{ "MigrantID-Consent-Text", { 12, true, false }, false },
	{ "MigrantID-Language", { 13, true, false }, false },
	{ "MigrantID-Accept-Challenge", { 14, true, false }, true },
	{ "MigrantID-Credential", { 15, true, false }, false },
};

static char *trim(char *text)
{
	char *end = text + strlen(text);

	while (end > text && isspace((unsigned char)end[-1]))
		*--end = '\0';
	while (isspace((unsigned char)*text))
		text++;
	return text;
}

static char *unquote(char *text)
{
	size_t len = strlen(text);

	if (len < 2 || text[0] != '"' || text[len - 1] != '"')
		return text;
	text[len - 1] = '\0';
	return text + 1;
}

static bool placeholders_known(const char *value)
{
	for (; *value; value++)
		if (*value == '%' && !strchr("nr%", *++value ? *value : 'x'))
			return false;
	return true;
}

/* What is wrong with that line, or NULL. */
static const char *add_line(struct template *template, char *text)
{
	struct template_line *line = &template->lines[template->count];
	char *value = strchr(text, '=');
	const char *name;
	size_t i;

	if (!value)
		return "expected: Name = value";
	*value++ = '\0';
	name = trim(text);
	value = unquote(trim(value));
	for (i = 0; i < ARRAY_LEN(known); i++)
		if (strcmp(known[i].name, name) == 0)
			break;
	if (i == ARRAY_LEN(known))
		return "unknown attribute";
	if (template->count == TEMPLATE_LINES_MAX)
		return "too many lines";
	if (strlen(value) >= sizeof(line->value))
		return "value too long";
	if (!placeholders_known(value))
		return "unknown placeholder; there are %n, %r and %%";
	line->attribute = known[i].attribute;
	line->integer = known[i].integer;
	memcpy(line->value, value, strlen(value) + 1);
	template->count++;
	return NULL;
}

bool template_read(struct template *template, FILE *file, const char *name)
{
	char buffer[1024];

	template->count = 0;
	for (int number = 1; fgets(buffer, sizeof(buffer), file); number++) {
		char *text = trim(buffer);
		const char *wrong = *text && *text != '#' ? add_line(template, text) : NULL;

		if (wrong) {
			fprintf(stderr, "radload: %s:%d: %s\n", name, number, wrong);
			return false;
		}
	}
	if (ferror(file) || template->count == 0) {
		fprintf(stderr, "radload: %s: no attribute could be read\n", name);
		return false;
	}
	return true;
}

/* Cut at the longest value; a placeholder cannot make a hidden value too long unnoticed. */
static size_t expand(const char *value, uint64_t number, const char *random,
	char out[static RADIUS_VALUE_MAX + 1])
{
	size_t len = 0;

	for (; *value && len < RADIUS_VALUE_MAX; value++) {
		size_t room = RADIUS_VALUE_MAX + 1 - len;
		int wrote = 0;

		if (*value != '%' || *++value == '%') {
			out[len++] = *value;
			continue;
		}
		if (*value == 'n')
			wrote = snprintf(out + len, room, "%07" PRIu64, number);
		else
			wrote = snprintf(out + len, room, "%s", random);
		if (wrote < 0 || (size_t)wrote >= room)
			return RADIUS_VALUE_MAX;
		len += (size_t)wrote;
	}
	return len;
}

void template_fill(const struct template *template, struct radius_packet *packet,
	const struct radius_secret *secret, uint64_t number, const uint8_t random[RADIUS_AUTH_LEN])
{
	static const char digits[] = "0123456789abcdef";
	char hex[2 * RADIUS_AUTH_LEN + 1] = "", value[RADIUS_VALUE_MAX + 1];

	for (size_t i = 0; i < RADIUS_AUTH_LEN; i++) {
		hex[2 * i] = digits[random[i] >> 4];
		hex[2 * i + 1] = digits[random[i] & 15];
	}
	for (size_t i = 0; i < template->count; i++) {
		const struct template_line *line = &template->lines[i];
		size_t len = expand(line->value, number, hex, value);

		if (line->integer) {
			uint8_t octets[4] = { 0 };

			value[len] = '\0';
			octets[3] = (uint8_t)strtoul(value, NULL, 10);
			radius_add(packet, secret, line->attribute, octets, sizeof(octets));
		} else {
			radius_add(packet, secret, line->attribute, value, len);
		}
	}
}
