/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "base/tls_material.h"

#include <stdlib.h>
#include <string.h>

#include <openssl/crypto.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/x509v3.h>

#include "base/conf.h"
#include "base/pem.h"

#define DAY 86400
#define SOON_DAYS 21 /* before a certificate ends it is warned of */
#define PEM_FILE_MAX ((size_t)4 * 1024 * 1024) /* the largest bundles of authorities have 300 KB */

/* One PEM file while it is checked. */
struct pem {
	const char *path;
	const char *text;
	int64_t now;
	const struct reporter *reporter;
};

static void drop_bio(BIO **bio)
{
	(void)BIO_free(*bio);
}

static void drop_certificate(X509 **certificate)
{
	X509_free(*certificate);
}

static void drop_pkey(EVP_PKEY **pkey)
{
	EVP_PKEY_free(*pkey);
}

static BIO *open_text(const struct pem *pem)
{
	return BIO_new_mem_buf(pem->text, -1);
}

static void warn_of_dates(const struct pem *pem, const X509 *certificate, size_t number)
{
	int64_t from = pem_seconds(X509_get0_notBefore(certificate));
	int64_t until = pem_seconds(X509_get0_notAfter(certificate));

	if (until <= pem->now)
		report(pem->reporter, SAY_WARNING, pem->path, 0,
			"certificate %zu has ended: put a new one there", number);
	else if (from > pem->now)
		report(pem->reporter, SAY_WARNING, pem->path, 0,
			"certificate %zu is not valid yet: is this machine's clock right?", number);
	else if (until - pem->now < (int64_t)SOON_DAYS * DAY)
		report(pem->reporter, SAY_WARNING, pem->path, 0,
			"certificate %zu ends in %lld days: have a new one ready", number,
			(long long)((until - pem->now) / DAY));
}

/*
 * Every certificate of a file: the first one is returned, the rest are authorities or links of a
 * chain. NULL after an error was reported.
 */
static X509 *read_certificates(const struct pem *pem)
{
	CLEANUP(drop_bio) BIO *bio = open_text(pem);
	X509 *first = NULL, *one;
	size_t count = 0;
	bool asked = false, more = true;

	while (bio != NULL && more) {
		one = PEM_read_bio_X509(bio, NULL, pem_no_password, &asked);
		more = one != NULL;
		if (more)
			warn_of_dates(pem, one, ++count);
		if (count == 1 && more)
			first = one;
		else
			X509_free(one);
	}
	if (bio != NULL && count > 0 &&
		ERR_GET_REASON(ERR_peek_last_error()) == PEM_R_NO_START_LINE)
		return first;
	if (count == 0)
		report(pem->reporter, SAY_ERROR, pem->path, 0,
			"holds no certificate in PEM (-----BEGIN CERTIFICATE-----)");
	else
		report(pem->reporter, SAY_ERROR, pem->path, 0,
			"what stands behind certificate %zu cannot be read: is the file whole?",
			count);
	X509_free(first);
	return NULL;
}

static EVP_PKEY *read_key(const struct pem *pem)
{
	CLEANUP(drop_bio) BIO *bio = open_text(pem);
	bool asked = false;
	EVP_PKEY *key =
		bio == NULL ? NULL : PEM_read_bio_PrivateKey(bio, NULL, pem_no_password, &asked);

	if (key == NULL && asked)
		report(pem->reporter, SAY_ERROR, pem->path, 0,
			"wants a password, and the server has nobody to ask: take it off (openssl "
			"pkey -in FILE -out NEW) and keep the new file at chmod 640");
	else if (key == NULL)
		report(pem->reporter, SAY_ERROR, pem->path, 0,
			"holds no private key in PEM (-----BEGIN PRIVATE KEY-----)");
	return key;
}

static char *slurp(const char *path, size_t *len, const struct reporter *reporter)
{
	return path[0] == '\0' ? NULL : conf_slurp(path, PEM_FILE_MAX, len, reporter);
}

static bool check_authorities(const struct pem *pem)
{
	CLEANUP(drop_certificate) X509 *first = read_certificates(pem);

	return first != NULL;
}

static bool check_pair(
	struct tls_material *material, const struct pem *certificates, const struct pem *key_file)
{
	CLEANUP(drop_certificate) X509 *own = read_certificates(certificates);
	CLEANUP(drop_pkey) EVP_PKEY *key = read_key(key_file);

