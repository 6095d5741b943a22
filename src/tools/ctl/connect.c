/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * connect.c - are the ID service's addresses to be reached, as the server would: names, TCP, mutual
 * TLS and HTTP? Asks nothing about anybody: of the service a path that the contract does not have,
 * to which any HTTP status at all is a sign of life, and of jwks_url its key set.
 */
#include "tools/ctl/connect.h"

#include <pthread.h>
#include <string.h>

#include <jansson.h>

#include "answer/jwks.h"
#include "tools/ctl/files.h"
#include "transport/transport.h"

#define NOBODY_PATH "/v2/"
#define BODY_MAX JWKS_MAX_LEN

/* One attempt, from begin to end; the caller waits. */
struct call {
	struct transport *transport;
	struct engine *engine;
	struct attempt attempt;
	const struct settings *settings;
	struct output *out;
	const char *address;

	pthread_mutex_t mutex;
	pthread_cond_t ended;
	bool has_ended, fine; /* mutex */
};

static void report_call(struct call *call, bool fine, const char *what)
{
	const char *advice = transport_advice(what);
	json_t *row = json_pack(
		"{s:s, s:b, s:s}", "address", call->address, "reached", fine, "said", what);

	output_row(call->out, "addresses", row, "%s: %s", call->address, what);
	if (!fine)
		report(&call->out->reporter, SAY_ERROR, NULL, 0, "%s: %s%s%s", call->address, what,
			advice[0] != '\0' ? ": " : "", advice);
	pthread_mutex_lock(&call->mutex);
	call->has_ended = true;
	pthread_cond_signal(&call->ended);
	pthread_mutex_unlock(&call->mutex);
}

/* What came from jwks_url has to be a key set, with a key that can be used. */
static void report_keys(struct call *call, const struct attempt_result *result)
{
	struct key_set *keys = NULL;

	if (result->status != 200) {
		report_call(call, false, result->cause);
		return;
	}
	keys = key_set_parse(result->body, result->len, call->address, &call->out->reporter);
	if (keys != NULL)
		files_warn_keys(
			keys, call->address, call->settings->algorithms, &call->out->reporter);
	report_call(call, keys != NULL,
		keys != NULL ? "reached, its key set can be used"
			     : "reached, but its key set cannot be used");
	key_set_unref(keys);
}

/* Engine thread. */
static void on_ended(void *ctx, const struct attempt_result *result)
{
	struct call *call = ctx;
	int status = result->status;

	if (result->end == END_STATUS && call->attempt.group == GROUP_KEYS)
		report_keys(call, result);
	else if (result->end != END_STATUS || status == 401 || status == 403 || status >= 500)
		report_call(call, false, result->cause);
	else
		report_call(call, true, "reached, and our certificate is taken");
}

static void send_on_engine(void *ctx)
{
	struct call *call = ctx;

	call->attempt.deadline_ms = clock_mono_ms(&system_clock) + call->settings->attempt_timeout;
	if (transport_send(call->transport, &call->attempt, on_ended, call) == NULL)
		report_call(call, false, "out of memory");
}

static void wait_for(struct call *call)
{
	pthread_mutex_init(&call->mutex, NULL);
	pthread_cond_init(&call->ended, NULL);
	engine_call(call->engine, send_on_engine, call);
	pthread_mutex_lock(&call->mutex);
	while (!call->has_ended)
		pthread_cond_wait(&call->ended, &call->mutex);
	pthread_mutex_unlock(&call->mutex);
	pthread_cond_destroy(&call->ended);
	pthread_mutex_destroy(&call->mutex);
}

/* What transport says of its own accord is said here of each address once. */
static void overhear(
	void *ctx, enum severity severity, const char *file, int line, const char *text)
{
	(void)ctx;
	(void)severity;
	(void)file;
	(void)line;
	(void)text;
}

/* A transport of its own for each address: none stands in for another one. */
static void reach(const struct settings *settings, struct tls_material *tls,
	enum transport_group group, const char *address, struct output *out)
{
	struct transport_options options = {
		.connect_ms = settings->connect_timeout,
		.max_connections = 1,
		.breaker_failures = 1,
		.breaker_pause_ms = settings->breaker_pause,
		.breaker_pause_max_ms = settings->breaker_pause_max,
		.clock = system_clock,
		.reporter = { overhear, NULL },
	};
	struct call call = {
		.engine = engine_start(),
		.attempt = { .group = group,
			.method = HTTP_GET,
			.path = group == GROUP_KEYS ? "" : NOBODY_PATH,
			.accept = "application/jwk-set+json, application/json, */*;q=0.1",
			.body_max = BODY_MAX,
			.endpoint_to_avoid = -1 },
		.settings = settings,
		.out = out,
		.address = address,
	};

	options.groups[group].urls[0] = address;
	options.groups[group].count = 1;
	if (call.engine != NULL)
		call.transport = transport_open(&options, call.engine, tls);
	if (call.transport != NULL)
		wait_for(&call);
	else
		report(&out->reporter, SAY_ERROR, NULL, 0,
			"%s: cannot be tried: memory or threads are short", address);
	transport_close(call.transport);
	if (call.engine != NULL)
		engine_stop(call.engine);
}

void connect_check(const struct settings *settings, int64_t now, struct output *out)
{
	struct tls_material *tls = tls_material_load(settings->ca_file, settings->certificate_file,
		settings->key_file, now, &out->reporter);

	if (tls == NULL)
		return;
	for (size_t i = 0; i < settings->urls.count; i++)
		reach(settings, tls, GROUP_SERVICE, conf_string_at(&settings->urls, i), out);
	if (settings->jwks_url[0] != '\0')
		reach(settings, tls, GROUP_KEYS, settings->jwks_url, out);
	tls_material_unref(tls);
}
