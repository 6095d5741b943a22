/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * transfer.c - one HTTP exchange on the loop: libcurl says which sockets and what time it waits
 * for, libuv waits for them.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <openssl/crypto.h>

#include "answer/jwks.h"
#include "answer/jws.h"
#include "inquiry/inquiry_internal.h"

#define BODY_ROOM 2048 /* most answers fit */
#define CONNECTION_IDLE_S 60L /* then it is not used again */

/* A socket that libcurl waits for. */
struct watch {
	uv_poll_t poll;
	struct engine *engine;
	curl_socket_t socket;
};

static void collect(struct engine *engine)
{
	CURLMsg *message;
	int left;

	while ((message = curl_multi_info_read(engine->multi, &left)) != NULL) {
		struct transfer *transfer = NULL;
		CURLcode code = message->data.result;

		if (message->msg != CURLMSG_DONE)
			continue;
		(void)curl_easy_getinfo(message->easy_handle, CURLINFO_PRIVATE, &transfer);
		if (transfer->flight != NULL)
			course_transferred(engine, transfer, code);
		else
			keys_transferred(engine, transfer, code);
	}
}

static void on_socket(uv_poll_t *poll, int status, int events)
{
	struct watch *watch = poll->data;
	int flags = 0, running;

	if (status < 0)
		flags = CURL_CSELECT_ERR;
	if ((events & UV_READABLE) != 0)
		flags |= CURL_CSELECT_IN;
	if ((events & UV_WRITABLE) != 0)
		flags |= CURL_CSELECT_OUT;
	/* The watch may be gone after this. */
	struct engine *engine = watch->engine;

	(void)curl_multi_socket_action(engine->multi, watch->socket, flags, &running);
	collect(engine);
}

static void on_curl_timer(uv_timer_t *timer)
{
	struct engine *engine = timer->data;
	int running;

	(void)curl_multi_socket_action(engine->multi, CURL_SOCKET_TIMEOUT, 0, &running);
	collect(engine);
}

static void on_watch_closed(uv_handle_t *handle)
{
	free(handle->data);
}

static struct watch *watch_new(struct engine *engine, curl_socket_t socket)
{
	struct watch *watch = calloc(1, sizeof(*watch));

	if (watch == NULL)
		return NULL;
	watch->engine = engine;
	watch->socket = socket;
	watch->poll.data = watch;
	if (uv_poll_init_socket(&engine->loop, &watch->poll, socket) != 0) {
		free(watch);
		return NULL;
	}
	(void)curl_multi_assign(engine->multi, socket, watch);
	return watch;
}

static int socket_wanted(CURL *easy, curl_socket_t socket, int what, void *ctx, void *assigned)
{
	struct watch *watch = assigned;
	int events = 0;

	(void)easy;
	if (what == CURL_POLL_REMOVE) {
		if (watch != NULL) {
			(void)uv_poll_stop(&watch->poll);
			uv_close((uv_handle_t *)&watch->poll, on_watch_closed);
		}
		return 0;
	}
	if (watch == NULL && (watch = watch_new(ctx, socket)) == NULL)
		return -1;
	if (what == CURL_POLL_IN || what == CURL_POLL_INOUT)
		events |= UV_READABLE;
	if (what == CURL_POLL_OUT || what == CURL_POLL_INOUT)
		events |= UV_WRITABLE;
	return uv_poll_start(&watch->poll, events, on_socket) == 0 ? 0 : -1;
}

static int timer_wanted(CURLM *multi, long after_ms, void *ctx)
{
	struct engine *engine = ctx;

	(void)multi;
	if (after_ms < 0)
		return uv_timer_stop(&engine->curl_timer) == 0 ? 0 : -1;
	return uv_timer_start(&engine->curl_timer, on_curl_timer, (uint64_t)after_ms, 0) == 0 ? 0
											      : -1;
}

static bool add_header(struct curl_slist **list, const char *line)
{
	struct curl_slist *longer = curl_slist_append(*list, line);

	if (longer != NULL)
		*list = longer;
	return longer != NULL;
}

