/* SPDX-License-Identifier: GPL-2.0-or-later */
/* site.h - the virtual server's own file, as far as a slip in it opens the check to others. */
#ifndef MIGRANTID_CTL_SITE_H
#define MIGRANTID_CTL_SITE_H

#include "base/report.h"

/*
 * Warn of clients beyond this machine that have the secret as shipped, in sites-enabled/sim-sale of
 * the server whose settings these are. Silent where that cannot be found or read.
 */
void site_check(const char *settings_file, const struct reporter *reporter);

#endif
