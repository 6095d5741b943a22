/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "base/report.h"

#include <stdarg.h>
#include <stdio.h>

/* What is quoted may hold line ends and a terminal's escapes; a log is read line by line. */
static void make_one_line(char *text)
{
	for (; *text != '\0'; text++)
		if ((unsigned char)*text < ' ' || *text == '\x7f')
			*text = '?';
}

void report(const struct reporter *to, enum severity severity, const char *file, int line,
	const char *format, ...)
{
	char text[512];
	va_list args;

	if (to == NULL || to->say == NULL)
		return;
	va_start(args, format);
	(void)vsnprintf(text, sizeof(text), format, args);
	va_end(args);
	make_one_line(text);
	to->say(to->ctx, severity, file, line, text);
}
