/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "tools/ctl/site.h"

#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <openssl/crypto.h>

#include "base/base.h"

#define SITE "sites-enabled/sim-sale"
#define SHIPPED_SECRET "testing123"
#define BLANKS " \t\r\n"

/* A client's section, as far as it was read. */
struct client {
	int line; /* where it begins; 0: outside of one */
	int secret_line; /* of the secret as shipped; 0: it has another one */
	bool beyond; /* this machine */
};

/* The server's root: the settings are in its mods-config/migrantid. */
static bool site_path(const char *settings_file, char out[PATH_MAX])
{
	size_t len = strlen(settings_file);

	for (int i = 0; i < 3; i++) {
		while (len > 0 && settings_file[len - 1] != '/')
			len--;
		if (len-- == 0)
			return false;
	}
	return snprintf(out, PATH_MAX, "%.*s/" SITE, (int)len, settings_file) < PATH_MAX;
}

static bool is_loopback(const char *address)
{
	return strncmp(address, "127.", 4) == 0 || strcmp(address, "::1") == 0 ||
	       strcmp(address, "localhost") == 0;
}

static void read_value(struct client *client, const char *name, const char *value, int line)
{
	if (strncmp(name, "ipaddr", strlen("ipaddr")) == 0 ||
		strncmp(name, "ipv4addr", strlen("ipv4addr")) == 0 ||
		strncmp(name, "ipv6addr", strlen("ipv6addr")) == 0)
		client->beyond = !is_loopback(value);
	else if (strcmp(name, "secret") == 0)
		client->secret_line = strcmp(value, SHIPPED_SECRET) == 0 ? line : 0;
}

static void read_line(struct client *client, char *text, int line, const char *path,
	const struct reporter *reporter)
{
	char *rest, *name;

	text[strcspn(text, "#")] = '\0';
	name = strtok_r(text, BLANKS "=\"", &rest);
	if (name == NULL)
		return;
	if (strcmp(name, "client") == 0) {
		*client = (struct client){ .line = line };
	} else if (strcmp(name, "}") == 0) {
		if (client->line > 0 && client->secret_line > 0 && client->beyond)
			report(reporter, SAY_WARNING, path, client->secret_line,
				"a client beyond this machine has the secret as shipped, which "
				"everybody knows: write one of 32 or more random characters");
		*client = (struct client){ 0 };
	} else if (client->line > 0) {
		const char *value = strtok_r(NULL, BLANKS "=\"", &rest);

		read_value(client, name, value != NULL ? value : "", line);
	}
}

void site_check(const char *settings_file, const struct reporter *reporter)
{
	struct client client = { 0 };
	char path[PATH_MAX], *text = NULL;
	size_t room = 0;
	FILE *file;

	if (!site_path(settings_file, path))
		return;
	file = fopen(path, "re");
	if (file == NULL)
		return;
	for (int line = 1; getline(&text, &room, file) > 0; line++)
		read_line(&client, text, line, path, reporter);
	if (text != NULL)
		OPENSSL_cleanse(text, room); /* secrets */
	free(text);
	(void)fclose(file);
}
