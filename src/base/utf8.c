/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "base/utf8.h"

/* Octets of the sequence that begins with `first`; 0 if none does. */
static size_t sequence_len(unsigned char first)
{
	if (first < 0x80)
		return 1;
	if (first >= 0xc2 && first <= 0xdf)
		return 2;
	if (first >= 0xe0 && first <= 0xef)
		return 3;
	if (first >= 0xf0 && first <= 0xf4)
		return 4;
	return 0;
}

size_t utf8_read(const char *text, size_t len, uint32_t *character)
{
	static const uint32_t shortest[] = { 0, 0, 0x80, 0x800, 0x10000 };
	unsigned char first = (unsigned char)text[0];
	size_t octets = sequence_len(first);

	if (octets == 0 || octets > len)
		return 0;
	*character = octets == 1 ? first : first & (0x7fU >> octets);
	for (size_t i = 1; i < octets; i++) {
		unsigned char next = (unsigned char)text[i];

		if ((next & 0xc0U) != 0x80)
			return 0;
		*character = *character << 6 | (next & 0x3fU);
	}
	if (*character < shortest[octets] || *character > 0x10ffff ||
		(*character >= 0xd800 && *character <= 0xdfff))
		return 0;
	return octets;
}

size_t utf8_write(uint32_t character, char out[UTF8_LONGEST])
{
	if (character < 0x80) {
		out[0] = (char)character;
		return 1;
	}
	if (character < 0x800) {
		out[0] = (char)(0xc0 | character >> 6);
		out[1] = (char)(0x80 | (character & 0x3f));
		return 2;
	}
	out[0] = (char)(0xe0 | character >> 12);
	out[1] = (char)(0x80 | (character >> 6 & 0x3f));
	out[2] = (char)(0x80 | (character & 0x3f));
	return 3;
}
