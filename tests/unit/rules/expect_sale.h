/* SPDX-License-Identifier: GPL-2.0-or-later */
/* expect_sale.h - a request that is read, or refused for a reason, one day. Behind <cmocka.h>. */
#ifndef MIGRANTID_EXPECT_SALE_H
#define MIGRANTID_EXPECT_SALE_H

#include "a_sale.h"

#define TODAY                                                                                      \
	{                                                                                          \
		2026, 5, 10                                                                        \
	}

static const struct sale_options strict = { .today = TODAY };

static inline bool read_request(
	const struct request *request, struct sale *sale, struct sale_fault *fault)
{
	/* What was there before must neither survive nor be trusted. */
	memset(sale, 0xa5, sizeof(*sale));
	memset(fault, 0xa5, sizeof(*fault));
	return sale_read(request->fields, request->count, &strict, sale, fault);
}

static inline void expect_fault(const char *what, const struct request *request, enum reason reason,
	enum attribute attribute, enum mrz_field field)
{
	struct sale sale;
	struct sale_fault fault;

	if (read_request(request, &sale, &fault))
		fail_msg("%s: read", what);
	if (fault.reason != reason || fault.attribute != attribute || fault.mrz_field != field)
		fail_msg("%s: %s, %s, %s", what, reason_name(fault.reason),
			attribute_name(fault.attribute), mrz_field_name(fault.mrz_field));
	if (!sale_is_blank(&sale))
		fail_msg("%s: not cleared", what);
}

static inline void expect_read(const char *what, const struct request *request, struct sale *sale)
{
	struct sale_fault fault;

	if (!read_request(request, sale, &fault))
		fail_msg("%s: %s, %s, %s", what, reason_name(fault.reason),
			attribute_name(fault.attribute), mrz_field_name(fault.mrz_field));
	assert_int_equal(fault.reason, REASON_NONE);
	assert_int_equal(fault.attribute, ATTR_NONE);
	assert_int_equal(fault.mrz_field, MRZ_FIELD_NONE);
}

#endif
