/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * identity.h - certificates with their keys, made on the spot, and what a client makes of them.
 */
#ifndef IDENTITY_H
#define IDENTITY_H

#include <openssl/ssl.h>

#include "base/tls_material.h"

struct identity {
	EVP_PKEY *key;
	X509 *certificate;
};

/*
 * `names` as subjectAltName has them ("IP:127.0.0.1,DNS:a.invalid"), NULL for an authority; valid
 * from and until so many seconds from now; issuer NULL: self-signed.
 */
struct identity identity_new(const char *common_name, const char *names, long from, long until,
	const struct identity *issuer);
void identity_free(struct identity *identity);

/* client NULL: shows no certificate. */
struct tls_material *material_new(const struct identity *authority, const struct identity *client);

#endif
