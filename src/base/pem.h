/* SPDX-License-Identifier: GPL-2.0-or-later */
/* pem.h - what all who read PEM files share. Thread-safe; nothing is kept. */
#ifndef MIGRANTID_PEM_H
#define MIGRANTID_PEM_H

#include <stdint.h>

#include <openssl/asn1.h>

/*
 * A pem_password_cb(3) that refuses, in the place of OpenSSL's own, which asks the terminal: a
 * server has none. `ctx`, a bool or NULL, becomes true: a password was wanted.
 */
int pem_no_password(char *buffer, int size, int for_writing, void *ctx);

/* Seconds since 1970; 0 where it is no time. */
int64_t pem_seconds(const ASN1_TIME *time);

#endif
