/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The watcher in its own thread: swaps under the eyes of workers, keys that are offered meanwhile,
 * and a close while a load is under way or a disk hangs. Linked with --wrap=file_mark_of.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "the_bench.h"

#define WORKERS 4
#define SWAPS 50
#define PATIENCE_MS 30000

struct file_mark __real_file_mark_of(const char *path);
struct file_mark __wrap_file_mark_of(const char *path);

static struct {
	atomic_bool hangs, is_hanging;
} disk;

struct file_mark __wrap_file_mark_of(const char *path)
{
	while (atomic_load(&disk.hangs)) {
		atomic_store(&disk.is_hanging, true);
		(void)usleep(1000);
	}
	return __real_file_mark_of(path);
}

static void ignore(void *ctx, enum severity severity, const char *file, int line, const char *text)
{
	(void)ctx, (void)severity, (void)file, (void)line, (void)text;
}

static struct config *open_real(void)
{
	static struct bench_path path;
	struct config_options options = { .clock = system_clock, .reporter = { ignore, NULL } };

	path = path_in(&bench, "migrantid.cfg");
	options.settings_file = path.text;
	return config_open(&options);
}

static struct {
	struct config *config;
	atomic_bool over;
	atomic_uint looks, wrong;
	atomic_uint_fast64_t swapped;
	atomic_int settled;
} all;

/* No snapshot mixes two versions, and none is older than one seen before. */
static void *work(void *arg)
{
	uint64_t last = 0;

	(void)arg;
	while (!atomic_load(&all.over)) {
		struct snapshot *now = config_acquire(all.config);
		const struct key_set *keys = now->policy->keys;
		bool good = now->number >= last && keys != NULL && key_set_count(keys) == 1 &&
			    now->policy->keep_yes == now->settings->keep_yes &&
			    rules_count(now->rules) > 0;

		last = now->number;
		(void)atomic_fetch_add(&all.wrong, !good);
		(void)atomic_fetch_add(&all.looks, 1);
		config_release(now);
	}
	return NULL;
}

static void on_swap(void *ctx, struct snapshot *now)
{
	(void)ctx;
	(void)atomic_fetch_add(&all.wrong, now->number < atomic_load(&all.swapped));
	atomic_store(&all.swapped, now->number);
}

static void on_keys(void *ctx, bool good)
{
	(void)ctx;
	(void)atomic_fetch_add(&all.settled, good ? 1 : 1000);
}

static void await_settled(int number)
{
	for (int ms = 0; ms < PATIENCE_MS && atomic_load(&all.settled) < number; ms++)
		(void)usleep(1000);
	assert_int_equal(atomic_load(&all.settled), number);
}

static void swaps_under_load(void **state)
{
	pthread_t workers[WORKERS];
	char settings[64];

	(void)state;
	put_settings(&bench,
		&(struct wish){ .keys = "jwks_file = \"jwks.json\"; jwks_url = \"https://h/k\";" });
	memset(&all, 0, sizeof(all));
	all.config = open_real();
	assert_non_null(all.config);
	config_on_swap(all.config, on_swap, NULL);
	config_on_keys(all.config, on_keys, NULL);
	for (size_t i = 0; i < WORKERS; i++)
		assert_int_equal(pthread_create(&workers[i], NULL, work, NULL), 0);
	for (int i = 0; i < SWAPS; i++) {
		const char *text = i % 2 == 0 ? bench.jwks_two : bench.jwks_one;
		struct snapshot *now;

		/* Each wakes the watcher, which finds the changed settings as well. */
		(void)snprintf(settings, sizeof(settings), "keep_yes = %d;", i);
		put_settings(&bench,
			&(struct wish){
				.keys = "jwks_file = \"jwks.json\"; jwks_url = \"https://h/k\";",
				.cache = settings });
		config_offer_keys(all.config, text, strlen(text));
		await_settled(i + 1);
		now = config_acquire(all.config);
		assert_string_equal(
			key_set_info(now->policy->keys, 0).kid, i % 2 == 0 ? "two" : "one");
		config_release(now);
	}
	atomic_store(&all.over, true);
	for (size_t i = 0; i < WORKERS; i++)
		(void)pthread_join(workers[i], NULL);
	assert_true(atomic_load(&all.swapped) > SWAPS);
	assert_true(atomic_load(&all.looks) > 0);
	assert_int_equal(atomic_load(&all.wrong), 0);
	config_on_swap(all.config, NULL, NULL);
	config_on_keys(all.config, NULL, NULL);
	config_close(all.config);
}

/* By itself, within its second. */
static void watches_by_itself(void **state)
{
	struct config *config = open_real();
	struct snapshot *now = NULL;

	(void)state;
	assert_non_null(config);
	put(&bench, "person.key", KEY_B);
	for (int ms = 0; ms < PATIENCE_MS && (now == NULL || now->number == 1); ms += 10) {
		config_release(now);
		(void)usleep(10000);
		now = config_acquire(config);
	}
	assert_int_equal(now->number, 2);
	assert_int_equal(now->person_key.bytes[0], 0xFF);
	config_release(now);
	config_close(config);
}

