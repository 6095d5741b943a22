/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * request.c - what libcurl is told of an exchange, and what it tells.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <openssl/crypto.h>

#include "transport/transport_internal.h"

#define BODY_ROOM 2048 /* most answers fit */
#define HEADERS_MAX 65536 /* octets of a response's header */
#define CONNECTION_IDLE_S 60L /* then it is not used again */
#define URL_MAX 2048

static void note_read(struct exchange *exchange)
{
	struct connection *connection = exchange->connection;

	exchange->stage = EXCHANGE_ANSWERED;
	exchange->read_at = ++exchange->transport->events;
	connection->read_at = exchange->pool->read_at = exchange->read_at;
	connection->answered = true;
}

/* The request is about to be sent over a connection, which has just been opened or is reused. */
static int on_connection(
	void *ctx, char *primary_ip, char *local_ip, int primary_port, int local_port)
{
	struct exchange *exchange = ctx;
	struct connection *connection;

	(void)primary_ip, (void)local_ip, (void)primary_port;
	connection = connection_of(exchange->pool, local_port);
	if (connection == NULL)
		return CURL_PREREQFUNC_ABORT;
	connection_use(exchange, connection);
	exchange->worked_before = connection->answered;
	exchange->stage = EXCHANGE_SENT;
	exchange->sent_at = ++exchange->transport->events;
	return CURL_PREREQFUNC_OK;
}

static size_t take_header(char *data, size_t size, size_t count, void *ctx)
{
	struct exchange *exchange = ctx;
	size_t len = size * count;

	(void)data;
	note_read(exchange);
	if (len > HEADERS_MAX - exchange->header_len) {
		exchange->too_large = true;
		return 0;
	}
	exchange->header_len += len;
	return len;
}

static bool make_room(struct exchange *exchange, size_t wanted)
{
	size_t room = exchange->body_room == 0 ? BODY_ROOM : exchange->body_room;
	char *larger;

	while (room < wanted)
		room *= 2;
	if (room == exchange->body_room)
		return true;
	larger = OPENSSL_clear_realloc(exchange->body, exchange->body_room, room);
	if (larger == NULL)
		return false;
	exchange->body = larger;
	exchange->body_room = room;
	return true;
}

/* More than is allowed ends the exchange: nobody sends us a body without an end. */
static size_t take_body(char *data, size_t size, size_t count, void *ctx)
{
	struct exchange *exchange = ctx;
	size_t len = size * count;

	note_read(exchange);
	if (len > exchange->attempt.body_max - exchange->body_len) {
		exchange->too_large = true;
		return 0;
	}
	if (!make_room(exchange, exchange->body_len + len)) {
		exchange->no_memory = true;
		return 0;
	}
	memcpy(exchange->body + exchange->body_len, data, len);
	exchange->body_len += len;
	return len;
}

static long connect_time(const struct exchange *exchange)
{
	const struct transport *transport = exchange->transport;
	int64_t left =
		transport->options.connect_ms - (transport_now(transport) - exchange->begun_ms);

	return left > 0 ? (long)left : 1;
}

static bool set_numbers(struct exchange *exchange)
{
	const struct {
		CURLoption option;
		long value;
	} rows[] = {
		{ CURLOPT_NOSIGNAL, 1 },
		{ CURLOPT_CONNECTTIMEOUT_MS, connect_time(exchange) },
		{ CURLOPT_SSL_VERIFYPEER, 1 },
		{ CURLOPT_SSL_VERIFYHOST, 2 },
		{ CURLOPT_SSLVERSION, CURL_SSLVERSION_TLSv1_2 },
		{ CURLOPT_SSL_SESSIONID_CACHE, 0 },
		{ CURLOPT_HTTP_VERSION, CURL_HTTP_VERSION_2TLS },
		{ CURLOPT_PIPEWAIT, 1 },
		{ CURLOPT_HTTP09_ALLOWED, 0 },
		{ CURLOPT_FOLLOWLOCATION, 0 },
		{ CURLOPT_NETRC, CURL_NETRC_IGNORED },
		{ CURLOPT_TCP_NODELAY, 1 },
		{ CURLOPT_TCP_KEEPALIVE, 1 },
		{ CURLOPT_MAXAGE_CONN, CONNECTION_IDLE_S },
		/*
		 * Their defaults are for files; an answer is small and there may be many at once.
		 */
		{ CURLOPT_BUFFERSIZE, 8192 },
		{ CURLOPT_UPLOAD_BUFFERSIZE, 16384 },
	};

	for (size_t i = 0; i < ARRAY_LEN(rows); i++)
		if (curl_easy_setopt(exchange->easy, rows[i].option, rows[i].value) != CURLE_OK)
			return false;
	return true;
}

static bool set_texts(struct exchange *exchange)
{
	char url[URL_MAX];
	int len = snprintf(
		url, sizeof(url), "%s%s", exchange->endpoint->address, exchange->attempt.path);
	const struct {
		CURLoption option;
		const char *value;
	} rows[] = {
		{ CURLOPT_URL, url }, { CURLOPT_PROTOCOLS_STR, "https" },
		{ CURLOPT_PROXY, "" }, /* nor any of the environment's */
		/* Else whoever the machine trusts would do; and no file is opened here. */
		{ CURLOPT_CAINFO, NULL }, { CURLOPT_CAPATH, TLS_NO_FOLDER },
		{ CURLOPT_KEYPASSWD, "" }, /* else it would be asked for at a terminal */
	};

	if (len < 0 || (size_t)len >= sizeof(url))
		return false;
	for (size_t i = 0; i < ARRAY_LEN(rows); i++)
		if (curl_easy_setopt(exchange->easy, rows[i].option, rows[i].value) != CURLE_OK)
			return false;
	return true;
}

