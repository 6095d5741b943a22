/* SPDX-License-Identifier: GPL-2.0-or-later */
/* advice.c - what an operator can do about the cause of a failure, by how the cause begins. */
#include <string.h>

#include "transport/transport.h"

#define NAME_SERVERS "look at the address, and at this machine's name servers (/etc/resolv.conf)"
#define CLOCK "this machine's clock (timedatectl)"

static const struct {
	const char *cause, *advice;
} rows[] = {
	{ "its name cannot be resolved", NAME_SERVERS },
	{ "its name is not resolved in time", NAME_SERVERS },
	{ "it refuses the connection",
		"nothing listens there: look at the address and its port, or the service is down" },
	{ "it cannot be connected to", "look at the address, and at routes and firewalls" },
	{ "timed out connecting",
		"a firewall swallows it, or that machine is down: look at the address and its "
		"port" },
	{ "timed out in the TLS handshake", "look at the port, and at what stands between" },
	{ "TLS: what listens there speaks no TLS", "look at the port, and at what stands between" },
	{ "TLS: its certificate is of an unknown authority",
		"put the certificate of the service's authority into ca_file" },
	{ "TLS: its certificate is for another host name",
		"write the address with a name that its certificate has" },
	{ "TLS: its certificate has expired",
		"the service has to renew it; but look at " CLOCK " first" },
	{ "TLS: its certificate is not valid yet", "look at " CLOCK },
	{ "TLS: it refuses our certificate",
		"look at certificate_file: has it ended, is it the one that was agreed?" },
	{ "timed out waiting for the answer", "the service is slow or hangs: tell it" },
	{ "HTTP status 401", "look at certificate_file, and at what was agreed" },
	{ "HTTP status 403", "look at certificate_file, and at what was agreed" },
	{ "HTTP status 404", "look at the address and its path" },
	{ "HTTP status 5", "the service fails by itself: tell it" },
	{ "this process has no file descriptors left",
		"raise LimitNOFILE of the server's unit (systemctl edit freeradius)" },
};

const char *transport_advice(const char *cause)
{
	for (size_t i = 0; i < ARRAY_LEN(rows); i++)
		if (strncmp(cause, rows[i].cause, strlen(rows[i].cause)) == 0)
			return rows[i].advice;
	return "";
}
