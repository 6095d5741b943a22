/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <arpa/inet.h>
#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/clock.h"
#include "peer_internal.h"

int64_t peer_now(void)
{
	return clock_mono_ms(&system_clock);
}

bool peer_is_frozen(const struct peer_connection *connection)
{
	return connection->number <= atomic_load(&connection->peer->frozen);
}

void peer_sleep_until(const struct peer_connection *connection, int64_t at_ms)
{
	while (peer_now() < at_ms && !atomic_load(&connection->peer->stopping))
		(void)usleep(2000);
}

bool peer_readable(struct peer_connection *connection, int64_t until_ms)
{
	struct pollfd waited = { .fd = connection->socket, .events = POLLIN };
	int64_t left = until_ms - peer_now();

	if (SSL_pending(connection->ssl) > 0)
		return true;
	return poll(&waited, 1, left > 0 ? (int)left : 0) > 0;
}

bool peer_read(struct peer_connection *connection, void *data, size_t len)
{
	char *at = data;

	while (len > 0) {
		int got = SSL_read(connection->ssl, at, (int)len);

		if (got <= 0)
			return false;
		at += got;
		len -= (size_t)got;
	}
	return true;
}

void peer_write(struct peer_connection *connection, const void *data, size_t len)
{
	if (!peer_is_frozen(connection))
		(void)SSL_write(connection->ssl, data, (int)len);
}

static void note_client(struct peer_connection *connection)
{
	struct peer *peer = connection->peer;
	X509 *certificate = SSL_get1_peer_certificate(connection->ssl);

	if (certificate == NULL)
		return;
	pthread_mutex_lock(&peer->mutex);
	(void)X509_NAME_get_text_by_NID(X509_get_subject_name(certificate), NID_commonName,
		peer->client, sizeof(peer->client));
	pthread_mutex_unlock(&peer->mutex);
	X509_free(certificate);
}

static void *serve(void *ctx)
{
	struct peer_connection *connection = ctx;
	const unsigned char *protocol;
	char rest[512];
	unsigned len;

	if (connection->peer->options.no_handshake) {
		peer_sleep_until(connection, INT64_MAX);
	} else if (SSL_accept(connection->ssl) == 1) {
		note_client(connection);
		SSL_get0_alpn_selected(connection->ssl, &protocol, &len);
		if (len == 2)
			peer_serve_http2(connection);
		else
			peer_serve_http1(connection);
	}
	(void)SSL_shutdown(connection->ssl);
	(void)shutdown(connection->socket, SHUT_WR);
	/* What is left unread would reset the connection, and take the last words with it. */
	while (read(connection->socket, rest, sizeof(rest)) > 0)
		;
	(void)shutdown(connection->socket, SHUT_RDWR);
	return NULL;
}

static void take_connection(struct peer *peer, int socket)
{
	struct peer_connection *connection = calloc(1, sizeof(*connection));

	if (connection == NULL)
		abort();
	connection->peer = peer;
	connection->socket = socket;
	connection->ssl = SSL_new(peer->context);
	(void)SSL_set_fd(connection->ssl, socket);
	pthread_mutex_lock(&peer->mutex);
	connection->number = atomic_fetch_add(&peer->accepted, 1) + 1;
	connection->next = peer->connections;
	peer->connections = connection;
	if (pthread_create(&connection->thread, NULL, serve, connection) != 0)
		abort();
	pthread_mutex_unlock(&peer->mutex);
}

static void *accept_all(void *ctx)
{
	struct peer *peer = ctx;
	int socket;

	/* A test may leave its own process, and so this thread, without descriptors for a while. */
	while ((socket = accept(peer->listener, NULL, NULL)) >= 0 || errno == EMFILE)
		if (socket >= 0)
			take_connection(peer, socket);
		else
			(void)usleep(1000);
	return NULL;
}

static int choose_protocol(SSL *ssl, const unsigned char **out, unsigned char *out_len,
	const unsigned char *offered, unsigned offered_len, void *ctx)
{
	const struct peer *peer = ctx;
	static const unsigned char http2[] = "\2h2", http1[] = "\10http/1.1";
	unsigned char *chosen;

	(void)ssl;
	if (SSL_select_next_proto(&chosen, out_len, peer->options.http2 ? http2 : http1,
		    peer->options.http2 ? 3 : 9, offered, offered_len) != OPENSSL_NPN_NEGOTIATED)
		return SSL_TLSEXT_ERR_NOACK;
	*out = chosen;
	return SSL_TLSEXT_ERR_OK;
}

static void make_context(struct peer *peer)
{
	const struct peer_options *options = &peer->options;
	SSL_CTX *context = peer->context = SSL_CTX_new(TLS_server_method());

	assert_non_null(context);
	assert_int_equal(SSL_CTX_use_certificate(context, options->identity->certificate), 1);
	assert_int_equal(SSL_CTX_use_PrivateKey(context, options->identity->key), 1);
	SSL_CTX_set_alpn_select_cb(context, choose_protocol, peer);
	if (options->tls_1_2)
		SSL_CTX_set_max_proto_version(context, TLS1_2_VERSION);
	if (options->authority == NULL)
		return;
	X509_STORE_add_cert(SSL_CTX_get_cert_store(context), options->authority->certificate);
	SSL_CTX_set_verify(context, SSL_VERIFY_PEER | SSL_VERIFY_FAIL_IF_NO_PEER_CERT, NULL);
}

struct peer *peer_start(const struct peer_options *options)
{
	struct peer *peer = calloc(1, sizeof(*peer));
	struct sockaddr_in address = { .sin_family = AF_INET };
	const char *ip = options->ip != NULL ? options->ip : "127.0.0.1";
	socklen_t len = sizeof(address);

	assert_non_null(peer);
	peer->options = *options;
	(void)signal(SIGPIPE, SIG_IGN); /* the client may go while an answer is written */
	pthread_mutex_init(&peer->mutex, NULL);
	make_context(peer);
	assert_int_equal(inet_pton(AF_INET, ip, &address.sin_addr), 1);
	peer->listener = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
	assert_int_equal(bind(peer->listener, (struct sockaddr *)&address, len), 0);
	assert_int_equal(listen(peer->listener, 512), 0);
	assert_int_equal(getsockname(peer->listener, (struct sockaddr *)&address, &len), 0);
	peer->port = ntohs(address.sin_port);
	(void)snprintf(peer->url, sizeof(peer->url), "https://%s:%u", ip, peer->port);
	assert_int_equal(pthread_create(&peer->thread, NULL, accept_all, peer), 0);
	return peer;
}

void peer_freeze(struct peer *peer)
{
	atomic_store(&peer->frozen, atomic_load(&peer->accepted));
}

void peer_stop(struct peer *peer)
{
	struct peer_connection *connection;

	atomic_store(&peer->stopping, true);
	(void)shutdown(peer->listener, SHUT_RDWR);
	pthread_join(peer->thread, NULL);
	(void)close(peer->listener);
	for (connection = peer->connections; connection != NULL; connection = connection->next)
		(void)shutdown(connection->socket, SHUT_RDWR);
	while ((connection = peer->connections) != NULL) {
		pthread_join(connection->thread, NULL);
		SSL_free(connection->ssl);
		(void)close(connection->socket);
		peer->connections = connection->next;
		free(connection);
	}
	SSL_CTX_free(peer->context);
	pthread_mutex_destroy(&peer->mutex);
	free(peer);
}
