/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Take a right presentation and change, drop, double, reorder or swap any octet, segment or
 * disclosure of it, as somebody without a key, and as the holder, who can bind anything anew: never
 * does it say more than was signed and disclosed, and never is it good for another sale, shop or
 * holder.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "a_card.h"

#define ROOM 8192
#define SEGMENTS_MAX 16

static struct signer *issuer, *holder, *other_holder;
static struct key_set *keys;
static char *right, *others; /* two people's cards, each bound to its own holder */

static bool is_sound(const char *text, size_t len, const struct credential_expectation *want)
{
	char *exact = malloc(len > 0 ? len : 1);
	struct credential card;
	bool sound;

	assert_non_null(exact);
	memcpy(exact, text, len);
	sound = credential_verify(exact, len, keys, want, &card).failed == CREDENTIAL_SOUND;
	assert_int_equal(sound, card.claims != NULL);
	credential_clear(&card);
	free(exact);
	return sound;
}

/* Neither as it is nor bound anew by the holder, if there is something to be bound. */
static void is_worth_nothing(const char *text, const char *how, size_t where)
{
	const char *tilde = strrchr(text, '~');
	char *presented, *bound;

	if (is_sound(text, strlen(text), &card_expectation))
		fail_msg("%s at %zu: taken", how, where);
	if (tilde == NULL)
		return;
	presented = strndup(text, (size_t)(tilde + 1 - text));
	assert_non_null(presented);
	if (strncmp(presented, right, strlen(presented)) != 0) {
		bound = card_bind(holder, presented, NULL, NULL);
		if (is_sound(bound, strlen(bound), &card_expectation))
			fail_msg("%s at %zu: taken when bound anew", how, where);
		free(bound);
	}
	free(presented);
}

static void test_right(void **state)
{
	(void)state;
	assert_true(is_sound(right, strlen(right), &card_expectation));
	assert_true(is_sound(others, strlen(others), &card_expectation));
}

static void test_changed_octets(void **state)
{
	static const char alphabet[] =
		"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
	char text[ROOM];

	(void)state;
	for (size_t i = 0; right[i] != '\0'; i++) {
		const char *at = strchr(alphabet, right[i]);
		const char to[] = { at != NULL ? alphabet[((at - alphabet) + 1) % 64] : 'A',
			at != NULL ? alphabet[((at - alphabet) + 32) % 64] : '_', '~', '.', '\n',
			(char)(right[i] ^ 0x20) };

		for (size_t j = 0; j < sizeof(to); j++) {
			if (to[j] == right[i])
				continue;
			(void)strcpy(text, right);
			text[i] = to[j];
			is_worth_nothing(text, "changed", i);
		}
	}
}

static void test_moved_octets(void **state)
{
	char text[ROOM];

	(void)state;
	for (size_t i = 0; right[i] != '\0'; i++) {
		(void)snprintf(text, sizeof(text), "%.*s%s", (int)i, right, right + i + 1);
		is_worth_nothing(text, "dropped", i);
		(void)snprintf(text, sizeof(text), "%.*s%c%s", (int)i, right, right[i], right + i);
		is_worth_nothing(text, "doubled", i);
		if (right[i + 1] == '\0' || right[i] == right[i + 1])
			continue;
		(void)strcpy(text, right);
		text[i] = right[i + 1];
		text[i + 1] = right[i];
		is_worth_nothing(text, "swapped", i);
	}
}

static void test_cut(void **state)
{
	(void)state;
	for (size_t i = 0; i < strlen(right); i++) {
		assert_false(is_sound(right, i, &card_expectation));
		assert_false(is_sound(right + i + 1, strlen(right) - i - 1, &card_expectation));
	}
}

/* What stands between '.' and '~'. */
struct segments {
	struct span each[SEGMENTS_MAX];
	char behind[SEGMENTS_MAX];
	size_t count;
};

static struct segments segments_of(const char *text)
{
	struct segments segments = { .count = 0 };

	for (;;) {
		size_t len = strcspn(text, ".~");

		assert_true(segments.count < SEGMENTS_MAX);
		segments.each[segments.count] = (struct span){ text, len };
		segments.behind[segments.count++] = text[len];
		if (text[len] == '\0')
			return segments;
		text += len + 1;
	}
}

static void print(const struct segments *segments, char text[ROOM])
{
	size_t len = 0;

	for (size_t i = 0; i < segments->count; i++) {
		memcpy(text + len, segments->each[i].data, segments->each[i].len);
		len += segments->each[i].len;
		text[len++] = segments->behind[i];
	}
	assert_int_equal(text[len - 1], '\0');
}

/* Disclosures in another order are what the holder may well show. */
static bool is_disclosure(size_t which, const struct segments *segments)
{
	return which > 2 && which < segments->count - 3;
}

static void test_segments(void **state)
{
	const struct segments before = segments_of(right), foreign = segments_of(others);
	char text[ROOM];

	(void)state;
	assert_int_equal(before.count, foreign.count);
	for (size_t i = 0; i < before.count; i++) {
		for (size_t j = 0; j < before.count; j++) {
			struct segments after = before;

			if (i == j || (is_disclosure(i, &before) && is_disclosure(j, &before)))
				continue;
			after.each[i] = before.each[j];
			print(&after, text);
			is_worth_nothing(text, "another segment", i);
			after.each[j] = before.each[i];
			print(&after, text);
			is_worth_nothing(text, "swapped segments", i);
		}
		for (size_t j = 0; j < foreign.count; j++) {
			struct segments after = before;

			if (foreign.each[j].len == before.each[i].len &&
				memcmp(foreign.each[j].data, before.each[i].data,
					foreign.each[j].len) == 0)
				continue;
			after.each[i] = foreign.each[j];
			print(&after, text);
			is_worth_nothing(text, "another card's segment", i);
		}
	}
}

