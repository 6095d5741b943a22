/* SPDX-License-Identifier: GPL-2.0-or-later */
/* tls.c - certificates as the server reads them, judged harder: it makes do with what it has. */
#include "tools/ctl/tls.h"

#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/x509v3.h>

#include "base/pem.h"
#include "base/tls_material.h"

#define DAY 86400

/* One of the files, as it was read. */
struct bundle {
	const char *path, *text;
	bool leaf; /* its first certificate counts, the others are links of a chain */
};

static void drop_bio(BIO **bio)
{
	(void)BIO_free(*bio);
}

static void drop_material(struct tls_material **material)
{
	tls_material_unref(*material);
}

/* The loading's warnings are about the same dates and purposes as what is said below. */
static void pass_errors(
	void *ctx, enum severity severity, const char *file, int line, const char *text)
{
	if (severity == SAY_ERROR)
		report(ctx, SAY_ERROR, file, line, "%s", text);
}

static void check_dates(const X509 *certificate, const char *path, size_t number, int64_t now,
	enum severity severity, const struct reporter *reporter)
{
	int64_t from = pem_seconds(X509_get0_notBefore(certificate));
	int64_t until = pem_seconds(X509_get0_notAfter(certificate));

	if (until <= now)
		report(reporter, severity, path, 0,
			"certificate %zu has expired: put a new one there", number);
	else if (from > now)
		report(reporter, severity, path, 0,
			"certificate %zu does not hold yet: is this machine's clock right?",
			number);
	else if (until - now < (int64_t)TLS_SOON_DAYS * DAY)
		report(reporter, SAY_WARNING, path, 0,
			"certificate %zu expires in %lld days: have a new one ready", number,
			(long long)((until - now) / DAY));
}

static void check_leaf(X509 *certificate, const char *path, const struct reporter *reporter)
{
	if (X509_check_purpose(certificate, X509_PURPOSE_SSL_CLIENT, 0) != 1)
		report(reporter, SAY_ERROR, path, 0,
			"certificate 1 is not for TLS clients (extendedKeyUsage)");
}

static void check_bundle(const struct bundle *bundle, int64_t now, const struct reporter *reporter)
{
	BIO *text CLEANUP(drop_bio) = BIO_new_mem_buf(bundle->text, -1);
	size_t count = 0, expired = 0;
	X509 *one;

	while (text != NULL &&
		(one = PEM_read_bio_X509(text, NULL, pem_no_password, NULL)) != NULL) {
		bool counts = bundle->leaf && count == 0;

		count++;
		expired += pem_seconds(X509_get0_notAfter(one)) <= now;
		check_dates(
			one, bundle->path, count, now, counts ? SAY_ERROR : SAY_WARNING, reporter);
		if (counts)
			check_leaf(one, bundle->path, reporter);
		X509_free(one);
	}
	if (!bundle->leaf && count > 0 && expired == count)
		report(reporter, SAY_ERROR, bundle->path, 0,
			"every certificate in it has expired: no connection can be made");
}

void tls_check(const struct tls_files *files, int64_t now, const struct reporter *reporter)
{
	const struct reporter errors = { pass_errors, (void *)(uintptr_t)reporter };
	struct tls_material *material CLEANUP(drop_material) =
		tls_material_load(files->ca, files->certificate, files->key, now, &errors);
	struct bundle bundle = { files->ca, NULL, false };

	if (material == NULL)
		return;
	(void)ERR_set_mark();
	bundle.text = material->ca;
	check_bundle(&bundle, now, reporter);
	bundle = (struct bundle){ files->certificate, material->certificate, true };
	if (material->certificate != NULL)
		check_bundle(&bundle, now, reporter);
	(void)ERR_pop_to_mark();
}
