/* SPDX-License-Identifier: BSD-2-Clause */
#include "mail/cfb.h"

/* [MS-CFB] 2.1: what a chain may hold beside numbers of sectors. */
#define END_OF_CHAIN 0xFFFFFFFEu
#define MAX_SECTOR 0xFFFFFFFAu

/* 2.2: the header, whose rest lists the first sectors of the table. */
#define HEADER 512
#define IN_HEADER 109
#define MINI_SHIFT 6u
/* 2.6 */
#define ENTRY 128
#define ENTRY_STORAGE 1
#define ENTRY_STREAM 2
#define ENTRY_ROOT 5

bool cfb_begins(sv s)
{
	return sv_starts(s, SV("\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"));
}

/* The bytes of a sector: all, fewer at the file's end, or none. */
static sv sector(const struct cfb *f, uint32_t n)
{
	size_t size = (size_t)1 << f->shift;

	if (n >= f->nsectors)
		return SV("");
	return sv_head(sv_drop(f->raw, ((size_t)n + 1) << f->shift), size);
}

/* ---- tables ---- */

/*
 * Numbers in a sector go on in a table of n with room for max; those behind
 * the file's end say nothing.
 */
static uint32_t numbers(sv s, uint32_t *table, uint32_t n, uint32_t max)
{
	for (size_t at = 0; at + 4 <= s.n && n < max; at += 4)
		table[n++] = cfb_u32(s, at);
	return n;
}

/* The table is in sectors that the header lists, and a chain behind it. */
static void read_fat(struct cfb *f)
{
	size_t per = ((size_t)1 << f->shift) / 4 - 1;
	uint32_t n = 0, at = cfb_u32(f->raw, 68), steps = 0;

	for (size_t i = 0; i < IN_HEADER && n < f->nsectors; i++)
		n = numbers(sector(f, cfb_u32(f->raw, 76 + i * 4)), f->fat, n,
		            f->nsectors);
	while (n < f->nsectors && at < f->nsectors) {
		sv s = sector(f, at);

		if (steps++ > f->nsectors / per) {
			f->flaws |= CFB_LOOP;
			break;
		}
		for (size_t i = 0; i < per && i * 4 + 4 <= s.n; i++)
			n = numbers(sector(f, cfb_u32(s, i * 4)), f->fat, n,
			            f->nsectors);
		at = s.n >= per * 4 + 4 ? cfb_u32(s, per * 4) : CFB_NONE;
	}
	if (n < f->nsectors)
		f->flaws |= CFB_TABLE;
	while (n < f->nsectors)
		f->fat[n++] = END_OF_CHAIN;
}

static uint32_t follow(const struct cfb *f, uint32_t at)
{
	return at < f->nsectors ? f->fat[at] : CFB_NONE;
}

/*
 * The numbers of a chain's sectors, at most max.  A chain with more sectors
 * than the file loops.
 */
static uint32_t *chain(struct arena *a, struct cfb *f, uint32_t start,
                       uint32_t max, uint32_t *n)
{
	uint32_t *v, count = 0;

	*n = 0;
	if (max > f->nsectors)
		max = f->nsectors;
	for (uint32_t at = start; at < f->nsectors && count < max;
	     at = follow(f, at))
		count++;
	/* The table has at least a sector of its own. */
	if (count == f->nsectors)
		f->flaws |= CFB_LOOP;
	v = arena_alloc(a, count ? count : 1, sizeof(*v));
	for (uint32_t at = start; v && *n < count; at = follow(f, at))
		v[(*n)++] = at;
	return v;
}

static void hurt(struct cfb *f, uint32_t entry, unsigned flaw)
{
	f->flaws |= flaw;
	if (f->hurt == CFB_NONE)
		f->hurt = entry;
}

static bool read_mini(struct arena *a, struct cfb *f)
{
	const struct cfb_entry *root = &f->entries[0];
	uint32_t n, size = 1u << f->shift, *v;
	uint64_t want = (root->size + size - 1) >> f->shift, max;

	f->mini_at = chain(a, f, root->start,
	                   want < f->nsectors ? (uint32_t)want : f->nsectors,
	                   &f->nmini_at);
	if (f->nmini_at < want)
		hurt(f, 0, CFB_CUT);
	v = chain(a, f, cfb_u32(f->raw, 60), f->nsectors, &n);
	max = ((uint64_t)f->nmini_at << f->shift) >> MINI_SHIFT;
	f->mini = arena_alloc(a, max ? (size_t)max : 1, sizeof(*f->mini));
	if (!f->mini_at || !v || !f->mini)
		return false;
	for (uint32_t i = 0; i < n; i++)
		f->nmini = numbers(sector(f, v[i]), f->mini, f->nmini,
		                   (uint32_t)max);
	return true;
}

