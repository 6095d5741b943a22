/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What changes while the gate is looking elsewhere: a file between its reading and the first look
 * whether it has changed, the settings while a worker takes an answer from the store, the clock
 * between two fetches of keys.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <sys/stat.h>

#include "a_store.h"
#include "base/base64url.h"
#include "decision/decision_internal.h"
#include "sign.h"

#define ISSUER "https://id.example"
#define AUDIENCE "https://operator.example"
#define DAY 86400

static struct {
	int64_t wall_s, mono_ms;
	struct settings before, after;
	struct view view_before, view_after;
	struct gate gate;
	struct question question;
	struct signer *signer;
	char *token, *jwks;
} all;

static int64_t wall(void *ctx)
{
	(void)ctx;
	return all.wall_s;
}

static int64_t mono(void *ctx)
{
	(void)ctx;
	return all.mono_ms;
}

/* ---- the settings, during a look into the store ---- */

static bool get_meanwhile(struct store *store, const uint8_t key[PERSON_KEY_LEN], int64_t now,
			  struct store_entry *out)
{
	(void)store, (void)key, (void)now;
	out->stored_at = NOW - 1;
	out->keep_until = NOW + 3000;
	out->token_len = strlen(all.token);
	memcpy(out->token, all.token, out->token_len);
	/* As a reload does it. */
	all.gate.view = &all.view_after;
	memory_clear(all.gate.memory);
	return true;
}

static uint64_t generation(struct store *store)
{
	(void)store;
	return 1;
}

static bool find(const struct view *view)
{
	struct answer answer;

	return answers_find(&all.gate, view, &all.question.key, NULL, all.wall_s, &answer);
}

static void test_settings(void **state)
{
	static const struct store_ops ops = { .get = get_meanwhile, .generation = generation };
	struct store store = { &ops };

	(void)state;
	all.gate.store = &store;
	assert_true(find(&all.view_before));
	all.gate.store = NULL;
	all.wall_s = NOW + 5;
	assert_true(find(&all.view_after));
	all.wall_s = NOW + 2500;
	assert_true(find(&all.view_before));
	assert_false(find(&all.view_after));
}

/* ---- the clock, between two fetches ---- */

static bool is_believed(void)
{
	struct key_set *set = keys_in_force(&all.gate);

	key_set_unref(set);
	return set != NULL;
}

static void test_clock(void **state)
{
	(void)state;
	all.wall_s = NOW + 365 * DAY;
	assert_true(keys_fetched(&all.gate, all.jwks, strlen(all.jwks)));
	all.wall_s = NOW;
	all.mono_ms += INT64_C(1000) * DAY;
	assert_true(is_believed());
	all.mono_ms += 1;
	assert_false(is_believed());
	assert_true(keys_fetched(&all.gate, all.jwks, strlen(all.jwks)));
	all.wall_s = NOW + 365 * DAY;
	assert_true(is_believed());
}

/* Both start with a gate as gate_open() would leave it, without files, engine and network. */
static int set_up(void **state)
{
	struct sign_claims claims = {
		.iss = ISSUER,
		.aud = AUDIENCE,
		.sbj = all.question.key.text,
		.txn = all.question.txn,
		.nonce = all.question.nonce,
		.result = "yes",
		.reason = "match",
		.iat = NOW - 1,
		.exp = NOW + 3000,
	};

	(void)state;
	memset(&all, 0, sizeof(all));
	all.wall_s = NOW;
	memset(all.question.key.bytes, 7, PERSON_KEY_LEN);
	base64url_encode(all.question.key.bytes, PERSON_KEY_LEN, all.question.key.text);
	(void)snprintf(all.question.txn, sizeof(all.question.txn),
		"0190b8a2-7d3e-7c3a-9a44-000000000001");
	(void)snprintf(all.question.nonce, sizeof(all.question.nonce), "q83vEjRWeJCr0000000001");
	all.signer = signer_new(JWS_ES256, "k1");
	all.token = sign_answer(all.signer, &claims);
	all.jwks = sign_jwks_text(json_pack("[o]", signer_jwk(all.signer)));
	all.before = (struct settings){
		.issuer = ISSUER,
		.operator_id = AUDIENCE,
		.jwks_url = "https://id.example/keys",
		.jwks_max_age = DAY,
		.algorithms = JWS_DEFAULT_ALGORITHMS,
		.max_lifetime = 3600,
		.keep_yes = 3600,
		.keep_no = 60,
	};
	all.after = all.before;
	all.after.keep_yes = 10;
	atomic_init(&all.view_before.references, 1);
	atomic_init(&all.view_after.references, 1);
	all.view_before.settings = &all.before;
	all.view_after.settings = &all.after;
	all.gate.options.clock = (struct clock){ wall, mono, NULL };
	all.gate.boot = &all.before;
	all.gate.view = &all.view_before;
	all.gate.memory = memory_new(16 * MIB);
	assert_int_equal(pthread_mutex_init(&all.gate.mutex, NULL), 0);
	assert_true(keys_fetched(&all.gate, all.jwks, strlen(all.jwks)));
	return 0;
}

