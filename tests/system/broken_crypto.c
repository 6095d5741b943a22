/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * broken_crypto.c - preloaded with unbind.so: a function of OpenSSL fails, as it does when memory
 * has run out, while the file that BROKEN_CRYPTO names is there and holds the function's name.
 */
#include <dlfcn.h>
#include <fcntl.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define SHOWN __attribute__((visibility("default")))

struct evp_mac_ctx;
struct evp_md;
struct engine;
SHOWN int EVP_Digest(const void *data, size_t len, unsigned char *out, unsigned *out_len,
	const struct evp_md *type, struct engine *engine);
SHOWN int EVP_MAC_final(struct evp_mac_ctx *context, unsigned char *out, size_t *len, size_t room);
SHOWN int RAND_bytes(unsigned char *out, int len);

static int is_broken(const char *name)
{
	const char *file = getenv("BROKEN_CRYPTO");
	char text[32];
	ssize_t len;
	int fd = file == NULL ? -1 : open(file, O_RDONLY | O_CLOEXEC);

	if (fd < 0)
		return 0;
	len = read(fd, text, sizeof(text) - 1);
	(void)close(fd);
	text[len > 0 ? len : 0] = '\0';
	return strcmp(text, name) == 0;
}

int EVP_Digest(const void *data, size_t len, unsigned char *out, unsigned *out_len,
	const struct evp_md *type, struct engine *engine)
{
	int (*next)(const void *, size_t, unsigned char *, unsigned *, const struct evp_md *,
		struct engine *) = NULL;

	*(void **)(&next) = dlsym(RTLD_NEXT, "EVP_Digest");
	return next == NULL || is_broken("EVP_Digest")
		       ? 0
		       : next(data, len, out, out_len, type, engine);
}

int EVP_MAC_final(struct evp_mac_ctx *context, unsigned char *out, size_t *len, size_t room)
{
	int (*next)(struct evp_mac_ctx *, unsigned char *, size_t *, size_t) = NULL;

	*(void **)(&next) = dlsym(RTLD_NEXT, "EVP_MAC_final");
	return next == NULL || is_broken("EVP_MAC_final") ? 0 : next(context, out, len, room);
}

int RAND_bytes(unsigned char *out, int len)
{
	int (*next)(unsigned char *, int) = NULL;

	*(void **)(&next) = dlsym(RTLD_NEXT, "RAND_bytes");
	return next == NULL || is_broken("RAND_bytes") ? 0 : next(out, len);
}
