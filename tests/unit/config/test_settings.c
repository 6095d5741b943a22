/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#include "../heard.h"
#include "answer/answer.h"
#include "answer/jwks.h"
#include "config/settings.h"

#define SHIPPED "config/mods-config/migrantid/migrantid.cfg"

static char folder[] = "/tmp/test_settings.XXXXXX";
static char *shipped;

static const char *const beside[] = { "rules.cfg", "messages.cfg", "person.key", "client.pem",
	"client.key", "ca.pem", "jwks.json" };

static char *slurp(const char *path)
{
	size_t len;
	char *text = conf_slurp(path, SETTINGS_FILE_MAX, &len, NULL);

	assert_non_null(text);
	return text;
}

static const char *path_of(const char *name)
{
	static char path[128];

	snprintf(path, sizeof(path), "%s/%s", folder, name);
	return path;
}

static void put(const char *name, const char *text, mode_t mode)
{
	FILE *file = fopen(path_of(name), "w");

	assert_non_null(file);
	assert_true(fputs(text, file) >= 0);
	assert_int_equal(fclose(file), 0);
	assert_int_equal(chmod(path_of(name), mode), 0);
}

static int make_folder(void **state)
{
	(void)state;
	if (mkdtemp(folder) == NULL)
		return -1;
	for (size_t i = 0; i < ARRAY_LEN(beside); i++)
		put(beside[i], "", 0640);
	shipped = slurp(SHIPPED);
	return 0;
}

static int remove_folder(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(beside); i++)
		(void)unlink(path_of(beside[i]));
	(void)unlink(path_of("migrantid.cfg"));
	free(shipped);
	return rmdir(folder);
}

/* Load the shipped file with one piece of its text replaced. */
static struct settings *load_with(const char *from, const char *to, struct heard *heard)
{
	struct reporter reporter = heard_by(heard);
	const char *at = strstr(shipped, from);
	char *text;

	if (at == NULL)
		fail_msg("not in the shipped file: %s", from);
	if (asprintf(&text, "%.*s%s%s", (int)(at - shipped), shipped, to, at + strlen(from)) < 0)
		fail();
	put("migrantid.cfg", text, 0640);
	free(text);
	return settings_load(path_of("migrantid.cfg"), &reporter);
}

static void takes_the_shipped_file(void **state)
{
	struct heard heard;
	struct settings *settings = load_with("", "", &heard);

	(void)state;
	assert_string_equal(heard.text, "");
	assert_non_null(settings);
	assert_string_equal(settings->operator_id, "operator-example");
	assert_string_equal(settings->issuer, "https://id.sandbox.example");
	assert_int_equal(settings->urls.count, 1);
	assert_string_equal(conf_string_at(&settings->urls, 0), "https://127.0.0.1:8443");
	assert_string_equal(settings->time_zone, "Europe/Moscow");
	assert_string_equal(settings->person_key_file, path_of("person.key"));
	assert_string_equal(settings->person_key_previous_file, "");
	assert_string_equal(settings->rules_file, path_of("rules.cfg"));
	assert_string_equal(settings->jwks_file, path_of("jwks.json"));
	assert_string_equal(settings->store_directory, "/var/lib/freeradius-migrantid");
	assert_string_equal(settings->file, path_of("migrantid.cfg"));
	assert_int_equal(settings->algorithms, JWS_DEFAULT_ALGORITHMS);
	settings_free(settings);
}

