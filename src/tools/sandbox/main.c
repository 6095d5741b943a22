/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * migrantid-sandbox - the ID service of docs/openapi.yaml, for tests and demos. See
 * migrantid-sandbox(8).
 */
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>

#include "http.h"

/* Many shops may wait at once, each on a connection. */
static void want_files(void)
{
	struct rlimit limit;

	if (getrlimit(RLIMIT_NOFILE, &limit) == 0) {
		limit.rlim_cur = limit.rlim_max;
		(void)setrlimit(RLIMIT_NOFILE, &limit);
	}
}

static void announce(const struct options *options, const struct http *http)
{
	bool six = strchr(options->listen, ':') != NULL;

	(void)printf("migrantid-sandbox: http%s://%s%s%s:%u, keys and certificates in %s\n",
		options->plain ? "" : "s", six ? "[" : "", options->listen, six ? "]" : "",
		http_port(http), options->state);
}

static int serve(const struct options *options, struct state *state, struct service *service,
	const sigset_t *ends)
{
	struct http *http = http_start(options, state, service);
	int signal_number;

	if (http == NULL)
		return EXIT_FAILURE;
	announce(options, http);
	(void)sigwait(ends, &signal_number);
	http_stop(http);
	return EXIT_SUCCESS;
}

int main(int argc, char **argv)
{
	struct options options;
	struct people *people;
	struct service *service = NULL;
	struct state state = { .folder = NULL };
	sigset_t ends;
	int status = EXIT_FAILURE;

	options_read(argc, argv, &options);
	(void)setvbuf(stdout, NULL, _IOLBF, 0);
	(void)signal(SIGPIPE, SIG_IGN);
	sigemptyset(&ends);
	sigaddset(&ends, SIGTERM);
	sigaddset(&ends, SIGINT);
	(void)sigprocmask(SIG_BLOCK, &ends, NULL);
	want_files();

	people = people_load(options.people);
	if (people != NULL &&
		state_open(options.state, options.audience, options.algorithm, &state))
		service = service_new(&options, people, &state);
	if (service != NULL)
		status = serve(&options, &state, service, &ends);
	service_free(service);
	state_close(&state);
	people_free(people);
	return status;
}
