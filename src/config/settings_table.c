/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Every setting is one row here. What migrantid.cfg and migrantid.cfg(5) say of bounds and defaults
 * is held against these rows by a test.
 */
#include "answer/answer.h"
#include "config/settings.h"

#define AT(member) offsetof(struct settings, member)
#define PATH_LONGEST 4095
#define NAME_LONGEST 255
#define KIB INT64_C(1024)
#define MIB (1024 * KIB)
#define GIB (1024 * MIB)
#define MINUTE 60
#define HOUR (60 * MINUTE)
#define DAY (24 * HOUR)

static const struct conf_row top_rows[] = {
	{ "rules_file", CONF_STRING, AT(rules_file), .required = true, .live = true,
		.max = PATH_LONGEST, .help = "the file of exemption rules" },
	{ "messages_file", CONF_STRING, AT(messages_file), .required = true, .live = true,
		.max = PATH_LONGEST, .help = "the file of texts for clerk and buyer" },
	{ "state_directory", CONF_STRING, AT(state_directory), .max = PATH_LONGEST,
		.default_text = "/var/lib/freeradius-migrantid",
		.help = "the folder of what the server itself keeps between starts" },
	{ "operator", CONF_GROUP, AT(groups[SETTINGS_OPERATOR]), .help = "this operator" },
	{ "service", CONF_GROUP, AT(groups[SETTINGS_SERVICE]), .help = "the ID service" },
	{ "keys", CONF_GROUP, AT(groups[SETTINGS_KEYS]),
		.help = "which signed answers are believed" },
	{ "waiting", CONF_GROUP, AT(groups[SETTINGS_WAITING]),
		.help = "how long the server's workers wait" },
	{ "cache", CONF_GROUP, AT(groups[SETTINGS_CACHE]), .help = "how long answers are kept" },
	{ "credential", CONF_GROUP, AT(groups[SETTINGS_CREDENTIAL]),
		.help = "digital ID cards that buyers show" },
	{ "reply", CONF_GROUP, AT(groups[SETTINGS_REPLY]), .help = "what shops are told" },
	{ "log", CONF_GROUP, AT(groups[SETTINGS_LOG]), .help = "where decisions are written down" },
	{ "stats", CONF_GROUP, AT(groups[SETTINGS_STATS]), .help = "where figures are written" },
};

static const struct conf_row operator_rows[] = {
	{ "id", CONF_STRING, AT(operator_id), .required = true, .live = true, .max = NAME_LONGEST,
		.help = "this operator's name at the ID service, the `aud` of its answers" },
	{ "person_key_file", CONF_STRING, AT(person_key_file), .required = true, .live = true,
		.max = PATH_LONGEST, .help = "the operator's secret key of pseudonyms" },
	{ "person_key_previous_file", CONF_STRING, AT(person_key_previous_file), .live = true,
		.max = PATH_LONGEST, .help = "the key before it, while the key is being changed" },
	{ "time_zone", CONF_STRING, AT(time_zone), .required = true, .live = true, .max = 64,
		.help = "the IANA name of the time zone in which rules begin and end" },
	{ "allow_specimen", CONF_BOOL, AT(allow_specimen), .live = true,
		.help = "take specimen documents of the state UTO, in a test system only" },
};

static const struct conf_row service_rows[] = {
	{ "issuer", CONF_STRING, AT(issuer), .required = true, .max = NAME_LONGEST,
		.help = "the ID service's name, the `iss` of its answers" },
	{ "urls", CONF_STRINGS, AT(urls), .required = true, .max = SETTINGS_URLS_MAX,
		.help = "the https addresses of the ID service, the preferred one first" },
	{ "round_robin", CONF_BOOL, AT(round_robin),
		.help = "ask the addresses in turn, not in order of preference" },
	{ "ca_file", CONF_STRING, AT(ca_file), .required = true, .live = true, .max = PATH_LONGEST,
		.help = "the certificate authorities that vouch for the ID service (PEM)" },
	{ "certificate_file", CONF_STRING, AT(certificate_file), .required = true, .live = true,
		.max = PATH_LONGEST, .help = "this operator's client certificate (PEM)" },
	{ "key_file", CONF_STRING, AT(key_file), .required = true, .live = true,
		.max = PATH_LONGEST, .help = "the private key of that certificate (PEM)" },
	{ "forms", CONF_STRINGS, AT(form_names), .live = true, .max = SUBJECT_FORMS,
		.help = "the forms of question that shops may use" },
	{ "question_timeout", CONF_INT, AT(question_timeout), .min = 500, .max = 60000,
		.default_value = 10000, .unit = "ms",
		.help = "one question from end to end, retries included" },
	{ "attempt_timeout", CONF_INT, AT(attempt_timeout), .min = 100, .max = 60000,
		.default_value = 4000, .unit = "ms", .help = "one attempt at one address" },
	{ "connect_timeout", CONF_INT, AT(connect_timeout), .min = 50, .max = 30000,
		.default_value = 2000, .unit = "ms", .help = "making a connection, TLS included" },
	{ "max_in_flight", CONF_INT, AT(max_in_flight), .min = 1, .max = 65536,
		.default_value = 1024, .unit = "questions", .help = "questions under way at once" },
	{ "max_in_flight_per_client", CONF_INT, AT(max_in_flight_per_client), .min = 0,
		.max = 65536, .default_value = 0, .unit = "questions",
		.help = "a shop's share of them when room is short; 0 is an eighth" },
	{ "max_connections", CONF_INT, AT(max_connections), .min = 1, .max = 4096,
		.default_value = 4, .unit = "connections", .help = "connections to one address" },
	{ "breaker_failures", CONF_INT, AT(breaker_failures), .min = 1, .max = 1000,
		.default_value = 5, .unit = "failures",
		.help = "failures in a row after which an address is left to rest" },
	{ "breaker_pause", CONF_INT, AT(breaker_pause), .min = 100, .max = 600000,
		.default_value = 1000, .unit = "ms",
		.help = "the first rest; each further one is twice as long" },
	{ "breaker_pause_max", CONF_INT, AT(breaker_pause_max), .min = 100, .max = 3600000,
		.default_value = 60000, .unit = "ms", .help = "the longest rest" },
};

