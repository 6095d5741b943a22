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
struct look_up {
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
	struct look_up *under_way;
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

static void look_up_leave(struct look_up *look_up)
{
	if (atomic_fetch_sub(&look_up->owners, 1) != 1)
		return;
	if (look_up->found != NULL)
		freeaddrinfo(look_up->found);
	pthread_mutex_destroy(&look_up->mutex);
	free(look_up->host);
	free(look_up);
}

static void *run(void *ctx)
{
	static const struct addrinfo hints = { .ai_socktype = SOCK_STREAM };
	struct look_up *look_up = ctx;

	errno = 0;
	look_up->status = getaddrinfo(look_up->host, NULL, &hints, &look_up->found);
	look_up->error = errno;
	/* The engine is there for as long as the resolver has not left. */
	pthread_mutex_lock(&look_up->mutex);
	look_up->posted = look_up->engine != NULL;
	if (look_up->posted)
		engine_post(look_up->engine, &look_up->task);
	pthread_mutex_unlock(&look_up->mutex);
	look_up_leave(look_up);
	return NULL;
}

/* Called from the engine's thread, whose blocked signals the new one inherits. */
static bool start_detached(struct look_up *look_up)
{
	pthread_attr_t attributes;
	pthread_t thread;
	bool started;

	pthread_attr_init(&attributes);
	pthread_attr_setdetachstate(&attributes, PTHREAD_CREATE_DETACHED);
	started = pthread_create(&thread, &attributes, run, look_up) == 0;
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

static void collect(struct resolver *resolver, struct look_up *look_up)
{
	bool none = look_up->error == EMFILE || look_up->error == ENFILE;

	resolver->under_way = NULL;
	resolver->no_descriptors = false;
	if (look_up->status != 0) {
		resolver->no_descriptors =
			none && (look_up->status == EAI_SYSTEM || look_up->status == EAI_AGAIN);
		failed(resolver, gai_strerror(look_up->status));
	} else if (!put_in_force(resolver, look_up->found)) {
		failed(resolver, "out of memory");
	} else {
		resolver->due_ms = resolver->now_ms(resolver->ctx) + KEPT_MS;
	}
	look_up_leave(look_up);
	resolver->looked_up(resolver->ctx);
}

static void on_looked_up(struct engine_task *task)
{
	struct look_up *look_up = (struct look_up *)task;

	/* The resolver may be gone, or goes within its hook. */
	if (look_up->resolver != NULL)
		collect(look_up->resolver, look_up);
	look_up_leave(look_up);
}

static void begin(struct resolver *resolver)
{
	struct look_up *look_up = calloc(1, sizeof(*look_up));

	if (look_up == NULL) {
		failed(resolver, "out of memory");
		return;
	}
	pthread_mutex_init(&look_up->mutex, NULL);
	look_up->task.run = on_looked_up;
	look_up->resolver = resolver;
	look_up->engine = resolver->engine;
	look_up->host = strdup(resolver->host);
	/* The thread's, the task's and the resolver's. */
	atomic_init(&look_up->owners, 3);
	if (look_up->host == NULL || !start_detached(look_up)) {
		atomic_store(&look_up->owners, 1);
		look_up_leave(look_up);
		failed(resolver, "no memory or threads for a look-up");
		return;
	}
	resolver->under_way = look_up;
}

enum resolved resolver_look(struct resolver *resolver)
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
static void abandon(struct look_up *look_up)
{
	bool posted;

	pthread_mutex_lock(&look_up->mutex);
	posted = look_up->posted;
	look_up->engine = NULL;
	pthread_mutex_unlock(&look_up->mutex);
	look_up->resolver = NULL;
	if (!posted)
		look_up_leave(look_up);
	look_up_leave(look_up);
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
