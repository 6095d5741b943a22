/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "client.h"

#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>

#include "answer/answer.h"

#define VENDOR 32473
#define OTHER_VENDOR 9

/* What the server's own expansions say; NULL: it cannot tell. */
static struct {
	const char *tls, *common_name, *short_name, *plain;
	int asked; /* how often */
} server;

static const char *said(const char *format)
{
	if (strcmp(format, "%{listen:tls}") == 0)
		return server.tls;
	if (strcmp(format, "%{listen:TLS-Client-Cert-Common-Name}") == 0)
		return server.common_name;
	if (strcmp(format, "%{client:shortname}") == 0)
		return server.short_name;
	assert_string_equal(format, "%{client:migrantid_plain}");
	return server.plain;
}

ssize_t radius_xlat(char *out, size_t outlen, UNUSED REQUEST *request, char const *format,
	UNUSED xlat_escape_t escape, UNUSED void *escape_ctx)
{
	const char *text = said(format);

	server.asked++;
	return text != NULL ? snprintf(out, outlen, "%s", text) : -1;
}

static const DICT_ATTR user_name = { .attr = PW_USER_NAME, .type = PW_TYPE_STRING };
static const DICT_ATTR shop = { .vendor = VENDOR, .attr = CONTROL_SHOP, .type = PW_TYPE_STRING };
static const DICT_ATTR others_shop = { .vendor = OTHER_VENDOR,
	.attr = CONTROL_SHOP,
	.type = PW_TYPE_STRING };
static const DICT_ATTR form = { .vendor = VENDOR, .attr = CONTROL_FORM, .type = PW_TYPE_STRING };
static const DICT_ATTR plain = { .vendor = VENDOR,
	.attr = CONTROL_PLAIN_ALLOWED,
	.type = PW_TYPE_INTEGER };
static const DICT_ATTR as_a_word = { .vendor = VENDOR,
	.attr = CONTROL_PLAIN_ALLOWED,
	.type = PW_TYPE_STRING };

static VALUE_PAIR text_pair(const DICT_ATTR *entry, const char *text)
{
	return (VALUE_PAIR){ .da = entry, .vp_length = strlen(text), .data.strvalue = text };
}

static void assert_shop(VALUE_PAIR *control, const char *expected)
{
	RADIUS_PACKET packet = { .sockfd = -1 };
	REQUEST request = { .config = control, .packet = &packet };
	char room[SHOP_MAX + 1];
	struct span found = client_shop(&request, VENDOR, room);

	assert_int_equal(found.len, strlen(expected));
	assert_memory_equal(found.data, expected, found.len);
}

static void the_control_list_comes_first(void **state)
{
	VALUE_PAIR pairs[] = {
		text_pair(&user_name, "somebody"),
		text_pair(&others_shop, "other"),
		text_pair(&shop, "shop-17"),
	};

	(void)state;
	pairs[0].next = &pairs[1];
	server.tls = "yes";
	server.common_name = "shop-18";
	server.short_name = "shops";
	server.asked = 0;
	pairs[1].next = &pairs[2];
	assert_shop(pairs, "shop-17");
	/* What names nobody is still the site file's word. */
	pairs[2] = text_pair(&shop, "");
	assert_shop(pairs, "");
	assert_int_equal(server.asked, 0);
	pairs[1].next = NULL;
	assert_shop(pairs, "shop-18");
}

static void over_tls_it_is_the_certificates_name(void **state)
{
	(void)state;
	server.tls = "yes";
	server.common_name = "shop-18";
	server.short_name = "shops";
	assert_shop(NULL, "shop-18");
	/* A client entry may stand for many who come by TLS. */
	server.common_name = "";
	assert_shop(NULL, "");
	server.common_name = NULL;
	assert_shop(NULL, "");
}

static void else_it_is_the_client_entrys(void **state)
{
	static const char *const ways[] = { "no", "", NULL };

	(void)state;
	server.common_name = "shop-18";
	for (size_t i = 0; i < ARRAY_LEN(ways); i++) {
		server.tls = ways[i];
		server.short_name = "till";
		assert_shop(NULL, "till");
	}
	server.short_name = NULL;
	assert_shop(NULL, "");
}

static unsigned forms_of(VALUE_PAIR *control)
{
	REQUEST request = { .config = control };

	return client_forms(&request, VENDOR);
}

static void forms_are_of_the_control_list(void **state)
{
	VALUE_PAIR pairs[] = {
		text_pair(&shop, "shop-17"),
		text_pair(&form, "token+document"),
		text_pair(&form, "token"),
	};

	(void)state;
	pairs[0].next = &pairs[1];
	pairs[1].next = &pairs[2];
	assert_int_equal(forms_of(pairs),
		CLIENT_FORMS_NAMED | 1u << SUBJECT_TOKEN_DOCUMENT | 1u << SUBJECT_TOKEN);
	pairs[1] = text_pair(&form, "papers");
	assert_int_equal(forms_of(pairs + 1), CLIENT_FORMS_NAMED);
	assert_int_equal(forms_of(NULL), 0);
}

static bool may_send(VALUE_PAIR *control, unsigned vendor)
{
	REQUEST request = { .config = control };

	return client_may_send_plain(&request, vendor);
}

static void only_a_clear_yes_allows_twins(void **state)
{
	static const char *const others[] = { "", "no", "Yes", "ye", "yes, perhaps", NULL };
	VALUE_PAIR yes = { .da = &plain, .vp_length = 4, .data.integer = 1 };
	VALUE_PAIR no = { .da = &plain, .vp_length = 4, .data.integer = 0 };
	VALUE_PAIR two = { .da = &plain, .vp_length = 4, .data.integer = 2 };
	VALUE_PAIR word = text_pair(&as_a_word, "Yes");

	(void)state;
	server.plain = NULL;
	assert_true(may_send(&yes, VENDOR));
	assert_false(may_send(&yes, OTHER_VENDOR));
	server.plain = "yes";
	assert_true(may_send(NULL, VENDOR));
	assert_true(may_send(&no, OTHER_VENDOR));
	/* The site file's no goes before the client entry's yes. */
	assert_false(may_send(&no, VENDOR));
	assert_false(may_send(&two, VENDOR));
	assert_false(may_send(&word, VENDOR));
	for (size_t i = 0; i < ARRAY_LEN(others); i++) {
		server.plain = others[i];
		assert_false(may_send(NULL, VENDOR));
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_control_list_comes_first),
		cmocka_unit_test(over_tls_it_is_the_certificates_name),
		cmocka_unit_test(else_it_is_the_client_entrys),
		cmocka_unit_test(forms_are_of_the_control_list),
		cmocka_unit_test(only_a_clear_yes_allows_twins),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
