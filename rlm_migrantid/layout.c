/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "server.h"

#include <dlfcn.h>
#include <link.h>

#include "layout.h"

static bool same_size(const char *what, size_t ours, size_t servers)
{
	if (ours == servers)
		return true;
	radlog(L_ERR,
		"rlm_migrantid: %s has %zu octets in this server and %zu in the one that the module "
		"was compiled for: rebuild the module against the headers of the installed server",
		what, servers, ours);
	return false;
}

/* Size of what the server allocates, which talloc knows; ends the allocation. */
static size_t size_of_allocated(void *object)
{
	size_t size = talloc_get_size(object);

	talloc_free(object);
	return size;
}

/* Size of the server's global, which its symbol table knows. */
static size_t size_of_main_config(void)
{
	Dl_info info;
	void *extra = NULL;
	const ElfW(Sym) *symbol;

	if (!dladdr1(&main_config, &info, &extra, RTLD_DL_SYMENT) || !extra)
		return 0;
	symbol = extra;
	return symbol->st_size;
}

bool layout_matches(void)
{
	bool request = same_size("struct rad_request", sizeof(REQUEST),
		size_of_allocated(request_alloc(NULL)));
	bool packet = same_size("struct radius_packet", sizeof(RADIUS_PACKET),
		size_of_allocated(rad_alloc(NULL, false)));
	bool pair = same_size("struct value_pair", sizeof(VALUE_PAIR),
		size_of_allocated(fr_pair_alloc(NULL)));
	bool config = same_size("struct main_config", sizeof(main_config_t),
		size_of_main_config());

	return request && packet && pair && config;
}
