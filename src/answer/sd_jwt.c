/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "answer/sd_jwt.h"

#include <openssl/crypto.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <stdlib.h>
#include <string.h>

#include "answer/strict_json.h"
#include "base/base64url.h"

#define SHA256_LEN 32
#define DIGESTS_MAX (SD_JWT_MAX_LEN / (SD_JWT_DIGEST_LEN + 2)) /* each stands in quotation marks */

/* One disclosure: [salt, name, value], or [salt, value] for an element of an array. */
struct disclosure {
	json_t *array;
	char digest[SD_JWT_DIGEST_LEN + 1];
	bool used;
};

struct disclosing {
	struct disclosure disclosures[SD_JWT_DISCLOSURES_MAX];
	size_t count;
	char seen[DIGESTS_MAX][SD_JWT_DIGEST_LEN + 1]; /* decoys, too */
	size_t seen_count;
};

static void drop_disclosing(struct disclosing *disclosing)
{
	for (size_t i = 0; i < disclosing->count; i++)
		json_decref(disclosing->disclosures[i].array);
}

bool sd_jwt_is_clear_claim(const char *name)
{
	static const char *const clear[] = { "iss", "iat", "nbf", "exp", "vct", "vct#integrity",
		"cnf", "status", "_sd_alg" };

	for (size_t i = 0; i < ARRAY_LEN(clear); i++) {
		if (strcmp(name, clear[i]) == 0)
			return true;
	}
	return false;
}

bool sd_jwt_digest(struct span text, char digest[SD_JWT_DIGEST_LEN + 1])
{
	uint8_t octets[SHA256_LEN];
	bool made;

	(void)ERR_set_mark();
	made = EVP_Q_digest(NULL, "SHA256", NULL, text.data, text.len, octets, NULL) == 1;
	(void)ERR_pop_to_mark();
	if (made)
		base64url_encode(octets, sizeof(octets), digest);
	return made;
}

const char *sd_jwt_split(const char *text, size_t len, struct sd_jwt *out)
{
	const char *end = text + len, *tilde;

	memset(out, 0, sizeof(*out));
	if (len > SD_JWT_MAX_LEN)
		return "too-long";
	tilde = memchr(text, '~', len);
	if (tilde == NULL)
		return "not-an-sd-jwt";
	out->token = (struct span){ text, (size_t)(tilde - text) };
	for (text = tilde + 1; (tilde = memchr(text, '~', (size_t)(end - text))) != NULL;
		text = tilde + 1) {
		if (tilde == text)
			return "empty-disclosure";
		if (out->count == SD_JWT_DISCLOSURES_MAX)
			return "too-many-disclosures";
		out->disclosures[out->count++] = (struct span){ text, (size_t)(tilde - text) };
	}
	out->presented = (struct span){ out->token.data, (size_t)(text - out->token.data) };
	out->binding = (struct span){ text, (size_t)(end - text) };
	return NULL;
}

static bool has_name(const struct disclosure *disclosure)
{
	return json_array_size(disclosure->array) == 3;
}

static json_t *value_of(const struct disclosure *disclosure)
{
	return json_array_get(disclosure->array, json_array_size(disclosure->array) - 1);
}

static bool read_disclosure(struct span text, struct disclosure *out)
{
	uint8_t octets[SD_JWT_MAX_LEN];
	size_t len = 0, parts;

	if (base64url_decode(text.data, text.len, octets, sizeof(octets), &len))
		out->array = strict_json_array(octets, len);
	OPENSSL_cleanse(octets, sizeof(octets));
	parts = json_array_size(out->array);
	if ((parts != 2 && parts != 3) || !json_is_string(json_array_get(out->array, 0)) ||
		(parts == 3 && !json_is_string(json_array_get(out->array, 1))) ||
		!sd_jwt_digest(text, out->digest)) {
		json_decref(out->array);
		return false;
	}
	return true;
}

static struct disclosure *find(struct disclosing *disclosing, const char *digest)
{
	for (size_t i = 0; i < disclosing->count; i++) {
		if (strcmp(disclosing->disclosures[i].digest, digest) == 0)
			return &disclosing->disclosures[i];
	}
	return NULL;
}

static const char *read_disclosures(const struct sd_jwt *sd_jwt, struct disclosing *disclosing)
{
	for (size_t i = 0; i < sd_jwt->count; i++) {
		struct disclosure next = { .array = NULL };

		if (!read_disclosure(sd_jwt->disclosures[i], &next))
			return "disclosure-malformed";
		if (find(disclosing, next.digest) != NULL) {
			json_decref(next.array);
			return "disclosure-twice";
		}
		disclosing->disclosures[disclosing->count++] = next;
	}
	return NULL;
}

/* Note a digest of the issuer's; *found is its disclosure, or NULL. */
static const char *see_digest(struct disclosing *disclosing, const json_t *digest, size_t depth,
	struct disclosure **found)
{
	const char *text = json_string_value(digest);

