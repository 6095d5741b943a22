/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * conf_scan.h - what libconfig 1.5 to 1.7 reads wrongly without a word, found before it parses:
 * other files drawn in, whole numbers that do not fit and are cut, comments and strings that
 * swallow the rest of the file, a NUL that ends a string early. What passes is UTF-8, and so are
 * all strings in it.
 */
#ifndef MIGRANTID_CONF_SCAN_H
#define MIGRANTID_CONF_SCAN_H

#include "base/base.h"
#include "base/report.h"

/* False after every such place was reported with its line. Allocates nothing. */
MUST_CHECK bool conf_scan(const char *text, const char *file, const struct reporter *reporter);

#endif
