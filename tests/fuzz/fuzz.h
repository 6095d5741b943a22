/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * fuzz.h - what every target shares: the entry point of libFuzzer, a check that ends the run when
 * a property does not hold, and a reporter that counts.
 *
 * Each target file says which properties it holds its part to; address and behaviour sanitizers
 * watch the memory, and leaks end a run as well.
 */
#ifndef MIGRANTID_FUZZ_H
#define MIGRANTID_FUZZ_H

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/base.h"
#include "base/report.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
int LLVMFuzzerInitialize(int *argc, char ***argv);

/*
 * libconfig 1.5 to 1.7 loses the last string that its scanner read before a syntax error: a few
 * octets for a configuration file that is refused. Nothing that uses it can free them.
 */
const char *__lsan_default_suppressions(void);
const char *__lsan_default_suppressions(void)
{
	return "leak:strbuf_append\nleak:libconfig_yylex\n";
}

/* abort() is what libFuzzer keeps the input of. */
#define HOLDS(condition)                                                                           \
	do {                                                                                       \
		if (!(condition)) {                                                                \
			(void)fprintf(stderr, "%s:%d: does not hold: %s\n", __FILE__, __LINE__,    \
				#condition);                                                       \
			abort();                                                                   \
		}                                                                                  \
	} while (0)

/* What was said, by severity. */
struct tally {
	int said[SAY_ERROR + 1];
};

/* A message goes into a log: it is one line of text, never empty, never beyond report()'s bound. */
static inline void tally_say(
	void *ctx, enum severity severity, const char *file, int line, const char *text)
{
	struct tally *tally = (struct tally *)ctx;

	(void)file;
	HOLDS(severity >= SAY_DEBUG && severity <= SAY_ERROR);
	HOLDS(line >= 0);
	HOLDS(text[0] != '\0' && strlen(text) <= 511);
	HOLDS(strpbrk(text, "\r\n") == NULL);
	tally->said[severity]++;
}

static inline struct reporter tally_reporter(struct tally *tally)
{
	memset(tally, 0, sizeof(*tally));
	return (struct reporter){ tally_say, tally };
}

/* A copy of just this length, so that reading one octet too far is seen; free() it. */
static inline char *exact_copy(const void *data, size_t size)
{
	char *copy = malloc(size > 0 ? size : 1);

	HOLDS(copy != NULL);
	if (size > 0)
		memcpy(copy, data, size);
	return copy;
}

/* The same with a '\0' behind it. */
static inline char *text_copy(const void *data, size_t size)
{
	char *copy = malloc(size + 1);

	HOLDS(copy != NULL);
	if (size > 0)
		memcpy(copy, data, size);
	copy[size] = '\0';
	return copy;
}

#endif
