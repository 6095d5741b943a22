/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "identity.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdlib.h>
#include <string.h>

#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/rand.h>
#include <openssl/x509v3.h>

static void add_extension(X509 *certificate, int nid, const char *value)
{
	X509_EXTENSION *extension = X509V3_EXT_conf_nid(NULL, NULL, nid, value);

	assert_non_null(extension);
	assert_int_equal(X509_add_ext(certificate, extension, -1), 1);
	X509_EXTENSION_free(extension);
}

struct identity identity_new(const char *common_name, const char *names, long from, long until,
	const struct identity *issuer)
{
	struct identity identity = { EVP_EC_gen("P-256"), X509_new() };
	X509 *certificate = identity.certificate;
	X509_NAME *name = X509_get_subject_name(certificate);
	const struct identity *by = issuer != NULL ? issuer : &identity;
	uint32_t serial;

	assert_non_null(identity.key);
	assert_int_equal(RAND_bytes((unsigned char *)&serial, sizeof(serial)), 1);
	assert_int_equal(X509_set_version(certificate, 2), 1);
	ASN1_INTEGER_set_uint64(X509_get_serialNumber(certificate), serial);
	X509_gmtime_adj(X509_getm_notBefore(certificate), from);
	X509_gmtime_adj(X509_getm_notAfter(certificate), until);
	X509_set_pubkey(certificate, identity.key);
	X509_NAME_add_entry_by_txt(
		name, "CN", MBSTRING_ASC, (const unsigned char *)common_name, -1, -1, 0);
	X509_set_issuer_name(certificate, X509_get_subject_name(by->certificate));
	add_extension(certificate, NID_basic_constraints,
		names == NULL ? "critical,CA:TRUE" : "CA:FALSE");
	if (names != NULL)
		add_extension(certificate, NID_subject_alt_name, names);
	assert_true(X509_sign(certificate, by->key, EVP_sha256()) > 0);
	return identity;
}

void identity_free(struct identity *identity)
{
	EVP_PKEY_free(identity->key);
	X509_free(identity->certificate);
}

static char *text_of(BIO *bio, size_t *len)
{
	char *data, *text;
	long size = BIO_get_mem_data(bio, &data);

	assert_true(size > 0);
	text = strndup(data, (size_t)size);
	assert_non_null(text);
	*len = (size_t)size;
	BIO_free(bio);
	return text;
}

static char *certificate_text(const struct identity *identity, size_t *len)
{
	BIO *bio = BIO_new(BIO_s_mem());

	assert_int_equal(PEM_write_bio_X509(bio, identity->certificate), 1);
	return text_of(bio, len);
}

static char *key_text(const struct identity *identity, size_t *len)
{
	BIO *bio = BIO_new(BIO_s_mem());

	assert_int_equal(
		PEM_write_bio_PrivateKey(bio, identity->key, NULL, NULL, 0, NULL, NULL), 1);
	return text_of(bio, len);
}

struct tls_material *material_new(const struct identity *authority, const struct identity *client)
{
	struct tls_material *material = calloc(1, sizeof(*material));

	assert_non_null(material);
	atomic_init(&material->references, 1);
	assert_int_equal(RAND_bytes(material->digest, sizeof(material->digest)), 1);
	material->ca = certificate_text(authority, &material->ca_len);
	if (client != NULL) {
		material->certificate = certificate_text(client, &material->certificate_len);
		material->key = key_text(client, &material->key_len);
	}
	return material;
}

/* As in src/base/tls_material.c, without its reader. */
struct tls_material *tls_material_ref(struct tls_material *material)
{
	if (material != NULL)
		atomic_fetch_add(&material->references, 1);
	return material;
}

void tls_material_unref(struct tls_material *material)
{
	if (material == NULL || atomic_fetch_sub(&material->references, 1) != 1)
		return;
	free(material->ca);
	free(material->certificate);
	free(material->key);
	free(material);
}
