/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "reply_pairs.h"

#include "reply_attributes.h"

struct target {
	RADIUS_PACKET *reply;
	unsigned vendor;
};

static bool add_number(const struct target *to, unsigned attribute, int64_t number)
{
	VALUE_PAIR *pair;

	if (number <= 0)
		return true;
	pair = fr_pair_afrom_num(to->reply, attribute, to->vendor);
	if (!pair)
		return false;
	/* 32 bits is all that RADIUS has, for a date too. */
	pair->vp_integer = number < UINT32_MAX ? (uint32_t)number : UINT32_MAX;
	fr_pair_add(&to->reply->vps, pair);
	return true;
}

static bool add_text(const struct target *to, unsigned attribute, const char *text)
{
	VALUE_PAIR *pair;

	if (!*text)
		return true;
	pair = fr_pair_afrom_num(to->reply, attribute, to->vendor);
	if (!pair)
		return false;
	fr_pair_value_strcpy(pair, text);
	fr_pair_add(&to->reply->vps, pair);
	return true;
}

static bool add_octets(const struct target *to, unsigned attribute, const void *data, size_t len)
{
	VALUE_PAIR *pair;

	if (len == 0)
		return true;
	pair = fr_pair_afrom_num(to->reply, attribute, to->vendor);
	if (!pair)
		return false;
	fr_pair_value_memcpy(pair, data, len);
	fr_pair_add(&to->reply->vps, pair);
	return true;
}

static void remove_earlier(const struct target *to)
{
	VALUE_PAIR **pairs = &to->reply->vps;

	if (!fr_pair_find_by_num(*pairs, REPLY_RESULT, to->vendor, TAG_ANY))
		return;
	for (unsigned number = REPLY_RESULT; number <= REPLY_ATTRIBUTE; number++)
		fr_pair_delete_by_num(pairs, number, to->vendor, TAG_ANY);
	fr_pair_delete_by_num(pairs, PW_REPLY_MESSAGE, 0, TAG_ANY);
	fr_pair_delete_by_num(pairs, PW_CLASS, 0, TAG_ANY);
	fr_pair_delete_by_num(pairs, PW_STATE, 0, TAG_ANY);
}

bool reply_pairs_add(RADIUS_PACKET *reply, unsigned vendor, const struct decision *decision)
{
	const struct target ours = { reply, vendor };
	const struct target standard = { reply, 0 };

	/*
	 * A sale that is not this check's business is the operator's policy's: it may name its own.
	 */
	const char *reference =
		decision->result == RESULT_NOT_APPLICABLE ? "" : decision->reference;

	remove_earlier(&ours);
	return add_number(&ours, REPLY_RESULT, decision->result) &&
	       add_number(&ours, REPLY_REASON, decision->reason) &&
	       add_text(&ours, REPLY_REFERENCE, reference) &&
	       add_text(&ours, REPLY_RULE, decision->rule) &&
	       (!decision->tells_source ||
		       (add_number(&ours, REPLY_SOURCE, decision->source) &&
			       add_number(&ours, REPLY_VALID_UNTIL, decision->valid_until))) &&
	       add_number(&ours, REPLY_RETRY_AFTER, decision->retry_after) &&
	       add_text(&ours, REPLY_REMEDY, decision->remedy) &&
	       add_text(&ours, REPLY_ATTRIBUTE, attribute_name(decision->attribute)) &&
	       add_text(&standard, PW_REPLY_MESSAGE, decision->clerk) &&
	       add_octets(&standard, PW_CLASS, reference, strlen(reference)) &&
	       add_octets(&standard, PW_STATE, decision->state, decision->state_len);
}
