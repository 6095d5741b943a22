/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * connection.c - which connections still work.
 *
 * libcurl uses an HTTP/2 connection that has gone silent again and again until TCP gives it up,
 * minutes later. So whoever waits in vain on a connection on which nothing of any response has come
 * meanwhile gives the connection up: its socket is shut down, so that libcurl finds it dead before
 * the next request, and those who wait on it with him are told at once, for their next attempt over
 * a fresh connection may still be in time.
 */
#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "transport/transport_internal.h"

#define UNACKNOWLEDGED_MS 5000u /* then TCP ends the connection by itself */

static long port_of(curl_socket_t socket)
{
	struct sockaddr_storage address = { .ss_family = AF_UNSPEC };
	socklen_t len = sizeof(address);

	if (getsockname(socket, (struct sockaddr *)&address, &len) != 0)
		return 0;
	if (address.ss_family == AF_INET)
		return ntohs(((const struct sockaddr_in *)&address)->sin_port);
	if (address.ss_family == AF_INET6)
		return ntohs(((const struct sockaddr_in6 *)&address)->sin6_port);
	return 0;
}

struct connection *connection_of(struct pool *pool, long port)
{
	struct connection *connection;

	for (connection = pool->connections; connection != NULL; connection = connection->next)
		if (connection->port == port && !connection->given_up)
			return connection;
	for (connection = pool->connections; connection != NULL; connection = connection->next)
		if (connection->port == 0 && port_of(connection->socket) == port)
			break;
	if (connection == NULL)
		return NULL;
	/* Its first request: that it could be opened shows that it works as of now. */
	connection->port = port;
	connection->read_at = ++pool->endpoint->transport->events;
	return connection;
}

static void leave(struct connection *connection)
{
	if (connection != NULL && --connection->references == 0)
		free(connection);
}

void connection_use(struct exchange *exchange, struct connection *connection)
{
	if (connection != NULL)
		connection->references++;
	leave(exchange->connection);
	exchange->connection = connection;
}

/* Nobody is told from here, for that may change the lists. */
static void give_up(
	struct pool *pool, struct connection *connection, enum attempt_end end, const char *cause)
{
	struct exchange *exchange;

	connection->given_up = true;
	if (connection->socket != CURL_SOCKET_BAD)
		(void)shutdown(connection->socket, SHUT_RDWR);
	for (exchange = pool->exchanges; exchange != NULL; exchange = exchange->next) {
		if (exchange->connection != connection || exchange->lost ||
			(exchange->done && exchange->code == CURLE_OK))
			continue;
		exchange->lost = true;
		exchange->result.end = end;
		(void)snprintf(exchange->cause, sizeof(exchange->cause), "%s", cause);
	}
}

void connections_give_up(struct pool *pool, uint64_t since)
{
	struct connection *connection;

	for (connection = pool->connections; connection != NULL; connection = connection->next) {
		if (connection->port == 0 || connection->given_up || connection->read_at >= since)
			continue;
		give_up(pool, connection, END_CONNECTION_GIVEN_UP, "its connection went silent");
	}
}

bool connection_has_ended(const struct exchange *exchange, CURLcode code)
{
	char octet;
	ssize_t got;

	if (exchange->stage < EXCHANGE_SENT)
		return false;
	if (exchange->connection->socket == CURL_SOCKET_BAD || code == CURLE_SEND_ERROR ||
		code == CURLE_RECV_ERROR || code == CURLE_HTTP2 || code == CURLE_GOT_NOTHING)
		return true;
	/* A stream's own end is reported with the same code as its connection's. */
	got = recv(exchange->connection->socket, &octet, 1, MSG_PEEK | MSG_DONTWAIT);
	return got == 0 || (got < 0 && errno != EAGAIN && errno != EINTR);
}

void connection_died(struct exchange *exchange)
{
	struct connection *connection = exchange->connection;

	if (connection->given_up)
		return;
	/* If it has never worked, all who tried it have learned the same. */
	if (connection->answered)
		give_up(exchange->pool, connection, END_CONNECTION_GIVEN_UP,
			"its connection ended");
	else
		give_up(exchange->pool, connection, exchange->result.end, exchange->cause);
}

void connections_deliver(struct pool *pool)
{
	struct exchange *exchange;

	/*
	 * First all leave libcurl: a hook may send the next attempt, which needs a free connection.
	 */
	for (exchange = pool->exchanges; exchange != NULL; exchange = exchange->next)
		if (exchange->lost)
			exchange_stop(exchange);
	do {
		for (exchange = pool->exchanges; exchange != NULL; exchange = exchange->next)
			if (exchange->lost)
				break;
		if (exchange != NULL) {
			endpoint_ended(exchange->endpoint, exchange->probe, BREAKER_ABANDONED,
				END_STATUS, NULL);
			exchange_deliver(exchange);
		}
	} while (exchange != NULL);
}

static void set_options(curl_socket_t socket)
{
	unsigned unacknowledged = UNACKNOWLEDGED_MS;

	(void)setsockopt(
		socket, IPPROTO_TCP, TCP_USER_TIMEOUT, &unacknowledged, sizeof(unacknowledged));
}

curl_socket_t connection_open(void *ctx, curlsocktype purpose, struct curl_sockaddr *address)
{
	struct exchange *exchange = ctx;
	struct pool *pool = exchange->pool;
	struct connection *connection = calloc(1, sizeof(*connection));

	(void)purpose;
	exchange->stage = EXCHANGE_CONNECTING;
	pool->socket_errno = ENOMEM;
	if (connection == NULL)
		return CURL_SOCKET_BAD;
	connection->socket =
		socket(address->family, address->socktype | SOCK_CLOEXEC, address->protocol);
	if (connection->socket == CURL_SOCKET_BAD) {
		pool->socket_errno = errno;
		free(connection);
		return CURL_SOCKET_BAD;
	}
	pool->socket_errno = 0;
	connection->references = 1;
	connection->opener = exchange;
	set_options(connection->socket);
	connection->next = pool->connections;
	pool->connections = connection;
	return connection->socket;
}

int connection_close(void *ctx, curl_socket_t socket)
{
	struct pool *pool = ctx;
	struct connection **link = &pool->connections;
	struct connection *connection;

	while (*link != NULL && (*link)->socket != socket)
		link = &(*link)->next;
	connection = *link;
	if (connection != NULL) {
		*link = connection->next;
		connection->socket = CURL_SOCKET_BAD;
		leave(connection);
	}
	return close(socket);
}

/* libcurl 7.88 closes a socket that was never connected without a word. */
void connections_forget(struct exchange *opener)
{
	struct connection **link = &opener->pool->connections;

	while (*link != NULL) {
		struct connection *connection = *link;

		if (connection->port != 0 || connection->opener != opener) {
			link = &connection->next;
			continue;
		}
		*link = connection->next;
		connection->socket = CURL_SOCKET_BAD;
		leave(connection);
	}
}
