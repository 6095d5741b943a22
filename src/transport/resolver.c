/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "transport/resolver.h"

#include <arpa/inet.h>
#include <netdb.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define KEPT_MS 60000 /* then looked up again, the old addresses serving meanwhile */
#define PAUSE_MS 1000 /* after a look-up that failed */
#define ADDRESSES_MAX 8

/* One look-up, shared by its thread and the resolver; the last to leave frees it. */
struct look_up {
	atomic_int owners;
	atomic_bool done;
	int status; /* getaddrinfo()'s, once done */
	struct addrinfo *found;
	char *host;
};

struct resolver {
	char *host;
	char *port;
	bool literal;
	struct look_up *under_way;
	int64_t due_ms; /* next look-up; 0: at once */
	struct curl_slist *lists; /* the list in force; see `retired` */
	struct curl_slist **retired; /* older ones: transfers may still hold them */
	size_t retired_count;
	bool failed;
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

struct resolver *resolver_new(const char *url)
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
	return resolver;
}

static void look_up_leave(struct look_up *look_up)
{
	if (atomic_fetch_sub(&look_up->owners, 1) != 1)
		return;
	if (look_up->found != NULL)
		freeaddrinfo(look_up->found);
	free(look_up->host);
	free(look_up);
}

static void *run(void *ctx)
{
	static const struct addrinfo hints = { .ai_socktype = SOCK_STREAM };
	struct look_up *look_up = ctx;

	look_up->status = getaddrinfo(look_up->host, NULL, &hints, &look_up->found);
	atomic_store(&look_up->done, true);
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

static void begin(struct resolver *resolver, int64_t now_ms)
{
	struct look_up *look_up = calloc(1, sizeof(*look_up));

	resolver->due_ms = now_ms + PAUSE_MS;
	if (look_up == NULL)
		return;
	look_up->host = strdup(resolver->host);
	atomic_init(&look_up->owners, 2);
	if (look_up->host == NULL || !start_detached(look_up)) {
		atomic_store(&look_up->owners, 1);
		look_up_leave(look_up);
		resolver->failed = true;
		return;
	}
	resolver->under_way = look_up;
}

/* "host:port:address,address", as CURLOPT_RESOLVE wants it. */
static struct curl_slist *list_of(const struct resolver *resolver, const struct addrinfo *found)
{
	char text[1024], address[INET6_ADDRSTRLEN];
	struct curl_slist *list;
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
	list = count > 0 ? curl_slist_append(NULL, text) : NULL;
	return list;
}

/* Addresses change seldom; a list that is replaced is kept until the end, for who holds it. */
static void put_in_force(struct resolver *resolver, struct curl_slist *list)
{
	struct curl_slist **more;

	if (resolver->lists != NULL && strcmp(resolver->lists->data, list->data) == 0) {
		curl_slist_free_all(list);
		return;
	}
	more = reallocarray(resolver->retired, resolver->retired_count + 1, sizeof(*more));
	if (more == NULL) {
		curl_slist_free_all(list);
		return;
	}
	resolver->retired = more;
	resolver->retired[resolver->retired_count++] = resolver->lists;
	resolver->lists = list;
}

static void collect(struct resolver *resolver, int64_t now_ms)
{
	struct look_up *look_up = resolver->under_way;
	struct curl_slist *list = NULL;

	if (!atomic_load(&look_up->done))
		return;
	resolver->under_way = NULL;
	if (look_up->status == 0)
		list = list_of(resolver, look_up->found);
	resolver->failed = list == NULL;
	resolver->due_ms = now_ms + (list == NULL ? PAUSE_MS : KEPT_MS);
	if (list != NULL)
		put_in_force(resolver, list);
	look_up_leave(look_up);
}

enum resolved resolver_look(struct resolver *resolver, int64_t now_ms)
{
	if (resolver->literal)
		return RESOLVED;
	if (resolver->under_way != NULL)
		collect(resolver, now_ms);
	else if (now_ms >= resolver->due_ms)
		begin(resolver, now_ms);
	if (resolver->lists != NULL)
		return RESOLVED;
	return resolver->failed ? UNRESOLVED : RESOLVING;
}

struct curl_slist *resolver_list(const struct resolver *resolver)
{
	return resolver->lists;
}

void resolver_free(struct resolver *resolver)
{
	if (resolver == NULL)
		return;
	if (resolver->under_way != NULL)
		look_up_leave(resolver->under_way);
	for (size_t i = 0; i < resolver->retired_count; i++)
		curl_slist_free_all(resolver->retired[i]);
	free(resolver->retired);
	curl_slist_free_all(resolver->lists);
	free(resolver->host);
	free(resolver->port);
	free(resolver);
}
