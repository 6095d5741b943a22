/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "way.h"

#include <arpa/inet.h>
#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>

/* What the server's own says of the listener; NULL: it cannot tell. */
static const char *listener_has_tls;

static int socket_of_way = -1; /* the request came by it */

ssize_t radius_xlat(char *out, size_t outlen, UNUSED REQUEST *request, char const *fmt,
	UNUSED xlat_escape_t escape, UNUSED void *escape_ctx)
{
	assert_string_equal(fmt, "%{listen:tls}");
	if (listener_has_tls == NULL)
		return -1;
	return snprintf(out, outlen, "%s", listener_has_tls);
}

static bool is_protected(int family, const char *source, const char *tls)
{
	RADIUS_PACKET packet = { .src_ipaddr = { .af = family }, .sockfd = socket_of_way };
	REQUEST request = { .packet = &packet };

	listener_has_tls = tls;
	if (source != NULL)
		assert_int_equal(inet_pton(family, source, &packet.src_ipaddr.ipaddr), 1);
	return way_is_protected(&request);
}

static void tls_protects(void **state)
{
	(void)state;
	assert_true(is_protected(AF_INET, "192.0.2.1", "yes"));
	assert_true(is_protected(AF_INET6, "2001:db8::1", "yes"));
	assert_false(is_protected(AF_INET, "192.0.2.1", "no"));
	assert_false(is_protected(AF_INET, "192.0.2.1", ""));
	assert_false(is_protected(AF_INET, "192.0.2.1", "yes, perhaps"));
	assert_false(is_protected(AF_INET, "192.0.2.1", NULL));
}

/* Whatever the server says: a datagram is not TLS. */
static void a_datagram_is_not_tls(void **state)
{
	int types[] = { SOCK_DGRAM, SOCK_STREAM };

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(types); i++) {
		socket_of_way = socket(AF_INET, types[i], 0);
		assert_true(socket_of_way >= 0);
		assert_int_equal(
			is_protected(AF_INET, "192.0.2.1", "yes"), types[i] == SOCK_STREAM);
		assert_false(is_protected(AF_INET, "192.0.2.1", "no"));
		(void)close(socket_of_way);
		socket_of_way = -1;
	}
}

static void this_machine_protects(void **state)
{
	static const struct {
		int family;
		const char *source;
		bool here;
	} rows[] = {
		{ AF_INET, "127.0.0.1", true },
		{ AF_INET, "127.255.255.255", true },
		{ AF_INET, "126.255.255.255", false },
		{ AF_INET, "128.0.0.1", false },
		{ AF_INET, "1.0.0.127", false },
		{ AF_INET, "0.0.0.0", false },
		{ AF_INET, "10.0.0.1", false },
		{ AF_INET6, "::1", true },
		{ AF_INET6, "::", false },
		{ AF_INET6, "fe80::1", false },
		{ AF_INET6, "::ffff:10.0.0.1", false },
		{ AF_UNSPEC, NULL, false },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(rows); i++)
		if (is_protected(rows[i].family, rows[i].source, "no") != rows[i].here)
			fail_msg("%s", rows[i].source ? rows[i].source : "no address");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(tls_protects),
		cmocka_unit_test(a_datagram_is_not_tls),
		cmocka_unit_test(this_machine_protects),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
