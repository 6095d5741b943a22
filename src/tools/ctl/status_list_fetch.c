/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * status_list_fetch.c - brings a status list from where its issuer has it into a file, if it is one
 * in force and not older than what is there. For a timer: no server ever waits for an issuer, and
 * the issuer learns of no sale.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <curl/curl.h>

#include "answer/status_list.h"
#include "base/clock.h"
#include "base/conf.h"
#include "base/tls_material.h"
#include "tools/ctl/args.h"
#include "tools/ctl/ctl.h"
#include "tools/ctl/files.h"
#include "transport/transport.h"

#define CONNECT_SECONDS 10L
#define FETCH_SECONDS 60L
#define ACCEPT "Accept: application/statuslist+jwt"

struct body {
	char *data; /* room for STATUS_LIST_MAX_LEN */
	size_t len;
};

static void drop_body(struct body *body)
{
	free(body->data);
}

/* Taking less than there is ends the transfer. */
static size_t take(char *data, size_t size, size_t count, void *ctx)
{
	struct body *body = ctx;
	size_t len = size * count;

	if (len > STATUS_LIST_MAX_LEN - body->len)
		return 0;
	memcpy(body->data + body->len, data, len);
	body->len += len;
	return len;
}

static bool set_up(
	CURL *curl, const struct args *args, struct curl_slist *headers, struct body *body)
{
	const char *ca = args->value[OPT_CA];

	return curl_easy_setopt(curl, CURLOPT_URL, args->value[OPT_URL]) == CURLE_OK &&
	       curl_easy_setopt(curl, CURLOPT_PROTOCOLS_STR, "https") == CURLE_OK &&
	       curl_easy_setopt(curl, CURLOPT_HTTPHEADER, headers) == CURLE_OK &&
	       curl_easy_setopt(curl, CURLOPT_FAILONERROR, 1L) == CURLE_OK &&
	       curl_easy_setopt(curl, CURLOPT_NOSIGNAL, 1L) == CURLE_OK &&
	       curl_easy_setopt(curl, CURLOPT_CONNECTTIMEOUT, CONNECT_SECONDS) == CURLE_OK &&
	       curl_easy_setopt(curl, CURLOPT_TIMEOUT, FETCH_SECONDS) == CURLE_OK &&
	       curl_easy_setopt(curl, CURLOPT_SSLVERSION, (long)CURL_SSLVERSION_TLSv1_2) ==
		       CURLE_OK &&
	       (ca == NULL || (curl_easy_setopt(curl, CURLOPT_CAINFO, ca) == CURLE_OK &&
				      curl_easy_setopt(curl, CURLOPT_CAPATH, TLS_NO_FOLDER) ==
					      CURLE_OK)) &&
	       curl_easy_setopt(curl, CURLOPT_WRITEFUNCTION, take) == CURLE_OK &&
	       curl_easy_setopt(curl, CURLOPT_WRITEDATA, body) == CURLE_OK;
}

static bool fetch(const struct args *args, struct body *body, const struct reporter *reporter)
{
	struct curl_slist *headers = NULL;
	CURLcode code = CURLE_OUT_OF_MEMORY;
	CURL *curl = NULL;

	body->data = malloc(STATUS_LIST_MAX_LEN);
	if (body->data != NULL && transport_prepare()) {
		curl = curl_easy_init();
		headers = curl_slist_append(NULL, ACCEPT);
	}
	if (curl != NULL && headers != NULL && set_up(curl, args, headers, body))
		code = curl_easy_perform(curl);
	curl_easy_cleanup(curl);
	curl_slist_free_all(headers);
	if (code == CURLE_WRITE_ERROR)
		report(reporter, SAY_ERROR, NULL, 0, "what is there is longer than %d octets",
			STATUS_LIST_MAX_LEN);
	else if (code != CURLE_OK)
		report(reporter, SAY_ERROR, NULL, 0, "the list cannot be fetched: %s",
			curl_easy_strerror(code));
	if (code == CURLE_OK && body->len > 0 && body->data[body->len - 1] == '\n')
		body->len--;
	return code == CURLE_OK;
}

/* What is kept, if it is a list in force; NULL for anything else. */
static struct status_list *kept_list(const char *path, const struct key_set *keys, int64_t now)
{
	struct status_list *list = NULL;
	char *text CLEANUP(drop_text) = NULL;
	size_t len = 0;

