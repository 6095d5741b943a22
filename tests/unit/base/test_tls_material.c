/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <unistd.h>

#include <cmocka.h>

#include <openssl/err.h>

#include "../a_certificate.h"
#include "../heard.h"
#include "base/tls_material.h"

#define NOW INT64_C(1800000000)
#define DAY INT64_C(86400)

static const char *const names[] = { "ca.pem", "client.pem", "client.key" };

static struct {
	char folder[32];
	char paths[3][64];
	EVP_PKEY *key, *other;
	char *key_pem, *other_pem, *certificate, *chain;
} all;

static void put(size_t which, const char *text)
{
	FILE *file = fopen(all.paths[which], "w");

	assert_non_null(file);
	assert_true(fputs(text, file) >= 0);
	assert_int_equal(fclose(file), 0);
}

static void put_all(const char *ca, const char *certificate, const char *key)
{
	put(0, ca);
	put(1, certificate);
	put(2, key);
}

static struct tls_material *load(struct heard *heard)
{
	struct reporter reporter = heard_by(heard);
	struct tls_material *material;

	/* An error of somebody else's stays, and none of ours joins it. */
	ERR_raise(ERR_LIB_USER, 1);
	material = tls_material_load(all.paths[0], all.paths[1], all.paths[2], NOW, &reporter);
	assert_int_equal(ERR_GET_LIB(ERR_get_error()), ERR_LIB_USER);
	assert_int_equal(ERR_peek_error(), 0);
	return material;
}

static void takes_what_fits(void **state)
{
	struct heard heard;
	struct tls_material *material, *again, *changed;
	char *key;

	(void)state;
	put_all(all.chain, all.certificate, all.key_pem);
	material = load(&heard);
	assert_string_equal(heard.text, "");
	assert_non_null(material);
	assert_string_equal(material->ca, all.chain);
	assert_string_equal(material->certificate, all.certificate);
	assert_string_equal(material->key, all.key_pem);
	assert_int_equal(material->ca_len, strlen(all.chain));
	assert_int_equal(material->certificate_len, strlen(all.certificate));
	assert_int_equal(material->key_len, strlen(all.key_pem));
	assert_int_equal(material->not_after, NOW + 365 * DAY);
	again = load(&heard);
	assert_memory_equal(material->digest, again->digest, sizeof(again->digest));
	assert_true(asprintf(&key, "%s\n", all.key_pem) > 0);
	put(2, key);
	changed = load(&heard);
	assert_memory_not_equal(material->digest, changed->digest, sizeof(again->digest));
	assert_ptr_equal(tls_material_ref(material), material);
	tls_material_unref(material);
	assert_string_equal(material->certificate, all.certificate);
	tls_material_unref(material);
	tls_material_unref(again);
	tls_material_unref(changed);
	tls_material_unref(NULL);
	assert_null(tls_material_ref(NULL));
	free(key);
}

static void takes_authorities_alone(void **state)
{
	struct heard heard;
	struct reporter reporter = heard_by(&heard);
	struct tls_material *material;

	(void)state;
	put_all(all.chain, all.certificate, all.key_pem);
	material = tls_material_load(all.paths[0], "", "", NOW, &reporter);
	assert_non_null(material);
	assert_null(material->certificate);
	assert_null(material->key);
	assert_int_equal(material->not_after, 0);
	tls_material_unref(material);
	assert_null(tls_material_load(all.paths[0], all.paths[1], "", NOW, &reporter));
	assert_heard(&heard, "client.pem:0: a certificate and its key belong together");
	assert_null(tls_material_load(all.paths[0], "", all.paths[2], NOW, &reporter));
	assert_heard(&heard, "client.key:0: a certificate and its key belong together");
}

static void refuse(const char *ca, const char *certificate, const char *key, const char *said)
{
	struct heard heard;

	put_all(ca, certificate, key);
	assert_null(load(&heard));
	assert_heard(&heard, said);
	assert_int_equal(heard.count, 1);
}

