/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * a_config.h - a folder with a whole configuration, a clock that the test moves, and that
 * configuration opened without a thread, so that each look at the files is the test's own
 * config_tick(). Include it behind <cmocka.h>.
 */
#ifndef MIGRANTID_A_CONFIG_H
#define MIGRANTID_A_CONFIG_H

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "../a_certificate.h"
#include "../answer/sign.h"
#include "../heard.h"
#include "config/config_internal.h"

#define DAY INT64_C(86400)
#define SHIPPED "config/mods-config/migrantid/"
#define KEY_A "000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f"
#define KEY_B "ff0102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f"
#define NO_KEYS "{\"keys\":[]}"

struct bench {
	char folder[40];
	int64_t wall_s, mono_ms;
	struct heard heard;
	struct config *config;
	EVP_PKEY *key, *other; /* of client.pem; another */
	struct signer *one, *two; /* of jwks.json; another */
	char *jwks_one, *jwks_two;
};

static inline int64_t bench_wall(void *ctx)
{
	return ((struct bench *)ctx)->wall_s;
}

static inline int64_t bench_mono(void *ctx)
{
	return ((struct bench *)ctx)->mono_ms;
}

/* Time passes, by both clocks. */
static inline void pass(struct bench *bench, int64_t seconds)
{
	bench->wall_s += seconds;
	bench->mono_ms += seconds * 1000;
}

struct bench_path {
	char text[400];
};

static inline struct bench_path path_in(const struct bench *bench, const char *name)
{
	struct bench_path path;

	(void)snprintf(path.text, sizeof(path.text), "%s/%s", bench->folder, name);
	return path;
}

/* As it should be done: beside, then renamed. */
static inline void put(const struct bench *bench, const char *name, const char *text)
{
	struct bench_path beside = path_in(bench, "beside");
	FILE *file = fopen(beside.text, "w");

	assert_non_null(file);
	assert_true(fputs(text, file) >= 0);
	assert_int_equal(fclose(file), 0);
	assert_int_equal(chmod(beside.text, 0640), 0);
	assert_int_equal(rename(beside.text, path_in(bench, name).text), 0);
}

static inline void take_away(const struct bench *bench, const char *name)
{
	assert_int_equal(unlink(path_in(bench, name).text), 0);
}

static inline char *shipped(const char *name)
{
	char path[128];
	size_t len;
	char *text;

	(void)snprintf(path, sizeof(path), SHIPPED "%s", name);
	text = conf_slurp(path, SETTINGS_FILE_MAX, &len, NULL);
	assert_non_null(text);
	return text;
}

static inline void put_shipped(const struct bench *bench, const char *name)
{
	char *text = shipped(name);

	put(bench, name, text);
	free(text);
}

/* The fewest settings, and more of the groups that tests change. */
struct wish {
	const char *top, *service, *keys, *cache;
};

static inline void put_settings(const struct bench *bench, const struct wish *wish)
{
	static const char format[] =
		"rules_file = \"rules.cfg\"; messages_file = \"messages.cfg\";\n"
		"state_directory = \"state\"; %s\n"
		"operator = { id = \"o\"; person_key_file = \"person.key\"; time_zone = \"UTC\"; "
		"};\n"
		"service = { issuer = \"i\"; urls = [ \"https://127.0.0.1:1\" ]; ca_file = "
		"\"ca.pem\";\n"
		"certificate_file = \"client.pem\"; key_file = \"client.key\"; %s };\n"
		"keys = { %s };\n"
		"cache = { store = \"none\"; %s };\n"
		"stats = { directory = \"\"; };\n";
	char text[2048];

	(void)snprintf(text, sizeof(text), format, wish->top != NULL ? wish->top : "",
		wish->service != NULL ? wish->service : "",
		wish->keys != NULL ? wish->keys : "jwks_file = \"jwks.json\";",
		wish->cache != NULL ? wish->cache : "");
	put(bench, "migrantid.cfg", text);
}

