/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * conf.h - read a libconfig group into a struct by a table: one row is one setting (name, type,
 * place, bounds, what it is for). What is not in the table, of another type or out of bounds is
 * refused with file and line.
 */
#ifndef MIGRANTID_CONF_H
#define MIGRANTID_CONF_H

#include <libconfig.h>

#include "base/base.h"
#include "base/report.h"

enum conf_type {
	CONF_STRING, /* const char *: belongs to the config_t, "" if absent */
	CONF_STRINGS, /* struct conf_strings: array or list of strings, or one string */
	CONF_INT, /* int64_t, min..max */
	CONF_BOOL, /* bool */
	CONF_GROUP, /* config_setting_t *: group or list, read by the caller; NULL: absent */
};

struct conf_strings {
	const config_setting_t *setting; /* NULL: absent */
	size_t count;
};
const char *conf_string_at(const struct conf_strings *strings, size_t index);

struct conf_row {
	const char *name;
	enum conf_type type;
	size_t offset; /* offsetof in the struct that is filled */
	bool required; /* given, and not empty */
	bool live; /* a reload may change it without a restart */
	int64_t min, max; /* CONF_INT; max: also octets or entries of the other two, 0: any */
	int64_t default_value; /* CONF_INT, CONF_BOOL: if absent */
	const char *default_text; /* CONF_STRING: if absent; NULL: "" */
	const char *unit; /* "ms", "s", "octets", "" */
	const char *help; /* one phrase for the manual and for "is missing" */
};

/*
 * Parse a configuration text into a fresh config_t that the caller config_destroy()s, also after
 * false. Reports the first syntax error with file and line; before it all of what libconfig would
 * misread without a word (conf_scan.h; @include is refused). `file` is a name for messages.
 */
MUST_CHECK bool conf_parse(
	config_t *config, const char *text, const char *file, const struct reporter *reporter);

/*
 * Fill *out from a group by a table; reports every error found. False if there was one; whatever
 * was at fault then holds its default. libconfig does not look whether it gets memory: where it
 * went on without, a name or a text is missing, which is an error here; in its own hands it may
 * crash.
 */
MUST_CHECK bool conf_read(const config_setting_t *group, const struct conf_row *rows, size_t count,
	void *out, const char *file, const struct reporter *reporter);

/* Line of a setting, for messages of the caller's own checks. 0 for NULL. */
int conf_line(const config_setting_t *setting);
int conf_line_of(const config_setting_t *group, const char *name); /* the group's if absent */

/*
 * Read a whole text file of at most max octets into a terminated buffer that the caller free()s.
 * NULL after an error was reported with the reason and what to do: unreadable, not a regular file,
 * too long, holding a NUL octet, or changed meanwhile. For start-up and reloads.
 */
MUST_CHECK char *conf_slurp(
	const char *path, size_t max, size_t *len, const struct reporter *reporter);

#endif
