/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "client.h"

#include "answer/answer.h"
#include "way.h"

/* By the server's own expansion: the layout of a client entry is not ours. */
static struct span expanded(REQUEST *request, const char *format, char room[SHOP_MAX + 1])
{
	ssize_t len = radius_xlat(room, SHOP_MAX + 1, request, format, NULL, NULL);

	return (struct span){ room, len > 0 ? (size_t)len : 0 };
}

/* The first from `pair` on; NULL: the site file has not set it. */
static const VALUE_PAIR *find(const VALUE_PAIR *pair, unsigned vendor, unsigned number)
{
	while (pair && (pair->da->vendor != vendor || pair->da->attr != number))
		pair = pair->next;
	return pair;
}

struct span client_name(REQUEST *request, char room[SHOP_MAX + 1])
{
	return expanded(request, "%{client:shortname}", room);
}

struct span client_shop(REQUEST *request, unsigned vendor, char room[SHOP_MAX + 1])
{
	const VALUE_PAIR *set = find(request->config, vendor, CONTROL_SHOP);

	if (set)
		return (struct span){ set->vp_strvalue, set->vp_length };
	if (way_is_tls(request))
		return expanded(request, "%{listen:TLS-Client-Cert-Common-Name}", room);
	return client_name(request, room);
}

/* A form that nobody knows allows nothing: what the operator meant to bound stays bounded. */
unsigned client_forms(const REQUEST *request, unsigned vendor)
{
	const VALUE_PAIR *pair = find(request->config, vendor, CONTROL_FORM);
	unsigned forms = 0;

	for (; pair; pair = find(pair->next, vendor, CONTROL_FORM)) {
		enum subject_form form;

		forms |= CLIENT_FORMS_NAMED;
		if (subject_form_of_name(pair->vp_strvalue, &form))
			forms |= 1u << form;
	}
	return forms;
}

bool client_may_send_plain(REQUEST *request, unsigned vendor)
{
	const VALUE_PAIR *set = find(request->config, vendor, CONTROL_PLAIN_ALLOWED);
	char room[SHOP_MAX + 1];
	struct span said;

	if (set)
		return set->da->type == PW_TYPE_INTEGER && set->vp_integer == 1;
	said = expanded(request, "%{client:migrantid_plain}", room);
	return said.len == 3 && memcmp(said.data, "yes", 3) == 0;
}
