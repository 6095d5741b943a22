/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "dictionary.h"

#include "reply_attributes.h"
#include "rules/sale.h"

#define VENDOR "MigrantID"
#define DICTIONARY "dictionary.migrantid"

struct entry {
	const char *name;
	unsigned number; /* 0: a standard attribute, not ours to check */
	PW_TYPE type;
};

/* Of what a sale carries, one attribute is a choice and the others are texts. */
#define OF_SALE(symbol, number, name, longest, most)                                               \
	{ name, number, symbol == ATTR_ACCEPT_CHALLENGE ? PW_TYPE_INTEGER : PW_TYPE_STRING },
#define OF_REPLY(symbol, number, name, type) { name, number, type },
static const struct entry entries[] = { SALE_ATTRIBUTES(OF_SALE) REPLY_ATTRIBUTES(OF_REPLY) };
#undef OF_SALE
#undef OF_REPLY

static bool entry_holds(const struct entry *entry, unsigned vendor)
{
	const DICT_ATTR *found;

	if (entry->number == 0)
		return true;
	found = dict_attrbyname(entry->name);
	return found && found->vendor == vendor && found->attr == entry->number &&
	       found->type == entry->type;
}

bool dictionary_load(const CONF_SECTION *section, unsigned *vendor)
{
	int known = dict_vendorbyname(VENDOR);

	/* Reading it twice would replace attributes that other modules may point to by now. */
	if (known == 0) {
		if (dict_read(main_config.dictionary_dir, DICTIONARY) < 0) {
			cf_log_err_cs(section, "cannot read %s/" DICTIONARY ": %s",
				main_config.dictionary_dir, fr_strerror());
			return false;
		}
		known = dict_vendorbyname(VENDOR);
	}

	for (size_t i = 0; i < ARRAY_LEN(entries); i++) {
		if (known > 0 && entry_holds(&entries[i], (unsigned)known))
			continue;
		cf_log_err_cs(section,
			"the dictionary in use has no attribute %s, or not as number %u and with "
			"its type: use the %s/" DICTIONARY " that came with this module, and "
			"change nothing there but the number behind VENDOR",
			entries[i].name, entries[i].number, main_config.dictionary_dir);
		return false;
	}
	*vendor = (unsigned)known;
	return true;
}
