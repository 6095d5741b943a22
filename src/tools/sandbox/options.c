/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "options.h"

#include <arpa/inet.h>
#include <errno.h>
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "faults.h"
#include "person/moment.h"
#include "signer.h"

#define EXIT_USAGE 2

#define A_YEAR ((int64_t)366 * 24 * 3600)

enum {
	OPT_ALGORITHM = 256,
	OPT_DELAY,
	OPT_PLAIN,
	OPT_VERSION,
	OPT_ISSUE,
	OPT_STATUS_LIST,
	OPT_STATUS_URI,
	OPT_NONCE,
	OPT_DISCLOSE,
	OPT_VCT,
	OPT_AT,
	OPT_ISSUED,
	OPT_VALID_FOR,
	OPT_PRINTED,
};

static const struct option known[] = {
	{ "people", required_argument, NULL, 'p' },
	{ "state", required_argument, NULL, 's' },
	{ "listen", required_argument, NULL, 'l' },
	{ "port", required_argument, NULL, 'P' },
	{ "issuer", required_argument, NULL, 'i' },
	{ "audience", required_argument, NULL, 'a' },
	{ "algorithm", required_argument, NULL, OPT_ALGORITHM },
	{ "delay-ms", required_argument, NULL, OPT_DELAY },
	{ "plain", no_argument, NULL, OPT_PLAIN },
	{ "issue", required_argument, NULL, OPT_ISSUE },
	{ "status-list", no_argument, NULL, OPT_STATUS_LIST },
	{ "status-uri", required_argument, NULL, OPT_STATUS_URI },
	{ "nonce", required_argument, NULL, OPT_NONCE },
	{ "disclose", required_argument, NULL, OPT_DISCLOSE },
	{ "vct", required_argument, NULL, OPT_VCT },
	{ "at", required_argument, NULL, OPT_AT },
	{ "issued", required_argument, NULL, OPT_ISSUED },
	{ "valid-for", required_argument, NULL, OPT_VALID_FOR },
	{ "printed", no_argument, NULL, OPT_PRINTED },
	{ "help", no_argument, NULL, 'h' },
	{ "version", no_argument, NULL, OPT_VERSION },
	{ NULL, 0, NULL, 0 },
};

/* Texts that are only taken over, and where they go. */
static const struct {
	int option;
	size_t at; /* in struct options */
} texts[] = {
	{ 'p', offsetof(struct options, people) },
	{ 's', offsetof(struct options, state) },
	{ 'l', offsetof(struct options, listen) },
	{ 'i', offsetof(struct options, issuer) },
	{ 'a', offsetof(struct options, audience) },
	{ OPT_ALGORITHM, offsetof(struct options, algorithm) },
	{ OPT_ISSUE, offsetof(struct options, issue) },
	{ OPT_STATUS_URI, offsetof(struct options, status_uri) },
	{ OPT_NONCE, offsetof(struct options, nonce) },
	{ OPT_DISCLOSE, offsetof(struct options, disclose) },
	{ OPT_VCT, offsetof(struct options, vct) },
};

static const char cards_usage[] =
	"It issues ID cards, too, and then serves nothing:\n"
	"\n"
	"      --issue NUMBER    print a card about the person's document of that number\n"
	"      --nonce TEXT      as its holder presents it for that sale; without it, the\n"
	"                        card itself\n"
	"  -a, --audience TEXT   to whom: the operator, '/' and the shop\n"
	"      --disclose LIST   what is shown, with commas: document, age, a claim's\n"
	"                        name, all (the default), none\n"
	"      --at TIME         when it is presented (default: now)\n"
	"      --issued TIME     when it was issued (default: a minute before --at)\n"
	"      --valid-for N     seconds that it is good for (default: 30 days; of a list\n"
	"                        a day)\n"
	"      --printed         a card on paper, which no key is bound to\n"
	"  -i, --issuer TEXT     iss (default https://cards.sandbox.example)\n"
	"      --vct TEXT        the type of card (default urn:example:migrant-id:1)\n"
	"      --status-list     print the status list of the cards\n"
	"      --status-uri URI  its address, if not that of --listen and --port; none:\n"
	"                        cards without a status\n"
	"\n";

