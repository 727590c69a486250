/* SPDX-License-Identifier: BSD-2-Clause */
/* Patterns: "{address}: recipient address rejected: * unknown" to elements. */
#include "classify/build.h"

#include "base/ascii.h"
#include "classify/norm.h"
#include "classify/pattern.h"
#include "classify/slot.h"

struct pat {
	struct rules_builder *b;
	unsigned line;
	sv rest;
	char lit[NORM_MAX]; /* literal being gathered, not normalised */
	size_t nlit;
	size_t first; /* element of this text */
	bool after_slot, after_star; /* what stands before the literal */
	size_t bytes, slots;
};

static bool add_elem(struct pat *p, struct elem e)
{
	struct rules_builder *b = p->b;

	if (b->elems.n - p->first >= PATTERN_MAX_ELEMS) {
		build_complain(b, p->line, "over %d parts in a text",
		               PATTERN_MAX_ELEMS);
		return false;
	}
	if (!BUILD_ROOM(b, elems, RULE_ELEMS_MAX))
		return false;
	b->elems.v[b->elems.n++] = e;
	return true;
}

enum edge { EDGE_END, EDGE_SLOT, EDGE_STAR };

static bool ends_star(const struct pat *p)
{
	return p->b->elems.n > p->first &&
	       p->b->elems.v[p->b->elems.n - 1].kind == ELEM_STAR;
}

/*
 * Close the gathered literal.  White space at an edge stays where a slot is
 * beside it (it is part of what must be there) and goes where the text or a
 * run ends; there a word boundary is asked for, unless '*' touches.
 */
static bool close_literal(struct pat *p, enum edge next)
{
	sv raw = sv_of(p->lit, p->nlit), word = sv_trim(raw);
	bool lead = raw.n && is_space(raw.p[0]);
	bool tail = raw.n && is_space(raw.p[raw.n - 1]);
	struct norm n;
	char text[NORM_MAX + 2];
	size_t k = 0;
	struct elem e = {.kind = ELEM_LITERAL};

	p->nlit = 0;
	norm_words(&n, word);
	if (p->after_slot && lead)
		text[k++] = ' ';
	memcpy(text + k, n.p, n.n);
	k += n.n;
	if (next == EDGE_SLOT && tail && n.n)
		text[k++] = ' ';
	if (!k || (k == 1 && text[0] == ' ' && next != EDGE_SLOT))
		return true;
	if (is_alnum(text[0]) && !p->after_slot && !(p->after_star && !lead))
		e.flags |= ELEM_BOUND_LEFT;
	if (is_alnum(text[k - 1]) && next != EDGE_SLOT &&
	    !(next == EDGE_STAR && !tail))
		e.flags |= ELEM_BOUND_RIGHT;
	e.len = (uint16_t)k;
	e.at = build_word(p->b, sv_of(text, k));
	p->bytes += k;
	return add_elem(p, e);
}

static bool star(struct pat *p, size_t taken)
{
	if (!close_literal(p, EDGE_STAR))
		return false;
	p->rest = sv_drop(p->rest, taken);
	p->after_slot = false;
	p->after_star = true;
	if (ends_star(p) || p->b->elems.n == p->first)
		return true; /* "**", or one at the start: says nothing */
	return add_elem(p, (struct elem){.kind = ELEM_STAR});
}

/* "number:1350-1490" */
static bool number_range(struct pat *p, sv range, struct elem *e)
{
	sv lo = sv_cut(&range, '-');

	if (sv_u32(lo, UINT32_MAX, &e->lo) &&
	    sv_u32(range, UINT32_MAX, &e->hi) && e->lo <= e->hi && e->hi)
		return true;
	build_complain(p->b, p->line, "not a range: {number:LOW-HIGH}");
	return false;
}

static bool is_name(sv s)
{
	for (size_t i = 0; i < s.n; i++)
		if (!is_lower(s.p[i]) && s.p[i] != '_')
			return false;
	return s.n > 0;
}

