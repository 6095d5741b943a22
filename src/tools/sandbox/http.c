/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "http.h"

#include <arpa/inet.h>
#include <errno.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#include <gnutls/gnutls.h>

#include "spoilt_body.h"

#define BODY_MAX ((size_t)16384) /* octets of a question */
#define CONNECTIONS_MAX 8192
#define IDLE_S 120

struct http {
	struct MHD_Daemon *daemon;
	struct later *later;
	struct service *service;
	bool tls;
	atomic_bool serving; /* set once, read by the daemon's thread */
};

/* One request under way. */
struct exchange {
	struct http *http;
	struct MHD_Connection *connection;
	char *body;
	size_t len;
	bool too_long, answered;
	struct reply reply;
	struct spoilt_body spoilt;
};

/* A connection's certificate is looked at once. */
enum trust { TRUST_UNKNOWN, TRUST_NO, TRUST_YES };

static void on_connection(void *ctx, struct MHD_Connection *connection, void **socket_context,
	enum MHD_ConnectionNotificationCode code)
{
	(void)ctx, (void)connection;
	if (code == MHD_CONNECTION_NOTIFY_STARTED) {
		*socket_context = calloc(1, sizeof(enum trust));
	} else {
		free(*socket_context);
		*socket_context = NULL;
	}
}

static bool has_certificate(struct MHD_Connection *connection)
{
	const union MHD_ConnectionInfo *info =
		MHD_get_connection_info(connection, MHD_CONNECTION_INFO_GNUTLS_SESSION);
	unsigned peers = 0, status = 0;

	return info != NULL && gnutls_certificate_get_peers(info->tls_session, &peers) != NULL &&
	       peers > 0 && gnutls_certificate_verify_peers2(info->tls_session, &status) == 0 &&
	       status == 0;
}

static bool is_trusted(const struct http *http, struct MHD_Connection *connection)
{
	const union MHD_ConnectionInfo *info =
		MHD_get_connection_info(connection, MHD_CONNECTION_INFO_SOCKET_CONTEXT);
	enum trust *known = info == NULL ? NULL : info->socket_context;

	if (!http->tls)
		return true;
	if (known == NULL)
		return has_certificate(connection);
	if (*known == TRUST_UNKNOWN)
		*known = has_certificate(connection) ? TRUST_YES : TRUST_NO;
	return *known == TRUST_YES;
}

/* To the peer this is a connection reset instead of an end. */
static void reset_at_close(struct MHD_Connection *connection)
{
	const union MHD_ConnectionInfo *info =
		MHD_get_connection_info(connection, MHD_CONNECTION_INFO_CONNECTION_FD);
	const struct linger at_once = { .l_onoff = 1 };

	if (info != NULL)
		(void)setsockopt(
			info->connect_fd, SOL_SOCKET, SO_LINGER, &at_once, sizeof(at_once));
}

static bool is_spoilt(const struct reply *reply)
{
	return reply->status == 200 &&
	       (reply->fault == FAULT_TRUNCATE || reply->fault == FAULT_SLOW_LORIS ||
		       reply->fault == FAULT_ENDLESS);
}

static struct MHD_Response *response_of(struct exchange *exchange)
{
	const char *body = exchange->reply.body != NULL ? exchange->reply.body : "";

	exchange->spoilt = (struct spoilt_body){ .later = exchange->http->later,
		.connection = exchange->connection,
		.text = body,
		.len = strlen(body) };
	if (is_spoilt(&exchange->reply))
		return spoilt_body_response(&exchange->spoilt, exchange->reply.fault);
	return MHD_create_response_from_buffer(
		strlen(body), (void *)(uintptr_t)body, MHD_RESPMEM_MUST_COPY);
}

static enum MHD_Result send_reply(struct exchange *exchange)
{
	struct MHD_Response *response;
	enum MHD_Result sent;
	char seconds[16];