/* The pool keeps the material for as long as libcurl may look at it. */
static bool set_blob(CURL *easy, CURLoption option, char *data, size_t len)
{
	struct curl_blob blob = { .data = data, .len = len, .flags = CURL_BLOB_NOCOPY };

	return curl_easy_setopt(easy, option, &blob) == CURLE_OK;
}

static bool set_tls(struct exchange *exchange)
{
	const struct tls_material *tls = exchange->pool->tls;
	CURL *easy = exchange->easy;

	if (!set_blob(easy, CURLOPT_CAINFO_BLOB, tls->ca, tls->ca_len))
		return false;
	return tls->certificate == NULL ||
	       (set_blob(easy, CURLOPT_SSLCERT_BLOB, tls->certificate, tls->certificate_len) &&
		       set_blob(easy, CURLOPT_SSLKEY_BLOB, tls->key, tls->key_len));
}

static bool set_callbacks(struct exchange *exchange)
{
	CURL *easy = exchange->easy;

	return curl_easy_setopt(easy, CURLOPT_WRITEFUNCTION, take_body) == CURLE_OK &&
	       curl_easy_setopt(easy, CURLOPT_WRITEDATA, exchange) == CURLE_OK &&
	       curl_easy_setopt(easy, CURLOPT_HEADERFUNCTION, take_header) == CURLE_OK &&
	       curl_easy_setopt(easy, CURLOPT_HEADERDATA, exchange) == CURLE_OK &&
	       curl_easy_setopt(easy, CURLOPT_PREREQFUNCTION, on_connection) == CURLE_OK &&
	       curl_easy_setopt(easy, CURLOPT_PREREQDATA, exchange) == CURLE_OK &&
	       curl_easy_setopt(easy, CURLOPT_OPENSOCKETFUNCTION, connection_open) == CURLE_OK &&
	       curl_easy_setopt(easy, CURLOPT_OPENSOCKETDATA, exchange) == CURLE_OK &&
	       curl_easy_setopt(easy, CURLOPT_CLOSESOCKETFUNCTION, connection_close) == CURLE_OK &&
	       curl_easy_setopt(easy, CURLOPT_CLOSESOCKETDATA, exchange->pool) == CURLE_OK &&
	       curl_easy_setopt(easy, CURLOPT_ERRORBUFFER, exchange->error) == CURLE_OK &&
	       curl_easy_setopt(easy, CURLOPT_PRIVATE, exchange) == CURLE_OK;
}

/* Lines for libcurl, which only reads the list; those without a value are left out. */
static bool set_headers(struct exchange *exchange)
{
	static char json[] = "Content-Type: application/json", no_expect[] = "Expect:";
	const struct attempt *attempt = &exchange->attempt;
	int key_len = 0, accept_len = 0;
	size_t count = 0;

	if (attempt->idempotency_key != NULL) {
		key_len = snprintf(exchange->key_header, KEY_HEADER_MAX, "Idempotency-Key: \"%s\"",
			attempt->idempotency_key);
		exchange->headers[count++].data = exchange->key_header;
	}
	if (attempt->accept != NULL) {
		accept_len = snprintf(
			exchange->accept_header, ACCEPT_HEADER_MAX, "Accept: %s", attempt->accept);
		exchange->headers[count++].data = exchange->accept_header;
	}
	if (attempt->method == HTTP_POST) {
		exchange->headers[count++].data = json;
		exchange->headers[count++].data = no_expect;
	}
	for (size_t i = 0; i + 1 < count; i++)
		exchange->headers[i].next = &exchange->headers[i + 1];
	return key_len >= 0 && key_len < KEY_HEADER_MAX && accept_len >= 0 &&
	       accept_len < ACCEPT_HEADER_MAX &&
	       (count == 0 || curl_easy_setopt(exchange->easy, CURLOPT_HTTPHEADER,
				      exchange->headers) == CURLE_OK);
}

static bool set_body(struct exchange *exchange)
{
	const struct attempt *attempt = &exchange->attempt;

	if (attempt->method == HTTP_GET)
		return true;
	return curl_easy_setopt(exchange->easy, CURLOPT_POSTFIELDSIZE, (long)attempt->len) ==
		       CURLE_OK &&
	       curl_easy_setopt(exchange->easy, CURLOPT_POSTFIELDS, attempt->body) == CURLE_OK;
}

static bool set_addresses(struct exchange *exchange)
{
	exchange->addresses = resolver_addresses(exchange->endpoint->resolver);
	return exchange->addresses == NULL || curl_easy_setopt(exchange->easy, CURLOPT_RESOLVE,
						      exchange->addresses->list) == CURLE_OK;
}

/*
 * A handle of its own for each exchange: that costs a twentieth of an exchange's time, and what
 * passed through the handle is wiped with it; one that is used again may keep its last buffers.
 */
bool request_prepare(struct exchange *exchange)
{
	exchange->easy = curl_easy_init();
	if (exchange->easy == NULL)
		return false;
	if (set_numbers(exchange) && set_texts(exchange) && set_tls(exchange) &&
		set_callbacks(exchange) && set_headers(exchange) && set_body(exchange) &&
		set_addresses(exchange))
		return true;
	curl_easy_cleanup(exchange->easy);
	exchange->easy = NULL;
	return false;
}
