/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * a_certificate.h - keys and certificates in PEM, made by the test that needs them. Include it
 * behind <cmocka.h>. What is returned is the caller's to free.
 */
#ifndef MIGRANTID_A_CERTIFICATE_H
#define MIGRANTID_A_CERTIFICATE_H

#include <stdlib.h>
#include <string.h>
#include <time.h>

#include <openssl/ec.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/x509v3.h>

struct certificate_wish {
	int64_t from, until; /* seconds since 1970 */
	const char *usage; /* extendedKeyUsage, NULL: none */
};

static inline EVP_PKEY *a_key(void)
{
	EVP_PKEY *key = EVP_EC_gen("P-256");

	assert_non_null(key);
	return key;
}

static inline char *text_of_bio(BIO *bio)
{
	char *data, *text;
	long len = BIO_get_mem_data(bio, &data);

	assert_true(len > 0);
	text = strndup(data, (size_t)len);
	assert_non_null(text);
	BIO_free(bio);
	return text;
}

/* With a password if that is not NULL. */
static inline char *a_key_pem(EVP_PKEY *key, const char *password)
{
	BIO *bio = BIO_new(BIO_s_mem());

	assert_int_equal(
		PEM_write_bio_PrivateKey(bio, key, password != NULL ? EVP_aes_128_cbc() : NULL,
			NULL, 0, NULL, (void *)(uintptr_t)password),
		1);
	return text_of_bio(bio);
}

static inline void put_usage(X509 *certificate, const char *usage)
{
	X509_EXTENSION *extension = X509V3_EXT_conf_nid(NULL, NULL, NID_ext_key_usage, usage);

	assert_non_null(extension);
	assert_int_equal(X509_add_ext(certificate, extension, -1), 1);
	X509_EXTENSION_free(extension);
}

/* Signed by itself. */
static inline char *a_certificate(EVP_PKEY *key, const struct certificate_wish *wish)
{
	X509 *certificate = X509_new();
	BIO *bio = BIO_new(BIO_s_mem());

	assert_non_null(certificate);
	(void)X509_set_version(certificate, X509_VERSION_3);
	(void)ASN1_INTEGER_set(X509_get_serialNumber(certificate), 1);
	(void)X509_NAME_add_entry_by_txt(X509_get_subject_name(certificate), "CN", MBSTRING_ASC,
		(const unsigned char *)"test", -1, -1, 0);
	(void)X509_set_issuer_name(certificate, X509_get_subject_name(certificate));
	(void)ASN1_TIME_set(X509_getm_notBefore(certificate), (time_t)wish->from);
	(void)ASN1_TIME_set(X509_getm_notAfter(certificate), (time_t)wish->until);
	(void)X509_set_pubkey(certificate, key);
	if (wish->usage != NULL)
		put_usage(certificate, wish->usage);
	assert_true(X509_sign(certificate, key, EVP_sha256()) > 0);
	assert_int_equal(PEM_write_bio_X509(bio, certificate), 1);
	X509_free(certificate);
	return text_of_bio(bio);
}

#endif
