/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * text.h - the shapes of text that attributes and rules are made of. No allocation, thread-safe.
 */
#ifndef MIGRANTID_TEXT_H
#define MIGRANTID_TEXT_H

#include "base/base.h"

/* Well-formed UTF-8 (RFC 3629: shortest form, no surrogates) without control characters
 * (U+0000..U+001F, U+007F..U+009F). An empty text is plain. */
MUST_CHECK bool text_is_plain(const char *text, size_t len);

/* One or more of a-z, 0-9 and '-'. */
MUST_CHECK bool text_is_word(const char *text, size_t len);

/* One or more of A-Z, a-z, 0-9 and "._~-": a one-use token of the contract. */
MUST_CHECK bool text_is_token(const char *text, size_t len);

/* The shape of a BCP 47 language tag (RFC 5646 section 2.1): subtags of one to eight letters and
 * digits joined by '-', the first of letters only. Not looked up in any registry. */
MUST_CHECK bool text_is_language(const char *text, size_t len);

#endif
