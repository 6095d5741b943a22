/* SPDX-License-Identifier: GPL-2.0-or-later */
/* connect.h - are the ID service's addresses to be reached? */
#ifndef MIGRANTID_CTL_CONNECT_H
#define MIGRANTID_CTL_CONNECT_H

#include "config/settings.h"
#include "tools/ctl/output.h"

/*
 * Connect to each address, as the server would, and say of each how far it came: in the words that
 * the server's log has for it. `now` in seconds since 1970. Takes attempt_timeout for each at most.
 */
void connect_check(const struct settings *settings, int64_t now, struct output *out);

#endif