/* A file of what is required alone has the defaults, and these are what the shipped file says. */
static void defaults_are_what_is_shipped(void **state)
{
	static const char fewest[] =
		"rules_file = \"rules.cfg\"; messages_file = \"messages.cfg\";\n"
		"operator = { id = \"o\"; person_key_file = \"person.key\";\n"
		"time_zone = \"UTC\"; };\n"
		"service = { issuer = \"i\"; urls = [ \"https://h\" ]; ca_file = \"ca.pem\";\n"
		"certificate_file = \"client.pem\"; key_file = \"client.key\"; };\n"
		"keys = { jwks_url = \"https://h/jwks?set=1\"; };\n";
	struct heard heard, shipped_heard;
	struct reporter reporter = heard_by(&heard);
	struct settings *settings, *whole = load_with("", "", &shipped_heard);

	(void)state;
	assert_non_null(whole);
	put("migrantid.cfg", fewest, 0640);
	settings = settings_load(path_of("migrantid.cfg"), &reporter);
	assert_string_equal(heard.text, "");
	assert_non_null(settings);
	assert_string_equal(settings->jwks_file, "");
	assert_string_equal(settings->store, whole->store);
	assert_string_equal(settings->store_directory, whole->store_directory);
	assert_string_equal(settings->state_directory, whole->state_directory);
	assert_int_equal(settings->algorithms, whole->algorithms);
	assert_int_equal(settings->forms, whole->forms);
	assert_int_equal(settings->forms, (1u << SUBJECT_FORMS) - 1);
	for (size_t g = 0; g < SETTINGS_GROUPS; g++) {
		for (size_t i = 0; i < settings_groups[g].count; i++) {
			const struct conf_row *row = &settings_groups[g].rows[i];
			const char *one = (const char *)settings + row->offset;
			const char *other = (const char *)whole + row->offset;
			size_t size = row->type == CONF_INT ? sizeof(int64_t) : sizeof(bool);

			if (row->type != CONF_INT && row->type != CONF_BOOL)
				continue;
			if (memcmp(one, other, size) != 0)
				fail_msg("%s is shipped with another value", row->name);
		}
	}
	settings_free(settings);
	settings_free(whole);
}