static void refuses_what_is_wrong(void **state)
{
	char *encrypted = a_key_pem(all.key, "secret");
	char *cut = strndup(all.chain, strlen(all.chain) - 100);

	(void)state;
	refuse("", all.certificate, all.key_pem, "ca.pem:0: holds no certificate in PEM");
	refuse(cut, all.certificate, all.key_pem, "ca.pem:0: what stands behind certificate 1");
	refuse(all.chain, all.key_pem, all.key_pem, "client.pem:0: holds no certificate in PEM");
	refuse(all.chain, all.certificate, "nonsense", "client.key:0: holds no private key");
	refuse(all.chain, all.certificate, all.certificate, "client.key:0: holds no private key");
	refuse(all.chain, all.certificate, encrypted, "client.key:0: wants a password");
	refuse(all.chain, all.certificate, all.other_pem,
		"client.key:0: is not the key of the certificate in /tmp/test_tls");
	free(encrypted);
	free(cut);
}

static void names_every_error(void **state)
{
	struct heard heard;

	(void)state;
	put_all("", all.certificate, "nonsense");
	assert_int_equal(unlink(all.paths[1]), 0);
	assert_null(load(&heard));
	assert_heard(&heard, "ca.pem:0: holds no certificate");
	assert_heard(&heard, "client.pem:0: cannot be read: No such file");
	put(1, "-");
	assert_null(load(&heard));
	assert_int_equal(heard.count, 3);
}

static void warn(const struct certificate_wish *wish, const char *said)
{
	char *certificate = a_certificate(all.key, wish);
	struct heard heard;
	struct tls_material *material;

	put_all(all.chain, certificate, all.key_pem);
	material = load(&heard);
	assert_non_null(material);
	tls_material_unref(material);
	assert_int_equal(heard.count, said[0] != '\0');
	assert_heard(&heard, said);
	free(certificate);
}

static void warns_of_dates_and_purpose(void **state)
{
	(void)state;
	warn(&(struct certificate_wish){ NOW - DAY, NOW, NULL }, "warning /tmp/test_tls");
	warn(&(struct certificate_wish){ NOW - DAY, NOW, NULL },
		"client.pem:0: certificate 1 has ended");
	warn(&(struct certificate_wish){ NOW + 1, NOW + 99 * DAY, NULL },
		"certificate 1 is not valid yet: is this machine's clock right?");
	warn(&(struct certificate_wish){ NOW - DAY, NOW + 20 * DAY, NULL },
		"certificate 1 ends in 20 days");
	warn(&(struct certificate_wish){ NOW - DAY, NOW + 21 * DAY, NULL }, "");
	warn(&(struct certificate_wish){ NOW - DAY, NOW + 99 * DAY, "clientAuth" }, "");
	warn(&(struct certificate_wish){ NOW - DAY, NOW + 99 * DAY, "serverAuth" },
		"certificate 1 is not for TLS clients");
}

static int set_up(void **state)
{
	const struct certificate_wish wish = { NOW - DAY, NOW + 365 * DAY, NULL };

	(void)state;
	(void)strcpy(all.folder, "/tmp/test_tls.XXXXXX");
	if (mkdtemp(all.folder) == NULL)
		return -1;
	for (size_t i = 0; i < ARRAY_LEN(names); i++)
		(void)snprintf(all.paths[i], sizeof(all.paths[i]), "%s/%s", all.folder, names[i]);
	all.key = a_key();
	all.other = a_key();
	all.key_pem = a_key_pem(all.key, NULL);
	all.other_pem = a_key_pem(all.other, NULL);
	all.certificate = a_certificate(all.key, &wish);
	return asprintf(&all.chain, "# two\n%s%s# end\n", all.certificate, all.certificate) > 0
		       ? 0
		       : -1;
}

static int tear_down(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(names); i++)
		(void)unlink(all.paths[i]);
	EVP_PKEY_free(all.key);
	EVP_PKEY_free(all.other);
	free(all.key_pem);
	free(all.other_pem);
	free(all.certificate);
	free(all.chain);
	return rmdir(all.folder);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(takes_what_fits),
		cmocka_unit_test(takes_authorities_alone),
		cmocka_unit_test(refuses_what_is_wrong),
		cmocka_unit_test(names_every_error),
		cmocka_unit_test(warns_of_dates_and_purpose),
	};

	return cmocka_run_group_tests(tests, set_up, tear_down);
}
