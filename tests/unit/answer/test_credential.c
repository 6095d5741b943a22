/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Every way in which a presented card is refused, each with its check and its word; what a right
 * one says; and the standards' own examples. argv[1]: the folder of the vectors.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <openssl/err.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "a_card.h"
#include "answer/jws.h"
#include "answer/key_binding.h"
#include "answer/sd_jwt.h"
#include "answer/strict_json.h"
#include "load.h"

static const char *folder;
static struct signer *issuer, *other_issuer, *holder, *other_holder;
static struct key_set *keys;

/* credential_verify() of a copy without a '\0' behind it; a refused card leaves nothing. */
static struct credential_finding verify(
	const char *text, const struct credential_expectation *want, struct credential *card)
{
	static const struct credential zero;
	size_t len = strlen(text);
	char *exact = malloc(len > 0 ? len : 1);
	struct credential_finding found;

	assert_non_null(exact);
	memcpy(exact, text, len);
	memset(card, 0xa5, sizeof(*card));
	found = credential_verify(exact, len, keys, want, card);
	free(exact);
	assert_int_equal(ERR_peek_error(), 0);
	assert_int_equal(found.failed == CREDENTIAL_SOUND, found.why == NULL);
	if (found.failed != CREDENTIAL_SOUND)
		assert_memory_equal(card, &zero, sizeof(zero));
	return found;
}

static void says(const struct credential *card, const char *claims)
{
	json_t *want = sign_laid_over(json_object(), claims);
	char *got = json_dumps(card->claims, JSON_COMPACT | JSON_SORT_KEYS);

	if (!json_equal(card->claims, want))
		fail_msg("it says %s", got);
	free(got);
	json_decref(want);
}

