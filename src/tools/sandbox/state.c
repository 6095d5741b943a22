/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "state.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <openssl/pem.h>

#include "certificate.h"
#include "state_files.h"

#define NO_CERTIFICATE "is no certificate: remove the folder to begin anew"

static bool is_certificate(const char *text)
{
	BIO *bio = BIO_new_mem_buf(text, -1);
	X509 *certificate = bio == NULL ? NULL : PEM_read_bio_X509(bio, NULL, NULL, NULL);
	bool is = certificate != NULL;

	X509_free(certificate);
	BIO_free(bio);
	return is;
}

/* What is handed to the TLS library as text: it could not say which file is at fault. */
static bool read_texts(struct state *state)
{
	EVP_PKEY *key = state_read_key(state->folder, "server.key");
	bool has_key = key != NULL;

	EVP_PKEY_free(key);
	state->ca = state_read_text(state->folder, "ca.pem");
	state->server_certificate = state_read_text(state->folder, "server.pem");
	state->server_key = state_read_text(state->folder, "server.key");
	if (!has_key || state->ca == NULL || state->server_certificate == NULL ||
		state->server_key == NULL)
		return false;
	if (!is_certificate(state->ca))
		return state_complain(state->folder, "ca.pem", NO_CERTIFICATE);
	return is_certificate(state->server_certificate) ||
	       state_complain(state->folder, "server.pem", NO_CERTIFICATE);
}

/* A key and its certificate, NAME.key and NAME.pem. */
static X509 *make_pair(const struct state *state, enum certificate_use use, const char *name,
	const char *common_name, X509 *ca, EVP_PKEY *ca_key, EVP_PKEY **key_out)
{
	EVP_PKEY *key = signer_generate("ES256");
	X509 *certificate = key == NULL ? NULL
					: certificate_make(use, common_name, key, ca,
						  ca == NULL ? key : ca_key);
	char key_file[32], certificate_file[32];

	(void)snprintf(key_file, sizeof(key_file), "%s.key", name);
	(void)snprintf(certificate_file, sizeof(certificate_file), "%s.pem", name);
	if (certificate == NULL || !state_write_key(state->folder, key_file, key) ||
		!state_write_certificate(state->folder, certificate_file, certificate)) {
		X509_free(certificate);
		certificate = NULL;
	}
	if (key_out != NULL)
		*key_out = key;
	else
		EVP_PKEY_free(key);
	return certificate;
}

static bool make_certificates(const struct state *state, const char *client_name)
{
	EVP_PKEY *ca_key = NULL;
	X509 *ca =
		make_pair(state, CERTIFICATE_CA, "ca", "migrantid sandbox CA", NULL, NULL, &ca_key);
	X509 *server = ca == NULL ? NULL
				  : make_pair(state, CERTIFICATE_SERVER, "server", "localhost", ca,
					    ca_key, NULL);
	X509 *client = server == NULL ? NULL
				      : make_pair(state, CERTIFICATE_CLIENT, "client", client_name,
						ca, ca_key, NULL);
	bool done = client != NULL;

	X509_free(client);
	X509_free(server);
	X509_free(ca);
	EVP_PKEY_free(ca_key);
	return done;
}

static bool load_keys(struct state *state, const char *algorithm)
{
	if (state_has(state->folder, "signing.previous.key") &&
		!signer_take(
			state_read_key(state->folder, "signing.previous.key"), &state->previous))
		return false;
	return signer_take(state_keep_key(state->folder, "signing.key",
				   algorithm != NULL ? algorithm : "ES256"),
		       &state->current) &&
	       signer_take(signer_generate(signer_algorithm(&state->current)), &state->stranger);
}

static bool publish(struct state *state)
{
	free(state->jwks);
	state->jwks = signer_jwk_set(&state->current, &state->previous);
	return state->jwks != NULL && state_replace_text(state->folder, "jwks.json", state->jwks);
}

bool state_open(
	const char *folder, const char *client_name, const char *algorithm, struct state *out)
{
	*out = (struct state){ .folder = folder };
	if (!state_make_folder(folder))
		return false;
	if (!state_has(folder, "client.pem") && !make_certificates(out, client_name))
		return state_complain(folder, "", "certificates cannot be made");
	if (!read_texts(out) || !load_keys(out, algorithm))
		return false;
	if (algorithm != NULL && strcmp(algorithm, signer_algorithm(&out->current)) != 0)
		return state_rotate(out, algorithm, true);
	return publish(out);
}

bool state_rotate(struct state *state, const char *algorithm, bool keep_old)
{
	struct signing_key fresh = { .key = NULL }, stranger = { .key = NULL };

	algorithm = algorithm != NULL ? algorithm : signer_algorithm(&state->current);
	if (!signer_take(signer_generate(algorithm), &fresh) ||
		!signer_take(signer_generate(algorithm), &stranger)) {
		signer_clear(&fresh);
		signer_clear(&stranger);
		return false;
	}
	signer_clear(&state->stranger);
	state->stranger = stranger;
	signer_clear(&state->previous);
	if (keep_old)
		state->previous = state->current;
	else
		signer_clear(&state->current);
	state->current = fresh;
	if (keep_old &&
		!state_write_key(state->folder, "signing.previous.key", state->previous.key))
		return false;
	if (!keep_old)
		state_remove(state->folder, "signing.previous.key");
	return state_write_key(state->folder, "signing.key", state->current.key) && publish(state);
}

void state_close(struct state *state)
{
	signer_clear(&state->current);
	signer_clear(&state->previous);
	signer_clear(&state->stranger);
	free(state->ca);
	free(state->server_certificate);
	free(state->server_key);
	free(state->jwks);
	*state = (struct state){ .folder = NULL };
}
