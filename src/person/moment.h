/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * moment.h - a point of time as somebody writes it. No I/O, no clock, thread-safe.
 */
#ifndef MIGRANTID_MOMENT_H
#define MIGRANTID_MOMENT_H

#include "base/base.h"

/*
 * "2026-01-31T12:00:00Z" (RFC 3339), "2026-01-31" (its first second), or seconds since 1970 up to
 * the end of the year 9999; all of them UTC. False for anything else; then *out is left alone.
 */
MUST_CHECK bool moment_parse(const char *text, int64_t *out);

#endif
