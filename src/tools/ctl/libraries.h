/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * libraries.h - which libraries do the work on this machine, and what they lack: it differs between
 * Debian's releases, and an operator should not have to guess it from an error.
 */
#ifndef MIGRANTID_CTL_LIBRARIES_H
#define MIGRANTID_CTL_LIBRARIES_H

#include "tools/ctl/output.h"

/* Say them as the fact "libraries"; what costs the operator something, as a warning. */
void libraries_check(struct output *out);

#endif
