/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * heard.h - a reporter that keeps what it is told, one "severity file:line: text" a line, for
 * tests that look at messages. Include it behind <cmocka.h>.
 */
#ifndef MIGRANTID_HEARD_H
#define MIGRANTID_HEARD_H

#include <stdio.h>
#include <string.h>

#include "base/report.h"

struct heard {
	char text[16384];
	size_t len;
	int count;
};

static inline void hear(
	void *ctx, enum severity severity, const char *file, int line, const char *text)
{
	static const char *const names[] = { "debug", "info", "warning", "error" };
	struct heard *heard = (struct heard *)ctx;
	size_t room = sizeof(heard->text) - heard->len;
	int len = snprintf(heard->text + heard->len, room, "%s %s:%d: %s\n", names[severity],
		file != NULL ? file : "-", line, text);

	heard->count++;
	if (len > 0 && (size_t)len < room)
		heard->len += (size_t)len;
}

static inline struct reporter heard_by(struct heard *heard)
{
	memset(heard, 0, sizeof(*heard));
	return (struct reporter){ hear, heard };
}

/* Fails the test, showing what was said, unless `part` was. */
#define assert_heard(heard, part)                                                                  \
	do {                                                                                       \
		if (strstr((heard)->text, (part)) == NULL)                                         \
			fail_msg("not heard: %s\nbut:\n%s", (part), (heard)->text);                \
	} while (0)

#endif
