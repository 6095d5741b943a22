/* SPDX-License-Identifier: GPL-2.0-or-later */
/* libraries.c - which libraries do the work on this machine, and what they lack. */
#include <stdio.h>

#include <curl/curl.h>
#include <hiredis/hiredis.h>
#include <openssl/crypto.h>
#include <sqlite3.h>

#include "tools/ctl/libraries.h"

#ifdef HAVE_HIREDIS_SSL
#define REDIS_TLS ""
#else
#define REDIS_TLS " (without TLS)"
#endif

void libraries_check(struct output *out)
{
	const curl_version_info_data *curl = curl_version_info(CURLVERSION_NOW);
	bool http2 = (curl->features & CURL_VERSION_HTTP2) != 0;
	char text[256];

	(void)snprintf(text, sizeof(text),
		"libcurl %s%s, OpenSSL %s, SQLite %s, hiredis %d.%d.%d" REDIS_TLS, curl->version,
		http2 ? "" : " (without HTTP/2)", OpenSSL_version(OPENSSL_VERSION_STRING),
		sqlite3_libversion(), HIREDIS_MAJOR, HIREDIS_MINOR, HIREDIS_PATCH);
	output_fact(out, "libraries", text);
	if (!http2)
		report(&out->reporter, SAY_WARNING, NULL, 0,
			"libcurl has no HTTP/2 on this machine: each question needs a connection "
			"of its own, and max_connections bounds them");
	if (curl->version_num < LIBCURL_VERSION_NUM)
		report(&out->reporter, SAY_WARNING, NULL, 0,
			"libcurl is %s here, older than the %s that this was built with",
			curl->version, LIBCURL_VERSION);
}
