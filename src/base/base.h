/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * base.h - the three macros this project allows itself, and the span.
 */
#ifndef MIGRANTID_BASE_H
#define MIGRANTID_BASE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* A result that may not be ignored. */
#define MUST_CHECK __attribute__((warn_unused_result))

/* Run fn(&variable) when the variable leaves its scope. */
#define CLEANUP(fn) __attribute__((cleanup(fn)))

#define ARRAY_LEN(a) (sizeof(a) / sizeof((a)[0]))

/* Bytes owned by someone else; not terminated, may hold any byte. */
struct span {
	const char *data;
	size_t len;
};

#endif
