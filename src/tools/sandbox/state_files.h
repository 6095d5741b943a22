/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * state_files.h - files of the sandbox's folder. What goes wrong is printed with the file's name.
 */
#ifndef SANDBOX_STATE_FILES_H
#define SANDBOX_STATE_FILES_H

#include <openssl/evp.h>
#include <openssl/x509.h>

#include "base/base.h"

/* Prints it; false. */
bool state_complain(const char *folder, const char *name, const char *why);

MUST_CHECK bool state_make_folder(const char *folder); /* true if it is there already */
bool state_has(const char *folder, const char *name);
void state_remove(const char *folder, const char *name); /* fine if it is not there */

/* A private key as PEM, for its owner alone; EVP_PKEY is the caller's. */
MUST_CHECK bool state_write_key(const char *folder, const char *name, EVP_PKEY *key);
MUST_CHECK EVP_PKEY *state_read_key(const char *folder, const char *name);

/* The key of that name, or a new one for `algorithm` (signer.h) that is kept under it. */
MUST_CHECK EVP_PKEY *state_keep_key(const char *folder, const char *name, const char *algorithm);

MUST_CHECK bool state_write_certificate(const char *folder, const char *name, X509 *certificate);
MUST_CHECK char *state_read_text(const char *folder, const char *name); /* to be freed */

/* In one step: whoever reads it meanwhile has the old text or the new one. */
MUST_CHECK bool state_replace_text(const char *folder, const char *name, const char *text);

#endif
