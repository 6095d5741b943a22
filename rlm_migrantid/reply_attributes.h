/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * reply_attributes.h - what a reply may carry: X(symbol, number in the dictionary, name, type).
 * What a request may carry stands in rules/sale.h; a test holds both and the dictionary together.
 */
#ifndef MIGRANTID_REPLY_ATTRIBUTES_H
#define MIGRANTID_REPLY_ATTRIBUTES_H

#define REPLY_ATTRIBUTES(X)                                                                        \
	X(REPLY_RESULT, 20, "MigrantID-Result", PW_TYPE_INTEGER)                                   \
	X(REPLY_REASON, 21, "MigrantID-Reason", PW_TYPE_INTEGER)                                   \
	X(REPLY_REFERENCE, 22, "MigrantID-Reference", PW_TYPE_STRING)                              \
	X(REPLY_RULE, 23, "MigrantID-Rule", PW_TYPE_STRING)                                        \
	X(REPLY_SOURCE, 24, "MigrantID-Source", PW_TYPE_INTEGER)                                   \
	X(REPLY_VALID_UNTIL, 25, "MigrantID-Valid-Until", PW_TYPE_DATE)                            \
	X(REPLY_RETRY_AFTER, 26, "MigrantID-Retry-After", PW_TYPE_INTEGER)                         \
	X(REPLY_REMEDY, 27, "MigrantID-Remedy", PW_TYPE_STRING)                                    \
	X(REPLY_ATTRIBUTE, 28, "MigrantID-Attribute", PW_TYPE_STRING)

#define AS_MEMBER(symbol, number, name, type) symbol = number,
enum reply_attribute { REPLY_ATTRIBUTES(AS_MEMBER) };
#undef AS_MEMBER

#endif
