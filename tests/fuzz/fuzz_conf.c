/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Configuration text: refused with an error or taken without one; what is taken lies within the
 * bounds of its table, and all its strings are UTF-8.
 */
#include "base/conf.h"
#include "base/conf_scan.h"
#include "fuzz.h"

#include <jansson.h>

struct settings {
	const char *name;
	struct conf_strings list;
	int64_t number;
	bool flag;
	config_setting_t *group;
	const char *other;
};

static const struct conf_row rows[] = {
	{ "name", CONF_STRING, offsetof(struct settings, name), .required = true, .max = 8 },
	{ "list", CONF_STRINGS, offsetof(struct settings, list), .max = 3 },
	{ "number", CONF_INT, offsetof(struct settings, number), .min = -5, .max = 4000000000,
		.default_value = 7, .unit = "ms" },
	{ "flag", CONF_BOOL, offsetof(struct settings, flag), .default_value = 1 },
	{ "group", CONF_GROUP, offsetof(struct settings, group) },
	{ "other", CONF_STRING, offsetof(struct settings, other), .default_text = "-" },
};

/* jansson makes a string of UTF-8 alone. */
static bool is_utf8(const char *text)
{
	json_t *json = json_string(text);
	bool good = json != NULL;

	json_decref(json);
	return good;
}

static void strings_are_utf8(const config_setting_t *setting)
{
	const char *text = config_setting_get_string(setting);

	if (text != NULL)
		HOLDS(is_utf8(text));
	for (int i = 0; i < config_setting_length(setting); i++)
		strings_are_utf8(config_setting_get_elem(setting, (unsigned)i));
}

static void is_within_bounds(const struct settings *out)
{
	HOLDS(out->name[0] != '\0' && strlen(out->name) <= 8);
	HOLDS(out->number >= -5 && out->number <= 4000000000);
	HOLDS(out->list.count <= 3 && (out->list.setting != NULL || out->list.count == 0));
	for (size_t i = 0; i < out->list.count; i++)
		HOLDS(conf_string_at(&out->list, i) != NULL);
	HOLDS(out->other != NULL);
	if (out->group != NULL)
		HOLDS(conf_line(out->group) > 0);
}

static void read_table(const config_t *config)
{
	struct settings out, again;
	struct tally tally;
	struct reporter reporter = tally_reporter(&tally);
	const config_setting_t *root = config_root_setting(config);
	bool good;

	memset(&out, 0xa5, sizeof(out));
	good = conf_read(root, rows, ARRAY_LEN(rows), &out, "a.cfg", &reporter);
	HOLDS(good == (tally.said[SAY_ERROR] == 0));
	/* Also what is refused leaves no member unset. */
	HOLDS(out.number >= -5 && out.number <= 4000000000);
	HOLDS(out.name != NULL && is_utf8(out.name) && is_utf8(out.other));
	if (good)
		is_within_bounds(&out);
	memset(&again, 0x5a, sizeof(again));
	HOLDS(conf_read(root, rows, ARRAY_LEN(rows), &again, "a.cfg", NULL) == good);
	HOLDS(out.number == again.number && out.flag == again.flag && out.group == again.group);
	HOLDS(strcmp(out.name, again.name) == 0 && strcmp(out.other, again.other) == 0);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char *text = text_copy(data, size);
	struct tally tally;
	struct reporter reporter = tally_reporter(&tally);
	config_t config;
	bool good = conf_parse(&config, text, "a.cfg", &reporter);

	HOLDS(good == (tally.said[SAY_ERROR] == 0));
	if (good) {
		HOLDS(conf_scan(text, "a.cfg", NULL));
		strings_are_utf8(config_root_setting(&config));
		read_table(&config);
	}
	config_destroy(&config);
	free(text);
	return 0;
}