	if (depth > SD_JWT_DEPTH_MAX)
		return "nested-too-deep";
	if (text == NULL || strlen(text) != SD_JWT_DIGEST_LEN ||
		disclosing->seen_count == DIGESTS_MAX)
		return "digest-malformed";
	for (size_t i = 0; i < disclosing->seen_count; i++) {
		if (strcmp(disclosing->seen[i], text) == 0)
			return "digest-twice";
	}
	memcpy(disclosing->seen[disclosing->seen_count++], text, SD_JWT_DIGEST_LEN + 1);
	*found = find(disclosing, text);
	if (*found != NULL)
		(*found)->used = true;
	return NULL;
}

static const char *add_member(json_t *object, const struct disclosure *disclosure, size_t depth)
{
	const char *name = json_string_value(json_array_get(disclosure->array, 1));

	if (!has_name(disclosure))
		return "disclosure-of-other-kind";
	if (strcmp(name, "_sd") == 0 || strcmp(name, "...") == 0)
		return "reserved-name";
	if (depth == 1 && sd_jwt_is_clear_claim(name))
		return "clear-claim-disclosed";
	if (json_object_get(object, name) != NULL)
		return "name-twice";
	if (json_object_set(object, name, value_of(disclosure)) != 0)
		return "no-memory";
	return NULL;
}

/* Every digest of an object, its disclosures put beside it. */
static const char *disclose_members(struct disclosing *disclosing, json_t *object, size_t depth)
{
	json_t *digests CLEANUP(strict_json_drop) = json_incref(json_object_get(object, "_sd"));
	const char *why = NULL;

	if (json_object_get(object, "...") != NULL ||
		(depth > 1 && json_object_get(object, "_sd_alg") != NULL))
		return "reserved-name";
	if (digests == NULL)
		return NULL;
	if (!json_is_array(digests))
		return "digest-malformed";
	(void)json_object_del(object, "_sd");
	for (size_t i = 0; why == NULL && i < json_array_size(digests); i++) {
		struct disclosure *found = NULL;

		why = see_digest(disclosing, json_array_get(digests, i), depth, &found);
		if (why == NULL && found != NULL)
			why = add_member(object, found, depth);
	}
	return why;
}

/* An element that is {"...": digest} is its disclosure's value, or none. */
static const char *disclose_element(
	struct disclosing *disclosing, json_t *array, size_t *index, size_t depth)
{
	const json_t *element = json_array_get(array, *index);
	struct disclosure *found = NULL;
	const char *why;

	if (json_object_size(element) != 1 || json_object_get(element, "...") == NULL) {
		++*index;
		return NULL;
	}
	why = see_digest(disclosing, json_object_get(element, "..."), depth, &found);
	if (why != NULL)
		return why;
	if (found == NULL)
		return json_array_remove(array, *index) == 0 ? NULL : "no-memory";
	if (has_name(found))
		return "disclosure-of-other-kind";
	return json_array_set(array, (*index)++, value_of(found)) == 0 ? NULL : "no-memory";
}

/*
 * The payload has depth 1. Goes no deeper than strict_json.h lets values be, and once more for
 * each of the SD_JWT_DEPTH_MAX levels that disclosures may stand in.
 */
static const char *disclose_value(struct disclosing *disclosing, json_t *value, size_t depth)
{
	const char *why = NULL, *name;
	json_t *each;
	size_t i = 0;

	if (json_is_object(value)) {
		why = disclose_members(disclosing, value, depth);
		json_object_foreach(value, name, each)
		{
			/* What has to stand in clear is not to be disclosed: that is too deep. */
			bool in_clear = depth == 1 && sd_jwt_is_clear_claim(name);

			if (why == NULL)
				why = disclose_value(disclosing, each,
					in_clear ? SD_JWT_DEPTH_MAX + 1 : depth + 1);
		}
	}
	while (why == NULL && i < json_array_size(value))
		why = disclose_element(disclosing, value, &i, depth);
	for (i = 0; why == NULL && i < json_array_size(value); i++)
		why = disclose_value(disclosing, json_array_get(value, i), depth + 1);
	return why;
}

const char *sd_jwt_disclose(const struct sd_jwt *sd_jwt, json_t *claims)
{
	struct disclosing disclosing CLEANUP(drop_disclosing) = { .count = 0 };
	const json_t *hash = json_object_get(claims, "_sd_alg");
	const char *why = NULL;

	if (hash != NULL &&
		(!json_is_string(hash) || strcmp(json_string_value(hash), "sha-256") != 0))
		return "other-hash";
	why = read_disclosures(sd_jwt, &disclosing);
	if (why == NULL)
		why = disclose_value(&disclosing, claims, 1);
	for (size_t i = 0; why == NULL && i < disclosing.count; i++) {
		if (!disclosing.disclosures[i].used)
			why = "disclosure-without-digest";
	}
	return why;
}
