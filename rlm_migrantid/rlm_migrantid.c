/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * rlm_migrantid.c - may this SIM sale go ahead? The door through which FreeRADIUS asks.
 *
 * `authorize` is the one section. An instance is made in two steps, as the server does it:
 * bootstrap makes the attributes known before any policy that names them is read, and sets libcurl
 * up before rlm_rest does; instantiate opens all parts after the server has switched users and gone
 * into the background, so that their threads live and their files belong to the right user.
 */
#include "server.h"

#include <errno.h>

#include "client.h"
#include "dictionary.h"
#include "decision/decision.h"
#include "layout.h"
#include "reply_pairs.h"
#include "sale_pairs.h"
#include "way.h"

/* The server zeroes it, fills it by the table below, and frees it after detach. */
struct instance {
	const char *config; /* path of migrantid.cfg; the server's */
	const char *name; /* of this instance, in messages; the server's */
	unsigned vendor; /* private enterprise number of our attributes */
	struct decider *decider; /* NULL: not opened */
};

/* Every setting of the module's section; what the core is told stands in migrantid.cfg. */
static const CONF_PARSER settings[] = {
	{ "config", FR_CONF_OFFSET(PW_TYPE_FILE_INPUT | PW_TYPE_REQUIRED, struct instance, config),
		NULL },
	CONF_PARSER_TERMINATOR
};

/* The core's messages, in the server's log. Called from any thread. */
static void say(void *ctx, enum severity severity, const char *file, int line, const char *text)
{
	static const log_type_t types[] = {
		[SAY_DEBUG] = L_DBG,
		[SAY_INFO] = L_INFO,
		[SAY_WARNING] = L_WARN,
		[SAY_ERROR] = L_ERR,
	};
	const struct instance *self = ctx;

	if (severity == SAY_DEBUG && rad_debug_lvl < L_DBG_LVL_2)
		return;
	if (file && line > 0)
		radlog(types[severity], "rlm_migrantid (%s): %s[%d]: %s", self->name, file, line,
			text);
	else if (file)
		radlog(types[severity], "rlm_migrantid (%s): %s: %s", self->name, file, text);
	else
		radlog(types[severity], "rlm_migrantid (%s): %s", self->name, text);
}

/* The server overlooks what it does not know, and takes the first of two. */
static bool settings_known(const CONF_SECTION *section)
{
	bool seen = false;

	for (CONF_ITEM *item = cf_item_find_next(section, NULL); item;
		item = cf_item_find_next(section, item)) {
		bool ours = cf_item_is_pair(item) &&
			    strcmp(cf_pair_attr(cf_item_to_pair(item)), settings[0].name) == 0;

		if (cf_item_is_data(item) || (ours && !seen)) {
			seen |= ours;
			continue;
		}
		cf_log_err(item,
			"unknown or repeated setting: the module has one, `%s`, the path of "
			"migrantid.cfg, and all others are in that file",
			settings[0].name);
		return false;
	}
	return true;
}

/*
 * How many threads may wait in decide() at once, 0 if it cannot be told. Without a thread pool,
 * and with -X whatever the pool's size, it is one, which can never be one too many.
 */
static int64_t count_workers(CONF_SECTION *server)
{
	CONF_SECTION *pool = cf_subsection_find_next(server, NULL, "thread");
	const char *text;
	char *end;
	long count;

	if (!pool)
		return 1;
	text = cf_section_value_find(pool, "max_servers");
	if (!text)
		return 0;
	errno = 0;
	count = strtol(text, &end, 10);
	return errno || *end || count < 1 ? 0 : count;
}

static int bootstrap(CONF_SECTION *section, void *instance)
{
	struct instance *self = instance;

	self->name = cf_section_name2(section);
	if (!self->name)
		self->name = cf_section_name1(section);
	if (!layout_matches() || !settings_known(section) ||
		!dictionary_load(section, &self->vendor) || !decider_prepare())
		return -1;
	return 0;
}

/* What the server prints of each request when it is told to debug is not ours to hold back. */
static void warn_of_debugging(const struct instance *self)
{
	if (rad_debug_lvl > L_DBG_LVL_OFF && !check_config)
		radlog(L_WARN,
			"rlm_migrantid (%s): the server's debug output shows what each request "
			"holds, buyers' data included: debug with the data of made-up people",
			self->name);
}

