/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "sale_pairs.h"

#define OF_SALE(symbol, number, name, longest, most) { symbol, number },
static const struct {
	enum attribute attribute;
	unsigned number; /* 0: a standard attribute */
} vendor_attributes[] = { SALE_ATTRIBUTES(OF_SALE) };
#undef OF_SALE

static enum attribute standard_attribute(unsigned number)
{
	return number == PW_STATE ? ATTR_STATE : ATTR_NONE;
}

/*
 * By number, not by the dictionary's entry: a pair that the server could not decode as its type
 * has an entry of its own, and must be refused, not overlooked.
 */
static enum attribute attribute_of_pair(const VALUE_PAIR *pair, unsigned vendor)
{
	if (pair->da->vendor == 0)
		return standard_attribute(pair->da->attr);
	if (pair->da->vendor != vendor || pair->da->attr == 0)
		return ATTR_NONE;
	for (size_t i = 0; i < ARRAY_LEN(vendor_attributes); i++)
		if (vendor_attributes[i].number == pair->da->attr)
			return vendor_attributes[i].attribute;
	return ATTR_NONE;
}

static struct span text(const char *string)
{
	return (struct span){ string, strlen(string) };
}

/*
 * A hidden value is cut at 128 octets, by client and server and without a word (RFC 2865 section
 * 5.2): one of that length may be a part of what the shop said.
 */
static bool may_be_cut(const VALUE_PAIR *pair)
{
	return pair->da->flags.encrypt != FLAG_ENCRYPT_NONE && pair->vp_length >= 128;
}

/*
 * The length is the pair's, never the terminator's: a value may hold zero octets. What cannot be
 * what the shop said becomes a value that the core refuses, naming the attribute.
 */
static struct span value_of_pair(const VALUE_PAIR *pair)
{
	const struct span string = { pair->vp_strvalue, pair->vp_length };

	if (may_be_cut(pair) && !sale_value_is_noise(string))
		return text("");
	if (pair->da->type == PW_TYPE_STRING)
		return string;
	if (pair->da->type == PW_TYPE_OCTETS)
		return (struct span){ (const char *)pair->vp_octets, pair->vp_length };
	if (pair->da->type == PW_TYPE_INTEGER && pair->vp_integer == 0)
		return text("No");
	if (pair->da->type == PW_TYPE_INTEGER && pair->vp_integer == 1)
		return text("Yes");
	return text("neither");
}

void sale_pairs_read(const VALUE_PAIR *pairs, unsigned vendor, struct sale_pairs *out)
{
	out->count = 0;
	for (const VALUE_PAIR *pair = pairs; pair && out->count < SALE_PAIRS_MAX;
		pair = pair->next) {
		enum attribute attribute = attribute_of_pair(pair, vendor);

		if (attribute != ATTR_NONE)
			out->fields[out->count++] =
				(struct sale_field){ attribute, value_of_pair(pair) };
	}
}

bool sale_pairs_want_protection(const struct sale_pairs *pairs)
{
	for (size_t i = 0; i < pairs->count; i++)
		if (sale_wants_protection(pairs->fields[i].attribute))
			return true;
	return false;
}