/* The recipe's signers are put in by the cases' runner. */
static const struct refusal {
	const char *name;
	enum credential_check check;
	const char *why;
	struct card_recipe recipe;
} refusals[] = {
	{ "an issuer's typ that is another", CREDENTIAL_HEADER, "header",
		{ .header = "{'typ':'vc+sd-jwt'}" } },
	{ "alg none", CREDENTIAL_HEADER, "header", { .header = "{'alg':'none'}" } },
	{ "an algorithm that is not taken", CREDENTIAL_HEADER, "header",
		{ .header = "{'alg':'RS256'}" } },
	{ "x5c", CREDENTIAL_HEADER, "header", { .header = "{'x5c':['MIIB']}" } },
	{ "jwk", CREDENTIAL_HEADER, "header", { .header = "{'jwk':{'kty':'EC'}}" } },
	{ "jku", CREDENTIAL_HEADER, "header", { .header = "{'jku':'https://evil.example'}" } },
	{ "crit", CREDENTIAL_HEADER, "header", { .header = "{'crit':['x']}" } },
	{ "no kid", CREDENTIAL_KEY, "no-such-key", { .header = "{'kid':'-'}" } },
	{ "an unknown kid", CREDENTIAL_KEY, "no-such-key", { .header = "{'kid':'k'}" } },
	{ "alg of another key type", CREDENTIAL_KEY, "no-such-key",
		{ .header = "{'alg':'EdDSA'}" } },
	{ "no iss", CREDENTIAL_JSON, "claim-missing", { .claims = "{'iss':'-'}" } },
	{ "no vct", CREDENTIAL_JSON, "claim-missing", { .claims = "{'vct':'-'}" } },
	{ "iss that is no text", CREDENTIAL_JSON, "claim-missing", { .claims = "{'iss':1}" } },
	{ "no iat", CREDENTIAL_JSON, "time-missing", { .claims = "{'iat':'-'}" } },
	{ "no exp", CREDENTIAL_JSON, "time-missing", { .claims = "{'exp':'-'}" } },
	{ "exp as text", CREDENTIAL_JSON, "time-missing", { .claims = "{'exp':'1798711200'}" } },
	{ "nbf as text", CREDENTIAL_JSON, "time-missing", { .claims = "{'nbf':'0'}" } },
	{ "a status of another mechanism", CREDENTIAL_JSON, "status-malformed",
		{ .claims = "{'status':{'other':1}}" } },
	{ "a status with a negative index", CREDENTIAL_JSON, "status-malformed",
		{ .claims = "{'status':{'status_list':{'idx':-1,'uri':'u'}}}" } },
	{ "a status beyond any list", CREDENTIAL_JSON, "status-malformed",
		{ .claims = "{'status':{'status_list':{'idx':4294967296,'uri':'u'}}}" } },
	{ "a status without a list's name", CREDENTIAL_JSON, "status-malformed",
		{ .claims = "{'status':{'status_list':{'idx':0}}}" } },
	{ "another hash", CREDENTIAL_DISCLOSURES, "other-hash",
		{ .claims = "{'_sd_alg':'sha-512'}" } },
	{ "a hash that is no text", CREDENTIAL_DISCLOSURES, "other-hash",
		{ .claims = "{'_sd_alg':null}" } },
	{ "a disclosure that is no base64url", CREDENTIAL_DISCLOSURES, "disclosure-malformed",
		{ .disclosures = { "=WyJhIl0=" },
			.claims = "{'_sd':'-','age_equal_or_over':'-',"
				  "'languages':'-'}" } },
	{ "a disclosure with bits left over", CREDENTIAL_DISCLOSURES, "disclosure-malformed",
		{ .disclosures = { "=WyJzIiwiYSIsMV1" },
			.claims = "{'_sd':['@A'],'age_equal_or_over':'-','languages':'-'}" } },
	{ "a disclosure that is an object", CREDENTIAL_DISCLOSURES, "disclosure-malformed",
		{ .disclosures = { "{'a':1}" },
			.claims = "{'_sd':['@A'],'age_equal_or_over':'-','languages':'-'}" } },
	{ "a disclosure of one part", CREDENTIAL_DISCLOSURES, "disclosure-malformed",
		{ .disclosures = { "['s']" },
			.claims = "{'_sd':['@A'],'age_equal_or_over':'-','languages':'-'}" } },
	{ "a disclosure of four parts", CREDENTIAL_DISCLOSURES, "disclosure-malformed",
		{ .disclosures = { "['s','a',1,2]" },
			.claims = "{'_sd':['@A'],'age_equal_or_over':'-','languages':'-'}" } },
	{ "a salt that is no text", CREDENTIAL_DISCLOSURES, "disclosure-malformed",
		{ .disclosures = { "[1,'a',1]" },
			.claims = "{'_sd':['@A'],'age_equal_or_over':'-','languages':'-'}" } },
	{ "a name that is no text", CREDENTIAL_DISCLOSURES, "disclosure-malformed",
		{ .disclosures = { "['s',1,1]" },
			.claims = "{'_sd':['@A'],'age_equal_or_over':'-','languages':'-'}" } },
	{ "a member twice in a disclosure", CREDENTIAL_DISCLOSURES, "disclosure-malformed",
		{ .disclosures = { "['s','a',{'b':1,'b':2}]" },
			.claims = "{'_sd':['@A'],'age_equal_or_over':'-','languages':'-'}" } },
	{ "a disclosure twice", CREDENTIAL_DISCLOSURES, "disclosure-twice", { .shown = "ABCDA" } },
	{ "a disclosure without its digest", CREDENTIAL_DISCLOSURES, "disclosure-without-digest",
		{ .claims = "{'age_equal_or_over':'-'}" } },
	{ "a nested disclosure without the one that holds its digest", CREDENTIAL_DISCLOSURES,
		"disclosure-without-digest",
		{ .disclosures = { "['s','a',1]", "['s','b',{'_sd':['@A']}]" },
			.shown = "A",
			.claims = "{'_sd':['@B'],'age_equal_or_over':'-','languages':'-'}" } },
	{ "a digest twice in one object", CREDENTIAL_DISCLOSURES, "digest-twice",
		{ .claims = "{'_sd':['@A','@A']}" } },
	{ "a digest twice in different places", CREDENTIAL_DISCLOSURES, "digest-twice",
		{ .claims = "{'age_equal_or_over':{'_sd':['@A']}}" } },
	{ "a digest twice, one in a disclosure", CREDENTIAL_DISCLOSURES, "digest-twice",
		{ .disclosures = { "['s','a',1]", "['s','b',{'_sd':['@A']}]" },
			.claims = "{'_sd':['@A','@B'],'age_equal_or_over':'-','languages':'-'}" } },
	{ "a decoy twice", CREDENTIAL_DISCLOSURES, "digest-twice",
		{ .claims = "{'_sd':['8NyiOJRyhc2n6z0ccBRNXMp9aEH33Q_vauFob7TKttE',"
			    "'8NyiOJRyhc2n6z0ccBRNXMp9aEH33Q_vauFob7TKttE']}" } },
	{ "a digest that is no text", CREDENTIAL_DISCLOSURES, "digest-malformed",
		{ .claims = "{'_sd':[1]}" } },
	{ "a digest of another length", CREDENTIAL_DISCLOSURES, "digest-malformed",
		{ .claims = "{'_sd':['x']}" } },
	{ "digests that are no array", CREDENTIAL_DISCLOSURES, "digest-malformed",
		{ .claims = "{'_sd':{}}" } },
	{ "a name twice, once in clear", CREDENTIAL_DISCLOSURES, "name-twice",
		{ .claims = "{'nationality':'BLR'}" } },
	{ "a name twice, both disclosed", CREDENTIAL_DISCLOSURES, "name-twice",
		{ .disclosures = { "['s','a',1]", "['t','a',2]" },
			.claims = "{'_sd':['@A','@B'],'age_equal_or_over':'-','languages':'-'}" } },
	{ "_sd as a name", CREDENTIAL_DISCLOSURES, "reserved-name",
		{ .disclosures = { "['s','_sd',[]]" },
			.claims = "{'_sd':['@A'],'age_equal_or_over':'-','languages':'-'}" } },
	{ "... as a name", CREDENTIAL_DISCLOSURES, "reserved-name",
		{ .disclosures = { "['s','...','x']" },
			.claims = "{'_sd':['@A'],'age_equal_or_over':'-','languages':'-'}" } },
	{ "... as a name in clear", CREDENTIAL_DISCLOSURES, "reserved-name",
		{ .claims = "{'...':'x'}" } },
	{ "... beside another member in an array", CREDENTIAL_DISCLOSURES, "reserved-name",
		{ .claims = "{'languages':[{'...':'@D','a':1}]}" } },
	{ "_sd_alg below", CREDENTIAL_DISCLOSURES, "reserved-name",
		{ .claims = "{'a':{'_sd_alg':'sha-256'}}" } },
	{ "an element as a member", CREDENTIAL_DISCLOSURES, "disclosure-of-other-kind",
		{ .disclosures = { "['s',1]" },
			.claims = "{'_sd':['@A'],'age_equal_or_over':'-','languages':'-'}" } },
	{ "a member as an element", CREDENTIAL_DISCLOSURES, "disclosure-of-other-kind",
		{ .disclosures = { "['s','a',1]" },
			.claims =
				"{'_sd':'-','age_equal_or_over':'-','languages':[{'...':'@A'}]}" } },
	{ "iss from a disclosure, too", CREDENTIAL_DISCLOSURES, "clear-claim-disclosed",
		{ .disclosures = { "['s','iss','x']" },
			.claims = "{'_sd':['@A'],'age_equal_or_over':'-','languages':'-'}" } },
	{ "status from a disclosure", CREDENTIAL_DISCLOSURES, "clear-claim-disclosed",
		{ .disclosures = { "['s','status',{}]" },
			.claims = "{'_sd':['@A'],'age_equal_or_over':'-','languages':'-'}" } },
	{ "cnf from a disclosure", CREDENTIAL_DISCLOSURES, "clear-claim-disclosed",
		{ .disclosures = { "['s','cnf',{}]" },
			.claims = "{'_sd':['@A'],'age_equal_or_over':'-','languages':'-',"
				  "'cnf':'-'}" } },
	{ "a digest inside cnf", CREDENTIAL_DISCLOSURES, "nested-too-deep",
		{ .disclosures = { "['s','jwk',{}]" },
			.claims = "{'_sd':'-','age_equal_or_over':'-','languages':'-',"
				  "'cnf':{'_sd':['@A']}}" } },
	{ "digests three levels down", CREDENTIAL_DISCLOSURES, "nested-too-deep",
		{ .claims = "{'a':{'b':{'_sd':['8NyiOJRyhc2n6z0ccBRNXMp9aEH33Q_vauFob7TKttE']}}}" } },
	{ "digests three levels down by a disclosure", CREDENTIAL_DISCLOSURES, "nested-too-deep",
		{ .disclosures = { "['s','a',1]", "['s','b',{'_sd':['@A']}]",
			  "['s','c',{'_sd':['@B']}]" },
			.claims = "{'_sd':['@C'],'age_equal_or_over':'-','languages':'-'}" } },
	{ "another issuer's name", CREDENTIAL_ISSUER, "other-issuer",
		{ .claims = "{'iss':'https://cards.example/'}" } },
	{ "no issuer's name", CREDENTIAL_ISSUER, "other-issuer", { .claims = "{'iss':''}" } },
	{ "another vct", CREDENTIAL_TYPE, "other-type", { .claims = "{'vct':'urn:x'}" } },
	{ "iat ahead", CREDENTIAL_TIME, "not-yet-valid", { .claims = "{'iat':1796119261}" } },
	{ "nbf ahead", CREDENTIAL_TIME, "not-yet-valid", { .claims = "{'nbf':1796119261}" } },
	{ "expired this second", CREDENTIAL_TIME, "expired", { .claims = "{'exp':1796119200}" } },
	{ "exp before iat", CREDENTIAL_TIME, "expires-before-it-begins",
		{ .claims = "{'iat':1796119230,'exp':1796119220}" } },
	{ "a second over 366 days", CREDENTIAL_TIME, "too-long-a-life",
		{ .claims = "{'iat':1796115600,'exp':1827738001}" } },
	{ "a card without a holder's key", CREDENTIAL_BINDING, "no-holder-key",
		{ .claims = "{'cnf':'-'}" } },
	{ "a holder's key of another form", CREDENTIAL_BINDING, "holder-key-unusable",
		{ .claims = "{'cnf':{'kid':'x'}}" } },
	{ "no binding", CREDENTIAL_BINDING, "not-bound", { .binding = "" } },
	{ "a binding's typ that is another", CREDENTIAL_BINDING, "binding-header",
		{ .binding_header = "{'typ':'JWT'}" } },
	{ "a binding with alg none", CREDENTIAL_BINDING, "binding-header",
		{ .binding_header = "{'alg':'none'}" } },
	{ "a binding that brings its key", CREDENTIAL_BINDING, "binding-header",
		{ .binding_header = "{'jwk':{}}" } },
	{ "a binding with another key type's alg", CREDENTIAL_BINDING, "binding-key",
		{ .binding_header = "{'alg':'EdDSA'}" } },
	{ "another sd_hash", CREDENTIAL_PRESENTED, "other-sd-hash",
		{ .binding = "{'sd_hash':'8NyiOJRyhc2n6z0ccBRNXMp9aEH33Q_vauFob7TKttE'}" } },
	{ "no sd_hash", CREDENTIAL_PRESENTED, "other-sd-hash", { .binding = "{'sd_hash':'-'}" } },
	{ "another audience", CREDENTIAL_AUDIENCE, "other-audience",
		{ .binding = "{'aud':'operator-example/shop-18'}" } },
	{ "audiences", CREDENTIAL_AUDIENCE, "other-audience",
		{ .binding = "{'aud':['" CARD_AUDIENCE "']}" } },
	{ "no audience", CREDENTIAL_AUDIENCE, "other-audience", { .binding = "{'aud':'-'}" } },
	{ "another nonce", CREDENTIAL_NONCE, "other-nonce",
		{ .binding = "{'nonce':'sale-0002'}" } },
	{ "no nonce", CREDENTIAL_NONCE, "other-nonce", { .binding = "{'nonce':'-'}" } },
	{ "a binding of no time", CREDENTIAL_FRESHNESS, "binding-time-missing",
		{ .binding = "{'iat':'-'}" } },
	{ "a binding from ahead", CREDENTIAL_FRESHNESS, "binding-ahead",
		{ .binding = "{'iat':1796119261}" } },
	{ "a binding of five minutes and a second", CREDENTIAL_FRESHNESS, "binding-too-old",
		{ .binding = "{'iat':1796118899}" } },
	{ "a status and no list", CREDENTIAL_STATUS, "no-status-list",
		{ .claims = "{'status':{'status_list':{'idx':1,'uri':'" CARD_LIST "'}}}" } },
};

