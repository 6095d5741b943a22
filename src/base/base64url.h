/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * base64url.h - base64url without padding (RFC 4648 section 5, RFC 7515 section 2).
 * Strict: one text for one string of bytes. Thread-safe, allocates nothing.
 */
#ifndef MIGRANTID_BASE64URL_H
#define MIGRANTID_BASE64URL_H

#include "base/base.h"

/* Characters that len bytes become, without the terminator. */
#define BASE64URL_LEN(len) (((len)*4 + 2) / 3)

/*
 * Write the text of len bytes and a terminator to out, which has room for BASE64URL_LEN(len) + 1.
 */
void base64url_encode(const void *in, size_t len, char *out);

/*
 * Decode len characters into at most room bytes. False for any character outside the alphabet
 * (padding and white space too), an impossible length, non-zero trailing bits, or too little room;
 * *out_len is written only on success.
 */
MUST_CHECK bool base64url_decode(
	const char *in, size_t len, void *out, size_t room, size_t *out_len);

#endif
