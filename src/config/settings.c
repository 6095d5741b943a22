/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "config/settings.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "config/settings_check.h"

/* A path as it is named from the file's own folder, which no later chdir() moves. */
static char *absolute_path(const char *path)
{
	CLEANUP(free_text) char *here = NULL;
	char *absolute = NULL;

	if (path[0] == '/')
		return strdup(path);
	here = get_current_dir_name();
	if (here == NULL || asprintf(&absolute, "%s/%s", here, path) < 0)
		return NULL;
	return absolute;
}

void settings_say(const struct settings *settings, const struct reporter *reporter,
	enum severity severity, enum settings_section section, const char *name, const char *format,
	...)
{
	int line = conf_line_of(settings->groups[section], name);
	char text[480];
	va_list args;

	va_start(args, format);
	(void)vsnprintf(text, sizeof(text), format, args);
	va_end(args);
	report(reporter, severity, settings->file, line, "%s: %s", name, text);
}

static bool parse(struct settings *settings, const struct reporter *reporter)
{
	size_t len = 0;
	CLEANUP(free_text)
	char *text = conf_slurp(settings->file, SETTINGS_FILE_MAX, &len, reporter);

	/* An empty config_t can be destroyed like any other. */
	if (text == NULL) {
		config_init(&settings->config);
		return false;
	}
	return conf_parse(&settings->config, text, settings->file, reporter);
}

/*
 * A group left out is an empty one: its defaults hold, and what it must have is missed by name. Of
 * one that is no group, the top level has complained already; it too leaves the defaults.
 */
static bool read_group(
	struct settings *settings, enum settings_section section, const struct reporter *reporter)
{
	const struct settings_group *group = &settings_groups[section];
	config_setting_t *root = config_root_setting(&settings->config);
	config_setting_t **found = &settings->groups[section];

	if (*found == NULL) {
		*found = config_setting_get_member(root, group->name);
		if (*found != NULL)
			reporter = NULL;
		else
			*found = config_setting_add(root, group->name, CONFIG_TYPE_GROUP);
	}
	return *found != NULL &&
	       conf_read(*found, group->rows, group->count, settings, settings->file, reporter);
}

static bool read_groups(struct settings *settings, const struct reporter *reporter)
{
	const struct settings_group *top = &settings_groups[SETTINGS_TOP];
	config_setting_t *root = config_root_setting(&settings->config);
	bool good = conf_read(root, top->rows, top->count, settings, settings->file, reporter);

	settings->groups[SETTINGS_TOP] = root;
	for (enum settings_section section = SETTINGS_OPERATOR; section < SETTINGS_GROUPS;
		section++)
		good &= read_group(settings, section, reporter);
	return good;
}

static bool load(struct settings *settings, const struct reporter *reporter)
{
	bool read, each;

	if (!parse(settings, reporter))
		return false;
	read = read_groups(settings, reporter);
	each = settings_check_each(settings, reporter);
	return (!read || settings_check_together(settings, reporter)) && read && each;
}

struct settings *settings_load(const char *path, const struct reporter *reporter)
{
	struct settings *settings = calloc(1, sizeof(*settings));

	if (settings == NULL) {
		report(reporter, SAY_ERROR, path, 0, "out of memory");
		return NULL;
	}
	settings->file = absolute_path(path);
	if (settings->file == NULL) {
		report(reporter, SAY_ERROR, path, 0, "out of memory, or no current directory");
		free(settings);
		return NULL;
	}
	if (!load(settings, reporter)) {
		settings_free(settings);
		return NULL;
	}
	return settings;
}

void settings_free(struct settings *settings)
{
	if (settings == NULL)
		return;
	config_destroy(&settings->config);
	free(settings->file);
	free(settings);
}

static bool same_strings(const struct conf_strings *one, const struct conf_strings *other)
{
	if (one->count != other->count)
		return false;
	for (size_t i = 0; i < one->count; i++)
		if (strcmp(conf_string_at(one, i), conf_string_at(other, i)) != 0)
			return false;
	return true;
}

static bool same(
	const struct conf_row *row, const struct settings *one, const struct settings *other)
{
	const void *a = (const char *)one + row->offset;
	const void *b = (const char *)other + row->offset;

	switch (row->type) {
	case CONF_STRING:
		return strcmp(*(const char *const *)a, *(const char *const *)b) == 0;
	case CONF_STRINGS:
		return same_strings(a, b);
	case CONF_INT:
		return *(const int64_t *)a == *(const int64_t *)b;
	case CONF_BOOL:
		return *(const bool *)a == *(const bool *)b;
	case CONF_GROUP:
		return true;
	}
	return true;
}

void settings_warn_restart(
	const struct settings *boot, const struct settings *fresh, const struct reporter *reporter)
{
	for (enum settings_section section = SETTINGS_TOP; section < SETTINGS_GROUPS; section++) {
		const struct settings_group *group = &settings_groups[section];

		for (size_t i = 0; i < group->count; i++) {
			const struct conf_row *row = &group->rows[i];

			if (row->live || same(row, boot, fresh))
				continue;
			report(reporter, SAY_WARNING, fresh->file,
				conf_line_of(fresh->groups[section], row->name),
				"%s was changed: that takes effect only when the server is "
				"restarted",
				row->name);
		}
	}
}
