/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * certificate.h - the sandbox's X.509 certificates (RFC 5280), all of P-256.
 */
#ifndef SANDBOX_CERTIFICATE_H
#define SANDBOX_CERTIFICATE_H

#include <openssl/x509.h>

#include "base/base.h"

enum certificate_use { CERTIFICATE_CA, CERTIFICATE_SERVER, CERTIFICATE_CLIENT };

/* Issued by `ca` with ca_key, by itself if ca is NULL. NULL if OpenSSL fails. */
MUST_CHECK X509 *certificate_make(
	enum certificate_use use, const char *name, EVP_PKEY *key, X509 *ca, EVP_PKEY *ca_key);

#endif
