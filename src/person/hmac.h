/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * hmac.h - HMAC-SHA-256 (RFC 2104, FIPS 198-1) by OpenSSL. Its one-shot HMAC() looks digest and MAC
 * up anew for each call, which costs more than the MAC of something short; and each decision takes
 * three. Here each thread has a context of its own, which keeps neither key nor data.
 */
#ifndef MIGRANTID_HMAC_H
#define MIGRANTID_HMAC_H

#include "base/base.h"

#define HMAC_LEN 32

/*
 * False, with *out zeros, only if OpenSSL fails or memory is short. Leaves no error of
 * its own in OpenSSL's queue. Thread-safe.
 */
MUST_CHECK bool hmac_sha256(
	const void *key, size_t key_len, const void *data, size_t len, uint8_t out[HMAC_LEN]);

#endif
