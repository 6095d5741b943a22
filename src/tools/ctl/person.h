/* SPDX-License-Identifier: GPL-2.0-or-later */
/* person.h - from a request on standard input to the pseudonyms of the one person it names. */
#ifndef MIGRANTID_CTL_PERSON_H
#define MIGRANTID_CTL_PERSON_H

#include "config/settings.h"
#include "person/person_key.h"
#include "tools/ctl/ctl.h"

struct person_keys {
	struct person_key at[2]; /* under the current key, and the previous one if there is one */
	size_t count;
};

/* CTL_FINE, or how the verb ends after what is wrong was reported. */
MUST_CHECK enum ctl_exit person_keys_read(
	const struct settings *settings, struct person_keys *out, const struct output *output);
void person_keys_clear(struct person_keys *keys); /* fits CLEANUP() */

#endif