	if (own == NULL || key == NULL)
		return false;
	if (X509_check_private_key(own, key) != 1) {
		report(key_file->reporter, SAY_ERROR, key_file->path, 0,
			"is not the key of the certificate in %s: if the two are being replaced, "
			"put "
			"the other one there as well",
			certificates->path);
		return false;
	}
	if (X509_check_purpose(own, X509_PURPOSE_SSL_CLIENT, 0) != 1)
		report(certificates->reporter, SAY_WARNING, certificates->path, 0,
			"certificate 1 is not for TLS clients (extendedKeyUsage): it may be "
			"refused");
	material->not_after = pem_seconds(X509_get0_notAfter(own));
	return true;
}

static bool digest_part(EVP_MD_CTX *ctx, const char *text, size_t len)
{
	uint64_t prefix = text == NULL ? UINT64_MAX : len;

	return EVP_DigestUpdate(ctx, &prefix, sizeof(prefix)) == 1 &&
	       (text == NULL || EVP_DigestUpdate(ctx, text, len) == 1);
}

static bool take_digest(struct tls_material *material)
{
	EVP_MD_CTX *ctx = EVP_MD_CTX_new();
	bool good = ctx != NULL && EVP_DigestInit_ex(ctx, EVP_sha256(), NULL) == 1 &&
		    digest_part(ctx, material->ca, material->ca_len) &&
		    digest_part(ctx, material->certificate, material->certificate_len) &&
		    digest_part(ctx, material->key, material->key_len) &&
		    EVP_DigestFinal_ex(ctx, material->digest, NULL) == 1;

	EVP_MD_CTX_free(ctx);
	return good;
}

/* Every file is looked at even if another is bad: one run names every error. */
static bool fill(struct tls_material *material, const char *const files[3], int64_t now,
	const struct reporter *reporter)
{
	struct pem ca = { files[0], NULL, now, reporter };
	struct pem certificate = { files[1], NULL, now, reporter };
	struct pem key = { files[2], NULL, now, reporter };
	bool has_certificate = files[1][0] != '\0', has_key = files[2][0] != '\0', good;

	ca.text = material->ca = slurp(files[0], &material->ca_len, reporter);
	certificate.text = material->certificate =
		slurp(files[1], &material->certificate_len, reporter);
	key.text = material->key = slurp(files[2], &material->key_len, reporter);
	good = ca.text != NULL && check_authorities(&ca);
	if (has_certificate != has_key)
		report(reporter, SAY_ERROR, files[has_certificate ? 1 : 2], 0,
			"a certificate and its key belong together: name both files or none");
	if (certificate.text != NULL && key.text != NULL)
		return check_pair(material, &certificate, &key) && good;
	return !has_certificate && !has_key && good;
}

struct tls_material *tls_material_load(const char *ca_file, const char *certificate_file,
	const char *key_file, int64_t now, const struct reporter *reporter)
{
	const char *const files[3] = { ca_file, certificate_file, key_file };
	struct tls_material *material = calloc(1, sizeof(*material));
	bool good;

	if (material == NULL) {
		report(reporter, SAY_ERROR, ca_file, 0, "out of memory");
		return NULL;
	}
	atomic_init(&material->references, 1);
	(void)ERR_set_mark();
	good = fill(material, files, now, reporter);
	if (good && !take_digest(material)) {
		report(reporter, SAY_ERROR, ca_file, 0, "no digest could be made: out of memory?");
		good = false;
	}
	(void)ERR_pop_to_mark();
	if (good)
		return material;
	tls_material_unref(material);
	return NULL;
}

struct tls_material *tls_material_ref(struct tls_material *material)
{
	if (material != NULL)
		atomic_fetch_add_explicit(&material->references, 1, memory_order_relaxed);
	return material;
}

void tls_material_unref(struct tls_material *material)
{
	if (material == NULL ||
		atomic_fetch_sub_explicit(&material->references, 1, memory_order_acq_rel) != 1)
		return;
	if (material->key != NULL)
		OPENSSL_cleanse(material->key, material->key_len);
	free(material->ca);
	free(material->certificate);
	free(material->key);
	free(material);
}