static void is_refused(const char *name, const char *text, enum credential_check check,
	const char *why, const struct credential_expectation *want)
{
	struct credential card;
	struct credential_finding found = verify(text, want, &card);

	if (found.failed != check || found.why == NULL || strcmp(found.why, why) != 0)
		fail_msg("%s: %s %s", name, credential_check_name(found.failed),
			found.why != NULL ? found.why : "");
}

static void test_refusals(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(refusals) / sizeof(refusals[0]); i++) {
		struct card_recipe recipe = refusals[i].recipe;
		char *text;

		recipe.issuer = issuer;
		recipe.holder = holder;
		text = card_present(&recipe);
		is_refused(refusals[i].name, text, refusals[i].check, refusals[i].why,
			&card_expectation);
		free(text);
	}
}

static void test_forms(void **state)
{
	const struct card_recipe right = { .issuer = issuer, .holder = holder };
	char *text = card_present(&right), *spoilt = calloc(1, 8192);

	(void)state;
	assert_non_null(spoilt);
	is_refused("nothing", "", CREDENTIAL_FORM, "not-an-sd-jwt", &card_expectation);
	is_refused("~", "~", CREDENTIAL_FORM, "token-malformed", &card_expectation);
	is_refused("~~", "~~", CREDENTIAL_FORM, "empty-disclosure", &card_expectation);
	is_refused("a token alone", strrchr(text, '~') + 1, CREDENTIAL_FORM, "not-an-sd-jwt",
		&card_expectation);
	memset(spoilt, 'a', 3001);
	is_refused("3001", spoilt, CREDENTIAL_FORM, "too-long", &card_expectation);
	spoilt[3000] = '\0';
	is_refused("3000", spoilt, CREDENTIAL_FORM, "not-an-sd-jwt", &card_expectation);
	(void)strcpy(spoilt, text);
	(void)strcat(spoilt, "=");
	is_refused("padding", spoilt, CREDENTIAL_BINDING, "binding-form", &card_expectation);
	(void)strcpy(spoilt, "a");
	for (int i = 0; i < 17; i++)
		(void)strcat(spoilt, "~a");
	is_refused("16", spoilt, CREDENTIAL_FORM, "token-malformed", &card_expectation);
	(void)strcat(spoilt, "~a");
	is_refused("17", spoilt, CREDENTIAL_FORM, "too-many-disclosures", &card_expectation);
	free(spoilt);
	free(text);
}

