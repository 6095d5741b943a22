/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "options.h"

#include <arpa/inet.h>
#include <errno.h>
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "faults.h"
#include "signer.h"

#define EXIT_USAGE 2

enum { OPT_ALGORITHM = 256, OPT_DELAY, OPT_PLAIN, OPT_VERSION };

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
	{ "help", no_argument, NULL, 'h' },
	{ "version", no_argument, NULL, OPT_VERSION },
	{ NULL, 0, NULL, 0 },
};

static void usage(FILE *to)
{
	(void)fputs(
		"usage: migrantid-sandbox --people FILE [OPTION..]\n"
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
		"\n"
		"Faults, for a person in the file, or for all by POST /sandbox/faults:\n",
		to);
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

/* False for an option that there is not. */
static bool take(int option, struct options *out)
{
	switch (option) {
	case 'p':
		out->people = optarg;
		return true;
	case 's':
		out->state = optarg;
		return true;
	case 'l':
		out->listen = optarg;
		return true;
	case 'P':
		out->port = (uint16_t)number("--port wants 0 to 65535", optarg, 65535);
		return true;
	case 'i':
		out->issuer = optarg;
		return true;
	case 'a':
		out->audience = optarg;
		return true;
	case OPT_ALGORITHM:
		out->algorithm = optarg;
		return true;
	case OPT_DELAY:
		out->delay_ms = number("--delay-ms wants 0 to 600000", optarg, 600000);
		return true;
	case OPT_PLAIN:
		out->plain = true;
		return true;
	default:
		return false;
	}
}

void options_read(int argc, char **argv, struct options *out)
{
	int option;

	*out = (struct options){ .state = state_folder(),
		.listen = "127.0.0.1",
		.port = 8443,
		.issuer = "https://id.sandbox.example",
		.audience = "operator-example" };
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
	check_listen(out);
	if (out->algorithm != NULL && !signer_knows(out->algorithm))
		wrong("--algorithm takes ES256, PS256 and Ed25519, not", out->algorithm);
	if (optind < argc)
		wrong("what is this", argv[optind]);
	if (out->people == NULL)
		wrong("--people FILE is missing", NULL);
}
