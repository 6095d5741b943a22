/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Cards by chance: claims in clear and concealed, objects and arrays, disclosures in disclosures,
 * decoys. What a presentation says is worked out here from the claims themselves, without a digest;
 * then it is spoilt, as the holder, as somebody without a key, and as an issuer who errs. Whatever
 * is taken says just what was signed and shown.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <openssl/evp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "../person/chance.h"
#include "a_card.h"
#include "base/base64url.h"

#define CARDS 300
#define CHILDREN_MAX 4
#define CONCEALED_MAX 10
#define DIGEST_LEN 43

static struct signer *issuer, *second_issuer, *holder, *other_holder;
static struct key_set *keys; /* of issuer and second_issuer */
static struct chance chance = { 0x5eed0ca7d };

/* A claim, a member or an element. */
struct node {
	char name[8];
	json_t *value; /* of a leaf; else NULL */
	bool is_array;
	int concealed; /* its place among the disclosures; -1: in clear */
	int above; /* the concealed one around it; -1: none */
	struct node *children[CHILDREN_MAX];
	size_t count;
};

struct made {
	struct node *root;
	char *disclosures[CONCEALED_MAX];
	int above[CONCEALED_MAX];
	int count;
	char *header, *payload, *token;
};

static bool one_in(int n)
{
	return chance_in(&chance, 1, n) == 1;
}

static struct node *grow(struct made *made, const char *name, int depth, int above)
{
	struct node *node = calloc(1, sizeof(*node));
	int kind = depth > 2 ? 0 : chance_in(&chance, 0, 2);
	char child[8];

	assert_non_null(node);
	(void)snprintf(node->name, sizeof(node->name), "%s", name);
	node->above = above;
	node->concealed = -1;
	/* Digests stand in the claims and one level below, and so no deeper than that is concealed. */
	if (depth > 0 && depth <= 2 && made->count < CONCEALED_MAX && !one_in(3)) {
		node->concealed = made->count++;
		made->above[node->concealed] = above;
	}
	if (depth > 0 && kind == 0) {
		node->value = one_in(3)   ? json_boolean(one_in(2))
			      : one_in(2) ? json_integer(chance_in(&chance, 0, 99))
					  : json_sprintf("v%d", chance_in(&chance, 0, 9));
		return node;
	}
	node->is_array = depth > 0 && kind == 1;
	node->count = (size_t)chance_in(&chance, depth == 0 ? 2 : 0, CHILDREN_MAX);
	for (size_t i = 0; i < node->count; i++) {
		(void)snprintf(child, sizeof(child), "n%d", (int)i % CHILDREN_MAX);
		node->children[i] = grow(
			made, child, depth + 1, node->concealed >= 0 ? node->concealed : above);
	}
	return node;
}

static void cut_down(struct node *node)
{
	for (size_t i = 0; i < node->count; i++)
		cut_down(node->children[i]);
	json_decref(node->value);
	free(node);
}

static char *base64url_of(json_t *json)
{
	char *text = json_dumps(json, JSON_COMPACT), *out;

	assert_non_null(text);
	out = malloc(BASE64URL_LEN(strlen(text)) + 1);
	assert_non_null(out);
	base64url_encode(text, strlen(text), out);
	free(text);
	json_decref(json);
	return out;
}

static json_t *digest_of(const char *text)
{
	char out[DIGEST_LEN + 1];
	uint8_t octets[32];

	assert_int_equal(EVP_Q_digest(NULL, "SHA256", NULL, text, strlen(text), octets, NULL), 1);
	base64url_encode(octets, sizeof(octets), out);
	return json_string(out);
}

static json_t *decoy(void)
{
	char text[32];

	(void)snprintf(text, sizeof(text), "decoy %d", chance_in(&chance, 0, 1 << 30));
	return digest_of(text);
}

static json_t *signed_value(struct made *made, const struct node *node);