static const struct conf_row keys_rows[] = {
	{ "jwks_file", CONF_STRING, AT(jwks_file), .live = true, .max = PATH_LONGEST,
		.help = "the service's public keys in a file" },
	{ "jwks_url", CONF_STRING, AT(jwks_url), .max = 2048,
		.help = "the https address from which they are fetched" },
	{ "jwks_refresh", CONF_INT, AT(jwks_refresh), .min = 10, .max = 7 * DAY,
		.default_value = HOUR, .unit = "s", .help = "how often the keys are fetched" },
	{ "jwks_min_interval", CONF_INT, AT(jwks_min_interval), .min = 1, .max = HOUR,
		.default_value = MINUTE, .unit = "s",
		.help = "at most one fetch in this time, whatever asks for it" },
	{ "jwks_max_age", CONF_INT, AT(jwks_max_age), .live = true, .min = MINUTE, .max = 30 * DAY,
		.default_value = DAY, .unit = "s",
		.help = "how long keys are believed after the last good fetch" },
	{ "algorithms", CONF_STRINGS, AT(algorithm_names), .live = true, .max = 8,
		.help = "signature algorithms that are accepted" },
	{ "max_lifetime", CONF_INT, AT(max_lifetime), .live = true, .min = MINUTE, .max = 366 * DAY,
		.default_value = 30 * DAY, .unit = "s",
		.help = "longest time between an answer's signing and its end" },
};

static const struct conf_row waiting_rows[] = {
	{ "wait", CONF_INT, AT(wait), .live = true, .min = 0, .max = 10000, .default_value = 1500,
		.unit = "ms", .help = "how long a worker waits before the reply is `pending`" },
	{ "max_waiting", CONF_INT, AT(max_waiting), .min = 0, .max = 1024, .default_value = 0,
		.unit = "workers",
		.help = "workers that may wait at once; 0 is a quarter of the server's" },
	{ "state_lifetime", CONF_INT, AT(state_lifetime), .live = true, .min = 10, .max = HOUR,
		.default_value = 600, .unit = "s",
		.help = "how long a shop may come back with a State" },
	{ "retry_after", CONF_INT, AT(retry_after), .live = true, .min = 1, .max = MINUTE,
		.default_value = 2, .unit = "s",
		.help = "after what time the shop is told to ask again" },
};

static const struct conf_row cache_rows[] = {
	{ "keep_yes", CONF_INT, AT(keep_yes), .live = true, .min = 0, .max = 30 * DAY,
		.default_value = DAY, .unit = "s",
		.help = "how long a yes serves again; 0: every sale asks afresh" },
	/*
	 * Whoever has just put it right must not stay refused: the bound is part of the contract.
	 */
	{ "keep_no", CONF_INT, AT(keep_no), .live = true, .min = 0, .max = MINUTE,
		.default_value = MINUTE, .unit = "s", .help = "how long a no serves again" },
	{ "memory_octets", CONF_INT, AT(memory_octets), .min = MIB, .max = 64 * GIB,
		.default_value = 64 * MIB, .unit = "octets", .help = "memory for answers" },
	{ "store", CONF_STRING, AT(store), .max = 16, .default_text = "disk",
		.help = "where answers are kept besides memory: `disk`, `redis` or `none`" },
	{ "store_directory", CONF_STRING, AT(store_directory), .max = PATH_LONGEST,
		.default_text = "/var/lib/freeradius-migrantid",
		.help = "the folder of the store" },
	{ "store_octets", CONF_INT, AT(store_octets), .min = MIB, .max = 1024 * GIB,
		.default_value = 256 * MIB, .unit = "octets", .help = "disk space for the store" },
	{ "redis_address", CONF_STRING, AT(redis_address), .max = 107,
		.default_text = "127.0.0.1:6379", .help = "address and port, or a Unix socket" },
	{ "redis_sentinels", CONF_STRINGS, AT(redis_sentinels), .max = REDIS_SENTINELS_MAX,
		.help = "addresses and ports of Redis Sentinels, which tell the master's address" },
	{ "redis_master", CONF_STRING, AT(redis_master), .max = 64, .default_text = "mymaster",
		.help = "what Sentinels call the master" },
	{ "redis_user", CONF_STRING, AT(redis_user), .max = 64, .help = "ACL user" },
	{ "redis_password_file", CONF_STRING, AT(redis_password_file), .max = PATH_LONGEST,
		.help = "file that holds the password" },
	{ "redis_ca_file", CONF_STRING, AT(redis_ca_file), .max = PATH_LONGEST,
		.help = "the certificate authorities that vouch for Redis (PEM); with it, TLS" },
	{ "redis_certificate_file", CONF_STRING, AT(redis_certificate_file), .max = PATH_LONGEST,
		.help = "the certificate that is shown to Redis (PEM)" },
	{ "redis_key_file", CONF_STRING, AT(redis_key_file), .max = PATH_LONGEST,
		.help = "the private key of that certificate (PEM)" },
	{ "redis_tls_name", CONF_STRING, AT(redis_tls_name), .max = 253,
		.help = "the name in Redis's certificate, if that is not for its address" },
	{ "redis_prefix", CONF_STRING, AT(redis_prefix), .max = 64,
		.default_text = "migrantid:", .help = "what every key in Redis begins with" },
	{ "redis_timeout", CONF_INT, AT(redis_timeout), .min = 5, .max = 1000, .default_value = 50,
		.unit = "ms",
		.help = "how long a sale looks into Redis before it goes on without" },
};