	if (access(path, F_OK) == 0)
		text = conf_slurp(path, STATUS_LIST_MAX_LEN, &len, NULL);
	if (text != NULL && len > 0 && text[len - 1] == '\n')
		len--;
	if (text != NULL && status_list_read(text, len, keys, JWS_DEFAULT_ALGORITHMS, now, &list) !=
				    STATUS_LIST_SOUND)
		return NULL;
	return list;
}

/* True if what came may take the place of what is kept; false after having said why not. */
static bool is_better(const struct args *args, const struct key_set *keys, const struct body *body,
	const struct reporter *reporter)
{
	int64_t now = clock_wall(&system_clock);
	struct status_list *kept CLEANUP(drop_status_list) =
		kept_list(args->value[OPT_FILE], keys, now);
	struct status_list *list CLEANUP(drop_status_list) = NULL;
	enum status_list_check failed =
		status_list_read(body->data, body->len, keys, JWS_DEFAULT_ALGORITHMS, now, &list);

	if (failed != STATUS_LIST_SOUND)
		report(reporter, SAY_ERROR, NULL, 0,
			"what is there is no status list in force: check %d, %s, fails",
			(int)failed, status_list_check_name(failed));
	else if (strcmp(status_list_uri(list), args->value[OPT_URL]) != 0)
		report(reporter, SAY_ERROR, NULL, 0,
			"what is there is the list of another address");
	else if (kept != NULL && status_list_issued_at(list) < status_list_issued_at(kept))
		report(reporter, SAY_ERROR, NULL, 0, "what is there is older than what is kept");
	else
		return true;
	return false;
}

static bool write_all(int fd, const struct body *body)
{
	for (size_t done = 0; done < body->len;) {
		ssize_t put = write(fd, body->data + done, body->len - done);

		if (put < 0 && errno == EINTR)
			continue;
		if (put <= 0)
			return false;
		done += (size_t)put;
	}
	return fchmod(fd, 0644) == 0 && fsync(fd) == 0;
}

/* Whole or not at all: who reads the file meanwhile sees the old list or the new one. */
static bool keep(const char *path, const struct body *body, const struct reporter *reporter)
{
	char *beside CLEANUP(drop_text) = NULL;
	bool kept = false;
	int fd = -1;

	if (asprintf(&beside, "%s.XXXXXX", path) < 0)
		beside = NULL;
	else
		fd = mkstemp(beside);
	if (fd >= 0) {
		kept = write_all(fd, body);
		kept = close(fd) == 0 && kept && rename(beside, path) == 0;
	}
	if (!kept)
		report(reporter, SAY_ERROR, path, 0, "cannot be written: %s",
			strerrordesc_np(errno));
	if (!kept && fd >= 0)
		(void)unlink(beside);
	return kept;
}

static enum ctl_exit run(const struct args *args, struct output *out)
{
	struct body body CLEANUP(drop_body) = { .data = NULL };
	struct key_set *keys CLEANUP(drop_keys) = NULL;
	bool readable;

	if (args->value[OPT_URL] == NULL || args->value[OPT_FILE] == NULL ||
		args->value[OPT_ISSUER_JWKS] == NULL)
		return usage_error(
			&verb_status_list_fetch, "--url, --file and --issuer-jwks are wanted");
	keys = files_keys(args->value[OPT_ISSUER_JWKS], &out->reporter, &readable);
	if (!readable || !fetch(args, &body, &out->reporter))
		return CTL_UNABLE;
	if (!is_better(args, keys, &body, &out->reporter))
		return CTL_NO;
	return keep(args->value[OPT_FILE], &body, &out->reporter) ? CTL_FINE : CTL_UNABLE;
}

const struct verb verb_status_list_fetch = {
	.name = "status-list fetch",
	.takes = TAKES(OPT_URL) | TAKES(OPT_FILE) | TAKES(OPT_CA) | TAKES(OPT_ISSUER_JWKS),
	.summary = "bring a status list of ID cards into a file",
	.details = "Fetches the list that cards name as --url, and puts it into --file if it is\n"
		   "signed by a key of --issuer-jwks, in force, the list of that address, and not\n"
		   "older than what is there. For a timer. Exit code 1 if what came is not that;\n"
		   "then, and if nothing came, the file stays as it is.",
	.run = run,
};
