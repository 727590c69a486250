/* SPDX-License-Identifier: BSD-2-Clause */
#include "render/render.h"

#include "base/utf8.h"
#include "render/unseen.h"

/* A container that is being written. */
struct frame {
	const struct rnode *n, *next; /* next: first member not yet seen */
	bool any;                     /* a member was written */
};

struct json {
	struct buf *out;
	unsigned indent;
	size_t depth;
	const sv *skip; /* keys of the root that are left out */
	struct frame stack[RENDER_MAX_DEPTH];
};

static bool is_data(const struct rnode *n)
{
	return n->kind <= RNODE_BOOL;
}

static bool is_container(const struct rnode *n)
{
	return n->kind == RNODE_OBJECT || n->kind == RNODE_LIST;
}

static void put_escape(struct buf *out, uint32_t c)
{
	static const char named[] = "\bb\ff\nn\rr\tt\"\"\\\\";

	for (size_t i = 0; i + 1 < sizeof(named); i += 2) {
		if (c != (unsigned char)named[i])
			continue;
		buf_addc(out, '\\');
		buf_addc(out, named[i + 1]);
		return;
	}
	if (c >= 0x10000)
		buf_addf(out, "\\u%04x\\u%04x",
		         (unsigned)(0xD7C0 + (c >> 10)),
		         (unsigned)(0xDC00 + (c & 0x3FF)));
	else
		buf_addf(out, "\\u%04x", (unsigned)c);
}

/*
 * RFC 8259 asks for less.  What a terminal would act upon or hide is escaped
 * as well, because people look at JSON with cat; U+2028 and U+2029 because
 * they end a line in old JavaScript.
 */
static bool must_escape(uint32_t c)
{
	return c == '"' || c == '\\' || is_control(c) || is_line_end(c) ||
	       is_unseen(c);
}

/*
 * Is one of the eight bytes a control character, '"', '\\', or above '~'?
 * It may say yes for a plain one behind such a byte.
 */
static bool has_special(uint64_t eight)
{
	const uint64_t ones = UINT64_C(0x0101010101010101), high = ones << 7;
	uint64_t quote = eight ^ ones * '"', slash = eight ^ ones * '\\';

	return ((eight - ones * ' ') | (eight + ones) | (quote - ones) |
	        (slash - ones) | eight) & high;
}

/* The last eight bytes of four or more; some of them twice. */
static uint64_t last_bytes(sv s)
{
	uint64_t eight;
	uint32_t a, b;

	if (s.n >= 8) {
		memcpy(&eight, s.p + s.n - 8, 8);
		return eight;
	}
	memcpy(&a, s.p, 4);
	memcpy(&b, s.p + s.n - 4, 4);
	return (uint64_t)a << 32 | b;
}

/* Bytes at the front that stand for themselves: most texts are all of these. */
static size_t plain_run(sv s)
{
	size_t n = 0;
	uint64_t eight;

	for (; n + 8 <= s.n; n += 8) {
		memcpy(&eight, s.p + n, 8);
		if (has_special(eight))
			break;
	}
	/* The last ones, with some of those before them. */
	if (s.n - n < 8 && s.n >= 4 && !has_special(last_bytes(s)))
		return s.n;
	while (n < s.n && s.p[n] >= ' ' && s.p[n] < 0x7f && s.p[n] != '"' &&
	       s.p[n] != '\\')
		n++;
	return n;
}

/* What is plain but for some places. */
static void put_escaped(struct buf *out, sv s, size_t len)
{
	buf_addc(out, '"');
	for (;; len = plain_run(s)) {
		char enc[4];
		uint32_t c;

		buf_add(out, sv_head(s, len));
		s = sv_drop(s, len);
		if (!s.n)
			break;
		c = utf8_decode(s, &len);
		if (must_escape(c))
			put_escape(out, c);
		else
			buf_add(out, sv_of(enc, utf8_encode(c, enc)));
		s = sv_drop(s, len);
	}
	buf_addc(out, '"');
}

static void put_string(struct buf *out, sv s)
{
	size_t len = plain_run(s);
	char *p;

	if (len < s.n) {
		put_escaped(out, s, len);
		return;
	}
	p = buf_room(out, s.n + 2);
	if (!p)
		return;
	*p++ = '"';
	if (s.n)
		memcpy(p, s.p, s.n);
	p[s.n] = '"';
}

static void put_break(struct json *j)
{
	if (!j->indent)
		return;
	buf_addc(j->out, '\n');
	for (size_t i = 0; i < j->depth * j->indent; i++)
		buf_addc(j->out, ' ');
}

/* Scalars are written whole; a container is opened. */
static void put_value(struct json *j, const struct rnode *n)
{
	if (is_container(n)) {
		buf_addc(j->out, n->kind == RNODE_OBJECT ? '{' : '[');
		if (j->depth < RENDER_MAX_DEPTH)
			j->stack[j->depth++] = (struct frame){n, n->first,
			                                      false};
		else
			buf_addc(j->out, n->kind == RNODE_OBJECT ? '}' : ']');
	} else if (n->kind == RNODE_STRING) {
		put_string(j->out, n->text);
	} else if (n->kind == RNODE_NUMBER) {
		buf_addn(j->out, n->number);
	} else {
		buf_adds(j->out, n->flag ? "true" : "false");
	}
}

static void close_top(struct json *j)
{
	struct frame *f = &j->stack[--j->depth];

	if (f->any)
		put_break(j);
	buf_addc(j->out, f->n->kind == RNODE_OBJECT ? '}' : ']');
}

static void put_member(struct json *j, const struct rnode *m)
{
	struct frame *f = &j->stack[j->depth - 1];

	if (f->any)
		buf_addc(j->out, ',');
	f->any = true;
	put_break(j);
	if (f->n->kind == RNODE_OBJECT) {
		put_string(j->out, m->key);
		buf_adds(j->out, j->indent ? ": " : ":");
	}
	put_value(j, m);
}

static bool is_skipped(const struct json *j, sv key)
{
	const sv *s = j->depth == 1 ? j->skip : NULL;

	while (s && s->n && !sv_eq(*s, key))
		s++;
	return s && s->n;
}

static void render(const struct rnode *root, unsigned indent, const sv *skip,
                   struct buf *out)
{
	struct json j = {.out = out, .indent = indent, .skip = skip};

	if (root && is_data(root))
		put_value(&j, root);
	else
		buf_adds(out, "null");
	while (j.depth) {
		struct frame *f = &j.stack[j.depth - 1];
		const struct rnode *m = f->next;

		if (!m) {
			close_top(&j);
			continue;
		}
		f->next = m->next;
		if (is_data(m) && (m->key.n || f->n->kind == RNODE_LIST) &&
		    !is_skipped(&j, m->key))
			put_member(&j, m);
	}
	buf_addc(out, '\n');
}

void render_json(const struct rnode *root, unsigned indent, struct buf *out)
{
	render(root, indent, NULL, out);
}

void render_jsonl(const struct rnode *items, const sv *skip, struct buf *out)
{
	for (const struct rnode *n = items ? items->first : NULL; n;
	     n = n->next)
		if (n->kind == RNODE_OBJECT)
			render(n, 0, skip, out);
}
