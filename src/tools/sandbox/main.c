/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * migrantid-sandbox - the ID service of docs/openapi.yaml, for tests and demos. See
 * migrantid-sandbox(8).
 */
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/resource.h>
#ifdef HAVE_SYSTEMD
#include <systemd/sd-daemon.h>
#endif

#include "http.h"
#include "issue.h"

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
	char *address = options_address(options, http_port(http));

	(void)printf("migrantid-sandbox: %s, keys and certificates in %s\n",
		address != NULL ? address : "?", options->state);
	free(address);
}

/* Tell the service manager, if one has started us and waits for it (Type=notify). */
static void notify_manager(const char *state)
{
#ifdef HAVE_SYSTEMD
	(void)sd_notify(0, state);
#else
	(void)state;
#endif
}

static int wait_for_end(const struct options *options, struct http *http, struct service *service,
	const sigset_t *ends)
{
	int signal_number;

	if (!service_open_cards(service, http_port(http)))
		return EXIT_FAILURE;
	announce(options, http);
	notify_manager("READY=1");
	(void)sigwait(ends, &signal_number);
	notify_manager("STOPPING=1");
	return EXIT_SUCCESS;
}

static int serve_until(const struct options *options, const struct people *people,
	struct state *state, const sigset_t *ends)
{
	struct service *service = service_new(options, people, state);
	struct http *http = service == NULL ? NULL : http_start(options, state, service);
	int status = EXIT_FAILURE;

	if (http != NULL) {
		status = wait_for_end(options, http, service, ends);
		http_stop(http);
	}
	service_free(service);
	return status;
}

static int serve(const struct options *options, const struct people *people)
{
	struct state state = { .folder = NULL };
	int status = EXIT_FAILURE;
	sigset_t ends;

	(void)setvbuf(stdout, NULL, _IOLBF, 0);
	(void)signal(SIGPIPE, SIG_IGN);
	sigemptyset(&ends);
	sigaddset(&ends, SIGTERM);
	sigaddset(&ends, SIGINT);
	(void)sigprocmask(SIG_BLOCK, &ends, NULL);
	want_files();
	if (state_open(options->state, options->audience, options->algorithm, &state))
		status = serve_until(options, people, &state, &ends);
	state_close(&state);
	return status;
}

int main(int argc, char **argv)
{
	struct options options;
	struct people *people;
	int status = EXIT_FAILURE;

	options_read(argc, argv, &options);
	people = people_load(options.people);
	if (people != NULL && options.issue != NULL)
		status = issue_card(&options, people);
	else if (people != NULL && options.status_list)
		status = issue_status_list(&options, people);
	else if (people != NULL)
		status = serve(&options, people);
	people_free(people);
	return status;
}
