/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * fuzz_csv.c - tables of any bytes: records get on, cells lie in the text,
 * and parts of a table end where records do
 */
#include "base/arena.h"
#include "input/csv.h"
#include "input/sniff.h"
#include "must.h"

#define CELLS 8

static size_t records(struct arena *a, sv text)
{
	struct csv c;
	sv cells[CELLS];
	size_t n, line = 0, count = 0, left;

	csv_init(&c, text, ',');
	for (left = c.rest.n; csv_next(&c, a, cells, CELLS, &n); count++) {
		must(n > 0 && n <= CELLS);
		must(c.rest.n < left);
		must(c.line > line);
		for (size_t i = 0; i < n; i++)
			touch(cells[i]);
		left = c.rest.n;
		line = c.line;
	}
	must(c.rest.n == 0);
	return count;
}

static void check_table(const struct csv_table *t)
{
	must(t->columns > 1 && t->columns <= CSV_CELLS_MAX);
	for (int i = 0; i < CSV_TELLS; i++)
		must(t->at[i] >= -1 && t->at[i] < (int)t->columns);
	must(t->at[CSV_RECIPIENT] >= 0 || t->at[CSV_REPLY] >= 0);
}

/* The first line chooses, the rest is the table. */
static void check_choice(struct arena *a, sv text)
{
	struct csv_table table;
	struct csv_choice choice;
	sv line = sv_line(&text);

	if (csv_choice_parse(line, &choice, NULL) == MW_OK &&
	    csv_choose(a, text, &choice, 1, &table, NULL) == MW_OK)
		must(table.at[choice.tells] >= 0 &&
		     table.at[choice.tells] < CSV_CELLS_MAX);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	sv text = fuzz_input(data, size);
	struct arena *a = arena_new((size_t)8 << 20);
	struct csv_table table;
	size_t end = csv_end(text, false);

	must(a != NULL);
	(void)records(a, text);
	if (csv_look(a, text, 0, &table))
		check_table(&table);
	csv_plain(text, 0, &table);
	check_choice(a, text);
	must(end <= size && (!end || text.p[end - 1] == '\n'));
	must(csv_end(text, true) <= end);
	(void)sniff(text);
	arena_free(a);
	return 0;
}
