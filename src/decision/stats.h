/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * stats.h - what a server writes down about itself each second, <stats.directory>/<instance>.stats,
 * for others to read: one struct of plain numbers and terminated texts, in this machine's own order
 * of octets. It is there after the server died, too, and says when it was last alive.
 *
 * Nothing of a person, a shop, an exemption rule or a nationality: with few sales a counter that
 * moves is a record of one buyer.
 *
 * The head is the same in all versions: a reader of another one says so, and reads no further.
 * `check` finds a file that was read while it was written, was cut or is damaged. Whoever can write
 * the file can forge it; stats_parse() therefore bounds whatever is used as a size or an index.
 */
#ifndef MIGRANTID_STATS_H
#define MIGRANTID_STATS_H

#include "base/base.h"
#include "base/histogram.h"

#define STATS_MAGIC "migrstat" /* 8 octets, without a terminator */
#define STATS_VERSION 1
#define STATS_SUFFIX ".stats"
#define STATS_INTERVAL_MS 1000

#define STATS_RESULTS 8 /* room for numbers of enum result, reason, source */
#define STATS_REASONS 64
#define STATS_SOURCES 8
#define STATS_ENDPOINTS 16
#define STATS_CAUSES 16 /* numbers of enum attempt_end */
#define STATS_CHECKS 16 /* numbers of enum answer_check */
#define STATS_CERTIFICATES 4
#define STATS_NAME_ROOM 64
#define STATS_TEXT_ROOM 256

/* One address that is asked. */
struct stats_endpoint {
	char address[STATS_TEXT_ROOM]; /* cut if it is longer */
	uint32_t is_keys; /* the key set's; else the ID service's */
	uint32_t up; /* it does not rest for its failures */
	int64_t rests_ms; /* the service said "slow down": for so long more; 0: no */
	uint64_t failures[STATS_CAUSES];
};

struct stats_certificate {
	char file[STATS_TEXT_ROOM];
	int64_t not_after; /* seconds since 1970 */
};

/* The process; 0 where it could not be told. */
struct stats_process {
	int64_t pid, started_ticks; /* since the machine's start: field 22 of /proc/PID/stat */
	uint64_t cpu_us, resident_octets, descriptors, descriptors_max, threads;
};

struct stats_inquiries {
	int64_t in_flight, in_flight_max; /* questions that the service is asked */
	int64_t waiting, waiting_max; /* workers */
	uint64_t joined, retries;
	uint64_t rejected[STATS_CHECKS]; /* answers, by the check that they failed */
	struct histogram seconds; /* of a question, from end to end */
};

struct stats_cache {
	uint32_t tier; /* enum cache_tier */
	uint32_t reads, writes; /* the tier's last look and last write went well */
	uint32_t padding;
	uint64_t memory_hits, memory_misses, memory_entries, memory_octets;
	uint64_t tier_hits, tier_misses;
};

struct stats_config {
	uint64_t snapshot; /* its number */
	int64_t loaded_at; /* seconds since 1970: the last load that was taken */
	uint64_t reloads_taken, reloads_refused;
	uint32_t failing; /* the last reload was refused, and nothing better has come */
	uint32_t keys; /* in force */
	int64_t keys_age, keys_max_age; /* seconds; age -1: there is no key set */
	int64_t outage_until; /* seconds since 1970, of an announced outage in force; 0: none */
	char error[STATS_TEXT_ROOM]; /* of that reload */
	char rules[16]; /* digest */
};

struct stats_head {
	char magic[8];
	uint32_t version, size; /* of the whole, octets */
	char program[32]; /* version of migrantid that wrote it */
	uint64_t check; /* stats_check() over all behind the head */
};

struct stats {
	struct stats_head head;

	char instance[STATS_NAME_ROOM];
	char boot_id[40]; /* of the machine's start: monotonic times are of this one alone */
	int64_t started_at, started_mono_ms;
	int64_t written_at, written_mono_ms; /* seconds since 1970; monotonic milliseconds */
	uint32_t stopped; /* the server ended in good order, and this is its last word */
	uint32_t endpoint_count, certificate_count, padding;
	struct stats_process process;

	uint64_t decisions[STATS_RESULTS][STATS_REASONS][STATS_SOURCES];
	struct histogram decision_seconds[STATS_SOURCES];
	uint64_t records_lost;

	struct stats_inquiries inquiries;
	struct stats_cache cache;
	struct stats_config config;
	struct stats_endpoint endpoints[STATS_ENDPOINTS];
	struct stats_certificate certificates[STATS_CERTIFICATES];
};

/* Copy a text into room for it, cut at a character of UTF-8; control characters become '?'. */
void stats_text(char *out, size_t room, const char *text);

/* Fill the head, last of all. */
void stats_seal(struct stats *stats);

enum stats_fault {
	STATS_GOOD,
	STATS_FOREIGN, /* no file of ours */
	STATS_OTHER_VERSION, /* head.program, terminated, says which */
	STATS_DAMAGED, /* cut, torn or damaged */
};

/*
 * Take octets that were read for a struct stats: *out is usable with STATS_GOOD alone, but for
 * out->head.program with STATS_OTHER_VERSION. Whatever the octets are, each text in it is
 * terminated and plain, and each count within its bound.
 */
MUST_CHECK enum stats_fault stats_parse(const void *octets, size_t len, struct stats *out);

#endif
