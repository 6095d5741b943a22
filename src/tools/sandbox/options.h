/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef SANDBOX_OPTIONS_H
#define SANDBOX_OPTIONS_H

#include "base/base.h"

struct options {
	const char *people; /* file */
	const char *state; /* folder */
	const char *listen; /* address */
	uint16_t port; /* 0: any */
	const char *issuer, *audience;
	const char *algorithm; /* NULL: as the folder has it */
	int64_t delay_ms; /* before every answer */
	bool plain; /* without TLS */

	/* Of ID cards. */
	const char *issue; /* the number of a document: its card, and nothing is served */
	bool status_list; /* likewise, the list */
	const char *status_uri; /* NULL: where it is served; "none": cards have no status */
	const char *nonce; /* NULL: the card as its holder gets it */
	const char *disclose, *vct;
	int64_t at, issued_at; /* seconds since 1970; negative: now, and just before */
	int64_t valid_for; /* s; 0: the usual */
	bool printed; /* bound to nobody's key */
};

/* Does not return where the program is to end: --help, --version, wrong usage (status 2). */
void options_read(int argc, char **argv, struct options *out);

/* "https://127.0.0.1:8443": where it is served at that port, to be freed; NULL: no memory. */
MUST_CHECK char *options_address(const struct options *options, uint16_t port);

#endif