/* ---- the directory ---- */

static void read_name(sv s, char *out)
{
	size_t n = cfb_u16(s, 64) / 2;

	for (size_t i = 0; i < n && i < CFB_NAME - 1; i++) {
		uint16_t c = cfb_u16(s, i * 2);

		if (!c)
			break;
		out[i] = c < 0x7F && c >= ' ' ? (char)c : '?';
	}
}

static void read_entry(const struct cfb *f, sv s, struct cfb_entry *e)
{
	int type = s.p[66];

	e->first = e->next = CFB_NONE;
	e->left = e->right = e->child = CFB_NONE;
	if (type != ENTRY_STORAGE && type != ENTRY_STREAM &&
	    type != ENTRY_ROOT)
		return;
	read_name(s, e->name);
	e->storage = type != ENTRY_STREAM;
	e->left = cfb_u32(s, 68);
	e->right = cfb_u32(s, 72);
	if (e->storage)
		e->child = cfb_u32(s, 76);
	e->start = cfb_u32(s, 116);
	/* 2.6.1: with small sectors the upper half may be anything. */
	e->size = f->shift == 9 ? cfb_u32(s, 120) : cfb_u64(s, 120);
}

static bool read_directory(struct arena *a, struct cfb *f)
{
	uint32_t per = (1u << f->shift) / ENTRY, n, *v, max;

	v = chain(a, f, cfb_u32(f->raw, 48), CFB_MAX_ENTRIES / per + 1, &n);
	max = n * per;
	if (max > CFB_MAX_ENTRIES) {
		f->flaws |= CFB_MANY;
		max = CFB_MAX_ENTRIES;
	}
	f->entries = arena_alloc(a, max ? max : 1, sizeof(*f->entries));
	if (!v || !f->entries)
		return false;
	for (uint32_t i = 0; i < n; i++) {
		sv s = sector(f, v[i]);

		for (; s.n >= ENTRY && f->nentries < max; s = sv_drop(s, ENTRY))
			read_entry(f, s, &f->entries[f->nentries++]);
	}
	return true;
}

/* What walking the trees needs. */
struct walk {
	struct cfb *f;
	uint32_t *stack;
	bool *seen;
};

static bool enter(struct walk *w, uint32_t at)
{
	if (at >= w->f->nentries)
		return false;
	if (w->seen[at]) {
		w->f->flaws |= CFB_LOOP;
		return false;
	}
	w->seen[at] = true;
	return true;
}

/*
 * The entries of a storage are a tree; from left to right they become a list.
 * An entry is taken once, wherever it is named again.
 */
static void list_storage(struct walk *w, uint32_t storage)
{
	struct cfb_entry *e = w->f->entries;
	uint32_t *tail = &e[storage].first, at = e[storage].child, depth = 0;

	for (;;) {
		while (enter(w, at)) {
			w->stack[depth++] = at;
			at = e[at].left;
		}
		if (!depth)
			return;
		at = w->stack[--depth];
		*tail = at;
		tail = &e[at].next;
		at = e[at].right;
	}
}

static bool list_all(struct arena *a, struct cfb *f)
{
	struct walk w = {f, NULL, NULL};

	w.stack = arena_alloc(a, f->nentries, sizeof(*w.stack));
	w.seen = arena_alloc(a, f->nentries, sizeof(*w.seen));
	if (!w.stack || !w.seen)
		return false;
	w.seen[0] = true;
	for (uint32_t i = 0; i < f->nentries; i++)
		if (f->entries[i].storage)
			list_storage(&w, i);
	return true;
}

static enum mw_status read_header(sv raw, struct cfb *f, struct mw_err *err)
{
	size_t size;

	if (!cfb_begins(raw))
		return mw_fail(err, MW_ESYNTAX, "no compound file");
	if (raw.n < HEADER)
		return mw_fail(err, MW_ESYNTAX, "the header is cut off: %zu of "
		               "%d bytes", raw.n, HEADER);
	*f = (struct cfb){.raw = raw, .shift = cfb_u16(raw, 30),
			  .hurt = CFB_NONE};
	if (f->shift != 9 && f->shift != 12)
		return mw_fail(err, MW_ESYNTAX, "the header tells sectors of "
		               "2^%u bytes, not 512 or 4096", f->shift);
	size = (size_t)1 << f->shift;
	f->cutoff = cfb_u32(raw, 56);
	f->nsectors = raw.n <= size
	                  ? 0
	                  : (uint32_t)((raw.n - size + size - 1) >> f->shift);
	f->left = (uint64_t)raw.n * CFB_AGAIN;
	return f->nsectors ? MW_OK
	                   : mw_fail(err, MW_ESYNTAX, "it ends behind the "
	                             "header");
}

