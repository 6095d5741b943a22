/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * request.h - a request out of the fuzzer's octets: a row of fields, each a number for the
 * attribute, a length, and a value.
 */
#ifndef MIGRANTID_FUZZ_REQUEST_H
#define MIGRANTID_FUZZ_REQUEST_H

#include "fuzz.h"
#include "rules/sale.h"

#define FIELDS_MAX 24

/* The values lie in blocks of their own, so that reading past one of them is seen. */
static inline size_t request_cut(
	const uint8_t *data, size_t size, struct sale_field fields[FIELDS_MAX])
{
	size_t count = 0;

	while (size >= 2 && count < FIELDS_MAX) {
		size_t len = data[1] < size - 2 ? data[1] : size - 2;

		fields[count].attribute = (enum attribute)(data[0] % (ATTRIBUTES + 1));
		fields[count].value = (struct span){ exact_copy(data + 2, len), len };
		count++;
		data += 2 + len;
		size -= 2 + len;
	}
	return count;
}

static inline void request_free(const struct sale_field *fields, size_t count)
{
	for (size_t i = 0; i < count; i++)
		free((void *)(uintptr_t)fields[i].value.data);
}

#endif
