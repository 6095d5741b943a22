/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * state.h - the sandbox's folder: its own certificate authority, a server's and a client's
 * certificate, signing keys and their JWK Set. Made at the first start, kept at all others.
 *
 *   ca.pem ca.key  server.pem server.key  client.pem client.key
 *   signing.key  signing.previous.key (after a rotation)  jwks.json
 */
#ifndef SANDBOX_STATE_H
#define SANDBOX_STATE_H

#include "signer.h"

struct state {
	const char *folder;
	char *ca, *server_certificate, *server_key; /* PEM */
	struct signing_key current, previous; /* previous.key NULL: none */
	struct signing_key stranger; /* of the current one's kind, and in no key set */
	char *jwks; /* JSON */
};

/* False after an error was printed. state_close() it in both cases. */
/* algorithm: of the signing key; NULL: as it is, of a new one ES256. */
MUST_CHECK bool state_open(
	const char *folder, const char *client_name, const char *algorithm, struct state *out);
void state_close(struct state *state);

/* A new signing key; the old one stays in the JWK Set if keep_old. algorithm NULL: as before. */
MUST_CHECK bool state_rotate(struct state *state, const char *algorithm, bool keep_old);

#endif
