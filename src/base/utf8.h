/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * utf8.h - characters of UTF-8 (RFC 3629) one by one. No allocation, no locale, thread-safe.
 */
#ifndef MIGRANTID_UTF8_H
#define MIGRANTID_UTF8_H

#include "base/base.h"

#define UTF8_LONGEST 4 /* octets of one character */

/*
 * Read the character that `text`, of 1 to len octets, begins with. Returns its octets; 0 if it is
 * ill-formed: cut short, not in its shortest form, a surrogate or beyond U+10FFFF.
 */
MUST_CHECK size_t utf8_read(const char *text, size_t len, uint32_t *character);

/* Write a character up to U+FFFF, no terminator. Returns its octets. */
size_t utf8_write(uint32_t character, char out[UTF8_LONGEST]);

#endif
