/* SPDX-License-Identifier: GPL-2.0-or-later */
/* person_key.c - the verb person-key: the pseudonym of one person, for a support case. */
#include "person/person_key.h"

#include <openssl/crypto.h>

#include "tools/ctl/ctl.h"
#include "tools/ctl/files.h"
#include "tools/ctl/person.h"

static enum ctl_exit run(const struct args *args, struct output *out)
{
	struct settings *settings CLEANUP(drop_settings) = files_settings(args, out);
	struct person_keys keys CLEANUP(person_keys_clear) = { .count = 0 };
	enum ctl_exit code;

	if (settings == NULL)
		return CTL_UNABLE;
	code = person_keys_read(settings, &keys, out);
	if (code != CTL_FINE)
		return code;
	output_fact(out, "current", keys.at[0].text);
	if (keys.count > 1)
		output_fact(out, "previous", keys.at[1].text);
	return CTL_FINE;
}

const struct verb verb_person_key = {
	.name = "person-key",
	.takes = TAKES(OPT_CONFIG),
	.summary = "the pseudonym of one person, for a support case",
	.details = "Reads a request from standard input, `name = value` lines as radclient takes\n"
		   "them, and prints the pseudonym that the service knows this person by: under\n"
		   "the operator's key and, while the key is being changed, under the previous\n"
		   "one. It is for settling with the service what became of one question. There\n"
		   "is no way back from a pseudonym to a person.",
	.run = run,
};
