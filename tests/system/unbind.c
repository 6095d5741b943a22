/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * unbind.c - preloaded into the stock server in tests that stand at another date.
 *
 * The server opens its modules with RTLD_DEEPBIND, so that what a module calls is looked up in the
 * module's own libraries first and a preloaded clock (libfaketime) is never reached. Without the
 * flag, the module sees the date of the test as the rest of the server does.
 */
#include <dlfcn.h>
#include <stddef.h>

__attribute__((visibility("default"))) void *dlopen(const char *file, int mode);

void *dlopen(const char *file, int mode)
{
	void *(*next)(const char *, int) = NULL;

	*(void **)(&next) = dlsym(RTLD_NEXT, "dlopen");
	return next == NULL ? NULL : next(file, mode & ~RTLD_DEEPBIND);
}
