/* SPDX-License-Identifier: GPL-2.0-or-later */
/* settings_redis.c - what the settings say of Redis: checked, and as the floor below takes it. */
#include "config/settings_check.h"

#include <string.h>

/* Whether the Redis library of this system was built with TLS. */
#ifdef HAVE_HIREDIS_SSL
#define TLS_BUILT true
#else
#define TLS_BUILT false
#endif

struct redis_config settings_redis(const struct settings *settings)
{
	struct redis_config config = {
		.address = settings->redis_address,
		.master = settings->redis_master,
		.user = settings->redis_user,
		.password = "",
		.ca_file = settings->redis_ca_file,
		.certificate_file = settings->redis_certificate_file,
		.key_file = settings->redis_key_file,
		.tls_name = settings->redis_tls_name,
		.prefix = settings->redis_prefix,
	};

	for (size_t i = 0; i < settings->redis_sentinels.count && i < REDIS_SENTINELS_MAX; i++)
		config.sentinels[config.sentinel_count++] =
			conf_string_at(&settings->redis_sentinels, i);
	return config;
}

/* What is wrong with an address and what to do; NULL if nothing is. */
static const char *fault_of(const char *address, bool by_socket)
{
	struct redis_address parsed;

	if (redis_address_parse(address, &parsed) && (by_socket || parsed.port != 0))
		return NULL;
	return by_socket ? "must be a numeric address and a port, \"127.0.0.1:6379\" or "
			   "\"[::1]:6379\", or the path of a Unix socket"
			 : "must be a numeric address and a port, \"127.0.0.1:26379\" or "
			   "\"[::1]:26379\"";
}

static bool check_addresses(const struct settings *settings, const struct reporter *reporter)
{
	const struct conf_strings *sentinels = &settings->redis_sentinels;
	const char *fault;
	bool valid = true;

	for (size_t i = 0; i < sentinels->count; i++) {
		fault = fault_of(conf_string_at(sentinels, i), false);
		if (fault == NULL)
			continue;
		settings_say(settings, reporter, SAY_ERROR, SETTINGS_CACHE, "redis_sentinels",
			"address %zu %s", i + 1, fault);
		valid = false;
	}
	fault = sentinels->count > 0 ? NULL : fault_of(settings->redis_address, true);
	if (fault == NULL)
		return valid;
	settings_say(settings, reporter, SAY_ERROR, SETTINGS_CACHE, "redis_address", "%s", fault);
	return false;
}

static bool check_tls(const struct settings *settings, const struct reporter *reporter)
{
	const char *name = "redis_ca_file", *fault = NULL;
	bool certificate = settings->redis_certificate_file[0] != '\0';
	bool by_socket = settings->redis_sentinels.count == 0 && settings->redis_address[0] == '/';

	if (settings->redis_ca_file[0] == '\0') {
		if (!certificate && settings->redis_tls_name[0] == '\0')
			return true;
		fault = "TLS is wanted: name the authorities that vouch for Redis";
	} else if (!TLS_BUILT) {
		fault = "the Redis library of this system (hiredis) knows no TLS: write \"\", and "
			"use a socket or a tunnel";
	} else if (by_socket) {
		fault = "a Unix socket takes no TLS: write \"\", or an address and a port";
	} else if (certificate != (settings->redis_key_file[0] != '\0')) {
		name = certificate ? "redis_key_file" : "redis_certificate_file";
		fault = "a certificate and its key belong together: name both or none";
	}
	if (fault != NULL)
		settings_say(settings, reporter, SAY_ERROR, SETTINGS_CACHE, name, "%s", fault);
	return fault == NULL;
}

bool settings_check_redis(const struct settings *settings, const struct reporter *reporter)
{
	bool valid = check_addresses(settings, reporter);

	return check_tls(settings, reporter) && valid;
}