/* Payloads that json_dumps() would never write. */
static void test_payloads(void **state)
{
	static const char *const payloads[] = { "", "[]", "{\"iss\":\"a\",\"iss\":\"b\"}", "{}x",
		"{\"a\":\"\\u0000\"}", "{\"a\":\"\xff\"}" };
	const char header[] = "{\"alg\":\"ES256\",\"kid\":\"card-1\",\"typ\":\"dc+sd-jwt\"}";

	(void)state;
	for (size_t i = 0; i < sizeof(payloads) / sizeof(payloads[0]); i++) {
		char *token = sign_token(issuer, header, payloads[i]), text[4096];

		(void)snprintf(text, sizeof(text), "%s~", token);
		is_refused(payloads[i], text, CREDENTIAL_JSON, "not-json", &card_expectation);
		free(token);
	}
}

static void test_other_signers(void **state)
{
	const struct card_recipe by_other = { .issuer = other_issuer, .holder = holder };
	const struct card_recipe of_other = {
		.issuer = issuer, .holder = holder, .bound_to = other_holder
	};
	char *text = card_present(&by_other);

	(void)state;
	is_refused("issuer", text, CREDENTIAL_SIGNATURE, "other-signature", &card_expectation);
	free(text);
	text = card_present(&of_other);
	is_refused("holder", text, CREDENTIAL_BINDING, "binding-signature", &card_expectation);
	free(text);
}

