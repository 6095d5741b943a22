/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Who is believed, what is shown, and how a refusal is named.
 */
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include <openssl/pem.h>

#include "fixture.h"

/* Ask a peer once, and see that it ends in TLS for this cause. */
static void assert_refused(
	struct fixture *fixture, const struct peer_options *options, const char *cause)
{
	struct peer *peer = peer_start(options);
	struct asked asked;

	fixture_open(fixture, peer->url, NULL);
	asked = fixture_ask(fixture, "ok", 3000);
	if (asked.result.end != END_TLS || strstr(asked.cause, cause) == NULL)
		print_message("%d: %s, not %s\n", asked.result.end, asked.cause, cause);
	assert_int_equal(asked.result.end, END_TLS);
	assert_non_null(strstr(asked.cause, cause));
	assert_true(fixture_said(fixture, cause));
	assert_int_equal(atomic_load(&peer->requests), 0);
	fixture_close(fixture);
	peer_stop(peer);
}

/* It listens, its certificate is of our authority, and of another host. */
static void test_wrong_name(void **state)
{
	struct fixture fixture;

	(void)state;
	fixture_init(&fixture);
	assert_refused(&fixture,
		&(struct peer_options){ .ip = "127.0.0.2", .identity = &fixture.server },
		"its certificate is for another host name");
}

static void test_dates(void **state)
{
	static const struct {
		long from, until;
		const char *cause;
	} rows[] = {
		{ -DAYS(2), -60, "its certificate has expired" },
		{ DAYS(1), DAYS(2), "its certificate is not valid yet" },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		struct fixture fixture;
		struct identity server;

		fixture_init(&fixture);
		server = identity_new(
			"server", "IP:127.0.0.1", rows[i].from, rows[i].until, &fixture.authority);
		assert_refused(
			&fixture, &(struct peer_options){ .identity = &server }, rows[i].cause);
		identity_free(&server);
	}
}

static void test_unknown_authority(void **state)
{
	(void)state;
	for (int self_signed = 0; self_signed < 2; self_signed++) {
		struct fixture fixture;
		struct identity server;

		fixture_init(&fixture);
		server = identity_new("server", "IP:127.0.0.1", -60, DAYS(1),
			self_signed ? NULL : &fixture.stranger);
		assert_refused(&fixture, &(struct peer_options){ .identity = &server },
			"its certificate is of an unknown authority");
		identity_free(&server);
	}
}

/* In TLS 1.3 the peer's alert comes after the handshake, and is told as what it is. */
static void test_our_certificate_refused(void **state)
{
	static const struct {
		bool tls_1_2, http2, shown;
		const char *cause;
	} rows[] = {
		{ false, false, false, "it refuses our certificate (certificate required)" },
		{ false, true, false, "it refuses our certificate (certificate required)" },
		{ false, false, true, "it refuses our certificate (unknown ca)" },
		{ false, true, true, "it refuses our certificate (unknown ca)" },
		{ true, false, true, "it refuses our certificate (unknown ca)" },
		{ true, true, false, "it refuses the handshake (handshake failure)" },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		struct fixture fixture;
		struct identity client;

		fixture_init(&fixture);
		client = identity_new("client", "DNS:x.invalid", -60, DAYS(1), &fixture.stranger);
		tls_material_unref(fixture.tls);
		fixture.tls = material_new(&fixture.authority, rows[i].shown ? &client : NULL);
		assert_refused(&fixture,
			&(struct peer_options){ .identity = &fixture.server,
				.authority = &fixture.authority,
				.tls_1_2 = rows[i].tls_1_2,
				.http2 = rows[i].http2 },
			rows[i].cause);
		identity_free(&client);
	}
}

/* Whoever asked for a password would wait for ever; such a key is refused before, and here. */
static void test_key_with_password(void **state)
{
	struct fixture fixture;
	BIO *bio = BIO_new(BIO_s_mem());
	char *text;
	long len;

	(void)state;
	fixture_init(&fixture);
	assert_int_equal(PEM_write_bio_PrivateKey(bio, fixture.client.key, EVP_aes_128_cbc(),
				 (const unsigned char *)"secret", 6, NULL, NULL),
		1);
	len = BIO_get_mem_data(bio, &text);
	free(fixture.tls->key);
	fixture.tls->key = strndup(text, (size_t)len);
	fixture.tls->key_len = (size_t)len;
	BIO_free(bio);
	assert_refused(&fixture,
		&(struct peer_options){
			.identity = &fixture.server, .authority = &fixture.authority },
		"TLS: ");
}

