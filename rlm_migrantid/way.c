/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "way.h"

/* By the server's own expansion, as the site file asks it: the listener's layout is not ours. */
static bool came_by_tls(REQUEST *request)
{
	char word[16] = "";

	return radius_xlat(word, sizeof(word), request, "%{listen:tls}", NULL, NULL) > 0 &&
	       strcmp(word, "yes") == 0;
}

static bool came_from_here(const fr_ipaddr_t *source)
{
	switch (source->af) {
	case AF_INET:
		return ntohl(source->ipaddr.ip4addr.s_addr) >> 24 == IN_LOOPBACKNET;
	case AF_INET6:
		return IN6_IS_ADDR_LOOPBACK(&source->ipaddr.ip6addr);
	default:
		return false;
	}
}

bool way_is_protected(REQUEST *request)
{
	return came_from_here(&request->packet->src_ipaddr) || came_by_tls(request);
}