/* What is left empty is met by nothing, not even by what is empty too. */
static void test_empty_expectations(void **state)
{
	static const struct {
		const char *claims, *binding;
		size_t member;
		enum credential_check check;
	} rows[] = {
		{ "{'iss':''}", NULL, offsetof(struct credential_expectation, issuer),
			CREDENTIAL_ISSUER },
		{ "{'vct':''}", NULL, offsetof(struct credential_expectation, vct),
			CREDENTIAL_TYPE },
		{ NULL, "{'aud':''}", offsetof(struct credential_expectation, audience),
			CREDENTIAL_AUDIENCE },
		{ NULL, "{'nonce':''}", offsetof(struct credential_expectation, nonce),
			CREDENTIAL_NONCE },
		{ NULL, NULL, offsetof(struct credential_expectation, typ), CREDENTIAL_HEADER },
	};
	static const char *const nothing[] = { NULL, "" };

	(void)state;
	for (size_t i = 0; i < 2 * (sizeof(rows) / sizeof(rows[0])); i++) {
		struct credential_expectation want = card_expectation;
		const struct card_recipe recipe = { .issuer = issuer,
			.holder = holder,
			.claims = rows[i / 2].claims,
			.binding = rows[i / 2].binding };
		char *text = card_present(&recipe);
		struct credential card;

		memcpy((char *)&want + rows[i / 2].member, &nothing[i % 2], sizeof(nothing[0]));
		assert_int_equal(verify(text, &want, &card).failed, rows[i / 2].check);
		free(text);
	}
}

static void holds(const struct card_recipe *recipe, const char *claims)
{
	struct card_recipe whole = *recipe;
	struct credential_finding found;
	struct credential card;
	char *text;

	whole.issuer = recipe->issuer != NULL ? recipe->issuer : issuer;
	whole.holder = recipe->holder != NULL ? recipe->holder : holder;
	text = card_present(&whole);
	found = verify(text, &card_expectation, &card);
	if (found.failed != CREDENTIAL_SOUND)
		fail_msg("%s: %s", credential_check_name(found.failed), found.why);
	says(&card, claims);
	assert_int_equal(card.expires_at, 1798711200);
	assert_true(key_set_holds(keys, card.thumbprint));
	credential_clear(&card);
	assert_null(card.claims);
	free(text);
}