bool transfers_init(struct engine *engine)
{
	CURLM *multi = engine->multi = curl_multi_init();

	return multi != NULL &&
	       curl_multi_setopt(multi, CURLMOPT_SOCKETFUNCTION, socket_wanted) == CURLM_OK &&
	       curl_multi_setopt(multi, CURLMOPT_SOCKETDATA, engine) == CURLM_OK &&
	       curl_multi_setopt(multi, CURLMOPT_TIMERFUNCTION, timer_wanted) == CURLM_OK &&
	       curl_multi_setopt(multi, CURLMOPT_TIMERDATA, engine) == CURLM_OK &&
	       curl_multi_setopt(multi, CURLMOPT_PIPELINING, (long)CURLPIPE_MULTIPLEX) ==
		       CURLM_OK &&
	       curl_multi_setopt(multi, CURLMOPT_MAX_HOST_CONNECTIONS,
		       (long)engine->config.max_connections) == CURLM_OK &&
	       curl_multi_setopt(multi, CURLMOPT_MAXCONNECTS,
		       (long)engine->config.max_connections) == CURLM_OK;
}

void transfers_free(struct engine *engine)
{
	while (engine->transfers != NULL)
		transfer_drop(engine->transfers);
	if (engine->multi != NULL)
		(void)curl_multi_cleanup(engine->multi);
	engine->multi = NULL;
}

static bool make_room(struct transfer *transfer, size_t wanted)
{
	size_t room = transfer->body_room == 0 ? BODY_ROOM : transfer->body_room;
	char *larger;

	while (room < wanted)
		room *= 2;
	if (room == transfer->body_room)
		return true;
	larger = realloc(transfer->body, room);
	if (larger == NULL)
		return false;
	transfer->body = larger;
	transfer->body_room = room;
	return true;
}

/* More than is allowed ends the transfer: nobody sends us a body without an end. */
static size_t take_body(char *data, size_t size, size_t count, void *ctx)
{
	struct transfer *transfer = ctx;
	size_t len = size * count;

	if (len > transfer->body_max - transfer->body_len) {
		transfer->overflowed = true;
		return 0;
	}
	if (!make_room(transfer, transfer->body_len + len))
		return 0;
	memcpy(transfer->body + transfer->body_len, data, len);
	transfer->body_len += len;
	return len;
}

static bool set_numbers(const struct engine *engine, CURL *easy, int64_t timeout_ms)
{
	const struct {
		CURLoption option;
		long value;
	} rows[] = {
		{ CURLOPT_NOSIGNAL, 1 },
		{ CURLOPT_TIMEOUT_MS, (long)timeout_ms },
		{ CURLOPT_CONNECTTIMEOUT_MS, (long)engine->config.connect_ms },
		{ CURLOPT_SSL_VERIFYPEER, 1 },
		{ CURLOPT_SSL_VERIFYHOST, 2 },
		{ CURLOPT_SSLVERSION, CURL_SSLVERSION_TLSv1_2 },
		{ CURLOPT_HTTP_VERSION, CURL_HTTP_VERSION_2TLS },
		{ CURLOPT_PIPEWAIT, 1 },
		{ CURLOPT_HTTP09_ALLOWED, 0 },
		{ CURLOPT_FOLLOWLOCATION, 0 },
		{ CURLOPT_NETRC, CURL_NETRC_IGNORED },
		{ CURLOPT_TCP_NODELAY, 1 },
		{ CURLOPT_TCP_KEEPALIVE, 1 },
		{ CURLOPT_MAXAGE_CONN, CONNECTION_IDLE_S },
		/* Their presets are for files; an answer is small and there may be many at once. */
		{ CURLOPT_BUFFERSIZE, 8192 },
		{ CURLOPT_UPLOAD_BUFFERSIZE, 16384 },
	};

	for (size_t i = 0; i < ARRAY_LEN(rows); i++)
		if (curl_easy_setopt(easy, rows[i].option, rows[i].value) != CURLE_OK)
			return false;
	return true;
}

static bool set_texts(const struct engine *engine, CURL *easy, const char *url)
{
	const struct {
		CURLoption option;
		const char *value;
	} rows[] = {
		{ CURLOPT_URL, url },
		{ CURLOPT_PROTOCOLS_STR, "https" },
		{ CURLOPT_PROXY, "" }, /* nor any of the environment's */
		{ CURLOPT_CAINFO, engine->config.ca_file },
		{ CURLOPT_CAPATH, NULL }, /* else whoever the machine trusts would do */
		{ CURLOPT_SSLCERT, engine->config.certificate_file },
		{ CURLOPT_SSLKEY, engine->config.key_file },
	};

	for (size_t i = 0; i < ARRAY_LEN(rows); i++)
		if (curl_easy_setopt(easy, rows[i].option, rows[i].value) != CURLE_OK)
			return false;
	return true;
}

