/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * ending.c - how an exchange ended, from libcurl's codes, and the cause in words for people.
 */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include <openssl/x509_vfy.h>

#include "transport/transport_internal.h"

#define SAY(exchange, ...) (void)snprintf((exchange)->cause, CAUSE_MAX, __VA_ARGS__)

static enum attempt_end end_with(struct exchange *exchange, enum attempt_end end, const char *cause)
{
	SAY(exchange, "%s", cause);
	return end;
}

const char *attempt_end_name(enum attempt_end end)
{
	static const char *const names[ATTEMPT_ENDS] = {
		[END_STATUS] = "status",
		[END_RESOLVE] = "resolve",
		[END_CONNECT] = "connect",
		[END_TLS] = "tls",
		[END_SEND] = "send",
		[END_TIMEOUT] = "timeout",
		[END_CUT_OFF] = "cut-off",
		[END_CONNECTION_GIVEN_UP] = "connection-given-up",
		[END_TOO_LARGE] = "too-large",
		[END_NO_DESCRIPTORS] = "no-descriptors",
		[END_NO_MEMORY] = "no-memory",
		[END_ALL_RESTING] = "all-resting",
	};

	return (unsigned)end < ATTEMPT_ENDS ? names[end] : "unknown";
}

/* libcurl's own words, or its name of the code. */
static const char *words(const struct exchange *exchange, CURLcode code)
{
	return exchange->error[0] != '\0' ? exchange->error : curl_easy_strerror(code);
}

static enum attempt_end not_connected(struct exchange *exchange, CURLcode code)
{
	int socket_errno = exchange->pool->socket_errno;
	long os_errno = 0;
	char text[96];

	if (socket_errno == EMFILE || socket_errno == ENFILE)
		return end_with(exchange, END_NO_DESCRIPTORS,
			"this process has no file descriptors left (EMFILE)");
	if (socket_errno == ENOMEM)
		return end_with(exchange, END_NO_MEMORY, "out of memory");
	(void)curl_easy_getinfo(exchange->easy, CURLINFO_OS_ERRNO, &os_errno);
	if (os_errno == ECONNREFUSED)
		return end_with(exchange, END_CONNECT, "it refuses the connection");
	if (os_errno != 0)
		SAY(exchange, "it cannot be connected to: %s",
			strerror_r((int)os_errno, text, sizeof(text)));
	else
		SAY(exchange, "it cannot be connected to: %s", words(exchange, code));
	return END_CONNECT;
}

static enum attempt_end certificate_refused(struct exchange *exchange)
{
	long result = X509_V_OK;

	(void)curl_easy_getinfo(exchange->easy, CURLINFO_SSL_VERIFYRESULT, &result);
	switch (result) {
	case X509_V_ERR_CERT_HAS_EXPIRED:
		return end_with(exchange, END_TLS, "TLS: its certificate has expired");
	case X509_V_ERR_CERT_NOT_YET_VALID:
		return end_with(exchange, END_TLS, "TLS: its certificate is not valid yet");
	case X509_V_ERR_UNABLE_TO_GET_ISSUER_CERT:
	case X509_V_ERR_UNABLE_TO_GET_ISSUER_CERT_LOCALLY:
	case X509_V_ERR_UNABLE_TO_VERIFY_LEAF_SIGNATURE:
	case X509_V_ERR_DEPTH_ZERO_SELF_SIGNED_CERT:
	case X509_V_ERR_SELF_SIGNED_CERT_IN_CHAIN:
		return end_with(
			exchange, END_TLS, "TLS: its certificate is of an unknown authority");
	case X509_V_OK:
	case X509_V_ERR_UNSPECIFIED:
		if (strstr(exchange->error, "subject name") != NULL)
			return end_with(
				exchange, END_TLS, "TLS: its certificate is for another host name");
		SAY(exchange, "TLS: %s", words(exchange, CURLE_PEER_FAILED_VERIFICATION));
		return END_TLS;
	default:
		SAY(exchange, "TLS: its certificate is not accepted: %s",
			X509_verify_cert_error_string(result));
		return END_TLS;
	}
}

/*
 * An alert of the peer. In TLS 1.3 it comes after our handshake is done, with whatever is read or
 * written first. Its name is in OpenSSL's words: "tlsv13 alert certificate required, errno 0".
 */
