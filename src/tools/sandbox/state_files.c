/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "state_files.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <openssl/pem.h>

#include "signer.h"

#define FILE_MAX ((size_t)65536)

bool state_complain(const char *folder, const char *name, const char *why)
{
	(void)fprintf(stderr, "migrantid-sandbox: %s/%s: %s\n", folder, name, why);
	return false;
}

/* To be freed; NULL with errno. */
static char *path_of(const char *folder, const char *name)
{
	char *path;

	return asprintf(&path, "%s/%s", folder, name) < 0 ? NULL : path;
}

bool state_make_folder(const char *folder)
{
	return mkdir(folder, 0755) == 0 || errno == EEXIST ||
	       state_complain(folder, "", strerror(errno));
}

bool state_has(const char *folder, const char *name)
{
	char *path = path_of(folder, name);
	bool there = path != NULL && access(path, F_OK) == 0;

	free(path);
	return there;
}

void state_remove(const char *folder, const char *name)
{
	char *path = path_of(folder, name);

	if (path != NULL)
		(void)remove(path);
	free(path);
}

static FILE *open_file(const char *folder, const char *name, bool write, bool secret)
{
	char *path = path_of(folder, name);
	int fd = path == NULL ? -1
			      : open(path,
					write ? O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC
					      : O_RDONLY | O_CLOEXEC,
					secret ? 0600 : 0644);
	FILE *file = fd < 0 ? NULL : fdopen(fd, write ? "w" : "r");

	if (file == NULL)
		(void)state_complain(folder, name, strerror(errno));
	free(path);
	return file;
}

bool state_write_key(const char *folder, const char *name, EVP_PKEY *key)
{
	FILE *file = open_file(folder, name, true, true);
	bool done = file != NULL &&
		    PEM_write_PKCS8PrivateKey(file, key, NULL, NULL, 0, NULL, NULL) == 1;

	return (file == NULL || fclose(file) == 0) && done;
}

EVP_PKEY *state_read_key(const char *folder, const char *name)
{
	FILE *file = open_file(folder, name, false, true);
	EVP_PKEY *key = file == NULL ? NULL : PEM_read_PrivateKey(file, NULL, NULL, NULL);

	if (file != NULL)
		(void)fclose(file);
	if (file != NULL && key == NULL)
		(void)state_complain(
			folder, name, "is no private key: remove the folder to begin anew");
	return key;
}

EVP_PKEY *state_keep_key(const char *folder, const char *name, const char *algorithm)
{
	EVP_PKEY *key;

	if (state_has(folder, name))
		return state_read_key(folder, name);
	key = signer_generate(algorithm);
	if (key != NULL && state_write_key(folder, name, key))
		return key;
	EVP_PKEY_free(key);
	return NULL;
}

bool state_write_certificate(const char *folder, const char *name, X509 *certificate)
{
	FILE *file = open_file(folder, name, true, false);
	bool done = file != NULL && PEM_write_X509(file, certificate) == 1;

	return (file == NULL || fclose(file) == 0) && done;
}

char *state_read_text(const char *folder, const char *name)
{
	FILE *file = open_file(folder, name, false, false);
	char *text = file == NULL ? NULL : calloc(1, FILE_MAX + 1);

	if (text != NULL)
		(void)fread(text, 1, FILE_MAX, file);
	if (file != NULL)
		(void)fclose(file);
	return text;
}

bool state_replace_text(const char *folder, const char *name, const char *text)
{
	char *path = path_of(folder, name), *fresh;
	FILE *file = NULL;
	bool done;

	if (asprintf(&fresh, "%s/%s.new", folder, name) < 0)
		fresh = NULL;
	if (path != NULL && fresh != NULL)
		file = fopen(fresh, "we");
	done = file != NULL && fputs(text, file) >= 0;
	done = (file == NULL || fclose(file) == 0) && done && rename(fresh, path) == 0;
	free(path);
	free(fresh);
	return done || state_complain(folder, name, "cannot be written");
}