/* The digest of a child; what it says goes among the disclosures. */
static json_t *concealed_digest(struct made *made, const struct node *child, const char *name)
{
	json_t *parts = json_array();

	json_array_append_new(parts, json_sprintf("salt%d", chance_in(&chance, 0, 1 << 30)));
	if (name != NULL)
		json_array_append_new(parts, json_string(name));
	json_array_append_new(parts, signed_value(made, child));
	made->disclosures[child->concealed] = base64url_of(parts);
	return digest_of(made->disclosures[child->concealed]);
}

static json_t *signed_array(struct made *made, const struct node *node, bool decoys)
{
	json_t *array = json_array();

	for (size_t i = 0; i < node->count; i++) {
		const struct node *child = node->children[i];

		if (decoys && one_in(6))
			json_array_append_new(array, json_pack("{s:o}", "...", decoy()));
		json_array_append_new(array,
			child->concealed < 0
				? signed_value(made, child)
				: json_pack("{s:o}", "...", concealed_digest(made, child, NULL)));
	}
	return array;
}

static json_t *signed_object(struct made *made, const struct node *node, bool decoys)
{
	json_t *object = json_object(), *digests = json_array();

	for (size_t i = 0; i < node->count; i++) {
		const struct node *child = node->children[i];

		if (decoys && one_in(6))
			json_array_append_new(digests, decoy());
		if (child->concealed < 0)
			json_object_set_new(object, child->name, signed_value(made, child));
		else /* in any order */
			json_array_insert_new(digests,
				(size_t)chance_in(&chance, 0, (int)json_array_size(digests)),
				concealed_digest(made, child, child->name));
	}
	if (json_array_size(digests) > 0)
		json_object_set(object, "_sd", digests);
	json_decref(digests);
	return object;
}

static int depth_of(const struct node *root, const struct node *node)
{
	if (root == node)
		return 0;
	for (size_t i = 0; i < root->count; i++) {
		int depth = depth_of(root->children[i], node);

		if (depth >= 0)
			return depth + 1;
	}
	return -1;
}

static json_t *signed_value(struct made *made, const struct node *node)
{
	bool decoys = depth_of(made->root, node) < 2;

	if (node->value != NULL)
		return json_incref(node->value);
	return node->is_array ? signed_array(made, node, decoys)
			      : signed_object(made, node, decoys);
}

/* What is to be seen of a node if these are shown. */
static json_t *seen(const struct node *node, unsigned shown)
{
	json_t *value;

	if (node->value != NULL)
		return json_incref(node->value);
	value = node->is_array ? json_array() : json_object();
	for (size_t i = 0; i < node->count; i++) {
		const struct node *child = node->children[i];

		if (child->concealed >= 0 && (shown & 1u << child->concealed) == 0)
			continue;
		if (node->is_array)
			json_array_append_new(value, seen(child, shown));
		else
			json_object_set_new(value, child->name, seen(child, shown));
	}
	return value;
}

static void sign(struct made *made, json_t *payload)
{
	made->payload = json_dumps(payload, JSON_COMPACT);
	assert_non_null(made->payload);
	json_decref(payload);
	made->token = sign_token(issuer, made->header, made->payload);
}

static void make(struct made *made)
{
	json_t *jwk = signer_jwk(holder), *payload;

	memset(made, 0, sizeof(*made));
	made->root = grow(made, "", 0, -1);
	made->root->concealed = -1;
	payload = sign_laid_over(signed_value(made, made->root),
		"{'iss':'" CARD_ISSUER "','vct':'" CARD_VCT "','iat':1796115600,'exp':1798711200}");
	if (one_in(2))
		json_object_set_new(payload, "_sd_alg", json_string("sha-256"));
	json_object_set_new(payload, "cnf", json_pack("{s:o}", "jwk", jwk));
	made->header =
		strdup("{\"alg\":\"EdDSA\",\"kid\":\"card-1\",\"typ\":\"" CREDENTIAL_TYP "\"}");
	assert_non_null(made->header);
	sign(made, payload);
}