static void usage(FILE *to)
{
	(void)fputs(
		"usage: migrantid-sandbox --people FILE [OPTION..]\n"
		"       migrantid-sandbox --people FILE --issue NUMBER [OPTION..]\n"
		"       migrantid-sandbox --people FILE --status-list [OPTION..]\n"
		"\n"
		"A biometric ID service for tests, demos and integrators: it serves the contract "
		"that\n"
		"rlm_migrantid asks by, knows made-up people from a file, and fails on demand.\n"
		"\n"
		"  -p, --people FILE     who is known and what is said of them (JSON)\n"
		"  -s, --state DIR       keys and certificates, made at the first start\n"
		"                        (default: $STATE_DIRECTORY, else ./migrantid-sandbox)\n"
		"  -P, --port N          default 8443; 0: any free one\n"
		"  -l, --listen ADDRESS  default 127.0.0.1\n"
		"  -i, --issuer TEXT     iss (default https://id.sandbox.example)\n"
		"  -a, --audience TEXT   aud, the operator (default operator-example)\n"
		"      --algorithm NAME  sign with ES256 (the default), PS256 or Ed25519\n"
		"      --delay-ms N      wait before every answer\n"
		"      --plain           HTTP without TLS, for a proxy on this machine\n"
		"  -h, --help\n"
		"      --version\n"
		"\n",
		to);
	(void)fputs(cards_usage, to);
	(void)fputs("Faults, for a person in the file, or for all by POST /sandbox/faults:\n", to);
	for (unsigned i = FAULT_NONE + 1; i < FAULT_COUNT; i++)
		(void)fprintf(
			to, "  %-18s %s\n", fault_name((enum fault)i), fault_text((enum fault)i));
	(void)fputs("\nExit status: 0 ended by a signal, 1 could not serve, 2 wrong usage.\n"
		    "See migrantid-sandbox(8).\n",
		to);
}

__attribute__((noreturn)) static void wrong(const char *what, const char *value)
{
	(void)fprintf(stderr, "migrantid-sandbox: %s%s%s\nTry: migrantid-sandbox --help\n", what,
		value != NULL ? ": " : "", value != NULL ? value : "");
	exit(EXIT_USAGE);
}

static int64_t number(const char *name, const char *text, int64_t max)
{
	char *end;
	long long value;

	errno = 0;
	value = strtoll(text, &end, 10);
	if (errno != 0 || end == text || *end != '\0' || value < 0 || value > max)
		wrong(name, text);
	return value;
}

static const char *state_folder(void)
{
	const char *given = getenv("STATE_DIRECTORY"); /* systemd.exec(5) */

	return given != NULL && given[0] != '\0' ? given : "migrantid-sandbox";
}

/* Without TLS anybody may ask who can reach the port: nobody but this machine. */
static void check_listen(const struct options *options)
{
	struct in6_addr six;
	struct in_addr four;

	if (inet_pton(AF_INET, options->listen, &four) == 1) {
		if (options->plain && ntohl(four.s_addr) >> 24 != 127)
			wrong("--plain is for a loopback address alone, not for", options->listen);
	} else if (inet_pton(AF_INET6, options->listen, &six) == 1) {
		if (options->plain && !IN6_IS_ADDR_LOOPBACK(&six))
			wrong("--plain is for a loopback address alone, not for", options->listen);
	} else {
		wrong("--listen wants an IP address", options->listen);
	}
}

static int64_t moment(const char *name, const char *text)
{
	int64_t seconds;

	if (!moment_parse(text, &seconds) || seconds < 0)
		wrong(name, text);
	return seconds;
}

static bool take_text(int option, struct options *out)
{
	for (size_t i = 0; i < ARRAY_LEN(texts); i++) {
		if (texts[i].option == option) {
			*(const char **)((char *)out + texts[i].at) = optarg;
			return true;
		}
	}
	return false;
}

