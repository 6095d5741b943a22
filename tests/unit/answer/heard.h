/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * heard.h - a reporter that remembers what was said, for tests.
 */
#ifndef MIGRANTID_TEST_HEARD_H
#define MIGRANTID_TEST_HEARD_H

#include <stdio.h>
#include <string.h>

#include "base/report.h"

struct heard {
	unsigned warnings, errors;
	char text[16384]; /* all lines, each with a newline */
};

static inline void hear(
	void *ctx, enum severity severity, const char *file, int line, const char *text)
{
	struct heard *heard = ctx;
	size_t len = strlen(heard->text);

	(void)file;
	(void)line;
	heard->warnings += severity == SAY_WARNING;
	heard->errors += severity == SAY_ERROR;
	(void)snprintf(heard->text + len, sizeof(heard->text) - len, "%s\n", text);
}

static inline struct reporter hearing(struct heard *heard)
{
	struct reporter reporter = { hear, heard };

	memset(heard, 0, sizeof(*heard));
	return reporter;
}

#endif