static const struct conf_row credential_rows[] = {
	{ "enabled", CONF_BOOL, AT(credential_enabled), .live = true,
		.help = "look at the digital ID cards that shops send" },
	{ "issuers", CONF_GROUP, AT(issuers), .live = true,
		.help = "whose cards count: a list of { issuer = ...; jwks_file = ...; }" },
	{ "typ", CONF_STRING, AT(typ), .live = true, .max = 64, .default_text = CREDENTIAL_TYP,
		.help = "the `typ` of a card's header" },
	{ "vct", CONF_STRING, AT(vct), .live = true, .max = NAME_LONGEST,
		.help = "the type of card that counts" },
	{ "max_validity", CONF_INT, AT(max_validity), .live = true, .min = MINUTE,
		.max = 3660 * DAY, .default_value = CREDENTIAL_MAX_LIFETIME, .unit = "s",
		.help = "longest time between a card's signing and its end" },
	{ "status_directory", CONF_STRING, AT(status_directory), .live = true, .max = PATH_LONGEST,
		.help = "the folder of status lists" },
	{ "status_required", CONF_BOOL, AT(status_required), .live = true, .default_value = true,
		.help = "a card that names no status list does not count" },
	{ "printed", CONF_BOOL, AT(printed), .live = true,
		.help = "cards that are bound to no key count, too" },
	{ "bearer_exemptions", CONF_BOOL, AT(bearer_exemptions), .live = true,
		.help = "a card exempts without naming a document" },
	{ "decides", CONF_BOOL, AT(credential_decides), .live = true,
		.help = "a card is a yes, and nobody is asked" },
};

static const struct conf_row reply_rows[] = {
	{ "source", CONF_BOOL, AT(reply_source), .live = true,
		.help = "tell shops where an answer comes from and how long it holds" },
};

static const struct conf_row log_rows[] = {
	{ "decisions", CONF_STRING, AT(log_decisions), .max = 16, .default_text = "server",
		.help = "a line of the server's log for each decision, `server`, or of a `file`" },
	{ "file", CONF_STRING, AT(log_file), .max = PATH_LONGEST,
		.default_text = "/var/log/freeradius/migrantid-decisions.log",
		.help = "the file of decisions, JSON lines" },
};

static const struct conf_row stats_rows[] = {
	{ "directory", CONF_STRING, AT(stats_directory), .max = PATH_LONGEST,
		.default_text = "/run/freeradius-migrantid",
		.help = "the folder of the figures that migrantidctl status shows; \"\": none" },
};

const struct settings_group settings_groups[SETTINGS_GROUPS] = {
	[SETTINGS_TOP] = { "", top_rows, ARRAY_LEN(top_rows) },
	[SETTINGS_OPERATOR] = { "operator", operator_rows, ARRAY_LEN(operator_rows) },
	[SETTINGS_SERVICE] = { "service", service_rows, ARRAY_LEN(service_rows) },
	[SETTINGS_KEYS] = { "keys", keys_rows, ARRAY_LEN(keys_rows) },
	[SETTINGS_WAITING] = { "waiting", waiting_rows, ARRAY_LEN(waiting_rows) },
	[SETTINGS_CACHE] = { "cache", cache_rows, ARRAY_LEN(cache_rows) },
	[SETTINGS_CREDENTIAL] = { "credential", credential_rows, ARRAY_LEN(credential_rows) },
	[SETTINGS_REPLY] = { "reply", reply_rows, ARRAY_LEN(reply_rows) },
	[SETTINGS_LOG] = { "log", log_rows, ARRAY_LEN(log_rows) },
	[SETTINGS_STATS] = { "stats", stats_rows, ARRAY_LEN(stats_rows) },
};
