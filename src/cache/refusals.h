/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * refusals.h - watermarks: whom the service has lately refused, and when. A yes that was signed at
 * or before a refusal of the same person is not believed again, whoever hands it out.
 *
 * In memory alone: nothing of it is written down. A watermark is the refusal's signed `iat`, by the
 * service's clock, as the yes that is held against it has one: ours may be wrong. How long it is
 * held is counted by a clock that nobody can set. Where there is no room for one more, the oldest
 * makes way and the floor rises to it: then no yes of anybody from before is believed,
 * which costs questions and nothing else.
 *
 * Thread-safe: one mutex, held for a few instructions; nothing is called with it held.
 */
#ifndef MIGRANTID_REFUSALS_H
#define MIGRANTID_REFUSALS_H

#include "base/base.h"
#include "person/person_key.h"

struct refusals; /* opaque */

/* NULL: out of memory. */
MUST_CHECK struct refusals *refusals_new(size_t capacity);
void refusals_free(struct refusals *refusals); /* NULL is fine */

/*
 * The service has refused this person at `iat` (seconds since 1970). Held until `until_ms`, when no
 * yes from before can be valid any more. Times in monotonic milliseconds.
 */
void refusals_note(struct refusals *refusals, const uint8_t sbj[PERSON_KEY_LEN], int64_t iat,
	int64_t now_ms, int64_t until_ms);

/* When this person was last refused; 0: not that we know. */
int64_t refusals_of(struct refusals *refusals, const uint8_t sbj[PERSON_KEY_LEN], int64_t now_ms);

/* No yes from this time or before is believed, whosoever it is; 0: none has made way. */
int64_t refusals_floor(struct refusals *refusals);

size_t refusals_count(struct refusals *refusals);

#endif
