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

/*
 * Make the attributes known to the server, unless its own dictionary includes ours already, and
 * check them. *vendor is the vendor's number. For bootstrap: not thread-safe. False after the
 * error was logged.
 */
MUST_CHECK bool dictionary_load(const CONF_SECTION *section, unsigned *vendor);

#endif
