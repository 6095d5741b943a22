/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <string.h>

#include "config/settings_check.h"

bool settings_check_log(const struct settings *settings, const struct reporter *reporter)
{
	if (strcmp(settings->log_decisions, "server") == 0)
		return true;
	if (strcmp(settings->log_decisions, "file") != 0) {
		settings_say(settings, reporter, SAY_ERROR, SETTINGS_LOG, "decisions",
			"'%s' is no place for decisions: write \"server\" or \"file\"",
			settings->log_decisions);
		return false;
	}
	if (settings->log_file[0] != '\0')
		return true;
	settings_say(settings, reporter, SAY_ERROR, SETTINGS_LOG, "file",
		"must name a file that the server's user can write, or write decisions = "
		"\"server\";");
	return false;
}
