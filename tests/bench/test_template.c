/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "template.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static bool read_text(struct template *template, const char *text)
{
	FILE *file = fmemopen((void *)(uintptr_t)text, strlen(text), "r");
	bool fine;

	assert_non_null(file);
	fine = template_read(template, file, "test");
	fclose(file);
	return fine;
}

static void test_placeholders(void **state)
{
	static const uint8_t random[RADIUS_AUTH_LEN] = { 0x01, 0xab };
	static const uint8_t authenticator[RADIUS_AUTH_LEN];
	const struct radius_attribute sale_id = { .number = 1, .vendor = true };
	const struct radius_attribute accept = { .number = 14, .vendor = true };
	const struct radius_attribute user = { .number = 1 };
	struct radius_secret secret;
	struct template template;
	struct radius_packet packet;
	const uint8_t *value;
	size_t len;

	(void)state;
	assert_true(read_text(&template, "# a sale\n\n User-Name = \"a %n 100%%\"\n"
					 "MigrantID-Sale-Id=%r\nMigrantID-Accept-Challenge = 1"));
	assert_true(radius_secret_open(&secret, "s"));
	radius_begin(&packet, 0, authenticator);
	template_fill(&template, &packet, &secret, 42, random);
	assert_true(radius_sign(&packet, &secret));
	value = radius_find(packet.data, user, &len);
	assert_int_equal(len, 14);
	assert_memory_equal(value, "a 0000042 100%", len);
	value = radius_find(packet.data, sale_id, &len);
	assert_int_equal(len, 32);
	assert_memory_equal(value, "01ab0000000000000000000000000000", len);
	assert_int_equal(radius_find_integer(packet.data, accept, 9), 1);
	radius_secret_close(&secret);
}

static void test_refused(void **state)
{
	static const char *const rows[] = {
		"\n",
		"User-Name\n",
		"User-Password = x\n",
		"User-Name = %x\n",
		"User-Name = 5%",
	};
	struct template template;

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(rows); i++)
		assert_false(read_text(&template, rows[i]));
}

/* Hidden attributes hold 128 octets; a placeholder may not make one longer unnoticed. */
static void test_value_grows_too_long(void **state)
{
	static const uint8_t zero[RADIUS_AUTH_LEN];
	struct radius_secret secret;
	struct template template;
	struct radius_packet packet;

	(void)state;
	assert_true(read_text(&template, "MigrantID-Subject-Token = %r%r%r%r%n\n"));
	assert_true(radius_secret_open(&secret, "s"));
	radius_begin(&packet, 0, zero);
	template_fill(&template, &packet, &secret, 1, zero);
	assert_false(radius_sign(&packet, &secret));
	assert_true(read_text(&template, "User-Name = %r%r%r%r%r%r%r%r%r\n"));
	radius_begin(&packet, 0, zero);
	template_fill(&template, &packet, &secret, 1, zero);
	assert_true(packet.len <= RADIUS_PACKET_MAX);
	radius_secret_close(&secret);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_placeholders),
		cmocka_unit_test(test_refused),
		cmocka_unit_test(test_value_grows_too_long),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
