/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * curl_memory.c - libcurl's process-wide state, and how it gives memory back.
 *
 * Each request that libcurl sends passes through buffers of its own, which it frees as they are: a
 * core dump would show the documents of the last buyers for as long as nobody else needs that
 * memory. So what it frees is wiped. The functions are process-wide, like all that is set up here,
 * and hold for other modules that use libcurl too (rlm_rest); they are malloc() and free() but for
 * the wiping, so that it does not matter who frees what. If another module has set libcurl up
 * before, they are not taken, and nothing but the wiping is missing; so the module calls
 * transport_prepare() as early as it can.
 *
 * Nothing is torn down again, for others may use it; the module is linked to stay in memory
 * (nodelete), as libcurl keeps pointers to what is here.
 */
#include "transport/transport.h"

#include <malloc.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>

#include <curl/curl.h>
#include <openssl/crypto.h>

static pthread_once_t once = PTHREAD_ONCE_INIT;
static bool ready;

static void wipe_and_free(void *memory)
{
	if (memory != NULL)
		OPENSSL_cleanse(memory, malloc_usable_size(memory));
	free(memory);
}

/* Never in place: what realloc() moves away from cannot be wiped any more. */
static void *wipe_and_resize(void *memory, size_t size)
{
	size_t room = memory != NULL ? malloc_usable_size(memory) : 0;
	void *larger;

	if (memory != NULL && size <= room)
		return memory;
	larger = malloc(size);
	if (larger == NULL)
		return NULL;
	if (memory != NULL)
		memcpy(larger, memory, room);
	wipe_and_free(memory);
	return larger;
}

static void set_up(void)
{
	ready = curl_global_init_mem(CURL_GLOBAL_DEFAULT, malloc, wipe_and_free, wipe_and_resize,
			strdup, calloc) == CURLE_OK;
}

bool transport_prepare(void)
{
	(void)pthread_once(&once, set_up);
	return ready;
}