/* One change of the shipped file, and what is said of it. */
static const struct {
	const char *from, *to, *said;
} refused[] = {
	{ "id = \"operator-example\"", "id = \"\"", "'id' in group operator must not be empty" },
	{ "id = \"operator-example\";", "", "'id' is missing in group operator: this operator's" },
	{ "issuer = \"https://id.sandbox.example\"", "issuer = \"\"",
		"'issuer' in group service must not be empty" },
	{ "wait = 1500", "wiat = 1500",
		"unknown setting 'wiat' in group waiting; did you mean 'wait'?" },
	{ "wait = 1500", "wait = 10001", "'wait' in group waiting is 10001, but must be from 0" },
	{ "keep_no = 60", "keep_no = 61", "'keep_no' in group cache is 61" },
	{ "keep_no = 60", "keep_no = true", "'keep_no' in group cache is true or false" },
	{ "keep_yes = 86400", "keep_yes = 1.5", "is a number with a fraction" },
	{ "round_robin = false", "round_robin = 0", "'round_robin' in group service is a whole" },
	{ "wait = 1500;", "wait = 1500; wait = 2;", "duplicate setting name" },
	{ "operator = {", "@include \"x\"\noperator = {", "@include is not supported" },
	/* addresses */
	{ "https://127.0.0.1:8443", "http://127.0.0.1:8443", "urls: address 1 must begin with" },
	{ "https://127.0.0.1:8443", "ftp://127.0.0.1", "urls: address 1 must begin with https" },
	{ "https://127.0.0.1:8443", "127.0.0.1:8443", "urls: address 1 " },
	{ "https://127.0.0.1:8443", "", "urls: address 1 is no address" },
	{ "https://127.0.0.1:8443", "https://", "urls: address 1 is no address" },
	{ "https://127.0.0.1:8443", "https://h:99999", "urls: address 1 is no address" },
	{ "https://127.0.0.1:8443", "https://h/a b", "urls: address 1 is no address" },
	{ "https://127.0.0.1:8443", "https://me@h", "must not hold a user or password" },
	{ "https://127.0.0.1:8443", "https://me:pw@h", "must not hold a user or password" },
	{ "https://127.0.0.1:8443", "https://h/?a=1", "must not hold a '?'" },
	{ "https://127.0.0.1:8443", "https://h/#a", "must not hold a '#'" },
	{ "https://127.0.0.1:8443", "https://h/", "must not end in '/'" },
	{ "\"https://127.0.0.1:8443\"", "\"https://h\", \"http://h\"", "urls: address 2 must" },
	{ "\"https://127.0.0.1:8443\"", "\"https://h\", \"https://h\"",
		"urls: address 2 is there twice" },
	{ "\"https://127.0.0.1:8443\"", "", "'urls' in group service must not be empty" },
	{ "\"https://127.0.0.1:8443\"",
		"\"https://1\",\"https://2\",\"https://3\",\"https://4\",\"https://5\","
		"\"https://6\",\"https://7\",\"https://8\",\"https://9\"",
		"'urls' in group service has 9 entries, but at most 8 may be" },
	{ "jwks_url = \"\"", "jwks_url = \"http://h\"", "jwks_url: the address must begin with" },
	{ "jwks_url = \"\"", "jwks_url = \"https://a@h\"", "jwks_url: the address must not hold" },
	/* keys */
	{ "jwks_file = \"jwks.json\"", "jwks_file = \"\"", "jwks_file: without the ID service's" },
	{ "\"ES256\", ", "\"HS256\", ", "algorithms: 'HS256' is not taken" },
	{ "\"ES256\", ", "\"none\", ", "algorithms: 'none' is not taken" },
	{ "\"ES256\", ", "\"es256\", ", "algorithms: 'es256' is not taken" },
	{ "[ \"ES256\", \"PS256\", \"Ed25519\" ]", "[ ]", "algorithms: must name one" },
	/* zone and store */
	{ "Europe/Moscow", "Europe/Atlantis", "time_zone: 'Europe/Atlantis' is no IANA name" },
	{ "Europe/Moscow", "+03:00", "time_zone: '+03:00' is no IANA name" },
	{ "Europe/Moscow", "UTC+3", "time_zone: 'UTC+3' is no IANA name" },
	{ "Europe/Moscow", "GMT+3", "time_zone: 'GMT+3' is no IANA name" },
	{ "Europe/Moscow", "MSK-3", "time_zone: 'MSK-3' is no IANA name" },
	{ "Europe/Moscow", "EST5EDT", "write America/New_York" },
	{ "Europe/Moscow", "W-SU", "write Europe/Moscow" },
	{ "Europe/Moscow", "Turkey", "write Europe/Istanbul" },
	{ "Europe/Moscow", "posix/Europe/Moscow", "is no IANA name" },
	{ "Europe/Moscow", "right/Europe/Moscow", "is no IANA name" },
	{ "Europe/Moscow", "Europe/../Europe/Moscow", "is no IANA name" },
	{ "Europe/Moscow", "Europe//Moscow", "is no IANA name" },
	{ "Europe/Moscow", "/etc/passwd", "time_zone: '/etc/passwd' is no IANA name" },
	{ "Europe/Moscow", "Europe/../../../../etc/localtime", "is no IANA name" },
	{ "Europe/Moscow", "Europe", "is no IANA name" },
	{ "store = \"disk\"", "store = \"DISK\"", "store: 'DISK' is no kind of store" },
	{ "store = \"disk\"", "store = \"lmdb\"",
		"store: \"lmdb\" is no longer made: write \"disk\"" },
	{ "state_directory = \"/var/lib/freeradius-migrantid\"", "state_directory = \"\"",
		"state_directory: must name a folder" },
	/* forms */
	{ "\"document\", \"token\"", "\"dokument\", \"token\"",
		"forms: 'dokument' is no form of question: document, token and" },
	{ "\"token+document\" ]", "\"Token\" ]", "forms: 'Token' is no form" },
	{ "[ \"document\", \"token\", \"token+document\" ]", "[ ]", "forms: must name one" },
	{ "source = false", "source = 1", "'source' in group reply is a whole number" },
	{ "store_directory = \"/var/lib/freeradius-migrantid\"", "store_directory = \"\"",
		"store_directory: must name a folder, or write store = \"none\";" },
	/* files */
	{ "\"person.key\"", "\"absent.key\"",
		"absent.key cannot be read: No such file or directory: make one with: openssl "
		"rand" },
	{ "\"rules.cfg\"", "\"absent\"", "rules_file: /tmp/test_settings." },
	{ "\"messages.cfg\"", "\"absent\"", "messages_file: /tmp/test_settings." },
	{ "\"ca.pem\"", "\"absent\"", "ca_file: /tmp/test_settings." },
	{ "\"client.pem\"", "\"absent\"", "certificate_file: /tmp/test_settings." },
	{ "\"client.key\"", "\"absent\"", "key_file: /tmp/test_settings." },
	{ "person_key_previous_file = \"\"", "person_key_previous_file = \"absent\"",
		"person_key_previous_file: /tmp/test_settings." },
	{ "\"ca.pem\"", "\".\"", "/. is not a regular file" },
	{ "\"ca.pem\"", "\"/\"", "ca_file: / is not a regular file" },
	/* settings that bound one another */
	{ "attempt_timeout = 4000", "attempt_timeout = 10001",
		"attempt_timeout: 10001 ms is longer than question_timeout, which is 10000 ms" },
	{ "connect_timeout = 2000", "connect_timeout = 4001",
		"connect_timeout: 4001 ms is longer than attempt_timeout" },
	{ "breaker_pause_max = 60000", "breaker_pause_max = 999",
		"breaker_pause: 1000 ms is longer than breaker_pause_max" },
	{ "jwks_refresh = 3600", "jwks_refresh = 59",
		"jwks_min_interval: 60 s is longer than jwks_refresh, which is 59 s" },
	{ "jwks_refresh = 3600", "jwks_refresh = 86401", "jwks_refresh: 86401 s is longer than" },
	/* a group that is none */
	{ "waiting = {", "waiting = ( ); x = {", "waiting must be a group: write { ... }" },
	{ "cache = {", "cache = 5; cash = {", "'cache' at the top level is a whole number" },
};

