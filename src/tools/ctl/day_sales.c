/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "tools/ctl/day_sales.h"

#include <stdlib.h>
#include <string.h>

#include <glib.h>

struct sale_entry {
	char reference[REFERENCE_LEN];
	uint32_t name; /* index in `names` */
};

struct day_sales {
	GHashTable *index; /* name, owned, to its index + 1 */
	const char **names; /* those of the table */
	size_t names_count, names_room;
	struct sale_entry *entries;
	size_t count, room;
};

struct day_sales *day_sales_new(void)
{
	struct day_sales *sales = calloc(1, sizeof(*sales));

	if (sales != NULL)
		sales->index = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
	return sales;
}

void day_sales_free(struct day_sales *sales)
{
	if (sales == NULL)
		return;
	g_hash_table_destroy(sales->index);
	free(sales->names);
	free(sales->entries);
	free(sales);
}

/* Room for one more item; `items` points to the pointer that is to be changed. */
static bool make_room(void *items, size_t size, size_t count, size_t *room)
{
	size_t wanted = *room > 0 ? *room * 2 : 64;
	void *old, *grown;

	if (count < *room)
		return true;
	memcpy(&old, items, sizeof(old));
	grown = reallocarray(old, wanted, size);
	if (grown == NULL)
		return false;
	memcpy(items, &grown, sizeof(grown));
	*room = wanted;
	return true;
}

static bool index_of(struct day_sales *sales, const char *name, uint32_t *index)
{
	gpointer known = g_hash_table_lookup(sales->index, name);
	char *copy;

	if (known == NULL) {
		if (!make_room(&sales->names, sizeof(*sales->names), sales->names_count,
			    &sales->names_room))
			return false;
		copy = g_strdup(name);
		sales->names[sales->names_count++] = copy;
		known = GSIZE_TO_POINTER(sales->names_count);
		(void)g_hash_table_insert(sales->index, copy, known);
	}
	*index = (uint32_t)(GPOINTER_TO_SIZE(known) - 1);
	return true;
}

bool day_sales_add(
	struct day_sales *sales, const char reference[REFERENCE_LEN + 1], const char *name)
{
	uint32_t index;

	if (!make_room(&sales->entries, sizeof(*sales->entries), sales->count, &sales->room) ||
		!index_of(sales, name, &index))
		return false;
	memcpy(sales->entries[sales->count].reference, reference, REFERENCE_LEN);
	sales->entries[sales->count++].name = index;
	return true;
}

static int by_reference(const void *a, const void *b)
{
	const struct sale_entry *one = a, *other = b;

	return memcmp(one->reference, other->reference, REFERENCE_LEN);
}

struct cell *day_sales_count(struct day_sales *sales, size_t *count, uint64_t *sum)
{
	struct cell *cells = calloc(sales->names_count + 1, sizeof(*cells));

	if (cells == NULL)
		return NULL;
	*sum = 0;
	*count = sales->names_count;
	for (size_t i = 0; i < *count; i++)
		cells[i].name = sales->names[i];
	if (sales->count > 0)
		qsort(sales->entries, sales->count, sizeof(*sales->entries), by_reference);
	for (size_t i = 0; i < sales->count; i++) {
		if (i > 0 && by_reference(&sales->entries[i - 1], &sales->entries[i]) == 0)
			continue;
		cells[sales->entries[i].name].count++;
		++*sum;
	}
	return cells;
}