/* One's token and disclosures with the other's binding, and bound anew by the other. */
static void test_others_binding(void **state)
{
	const char *end = strrchr(right, '~') + 1, *others_end = strrchr(others, '~') + 1;
	char text[ROOM], *bound;

	(void)state;
	(void)snprintf(text, sizeof(text), "%.*s%s", (int)(end - right), right, others_end);
	is_worth_nothing(text, "another's binding", 0);
	(void)snprintf(text, sizeof(text), "%.*s", (int)(end - right), right);
	bound = card_bind(other_holder, text, NULL, NULL);
	assert_false(is_sound(bound, strlen(bound), &card_expectation));
	free(bound);
}

/* The right claims, but for those that were not shown. */
static json_t *expected(unsigned shown)
{
	json_t *claims =
		sign_laid_over(json_object(), "{'age_equal_or_over':{},'languages':['uz']}");

	if ((shown & 1) != 0)
		(void)sign_laid_over(claims, "{'nationality':'UZB'}");
	if ((shown & 2) != 0)
		(void)sign_laid_over(claims, "{'document_number':'FA1234567'}");
	if ((shown & 4) != 0)
		(void)sign_laid_over(claims, "{'age_equal_or_over':{'6':true}}");
	if ((shown & 8) != 0)
		(void)sign_laid_over(claims, "{'languages':['ru','uz']}");
	return claims;
}

/* Every sequence of up to four of the four disclosures: what is in it, once, is what it says. */
static void test_disclosures(void **state)
{
	(void)state;
	for (unsigned n = 0; n < 5 * 5 * 5 * 5; n++) {
		char shown[5] = "";
		unsigned bits = 0, rest = n;
		bool twice = false;
		struct card_recipe recipe = { .issuer = issuer, .holder = holder, .shown = shown };
		struct credential card;
		json_t *want;
		char *text;

		for (size_t len = 0; len < 4 && rest % 5 != 0; len++, rest /= 5) {
			shown[len] = (char)('A' + rest % 5 - 1);
			twice = twice || (bits & 1u << (rest % 5 - 1)) != 0;
			bits |= 1u << (rest % 5 - 1);
		}
		if (rest != 0)
			continue;
		text = card_present(&recipe);
		assert_int_equal(
			credential_verify(text, strlen(text), keys, &card_expectation, &card)
				.failed,
			twice ? CREDENTIAL_DISCLOSURES : CREDENTIAL_SOUND);
		want = expected(bits);
		assert_true(twice || json_equal(card.claims, want));
		credential_clear(&card);
		json_decref(want);
		free(text);
	}
}

/* Each octet of what was meant, changed, dropped and added. */
static void test_other_sales(void **state)
{
	static const char *const meant[] = { CARD_AUDIENCE, CARD_NONCE, CARD_ISSUER, CARD_VCT };

	(void)state;
	for (size_t which = 0; which < sizeof(meant) / sizeof(meant[0]); which++) {
		for (size_t i = 0; i <= strlen(meant[which]); i++) {
			for (int how = 0; how < 3; how++) {
				struct credential_expectation want = card_expectation;
				const char **to[] = { &want.audience, &want.nonce, &want.issuer,
					&want.vct };
				char other[64];

				(void)snprintf(other, sizeof(other), "%.*s%s%s", (int)i,
					meant[which], how == 0 ? "" : "x",
					meant[which] +
						(how == 2 || meant[which][i] == '\0' ? i : i + 1));
				if (strcmp(other, meant[which]) == 0)
					continue;
				*to[which] = other;
				assert_false(is_sound(right, strlen(right), &want));
			}
		}
	}
}

static int set_up(void **state)
{
	struct card_recipe recipe = { .claims = "{'nationality':'-'}" };

	(void)state;
	issuer = signer_new(JWS_ES256, "card-1");
	holder = signer_new(JWS_ES256, NULL);
	other_holder = signer_new(JWS_ES256, NULL);
	keys = signer_key_set((const struct signer *const *)&issuer, 1);
	recipe.issuer = issuer;
	recipe.holder = holder;
	right = card_present(&recipe);
	recipe = (struct card_recipe){ .issuer = issuer,
		.holder = other_holder,
		.disclosures = { "['salt-e','nationality','BLR']",
			"['salt-f','document_number','MP7654321']", "['salt-g','6',false]",
			"['salt-h','be']" } };
	others = card_present(&recipe);
	return 0;
}

static int tear_down(void **state)
{
	(void)state;
	key_set_unref(keys);
	signer_free(issuer);
	signer_free(holder);
	signer_free(other_holder);
	free(right);
	free(others);
	return 0;
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_right),
		cmocka_unit_test(test_changed_octets),
		cmocka_unit_test(test_moved_octets),
		cmocka_unit_test(test_cut),
		cmocka_unit_test(test_segments),
		cmocka_unit_test(test_others_binding),
		cmocka_unit_test(test_disclosures),
		cmocka_unit_test(test_other_sales),
	};

	return cmocka_run_group_tests(tests, set_up, tear_down);
}
