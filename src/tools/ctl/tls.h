/* SPDX-License-Identifier: GPL-2.0-or-later */
/* tls.h - are the certificates fit for TLS with the service or with Redis, today and in a month? */
#ifndef MIGRANTID_CTL_TLS_H
#define MIGRANTID_CTL_TLS_H

#include "base/base.h"
#include "base/report.h"

#define TLS_SOON_DAYS 30

/* Paths of PEM files. */
struct tls_files {
	const char *ca; /* who vouches for the other side */
	const char *certificate, *key; /* what it is shown; "" for nothing */
};

/*
 * Report what is wrong with them: what the server would not take, and what it would, but has
 * expired, will soon, or is for another purpose. `now` in seconds since 1970.
 */
void tls_check(const struct tls_files *files, int64_t now, const struct reporter *reporter);

#endif
