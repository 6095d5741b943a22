/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Stands in for a header that libfreeradius-dev includes but does not ship (see ../README). */
#ifndef MIGRANTID_COMPAT_XLAT_H
#define MIGRANTID_COMPAT_XLAT_H

typedef struct xlat_exp xlat_exp_t;

#endif