static void test_no_tls(void **state)
{
	struct fixture fixture;
	struct asked asked;
	struct peer *peer;
	char url[64];

	(void)state;
	fixture_init(&fixture);
	peer = peer_start(&(struct peer_options){ .identity = &fixture.server });
	(void)snprintf(url, sizeof(url), "http://127.0.0.1:%u", peer->port);
	fixture_open(&fixture, url, NULL);
	asked = fixture_ask(&fixture, "ok", 1000);
	assert_int_not_equal(asked.result.end, END_STATUS);
	assert_int_equal(atomic_load(&peer->accepted), 0);
	fixture_close(&fixture);
	peer_stop(peer);
}

static void assert_seen_as(struct fixture *fixture, struct peer *peer, const char *name)
{
	struct asked asked = fixture_ask(fixture, "ok", 2000);

	assert_int_equal(asked.result.end, END_STATUS);
	pthread_mutex_lock(&peer->mutex);
	assert_string_equal(peer->client, name);
	pthread_mutex_unlock(&peer->mutex);
}

static void test_new_certificate(void **state)
{
	struct fixture fixture;
	struct identity second;
	struct tls_material *old, *same;
	struct asked slow;
	struct peer *peer;

	fixture_init(&fixture);
	second = identity_new("second", "DNS:x.invalid", -60, DAYS(1), &fixture.authority);
	peer = peer_start(&(struct peer_options){ .identity = &fixture.server,
		.authority = &fixture.authority,
		.http2 = *state != NULL });
	fixture_open(&fixture, peer->url, NULL);
	assert_seen_as(&fixture, peer, "client");
	/* The same again makes no new connection. */
	same = material_new(&fixture.authority, &second);
	memcpy(same->digest, fixture.tls->digest, sizeof(same->digest));
	transport_configure(fixture.transport, same);
	tls_material_unref(same);
	assert_seen_as(&fixture, peer, "client");
	assert_int_equal(atomic_load(&peer->accepted), 1);

	/* What was begun ends as it began, what begins shows the new one. */
	asked_init(&slow, &fixture, "slow 300", 2000);
	asked_send(&slow, 1);
	old = fixture.tls;
	fixture.tls = material_new(&fixture.authority, &second);
	transport_configure(fixture.transport, old);
	transport_configure(fixture.transport, fixture.tls);
	assert_seen_as(&fixture, peer, "second");
	asked_wait(&slow, 1);
	assert_int_equal(slow.result.end, END_STATUS);
	assert_int_equal(atomic_load(&peer->accepted), 2);
	assert_seen_as(&fixture, peer, "second");
	assert_int_equal(atomic_load(&old->references), 1);
	tls_material_unref(old);
	fixture_close(&fixture);
	identity_free(&second);
	peer_stop(peer);
}

/* Another authority alone: who was believed before is not any more. */
static void test_new_authority(void **state)
{
	struct fixture fixture;
	struct tls_material *other;
	struct asked asked;
	struct peer *peer;

	(void)state;
	fixture_init(&fixture);
	peer = peer_start(&(struct peer_options){ .identity = &fixture.server });
	fixture_open(&fixture, peer->url, NULL);
	asked = fixture_ask(&fixture, "ok", 2000);
	assert_int_equal(asked.result.end, END_STATUS);
	other = material_new(&fixture.stranger, &fixture.client);
	transport_configure(fixture.transport, other);
	tls_material_unref(other);
	asked = fixture_ask(&fixture, "ok", 2000);
	assert_int_equal(asked.result.end, END_TLS);
	/* The old connections are closed, and what they were opened with is let go. */
	(void)usleep(50000);
	assert_int_equal(atomic_load(&fixture.tls->references), 1);
	fixture_close(&fixture);
	peer_stop(peer);
}

int main(void)
{
	static char http2[] = "HTTP/2";
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_wrong_name),
		cmocka_unit_test(test_dates),
		cmocka_unit_test(test_unknown_authority),
		cmocka_unit_test(test_our_certificate_refused),
		cmocka_unit_test(test_key_with_password),
		cmocka_unit_test(test_no_tls),
		cmocka_unit_test(test_new_certificate),
		cmocka_unit_test_prestate(test_new_certificate, http2),
		cmocka_unit_test(test_new_authority),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