static bool set_common(struct transfer *transfer, const char *url, struct curl_slist *addresses,
		       int64_t timeout_ms)
{
	CURL *easy = transfer->easy;

	return set_numbers(transfer->engine, easy, timeout_ms) &&
	       set_texts(transfer->engine, easy, url) &&
	       curl_easy_setopt(easy, CURLOPT_RESOLVE, addresses) == CURLE_OK &&
	       curl_easy_setopt(easy, CURLOPT_HTTPHEADER, transfer->headers) == CURLE_OK &&
	       curl_easy_setopt(easy, CURLOPT_WRITEFUNCTION, take_body) == CURLE_OK &&
	       curl_easy_setopt(easy, CURLOPT_WRITEDATA, transfer) == CURLE_OK &&
	       curl_easy_setopt(easy, CURLOPT_PRIVATE, transfer) == CURLE_OK;
}

static bool set_question(struct transfer *transfer, const struct question *question)
{
	return curl_easy_setopt(transfer->easy, CURLOPT_POSTFIELDSIZE, (long)question->body_len) ==
		       CURLE_OK &&
	       curl_easy_setopt(transfer->easy, CURLOPT_POSTFIELDS, question->body) == CURLE_OK;
}

/*
 * With a handle of its own, and in the engine's list. Handles are not used again: a reset one may
 * keep the buffer of its last transfer, of another size than it then believes.
 */
static struct transfer *transfer_new(struct engine *engine, size_t body_max)
{
	struct transfer *transfer = calloc(1, sizeof(*transfer));

	if (transfer == NULL)
		return NULL;
	transfer->easy = curl_easy_init();
	if (transfer->easy == NULL) {
		free(transfer);
		return NULL;
	}
	transfer->engine = engine;
	transfer->body_max = body_max;
	transfer->next = engine->transfers;
	if (transfer->next != NULL)
		transfer->next->previous = transfer;
	engine->transfers = transfer;
	return transfer;
}

static struct transfer *begin(struct transfer *transfer, bool ready)
{
	const struct engine *engine = transfer->engine;
	CURLMcode code = CURLM_OUT_OF_MEMORY;

	if (ready)
		code = curl_multi_add_handle(engine->multi, transfer->easy);
	transfer->added = code == CURLM_OK;
	if (transfer->added)
		return transfer;
	report(&engine->config.reporter, SAY_WARNING, NULL, 0, "a transfer could not be begun: %s",
		curl_multi_strerror(code));
	transfer_drop(transfer);
	return NULL;
}

struct transfer *transfer_question(struct engine *engine, struct flight *flight, size_t endpoint,
				   int64_t timeout_ms)
{
	const struct endpoint *place = &engine->endpoints[endpoint];
	struct transfer *transfer = transfer_new(engine, JWS_MAX_LEN);
	char key[sizeof("Idempotency-Key: \"\"") + TXN_LEN];

	if (transfer == NULL)
		return NULL;
	transfer->flight = flight;
	transfer->endpoint = endpoint;
	(void)snprintf(key, sizeof(key), "Idempotency-Key: \"%s\"", flight->question.txn);
	return begin(transfer,
		add_header(&transfer->headers, key) &&
			add_header(&transfer->headers, "Content-Type: application/json") &&
			add_header(&transfer->headers,
				"Accept: application/sim-sale-verification+jwt, "
				"application/problem+json") &&
			add_header(&transfer->headers, "Expect:") &&
			set_common(transfer, place->address, resolver_list(place->resolver),
				timeout_ms) &&
			set_question(transfer, &flight->question));
}

struct transfer *transfer_keys(struct engine *engine, int64_t timeout_ms)
{
	struct transfer *transfer = transfer_new(engine, JWKS_MAX_LEN);

	if (transfer == NULL)
		return NULL;
	return begin(transfer,
		add_header(&transfer->headers, "Accept: application/jwk-set+json, application/json") &&
			set_common(transfer, engine->config.jwks_url,
				resolver_list(engine->keys_resolver), timeout_ms));
}

void transfer_drop(struct transfer *transfer)
{
	struct engine *engine = transfer->engine;

	if (transfer->next != NULL)
		transfer->next->previous = transfer->previous;
	if (transfer->previous != NULL)
		transfer->previous->next = transfer->next;
	else
		engine->transfers = transfer->next;
	if (transfer->added)
		(void)curl_multi_remove_handle(engine->multi, transfer->easy);
	curl_easy_cleanup(transfer->easy);
	curl_slist_free_all(transfer->headers);
	free(transfer->body);
	free(transfer);
}
