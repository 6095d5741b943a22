/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Stands in for a header that libfreeradius-dev includes but does not ship (see ../README). */
#ifndef MIGRANTID_COMPAT_LOG_H
#define MIGRANTID_COMPAT_LOG_H

#include <stdarg.h>

/* How severe a message is; the numbers are part of the server's binary interface. */
typedef enum log_type { L_INFO = 3, L_ERR = 4, L_WARN = 5, L_DBG = 16 } log_type_t;

/* How much is said: each -x on the server's command line is one step. */
typedef enum log_lvl { L_DBG_LVL_DISABLE = -1, L_DBG_LVL_OFF, L_DBG_LVL_1, L_DBG_LVL_2 } log_lvl_t;

typedef void (*radlog_func_t)(log_type_t, log_lvl_t, REQUEST *, char const *, va_list);

/* Write one line to the server's log. Thread-safe. */
int radlog(log_type_t, char const *, ...) __attribute__((format(printf, 2, 3), nonnull(2)));

#endif
