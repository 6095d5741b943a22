/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * tls_material.h - what is shown and trusted in TLS: certificate authorities, and a certificate
 * with its private key, as octets in memory. Read and checked once; immutable, counted,
 * thread-safe. Nobody who uses it opens a file, and nobody is ever asked for a password.
 */
#ifndef MIGRANTID_TLS_MATERIAL_H
#define MIGRANTID_TLS_MATERIAL_H

#include <stdatomic.h>

#include "base/base.h"
#include "base/report.h"

/*
 * For CURLOPT_CAPATH, where a ca_file alone is trusted: libcurl 8.22 takes NULL for the machine's
 * own authorities, 8.14 fails with an empty name. Debian keeps this name for what must not exist.
 */
#define TLS_NO_FOLDER "/nonexistent"

struct tls_material {
	atomic_uint references;
	uint8_t digest[32]; /* SHA-256 over all of it: another digest is another generation */
	char *ca, *certificate, *key; /* PEM, terminated; certificate and key NULL: none is shown */
	size_t ca_len, certificate_len, key_len;
	int64_t not_after; /* of the certificate, seconds since 1970; 0: none */
};

/*
 * Read and check files: each parses, the key is the certificate's, neither needs a password, dates
 * are told. certificate_file and key_file "": none. NULL after every error was reported with its
 * file and what to do. A certificate that has ended or is not valid yet is a warning.
 */
MUST_CHECK struct tls_material *tls_material_load(const char *ca_file, const char *certificate_file,
	const char *key_file, int64_t now, const struct reporter *reporter);
struct tls_material *tls_material_ref(struct tls_material *material); /* NULL is fine */
void tls_material_unref(struct tls_material *material); /* wipes the key; NULL is fine */

#endif