	if (exchange->reply.status == 0) {
		if (exchange->reply.fault == FAULT_RESET)
			reset_at_close(exchange->connection);
		return MHD_NO;
	}
	response = response_of(exchange);
	if (response == NULL)
		return MHD_NO;
	if (exchange->reply.content_type != NULL)
		(void)MHD_add_response_header(
			response, MHD_HTTP_HEADER_CONTENT_TYPE, exchange->reply.content_type);
	(void)MHD_add_response_header(response, MHD_HTTP_HEADER_CACHE_CONTROL, "no-store");
	if (exchange->reply.retry_after > 0) {
		(void)snprintf(seconds, sizeof(seconds), "%u", exchange->reply.retry_after);
		(void)MHD_add_response_header(response, MHD_HTTP_HEADER_RETRY_AFTER, seconds);
	}
	sent = MHD_queue_response(exchange->connection, exchange->reply.status, response);
	MHD_destroy_response(response);
	return sent;
}

static enum MHD_Result take_body(struct exchange *exchange, const char *data, size_t len)
{
	char *longer;

	if (exchange->too_long || len > BODY_MAX - exchange->len) {
		exchange->too_long = true;
		return MHD_YES;
	}
	longer = realloc(exchange->body, exchange->len + len);
	if (longer == NULL)
		return MHD_NO;
	exchange->body = longer;
	memcpy(exchange->body + exchange->len, data, len);
	exchange->len += len;
	return MHD_YES;
}

static void answer(struct exchange *exchange, const char *method, const char *path)
{
	struct MHD_Connection *connection = exchange->connection;
	const struct request request = {
		.method = method,
		.path = path,
		.content_type = MHD_lookup_connection_value(
			connection, MHD_HEADER_KIND, MHD_HTTP_HEADER_CONTENT_TYPE),
		.idempotency_key =
			MHD_lookup_connection_value(connection, MHD_HEADER_KIND, "Idempotency-Key"),
		.body = exchange->body,
		.body_len = exchange->len,
		.too_long = exchange->too_long,
	};

	if (service_is_open(path) || is_trusted(exchange->http, connection)) {
		service_answer(exchange->http->service, &request, &exchange->reply);
		return;
	}
	exchange->reply = (struct reply){ .status = 401,
		.content_type = "application/problem+json",
		.body = strdup("{\"type\":\"about:blank\",\"status\":401,"
			       "\"detail\":\"no client certificate of this sandbox's CA\"}") };
}

static enum MHD_Result on_request(void *ctx, struct MHD_Connection *connection, const char *path,
	const char *method, const char *version, const char *data, size_t *len,
	void **request_context)
{
	struct exchange *exchange = *request_context;

	(void)version;
	if (exchange == NULL) {
		exchange = calloc(1, sizeof(*exchange));
		if (exchange == NULL)
			return MHD_NO;
		exchange->http = ctx;
		exchange->connection = connection;
		*request_context = exchange;
		return MHD_YES;
	}
	if (*len > 0) {
		enum MHD_Result taken = take_body(exchange, data, *len);

		*len = 0;
		return taken;
	}
	if (!exchange->answered) {
		answer(exchange, method, path);
		exchange->answered = true;
		if (exchange->reply.delay_ms > 0) {
			later_park(exchange->http->later, connection, exchange->reply.delay_ms);
			return MHD_YES; /* comes here again when its time has come */
		}
	}
	return send_reply(exchange);
}

static void on_end(void *ctx, struct MHD_Connection *connection, void **request_context,
	enum MHD_RequestTerminationCode code)
{
	struct exchange *exchange = *request_context;

	(void)ctx, (void)connection, (void)code;
	if (exchange == NULL)
		return;
	free(exchange->body);
	free(exchange->reply.body);
	free(exchange);
	*request_context = NULL;
}

