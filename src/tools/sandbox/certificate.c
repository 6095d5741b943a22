/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "certificate.h"

#include <openssl/rand.h>
#include <openssl/x509v3.h>

#define YEARS_10 (3650L * 24 * 3600)
#define A_DAY (24L * 3600)

static bool add_extension(X509 *certificate, X509 *issuer, int nid, const char *value)
{
	X509_EXTENSION *extension;
	X509V3_CTX ctx;
	bool done;

	X509V3_set_ctx_nodb(&ctx);
	X509V3_set_ctx(&ctx, issuer, certificate, NULL, NULL, 0);
	extension = X509V3_EXT_conf_nid(NULL, &ctx, nid, value);
	done = extension != NULL && X509_add_ext(certificate, extension, -1) == 1;
	X509_EXTENSION_free(extension);
	return done;
}

static bool add_extensions(X509 *certificate, X509 *issuer, enum certificate_use use)
{
	bool common = add_extension(certificate, issuer, NID_subject_key_identifier, "hash") &&
		      add_extension(certificate, issuer, NID_authority_key_identifier, "keyid");

	switch (use) {
	case CERTIFICATE_CA:
		return common &&
		       add_extension(certificate, issuer, NID_basic_constraints,
			       "critical,CA:TRUE,pathlen:0") &&
		       add_extension(certificate, issuer, NID_key_usage, "critical,keyCertSign");
	case CERTIFICATE_SERVER:
		return common &&
		       add_extension(
			       certificate, issuer, NID_basic_constraints, "critical,CA:FALSE") &&
		       add_extension(certificate, issuer, NID_ext_key_usage, "serverAuth") &&
		       add_extension(certificate, issuer, NID_subject_alt_name,
			       "DNS:localhost,IP:127.0.0.1,IP:::1");
	case CERTIFICATE_CLIENT:
		return common &&
		       add_extension(
			       certificate, issuer, NID_basic_constraints, "critical,CA:FALSE") &&
		       add_extension(certificate, issuer, NID_ext_key_usage, "clientAuth");
	}
	return false;
}

static bool set_names(X509 *certificate, const char *name, X509 *ca)
{
	X509_NAME *subject = X509_get_subject_name(certificate);

	return X509_NAME_add_entry_by_txt(
		       subject, "CN", MBSTRING_UTF8, (const unsigned char *)name, -1, -1, 0) == 1 &&
	       X509_set_issuer_name(
		       certificate, ca == NULL ? subject : X509_get_subject_name(ca)) == 1;
}

static bool set_serial(X509 *certificate)
{
	uint64_t serial;

	return RAND_bytes((unsigned char *)&serial, sizeof(serial)) == 1 &&
	       ASN1_INTEGER_set_uint64(X509_get_serialNumber(certificate), serial >> 1 | 1) == 1;
}

X509 *certificate_make(
	enum certificate_use use, const char *name, EVP_PKEY *key, X509 *ca, EVP_PKEY *ca_key)
{
	X509 *certificate = X509_new();
	X509 *issuer = ca == NULL ? certificate : ca;

	if (certificate != NULL && X509_set_version(certificate, 2) == 1 &&
		set_serial(certificate) && set_names(certificate, name, ca) &&
		X509_gmtime_adj(X509_getm_notBefore(certificate), -A_DAY) != NULL &&
		X509_gmtime_adj(X509_getm_notAfter(certificate), YEARS_10) != NULL &&
		X509_set_pubkey(certificate, key) == 1 &&
		add_extensions(certificate, issuer, use) &&
		X509_sign(certificate, ca_key, EVP_sha256()) > 0)
		return certificate;
	X509_free(certificate);
	return NULL;
}