static void an_offer_wakes_it(void **state)
{
	struct config *config = open_real();
	int64_t begun;

	(void)state;
	assert_non_null(config);
	memset(&all, 0, sizeof(all));
	config_on_keys(config, on_keys, NULL);
	(void)usleep(50000); /* it waits */
	begun = clock_mono_ms(&system_clock);
	config_offer_keys(config, bench.jwks_two, strlen(bench.jwks_two));
	await_settled(1);
	assert_true(clock_mono_ms(&system_clock) - begun < 800);
	config_on_keys(config, NULL, NULL);
	config_close(config);
}

static int64_t close_ms(struct config *config)
{
	int64_t begun = clock_mono_ms(&system_clock);

	config_close(config);
	return clock_mono_ms(&system_clock) - begun;
}

static void closes_at_once(void **state)
{
	struct config *config = open_real();

	(void)state;
	assert_non_null(config);
	(void)usleep(50000); /* it waits */
	assert_true(close_ms(config) < 800); /* it need not wait for the next look */
}

static void closes_while_loading(void **state)
{
	(void)state;
	for (int i = 0; i < 10; i++) {
		struct config *config = open_real();

		assert_non_null(config);
		put(&bench, "person.key", i % 2 == 0 ? KEY_B : KEY_A);
		config_offer_keys(config, bench.jwks_two, strlen(bench.jwks_two));
		(void)usleep((useconds_t)i * 500);
		config_close(config);
	}
}

/* What is behind the hooks, the reporter and the clock is gone when the thread comes back. */
static struct {
	atomic_bool gone, called;
} outside;

static void say_outside(
	void *ctx, enum severity severity, const char *file, int line, const char *text)
{
	(void)ctx, (void)severity, (void)file, (void)line, (void)text;
	if (atomic_load(&outside.gone))
		atomic_store(&outside.called, true);
}

static int64_t clock_outside(void *ctx)
{
	(void)ctx;
	if (atomic_load(&outside.gone))
		atomic_store(&outside.called, true);
	return clock_wall(&system_clock);
}

static void swap_outside(void *ctx, struct snapshot *now)
{
	(void)now;
	say_outside(ctx, SAY_INFO, NULL, 0, "");
}

static void leaves_a_hanging_thread_behind(void **state)
{
	struct bench_path path = path_in(&bench, "migrantid.cfg");
	struct config_options options = { .settings_file = path.text,
		.clock = { clock_outside, clock_outside, NULL },
		.reporter = { say_outside, NULL } };
	struct config *config = config_open(&options);
	struct snapshot *kept;
	int64_t ms;

	(void)state;
	assert_non_null(config);
	config_on_swap(config, swap_outside, NULL);
	put(&bench, "person.key", KEY_B);
	atomic_store(&disk.hangs, true);
	while (!atomic_load(&disk.is_hanging))
		(void)usleep(1000);
	/* Neither snapshots nor offers wait for it. */
	kept = config_acquire(config);
	config_offer_keys(config, bench.jwks_two, strlen(bench.jwks_two));
	/* To be sure of the memory after the close. */
	(void)atomic_fetch_add(&config->references, 1);
	ms = close_ms(config);
	assert_true(ms >= 900 && ms < 5000);
	atomic_store(&outside.gone, true);
	atomic_store(&disk.hangs, false);
	for (ms = 0; ms < PATIENCE_MS && atomic_load(&config->references) > 1; ms++)
		(void)usleep(1000);
	assert_int_equal(atomic_load(&config->references), 1);
	assert_false(atomic_load(&outside.called));
	config_drop(config);
	assert_int_equal(kept->person_key.bytes[0], 0);
	config_release(kept);
}

static atomic_bool hook_waits, hook_is_called;

static void wait_in_hook(void *ctx, struct snapshot *now)
{
	(void)ctx;
	if (now->number == 1)
		return;
	atomic_store(&hook_is_called, true);
	while (atomic_load(&hook_waits))
		(void)usleep(1000);
}

/* Nor does a close wait for ever for somebody else's hook. */
static void leaves_a_hanging_hook_behind(void **state)
{
	struct config *config = open_real();

	(void)state;
	assert_non_null(config);
	atomic_store(&hook_waits, true);
	config_on_swap(config, wait_in_hook, NULL);
	put(&bench, "person.key", KEY_B);
	while (!atomic_load(&hook_is_called))
		(void)usleep(1000);
	(void)atomic_fetch_add(&config->references, 1);
	assert_true(close_ms(config) < 10000);
	atomic_store(&hook_waits, false);
	while (atomic_load(&config->references) > 1)
		(void)usleep(1000);
	config_drop(config);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)
		TEST(swaps_under_load),
		TEST(watches_by_itself),
		TEST(an_offer_wakes_it),
		TEST(closes_at_once),
		TEST(closes_while_loading),
		TEST(leaves_a_hanging_thread_behind),
		TEST(leaves_a_hanging_hook_behind),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
