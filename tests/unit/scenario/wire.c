/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * wire.c - libcurl's place below src/transport: names, connections and requests, of which a
 * request is only when its end is due and what that will be. transport.c, exchange.c and
 * endpoint.c above it are real, so that who is asked, who rests and what is said of it is theirs.
 */
#include "scenario.h"

#define REQUESTS_MAX 256

static struct manners manners[TRANSPORT_GROUPS][TRANSPORT_ENDPOINTS_MAX];
static unsigned asked[TRANSPORT_GROUPS][TRANSPORT_ENDPOINTS_MAX];
static struct request_on_wire {
	struct exchange *exchange; /* NULL: a free place */
	struct manners manners;
	int64_t due_ms;
	uint64_t number; /* the oldest comes first */
} requests[REQUESTS_MAX];
static uint64_t numbers;
static const struct manners *of_now; /* of the request that ends */

struct manners *wire_manners(enum transport_group group, unsigned number)
{
	return number < TRANSPORT_ENDPOINTS_MAX ? &manners[group][number] : NULL;
}

unsigned wire_take_asked(enum transport_group group, unsigned number)
{
	unsigned count = asked[group][number];

	asked[group][number] = 0;
	return count;
}

void wire_free(void)
{
	for (size_t i = 0; i < REQUESTS_MAX; i++)
		assert_null(requests[i].exchange);
	memset(manners, 0, sizeof(manners));
	memset(asked, 0, sizeof(asked));
	for (unsigned i = 0; i < TRANSPORT_ENDPOINTS_MAX; i++)
		manners[GROUP_SERVICE][i].answers = manners[GROUP_KEYS][i].answers = true;
}

/* ---- names ---- */

struct resolver {
	struct endpoint *endpoint;
};

struct resolver *resolver_new(const char *url, struct engine *engine, int64_t (*now_ms)(void *ctx),
	void (*looked_up)(void *ctx), void *ctx)
{
	struct resolver *resolver = calloc(1, sizeof(*resolver));

	(void)url;
	(void)engine;
	(void)now_ms;
	(void)looked_up;
	assert_non_null(resolver);
	resolver->endpoint = ctx;
	return resolver;
}

void resolver_free(struct resolver *resolver)
{
	free(resolver);
}

enum resolved resolver_poll(struct resolver *resolver)
{
	const struct endpoint *endpoint = resolver->endpoint;

	return manners[endpoint->group][endpoint->number].unknown ? UNRESOLVED : RESOLVED;
}

const char *resolver_cause(const struct resolver *resolver)
{
	(void)resolver;
	return "no such name";
}

bool resolver_no_descriptors(const struct resolver *resolver)
{
	(void)resolver;
	return false;
}

void address_list_unref(struct address_list *addresses)
{
	assert_null(addresses);
}

/* ---- connections, of which there is always one ---- */

struct pool *pool_in_use(struct endpoint *endpoint)
{
	if (endpoint->pools == NULL)
		endpoint->pools = calloc(1, sizeof(*endpoint->pools));
	assert_non_null(endpoint->pools);
	endpoint->pools->endpoint = endpoint;
	return endpoint->pools;
}

void pools_free(struct endpoint *endpoint)
{
	free(endpoint->pools);
}

void pools_sweep(struct endpoint *endpoint)
{
	(void)endpoint;
}

bool pool_is_stuck(struct pool *pool, uint64_t since)
{
	(void)pool;
	(void)since;
	return false;
}

void connection_use(struct exchange *exchange, struct connection *connection)
{
	exchange->connection = connection;
}

void connections_give_up(struct pool *pool, uint64_t since)
{
	(void)pool;
	(void)since;
}

bool connection_has_ended(const struct exchange *exchange, CURLcode code)
{
	(void)exchange;
	(void)code;
	return false;
}

void connection_died(struct exchange *exchange)
{
	(void)exchange;
}

void connections_deliver(struct pool *pool)
{
	(void)pool;
}

void connections_forget(struct exchange *opener)
{
	(void)opener;
}

