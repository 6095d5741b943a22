/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * report.h - how the core says something to people: a log line of the server, a line of
 * migrantidctl on standard error, an entry in a test's list.
 *
 * Nothing said here may hold a person's data: no document number, date of birth, nationality,
 * token, MRZ or pseudonym, at any severity.
 */
#ifndef MIGRANTID_REPORT_H
#define MIGRANTID_REPORT_H

#include "base/base.h"

enum severity { SAY_DEBUG, SAY_INFO, SAY_WARNING, SAY_ERROR };

/*
 * Where messages go. say() is called from any thread; file is NULL when the message is about no
 * file, line is 0 when it is about no line; text has no final full stop or newline.
 */
struct reporter {
	void (*say)(
		void *ctx, enum severity severity, const char *file, int line, const char *text);
	void *ctx;
};

/*
 * Say one formatted line, cut at 511 octets, control characters as '?'. A NULL reporter or say() is
 * silent. Thread-safe.
 */
void report(const struct reporter *to, enum severity severity, const char *file, int line,
	const char *format, ...) __attribute__((format(printf, 5, 6)));

#endif
