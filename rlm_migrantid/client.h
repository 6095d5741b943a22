/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * client.h - who asks: the shop, as the server knows it and never as the request calls itself, and
 * what its client entry allows. What the site file sets in the control list comes first.
 */
#ifndef MIGRANTID_CLIENT_H
#define MIGRANTID_CLIENT_H

#include "server.h"

#include "base/base.h"

#define CLIENT_TEXT_MAX 253 /* as long as an attribute's value */

/*
 * Whose request it is, the same on every server and way: control:MigrantID-Shop; else over TLS the
 * Common Name of the certificate that was shown, else the short name of the client entry. Empty if
 * that says nothing. Borrowed from `room` or from the request. Thread-safe.
 */
struct span client_shop(REQUEST *request, unsigned vendor, char room[CLIENT_TEXT_MAX + 1]);

/*
 * Whether this client may send unhidden twins and ID cards, whatever way it came by (way.h):
 * control:MigrantID-Plain-Allowed; else `migrantid_plain = yes` in its client entry. Thread-safe.
 */
MUST_CHECK bool client_may_send_plain(REQUEST *request, unsigned vendor);

#endif
