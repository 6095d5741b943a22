/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * outside.c - preloaded with unbind.so: what a server cannot help. In the folder that OUTSIDE
 * names:
 *
 *	ahead		so many seconds have passed more than have; ten digits, written over
 *	hangs		while it is there, the disk under the path that it holds: stat() does not return
 *	look-ups	a line for each time that "localhost" was looked up: what getaddrinfo() has
 *			given and curl_slist_append() has made, and nobody has freed. Its addresses are
 *			127.0.0.1 and 127.0.0.3, each time in another order.
 */
#include <dlfcn.h>
#include <fcntl.h>
#include <netdb.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#define SHOWN __attribute__((visibility("default")))
#define AHEAD_LEN 10

SHOWN int getaddrinfo(
	const char *node, const char *service, const struct addrinfo *hints, struct addrinfo **res);
SHOWN void freeaddrinfo(struct addrinfo *list);
struct curl_slist;
SHOWN struct curl_slist *curl_slist_append(struct curl_slist *list, const char *text);
SHOWN void curl_slist_free_all(struct curl_slist *list);
SHOWN int stat(const char *path, struct stat *out);
SHOWN int clock_gettime(clockid_t id, struct timespec *out);

static int open_outside(const char *name, int flags)
{
	const char *folder = getenv("OUTSIDE");
	char path[512];

	(void)snprintf(path, sizeof(path), "%s/%s", folder != NULL ? folder : "", name);
	return folder == NULL ? -1 : open(path, flags | O_CLOEXEC, 0600);
}

/* What stands in a file; NULL: there is none. */
static const char *contents(const char *name, char *out, size_t room)
{
	int fd = open_outside(name, O_RDONLY);
	ssize_t len = fd < 0 ? -1 : read(fd, out, room - 1);

	if (fd >= 0)
		(void)close(fd);
	if (len <= 0)
		return NULL;
	out[len] = '\0';
	return out;
}

int stat(const char *path, struct stat *out)
{
	char under[512];
	const char *hangs;

	while ((hangs = contents("hangs", under, sizeof(under))) != NULL &&
		strncmp(path, hangs, strlen(hangs)) == 0)
		(void)usleep(20000);
	return fstatat(AT_FDCWD, path, out, 0);
}

/* ---- names ---- */

typedef int look_up(const char *, const char *, const struct addrinfo *, struct addrinfo **);

#define GIVEN_MAX 256

static struct addrinfo *_Atomic given[GIVEN_MAX]; /* and not freed */
static atomic_int lists; /* likewise */

static unsigned count_of_given(void)
{
	unsigned count = 0;

	for (unsigned i = 0; i < GIVEN_MAX; i++)
		count += atomic_load(&given[i]) != NULL;
	return count;
}

/* In the place of `old`, NULL: a free one. */
static void exchange_given(struct addrinfo *old, struct addrinfo *fresh)
{
	for (unsigned i = 0; i < GIVEN_MAX; i++) {
		struct addrinfo *expected = old;

		if (atomic_compare_exchange_strong(&given[i], &expected, fresh))
			return;
	}
}

/* The module brings libcurl along, out of RTLD_NEXT's sight. */
static void *of_curl(const char *name)
{
	void *library = dlopen("libcurl.so.4", RTLD_LAZY | RTLD_NOLOAD);

	return library == NULL ? NULL : dlsym(library, name);
}

static void note_look_up(void)
{
	int fd = open_outside("look-ups", O_WRONLY | O_APPEND | O_CREAT);

	if (fd < 0)
		return;
	(void)dprintf(fd, "%u %d\n", count_of_given(), atomic_load(&lists));
	(void)close(fd);
}

int getaddrinfo(
	const char *node, const char *service, const struct addrinfo *hints, struct addrinfo **res)
{
	static const char *const addresses[] = { "127.0.0.1", "127.0.0.3" };
	static atomic_uint count;
	look_up *next = NULL;
	unsigned first;
	int error;

	*(void **)(&next) = dlsym(RTLD_NEXT, "getaddrinfo");
	if (next == NULL)
		return EAI_SYSTEM;
	if (node == NULL || strcmp(node, "localhost") != 0)
		return next(node, service, hints, res);
	note_look_up();
	first = atomic_fetch_add(&count, 1) % 2;
	error = next(addresses[first], service, hints, res);
	if (error == 0)
		error = next(addresses[1 - first], service, hints, &(*res)->ai_next);
	if (error == 0)
		exchange_given(NULL, *res);
	return error;
}

void freeaddrinfo(struct addrinfo *list)
{
	void (*next)(struct addrinfo *) = NULL;

	*(void **)(&next) = dlsym(RTLD_NEXT, "freeaddrinfo");
	if (list != NULL)
		exchange_given(list, NULL);
	if (next != NULL)
		next(list);
}

struct curl_slist *curl_slist_append(struct curl_slist *list, const char *text)
{
	struct curl_slist *(*next)(struct curl_slist *, const char *) = NULL;

	*(void **)(&next) = of_curl("curl_slist_append");
	if (list == NULL)
		(void)atomic_fetch_add(&lists, 1);
	return next != NULL ? next(list, text) : NULL;
}

void curl_slist_free_all(struct curl_slist *list)
{
	void (*next)(struct curl_slist *) = NULL;

	*(void **)(&next) = of_curl("curl_slist_free_all");
	if (list != NULL)
		(void)atomic_fetch_sub(&lists, 1);
	if (next != NULL)
		next(list);
}

/* ---- time ---- */

/* A file, mapped once: to read it each time would take longer than what is measured. */
static const char *ahead_text(void)
{
	static _Atomic(char *) mapped;
	char *text = atomic_load(&mapped);
	int fd;

	if (text != NULL)
		return text;
	fd = open_outside("ahead", O_RDONLY);
	if (fd < 0)
		return "0";
	text = mmap(NULL, AHEAD_LEN, PROT_READ, MAP_SHARED, fd, 0);
	(void)close(fd);
	if (text == MAP_FAILED)
		return "0";
	atomic_store(&mapped, text);
	return text;
}

int clock_gettime(clockid_t id, struct timespec *out)
{
	static int (*_Atomic known)(clockid_t, struct timespec *);
	int (*next)(clockid_t, struct timespec *) = atomic_load(&known);
	int status;

	if (next == NULL) {
		*(void **)(&next) = dlsym(RTLD_NEXT, "clock_gettime");
		atomic_store(&known, next);
	}
	status = next(id, out);
	if (status == 0 && (id == CLOCK_MONOTONIC || id == CLOCK_MONOTONIC_COARSE))
		out->tv_sec += strtol(ahead_text(), NULL, 10);
	return status;
}
