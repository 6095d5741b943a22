/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "base/conf.h"

#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/conf_scan.h"
#include "base/spelling.h"

#define NEAR 2 /* slips between two names that still look alike */
#define KNOWN_NAMES_MAX 300 /* octets of a list of names in a message */

struct reading {
	const config_setting_t *group;
	const struct conf_row *rows;
	size_t count;
	void *out;
	const char *file;
	const struct reporter *reporter;
	char where[80];
	bool valid;
};

int conf_line(const config_setting_t *setting)
{
	return setting == NULL ? 0 : (int)config_setting_source_line(setting);
}

int conf_line_of(const config_setting_t *group, const char *name)
{
	const config_setting_t *member = NULL;

	if (group != NULL && config_setting_is_group(group))
		member = config_setting_get_member(group, name);
	return conf_line(member != NULL ? member : group);
}

const char *conf_string_at(const struct conf_strings *strings, size_t index)
{
	if (index >= strings->count)
		return "";
	if (config_setting_type(strings->setting) == CONFIG_TYPE_STRING)
		return config_setting_get_string(strings->setting);
	return config_setting_get_string_elem(strings->setting, (int)index);
}

bool conf_parse(
	config_t *config, const char *text, const char *file, const struct reporter *reporter)
{
	size_t len = strlen(text);
	char *closed;
	bool parsed;

	config_init(config);
	if (!conf_scan(text, file, reporter))
		return false;
	/* libconfig knows a comment only by the newline behind it. */
	closed = malloc(len + 2);
	if (closed == NULL) {
		report(reporter, SAY_ERROR, file, 0, "out of memory");
		return false;
	}
	memcpy(closed, text, len);
	memcpy(closed + len, "\n", 2);
	parsed = config_read_string(config, closed) == CONFIG_TRUE;
	free(closed);
	if (!parsed)
		report(reporter, SAY_ERROR, file, config_error_line(config),
			"%s: look here and on the line before for a missing ';', quote or brace, "
			"or a name given twice",
			config_error_text(config));
	return parsed;
}

static void complain(struct reading *reading, int line, const char *format, ...)
	__attribute__((format(printf, 3, 4)));

static void complain(struct reading *reading, int line, const char *format, ...)
{
	char text[512];
	va_list args;

	va_start(args, format);
	(void)vsnprintf(text, sizeof(text), format, args);
	va_end(args);
	report(reading->reporter, SAY_ERROR, reading->file, line, "%s", text);
	reading->valid = false;
}

/* libconfig has none of a name or a text only if it got no memory for it. */
static bool is_there(struct reading *reading, const char *text)
{
	if (text == NULL)
		complain(reading, 0, "out of memory while what is %s was read", reading->where);
	return text != NULL;
}

static const struct conf_row *row_of(const struct reading *reading, const char *name)
{
	for (size_t i = 0; i < reading->count; i++)
		if (strcmp(reading->rows[i].name, name) == 0)
			return &reading->rows[i];
	return NULL;
}

static const char *nearest_name(const struct reading *reading, const char *name)
{
	const char *nearest = NULL;
	size_t fewest = strlen(name) < NEAR + 1 ? strlen(name) : NEAR + 1;

	for (size_t i = 0; i < reading->count; i++) {
		size_t slips = spelling_slips(reading->rows[i].name, name);

		if (slips < fewest) {
			fewest = slips;
			nearest = reading->rows[i].name;
		}
	}
	return nearest;
}

static void complain_unknown(struct reading *reading, const config_setting_t *member)
{
	const char *name = config_setting_name(member);
	const char *nearest = nearest_name(reading, name);
	char known[KNOWN_NAMES_MAX] = "";
	size_t used = 0;

	if (nearest != NULL) {
		complain(reading, conf_line(member), "unknown setting '%s' %s; did you mean '%s'?",
			name, reading->where, nearest);
		return;
	}
	for (size_t i = 0; i < reading->count && used < sizeof(known); i++)
		used += (size_t)snprintf(known + used, sizeof(known) - used, "%s%s",
			i == 0 ? "" : ", ", reading->rows[i].name);
	complain(reading, conf_line(member), "unknown setting '%.80s' %s; known are: %s", name,
		reading->where, known);
}

