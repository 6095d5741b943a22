/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "transport/resolver.h"

#include <arpa/inet.h>
#include <errno.h>
#include <netdb.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define KEPT_MS 60000 /* then looked up again, the old addresses serving meanwhile */
#define PAUSE_MS 1000 /* after a look-up that failed */
#define ADDRESSES_MAX 8

/* One look-up, owned by its thread, its task and the resolver; the last to leave frees it. */
struct lookup {
	struct engine_task task; /* first: on_looked_up() is handed it */
	atomic_int owners;
	struct resolver *resolver; /* engine thread; NULL: nobody wants it any more */
	pthread_mutex_t mutex;
	struct engine *engine; /* mutex; NULL: nobody wants it any more */
	bool posted; /* mutex */
	char *host;
	/* written by the thread before the task is posted */
	int status; /* getaddrinfo()'s */
	int error; /* errno */
	struct addrinfo *found;
};

struct resolver {
	char *host;
	char *port;
	bool literal;
	struct engine *engine;
	int64_t (*now_ms)(void *ctx);
	void (*looked_up)(void *ctx);
	void *ctx;
	struct lookup *under_way;
	int64_t due_ms; /* the next look-up */
	struct address_list *addresses; /* in force; NULL: none known */
	bool no_descriptors;
	const char *cause;
};

static bool is_literal(const char *host)
{
	struct in6_addr address;

	return host[0] == '[' || inet_pton(AF_INET, host, &address) == 1 ||
	       inet_pton(AF_INET6, host, &address) == 1;
}

static char *part_of(CURLU *parsed, CURLUPart part)
{
	char *text = NULL, *copy = NULL;

	if (curl_url_get(parsed, part, &text, CURLU_DEFAULT_PORT) == CURLUE_OK)
		copy = strdup(text);
	curl_free(text);
	return copy;
}

struct resolver *resolver_new(const char *url, struct engine *engine, int64_t (*now_ms)(void *ctx),
	void (*looked_up)(void *ctx), void *ctx)
{
	struct resolver *resolver = calloc(1, sizeof(*resolver));
	CURLU *parsed = curl_url();

	if (resolver != NULL && parsed != NULL &&
		curl_url_set(parsed, CURLUPART_URL, url, 0) == CURLUE_OK) {
		resolver->host = part_of(parsed, CURLUPART_HOST);
		resolver->port = part_of(parsed, CURLUPART_PORT);
	}
	curl_url_cleanup(parsed);
	if (resolver == NULL || resolver->host == NULL || resolver->port == NULL) {
		resolver_free(resolver);
		return NULL;
	}
	resolver->literal = is_literal(resolver->host);
	resolver->engine = engine;
	resolver->now_ms = now_ms;
	resolver->looked_up = looked_up;
	resolver->ctx = ctx;
	resolver->due_ms = INT64_MIN;
	return resolver;
}

static void lookup_release(struct lookup *lookup)
{
	if (atomic_fetch_sub(&lookup->owners, 1) != 1)
		return;
	if (lookup->found != NULL)
		freeaddrinfo(lookup->found);
	pthread_mutex_destroy(&lookup->mutex);
	free(lookup->host);
	free(lookup);
}

static void *run(void *ctx)
{
	static const struct addrinfo hints = { .ai_socktype = SOCK_STREAM };
	struct lookup *lookup = ctx;

	errno = 0;
	lookup->status = getaddrinfo(lookup->host, NULL, &hints, &lookup->found);
	lookup->error = errno;
	/* The engine is there for as long as the resolver has not left. */
	pthread_mutex_lock(&lookup->mutex);
	lookup->posted = lookup->engine != NULL;
	if (lookup->posted)
		engine_post(lookup->engine, &lookup->task);
	pthread_mutex_unlock(&lookup->mutex);
	lookup_release(lookup);
	return NULL;
}

/* Called from the engine's thread, whose blocked signals the new one inherits. */
static bool start_detached(struct lookup *lookup)
{
	pthread_attr_t attributes;
	pthread_t thread;
	bool started;

	pthread_attr_init(&attributes);
	pthread_attr_setdetachstate(&attributes, PTHREAD_CREATE_DETACHED);
	started = pthread_create(&thread, &attributes, run, lookup) == 0;
	pthread_attr_destroy(&attributes);
	return started;
}

/* "host:port:address,address", as CURLOPT_RESOLVE wants it. */
static struct curl_slist *list_of(const struct resolver *resolver, const struct addrinfo *found)
{
	char text[1024], address[INET6_ADDRSTRLEN];
	size_t count = 0;
	int len = snprintf(text, sizeof(text), "%s:%s:", resolver->host, resolver->port);

