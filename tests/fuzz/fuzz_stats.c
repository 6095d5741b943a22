/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A server's file of figures, as migrantidctl status reads and shows it: whatever the octets are,
 * also where they are sealed as a server would have, each text is terminated and plain, and no kind
 * of output is led astray.
 */
#include <stdio.h>

#include "decision/stats.h"
#include "fuzz.h"
#include "tools/ctl/status.h"

static void is_plain(const char *text, size_t room)
{
	HOLDS(memchr(text, '\0', room) != NULL);
	for (; *text != '\0'; text++)
		HOLDS((unsigned char)*text >= ' ' && *text != '\x7f');
}

static void show(struct server *server, FILE *to)
{
	const struct servers servers = { server, 1, false };
	struct output out;
	json_t *object = status_as_json(server);

	HOLDS(object != NULL);
	output_begin(&out, true, "status");
	status_show(server, &out);
	output_member(&out, "servers", object);
	json_decref(out.document);
	pthread_mutex_destroy(&out.mutex);
	status_expose(&servers, to);
}

static void look_at(const struct stats *stats, FILE *to)
{
	static struct server server;

	server = (struct server){ .instance = "fuzz", .stats = *stats };
	is_plain(stats->instance, sizeof(stats->instance));
	is_plain(stats->config.error, sizeof(stats->config.error));
	HOLDS(stats->endpoint_count <= STATS_ENDPOINTS);
	HOLDS(stats->certificate_count <= STATS_CERTIFICATES);
	for (enum server_state state = SERVER_ALIVE; state <= SERVER_GONE; state++) {
		server.state = state;
		show(&server, to);
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static struct stats stats, sealed;
	static FILE *nowhere;
	char *octets = exact_copy(data, size);

	if (nowhere == NULL)
		nowhere = fopen("/dev/null", "w");
	HOLDS(nowhere != NULL);
	if (stats_parse(octets, size, &stats) == STATS_GOOD)
		look_at(&stats, nowhere);
	free(octets);
	memset(&sealed, 0, sizeof(sealed));
	memcpy((char *)&sealed + sizeof(sealed.head), data,
		size < sizeof(sealed) - sizeof(sealed.head) ? size
							    : sizeof(sealed) - sizeof(sealed.head));
	stats_seal(&sealed);
	HOLDS(stats_parse(&sealed, sizeof(sealed), &stats) == STATS_GOOD);
	look_at(&stats, nowhere);
	return 0;
}