static bool told_by_alert(struct exchange *exchange)
{
	const char *name = strstr(exchange->error, " alert ");
	int len;

	if (name == NULL)
		return false;
	name += strlen(" alert ");
	len = (int)strcspn(name, ",");
	if (strncmp(name, "unknown ca", (size_t)len) == 0 ||
		strncmp(name, "access denied", (size_t)len) == 0 ||
		strstr(name, "certificate") != NULL)
		SAY(exchange, "TLS: it refuses our certificate (%.*s)", len, name);
	else
		SAY(exchange, "TLS: it refuses the handshake (%.*s)", len, name);
	return true;
}

/* The connection or the stream ended early. */
static enum attempt_end broken(struct exchange *exchange, CURLcode code)
{
	if (told_by_alert(exchange))
		return END_TLS;
	if (exchange->stage != EXCHANGE_ANSWERED && exchange->worked_before &&
		connection_has_ended(exchange, code))
		return end_with(exchange, END_CONNECTION_GIVEN_UP, "its connection ended");
	if (exchange->stage == EXCHANGE_ANSWERED) {
		SAY(exchange, "cut off while the answer came: %s", words(exchange, code));
		return END_CUT_OFF;
	}
	/* In TLS 1.3 a reset may overtake the alert. */
	SAY(exchange, "cut off before the answer: %s%s", words(exchange, code),
		exchange->connection != NULL && !exchange->connection->answered
			? " (does it refuse our certificate?)"
			: "");
	return code == CURLE_SEND_ERROR ? END_SEND : END_CUT_OFF;
}

static enum attempt_end handshake_failed(struct exchange *exchange, CURLcode code)
{
	if (strstr(exchange->error, "wrong version number") != NULL)
		SAY(exchange, "TLS: what listens there speaks no TLS");
	else if (!told_by_alert(exchange))
		SAY(exchange, "TLS: %s", words(exchange, code));
	return END_TLS;
}

enum attempt_end ending_timed_out(struct exchange *exchange)
{
	switch (exchange->stage) {
	case EXCHANGE_ENDING:
	case EXCHANGE_RESOLVING:
		return end_with(exchange, END_RESOLVE,
			"its name is not resolved in time: the name server does not answer");
	case EXCHANGE_QUEUED:
		return end_with(exchange, END_TIMEOUT, "timed out waiting for a free connection");
	case EXCHANGE_CONNECTING:
		return end_with(exchange, END_TIMEOUT, "timed out connecting");
	case EXCHANGE_HANDSHAKING:
		return end_with(exchange, END_TIMEOUT, "timed out in the TLS handshake");
	case EXCHANGE_SENT:
		return end_with(exchange, END_TIMEOUT, "timed out waiting for the answer");
	case EXCHANGE_ANSWERED:
		break;
	}
	return end_with(exchange, END_TIMEOUT, "timed out while the answer came");
}

enum attempt_end ending_of(struct exchange *exchange, CURLcode code)
{
	switch ((int)code) {
	case CURLE_OK:
		return end_with(exchange, END_STATUS, "");
	case CURLE_COULDNT_RESOLVE_HOST:
		return end_with(exchange, END_RESOLVE, "its name cannot be resolved");
	case CURLE_COULDNT_CONNECT:
		return not_connected(exchange, code);
	case CURLE_OPERATION_TIMEDOUT:
		return ending_timed_out(exchange);
	case CURLE_PEER_FAILED_VERIFICATION:
		return certificate_refused(exchange);
	case CURLE_SSL_CONNECT_ERROR:
	case CURLE_SSL_CERTPROBLEM:
	case CURLE_SSL_CIPHER:
	case CURLE_SSL_CACERT_BADFILE:
	case CURLE_SSL_ISSUER_ERROR:
	case CURLE_SSL_INVALIDCERTSTATUS:
	case CURLE_SSL_CLIENTCERT:
	case CURLE_SSL_ENGINE_NOTFOUND:
	case CURLE_BAD_FUNCTION_ARGUMENT: /* a private key that cannot be read, since 8.22 */
		return handshake_failed(exchange, code);
	case CURLE_ABORTED_BY_CALLBACK:
		return end_with(exchange, END_CONNECTION_GIVEN_UP, "its connection went silent");
	case CURLE_OUT_OF_MEMORY:
		return end_with(exchange, END_NO_MEMORY, "out of memory");
	case CURLE_WRITE_ERROR:
		if (exchange->too_large)
			return end_with(exchange, END_TOO_LARGE, "the answer is too large");
		if (exchange->no_memory)
			return end_with(exchange, END_NO_MEMORY, "out of memory");
		return broken(exchange, code);
	default:
		return broken(exchange, code);
	}
}
