/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "server.h"

#include <dlfcn.h>
#include <link.h>

#include "layout.h"

#define WHAT_TO_DO "rebuild the module against the headers of the installed server"

static bool same_size(const char *what, size_t ours, size_t servers)
{
	if (ours == servers)
		return true;
	radlog(L_ERR,
		"rlm_migrantid: %s has %zu octets in this server and %zu in the one that the "
		"module was compiled for: " WHAT_TO_DO,
		what, servers, ours);
	return false;
}

/*
 * What a fresh request holds is found where it should be. The size alone does not tell a server
 * with NDEBUG from one without: what that adds goes into padding.
 */
static bool members_in_place(const REQUEST *request)
{
#ifndef NDEBUG
	if (request->magic != REQUEST_MAGIC)
		return false;
#endif
	return request->number == 0 && request->timestamp != 0 && !request->packet &&
	       !request->reply && request->state_ctx && request->module && request->component &&
	       request->log.func;
}

static bool request_matches(void)
{
	REQUEST *request = request_alloc(NULL);
	bool matches = same_size("struct rad_request", sizeof(REQUEST), talloc_get_size(request));

	if (matches && !members_in_place(request)) {
		radlog(L_ERR,
			"rlm_migrantid: struct rad_request has other members in this server than "
			"in the one that the module was compiled for: " WHAT_TO_DO);
		matches = false;
	}
	talloc_free(request);
	return matches;
}

static bool packet_matches(void)
{
	RADIUS_PACKET *packet = rad_alloc(NULL, false);
	bool matches =
		same_size("struct radius_packet", sizeof(RADIUS_PACKET), talloc_get_size(packet));

	talloc_free(packet);
	return matches;
}

static bool pair_matches(void)
{
	VALUE_PAIR *pair = fr_pair_alloc(NULL);
	bool matches = same_size("struct value_pair", sizeof(VALUE_PAIR), talloc_get_size(pair));

	talloc_free(pair);
	return matches;
}

/* The server's symbol table has the size of its global. */
static bool main_config_matches(void)
{
	Dl_info info;
	void *extra = NULL;
	const ElfW(Sym) * symbol;

	if (!dladdr1(&main_config, &info, &extra, RTLD_DL_SYMENT) || !extra)
		return true;
	symbol = extra;
	return same_size("struct main_config", sizeof(main_config_t), symbol->st_size);
}

bool layout_matches(void)
{
	return request_matches() && packet_matches() && pair_matches() && main_config_matches();
}