static void refuses_what_is_wrong(void **state)
{
	struct heard heard;
	struct settings *settings;

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(refused); i++) {
		settings = load_with(refused[i].from, refused[i].to, &heard);
		if (settings != NULL)
			fail_msg("taken: %s", refused[i].to);
		assert_heard(&heard, refused[i].said);
		assert_heard(&heard, "error /tmp/test_settings.");
	}
}

/* Where this machine still has it: Debian 13 does not. */
static void warns_of_a_zone_s_name_of_old(void **state)
{
	struct heard heard;
	struct settings *settings = load_with("Europe/Moscow", "Europe/Kiev", &heard);

	(void)state;
	assert_heard(&heard, "write Europe/Kyiv");
	if (settings != NULL)
		assert_heard(&heard, "warning ");
	settings_free(settings);
}

static const struct {
	const char *from, *to;
} taken[] = {
	{ "\"ES256\", ", "\"RS256\", " },
	{ "\"Ed25519\"", "\"EdDSA\"" },
	{ "https://127.0.0.1:8443", "https://[::1]:8443/service/a" },
	{ "jwks_url = \"\"", "jwks_url = \"https://h/j/?a=1\"" },
	{ "keep_yes = 86400", "keep_yes = 0" },
	{ "store = \"disk\"", "store = \"none\"" },
	{ "store_octets = 268435456", "store_octets = 4294967296L" },
	{ "store_directory = \"/var/lib/freeradius-migrantid\"", "store_directory = \"store\"" },
	{ "attempt_timeout = 4000", "attempt_timeout = 10000" },
	{ "Europe/Moscow", "Etc/GMT-3" },
	{ "Europe/Moscow", "America/Argentina/Buenos_Aires" },
	{ "Europe/Moscow", "UTC" },
	/* Looked for when keys are read: it may be gone while the server runs. */
	{ "\"jwks.json\"", "\"absent\"" },
	{ "source = false", "source = true" },
};

static void takes_what_is_right(void **state)
{
	struct heard heard;
	struct settings *settings;

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(taken); i++) {
		settings = load_with(taken[i].from, taken[i].to, &heard);
		if (settings == NULL || heard.count != 0)
			fail_msg("refused: %s\n%s", taken[i].to, heard.text);
		settings_free(settings);
	}
}

static void reads_algorithms(void **state)
{
	struct heard heard;
	struct settings *settings =
		load_with("[ \"ES256\", \"PS256\", \"Ed25519\" ]", "\"RS256\"", &heard);

	(void)state;
	assert_non_null(settings);
	assert_int_equal(settings->algorithms, JWS_RS256);
	settings_free(settings);
}

