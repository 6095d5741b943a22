/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "answer/status_list.h"

#include <stdlib.h>
#include <string.h>
#include <zlib.h>

#include "answer/jws.h"
#include "answer/strict_json.h"
#include "base/base64url.h"

#define CLOCK_SKEW 60 /* seconds that iat may lie ahead */
#define FIRST_ROOM 65536

struct status_list {
	char *uri;
	uint8_t *octets;
	size_t len;
	unsigned bits; /* of one status: 1, 2, 4 or 8 */
	int64_t issued_at, ends_at;
};

static const char *const check_names[] = {
	[STATUS_LIST_SOUND] = "none",
	[STATUS_LIST_FORM] = "form",
	[STATUS_LIST_HEADER] = "header",
	[STATUS_LIST_KEY] = "key",
	[STATUS_LIST_SIGNATURE] = "signature",
	[STATUS_LIST_JSON] = "json",
	[STATUS_LIST_TIME] = "time",
	[STATUS_LIST_OCTETS] = "octets",
};

const char *status_list_check_name(enum status_list_check check)
{
	return check_names[check];
}

/* The claims that are looked at; the strings belong to the JSON document. */
struct claims {
	const char *sub, *lst;
	int64_t iat, end; /* it is good until before `end` */
	unsigned bits;
};

static bool is_width(json_int_t bits)
{
	return bits == 1 || bits == 2 || bits == 4 || bits == 8;
}

/* Of exp and iat + ttl the earlier; without either a list is good for a day. */
static bool read_end(const json_t *document, struct claims *claims)
{
	bool has_exp = json_object_get(document, "exp") != NULL;
	bool has_ttl = json_object_get(document, "ttl") != NULL;
	int64_t exp = 0, ttl = STATUS_LIST_USUAL_TTL;

	if ((has_exp && !strict_json_time(document, "exp", &exp)) ||
		(has_ttl && (!strict_json_time(document, "ttl", &ttl) || ttl == 0)))
		return false;
	claims->end = claims->iat + ttl;
	if (has_exp && (!has_ttl || exp < claims->end))
		claims->end = exp;
	return true;
}

static bool read_claims(const json_t *document, struct claims *claims)
{
	const json_t *list = json_object_get(document, "status_list");
	const json_t *bits = json_object_get(list, "bits");

	claims->sub = strict_json_text(document, "sub");
	claims->lst = strict_json_text(list, "lst");
	if (claims->sub == NULL || claims->lst == NULL || !json_is_integer(bits) ||
		!is_width(json_integer_value(bits)))
		return false;
	claims->bits = (unsigned)json_integer_value(bits);
	return strict_json_time(document, "iat", &claims->iat) && read_end(document, claims);
}

/* Room for twice as much, up to the bound; false at the bound or without memory. */
static bool grow(struct status_list *list, size_t *room)
{
	size_t more = *room == 0 ? FIRST_ROOM : 2 * *room;
	uint8_t *octets;

	if (*room >= STATUS_LIST_MAX_OCTETS)
		return false;
	octets = realloc(list->octets, more);
	if (octets == NULL)
		return false;
	list->octets = octets;
	*room = more;
	return true;
}

/* The stream (RFC 1950) ends where the octets end, neither before nor behind. */
static bool inflate_all(z_stream *stream, struct status_list *list)
{
	size_t room = 0;
	int result = Z_OK;

	while (result == Z_OK) {
		if (list->len == room && !grow(list, &room))
			return false;
		stream->next_out = list->octets + list->len;
		stream->avail_out = (uInt)(room - list->len);
		result = inflate(stream, Z_NO_FLUSH);
		list->len = room - stream->avail_out;
	}
	return result == Z_STREAM_END && stream->avail_in == 0;
}

static bool read_octets(const char *text, struct status_list *list)
{
	size_t room = strlen(text), len;
	uint8_t *deflated = malloc(room + 1);
	z_stream stream = { .next_in = deflated };
	bool whole = false;

	if (deflated != NULL && base64url_decode(text, room, deflated, room, &len) &&
		inflateInit(&stream) == Z_OK) {
		stream.avail_in = (uInt)len;
		whole = inflate_all(&stream, list);
		(void)inflateEnd(&stream);
	}
	free(deflated);
	return whole;
}

static void drop_verified(struct jws_verified *verified)
{
	free(verified->payload);
}

/* Checks 5 to 7. */
static enum status_list_check read_list(
	const struct jws_verified *verified, int64_t now, struct status_list *list)
{
	json_t *document CLEANUP(strict_json_drop) =
		strict_json_object(verified->payload, verified->payload_len, NULL);
	struct claims claims;

	if (document == NULL || !read_claims(document, &claims))
		return STATUS_LIST_JSON;
	if (claims.iat - CLOCK_SKEW > now || claims.end <= now)
		return STATUS_LIST_TIME;
	list->bits = claims.bits;
	list->issued_at = claims.iat;
	list->ends_at = claims.end;
	list->uri = strdup(claims.sub);
	if (list->uri == NULL || !read_octets(claims.lst, list))
		return STATUS_LIST_OCTETS;
	return STATUS_LIST_SOUND;
}

static enum status_list_check check_of(enum answer_check failed)
{
	return failed <= CHECK_SIGNATURE ? (enum status_list_check)failed : STATUS_LIST_SIGNATURE;
}

_Static_assert((int)STATUS_LIST_FORM == (int)CHECK_FORM &&
		       (int)STATUS_LIST_HEADER == (int)CHECK_HEADER &&
		       (int)STATUS_LIST_KEY == (int)CHECK_KEY &&
		       (int)STATUS_LIST_SIGNATURE == (int)CHECK_SIGNATURE,
	"the first four checks are those of every signed token");

enum status_list_check status_list_read(const char *token, size_t len, const struct key_set *keys,
	unsigned algorithms, int64_t now, struct status_list **out)
{
	const struct jws_rules rules = {
		.typ = STATUS_LIST_TYP,
		.algorithms = algorithms,
		.max_len = STATUS_LIST_MAX_LEN,
	};
	struct jws_verified verified CLEANUP(drop_verified) = { .payload = NULL };
	enum answer_check failed = jws_verify(token, len, keys, &rules, &verified, NULL);
	enum status_list_check check;
	struct status_list *list;

	*out = NULL;
	if (failed != CHECK_NONE)
		return check_of(failed);
	list = calloc(1, sizeof(*list));
	check = list == NULL ? STATUS_LIST_OCTETS : read_list(&verified, now, list);
	if (check == STATUS_LIST_SOUND)
		*out = list;
	else
		status_list_free(list);
	return check;
}

void status_list_free(struct status_list *list)
{
	if (list == NULL)
		return;
	free(list->uri);
	free(list->octets);
	free(list);
}

const char *status_list_uri(const struct status_list *list)
{
	return list->uri;
}

int64_t status_list_issued_at(const struct status_list *list)
{
	return list->issued_at;
}

int64_t status_list_ends_at(const struct status_list *list)
{
	return list->ends_at;
}

/* From the least significant bit on. */
enum card_status status_list_at(const struct status_list *list, uint32_t index)
{
	uint32_t per_octet = 8 / list->bits;
	size_t octet = index / per_octet;
	unsigned value;

	if (octet >= list->len)
		return STATUS_NOT_LISTED;
	value = (unsigned)list->octets[octet] >> (index % per_octet * list->bits);
	value &= (1u << list->bits) - 1;
	return value < STATUS_OTHER ? (enum card_status)value : STATUS_OTHER;
}