static const char *type_name(const config_setting_t *member)
{
	switch (config_setting_type(member)) {
	case CONFIG_TYPE_GROUP:
		return "a group";
	case CONFIG_TYPE_INT:
	case CONFIG_TYPE_INT64:
		return "a whole number";
	case CONFIG_TYPE_FLOAT:
		return "a number with a fraction";
	case CONFIG_TYPE_STRING:
		return "a string";
	case CONFIG_TYPE_BOOL:
		return "true or false";
	case CONFIG_TYPE_ARRAY:
		return "an array";
	case CONFIG_TYPE_LIST:
		return "a list";
	}
	return "of no known type";
}

static void complain_type(
	struct reading *reading, const struct conf_row *row, const config_setting_t *member)
{
	static const struct {
		const char *what, *example;
	} wanted[] = {
		[CONF_STRING] = { "a string", "\"...\"" },
		[CONF_STRINGS] = { "strings", "[ \"...\", \"...\" ]" },
		[CONF_INT] = { "a whole number", "1" },
		[CONF_BOOL] = { "true or false", "true" },
		[CONF_GROUP] = { "a group", "{ ... }" },
	};

	complain(reading, conf_line(member), "'%s' %s is %s, but must be %s: write %s = %s;",
		row->name, reading->where, type_name(member), wanted[row->type].what, row->name,
		wanted[row->type].example);
}

static void read_string(
	struct reading *reading, const struct conf_row *row, const config_setting_t *member)
{
	const char *text = config_setting_get_string(member);
	size_t len = text != NULL ? strlen(text) : 0;

	if (!is_there(reading, text))
		return;
	if (row->required && len == 0)
		complain(reading, conf_line(member), "'%s' %s must not be empty", row->name,
			reading->where);
	else if (row->max > 0 && len > (size_t)row->max)
		complain(reading, conf_line(member),
			"'%s' %s has %zu octets, but at most %" PRId64 " may be: shorten it",
			row->name, reading->where, len, row->max);
	else
		*(const char **)((char *)reading->out + row->offset) = text;
}

static void read_strings(
	struct reading *reading, const struct conf_row *row, const config_setting_t *member)
{
	struct conf_strings *strings =
		(struct conf_strings *)(void *)((char *)reading->out + row->offset);
	bool single = config_setting_type(member) == CONFIG_TYPE_STRING;
	int count = single ? 1 : config_setting_length(member);

	for (int i = 0; !single && i < count; i++) {
		const config_setting_t *one = config_setting_get_elem(member, (unsigned)i);

		if (config_setting_type(one) != CONFIG_TYPE_STRING) {
			complain_type(reading, row, one);
			return;
		}
		if (!is_there(reading, config_setting_get_string(one)))
			return;
	}
	if (single && !is_there(reading, config_setting_get_string(member)))
		return;
	if (row->required && count == 0) {
		complain(reading, conf_line(member), "'%s' %s must not be empty", row->name,
			reading->where);
		return;
	}
	if (row->max > 0 && count > row->max) {
		complain(reading, conf_line(member),
			"'%s' %s has %d entries, but at most %" PRId64 " may be", row->name,
			reading->where, count, row->max);
		return;
	}
	strings->setting = member;
	strings->count = (size_t)count;
}

static void read_int(
	struct reading *reading, const struct conf_row *row, const config_setting_t *member)
{
	int64_t value = config_setting_type(member) == CONFIG_TYPE_INT
				? config_setting_get_int(member)
				: config_setting_get_int64(member);

	if (value < row->min || value > row->max)
		complain(reading, conf_line(member),
			"'%s' %s is %" PRId64 ", but must be from %" PRId64 " to %" PRId64 "%s%s",
			row->name, reading->where, value, row->min, row->max,
			row->unit == NULL || row->unit[0] == '\0' ? "" : " ",
			row->unit == NULL ? "" : row->unit);
	else
		*(int64_t *)(void *)((char *)reading->out + row->offset) = value;
}