static void reads_forms(void **state)
{
	static const struct {
		const char *written;
		unsigned forms;
	} rows[] = {
		{ "[ \"document\", \"token\", \"token+document\" ]", 7 },
		{ "[ \"token+document\" ]", 1u << SUBJECT_TOKEN_DOCUMENT },
		{ "\"document\"", 1u << SUBJECT_DOCUMENT },
		{ "( \"token\", \"token\" )", 1u << SUBJECT_TOKEN },
	};
	struct heard heard;

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		struct settings *settings = load_with(rows[0].written, rows[i].written, &heard);

		assert_string_equal(heard.text, "");
		assert_non_null(settings);
		assert_int_equal(settings->forms, rows[i].forms);
		settings_free(settings);
	}
}

static void names_every_error_and_line(void **state)
{
	static const char text[] = "rules_file = \"absent\";\n"
				   "operator = {\n"
				   "id = \"\";\n"
				   "time_zone = \"Nowhere\";\n"
				   "};\n"
				   "service = { urls = \"http://h\";\n"
				   "};\n"
				   "waiting = { wait = -1; };\n";
	static const char *const said[] = {
		"migrantid.cfg:1: rules_file: ",
		"'messages_file' is missing at the top level",
		"migrantid.cfg:3: 'id' in group operator must not be empty",
		"migrantid.cfg:4: time_zone: 'Nowhere' is no IANA name",
		"migrantid.cfg:2: 'person_key_file' is missing in group operator",
		"migrantid.cfg:6: urls: address 1 must begin with https://",
		"migrantid.cfg:6: 'issuer' is missing in group service",
		"migrantid.cfg:6: 'ca_file' is missing",
		"migrantid.cfg:6: 'certificate_file' is missing",
		"migrantid.cfg:6: 'key_file' is missing",
		"migrantid.cfg:8: 'wait' in group waiting is -1",
	};
	struct heard heard;
	struct reporter reporter = heard_by(&heard);

	(void)state;
	put("migrantid.cfg", text, 0640);
	assert_null(settings_load(path_of("migrantid.cfg"), &reporter));
	for (size_t i = 0; i < ARRAY_LEN(said); i++)
		assert_heard(&heard, said[i]);
	assert_int_equal(heard.count, (int)ARRAY_LEN(said));
}

static void misses_all_of_an_empty_file(void **state)
{
	struct heard heard;
	struct reporter reporter = heard_by(&heard);
	int required = 0;

	(void)state;
	for (size_t g = 0; g < SETTINGS_GROUPS; g++)
		for (size_t i = 0; i < settings_groups[g].count; i++)
			required += settings_groups[g].rows[i].required;
	put("migrantid.cfg", "", 0640);
	assert_null(settings_load(path_of("migrantid.cfg"), &reporter));
	assert_int_equal(heard.count, required);
	assert_int_equal(unlink(path_of("migrantid.cfg")), 0);
	assert_null(settings_load(path_of("migrantid.cfg"), &reporter));
	assert_heard(&heard, "migrantid.cfg:0: cannot be read: No such file or directory");
}

static void resolves_from_the_files_folder(void **state)
{
	struct heard heard;
	struct reporter reporter = heard_by(&heard);
	struct settings *settings = load_with("", "", &heard);
	char *here = get_current_dir_name();

	(void)state;
	assert_non_null(here);
	settings_free(settings);
	assert_int_equal(chdir(folder), 0);
	settings = settings_load("migrantid.cfg", &reporter);
	assert_int_equal(chdir(here), 0);
	assert_non_null(settings);
	assert_string_equal(settings->file, path_of("migrantid.cfg"));
	assert_string_equal(settings->ca_file, path_of("ca.pem"));
	settings_free(settings);
	free(here);
}

static void warns_of_open_secrets(void **state)
{
	static const char *const secrets[] = { "person.key", "client.key" };
	struct heard heard;
	struct settings *settings;

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(secrets); i++) {
		put(secrets[i], "", 0644);
		settings = load_with("", "", &heard);
		put(secrets[i], "", 0640);
		assert_non_null(settings);
		assert_int_equal(heard.count, 1);
		assert_heard(&heard, "warning ");
		assert_heard(&heard, secrets[i]);
		assert_heard(&heard, "is a secret and open to everybody: chmod 640");
		settings_free(settings);
	}
}