static void drop(struct made *made)
{
	cut_down(made->root);
	for (int i = 0; i < made->count; i++)
		free(made->disclosures[i]);
	free(made->header);
	free(made->payload);
	free(made->token);
}

/* A presentation while it is put together. */
struct draft {
	const char *token;
	const char *list[CONCEALED_MAX + 2];
	int count;
};

static void shuffle(struct draft *draft)
{
	for (int i = draft->count - 1; i > 0; i--) {
		int j = chance_in(&chance, 0, i);
		const char *swap = draft->list[i];

		draft->list[i] = draft->list[j];
		draft->list[j] = swap;
	}
}

static struct draft draft_of(const struct made *made, unsigned shown)
{
	struct draft draft = { .token = made->token };

	for (int i = 0; i < made->count; i++) {
		if ((shown & 1u << i) != 0)
			draft.list[draft.count++] = made->disclosures[i];
	}
	shuffle(&draft);
	return draft;
}

static char *bound(const struct draft *draft, const struct signer *by, const char *claims)
{
	size_t len = strlen(draft->token) + 2;
	char *presented, *text;

	for (int i = 0; i < draft->count; i++)
		len += strlen(draft->list[i]) + 1;
	presented = calloc(1, len);
	assert_non_null(presented);
	(void)strcat(strcpy(presented, draft->token), "~");
	for (int i = 0; i < draft->count; i++)
		(void)strcat(strcat(presented, draft->list[i]), "~");
	text = card_bind(by, presented, NULL, claims);
	free(presented);
	return text;
}

/* Without any that stands in one which is not shown. */
static bool is_whole(const struct made *made, unsigned shown)
{
	for (int i = 0; i < made->count; i++) {
		if ((shown & 1u << i) != 0 && made->above[i] >= 0 &&
			(shown & 1u << made->above[i]) == 0)
			return false;
	}
	return true;
}

static unsigned some_of(const struct made *made)
{
	return (unsigned)chance_bits(&chance) & ((1u << made->count) - 1);
}

static unsigned whole_some_of(const struct made *made)
{
	unsigned shown = some_of(made);

	for (int i = 0; i < made->count; i++) {
		if (made->above[i] >= 0 && (shown & 1u << made->above[i]) == 0)
			shown &= ~(1u << i);
	}
	return shown;
}

static struct credential_finding verify(const char *text, struct credential *card)
{
	size_t len = strlen(text);
	char *exact = malloc(len);
	struct credential_finding found;

	assert_non_null(exact);
	memcpy(exact, text, len);
	found = credential_verify(exact, len, keys, &card_expectation, card);
	free(exact);
	return found;
}

static void is_taken(const struct made *made, const char *text, unsigned shown)
{
	json_t *want = seen(made->root, shown);
	struct credential card;
	struct credential_finding found = verify(text, &card);

	if (found.failed != CREDENTIAL_SOUND)
		fail_msg(
			"%s %s: %s", credential_check_name(found.failed), found.why, made->payload);
	if (!json_equal(card.claims, want))
		fail_msg("it says %s, and not %s", json_dumps(card.claims, 0), json_dumps(want, 0));
	credential_clear(&card);
	json_decref(want);
}

static void is_refused(const struct made *made, const char *text, const char *why)
{
	struct credential card;
	struct credential_finding found = verify(text, &card);

	if (found.failed == CREDENTIAL_SOUND || strcmp(found.why, why) != 0)
		fail_msg("%s, and not %s: %s",
			found.failed == CREDENTIAL_SOUND ? "taken" : found.why, why, made->payload);
	assert_null(card.claims);
}

static void each_card(void (*property)(struct made *made))
{
	for (int i = 0; i < CARDS; i++) {
		struct made made;

		make(&made);
		property(&made);
		drop(&made);
	}
}

