/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * From the wire to a sale: the attributes of a request, as octets, are taken apart by the server's
 * own library with our dictionary, picked out as by the module, and read. Whatever comes, what is
 * picked out lies within what came, and the sale is read or refused for a reason that names an
 * attribute.
 */
#include "fuzz.h"
#include "rules/sale.h"
#include "sale_pairs.h"

#define HEADER 20 /* octets before a packet's attributes */
#define PACKET_MAX 4096
#define VENDOR 32473

static void prepare(void)
{
	static bool done;

	if (!done)
		HOLDS(dict_init(DICTIONARIES, "dictionary") == 0);
	done = true;
}

static void read_sale(const struct sale_pairs *pairs)
{
	const struct sale_options options = { .today = { 2026, 1, 31 } };
	struct sale_fault fault;
	struct sale sale;

	for (size_t i = 0; i < pairs->count; i++)
		HOLDS(pairs->fields[i].value.len < PACKET_MAX);
	if (!sale_read(pairs->fields, pairs->count, &options, &sale, &fault))
		HOLDS(reason_is_bad_request(fault.reason) && fault.attribute != ATTR_NONE);
	sale_clear(&sale);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static uint8_t octets[PACKET_MAX];
	struct sale_pairs pairs;
	RADIUS_PACKET *packet;

	if (size > PACKET_MAX - HEADER)
		return 0;
	prepare();
	packet = rad_alloc(NULL, false);
	HOLDS(packet != NULL);
	memset(octets, 0, HEADER);
	octets[0] = PW_CODE_ACCESS_REQUEST;
	octets[2] = (uint8_t)((HEADER + size) >> 8);
	octets[3] = (uint8_t)(HEADER + size);
	memcpy(octets + HEADER, data, size);
	packet->code = PW_CODE_ACCESS_REQUEST;
	packet->data = talloc_memdup(packet, octets, HEADER + size);
	packet->data_len = HEADER + size;
	if (rad_packet_ok(packet, 0, NULL) && rad_decode(packet, NULL, "testing123") == 0) {
		sale_pairs_read(packet->vps, VENDOR, &pairs);
		read_sale(&pairs);
	}
	rad_free(&packet);
	return 0;
}
