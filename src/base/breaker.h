/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * breaker.h - whether an endpoint is asked at all. Closed: it is. Open: it rests, for pauses that
 * double up to a bound. Half open: one probe is let through, and what becomes of it decides.
 * Pure: times are handed in (monotonic milliseconds). One thread only.
 */
#ifndef MIGRANTID_BREAKER_H
#define MIGRANTID_BREAKER_H

#include "base/base.h"

struct breaker_limits {
	int64_t failures; /* in a row, that open it */
	int64_t pause_ms; /* the first rest; doubles */
	int64_t pause_max_ms;
};

struct breaker {
	struct breaker_limits limits;
	int64_t failed; /* in a row */
	int64_t pause_ms; /* of the rest under way; 0: closed */
	int64_t rests_until;
	bool probing; /* the one probe is out */
};

/* How an attempt ended. */
enum breaker_outcome {
	BREAKER_SUCCESS,
	BREAKER_FAILURE,
	BREAKER_ABANDONED, /* it says nothing of the endpoint: a probe's place is free again */
};

void breaker_init(struct breaker *breaker, const struct breaker_limits *limits);

/* True if the endpoint may be asked now; takes nothing. */
MUST_CHECK bool breaker_allows(const struct breaker *breaker, int64_t now_ms);

/*
 * An attempt begins; call only where breaker_allows(). True: this attempt is the probe, which its
 * caller remembers until breaker_ended().
 */
bool breaker_ask(struct breaker *breaker, int64_t now_ms);

/*
 * An attempt has ended; `probe` as breaker_ask() returned for it. While the breaker is open only
 * the probe counts: what was asked before it opened ends late, and says nothing of the endpoint as
 * it is now. `jitter` (0..999) shortens a pause by up to a fifth, so that many servers do not come
 * back at one instant. Returns true if this closed an open breaker or opened a closed one.
 */
bool breaker_ended(struct breaker *breaker, int64_t now_ms, unsigned jitter, bool probe,
	enum breaker_outcome outcome);

/* Milliseconds until it may be asked again; 0 if it may be now or only a probe is waited for. */
int64_t breaker_rest_ms(const struct breaker *breaker, int64_t now_ms);

#endif