static int instantiate(UNUSED CONF_SECTION *section, void *instance)
{
	struct instance *self = instance;
	const struct decider_options options = {
		.settings_file = self->config,
		.workers = count_workers(main_config.config),
		.request_ms = (int64_t)main_config.max_request_time * 1000,
		.instance = self->name,
		.check_only = check_config,
		.clock = system_clock,
		.reporter = { say, self },
	};

	warn_of_debugging(self);
	self->decider = decider_open(&options);
	return self->decider ? 0 : -1;
}

/* Also called for an instance that bootstrap or instantiate gave up on. */
static int detach(void *instance)
{
	struct instance *self = instance;

	decider_close(self->decider);
	self->decider = NULL;
	return 0;
}

/* The shop cannot mend it by what it types, and its maker has only what the operator tells. */
static void explain_noise(
	const struct instance *self, REQUEST *request, const struct decision *decision)
{
	char room[SHOP_MAX + 1];
	struct span client;

	if (decision->reason != REASON_ATTRIBUTE_UNREADABLE)
		return;
	client = client_name(request, room);
	if (client.len == 0)
		client = (struct span){ "-", 1 };
	radlog(L_WARN,
		"(%u) %s: client %.*s: %s came out as noise: the client does not hide it "
		"(encrypt=1 in dictionary.migrantid), or a proxy without that dictionary stands "
		"between; see shops.md",
		request->number, self->name, (int)client.len, client.data,
		attribute_name(decision->attribute));
}

/* The server holds the reply back, as it does Access-Rejects; no worker waits meanwhile. */
static void hold_back(REQUEST *request, unsigned ms)
{
	request->response_delay.tv_sec = ms / 1000;
	request->response_delay.tv_usec = ms % 1000 * 1000;
}

static rlm_rcode_t code_of(const struct decision *decision, REQUEST *request)
{
	switch (decision->outcome) {
	case OUTCOME_GO:
		return RLM_MODULE_OK;
	case OUTCOME_NOT_MINE:
		return RLM_MODULE_NOOP;
	case OUTCOME_REFUSED:
		return RLM_MODULE_REJECT;
	case OUTCOME_UNKNOWN:
		return RLM_MODULE_NOTFOUND;
	case OUTCOME_LOCKED:
		return RLM_MODULE_USERLOCK;
	case OUTCOME_ASK_AGAIN:
		request->reply->code = PW_CODE_ACCESS_CHALLENGE;
		hold_back(request, decision->hold_ms);
		return RLM_MODULE_HANDLED;
	case OUTCOME_FAILED:
		return RLM_MODULE_FAIL;
	case OUTCOME_BAD_REQUEST:
		return RLM_MODULE_INVALID;
	}
	return RLM_MODULE_FAIL;
}

static rlm_rcode_t authorize(void *instance, REQUEST *request)
{
	const struct instance *self = instance;
	char shop[SHOP_MAX + 1];
	struct sale_pairs pairs;
	struct sale_request sale;
	struct decision decision;

	sale_pairs_read(request->packet->vps, self->vendor, &pairs);
	sale = (struct sale_request){
		.fields = pairs.fields,
		.count = pairs.count,
		.shop = client_shop(request, self->vendor, shop),
		.forms = client_forms(request, self->vendor),
		.plain_allowed = sale_pairs_want_protection(&pairs) &&
				 client_may_send_plain(request, self->vendor) &&
				 way_is_protected(request),
	};
	decide(self->decider, &sale, &decision);
	explain_noise(self, request, &decision);
	if (!reply_pairs_add(request->reply, self->vendor, &decision))
		return RLM_MODULE_FAIL;
	return code_of(&decision, request);
}

extern const module_t rlm_migrantid;
__attribute__((visibility("default"))) const module_t rlm_migrantid = {
	.magic = RLM_MODULE_INIT,
	.name = "migrantid",
	.type = RLM_TYPE_THREAD_SAFE,
	.inst_size = sizeof(struct instance),
	.config = settings,
	.bootstrap = bootstrap,
	.instantiate = instantiate,
	.detach = detach,
	.methods = { [MOD_AUTHORIZE] = authorize },
};
