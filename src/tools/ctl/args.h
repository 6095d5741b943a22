/* SPDX-License-Identifier: GPL-2.0-or-later */
/* args.h - the command line. An argument that is not understood is never quoted: it may be a slip
 * that holds a person's data. */
#ifndef MIGRANTID_CTL_ARGS_H
#define MIGRANTID_CTL_ARGS_H

#include "tools/ctl/ctl.h"

/* Read the arguments behind the verb. False after having said what is wrong. */
MUST_CHECK bool args_read(const struct verb *verb, int argc, char **argv, struct args *out);

/* Say on standard error what is wrong with how a verb was called; returns CTL_USAGE. */
enum ctl_exit usage_error(const struct verb *verb, const char *format, ...)
	__attribute__((format(printf, 2, 3)));

void args_help(const struct verb *verb);

/* A whole number in min..max; false for anything else. */
MUST_CHECK bool args_number(const char *text, int64_t min, int64_t max, int64_t *out);

#endif
