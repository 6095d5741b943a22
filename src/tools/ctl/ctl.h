/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * ctl.h - what the verbs of migrantidctl share: how they are called and how they end.
 *
 * Nothing of a person is ever taken from an argument: arguments are seen by everybody on the
 * machine and stay in shells' histories. It comes from standard input, and is not quoted in
 * messages.
 */
#ifndef MIGRANTID_CTL_H
#define MIGRANTID_CTL_H

#include "base/base.h"
#include "tools/ctl/output.h"

/* Exit codes, documented in migrantidctl(8). */
enum ctl_exit {
	CTL_FINE = 0,
	CTL_NO = 1, /* what was looked at is not in order */
	CTL_USAGE = 2,
	CTL_UNABLE = 3, /* it could not be looked at */
};

/* Every option of every verb: X(symbol, name, what its value is called (NULL: none), help). */
#define CTL_OPTIONS(X)                                                                             \
	X(OPT_CONFIG, "config", "FILE", "the settings; by default the server's own")               \
	X(OPT_JWKS, "jwks", "FILE", "public keys, as a JWK Set")                                   \
	X(OPT_SIGNATURE_ONLY, "signature-only", NULL, "checks 1 to 4 only, of any JWS")            \
	X(OPT_ISSUER_JWKS, "issuer-jwks", "FILE",                                                  \
		"public keys of the cards' issuer, as a JWK Set")                                  \
	X(OPT_ISSUER, "issuer", "TEXT", "what `iss` must be")                                      \
	X(OPT_VCT, "vct", "TEXT", "what `vct` must be")                                            \
	X(OPT_AUDIENCE, "audience", "TEXT", "what `aud` must be")                                  \
	X(OPT_FORM, "form", "FORM", "what was asked: document, token or token+document")           \
	X(OPT_TXN, "txn", "TEXT", "what `txn` must be; goes with --nonce")                         \
	X(OPT_NONCE, "nonce", "TEXT", "what `nonce` must be")                                      \
	X(OPT_SHOP, "shop", "NAME", "who sells, as the server knows it")                           \
	X(OPT_STATUS_LIST, "status-list", "FILE", "the issuer's status list, as a JWT")            \
	X(OPT_URL, "url", "ADDRESS", "where the status list is: https")                            \
	X(OPT_FILE, "file", "FILE", "the status list to be written, or the log to be read")        \
	X(OPT_CA, "ca", "FILE", "who vouches for the address; by default the system's own")        \
	X(OPT_MAX_LIFETIME, "max-lifetime", "SECONDS", "the longest `exp` - `iat`")                \
	X(OPT_ALGORITHMS, "algorithms", "LIST", "algorithms that are taken, with commas")          \
	X(OPT_AT, "at", "TIME", "as if it were this time: 2026-01-31T12:00:00Z, or a date")        \
	X(OPT_CONNECT, "connect", NULL, "connect to the service's addresses, too")                 \
	X(OPT_ASK, "ask", NULL, "ask the service about this sale, really")                         \
	X(OPT_PERSON, "person", NULL, "what is kept about the one person on standard input")       \
	X(OPT_ALL, "all", NULL, "everything")                                                      \
	X(OPT_BEFORE, "before", "TIME", "what was stored before this time")                        \
	X(OPT_DAY, "day", "DATE", "a day that is over, in the operator's time zone")               \
	X(OPT_BY, "by", "WHAT", "rule or shop; by default one after the other")                    \
	X(OPT_FROM, "from", "TIME", "when it begins; by default now")                              \
	X(OPT_UNTIL, "until", "TIME", "when it ends: 2026-01-31T12:00:00Z")                        \
	X(OPT_INSTANCE, "instance", "NAME", "of the module; by default every one")                 \
	X(OPT_DIRECTORY, "directory", "DIR", "where servers write their figures")                  \
	X(OPT_PROMETHEUS, "prometheus", NULL, "metrics in Prometheus's text format")               \
	X(OPT_WATCH, "watch", NULL, "anew each second, until it is interrupted")                   \
	X(OPT_READY, "ready", NULL, "only whether it is fit to serve")                             \
	X(OPT_JSON, "json", NULL, "one JSON object instead of text")                               \
	X(OPT_HELP, "help", NULL, "this text")

#define AS_MEMBER(symbol, name, value, help) symbol,
enum ctl_option { CTL_OPTIONS(AS_MEMBER) OPTIONS };
#undef AS_MEMBER

/* What the command line said: NULL for an option that was not given, "" for one without a value. */
struct args {
	const char *value[OPTIONS];
	const char *operand; /* the one argument that is no option; NULL: the verb takes none */
};

/* One verb. run() may return CTL_USAGE only after having said what is wrong (usage_error). */
struct verb {
	const char *name;
	uint64_t takes; /* a bit per enum ctl_option */
	const char *operand; /* what its one argument that is no option is called; NULL: none */
	const char *summary;
	const char *details; /* for --help */
	enum ctl_exit (*run)(const struct args *args, struct output *out);
};

#define TAKES(option) (UINT64_C(1) << (option))
_Static_assert(OPTIONS <= 64, "options have room");

extern const struct verb verb_mrz;
extern const struct verb verb_verify;
extern const struct verb verb_credential;
extern const struct verb verb_status_list_fetch;
extern const struct verb verb_person_key;
extern const struct verb verb_check;
extern const struct verb verb_explain;
extern const struct verb verb_keys;
extern const struct verb verb_cache_stats;
extern const struct verb verb_cache_purge;
extern const struct verb verb_log;
extern const struct verb verb_report;
extern const struct verb verb_outage_begin;
extern const struct verb verb_outage_end;
extern const struct verb verb_outage_show;
extern const struct verb verb_status;

#endif
