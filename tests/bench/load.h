/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * load.h - ask a RADIUS server on loopback many times at once, and measure. One thread, many
 * sockets: each (socket, identifier) has at most one request in flight, and is reused as late as
 * possible. Nothing is retransmitted: what is not answered in time is lost, and counted.
 */
#ifndef BENCH_LOAD_H
#define BENCH_LOAD_H

#include "histogram.h"
#include "radius.h"
#include "template.h"

#include <netinet/in.h>

#define LOAD_OUTSTANDING_MAX 16384
#define LOAD_REQUESTS_MAX 100000000
#define LOAD_SECONDS_MAX 3600
#define LOAD_COUNTED 64 /* results and reasons at or above are counted as 0 */

struct load_plan {
	struct sockaddr_in server;
	const char *secret; /* borrowed */
	const struct template *template; /* borrowed */
	uint64_t requests; /* sales to begin at most */
	uint64_t first; /* number of the first person */
	uint64_t people; /* this many different ones, over and over; 0: each sale another */
	uint32_t outstanding; /* sales open at once at most */
	uint32_t rate; /* sales begun per second; 0: as fast as they end */
	uint32_t seconds; /* begin none after that */
	uint32_t timeout_ms; /* a request unanswered for so long is lost */
	uint32_t poll_ms; /* longest pause before asking again, whatever Retry-After says */
	uint32_t drain_ms; /* wait so long for open sales after the last was begun */
	bool poll; /* ask again on Access-Challenge */
	bool need_signature; /* replies must carry a Message-Authenticator */
};

struct load_result {
	uint64_t begun; /* sales */
	uint64_t finished; /* sales with a final reply */
	uint64_t lost; /* sales of which a request was not answered */
	uint64_t unfinished; /* sales still open at the end */
	uint64_t skipped; /* sales due by the rate, but as many as allowed were open */
	uint64_t requests; /* packets sent, polls included */
	uint64_t replies; /* authentic ones */
	uint64_t bad; /* replies that were not authentic */
	uint64_t stray; /* replies nobody waited for any more */
	uint64_t unsent; /* packets the kernel did not take */
	uint64_t accepts, rejects, challenges;
	uint64_t results[LOAD_COUNTED]; /* by MigrantID-Result of final replies; 0: none */
	uint64_t reasons[LOAD_COUNTED]; /* likewise MigrantID-Reason */
	uint64_t elapsed_ns; /* from the first packet to the last final reply */
	struct histogram latency; /* of finished sales, from first packet to final reply */
};

/* False after having said on standard error what failed; the result is then of no use. */
MUST_CHECK bool load_run(const struct load_plan *plan, struct load_result *result);

#endif
