/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "tools/ctl/day_sales.h"

#include <string.h>

#include <glib.h>

struct sale_entry {
	char reference[REFERENCE_LEN];
	guint name; /* index in `names` */
};

struct day_sales {
	GHashTable *index; /* name, owned, to its index + 1 */
	GPtrArray *names; /* those of the table */
	GArray *entries; /* struct sale_entry */
};

struct day_sales *day_sales_new(void)
{
	struct day_sales *sales = g_new0(struct day_sales, 1);

	sales->index = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
	sales->names = g_ptr_array_new();
	sales->entries = g_array_new(FALSE, FALSE, sizeof(struct sale_entry));
	return sales;
}

void day_sales_free(struct day_sales *sales)
{
	if (sales == NULL)
		return;
	g_hash_table_destroy(sales->index);
	g_ptr_array_free(sales->names, TRUE);
	g_array_free(sales->entries, TRUE);
	g_free(sales);
}

static guint index_of(struct day_sales *sales, const char *name)
{
	gpointer known = g_hash_table_lookup(sales->index, name);
	char *copy;

	if (known == NULL) {
		copy = g_strdup(name);
		g_ptr_array_add(sales->names, copy);
		known = GUINT_TO_POINTER(sales->names->len);
		(void)g_hash_table_insert(sales->index, copy, known);
	}
	return GPOINTER_TO_UINT(known) - 1;
}

void day_sales_add(
	struct day_sales *sales, const char reference[REFERENCE_LEN + 1], const char *name)
{
	struct sale_entry entry = { .name = index_of(sales, name) };

	memcpy(entry.reference, reference, REFERENCE_LEN);
	(void)g_array_append_val(sales->entries, entry);
}

static int by_reference(const void *a, const void *b)
{
	const struct sale_entry *one = a, *other = b;

	return memcmp(one->reference, other->reference, REFERENCE_LEN);
}

struct cell *day_sales_count(struct day_sales *sales, size_t *count, uint64_t *sum)
{
	struct cell *cells = g_new0(struct cell, sales->names->len + 1);

	*sum = 0;
	*count = sales->names->len;
	for (guint i = 0; i < sales->names->len; i++)
		cells[i].name = g_ptr_array_index(sales->names, i);
	g_array_sort(sales->entries, by_reference);
	for (guint i = 0; i < sales->entries->len; i++) {
		const struct sale_entry *entry =
			&g_array_index(sales->entries, struct sale_entry, i);

		if (i > 0 && by_reference(entry - 1, entry) == 0)
			continue;
		cells[entry->name].count++;
		++*sum;
	}
	return cells;
}