static bool address_of(const struct options *options, struct sockaddr_storage *out)
{
	struct sockaddr_in *four = (struct sockaddr_in *)out;
	struct sockaddr_in6 *six = (struct sockaddr_in6 *)out;

	memset(out, 0, sizeof(*out));
	if (inet_pton(AF_INET, options->listen, &four->sin_addr) == 1) {
		four->sin_family = AF_INET;
		four->sin_port = htons(options->port);
		return true;
	}
	if (inet_pton(AF_INET6, options->listen, &six->sin6_addr) == 1) {
		six->sin6_family = AF_INET6;
		six->sin6_port = htons(options->port);
		return true;
	}
	return false;
}

/* Once it serves, the library's messages may quote what somebody asked for. */
__attribute__((format(printf, 2, 0))) static void on_message(
	void *ctx, const char *format, va_list args)
{
	struct http *http = ctx;

	if (!atomic_load(&http->serving))
		(void)vfprintf(stderr, format, args);
}

static struct MHD_Daemon *start_daemon(
	struct http *http, const struct state *state, const struct sockaddr_storage *address)
{
	unsigned flags = MHD_USE_EPOLL_INTERNAL_THREAD | MHD_ALLOW_SUSPEND_RESUME |
			 MHD_USE_ERROR_LOG | (http->tls ? MHD_USE_TLS : 0) |
			 (address->ss_family == AF_INET6 ? MHD_USE_IPv6 : 0);
	struct MHD_OptionItem tls[] = {
		{ MHD_OPTION_HTTPS_MEM_KEY, 0, state->server_key },
		{ MHD_OPTION_HTTPS_MEM_CERT, 0, state->server_certificate },
		{ MHD_OPTION_HTTPS_MEM_TRUST, 0, state->ca },
		{ MHD_OPTION_HTTPS_PRIORITIES, 0,
			(void *)(uintptr_t) "NORMAL:-VERS-ALL:+VERS-TLS1.3:+VERS-TLS1.2" },
		{ MHD_OPTION_END, 0, NULL },
	};

	return MHD_start_daemon(flags, 0, NULL, NULL, on_request, http, MHD_OPTION_EXTERNAL_LOGGER,
		on_message, http, MHD_OPTION_SOCK_ADDR, (const struct sockaddr *)address,
		MHD_OPTION_NOTIFY_COMPLETED, on_end, http, MHD_OPTION_NOTIFY_CONNECTION,
		on_connection, http, MHD_OPTION_CONNECTION_LIMIT, (unsigned)CONNECTIONS_MAX,
		MHD_OPTION_CONNECTION_TIMEOUT, (unsigned)IDLE_S, MHD_OPTION_LISTEN_BACKLOG_SIZE,
		1024U, MHD_OPTION_ARRAY, http->tls ? tls : &tls[ARRAY_LEN(tls) - 1],
		MHD_OPTION_END);
}

struct http *http_start(
	const struct options *options, const struct state *state, struct service *service)
{
	struct http *http = calloc(1, sizeof(*http));
	struct sockaddr_storage address;

	if (http == NULL)
		return NULL;
	http->service = service;
	http->tls = !options->plain;
	http->later = later_start();
	if (!address_of(options, &address))
		(void)fprintf(stderr, "migrantid-sandbox: --listen wants an IP address\n");
	else if (http->later != NULL)
		http->daemon = start_daemon(http, state, &address);
	if (http->daemon != NULL) {
		atomic_store(&http->serving, true);
		return http;
	}
	(void)fprintf(stderr, "migrantid-sandbox: cannot listen on %s, port %u: %s\n",
		options->listen, options->port, strerror(errno));
	http_stop(http);
	return NULL;
}

uint16_t http_port(const struct http *http)
{
	return MHD_get_daemon_info(http->daemon, MHD_DAEMON_INFO_BIND_PORT)->port;
}

void http_stop(struct http *http)
{
	if (http->later != NULL)
		later_end(http->later);
	if (http->daemon != NULL)
		MHD_stop_daemon(http->daemon);
	if (http->later != NULL)
		later_free(http->later);
	free(http);
}
