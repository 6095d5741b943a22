/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A stored set is one line, "migrantid-keys 1 TIME DIGEST", and behind it the set as it was
 * fetched. The digest is over time, issuer and set: it finds damage. It is no signature and needs
 * to be none: whoever may write here is the server itself.
 */
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include <openssl/err.h>
#include <openssl/evp.h>

#include "base/conf.h"
#include "base/whole_file.h"
#include "config/config_internal.h"

#define DIGEST_LEN 32
#define HEX_ROOM (2 * DIGEST_LEN + 1)
#define ISSUER_DIGITS 16 /* in the file's name */
#define HEAD "migrantid-keys 1"
#define HEAD_ROOM 128

static void free_text(char **text)
{
	free(*text);
}

/* SHA-256 of three parts with a line end between, in hexadecimal digits. */
static bool digest_of(
	const char *one, const char *two, const char *three, size_t three_len, char out[HEX_ROOM])
{
	uint8_t digest[DIGEST_LEN];
	EVP_MD_CTX *ctx;
	bool good;

	(void)ERR_set_mark();
	ctx = EVP_MD_CTX_new();
	good = ctx != NULL && EVP_DigestInit_ex(ctx, EVP_sha256(), NULL) == 1 &&
	       EVP_DigestUpdate(ctx, one, strlen(one)) == 1 &&
	       EVP_DigestUpdate(ctx, "\n", 1) == 1 &&
	       EVP_DigestUpdate(ctx, two, strlen(two)) == 1 &&
	       EVP_DigestUpdate(ctx, "\n", 1) == 1 &&
	       EVP_DigestUpdate(ctx, three, three_len) == 1 &&
	       EVP_DigestFinal_ex(ctx, digest, NULL) == 1;
	EVP_MD_CTX_free(ctx);
	(void)ERR_pop_to_mark();
	for (size_t i = 0; good && i < DIGEST_LEN; i++)
		(void)snprintf(out + 2 * i, 3, "%02x", digest[i]);
	return good;
}

/* The caller free()s it; NULL: out of memory. */
static char *path_of(const char *folder, const char *issuer)
{
	char digest[HEX_ROOM], *path = NULL;

	if (!digest_of("issuer", issuer, "", 0, digest) ||
		asprintf(&path, "%s/keys-%.*s.jwks", folder, ISSUER_DIGITS, digest) < 0)
		return NULL;
	return path;
}

/* ---- reading ---- */

/* True if `text` is whole; *out is then what stands behind its first line. */
static bool read_stored(const char *text, size_t len, const char *issuer, struct stored_keys *out)
{
	char time[32], digest[HEX_ROOM], expected[HEX_ROOM];
	const char *body = memchr(text, '\n', len);
	int64_t fetched_at;
	size_t body_len;

	if (body == NULL ||
		sscanf(text, HEAD " %" SCNd64 " %64[0-9a-f]\n", &fetched_at, digest) != 2)
		return false;
	body++;
	body_len = len - (size_t)(body - text);
	(void)snprintf(time, sizeof(time), "%" PRId64, fetched_at);
	if (!digest_of(time, issuer, body, body_len, expected) || strcmp(digest, expected) != 0)
		return false;
	out->text = strndup(body, body_len);
	out->len = body_len;
	out->fetched_at = fetched_at;
	return out->text != NULL;
}

enum stored keys_stored_load(const char *folder, const char *issuer, struct stored_keys *out,
	const struct reporter *reporter)
{
	CLEANUP(free_text) char *path = path_of(folder, issuer);
	CLEANUP(free_text) char *text = NULL;
	struct stat seen;
	size_t len;

	*out = (struct stored_keys){ .text = NULL };
	if (path == NULL) {
		/* There may be one: then no file counts as newer. */
		out->fetched_at = INT64_MAX;
		report(reporter, SAY_WARNING, folder, 0,
			"out of memory: a key set that was stored here is left out until the next "
			"fetch");
		return STORED_DAMAGED;
	}
	if (stat(path, &seen) != 0) {
		if (errno == ENOENT)
			return STORED_NONE;
		/* There may be one, and what it revoked stays revoked. */
		out->fetched_at = INT64_MAX;
		report(reporter, SAY_WARNING, path, 0,
			"it cannot be told whether a key set was stored here (%s): no key set of a "
			"file is used in its place until the next fetch",
			strerror(errno));
		return STORED_DAMAGED;
	}
	text = conf_slurp(path, JWKS_MAX_LEN + HEAD_ROOM, &len, reporter);
	if (text != NULL && read_stored(text, len, issuer, out))
		return STORED_GOOD;
	out->fetched_at = seen.st_mtim.tv_sec;
	report(reporter, SAY_WARNING, path, 0,
		"the key set that was stored here is damaged and left out: the next fetch writes "
		"it anew");
	return STORED_DAMAGED;
}

/* ---- writing ---- */

static bool save(const char *folder, const char *issuer, const struct stored_keys *keys)
{
	CLEANUP(free_text) char *path = path_of(folder, issuer);
	char time[32], digest[HEX_ROOM], head[HEAD_ROOM];
	struct span parts[2] = { { head, 0 }, { keys->text, keys->len } };

	(void)snprintf(time, sizeof(time), "%" PRId64, keys->fetched_at);
	if (path == NULL || !digest_of(time, issuer, keys->text, keys->len, digest)) {
		errno = ENOMEM;
		return false;
	}
	(void)snprintf(head, sizeof(head), HEAD " %s %s\n", time, digest);
	parts[0].len = strlen(head);
	return whole_file_write(path, parts, ARRAY_LEN(parts));
}

bool keys_stored_save(const char *folder, const char *issuer, const struct stored_keys *keys,
	const struct reporter *reporter)
{
	const char *reason;

	if (save(folder, issuer, keys))
		return true;
	reason = strerrordesc_np(errno);
	report(reporter, SAY_WARNING, folder, 0,
		"the fetched key set cannot be stored here: %s; it is in force, but a restart "
		"would "
		"begin without it: let the server's user write to state_directory",
		reason != NULL ? reason : "unknown error");
	return false;
}
