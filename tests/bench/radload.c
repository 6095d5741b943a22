/* SPDX-License-Identifier: GPL-2.0-or-later */
/* radload - ask a RADIUS server on this machine about many SIM sales at once, and measure. */
#include "load.h"
#include "report.h"

#include <arpa/inet.h>
#include <errno.h>
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct arguments {
	struct load_plan plan;
	const char *template_file;
	bool json;
};

static const char usage_text[] =
	"usage: radload --server 127.0.0.1:PORT --secret SECRET --template FILE [OPTION..]\n"
	"  --requests N      sales to begin (1000)\n"
	"  --outstanding K   sales open at once, at most (64)\n"
	"  --rate R          sales begun per second (0: as fast as they end)\n"
	"  --seconds S       begin none after that (60)\n"
	"  --poll            on Access-Challenge ask again, with the State, after Retry-After\n"
	"  --poll-ms N       .. but after N ms at the latest (1000)\n"
	"  --timeout N       a request not answered for N ms is lost (5000)\n"
	"  --drain N         at the end wait N ms for open sales (the timeout)\n"
	"  --first N         number of the first person (1)\n"
	"  --people N        N different people, again and again (0: each sale another)\n"
	"  --unsigned        take replies without a Message-Authenticator, too\n"
	"  --json            print one JSON object\n"
	"The file has lines `Name = value`; %n is the person's number, %r the sale's own id.\n";

static bool read_number(
	const char *text, const char *name, uint64_t least, uint64_t most, uint64_t *out)
{
	char *end;
	unsigned long long value;

	errno = 0;
	value = strtoull(text, &end, 10);
	if (*text < '0' || *text > '9' || *end || errno || value < least || value > most) {
		fprintf(stderr, "radload: --%s: a number from %llu to %llu is needed\n", name,
			(unsigned long long)least, (unsigned long long)most);
		return false;
	}
	*out = value;
	return true;
}

/* Loopback only: this is no tool to send load to other people's machines. */
static bool read_server(const char *text, struct sockaddr_in *server)
{
	char address[INET_ADDRSTRLEN];
	const char *colon = strchr(text, ':');
	uint64_t port;

	*server = (struct sockaddr_in){ .sin_family = AF_INET };
	if (!colon || (size_t)(colon - text) >= sizeof(address))
		goto failed;
	memcpy(address, text, (size_t)(colon - text));
	address[colon - text] = '\0';
	if (inet_pton(AF_INET, address, &server->sin_addr) != 1 ||
		ntohl(server->sin_addr.s_addr) >> 24 != 127)
		goto failed;
	if (!read_number(colon + 1, "server", 1, UINT16_MAX, &port))
		return false;
	server->sin_port = htons((uint16_t)port);
	return true;
failed:
	fprintf(stderr, "radload: --server: a loopback address is needed, as 127.0.0.1:11812\n");
	return false;
}

enum option_key { SERVER = 256, SECRET, TEMPLATE, POLL, UNSIGNED, JSON, HELP, NUMBERS };

static const struct {
	const char *name;
	uint64_t least, most, usual;
} numbers[] = {
	{ "requests", 1, LOAD_REQUESTS_MAX, 1000 },
	{ "outstanding", 1, LOAD_OUTSTANDING_MAX, 64 },
	{ "rate", 0, 10000000, 0 },
	{ "seconds", 1, LOAD_SECONDS_MAX, 60 },
	{ "poll-ms", 1, 600000, 1000 },
	{ "timeout", 1, 600000, 5000 },
	{ "drain", 0, 600000, UINT64_MAX },
	{ "first", 0, 1000000000, 1 },
	{ "people", 0, LOAD_REQUESTS_MAX, 0 },
};

static void take_numbers(struct load_plan *plan, const uint64_t values[static ARRAY_LEN(numbers)])
{
	plan->requests = values[0];
	plan->outstanding = (uint32_t)values[1];
	plan->rate = (uint32_t)values[2];
	plan->seconds = (uint32_t)values[3];
	plan->poll_ms = (uint32_t)values[4];
	plan->timeout_ms = (uint32_t)values[5];
	plan->drain_ms = values[6] == UINT64_MAX ? plan->timeout_ms : (uint32_t)values[6];
	plan->first = values[7];
	plan->people = values[8];
}

static bool take_option(struct arguments *arguments, int key, const char *text)
{
	switch ((enum option_key)key) {
	case SERVER:
		return read_server(text, &arguments->plan.server);
	case SECRET:
		arguments->plan.secret = text;
		return true;
	case TEMPLATE:
		arguments->template_file = text;
		return true;
	case POLL:
		arguments->plan.poll = true;
		return true;
	case UNSIGNED:
		arguments->plan.need_signature = false;
		return true;
	case JSON:
		arguments->json = true;
		return true;
	case HELP:
	case NUMBERS:
		break;
	}
	fputs(usage_text, stderr);
	return false;
}

static bool read_arguments(struct arguments *arguments, int argc, char **argv)
{
	struct option options[ARRAY_LEN(numbers) + 8] = {
		{ "server", required_argument, NULL, SERVER },
		{ "secret", required_argument, NULL, SECRET },
		{ "template", required_argument, NULL, TEMPLATE },
		{ "poll", no_argument, NULL, POLL },
		{ "unsigned", no_argument, NULL, UNSIGNED },
		{ "json", no_argument, NULL, JSON },
		{ "help", no_argument, NULL, HELP },
	};
	uint64_t values[ARRAY_LEN(numbers)];
	int key;

	for (size_t i = 0; i < ARRAY_LEN(numbers); i++) {
		options[i + 7] = (struct option){ numbers[i].name, required_argument, NULL,
			NUMBERS + (int)i };
		values[i] = numbers[i].usual;
	}
	arguments->plan.need_signature = true;
	while ((key = getopt_long(argc, argv, "", options, NULL)) != -1) {
		size_t i = (size_t)(key - NUMBERS);
		bool fine;

		if (key >= NUMBERS)
			fine = read_number(optarg, numbers[i].name, numbers[i].least,
				numbers[i].most, &values[i]);
		else
			fine = take_option(arguments, key, optarg);
		if (!fine)
			return false;
	}
	take_numbers(&arguments->plan, values);
	if (optind == argc && arguments->plan.server.sin_port && arguments->plan.secret &&
		arguments->template_file)
		return true;
	fputs(usage_text, stderr);
	return false;
}

static bool open_template(struct template *template, const char *name)
{
	FILE *file = fopen(name, "re");
	bool fine;

	if (!file) {
		fprintf(stderr, "radload: %s: %s\n", name, strerror(errno));
		return false;
	}
	fine = template_read(template, file, name);
	fclose(file);
	return fine;
}

int main(int argc, char **argv)
{
	struct arguments arguments = { 0 };
	struct load_result *result = malloc(sizeof(*result));
	struct template template;
	int status = 1;

	if (!result || !read_arguments(&arguments, argc, argv)) {
		free(result);
		return 2;
	}
	arguments.plan.template = &template;
	if (open_template(&template, arguments.template_file) &&
		load_run(&arguments.plan, result)) {
		(arguments.json ? report_json : report_lines)(stdout, result);
		status = 0;
	}
	free(result);
	return status;
}
