/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "cache/redis_tls.h"

#ifdef HAVE_HIREDIS_SSL

#include <stdlib.h>

#include <hiredis/hiredis_ssl.h>
#include <openssl/err.h>
#include <openssl/ssl.h>
#include <openssl/x509v3.h>

#include "base/pem.h"

struct redis_tls {
	const struct redis_config *config;
	SSL_CTX *context;
};

bool redis_tls_built(void)
{
	return true;
}

/* The file that cannot be used; NULL if all can. */
static const char *load(const struct redis_tls *tls)
{
	const struct redis_config *config = tls->config;

	if (SSL_CTX_load_verify_file(tls->context, config->ca_file) != 1)
		return config->ca_file;
	if (config->certificate_file[0] == '\0')
		return NULL;
	if (SSL_CTX_use_certificate_chain_file(tls->context, config->certificate_file) != 1)
		return config->certificate_file;
	if (SSL_CTX_use_PrivateKey_file(tls->context, config->key_file, SSL_FILETYPE_PEM) != 1)
		return config->key_file;
	return NULL;
}

bool redis_tls_open(
	const struct redis_config *config, const struct reporter *reporter, struct redis_tls **out)
{
	struct redis_tls *tls;
	const char *file;

	*out = NULL;
	if (config->ca_file[0] == '\0')
		return true;
	tls = calloc(1, sizeof(*tls));
	if (tls == NULL) {
		report(reporter, SAY_ERROR, NULL, 0, "out of memory");
		return false;
	}
	tls->config = config;
	tls->context = SSL_CTX_new(TLS_client_method());
	if (tls->context == NULL ||
		SSL_CTX_set_min_proto_version(tls->context, TLS1_2_VERSION) != 1) {
		report(reporter, SAY_ERROR, NULL, 0, "OpenSSL cannot be used");
		redis_tls_close(tls);
		return false;
	}
	SSL_CTX_set_verify(tls->context, SSL_VERIFY_PEER, NULL);
	SSL_CTX_set_default_passwd_cb(tls->context, pem_no_password);
	file = load(tls);
	if (file == NULL) {
		*out = tls;
		return true;
	}
	report(reporter, SAY_ERROR, file, 0, "cannot be used: %s",
		ERR_reason_error_string(ERR_peek_last_error()));
	ERR_clear_error();
	redis_tls_close(tls);
	return false;
}

void redis_tls_close(struct redis_tls *tls)
{
	if (tls == NULL)
		return;
	SSL_CTX_free(tls->context);
	free(tls);
}

static bool set_expected_name(
	const struct redis_tls *tls, SSL *ssl, const struct redis_address *address)
{
	const char *name = tls->config->tls_name;

	if (name[0] == '\0')
		return X509_VERIFY_PARAM_set1_ip_asc(SSL_get0_param(ssl), address->host) == 1;
	return SSL_set1_host(ssl, name) == 1 && SSL_set_tlsext_host_name(ssl, name) == 1;
}

bool redis_tls_start(
	const struct redis_tls *tls, redisContext *context, const struct redis_address *address)
{
	SSL *ssl;

	if (tls == NULL)
		return true;
	ssl = SSL_new(tls->context);
	if (ssl != NULL && set_expected_name(tls, ssl, address) &&
		redisInitiateSSL(context, ssl) == REDIS_OK)
		return true;
	SSL_free(ssl);
	return false;
}

#else

bool redis_tls_built(void)
{
	return false;
}

bool redis_tls_open(
	const struct redis_config *config, const struct reporter *reporter, struct redis_tls **out)
{
	*out = NULL;
	if (config->ca_file[0] == '\0')
		return true;
	report(reporter, SAY_ERROR, NULL, 0, "this build knows no TLS to Redis");
	return false;
}

void redis_tls_close(struct redis_tls *tls)
{
	(void)tls;
}

bool redis_tls_start(
	const struct redis_tls *tls, redisContext *context, const struct redis_address *address)
{
	(void)context;
	(void)address;
	return tls == NULL;
}

#endif