static int tear_down(void **state)
{
	(void)state;
	memory_free(all.gate.memory);
	key_set_unref(all.gate.keys.set);
	(void)pthread_mutex_destroy(&all.gate.mutex);
	signer_free(all.signer);
	free(all.token);
	free(all.jwks);
	return 0;
}

/* ---- a file, during the start ---- */

struct start {
	struct folder folder;
	struct signer *old, *fresh;
	bool replaced;
};

static void put_file(const struct start *start, const char *name, const char *text)
{
	struct place place = in_folder(&start->folder, name), beside = in_folder(&start->folder, "x");
	FILE *file = fopen(beside.path, "w");

	assert_non_null(file);
	assert_true(fputs(text, file) >= 0);
	assert_int_equal(fclose(file), 0);
	assert_int_equal(chmod(beside.path, 0600), 0);
	assert_int_equal(rename(beside.path, place.path), 0);
}

static void put_keys(const struct start *start, struct signer *signer)
{
	char *text = sign_jwks_text(json_pack("[o]", signer_jwk(signer)));

	put_file(start, "jwks.json", text);
	free(text);
}

/* The store is opened after the files were read; that there is no folder for it is said then. */
static void on_word(void *ctx, enum severity severity, const char *file, int line, const char *text)
{
	struct start *start = ctx;

	(void)severity, (void)file, (void)line;
	if (strstr(text, "is no folder") == NULL || start->replaced)
		return;
	start->replaced = true;
	put_keys(start, start->fresh);
}

static bool is_in_force(struct gate *gate, const char *kid)
{
	struct key_set *set = keys_in_force(gate);
	bool is = set != NULL && strcmp(key_set_info(set, 0).kid, kid) == 0;

	key_set_unref(set);
	return is;
}

static void test_file(void **state)
{
	static const char settings[] =
		"rules_file = \"%s/rules.cfg\";\nmessages_file = \"%s/messages.cfg\";\n"
		"operator = { id = \"o\"; person_key_file = \"person.key\"; "
		"time_zone = \"UTC\"; };\n"
		"service = { issuer = \"i\"; urls = [ \"https://127.0.0.1:1\" ]; "
		"ca_file = \"empty\"; certificate_file = \"empty\"; key_file = \"empty\"; };\n"
		"keys = { jwks_file = \"jwks.json\"; };\n"
		"cache = { store_directory = \"nowhere\"; };\n";
	struct start start = { .folder = folder_new(), .old = signer_new(JWS_ES256, "old"),
		.fresh = signer_new(JWS_ES256, "fresh") };
	struct place config = in_folder(&start.folder, "migrantid.cfg");
	struct gate_options options = { .settings_file = config.path, .workers = 4,
		.clock = system_clock, .reporter = { on_word, &start } };
	char text[4096], shipped[1024];
	struct gate *gate;

	(void)state;
	assert_non_null(getcwd(shipped, sizeof(shipped) - 64));
	(void)strcat(shipped, "/config/mods-config/migrantid");
	(void)snprintf(text, sizeof(text), settings, shipped, shipped);
	put_file(&start, "migrantid.cfg", text);
	put_file(&start, "person.key", "00112233445566778899aabbccddeeff"
				  "00112233445566778899aabbccddeeff\n");
	put_file(&start, "empty", "\n");
	put_keys(&start, start.old);
	assert_true(gate_prepare());
	gate = gate_open(&options);
	assert_non_null(gate);
	assert_true(start.replaced);
	for (int i = 0; i < 100 && !is_in_force(gate, "fresh"); i++)
		(void)usleep(50000);
	assert_true(is_in_force(gate, "fresh"));
	gate_close(gate);
	signer_free(start.old);
	signer_free(start.fresh);
	folder_remove(&start.folder);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_settings, set_up, tear_down),
		cmocka_unit_test_setup_teardown(test_clock, set_up, tear_down),
		cmocka_unit_test(test_file),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
