/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "state.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <openssl/pem.h>

#include "certificate.h"

#define FILE_MAX ((size_t)65536)
#define NO_CERTIFICATE "is no certificate: remove the folder to begin anew"

static bool complain(const struct state *state, const char *name, const char *why)
{
	(void)fprintf(stderr, "migrantid-sandbox: %s/%s: %s\n", state->folder, name, why);
	return false;
}

/* To be freed; NULL with errno. */
static char *path_of(const struct state *state, const char *name)
{
	char *path;

	return asprintf(&path, "%s/%s", state->folder, name) < 0 ? NULL : path;
}

static bool exists(const struct state *state, const char *name)
{
	char *path = path_of(state, name);
	bool there = path != NULL && access(path, F_OK) == 0;

	free(path);
	return there;
}

static FILE *open_file(const struct state *state, const char *name, bool write, bool secret)
{
	char *path = path_of(state, name);
	int fd = path == NULL ? -1
			      : open(path,
					write ? O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC
					      : O_RDONLY | O_CLOEXEC,
					secret ? 0600 : 0644);
	FILE *file = fd < 0 ? NULL : fdopen(fd, write ? "w" : "r");

	if (file == NULL)
		(void)complain(state, name, strerror(errno));
	free(path);
	return file;
}

static bool write_key(const struct state *state, const char *name, EVP_PKEY *key)
{
	FILE *file = open_file(state, name, true, true);
	bool done = file != NULL &&
		    PEM_write_PKCS8PrivateKey(file, key, NULL, NULL, 0, NULL, NULL) == 1;

	return (file == NULL || fclose(file) == 0) && done;
}

static bool write_certificate(const struct state *state, const char *name, X509 *certificate)
{
	FILE *file = open_file(state, name, true, false);
	bool done = file != NULL && PEM_write_X509(file, certificate) == 1;

	return (file == NULL || fclose(file) == 0) && done;
}

static EVP_PKEY *read_key(const struct state *state, const char *name)
{
	FILE *file = open_file(state, name, false, true);
	EVP_PKEY *key = file == NULL ? NULL : PEM_read_PrivateKey(file, NULL, NULL, NULL);

	if (file != NULL)
		(void)fclose(file);
	if (file != NULL && key == NULL)
		(void)complain(state, name, "is no private key: remove the folder to begin anew");
	return key;
}

static char *read_text(const struct state *state, const char *name)
{
	FILE *file = open_file(state, name, false, false);
	char *text = file == NULL ? NULL : calloc(1, FILE_MAX + 1);

	if (text != NULL)
		(void)fread(text, 1, FILE_MAX, file);
	if (file != NULL)
		(void)fclose(file);
	return text;
}

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
	EVP_PKEY *key = read_key(state, "server.key");
	bool has_key = key != NULL;

	EVP_PKEY_free(key);
	state->ca = read_text(state, "ca.pem");
	state->server_certificate = read_text(state, "server.pem");
	state->server_key = read_text(state, "server.key");
	if (!has_key || state->ca == NULL || state->server_certificate == NULL ||
		state->server_key == NULL)
		return false;
	if (!is_certificate(state->ca))
		return complain(state, "ca.pem", NO_CERTIFICATE);
	return is_certificate(state->server_certificate) ||
	       complain(state, "server.pem", NO_CERTIFICATE);
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
	if (certificate == NULL || !write_key(state, key_file, key) ||
		!write_certificate(state, certificate_file, certificate)) {
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
	EVP_PKEY *key;

	if (!exists(state, "signing.key")) {
		key = signer_generate(algorithm != NULL ? algorithm : "ES256");
		if (key == NULL || !write_key(state, "signing.key", key)) {
			EVP_PKEY_free(key);
			return false;
		}
		EVP_PKEY_free(key);
	}
	if (exists(state, "signing.previous.key") &&
		!signer_take(read_key(state, "signing.previous.key"), &state->previous))
		return false;
	return signer_take(read_key(state, "signing.key"), &state->current) &&
	       signer_take(signer_generate(signer_algorithm(&state->current)), &state->stranger);
}

/* jwks.json is replaced in one step: whoever reads it meanwhile has the old or the new one. */
static bool publish(struct state *state)
{
	json_t *keys = json_pack("[o]", signer_jwk(&state->current));
	char *path = path_of(state, "jwks.json"), *fresh = path_of(state, "jwks.json.new");
	json_t *set;
	bool done;

	if (keys != NULL && state->previous.key != NULL)
		(void)json_array_append_new(keys, signer_jwk(&state->previous));
	set = json_pack("{s:o}", "keys", keys);
	free(state->jwks);
	state->jwks = set == NULL ? NULL : json_dumps(set, JSON_INDENT(1));
	done = state->jwks != NULL && path != NULL && fresh != NULL &&
	       json_dump_file(set, fresh, JSON_INDENT(1)) == 0 && rename(fresh, path) == 0;
	json_decref(set);
	free(path);
	free(fresh);
	return done || complain(state, "jwks.json", "cannot be written");
}

bool state_open(
	const char *folder, const char *client_name, const char *algorithm, struct state *out)
{
	*out = (struct state){ .folder = folder };
	if (mkdir(folder, 0755) != 0 && errno != EEXIST)
		return complain(out, "", strerror(errno));
	if (!exists(out, "client.pem") && !make_certificates(out, client_name))
		return complain(out, "", "certificates cannot be made");
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
	if (keep_old && !write_key(state, "signing.previous.key", state->previous.key))
		return false;
	if (!keep_old) {
		char *path = path_of(state, "signing.previous.key");

		if (path != NULL)
			(void)remove(path);
		free(path);
	}
	return write_key(state, "signing.key", state->current.key) && publish(state);
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
