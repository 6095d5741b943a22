/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "tools/ctl/tls.h"

#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/x509v3.h>

#include "base/pem.h"

#define DAY 86400
#define CERTIFICATES_MAX 1000 /* in one file; the largest bundles have about 150 */

struct bundle {
	X509 *first; /* owned */
	size_t count, expired;
};

static void drop_bio(BIO **bio)
{
	(void)BIO_free(*bio);
}

static void drop_bundle(struct bundle *bundle)
{
	X509_free(bundle->first);
}

static void drop_pkey(EVP_PKEY **pkey)
{
	EVP_PKEY_free(*pkey);
}

static void check_dates(const X509 *certificate, const char *path, size_t number, int64_t now,
	enum severity severity, const struct reporter *reporter)
{
	int64_t from = pem_seconds(X509_get0_notBefore(certificate));
	int64_t until = pem_seconds(X509_get0_notAfter(certificate));

	if (until <= now)
		report(reporter, severity, path, 0,
			"certificate %zu has expired: put a new one "
			"there",
			number);
	else if (from > now)
		report(reporter, severity, path, 0,
			"certificate %zu does not hold yet: is this "
			"machine's clock right?",
			number);
	else if (until - now < (int64_t)TLS_SOON_DAYS * DAY)
		report(reporter, SAY_WARNING, path, 0,
			"certificate %zu expires in %lld days: have a new one ready", number,
			(long long)((until - now) / DAY));
}

/* The first certificate is the one that counts where `leaf`; the others are links of a chain. */
static void read_bundle(const char *path, bool leaf, int64_t now, struct bundle *bundle,
	const struct reporter *reporter)
{
	BIO *file CLEANUP(drop_bio) = BIO_new_file(path, "r");
	X509 *certificate;

	*bundle = (struct bundle){ .first = NULL };
	while (file != NULL && bundle->count < CERTIFICATES_MAX &&
		(certificate = PEM_read_bio_X509(file, NULL, NULL, NULL)) != NULL) {
		bool counts = leaf && bundle->count == 0;

		bundle->count++;
		bundle->expired += pem_seconds(X509_get0_notAfter(certificate)) <= now;
		check_dates(certificate, path, bundle->count, now, counts ? SAY_ERROR : SAY_WARNING,
			reporter);
		if (bundle->first == NULL)
			bundle->first = certificate;
		else
			X509_free(certificate);
	}
	if (bundle->count == 0)
		report(reporter, SAY_ERROR, path, 0,
			"holds no certificate in PEM "
			"(-----BEGIN CERTIFICATE-----)");
}

static void check_authority(const char *path, int64_t now, const struct reporter *reporter)
{
	struct bundle bundle CLEANUP(drop_bundle) = { .first = NULL };

	read_bundle(path, false, now, &bundle, reporter);
	if (bundle.count > 0 && bundle.expired == bundle.count)
		report(reporter, SAY_ERROR, path, 0,
			"every certificate in it has expired: no "
			"connection can be made");
}

static void check_key(const char *path, const X509 *certificate, const char *certificate_path,
	const struct reporter *reporter)
{
	BIO *file CLEANUP(drop_bio) = BIO_new_file(path, "r");
	EVP_PKEY *key CLEANUP(drop_pkey) = NULL;
	bool asked = false;

	key = file == NULL ? NULL : PEM_read_bio_PrivateKey(file, NULL, pem_no_password, &asked);
	if (key == NULL && asked)
		report(reporter, SAY_ERROR, path, 0,
			"wants a password, and the server has nobody "
			"to ask: take it off (openssl pkey) and keep the file at chmod 640");
	else if (key == NULL)
		report(reporter, SAY_ERROR, path, 0, "holds no private key in PEM");
	else if (certificate != NULL && X509_check_private_key(certificate, key) != 1)
		report(reporter, SAY_ERROR, path, 0, "is not the key of the certificate in %s",
			certificate_path);
}

void tls_check(const struct tls_files *files, int64_t now, const struct reporter *reporter)
{
	struct bundle own CLEANUP(drop_bundle) = { .first = NULL };

	check_authority(files->ca, now, reporter);
	if (files->certificate[0] != '\0') {
		read_bundle(files->certificate, true, now, &own, reporter);
		if (own.first != NULL &&
			X509_check_purpose(own.first, X509_PURPOSE_SSL_CLIENT, 0) != 1)
			report(reporter, SAY_ERROR, files->certificate, 0,
				"certificate 1 is not for TLS clients (extendedKeyUsage)");
		check_key(files->key, own.first, files->certificate, reporter);
	}
	ERR_clear_error();
}
