/* SPDX-License-Identifier: GPL-2.0-or-later */
/* settings_check.h - what one row cannot say of a setting: between settings.c and its checks. */
#ifndef MIGRANTID_SETTINGS_CHECK_H
#define MIGRANTID_SETTINGS_CHECK_H

#include <stdlib.h>

#include "config/settings.h"

static inline void free_text(char **text)
{
	free(*text);
}

/*
 * Each setting for itself: paths become absolute, names of algorithms bits. False after every error
 * found was reported. May be run where reading failed: defaults pass, but for what is not there.
 */
MUST_CHECK bool settings_check_each(struct settings *settings, const struct reporter *reporter);

/*
 * A path as it is named from the settings file's folder; the longer name replaces the written one
 * in the config_t, which owns both. False: out of memory, which is not reported.
 */
MUST_CHECK bool settings_make_absolute(const struct settings *settings, config_setting_t *group,
	const char *name, const char **path);

/* The list of issuers of cards; and what else cards need, where they count. */
MUST_CHECK bool settings_check_cards(struct settings *settings, const struct reporter *reporter);

/* What settings say of one another; only of use where all were read. */
MUST_CHECK bool settings_check_together(struct settings *settings, const struct reporter *reporter);

/* The first one's part about Redis, where that is the store. */
MUST_CHECK bool settings_check_redis(
	const struct settings *settings, const struct reporter *reporter);

/* Likewise about the decision log. */
MUST_CHECK bool settings_check_log(
	const struct settings *settings, const struct reporter *reporter);

#endif
