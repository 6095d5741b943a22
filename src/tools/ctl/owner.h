/* SPDX-License-Identifier: GPL-2.0-or-later */
/* owner.h - as whom a store is opened. */
#ifndef MIGRANTID_CTL_OWNER_H
#define MIGRANTID_CTL_OWNER_H

#include "base/base.h"
#include "base/report.h"

/*
 * If this is root, become for good the user whom a folder belongs to, with their groups: whatever
 * is made in it (a lock file, a new store) must be the server's to use. False after an error was
 * reported: there is no such folder, or the change failed.
 */
MUST_CHECK bool owner_become(const char *folder, const struct reporter *reporter);

#endif
