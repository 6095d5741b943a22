/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * files.h - the files that the settings name, each read whole and checked. Each returns NULL or
 * false after every error in it was reported. For start-up, reloads and migrantidctl.
 */
#ifndef MIGRANTID_FILES_H
#define MIGRANTID_FILES_H

#include "answer/card_policy.h"
#include "base/clock.h"
#include "config/messages.h"
#include "config/settings.h"
#include "person/person_key.h"
#include "rules/rules.h"

MUST_CHECK struct rule_set *file_rules(const char *path, const struct reporter *reporter);
MUST_CHECK struct messages *file_messages(const char *path, const struct reporter *reporter);

/* Issuers' keys and status lists as they are now; an issuer whose keys cannot be read has none. */
MUST_CHECK struct card_policy *file_cards(const struct settings *settings,
	const struct clock *clock, const struct reporter *reporter);

/* The caller clears *out. */
MUST_CHECK bool file_operator_key(
	const char *path, struct operator_key *out, const struct reporter *reporter);

/* Redis's, on the first line. The caller clears `out`. */
MUST_CHECK bool file_password(
	const char *path, char out[SETTINGS_PASSWORD_MAX + 1], const struct reporter *reporter);

#endif
