/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "client.h"

#include "sale_pairs.h"
#include "way.h"

/* By the server's own expansion: the layout of a client entry is not ours. */
static struct span expanded(REQUEST *request, const char *format, char room[CLIENT_TEXT_MAX + 1])
{
	ssize_t len = radius_xlat(room, CLIENT_TEXT_MAX + 1, request, format, NULL, NULL);

	return (struct span){ room, len > 0 ? (size_t)len : 0 };
}

/* NULL: the site file has not set it. */
static const VALUE_PAIR *in_control(const REQUEST *request, unsigned vendor, unsigned number)
{
	const VALUE_PAIR *pair = request->config;

	while (pair && (pair->da->vendor != vendor || pair->da->attr != number))
		pair = pair->next;
	return pair;
}

struct span client_shop(REQUEST *request, unsigned vendor, char room[CLIENT_TEXT_MAX + 1])
{
	const VALUE_PAIR *set = in_control(request, vendor, CONTROL_SHOP);

	if (set)
		return (struct span){ set->vp_strvalue, set->vp_length };
	if (way_is_tls(request))
		return expanded(request, "%{listen:TLS-Client-Cert-Common-Name}", room);
	return expanded(request, "%{client:shortname}", room);
}

bool client_may_send_plain(REQUEST *request, unsigned vendor)
{
	const VALUE_PAIR *set = in_control(request, vendor, CONTROL_PLAIN_ALLOWED);
	char room[CLIENT_TEXT_MAX + 1];
	struct span said;

	if (set)
		return set->da->type == PW_TYPE_INTEGER && set->vp_integer == 1;
	said = expanded(request, "%{client:migrantid_plain}", room);
	return said.len == 3 && memcmp(said.data, "yes", 3) == 0;
}