static inline void put_certificate(const struct bench *bench, EVP_PKEY *key)
{
	const struct certificate_wish wish = { bench->wall_s - DAY, bench->wall_s + 365 * DAY,
		NULL };
	char *text = a_certificate(key, &wish);

	put(bench, "client.pem", text);
	free(text);
}

static inline void put_key(const struct bench *bench, EVP_PKEY *key)
{
	char *text = a_key_pem(key, NULL);

	put(bench, "client.key", text);
	free(text);
}

static inline void bench_new_at(struct bench *bench, int64_t wall_s)
{
	memset(bench, 0, sizeof(*bench));
	(void)strcpy(bench->folder, "/tmp/test_config.XXXXXX");
	assert_non_null(mkdtemp(bench->folder));
	assert_int_equal(mkdir(path_in(bench, "state").text, 0755), 0);
	bench->wall_s = wall_s;
	bench->mono_ms = 1000;
	bench->key = a_key();
	bench->other = a_key();
	bench->one = signer_new(JWS_ES256, "one");
	bench->two = signer_new(JWS_ES256, "two");
	bench->jwks_one = sign_jwks_text(json_pack("[o]", signer_jwk(bench->one)));
	bench->jwks_two = sign_jwks_text(json_pack("[o]", signer_jwk(bench->two)));
	put_certificate(bench, bench->key);
	assert_int_equal(
		rename(path_in(bench, "client.pem").text, path_in(bench, "ca.pem").text), 0);
	put_certificate(bench, bench->key);
	put_key(bench, bench->key);
	put_shipped(bench, "rules.cfg");
	put_shipped(bench, "messages.cfg");
	put(bench, "person.key", KEY_A "\n");
	put(bench, "jwks.json", bench->jwks_one);
	put_settings(bench, &(struct wish){ NULL });
}

static inline void bench_new(struct bench *bench)
{
	bench_new_at(bench, (int64_t)time(NULL));
}

static inline struct config_options bench_options(struct bench *bench, const char *path)
{
	return (struct config_options){ .settings_file = path,
		.clock = { bench_wall, bench_mono, bench },
		.reporter = heard_by(&bench->heard) };
}

/* NULL where it is refused. */
static inline struct config *bench_open(struct bench *bench)
{
	struct bench_path path = path_in(bench, "migrantid.cfg");
	struct config_options options = bench_options(bench, path.text);

	bench->config = config_prepare(&options);
	return bench->config;
}

static inline void bench_close(struct bench *bench)
{
	if (bench->config != NULL)
		config_drop(bench->config);
	bench->config = NULL;
}

static inline void bench_free(struct bench *bench)
{
	char command[80];

	bench_close(bench);
	EVP_PKEY_free(bench->key);
	EVP_PKEY_free(bench->other);
	signer_free(bench->one);
	signer_free(bench->two);
	free(bench->jwks_one);
	free(bench->jwks_two);
	(void)snprintf(command, sizeof(command), "rm -r %s", bench->folder);
	assert_int_equal(system(command), 0);
}

/* One look, with what it says alone in bench->heard; the number of the snapshot behind it. */
static inline uint64_t tick(struct bench *bench)
{
	(void)heard_by(&bench->heard);
	config_tick(bench->config);
	return bench->config->now->number;
}

/* The kid in force; "-" for none, "" for an empty set. */
static inline const char *kid_in_force(const struct config *config)
{
	const struct key_set *keys = config->now->policy->keys;

	if (keys == NULL)
		return "-";
	return key_set_count(keys) > 0 ? key_set_info(keys, 0).kid : "";
}

#define assert_silent(bench)                                                                       \
	do {                                                                                       \
		if ((bench)->heard.count != 0)                                                     \
			fail_msg("said:\n%s", (bench)->heard.text);                                \
	} while (0)

#endif