	for (; found != NULL && count < ADDRESSES_MAX; found = found->ai_next) {
		bool six = found->ai_family == AF_INET6;

		if (getnameinfo(found->ai_addr, found->ai_addrlen, address, sizeof(address), NULL,
			    0, NI_NUMERICHOST) != 0 ||
			len < 0 || (size_t)len + sizeof(address) + 4 > sizeof(text))
			continue;
		len += snprintf(text + len, sizeof(text) - (size_t)len, "%s%s%s%s",
			count > 0 ? "," : "", six ? "[" : "", address, six ? "]" : "");
		count++;
	}
	return count > 0 ? curl_slist_append(NULL, text) : NULL;
}

static bool put_in_force(struct resolver *resolver, const struct addrinfo *found)
{
	struct address_list *addresses = calloc(1, sizeof(*addresses));

	if (addresses == NULL)
		return false;
	addresses->references = 1;
	addresses->list = list_of(resolver, found);
	if (addresses->list == NULL) {
		free(addresses);
		return false;
	}
	address_list_unref(resolver->addresses);
	resolver->addresses = addresses;
	return true;
}

static void failed(struct resolver *resolver, const char *cause)
{
	resolver->cause = cause;
	resolver->due_ms = resolver->now_ms(resolver->ctx) + PAUSE_MS;
}

static void collect(struct resolver *resolver, struct lookup *lookup)
{
	bool none = lookup->error == EMFILE || lookup->error == ENFILE;

	resolver->under_way = NULL;
	resolver->no_descriptors = false;
	if (lookup->status != 0) {
		resolver->no_descriptors =
			none && (lookup->status == EAI_SYSTEM || lookup->status == EAI_AGAIN);
		failed(resolver, gai_strerror(lookup->status));
	} else if (!put_in_force(resolver, lookup->found)) {
		failed(resolver, "out of memory");
	} else {
		resolver->due_ms = resolver->now_ms(resolver->ctx) + KEPT_MS;
	}
	lookup_release(lookup);
	resolver->looked_up(resolver->ctx);
}

static void on_looked_up(struct engine_task *task)
{
	struct lookup *lookup = (struct lookup *)task;

	/* The resolver may be gone, or goes within its hook. */
	if (lookup->resolver != NULL)
		collect(lookup->resolver, lookup);
	lookup_release(lookup);
}

static void begin(struct resolver *resolver)
{
	struct lookup *lookup = calloc(1, sizeof(*lookup));

	if (lookup == NULL) {
		failed(resolver, "out of memory");
		return;
	}
	pthread_mutex_init(&lookup->mutex, NULL);
	lookup->task.run = on_looked_up;
	lookup->resolver = resolver;
	lookup->engine = resolver->engine;
	lookup->host = strdup(resolver->host);
	/* The thread's, the task's and the resolver's. */
	atomic_init(&lookup->owners, 3);
	if (lookup->host == NULL || !start_detached(lookup)) {
		atomic_store(&lookup->owners, 1);
		lookup_release(lookup);
		failed(resolver, "no memory or threads for a look-up");
		return;
	}
	resolver->under_way = lookup;
}

enum resolved resolver_poll(struct resolver *resolver)
{
	if (resolver->literal)
		return RESOLVED;
	if (resolver->under_way == NULL && resolver->now_ms(resolver->ctx) >= resolver->due_ms)
		begin(resolver);
	if (resolver->addresses != NULL)
		return RESOLVED;
	return resolver->under_way != NULL ? RESOLVING : UNRESOLVED;
}

struct address_list *resolver_addresses(struct resolver *resolver)
{
	if (resolver->addresses != NULL)
		resolver->addresses->references++;
	return resolver->addresses;
}

void address_list_unref(struct address_list *addresses)
{
	if (addresses == NULL || --addresses->references > 0)
		return;
	curl_slist_free_all(addresses->list);
	free(addresses);
}

const char *resolver_cause(const struct resolver *resolver)
{
	return resolver->cause != NULL ? resolver->cause : "";
}

bool resolver_no_descriptors(const struct resolver *resolver)
{
	return resolver->no_descriptors;
}

/* A look-up whose task is not posted yet will never be: its part goes as well. */
static void abandon(struct lookup *lookup)
{
	bool posted;

	pthread_mutex_lock(&lookup->mutex);
	posted = lookup->posted;
	lookup->engine = NULL;
	pthread_mutex_unlock(&lookup->mutex);
	lookup->resolver = NULL;
	if (!posted)
		lookup_release(lookup);
	lookup_release(lookup);
}

void resolver_free(struct resolver *resolver)
{
	if (resolver == NULL)
		return;
	if (resolver->under_way != NULL)
		abandon(resolver->under_way);
	address_list_unref(resolver->addresses);
	free(resolver->host);
	free(resolver->port);
	free(resolver);
}
