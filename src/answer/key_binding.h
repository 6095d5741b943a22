/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * key_binding.h - that who presents a card has its key, and means this sale (RFC 9901 sections 4.3
 * and 7.3): checks 10 to 14 of credential.h. Inside src/answer only.
 */
#ifndef MIGRANTID_KEY_BINDING_H
#define MIGRANTID_KEY_BINDING_H

#include "answer/credential.h"
#include "answer/sd_jwt.h"

/* `cnf` is the issuer's claim of that name; NULL: there is none. Thread-safe. */
MUST_CHECK struct credential_finding key_binding_check(
	const struct sd_jwt *sd_jwt, const json_t *cnf, const struct credential_expectation *want);

#endif
