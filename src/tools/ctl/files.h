/* SPDX-License-Identifier: GPL-2.0-or-later */
/* files.h - the files that settings name, read as the server reads them. */
#ifndef MIGRANTID_CTL_FILES_H
#define MIGRANTID_CTL_FILES_H

#include "answer/jwks.h"
#include "answer/status_list.h"
#include "config/files.h"
#include "config/settings.h"
#include "person/date.h"
#include "tools/ctl/ctl.h"

/* Where the build found the server's configuration. */
#define FILES_CONFIG MIGRANTID_RADDB "/mods-config/migrantid/migrantid.cfg"

/* Each returns NULL or false after every error was reported. */
MUST_CHECK struct settings *files_settings(const struct args *args, const struct output *out);

/* *readable tells a file that could not be read from one that holds no usable key. */
MUST_CHECK struct key_set *files_keys(
	const char *path, const struct reporter *reporter, bool *readable);

/* Warn of keys that no answer can be checked with: those without a kid, which every answer has to
 * name, and those for none of the algorithms that are taken. */
void files_warn_keys(const struct key_set *keys, const char *path, unsigned algorithms,
	const struct reporter *reporter);

/* Where the server writes its decisions down; its own log is where Debian has it. */
const char *files_log(const struct settings *settings);

/* Whose cards count, by key files and status lists as if at `now`; NULL: out of memory. */
MUST_CHECK struct card_policy *files_cards(
	const struct settings *settings, int64_t now, const struct reporter *reporter);

/* The date on which a time falls in the operator's zone. */
struct date files_date(const struct settings *settings, int64_t time);

/* For CLEANUP(). */
void drop_settings(struct settings **settings);
void drop_rules(struct rule_set **rules);
void drop_keys(struct key_set **keys);
void drop_status_list(struct status_list **list);
void drop_text(char **text);

#endif