/* "ip", "domain:header_from", "number:1-9" between braces. */
static bool slot(struct pat *p, sv inner)
{
	struct elem e = {.kind = ELEM_SLOT};
	sv arg = inner, kind = sv_cut(&arg, ':');
	int k = slot_kind_from(kind);

	if (k < 0) {
		build_complain(p->b, p->line, "unknown slot {%.*s}",
		               SV_FMT(inner));
		return false;
	}
	if (!close_literal(p, EDGE_SLOT))
		return false;
	e.slot = (uint8_t)k;
	if (k == SLOT_NUMBER && arg.n && is_digit(arg.p[0])) {
		if (!number_range(p, sv_cut(&arg, ':'), &e))
			return false;
	}
	if (arg.n && !is_name(arg)) {
		build_complain(p->b, p->line, "bad value name \"%.*s\"",
		               SV_FMT(arg));
		return false;
	}
	if (!arg.n)
		arg = sv_str(slot_default_name((enum slot_kind)k));
	e.at = build_str(p->b, arg);
	p->slots++;
	p->after_slot = true;
	p->after_star = false;
	return add_elem(p, e);
}

static bool gather(struct pat *p, sv s)
{
	if (p->nlit + s.n > sizeof(p->lit)) {
		build_complain(p->b, p->line, "text over %d bytes", NORM_MAX);
		return false;
	}
	memcpy(p->lit + p->nlit, s.p, s.n);
	p->nlit += s.n;
	return true;
}

static bool brace(struct pat *p)
{
	size_t end = sv_chr(p->rest, '}');
	sv inner = sv_slice(p->rest, 1, end);

	if (end == SV_NPOS) {
		build_complain(p->b, p->line, "'{' without '}'");
		return false;
	}
	p->rest = sv_drop(p->rest, end + 1);
	if (sv_eq(inner, SV("*")) || sv_eq(inner, SV("{")))
		return gather(p, inner);
	return slot(p, inner);
}

static bool parse(struct pat *p)
{
	while (p->rest.n) {
		char c = p->rest.p[0];
		bool ok;

		if (c == '*')
			ok = star(p, 1);
		else if (sv_starts(p->rest, SV("...")) ||
		         sv_starts(p->rest, SV("\xE2\x80\xA6")))
			ok = star(p, 3);
		else if (c == '{')
			ok = brace(p);
		else {
			ok = gather(p, sv_head(p->rest, 1));
			p->rest = sv_drop(p->rest, 1);
		}
		if (!ok)
			return false;
	}
	return close_literal(p, EDGE_END);
}

/* Each run is searched for by its words: one without is never found. */
static bool has_words(const struct pat *p)
{
	bool words = false;

	for (size_t i = p->first; i < p->b->elems.n; i++) {
		unsigned kind = p->b->elems.v[i].kind;

		if (kind == ELEM_STAR && !words)
			return false;
		words = kind == ELEM_LITERAL || (words && kind != ELEM_STAR);
	}
	return words;
}

bool build_text(struct rules_builder *b, const struct field *f,
                uint16_t owner)
{
	struct pat p = {.b = b, .line = f->line, .rest = f->value,
	                .first = b->elems.n};
	struct text t = {.owner = owner};

	if (!parse(&p)) {
		b->elems.n = p.first;
		return false;
	}
	if (ends_star(&p))
		b->elems.n--;
	if (!has_words(&p)) {
		build_complain(b, f->line,
		               "a text needs words, also between two '*'");
		b->elems.n = p.first;
		return false;
	}
	t.elems = (struct rrange){(uint32_t)p.first,
	                          (uint32_t)(b->elems.n - p.first)};
	t.bytes = (uint16_t)p.bytes;
	t.slots = (uint8_t)p.slots;
	if (!BUILD_ROOM(b, texts, RULE_TEXTS_MAX))
		return false;
	b->texts.v[b->texts.n++] = t;
	return true;
}
