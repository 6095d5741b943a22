/* SPDX-License-Identifier: GPL-2.0-or-later */
/* open() and open64() are two here, as they are for the libraries. */
#undef _FILE_OFFSET_BITS

#include "broken_calls.h"

#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/uio.h>
#include <unistd.h>

#include <jansson.h>
#include <sqlite3.h>

#define EXPORTED __attribute__((visibility("default")))
/* What the executable defines comes before what the libraries do: this is the latter. */
#define REAL(name)                                                                                 \
	((union {                                                                                  \
		void *found;                                                                       \
		__typeof__(&name) call;                                                            \
	}){ real(#name) }                                                                          \
			.call)

const char *const call_kind_names[CALL_KINDS] = { "allocation", "open", "file read", "file write",
	"socket", "connect", "traffic", "thread" };

static atomic_uint armed_kind, left; /* left: 0: none is to fail */
static atomic_bool failed;

static void *real(const char *name)
{
	void *found = dlsym(RTLD_NEXT, name);

	if (found == NULL)
		abort();
	return found;
}

void broken_calls_arm(enum call_kind kind, unsigned n)
{
	atomic_store(&left, 0);
	atomic_store(&failed, false);
	atomic_store(&armed_kind, kind);
	atomic_store(&left, n);
}

bool broken_calls_disarm(void)
{
	atomic_store(&left, 0);
	return atomic_load(&failed);
}

static bool fails(enum call_kind kind, int error)
{
	unsigned now = atomic_load(&left);

	if (now == 0 || atomic_load(&armed_kind) != kind)
		return false;
	while (now > 0 && !atomic_compare_exchange_weak(&left, &now, now - 1))
		;
	if (now != 1)
		return false;
	atomic_store(&failed, true);
	errno = error;
	return true;
}

/* Neither the engine's wake-ups nor what the test itself says. */
static bool is_a(int fd, mode_t type)
{
	struct stat seen;

	return fd > STDERR_FILENO && atomic_load(&left) > 0 && fstat(fd, &seen) == 0 &&
	       (seen.st_mode & S_IFMT) == type;
}

static bool io_fails(int fd, enum call_kind of_files)
{
	if (is_a(fd, S_IFREG))
		return fails(of_files, of_files == CALL_FILE_READ ? EIO : ENOSPC);
	return is_a(fd, S_IFSOCK) && fails(CALL_TRAFFIC, ECONNRESET);
}

/* Allocations: the linker's --wrap. */

void *__real_malloc(size_t size);
void *__real_calloc(size_t count, size_t size);
void *__real_realloc(void *old, size_t size);
char *__real_strdup(const char *text);
char *__real_strndup(const char *text, size_t len);
void *__wrap_malloc(size_t size);
void *__wrap_calloc(size_t count, size_t size);
void *__wrap_realloc(void *old, size_t size);
char *__wrap_strdup(const char *text);
char *__wrap_strndup(const char *text, size_t len);

void *__wrap_malloc(size_t size)
{
	return fails(CALL_ALLOCATION, ENOMEM) ? NULL : __real_malloc(size);
}

void *__wrap_calloc(size_t count, size_t size)
{
	return fails(CALL_ALLOCATION, ENOMEM) ? NULL : __real_calloc(count, size);
}

void *__wrap_realloc(void *old, size_t size)
{
	return fails(CALL_ALLOCATION, ENOMEM) ? NULL : __real_realloc(old, size);
}

char *__wrap_strdup(const char *text)
{
	return fails(CALL_ALLOCATION, ENOMEM) ? NULL : __real_strdup(text);
}

char *__wrap_strndup(const char *text, size_t len)
{
	return fails(CALL_ALLOCATION, ENOMEM) ? NULL : __real_strndup(text, len);
}

/* SQLite's, with the size that it wants to know before each. */
static void *sql_malloc(int size)
{
	size_t *memory = __wrap_malloc((size_t)size + 16);

	if (memory == NULL)
		return NULL;
	*memory = (size_t)size;
	return memory + 2;
}

static void sql_free(void *memory)
{
	free((size_t *)memory - 2);
}

static void *sql_realloc(void *old, int size)
{
	size_t *memory = __wrap_realloc((size_t *)old - 2, (size_t)size + 16);

	if (memory == NULL)
		return NULL;
	*memory = (size_t)size;
	return memory + 2;
}

static int sql_size(void *memory)
{
	return memory != NULL ? (int)*((size_t *)memory - 2) : 0;
}

static int sql_roundup(int size)
{
	return (size + 7) & ~7;
}

static int sql_init(void *ctx)
{
	(void)ctx;
	return SQLITE_OK;
}

static void sql_shutdown(void *ctx)
{
	(void)ctx;
}

bool broken_calls_prepare(void)
{
	static const sqlite3_mem_methods methods = { sql_malloc, sql_free, sql_realloc, sql_size,
		sql_roundup, sql_init, sql_shutdown, NULL };

	json_set_alloc_funcs(__wrap_malloc, free);
	return sqlite3_config(SQLITE_CONFIG_MALLOC, &methods) == SQLITE_OK;
}

/* All others: the program's own symbols. */

#define IO(name, kind, parameters, arguments)                                                      \
	EXPORTED ssize_t name parameters                                                           \
	{                                                                                          \
		return io_fails(fd, kind) ? -1 : REAL(name) arguments;                             \
	}

IO(read, CALL_FILE_READ, (int fd, void *data, size_t len), (fd, data, len))
IO(pread64, CALL_FILE_READ, (int fd, void *data, size_t len, off64_t at), (fd, data, len, at))
IO(write, CALL_FILE_WRITE, (int fd, const void *data, size_t len), (fd, data, len))
IO(pwrite64, CALL_FILE_WRITE, (int fd, const void *data, size_t len, off64_t at),
	(fd, data, len, at))
IO(writev, CALL_FILE_WRITE, (int fd, const struct iovec *parts, int count), (fd, parts, count))
IO(recv, CALL_FILE_READ, (int fd, void *data, size_t len, int flags), (fd, data, len, flags))
IO(send, CALL_FILE_WRITE, (int fd, const void *data, size_t len, int flags), (fd, data, len, flags))

EXPORTED int fsync(int fd)
{
	return io_fails(fd, CALL_FILE_WRITE) ? -1 : REAL(fsync)(fd);
}

EXPORTED int fdatasync(int fd)
{
	return io_fails(fd, CALL_FILE_WRITE) ? -1 : REAL(fdatasync)(fd);
}

EXPORTED int ftruncate64(int fd, off64_t len)
{
	return io_fails(fd, CALL_FILE_WRITE) ? -1 : REAL(ftruncate64)(fd, len);
}

EXPORTED int rename(const char *from, const char *to)
{
	return fails(CALL_FILE_WRITE, ENOSPC) ? -1 : REAL(rename)(from, to);
}

EXPORTED int unlink(const char *path)
{
	return fails(CALL_FILE_WRITE, EIO) ? -1 : REAL(unlink)(path);
}

EXPORTED int open(const char *path, int flags, ...)
{
	mode_t mode = 0;
	va_list args;

	va_start(args, flags);
	if ((flags & O_CREAT) != 0)
		mode = va_arg(args, mode_t);
	va_end(args);
	return fails(CALL_OPEN, EMFILE) ? -1 : REAL(open)(path, flags, mode);
}

EXPORTED int open64(const char *path, int flags, ...)
{
	mode_t mode = 0;
	va_list args;

	va_start(args, flags);
	if ((flags & O_CREAT) != 0)
		mode = va_arg(args, mode_t);
	va_end(args);
	return fails(CALL_OPEN, EMFILE) ? -1 : REAL(open64)(path, flags, mode);
}

EXPORTED int socket(int domain, int type, int protocol)
{
	return fails(CALL_SOCKET, EMFILE) ? -1 : REAL(socket)(domain, type, protocol);
}

EXPORTED int connect(int fd, __CONST_SOCKADDR_ARG to, socklen_t len)
{
	return fails(CALL_CONNECT, ECONNREFUSED) ? -1 : REAL(connect)(fd, to, len);
}

EXPORTED int pthread_create(
	pthread_t *thread, const pthread_attr_t *attributes, void *(*run)(void *), void *ctx)
{
	return fails(CALL_THREAD, EAGAIN) ? EAGAIN
					  : REAL(pthread_create)(thread, attributes, run, ctx);
}