static void warns_of_what_needs_a_restart(void **state)
{
	struct heard heard;
	struct reporter reporter;
	struct settings *boot = load_with("", "", &heard);
	struct settings *fresh;

	(void)state;
	fresh = load_with("wait = 1500", "wait = 1000", &heard);
	reporter = heard_by(&heard);
	settings_warn_restart(boot, fresh, &reporter);
	assert_int_equal(heard.count, 0);
	settings_free(fresh);

	fresh = load_with("\"https://127.0.0.1:8443\" ];",
		"\"https://a\", \"https://127.0.0.1:8443\" ];", &heard);
	assert_non_null(fresh);
	reporter = heard_by(&heard);
	settings_warn_restart(boot, fresh, &reporter);
	assert_int_equal(heard.count, 1);
	assert_heard(&heard, ": urls was changed: that takes effect only when the server is");
	settings_free(fresh);
	settings_free(boot);
}

/* Every setting that is not live is told of; every one that is, is not. */
static void tells_live_from_fixed(void **state)
{
	static const struct {
		const char *from, *to;
		bool live;
	} changes[] = {
		{ "\"rules.cfg\"", "\"ca.pem\"", true },
		{ "\"messages.cfg\"", "\"ca.pem\"", true },
		{ "Europe/Moscow", "UTC", true },
		{ "allow_specimen = false", "allow_specimen = true", true },
		{ "state_lifetime = 600", "state_lifetime = 60", true },
		{ "retry_after = 2", "retry_after = 3", true },
		{ "keep_yes = 86400", "keep_yes = 0", true },
		{ "keep_no = 60", "keep_no = 0", true },
		{ "operator-example", "another", true },
		{ "\"person.key\"", "\"ca.pem\"", true },
		{ "\"ca.pem\"", "\"jwks.json\"", true },
		{ "\"client.pem\"", "\"ca.pem\"", true },
		{ "\"client.key\"", "\"ca.pem\"", true },
		{ "\"jwks.json\"", "\"ca.pem\"", true },
		{ "id.sandbox.example", "id.example", false },
		{ "\"document\", ", "", true },
		{ "source = false", "source = true", true },
		{ "jwks_max_age = 86400", "jwks_max_age = 3600", true },
		{ "max_lifetime = 2592000", "max_lifetime = 60", true },
		{ "\"PS256\", ", "", true },
		{ "max_connections = 4", "max_connections = 5", false },
		{ "jwks_url = \"\"", "jwks_url = \"https://h/k\"", false },
		{ "state_directory = \"/var", "state_directory = \"/srv", false },
		{ "https://127.0.0.1:8443", "https://[::1]", false },
		{ "round_robin = false", "round_robin = true", false },
		{ "max_waiting = 0", "max_waiting = 1", false },
		{ "memory_octets = 67108864", "memory_octets = 1048576", false },
	};
	struct heard heard, ignored;
	struct settings *boot = load_with("", "", &ignored);

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(changes); i++) {
		struct reporter reporter = heard_by(&heard);
		struct settings *fresh = load_with(changes[i].from, changes[i].to, &ignored);

		assert_non_null(fresh);
		settings_warn_restart(boot, fresh, &reporter);
		if (heard.count != !changes[i].live)
			fail_msg("%s: %s", changes[i].to, heard.text);
		settings_free(fresh);
	}
	settings_free(boot);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(takes_the_shipped_file),
		cmocka_unit_test(defaults_are_what_is_shipped),
		cmocka_unit_test(refuses_what_is_wrong),
		cmocka_unit_test(warns_of_a_zone_s_name_of_old),
		cmocka_unit_test(takes_what_is_right),
		cmocka_unit_test(reads_algorithms),
		cmocka_unit_test(reads_forms),
		cmocka_unit_test(names_every_error_and_line),
		cmocka_unit_test(misses_all_of_an_empty_file),
		cmocka_unit_test(resolves_from_the_files_folder),
		cmocka_unit_test(warns_of_open_secrets),
		cmocka_unit_test(warns_of_what_needs_a_restart),
		cmocka_unit_test(tells_live_from_fixed),
	};

	return cmocka_run_group_tests(tests, make_folder, remove_folder);
}
