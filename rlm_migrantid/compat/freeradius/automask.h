/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Stands in for a header that libfreeradius-dev includes but does not ship (see ../README).
 *
 * The last include of autoconf.h, hence the one place to leave regular expressions out: the
 * headers that declare them want the server's PCRE headers, and the module has no use for them.
 * HAVE_REGEX guards prototypes only, no structure's layout.
 */
#ifndef MIGRANTID_COMPAT_AUTOMASK_H
#define MIGRANTID_COMPAT_AUTOMASK_H

#undef HAVE_REGEX

#endif
