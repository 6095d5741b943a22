/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "fake_wait.h"

#include <errno.h>
#include <pthread.h>

struct fake_time *fake_wait_time;
void (*fake_wait_hook)(int64_t until_ms);

static int64_t wall(void *ctx)
{
	(void)ctx;
	return fake_wait_time->wall;
}

static int64_t mono_ms(void *ctx)
{
	(void)ctx;
	return fake_wait_time->mono_ms;
}

const struct clock system_clock = { wall, mono_ms, NULL };

int __wrap_pthread_cond_clockwait(
	pthread_cond_t *cond, pthread_mutex_t *mutex, clockid_t id, const struct timespec *until);

int __wrap_pthread_cond_clockwait(
	pthread_cond_t *cond, pthread_mutex_t *mutex, clockid_t id, const struct timespec *until)
{
	int64_t until_ms = (int64_t)until->tv_sec * 1000 + until->tv_nsec / 1000000;

	(void)cond;
	(void)id;
	if (fake_wait_time->mono_ms >= until_ms)
		return ETIMEDOUT;
	(void)pthread_mutex_unlock(mutex);
	fake_wait_hook(until_ms);
	(void)pthread_mutex_lock(mutex);
	return 0;
}