/* False for an option that there is not. */
static bool take(int option, struct options *out)
{
	switch (option) {
	case 'P':
		out->port = (uint16_t)number("--port wants 0 to 65535", optarg, 65535);
		return true;
	case OPT_DELAY:
		out->delay_ms = number("--delay-ms wants 0 to 600000", optarg, 600000);
		return true;
	case OPT_PLAIN:
		out->plain = true;
		return true;
	case OPT_STATUS_LIST:
		out->status_list = true;
		return true;
	case OPT_AT:
		out->at = moment("--at wants a time such as 2026-01-31T12:00:00Z", optarg);
		return true;
	case OPT_ISSUED:
		out->issued_at =
			moment("--issued wants a time such as 2026-01-31T12:00:00Z", optarg);
		return true;
	case OPT_VALID_FOR:
		out->valid_for =
			number("--valid-for wants seconds, ten years at most", optarg, 10 * A_YEAR);
		return true;
	case OPT_PRINTED:
		out->printed = true;
		return true;
	default:
		return take_text(option, out);
	}
}

/* What is for cards alone would be passed over without a word, and so would what they want. */
static void check_cards(struct options *options)
{
	bool issues = options->issue != NULL, prints = issues || options->status_list;

	if (issues && options->status_list)
		wrong("--issue and --status-list are two things", NULL);
	if (!issues && (options->nonce != NULL || options->disclose != NULL ||
			       options->vct != NULL || options->issued_at >= 0 || options->printed))
		wrong("--nonce, --disclose, --vct, --issued and --printed are for --issue", NULL);
	if (!prints && (options->at >= 0 || options->valid_for > 0))
		wrong("--at and --valid-for are for --issue and --status-list", NULL);
	if (options->nonce != NULL && (options->audience == NULL || options->printed))
		wrong("--nonce wants --audience, and no --printed", NULL);
	if (prints && options->port == 0 && options->status_uri == NULL)
		wrong("--port 0 wants --status-uri: where would the list be?", NULL);
	if (options->status_list && options->status_uri != NULL &&
		strcmp(options->status_uri, "none") == 0)
		wrong("--status-list wants another --status-uri than none", NULL);
}

static void fill_in(struct options *out)
{
	if (out->issuer == NULL)
		out->issuer = out->issue != NULL ? "https://cards.sandbox.example"
						 : "https://id.sandbox.example";
	if (out->audience == NULL)
		out->audience = "operator-example";
	if (out->disclose == NULL)
		out->disclose = "all";
	if (out->vct == NULL)
		out->vct = "urn:example:migrant-id:1";
}

static void check(struct options *out)
{
	check_listen(out);
	if (out->algorithm != NULL && !signer_knows(out->algorithm))
		wrong("--algorithm takes ES256, PS256 and Ed25519, not", out->algorithm);
	if (out->people == NULL)
		wrong("--people FILE is missing", NULL);
	check_cards(out);
	fill_in(out);
}

void options_read(int argc, char **argv, struct options *out)
{
	int option;

	*out = (struct options){ .state = state_folder(),
		.listen = "127.0.0.1",
		.port = 8443,
		.at = -1,
		.issued_at = -1 };
	while ((option = getopt_long(argc, argv, "p:s:l:P:i:a:h", known, NULL)) != -1) {
		if (option == 'h') {
			usage(stdout);
			exit(EXIT_SUCCESS);
		}
		if (option == OPT_VERSION) {
			(void)puts("migrantid-sandbox " MIGRANTID_VERSION);
			exit(EXIT_SUCCESS);
		}
		if (!take(option, out))
			wrong("wrong usage", NULL);
	}
	if (optind < argc)
		wrong("what is this", argv[optind]);
	check(out);
}

char *options_address(const struct options *options, uint16_t port)
{
	bool six = strchr(options->listen, ':') != NULL;
	char *address;

	return asprintf(&address, "http%s://%s%s%s:%u", options->plain ? "" : "s", six ? "[" : "",
		       options->listen, six ? "]" : "", port) < 0
		       ? NULL
		       : address;
}
