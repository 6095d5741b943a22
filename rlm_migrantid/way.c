/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "way.h"

static bool is_datagram(const RADIUS_PACKET *packet)
{
	int type = 0;
	socklen_t len = sizeof(type);

	return getsockopt(packet->sockfd, SOL_SOCKET, SO_TYPE, &type, &len) == 0 &&
	       type == SOCK_DGRAM;
}

/*
 * By the server's own expansion: the listener's layout is not ours. Most come by UDP, and the
 * socket says that ten times as fast.
 */
bool way_is_tls(REQUEST *request)
{
	char word[16] = "";

	return !is_datagram(request->packet) &&
	       radius_xlat(word, sizeof(word), request, "%{listen:tls}", NULL, NULL) > 0 &&
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
	return came_from_here(&request->packet->src_ipaddr) || way_is_tls(request);
}
