/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "tools/ctl/files.h"

#include <stdlib.h>
#include <string.h>

#include <glib.h>

struct settings *files_settings(const struct args *args, const struct output *out)
{
	const char *path = args->value[OPT_CONFIG];

	return settings_load(path != NULL ? path : FILES_CONFIG, &out->reporter);
}

struct key_set *files_keys(const char *path, const struct reporter *reporter, bool *readable)
{
	size_t len = 0;
	char *text = conf_slurp(path, JWKS_MAX_LEN, &len, reporter);
	struct key_set *keys = text == NULL ? NULL : key_set_parse(text, len, path, reporter);

	*readable = text != NULL;
	free(text);
	return keys;
}

void files_warn_keys(const struct key_set *keys, const char *path, unsigned algorithms,
	const struct reporter *reporter)
{
	for (size_t i = 0; i < key_set_count(keys); i++) {
		struct key_info key = key_set_info(keys, i);

		if (key.kid[0] == '\0')
			report(reporter, SAY_WARNING, path, 0,
				"usable key %zu has no kid: no answer can name it", i + 1);
		else if ((key.algorithms & algorithms) == 0)
			report(reporter, SAY_WARNING, path, 0,
				"key \"%s\" is for none of the settings' algorithms", key.kid);
	}
}

const char *files_log(const struct settings *settings)
{
	return strcmp(settings->log_decisions, "file") == 0 ? settings->log_file
							    : "/var/log/freeradius/radius.log";
}

static int64_t stopped(void *ctx)
{
	return *(const int64_t *)ctx;
}

struct card_policy *files_cards(
	const struct settings *settings, int64_t now, const struct reporter *reporter)
{
	const struct clock clock = { .wall = stopped, .mono_ms = stopped, .ctx = &now };

	return file_cards(settings, &clock, reporter);
}

struct date files_date(const struct settings *settings, int64_t time)
{
	GTimeZone *zone = g_time_zone_new_identifier(settings->time_zone);
	gint interval;

	if (zone == NULL)
		return date_of_seconds(time);
	interval = g_time_zone_find_interval(zone, G_TIME_TYPE_UNIVERSAL, time);
	time += g_time_zone_get_offset(zone, interval);
	g_time_zone_unref(zone);
	return date_of_seconds(time);
}

void drop_settings(struct settings **settings)
{
	settings_free(*settings);
}

void drop_rules(struct rule_set **rules)
{
	rules_free(*rules);
}

void drop_keys(struct key_set **keys)
{
	key_set_unref(*keys);
}

void drop_status_list(struct status_list **list)
{
	status_list_free(*list);
}

void drop_text(char **text)
{
	free(*text);
}