/* ---- requests ---- */

bool request_prepare(struct exchange *exchange)
{
	exchange->easy = (CURL *)exchange;
	return true;
}

static struct request_on_wire *place_of(const struct exchange *exchange)
{
	for (size_t i = 0; i < REQUESTS_MAX; i++)
		if (requests[i].exchange == exchange)
			return &requests[i];
	return NULL;
}

CURLMcode curl_multi_add_handle(CURLM *multi, CURL *easy)
{
	struct exchange *exchange = (struct exchange *)easy;
	const struct endpoint *endpoint = exchange->endpoint;
	const struct manners *now = &manners[endpoint->group][endpoint->number];
	struct request_on_wire *request = place_of(NULL);

	(void)multi;
	if (request == NULL)
		return CURLM_OUT_OF_MEMORY;
	*request = (struct request_on_wire){ exchange, *now, INT64_MAX, ++numbers };
	if (!now->silent)
		request->due_ms = world.time.mono_ms + now->after_ms;
	exchange->stage = EXCHANGE_SENT;
	asked[endpoint->group][endpoint->number]++;
	return CURLM_OK;
}

CURLMcode curl_multi_remove_handle(CURLM *multi, CURL *easy)
{
	struct request_on_wire *request = place_of((struct exchange *)easy);

	(void)multi;
	if (request != NULL)
		request->exchange = NULL;
	return CURLM_OK;
}

void curl_easy_cleanup(CURL *easy)
{
	(void)easy;
}

#undef curl_easy_getinfo
CURLcode curl_easy_getinfo(CURL *easy, CURLINFO info, ...)
{
	va_list list;
	void *out;

	(void)easy;
	va_start(list, info);
	out = va_arg(list, void *);
	va_end(list);
	if (info == CURLINFO_RESPONSE_CODE)
		*(long *)out = of_now->answers ? 200 : of_now->status;
	else if (info == CURLINFO_RETRY_AFTER)
		*(curl_off_t *)out = of_now->retry_after_s;
	return CURLE_OK;
}

CURLHcode curl_easy_header(CURL *easy, const char *name, size_t index, unsigned origin, int request,
	struct curl_header **out)
{
	(void)easy;
	(void)name;
	(void)index;
	(void)origin;
	(void)request;
	(void)out;
	return of_now->retry_after_s > 0 ? CURLHE_OK : CURLHE_MISSING;
}

enum attempt_end ending_of(struct exchange *exchange, CURLcode code)
{
	(void)code;
	(void)snprintf(exchange->cause, sizeof(exchange->cause), "a test: end %d", of_now->end);
	return of_now->end;
}

enum attempt_end ending_timed_out(struct exchange *exchange)
{
	(void)snprintf(exchange->cause, sizeof(exchange->cause), "no answer came in time");
	return END_TIMEOUT;
}

static struct request_on_wire *first_due(void)
{
	struct request_on_wire *first = NULL;

	for (size_t i = 0; i < REQUESTS_MAX; i++) {
		struct request_on_wire *it = &requests[i];

		if (it->exchange != NULL &&
			(first == NULL || it->due_ms < first->due_ms ||
				(it->due_ms == first->due_ms && it->number < first->number)))
			first = it;
	}
	return first;
}

int64_t wire_next(void)
{
	const struct request_on_wire *first = first_due();

	return first != NULL ? first->due_ms : INT64_MAX;
}

bool wire_goes_on(void)
{
	struct request_on_wire *first = first_due();
	struct manners as;
	struct exchange *exchange;

	if (first == NULL || first->due_ms > world.time.mono_ms)
		return false;
	exchange = first->exchange;
	as = first->manners;
	first->exchange = NULL;
	if (as.answers) {
		exchange->body = exchange->endpoint->group == GROUP_KEYS
					 ? service_keys()
					 : service_answer(exchange->attempt.body);
		assert_non_null(exchange->body);
		exchange->body_len = exchange->body_room = strlen(exchange->body);
	}
	of_now = &as;
	exchange_done(exchange);
	return true;
}