static void says_what_is_shown(struct made *made)
{
	unsigned shown = some_of(made);
	struct draft draft = draft_of(made, shown);
	char *text = bound(&draft, holder, NULL);

	if (is_whole(made, shown))
		is_taken(made, text, shown);
	else
		is_refused(made, text, "disclosure-without-digest");
	free(text);
}

static void test_shown(void **state)
{
	(void)state;
	each_card(says_what_is_shown);
}

/* As the holder, who binds anew: something doubled, another card's, or changed. */
static char *changed(const char *disclosure)
{
	uint8_t octets[512];
	size_t len, part;
	json_t *parts;

	assert_true(base64url_decode(disclosure, strlen(disclosure), octets, sizeof(octets), &len));
	parts = json_loadb((const char *)octets, len, 0, NULL);
	assert_non_null(parts);
	part = (size_t)chance_in(&chance, 0, (int)json_array_size(parts) - 1);
	json_array_set_new(parts, part,
		part + 1 == json_array_size(parts) ? json_string("another") : json_string("x"));
	return base64url_of(parts);
}

static void says_no_more(struct made *made)
{
	unsigned shown = whole_some_of(made);
	struct draft draft = draft_of(made, shown), spoilt = draft;
	char *other = NULL, *text;
	struct made foreign;

	make(&foreign);
	if (draft.count > 0) {
		int at = chance_in(&chance, 0, draft.count - 1);

		spoilt.list[spoilt.count++] = draft.list[at];
		shuffle(&spoilt);
		text = bound(&spoilt, holder, NULL);
		is_refused(made, text, "disclosure-twice");
		free(text);

		spoilt = draft;
		spoilt.list[at] = other = changed(draft.list[at]);
		text = bound(&spoilt, holder, NULL);
		is_refused(made, text, "disclosure-without-digest");
		free(text);
		free(other);

		spoilt = draft;
		spoilt.token = foreign.token;
		text = bound(&spoilt, holder, NULL);
		is_refused(&foreign, text, "disclosure-without-digest");
		free(text);
	}
	if (foreign.count > 0) {
		spoilt = draft;
		spoilt.list[spoilt.count++] =
			foreign.disclosures[chance_in(&chance, 0, foreign.count - 1)];
		shuffle(&spoilt);
		text = bound(&spoilt, holder, NULL);
		is_refused(made, text, "disclosure-without-digest");
		free(text);
	}
	drop(&foreign);
}

static void test_no_more(void **state)
{
	(void)state;
	each_card(says_no_more);
}

/* As somebody without the keys, or for another sale. */
static void is_bound(struct made *made)
{
	static const struct {
		const char *claims, *why;
	} rows[] = {
		{ "{'nonce':'sale-0002'}", "other-nonce" },
		{ "{'aud':'operator-example/shop-18'}", "other-audience" },
		{ "{'iat':1796118899}", "binding-too-old" },
	};
	unsigned shown = whole_some_of(made), fewer = whole_some_of(made) & shown;
	struct draft draft = draft_of(made, shown), other = draft_of(made, fewer);
	char *text = bound(&draft, other_holder, NULL), *others;
	size_t which = (size_t)chance_in(&chance, 0, 2);

	is_refused(made, text, "binding-signature");
	free(text);
	text = bound(&draft, holder, rows[which].claims);
	is_refused(made, text, rows[which].why);
	free(text);
	/* The binding of the same card, shown otherwise. */
	text = bound(&draft, holder, NULL);
	others = bound(&other, holder, NULL);
	if (strncmp(text, others, (size_t)(strrchr(text, '~') - text) + 1) != 0) {
		char *mixed = calloc(1, strlen(text) + strlen(others) + 1);

		assert_non_null(mixed);
		memcpy(mixed, text, (size_t)(strrchr(text, '~') - text) + 1);
		(void)strcat(mixed, strrchr(others, '~') + 1);
		is_refused(made, mixed, "other-sd-hash");
		free(mixed);
	}
	free(text);
	free(others);
}