static bool has_type(const struct conf_row *row, int type)
{
	switch (row->type) {
	case CONF_STRING:
		return type == CONFIG_TYPE_STRING;
	case CONF_STRINGS:
		return type == CONFIG_TYPE_STRING || type == CONFIG_TYPE_ARRAY ||
		       type == CONFIG_TYPE_LIST;
	case CONF_INT:
		return type == CONFIG_TYPE_INT || type == CONFIG_TYPE_INT64;
	case CONF_BOOL:
		return type == CONFIG_TYPE_BOOL;
	case CONF_GROUP:
		return type == CONFIG_TYPE_GROUP || type == CONFIG_TYPE_LIST;
	}
	return false;
}

static void read_member(
	struct reading *reading, const struct conf_row *row, config_setting_t *member)
{
	void *value = (char *)reading->out + row->offset;

	if (!has_type(row, config_setting_type(member))) {
		complain_type(reading, row, member);
		return;
	}
	switch (row->type) {
	case CONF_STRING:
		read_string(reading, row, member);
		return;
	case CONF_STRINGS:
		read_strings(reading, row, member);
		return;
	case CONF_INT:
		read_int(reading, row, member);
		return;
	case CONF_BOOL:
		*(bool *)value = config_setting_get_bool(member) != 0;
		return;
	case CONF_GROUP:
		*(config_setting_t **)value = member;
		return;
	}
}

static void read_named(struct reading *reading, const char *name, config_setting_t *member)
{
	const struct conf_row *row = row_of(reading, name);

	if (row == NULL)
		complain_unknown(reading, member);
	else
		read_member(reading, row, member);
}

static void set_default(const struct reading *reading, const struct conf_row *row)
{
	void *value = (char *)reading->out + row->offset;

	switch (row->type) {
	case CONF_STRING:
		*(const char **)value = row->default_text != NULL ? row->default_text : "";
		return;
	case CONF_STRINGS:
		*(struct conf_strings *)value = (struct conf_strings){ NULL, 0 };
		return;
	case CONF_INT:
		*(int64_t *)value = row->default_value;
		return;
	case CONF_BOOL:
		*(bool *)value = row->default_value != 0;
		return;
	case CONF_GROUP:
		*(config_setting_t **)value = NULL;
		return;
	}
}

/* How messages name the group; an entry of a list has no name of its own. */
static void name_group(struct reading *reading)
{
	const config_setting_t *group = reading->group;
	const config_setting_t *list;

	if (config_setting_is_root(group)) {
		(void)snprintf(reading->where, sizeof(reading->where), "at the top level");
	} else if (config_setting_name(group) != NULL) {
		(void)snprintf(reading->where, sizeof(reading->where), "in group %.60s",
			config_setting_name(group));
	} else {
		list = config_setting_parent(group);
		(void)snprintf(reading->where, sizeof(reading->where), "in entry %d of %.50s",
			config_setting_index(group) + 1,
			config_setting_name(list) != NULL ? config_setting_name(list) : "a list");
	}
}

bool conf_read(const config_setting_t *group, const struct conf_row *rows, size_t count, void *out,
	const char *file, const struct reporter *reporter)
{
	struct reading reading = {
		.group = group,
		.rows = rows,
		.count = count,
		.out = out,
		.file = file,
		.reporter = reporter,
		.valid = true,
	};

	name_group(&reading);
	for (size_t i = 0; i < count; i++)
		set_default(&reading, &rows[i]);
	if (!config_setting_is_group(group)) {
		complain(&reading, conf_line(group), "%s must be a group: write { ... }",
			config_setting_name(group) != NULL ? config_setting_name(group)
							   : reading.where + strlen("in "));
		return false;
	}
	for (int i = 0; i < config_setting_length(group); i++) {
		config_setting_t *member = config_setting_get_elem(group, (unsigned)i);
		const char *name = config_setting_name(member);

		if (is_there(&reading, name))
			read_named(&reading, name, member);
	}
	for (size_t i = 0; i < count; i++)
		if (rows[i].required && config_setting_get_member(group, rows[i].name) == NULL)
			complain(&reading, conf_line(group), "'%s' is missing %s: %s", rows[i].name,
				reading.where, rows[i].help != NULL ? rows[i].help : "add it");
	return reading.valid;
}
