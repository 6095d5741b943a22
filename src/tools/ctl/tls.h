/* SPDX-License-Identifier: GPL-2.0-or-later */
/* tls.h - are the certificates fit for asking the service, today and in a month? */
#ifndef MIGRANTID_CTL_TLS_H
#define MIGRANTID_CTL_TLS_H

#include "base/base.h"
#include "base/report.h"
#include "gate/settings.h"

#define TLS_SOON_DAYS 30

/*
 * Report what is wrong with ca_file, certificate_file and key_file: not PEM, expired or soon to be,
 * a key that is another certificate's. `now` in seconds since 1970.
 */
void tls_check(const struct settings *settings, int64_t now, const struct reporter *reporter);

#endif