static void test_bound(void **state)
{
	(void)state;
	each_card(is_bound);
}

/* A claim, a holder's key or a header that the issuer did not sign. */
static void is_signed(struct made *made)
{
	json_t *payload = json_loads(made->payload, 0, NULL);
	struct draft draft = draft_of(made, whole_some_of(made));
	char *token, *text, *input;
	size_t signature = (size_t)(strrchr(made->token, '.') + 1 - made->token);

	if (one_in(2))
		json_object_set_new(payload, "n0", json_string("another"));
	else
		json_object_set_new(
			payload, "cnf", json_pack("{s:o}", "jwk", signer_jwk(other_holder)));
	text = json_dumps(payload, JSON_COMPACT);
	input = sign_input(made->header, strlen(made->header), text, strlen(text));
	token = malloc(strlen(input) + strlen(made->token) + 2);
	assert_non_null(token);
	(void)sprintf(token, "%s.%s", input, made->token + signature);
	free(text);
	draft.token = token;
	text = bound(&draft, one_in(2) ? holder : other_holder, NULL);
	is_refused(made, text, "other-signature");
	free(text);
	free(token);
	free(input);
	json_decref(payload);

	/* The right claims by a key of the set that is named otherwise. */
	token = sign_token(second_issuer, made->header, made->payload);
	draft.token = token;
	text = bound(&draft, holder, NULL);
	is_refused(made, text, "other-signature");
	free(text);
	free(token);
}

static void test_signed(void **state)
{
	(void)state;
	each_card(is_signed);
}

/* An issuer who errs: a digest once more, or a name in clear beside one that is concealed. */
static void errs(struct made *made)
{
	json_t *payload = json_loads(made->payload, 0, NULL), *digests;
	unsigned shown = whole_some_of(made);
	const struct node *child = made->root->children[0];
	struct draft draft;
	char *text;

	digests = json_incref(json_object_get(payload, "_sd"));
	free(made->payload);
	free(made->token);
	if (json_array_size(digests) > 0 && one_in(2)) {
		json_t *twice = json_array_get(
			digests, (size_t)chance_in(&chance, 0, (int)json_array_size(digests) - 1));

		if (one_in(2))
			json_array_append(digests, twice);
		else
			json_object_set_new(payload, "more", json_pack("[{s:O}]", "...", twice));
		sign(made, payload);
		draft = draft_of(made, shown);
		text = bound(&draft, holder, NULL);
		is_refused(made, text, "digest-twice");
	} else {
		if (child->concealed >= 0)
			json_object_set_new(payload, child->name, json_true());
		sign(made, payload);
		draft = draft_of(made, shown);
		text = bound(&draft, holder, NULL);
		if (child->concealed < 0)
			is_taken(made, text, shown);
		else if ((shown & 1u << child->concealed) != 0)
			is_refused(made, text, "name-twice");
	}
	json_decref(digests);
	free(text);
}

static void test_errors(void **state)
{
	(void)state;
	each_card(errs);
}

static int set_up(void **state)
{
	const struct signer *both[2];

	(void)state;
	issuer = signer_new(JWS_EDDSA, "card-1");
	second_issuer = signer_new(JWS_EDDSA, "card-2");
	holder = signer_new(JWS_EDDSA, NULL);
	other_holder = signer_new(JWS_EDDSA, NULL);
	both[0] = issuer;
	both[1] = second_issuer;
	keys = signer_key_set(both, 2);
	return 0;
}

static int tear_down(void **state)
{
	(void)state;
	key_set_unref(keys);
	signer_free(issuer);
	signer_free(second_issuer);
	signer_free(holder);
	signer_free(other_holder);
	return 0;
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_shown),
		cmocka_unit_test(test_no_more),
		cmocka_unit_test(test_bound),
		cmocka_unit_test(test_signed),
		cmocka_unit_test(test_errors),
	};

	return cmocka_run_group_tests(tests, set_up, tear_down);
}