static void test_right(void **state)
{
	(void)state;
	holds(&(struct card_recipe){ 0 },
		"{'nationality':'UZB','document_number':'FA1234567',"
		"'age_equal_or_over':{'6':true},'languages':['ru','uz']}");
	holds(&(struct card_recipe){ .shown = "" }, "{'age_equal_or_over':{},'languages':['uz']}");
	holds(&(struct card_recipe){ .shown = "DA" },
		"{'nationality':'UZB','age_equal_or_over':{},'languages':['ru','uz']}");
	holds(&(struct card_recipe){ .claims = "{'_sd_alg':'-','sub':'x','nbf':1}", .shown = "C" },
		"{'sub':'x','age_equal_or_over':{'6':true},'languages':['uz']}");
	/* A disclosure that holds others' digests, members and elements. */
	holds(&(struct card_recipe){ .disclosures = { "['s','number','F']", "['s','P']",
					     "['s','document',{'_sd':['@A'],'a':[1]}]",
					     "['s','types',[{'...':'@B'},'V']]" },
		      .claims = "{'_sd':['@C','@D'],'age_equal_or_over':'-','languages':'-'}" },
		"{'document':{'number':'F','a':[1]},'types':['P','V']}");
	/* At the bounds of time. */
	holds(&(struct card_recipe){ .shown = "",
		      .claims = "{'iat':1796119260}",
		      .binding = "{'iat':1796119260}" },
		"{'age_equal_or_over':{},'languages':['uz']}");
	holds(&(struct card_recipe){ .shown = "",
		      .claims = "{'iat':1767088800}",
		      .binding = "{'iat':1796118900}" },
		"{'age_equal_or_over':{},'languages':['uz']}");
}

/* All algorithms that are taken, of issuer and holder; a kid of the binding says nothing. */
static void test_algorithms(void **state)
{
	static const enum jws_algorithm algorithms[] = { JWS_ES256, JWS_PS256, JWS_EDDSA };

	(void)state;
	for (size_t i = 0; i < sizeof(algorithms) / sizeof(algorithms[0]); i++) {
		struct signer *by = signer_new(algorithms[i], "card-1");
		struct key_set *before = keys;

		keys = signer_key_set((const struct signer *const *)&by, 1);
		holds(&(struct card_recipe){ .issuer = by, .shown = "A" },
			"{'nationality':'UZB','age_equal_or_over':{},'languages':['uz']}");
		key_set_unref(keys);
		keys = before;
		if (algorithms[i] != JWS_PS256) /* too long for a presentation */
			holds(&(struct card_recipe){ .holder = by, .shown = "A" },
				"{'nationality':'UZB','age_equal_or_over':{},'languages':['uz']}");
		signer_free(by);
	}
}

static void test_no_keys(void **state)
{
	const struct card_recipe right = { .issuer = issuer, .holder = holder };
	char *text = card_present(&right);
	struct credential card;

	(void)state;
	assert_int_equal(
		credential_verify(text, strlen(text), NULL, &card_expectation, &card).failed,
		CREDENTIAL_KEY);
	free(text);
}

