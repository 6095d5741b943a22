/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "answer/json_memory.h"

#include <jansson.h>
#include <malloc.h>
#include <openssl/crypto.h>
#include <pthread.h>
#include <stdlib.h>

static pthread_once_t once = PTHREAD_ONCE_INIT;

static void wipe_and_free(void *memory)
{
	if (memory != NULL)
		OPENSSL_cleanse(memory, malloc_usable_size(memory));
	free(memory);
}

static void set_up(void)
{
	json_set_alloc_funcs(malloc, wipe_and_free);
}

void json_memory_wipe(void)
{
	(void)pthread_once(&once, set_up);
}