enum mw_status cfb_open(struct arena *a, sv raw, struct cfb *out,
                        struct mw_err *err)
{
	enum mw_status st = read_header(raw, out, err);

	if (st != MW_OK)
		return st;
	out->fat = arena_alloc(a, out->nsectors, sizeof(*out->fat));
	if (!out->fat)
		return mw_fail(err, MW_ENOMEM, "no memory");
	read_fat(out);
	if (!read_directory(a, out))
		return mw_fail(err, MW_ENOMEM, "no memory");
	if (!out->nentries || !out->entries[0].storage)
		return mw_fail(err, MW_ESYNTAX, "the directory is missing: "
		               "sector %u of %u", cfb_u32(raw, 48),
		               out->nsectors);
	if (!read_mini(a, out) || !list_all(a, out))
		return mw_fail(err, MW_ENOMEM, "no memory");
	return MW_OK;
}

/* ---- streams ---- */

/* Piece i of a stream: a sector or a mini sector. */
static sv mini_sector(const struct cfb *f, uint32_t n)
{
	size_t at = (size_t)n << MINI_SHIFT;
	size_t in = at & (((size_t)1 << f->shift) - 1);

	if (at >> f->shift >= f->nmini_at)
		return SV("");
	return sv_slice(sector(f, f->mini_at[at >> f->shift]), in,
	                in + ((size_t)1 << MINI_SHIFT));
}

static sv piece(const struct cfb *f, bool mini, uint32_t n)
{
	return mini ? mini_sector(f, n) : sector(f, n);
}

static uint32_t after(const struct cfb *f, bool mini, uint32_t n)
{
	if (!mini)
		return follow(f, n);
	return n < f->nmini ? f->mini[n] : CFB_NONE;
}

/* A place in a chain; a place seen before is remembered, ever later ones. */
struct place {
	uint32_t at, mark, steps, limit;
};

/* The next place; a chain that comes back to the mark loops, and ends. */
static void step(struct cfb *f, bool mini, struct place *p)
{
	p->at = after(f, mini, p->at);
	if (p->at == p->mark) {
		f->flaws |= CFB_LOOP;
		p->at = CFB_NONE;
	}
	if (++p->steps < p->limit)
		return;
	p->mark = p->at;
	p->steps = 0;
	p->limit *= 2;
}

/* Pieces that lie side by side are one view; where they end is told. */
static sv adjoining(struct cfb *f, bool mini, struct place *p, size_t want)
{
	sv s = piece(f, mini, p->at);

	while (s.n < want) {
		sv next;

		step(f, mini, p);
		next = p->at < MAX_SECTOR ? piece(f, mini, p->at) : SV("");
		if (!next.n || next.p != s.p + s.n)
			break;
		s.n += next.n;
	}
	return sv_head(s, want);
}

static sv gather(struct arena *a, struct cfb *f, bool mini, struct place *p,
                 sv first, size_t want)
{
	char *to = arena_alloc(a, want, 1);
	size_t n = 0;

	if (!to)
		return SV("");
	while (first.n) {
		memcpy(to + n, first.p, first.n);
		n += first.n;
		if (n >= want || p->at >= MAX_SECTOR)
			break;
		first = adjoining(f, mini, p, want - n);
	}
	return sv_of(to, n);
}

sv cfb_read(struct arena *a, struct cfb *f, uint32_t entry, size_t max)
{
	const struct cfb_entry *e;
	struct place p;
	bool mini;
	size_t want;
	sv s;

	if (entry >= f->nentries || f->entries[entry].storage)
		return SV("");
	e = &f->entries[entry];
	mini = e->size < f->cutoff;
	p = (struct place){e->start, e->start, 0, 1};
	want = e->size < max ? (size_t)e->size : max;
	if (want > f->raw.n) {
		hurt(f, entry, CFB_CUT);
		want = f->raw.n;
	}
	if (want > f->left) {
		hurt(f, entry, CFB_SPENT);
		want = (size_t)f->left;
	}
	f->left -= want;
	if (!want)
		return SV("");
	s = adjoining(f, mini, &p, want);
	if (s.n && s.n < want)
		s = gather(a, f, mini, &p, s, want);
	if (s.n < want)
		hurt(f, entry, CFB_CUT);
	return s;
}

uint32_t cfb_find(const struct cfb *f, uint32_t storage, const char *name)
{
	uint32_t at;

	if (storage >= f->nentries)
		return CFB_NONE;
	for (at = f->entries[storage].first; at != CFB_NONE;
	     at = f->entries[at].next)
		if (sv_ieq(sv_str(f->entries[at].name), sv_str(name)))
			return at;
	return CFB_NONE;
}