/* lst is b9 a3: the cards 0, 3, 4 .. are taken back. Of two bits each: 1 2 3 2, 3 0 2 2. */
static void test_status(void **state)
{
	static const struct {
		const char *list, *idx;
		const char *why;
	} rows[] = {
		{ NULL, "0", "revoked" },
		{ NULL, "1", NULL },
		{ NULL, "15", "revoked" },
		{ NULL, "14", NULL },
		{ NULL, "16", "not-listed" },
		{ NULL, "4294967295", "not-listed" },
		{ "{'sub':'https://cards.example/status/2'}", "1", "other-status-list" },
		{ "{'status_list':{'bits':2,'lst':'eNrbuRgAAhcBXQ'}}", "0", "revoked" },
		{ "{'status_list':{'bits':2,'lst':'eNrbuRgAAhcBXQ'}}", "1", "suspended" },
		{ "{'status_list':{'bits':2,'lst':'eNrbuRgAAhcBXQ'}}", "2", "unknown-status" },
		{ "{'status_list':{'bits':2,'lst':'eNrbuRgAAhcBXQ'}}", "5", NULL },
		{ "{'status_list':{'bits':8,'lst':'eNrbuRgAAhcBXQ'}}", "1", "unknown-status" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct credential_expectation want = card_expectation;
		char claims[256], *text, *token = card_status_list(issuer, NULL, rows[i].list);
		struct card_recipe recipe = {
			.issuer = issuer, .holder = holder, .claims = claims
		};
		struct status_list *list;
		struct credential card;

		assert_int_equal(status_list_read(token, strlen(token), keys,
					 JWS_DEFAULT_ALGORITHMS, CARD_NOW, &list),
			STATUS_LIST_SOUND);
		want.status_lists = (const struct status_list *const *)&list;
		want.status_list_count = 1;
		(void)snprintf(claims, sizeof(claims),
			"{'status':{'status_list':{'idx':%s,'uri':'" CARD_LIST "'}}}", rows[i].idx);
		text = card_present(&recipe);
		if (rows[i].why != NULL)
			is_refused(rows[i].idx, text, CREDENTIAL_STATUS, rows[i].why, &want);
		else
			assert_int_equal(verify(text, &want, &card).failed, CREDENTIAL_SOUND);
		if (rows[i].why == NULL)
			credential_clear(&card);
		status_list_free(list);
		free(token);
		free(text);
	}
}

/* A list counts until it ends, and of several the one that the card names. */
static void test_status_lists(void **state)
{
	char *one = card_status_list(issuer, NULL, "{'exp':1796119201}");
	char *two = card_status_list(issuer, NULL, "{'sub':'https://cards.example/status/2'}");
	struct card_recipe recipe = { .issuer = issuer,
		.holder = holder,
		.claims = "{'status':{'status_list':{'idx':1,'uri':'" CARD_LIST "'}}}" };
	struct credential_expectation want = card_expectation;
	char *text = card_present(&recipe);
	struct status_list *lists[2];
	struct credential card;

	(void)state;
	assert_int_equal(status_list_read(two, strlen(two), keys, JWS_DEFAULT_ALGORITHMS, CARD_NOW,
				 &lists[0]),
		STATUS_LIST_SOUND);
	assert_int_equal(status_list_read(one, strlen(one), keys, JWS_DEFAULT_ALGORITHMS, CARD_NOW,
				 &lists[1]),
		STATUS_LIST_SOUND);
	assert_int_equal(status_list_ends_at(lists[1]), 1796119201);
	want.status_lists = (const struct status_list *const *)lists;
	want.status_list_count = 1;
	is_refused("a list of another name", text, CREDENTIAL_STATUS, "other-status-list", &want);
	want.status_list_count = 2;
	assert_int_equal(verify(text, &want, &card).failed, CREDENTIAL_SOUND);
	credential_clear(&card);
	want.now++;
	is_refused("a second later", text, CREDENTIAL_STATUS, "stale-status-list", &want);
	for (int i = 0; i < 2; i++)
		status_list_free(lists[i]);
	free(one);
	free(two);
	free(text);
}

static void test_status_required(void **state)
{
	struct card_recipe recipe = { .issuer = issuer, .holder = holder };
	struct credential_expectation want = card_expectation;
	char *text = card_present(&recipe);

	(void)state;
	want.status_required = true;
	is_refused("a card without a status", text, CREDENTIAL_STATUS, "no-status", &want);
	free(text);
}

/* Nobody signs for a printed card: only where it has no key, and nothing that says it had. */
static void test_printed(void **state)
{
	struct card_recipe printed = {
		.issuer = issuer, .holder = holder, .claims = "{'cnf':'-'}", .binding = ""
	};
	struct card_recipe signed_for = printed, unsigned_for = printed;
	struct credential_expectation want = card_expectation;
	char *texts[3];
	struct credential card;

	(void)state;
	signed_for.binding = NULL;
	unsigned_for.claims = NULL;
	texts[0] = card_present(&printed);
	texts[1] = card_present(&signed_for);
	texts[2] = card_present(&unsigned_for);
	is_refused("a printed card", texts[0], CREDENTIAL_BINDING, "no-holder-key", &want);
	want.printed = true;
	assert_int_equal(verify(texts[0], &want, &card).failed, CREDENTIAL_SOUND);
	assert_false(card.bound);
	credential_clear(&card);
	is_refused("a binding by no key", texts[1], CREDENTIAL_BINDING, "no-holder-key", &want);
	is_refused("a bound card as if printed", texts[2], CREDENTIAL_BINDING, "not-bound", &want);
	for (int i = 0; i < 3; i++)
		free(texts[i]);
}

static struct key_set *set_of(json_t *document)
{
	char *text = json_dumps(document, 0);
	struct key_set *set = key_set_parse(text, strlen(text), NULL, NULL);

	assert_non_null(set);
	free(text);
	return set;
}

/* Issued, disclosed and bound by npm's @sd-jwt. */
static void test_sample(void **state)
{
	json_t *sample = load(folder, "sample.json"), *each;
	struct key_set *set = set_of(json_object_get(sample, "jwks"));
	struct credential_expectation want = card_expectation;
	size_t i;

	(void)state;
	want.issuer = text_of(sample, "issuer");
	want.vct = text_of(sample, "vct");
	want.audience = text_of(sample, "audience");
	want.nonce = text_of(sample, "nonce");
	json_array_foreach(json_object_get(sample, "cases"), i, each)
	{
		const char *text = text_of(each, "presentation"), *name;
		bool sound = json_is_true(json_object_get(each, "ok"));
		struct credential card;
		json_t *value;
		size_t j;

		assert_int_equal(credential_verify(text, strlen(text), set, &want, &card).failed ==
					 CREDENTIAL_SOUND,
			sound);
		json_object_foreach(json_object_get(each, "claims"), name, value)
			assert_true(json_equal(json_object_get(card.claims, name), value));
		json_array_foreach(json_object_get(each, "absent"), j, value)
			assert_null(json_object_get(card.claims, json_string_value(value)));
		credential_clear(&card);
	}
	assert_int_equal(i, 6);
	key_set_unref(set);
	json_decref(sample);
}

/*
 * RFC 9901 sections 5.1 and 5.2. They have no kid and no vct, so that they are no cards: the parts
 * that they do have are taken one by one.
 */
static void test_rfc9901(void **state)
{
	json_t *rfc = load(folder, "rfc9901.json"), *each;
	json_t *document = json_pack("{s:[O]}", "keys", json_object_get(rfc, "issuer"));
	struct key_set *set = set_of(document);
	struct jws_rules rules = { .algorithms = JWS_ES256, .kid_optional = true };
	struct credential_expectation want = card_expectation;
	size_t i;

	(void)state;
	rules.typ = text_of(rfc, "typ");
	want.audience = text_of(rfc, "audience");
	want.nonce = text_of(rfc, "nonce");
	want.now = json_integer_value(json_object_get(rfc, "bound_at"));
	json_array_foreach(json_object_get(rfc, "cases"), i, each)
	{
		const char *text = text_of(each, "text"), *why;
		bool bound = json_is_true(json_object_get(each, "bound"));
		struct credential_finding found;
		struct jws_verified verified;
		struct sd_jwt sd_jwt;
		json_t *claims;

		assert_null(sd_jwt_split(text, strlen(text), &sd_jwt));
		assert_int_equal(jws_verify(sd_jwt.token.data, sd_jwt.token.len, set, &rules,
					 &verified, NULL),
			CHECK_NONE);
		claims = strict_json_object(verified.payload, verified.payload_len, NULL);
		free(verified.payload);
		why = sd_jwt_disclose(&sd_jwt, claims);
		if (why != NULL)
			fail_msg("%s: %s", text_of(each, "name"), why);
		found = key_binding_check(&sd_jwt, json_object_get(claims, "cnf"), &want);
		assert_int_equal(found.failed, bound ? CREDENTIAL_SOUND : CREDENTIAL_BINDING);
		(void)sign_laid_over(
			claims, "{'iss':'-','iat':'-','exp':'-','cnf':'-','_sd_alg':'-'}");
		assert_true(json_equal(claims, json_object_get(each, "claims")));
		json_decref(claims);
	}
	assert_int_equal(i, 2);
	key_set_unref(set);
	json_decref(document);
	json_decref(rfc);
}

static int set_up(void **state)
{
	(void)state;
	issuer = signer_new(JWS_ES256, "card-1");
	other_issuer = signer_new(JWS_ES256, "card-1");
	holder = signer_new(JWS_ES256, NULL);
	other_holder = signer_new(JWS_ES256, NULL);
	keys = signer_key_set((const struct signer *const *)&issuer, 1);
	return 0;
}

static int tear_down(void **state)
{
	(void)state;
	key_set_unref(keys);
	signer_free(issuer);
	signer_free(other_issuer);
	signer_free(holder);
	signer_free(other_holder);
	return 0;
}

int main(int argc, char **argv)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_right),
		cmocka_unit_test(test_refusals),
		cmocka_unit_test(test_forms),
		cmocka_unit_test(test_payloads),
		cmocka_unit_test(test_other_signers),
		cmocka_unit_test(test_empty_expectations),
		cmocka_unit_test(test_algorithms),
		cmocka_unit_test(test_no_keys),
		cmocka_unit_test(test_status),
		cmocka_unit_test(test_status_lists),
		cmocka_unit_test(test_status_required),
		cmocka_unit_test(test_printed),
		cmocka_unit_test(test_sample),
		cmocka_unit_test(test_rfc9901),
	};

	if (argc != 2)
		return 2;
	folder = argv[1];
	return cmocka_run_group_tests(tests, set_up, tear_down);
}
