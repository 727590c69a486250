/* SPDX-License-Identifier: BSD-2-Clause */
#include "render/render.h"

#include <inttypes.h>

#include "base/utf8.h"
#include "render/unseen.h"

/* Spreadsheets take these for formulas, also behind tabs and line ends. */
static bool is_formula(sv s)
{
	size_t len = 0;
	uint32_t c = 0;

	/* What is dropped does not hide the sign. */
	for (; s.n; s = sv_drop(s, len)) {
		c = utf8_decode(s, &len);
		if (!is_unseen(c))
			break;
	}
	return s.n && (c == '=' || c == '+' || c == '-' || c == '@' ||
	               is_control(c));
}

/* RFC 4180, always quoted; control characters become spaces. */
static void put_cell(struct buf *out, sv s, bool first)
{
	buf_adds(out, first ? "\"" : ",\"");
	if (is_formula(s))
		buf_addc(out, '\'');
	while (s.n) {
		char enc[4];
		size_t len;
		uint32_t c = utf8_decode(s, &len);

		s = sv_drop(s, len);
		if (is_unseen(c))
			continue;
		if (c == '"')
			buf_addc(out, '"');
		if (is_control(c) || is_line_end(c))
			c = ' ';
		buf_add(out, sv_of(enc, utf8_encode(c, enc)));
	}
	buf_addc(out, '"');
}

static void put_value(struct buf *out, const struct rnode *n, bool first)
{
	if (n && n->kind == RNODE_STRING)
		put_cell(out, n->text, first);
	else if (n && n->kind == RNODE_NUMBER)
		buf_addf(out, "%s%" PRId64, first ? "" : ",", n->number);
	else if (n && n->kind == RNODE_BOOL)
		buf_addf(out, "%s%s", first ? "" : ",",
		         n->flag ? "true" : "false");
	else
		buf_adds(out, first ? "" : ",");
}

void render_csv(const struct rnode *items, const struct render_column *cols,
                size_t ncols, bool head, struct buf *out)
{
	for (size_t i = 0; head && i < ncols; i++)
		put_cell(out, sv_str(cols[i].name), !i);
	if (head)
		buf_adds(out, "\r\n");
	for (const struct rnode *o = items ? items->first : NULL; o;
	     o = o->next) {
		if (o->kind != RNODE_OBJECT)
			continue;
		for (size_t i = 0; i < ncols; i++) {
			const struct rnode *n = o;
			sv rest = sv_str(cols[i].path);

			while (n && rest.n)
				n = rnode_get(n, sv_cut(&rest, '.'));
			put_value(out, n, !i);
		}
		buf_adds(out, "\r\n");
	}
}
