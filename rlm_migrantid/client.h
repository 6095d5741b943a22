/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * client.h - who asks: the shop, as the server knows it and never as the request calls itself, and
 * what its client entry allows. What the site file sets in the control list comes first.
 */
#ifndef MIGRANTID_CLIENT_H
#define MIGRANTID_CLIENT_H

#include "server.h"

#include "rules/sale.h"

/* Attributes of the control list, which only the server's own policy can set. */
enum { CONTROL_SHOP = 200, CONTROL_FORM = 201, CONTROL_PLAIN_ALLOWED = 202 };

/* The short name of the client entry; empty if it cannot be told. In `room`. Thread-safe. */
struct span client_name(REQUEST *request, char room[SHOP_MAX + 1]);

/*
 * Whose request it is, the same on every server and way: control:MigrantID-Shop; else over TLS the
 * Common Name of the certificate that was shown, else client_name(). Empty if that says nothing.
 * Borrowed from `room` or from the request. Thread-safe.
 */
struct span client_shop(REQUEST *request, unsigned vendor, char room[SHOP_MAX + 1]);

/* Forms of question that the site file allows this shop; 0: it has named none. Thread-safe. */
#define CLIENT_FORMS_NAMED (1u << 31)
unsigned client_forms(const REQUEST *request, unsigned vendor);

/*
 * Whether this client may send unhidden twins and ID cards, whatever way it came by (way.h):
 * control:MigrantID-Plain-Allowed; else `migrantid_plain = yes` in its client entry. Thread-safe.
 */
MUST_CHECK bool client_may_send_plain(REQUEST *request, unsigned vendor);

#endif
