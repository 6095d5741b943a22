/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * world.c - time, the configuration's files, opening and closing. decider_open() is the real one;
 * the engine has no thread, nor has the watcher: both are called here when it is time.
 */
#include "scenario.h"

#define BEGIN_WALL INT64_C(1767258000) /* 2026-01-01 09:00:00 UTC */
#define BEGIN_MS 1000000
#define WORKERS 16

struct world world;

/* ---- in the place of the parts that have threads, and of chance ---- */

struct engine *engine_start(void)
{
	return fake_engine_new(&world.time);
}

void engine_stop(struct engine *engine)
{
	if (engine != NULL)
		fake_engine_free(engine);
}

/* Nothing is written down. */
struct recorder *recorder_open(const struct recorder_options *options)
{
	static char none;

	(void)options;
	return (struct recorder *)&none;
}

void recorder_offer(struct recorder *recorder, const struct record *record)
{
	(void)recorder;
	(void)record;
}

void recorder_close(struct recorder *recorder)
{
	(void)recorder;
}

struct config *__wrap_config_open(const struct config_options *options);
struct config *__wrap_config_open(const struct config_options *options)
{
	return config_prepare(options);
}

static uint64_t chance;

int __wrap_RAND_bytes(unsigned char *out, int len);
int __wrap_RAND_bytes(unsigned char *out, int len)
{
	for (int i = 0; i < len; i++) {
		chance = chance * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
		out[i] = (unsigned char)(chance >> 33);
	}
	return 1;
}

/* ---- time ---- */

int64_t world_ms(void)
{
	return world.time.mono_ms - BEGIN_MS;
}

int64_t world_wall(void)
{
	return BEGIN_WALL + world_ms() / SECOND;
}

static void watch(void)
{
	config_tick(world.decider->config);
	world.tick_ms += SECOND;
}

/* All that can happen without any time passing. */
static void settle(void)
{
	bool goes_on = true;

	while (goes_on) {
		fake_engine_run(world.decider->engine);
		goes_on = world.decider->config->offer.pending;
		if (goes_on)
			config_tick(world.decider->config);
		goes_on |= store_goes_on();
		goes_on |= wire_goes_on();
		goes_on |= tills_go_on();
	}
}

static int64_t earlier(int64_t a, int64_t b)
{
	return a < b ? a : b;
}

void world_go_on(int64_t until_ms)
{
	int64_t end = BEGIN_MS + until_ms;

	if (world.decider == NULL) {
		world.time.mono_ms = end;
		world.time.wall = world_wall();
		return;
	}
	settle();
	while (world.time.mono_ms < end) {
		int64_t next =
			earlier(earlier(end, world.tick_ms), earlier(wire_next(), tills_next()));

		next = earlier(next, fake_engine_next(world.decider->engine));
		fake_engine_pass(world.decider->engine, next - world.time.mono_ms);
		if (world.time.mono_ms >= world.tick_ms)
			watch();
		settle();
	}
}

/* ---- files ---- */

static void put_the_settings(void)
{
	put(&world.bench, "migrantid.cfg",
		"rules_file = \"rules.cfg\";\n"
		"messages_file = \"messages.cfg\";\n"
		"state_directory = \"state\";\n"
		"operator = {\n"
		"  id = \"o\";\n"
		"  person_key_file = \"person.key\";\n"
		"  time_zone = \"UTC\";\n"
		"};\n"
		"service = {\n"
		"  issuer = \"i\";\n"
		"  urls = [ \"https://one.example\", \"https://two.example\" ];\n"
		"  ca_file = \"ca.pem\";\n"
		"  certificate_file = \"client.pem\";\n"
		"  key_file = \"client.key\";\n"
		"  forms = [ \"document\", \"token\", \"token+document\" ];\n"
		"};\n"
		"keys = {\n"
		"  jwks_url = \"https://keys.example/jwks\";\n"
		"};\n"
		"waiting = {\n"
		"  wait = 1500;\n"
		"};\n"
		"cache = {\n"
		"  keep_yes = 86400;\n"
		"  keep_no = 60;\n"
		"  store = \"disk\";\n"
		"  store_directory = \"state\";\n"
		"};\n");
}

void world_edit(const char *name, const char *old, const char *fresh)
{
	char *text, *at, *changed;
	size_t len;

	text = conf_slurp(path_in(&world.bench, name).text, SETTINGS_FILE_MAX, &len, NULL);
	at = text != NULL ? strstr(text, old) : NULL;
	if (at == NULL || strstr(at + 1, old) != NULL) {
		fault("\"%s\" once in %s, got %s", old, name,
			text == NULL ? "no file"
			: at == NULL ? "none"
				     : "more");
	} else {
		changed = malloc(len + strlen(fresh) + 1);
		assert_non_null(changed);
		memcpy(changed, text, (size_t)(at - text));
		(void)stpcpy(stpcpy(changed + (at - text), fresh), at + strlen(old));
		put(&world.bench, name, changed);
		free(changed);
	}
	free(text);
}

/* ---- opening and closing ---- */

void world_new(void)
{
	memset(&world, 0, sizeof(world));
	world.time = (struct fake_time){ BEGIN_WALL, BEGIN_MS };
	bench_new_at(&world.bench, BEGIN_WALL);
	put_the_settings();
	world.settings = path_in(&world.bench, "migrantid.cfg");
	chance = 1;
	fake_wait_time = &world.time;
	wire_free();
	store_new();
	service_new();
}

void world_start(void)
{
	const struct decider_options options = { .settings_file = world.settings.text,
		.workers = WORKERS,
		.clock = fake_clock(&world.time),
		.reporter = heard_by(&world.bench.heard) };

	world.decider = decider_open(&options);
	if (world.decider == NULL) {
		fault("a configuration that opens, got:\n%s", world.bench.heard.text);
		return;
	}
	world.tick_ms = world.time.mono_ms + SECOND;
	store_attach();
	settle();
}

void world_stop(void)
{
	if (world.decider == NULL)
		return;
	while (tills_next() != INT64_MAX)
		world_go_on(tills_next() - BEGIN_MS);
	decider_close(world.decider);
	world.decider = NULL;
}

void world_free(void)
{
	world_stop();
	tills_free();
	wire_free();
	bench_free(&world.bench);
}
