/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * dictionary.h - the attributes of dictionary.migrantid, as the module knows them.
 *
 * The numbers are fixed, the vendor's is not: an operator puts its own private enterprise number
 * into one line of the dictionary. So the module takes the vendor's number from what the server
 * read, and checks that each attribute has the number and the type that it expects.
 */
#ifndef MIGRANTID_DICTIONARY_H
#define MIGRANTID_DICTIONARY_H

#include "server.h"

#include "base/base.h"

/* What a reply may carry: X(symbol, number, name, type). */
#define REPLY_ATTRIBUTES(X) \
	X(REPLY_RESULT, 20, "MigrantID-Result", PW_TYPE_INTEGER) \
	X(REPLY_REASON, 21, "MigrantID-Reason", PW_TYPE_INTEGER) \
	X(REPLY_REFERENCE, 22, "MigrantID-Reference", PW_TYPE_STRING) \
	X(REPLY_RULE, 23, "MigrantID-Rule", PW_TYPE_STRING) \
	X(REPLY_SOURCE, 24, "MigrantID-Source", PW_TYPE_INTEGER) \
	X(REPLY_VALID_UNTIL, 25, "MigrantID-Valid-Until", PW_TYPE_DATE) \
	X(REPLY_RETRY_AFTER, 26, "MigrantID-Retry-After", PW_TYPE_INTEGER) \
	X(REPLY_REMEDY, 27, "MigrantID-Remedy", PW_TYPE_STRING)

#define AS_MEMBER(symbol, number, name, type) symbol = number,
enum reply_attribute { REPLY_ATTRIBUTES(AS_MEMBER) };
#undef AS_MEMBER

/*
 * Make the attributes known to the server, unless its own dictionary includes ours already, and
 * check them. *vendor is the vendor's number. For bootstrap: not thread-safe. False after the
 * error was logged.
 */
MUST_CHECK bool dictionary_load(const CONF_SECTION *section, unsigned *vendor);

#endif
