/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "later.h"

#include <pthread.h>
#include <stdlib.h>

#include "base/clock.h"

struct parked {
	int64_t due_ms;
	struct MHD_Connection *connection;
};

struct later {
	pthread_t thread;
	pthread_mutex_t mutex;
	pthread_cond_t changed;
	struct parked *heap; /* the soonest first */
	size_t count, room;
	bool ending;
};

static void sift_up(struct later *later, size_t at)
{
	while (at > 0 && later->heap[at].due_ms < later->heap[(at - 1) / 2].due_ms) {
		struct parked swap = later->heap[at];

		later->heap[at] = later->heap[(at - 1) / 2];
		later->heap[(at - 1) / 2] = swap;
		at = (at - 1) / 2;
	}
}

static void sift_down(struct later *later)
{
	size_t at = 0, least;

	for (;; at = least) {
		struct parked swap;

		least = at;
		for (size_t child = 2 * at + 1; child <= 2 * at + 2 && child < later->count;
			child++)
			if (later->heap[child].due_ms < later->heap[least].due_ms)
				least = child;
		if (least == at)
			return;
		swap = later->heap[at];
		later->heap[at] = later->heap[least];
		later->heap[least] = swap;
	}
}

static void resume_first(struct later *later)
{
	struct MHD_Connection *connection = later->heap[0].connection;

	later->heap[0] = later->heap[--later->count];
	sift_down(later);
	MHD_resume_connection(connection);
}

static void *run(void *ctx)
{
	struct later *later = ctx;

	pthread_mutex_lock(&later->mutex);
	while (!later->ending) {
		struct timespec until;

		if (later->count == 0) {
			pthread_cond_wait(&later->changed, &later->mutex);
			continue;
		}
		if (later->heap[0].due_ms <= clock_mono_ms(&system_clock)) {
			resume_first(later);
			continue;
		}
		until.tv_sec = later->heap[0].due_ms / 1000;
		until.tv_nsec = later->heap[0].due_ms % 1000 * 1000000;
		(void)pthread_cond_clockwait(
			&later->changed, &later->mutex, CLOCK_MONOTONIC, &until);
	}
	pthread_mutex_unlock(&later->mutex);
	return NULL;
}

struct later *later_start(void)
{
	struct later *later = calloc(1, sizeof(*later));

	if (later == NULL)
		return NULL;
	pthread_mutex_init(&later->mutex, NULL);
	pthread_cond_init(&later->changed, NULL);
	if (pthread_create(&later->thread, NULL, run, later) != 0) {
		free(later);
		return NULL;
	}
	return later;
}

void later_park(struct later *later, struct MHD_Connection *connection, int64_t ms)
{
	pthread_mutex_lock(&later->mutex);
	if (later->count == later->room) {
		size_t room = later->room == 0 ? 64 : later->room * 2;
		struct parked *larger = reallocarray(later->heap, room, sizeof(*larger));

		if (larger != NULL) {
			later->heap = larger;
			later->room = room;
		}
	}
	/* Without memory, or at the end, nobody waits. */
	if (later->count < later->room && !later->ending) {
		MHD_suspend_connection(connection);
		later->heap[later->count] =
			(struct parked){ clock_mono_ms(&system_clock) + ms, connection };
		sift_up(later, later->count++);
		pthread_cond_signal(&later->changed);
	}
	pthread_mutex_unlock(&later->mutex);
}

void later_end(struct later *later)
{
	pthread_mutex_lock(&later->mutex);
	later->ending = true;
	while (later->count > 0)
		resume_first(later);
	pthread_cond_signal(&later->changed);
	pthread_mutex_unlock(&later->mutex);
	(void)pthread_join(later->thread, NULL);
}

void later_free(struct later *later)
{
	pthread_cond_destroy(&later->changed);
	pthread_mutex_destroy(&later->mutex);
	free(later->heap);
	free(later);
}
