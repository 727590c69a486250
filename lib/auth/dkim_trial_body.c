/* SPDX-License-Identifier: BSD-2-Clause */
#include "auth/dkim_trial.h"

#include "auth/dkim_hash.h"
#include "base/ascii.h"
#include "mail/transfer.h"

/* A banner at the top has no more lines. */
#define BANNER_LINES 64
/* Lines from this length on are wrapped by some (RFC 5321 4.5.3.1.6). */
#define LONG_LINE 900

struct bench {
	const struct dkim_trial *t;
	struct arena *a; /* own */
	sv canon;        /* the body in the form of c= */
	struct dkim_change *out;
};

static bool spend(struct bench *b, uint64_t bytes)
{
	uint64_t cost = bytes + DKIM_TRIAL_STEP;

	if (*b->t->budget < cost) {
		*b->t->budget = 0;
		return false;
	}
	*b->t->budget -= cost;
	return true;
}

static bool is_it(const struct bench *b, const uint8_t *hash)
{
	sv want = b->t->sig->body_hash;

	return want.n == crypto_hash_size(b->t->sig->hash) &&
	       !memcmp(want.p, hash, want.n);
}

static bool found(struct bench *b, enum dkim_reason what, sv arg, size_t line)
{
	b->out->what = what;
	b->out->arg = arg;
	b->out->proved = true;
	b->out->has_at = line != 0;
	b->out->at = line;
	return true;
}

/* A whole body in any form. */
static bool try_body(struct bench *b, sv body)
{
	uint8_t hash[CRYPTO_HASH_MAX];
	uint64_t size;

	return spend(b, body.n) &&
	       dkim_hash_body(b->t->crypto, b->t->sig, body, hash, &size) &&
	       is_it(b, hash);
}

static bool next_line(sv *rest, sv *line)
{
	size_t n;

	if (!rest->n)
		return false;
	n = sv_find(*rest, SV("\r\n"));
	*line = sv_head(*rest, n);
	*rest = n == SV_NPOS ? sv_drop(*rest, rest->n) : sv_drop(*rest, n + 2);
	return true;
}

/* ---- the whole of it ---- */

typedef size_t edit_fn(char *to, sv line, bool *crlf);

static size_t keep(char *to, sv line)
{
	if (line.n)
		memcpy(to, line.p, line.n);
	return line.n;
}

static size_t edit_lf(char *to, sv line, bool *crlf)
{
	*crlf = false;
	to[line.n] = '\n';
	return keep(to, line) + 1;
}

static size_t edit_strip(char *to, sv line, bool *crlf)
{
	(void)crlf;
	while (line.n && is_blank(line.p[line.n - 1]))
		line.n--;
	return keep(to, line);
}

static size_t edit_dot(char *to, sv line, bool *crlf)
{
	(void)crlf;
	return keep(to, sv_starts(line, SV("..")) ? sv_drop(line, 1) : line);
}

static size_t edit_dots(char *to, sv line, bool *crlf)
{
	(void)crlf;
	*to = '.';
	return sv_starts(line, SV(".")) ? keep(to + 1, line) + 1
	                                : keep(to, line);
}

static size_t edit_from(char *to, sv line, bool *crlf)
{
	(void)crlf;
	return keep(to,
	            sv_starts(line, SV(">From ")) ? sv_drop(line, 1) : line);
}

static const struct {
	edit_fn *edit;
	enum dkim_reason what;
} edits[] = {{edit_strip, DKIM_BODY_WHITESPACE},
             {edit_lf, DKIM_LF_NORMALISED},
             {edit_dot, DKIM_BODY_DOT},
             {edit_dots, DKIM_BODY_DOT},
             {edit_from, DKIM_BODY_MBOX}};

/* Every line edited in the same way. */
static bool try_edits(struct bench *b)
{
	char *room = arena_alloc(b->a, b->canon.n * 2 + 2, 1);

	for (size_t i = 0; room && i < sizeof(edits) / sizeof(edits[0]); i++) {
		sv rest = b->canon, line;
		size_t n = 0;

		while (next_line(&rest, &line)) {
			bool crlf = true;

			n += edits[i].edit(room + n, line, &crlf);
			if (crlf)
				n += keep(room + n, SV("\r\n"));
		}
		if (!sv_eq(sv_of(room, n), b->canon) &&
		    try_body(b, sv_of(room, n)))
			return found(b, edits[i].what, SV(""), 0);
	}
	return false;
}

/* Blanks made one, and none at the ends of lines: but simple was signed. */
static bool try_relaxed(struct bench *b)
{
	sv body;

	if (b->t->sig->body == DKIM_RELAXED)
		return false;
	body = dkim_canon_body_copy(b->a, DKIM_RELAXED, b->t->mail->body);
	return try_body(b, body) &&
	       found(b, DKIM_BODY_WHITESPACE, SV(""), 0);
}

static bool try_line_ends(struct bench *b)
{
	const struct dkim_mail *m = b->t->mail;

	return (m->bare_lf || m->bare_cr) &&
	       try_body(b, dkim_with_crlf(b->a, m->body)) &&
	       found(b, DKIM_LF_PRESENT, SV(""), 0);
}

/* A hop without 8BITMIME encodes the body (RFC 6376 section 5.3). */
static bool try_decoded(struct bench *b)
{
	const struct dkim_mail *m = b->t->mail;
	const struct dkim_field *f =
	    dkim_first(m, "Content-Transfer-Encoding");
	enum transfer kind = f ? transfer_named(sv_trim(f->value))
	                       : TRANSFER_NONE;
	struct sink s = {.bare = true};
	bool ok = false;

	if (kind != TRANSFER_QP && kind != TRANSFER_BASE64)
		return false;
	if (sink_begin(&s, m->body.n, DKIM_TRIAL_BODY)) {
		(void)transfer_decode(kind, m->body, &s);
		ok = !sink_full(&s) && try_body(b, sv_of(s.p, s.n));
	}
	sink_fini(&s);
	return ok && found(b, DKIM_BODY_RECODED, SV(""), 0);
}

/* Long lines that were broken: CRLF and a blank were put in. */
static bool try_unwrapped(struct bench *b)
{
	char *room = arena_alloc(b->a, b->canon.n + 2, 1);
	sv rest = b->canon, line;
	size_t n = 0;
	bool any = false;

	while (room && next_line(&rest, &line)) {
		n += keep(room + n, line);
		if (line.n >= LONG_LINE && rest.n && rest.p[0] == ' ') {
			rest = sv_drop(rest, 1);
			any = true;
			continue;
		}
		n += keep(room + n, SV("\r\n"));
	}
	return any && try_body(b, sv_of(room, n)) &&
	       found(b, DKIM_BODY_WRAPPED, SV(""), 0);
}

static bool try_empty(struct bench *b)
{
	return b->canon.n > 2 && try_body(b, SV("")) &&
	       found(b, DKIM_BODY_EMPTY, SV(""), 0);
}

/* ---- something before it, or behind it ---- */

static bool try_footer(struct bench *b)
{
	sv rest = b->canon, line;
	uint8_t hash[CRYPTO_HASH_MAX];
	struct hash h;
	size_t pending = 0, number = 0;
	bool ok = false;

	if (!spend(b, b->canon.n))
		return false;
	hash_begin(b->t->crypto, b->t->sig->hash, &h);
	while (!ok && next_line(&rest, &line)) {
		number++;
		pending++;
		if (!line.n)
			continue; /* at an end it would not be there */
		for (; pending > 1; pending--)
			hash_add(&h, SV("\r\n"));
		hash_add(&h, line);
		hash_add(&h, SV("\r\n"));
		pending = 0;
		ok = spend(b, 0) && hash_peek(&h, hash) && is_it(b, hash);
		if (!*b->t->budget)
			break;
	}
	(void)hash_end(&h, hash);
	return ok &&
	       found(b, DKIM_BODY_CHANGED, SV("appended"), number + 1);
}

static bool try_banner(struct bench *b)
{
	sv rest = b->canon, line;

	for (size_t i = 0; i < BANNER_LINES && next_line(&rest, &line); i++)
		if (rest.n && try_body(b, rest))
			return found(b, DKIM_BODY_CHANGED, SV("prepended"), 1);
	return false;
}

/* ---- one line ---- */

/* The hash of what stands before a line, the line edited, the rest. */
static bool try_line(struct bench *b, const struct hash *before, sv one,
                     sv two, sv end, sv rest)
{
	uint8_t hash[CRYPTO_HASH_MAX];
	struct hash h;

	if (!spend(b, one.n + two.n + rest.n))
		return false;
	hash_fork(before, &h);
	hash_add(&h, one);
	hash_add(&h, two);
	hash_add(&h, end);
	hash_add(&h, rest);
	return hash_end(&h, hash) && is_it(b, hash);
}

static bool edit_line(struct bench *b, const struct hash *before, sv line,
                      sv rest, size_t number)
{
	const sv none = SV(""), end = SV("\r\n");
	bool simple = b->t->sig->body == DKIM_SIMPLE;
	sv cut = line;

	while (cut.n && is_blank(cut.p[cut.n - 1]))
		cut.n--;
	if (try_line(b, before, SV("."), line, end, rest) ||
	    (sv_starts(line, SV("..")) &&
	     try_line(b, before, sv_drop(line, 1), none, end, rest)))
		return found(b, DKIM_BODY_DOT, none, number);
	if (rest.n && try_line(b, before, line, none, SV("\n"), rest))
		return found(b, DKIM_LF_NORMALISED, none, number);
	if (simple &&
	    ((cut.n < line.n && try_line(b, before, cut, none, end, rest)) ||
	     try_line(b, before, line, SV(" "), end, rest)))
		return found(b, DKIM_BODY_WHITESPACE, none, number);
	return sv_starts(line, SV(">From ")) &&
	       try_line(b, before, sv_drop(line, 1), none, end, rest) &&
	       found(b, DKIM_BODY_MBOX, none, number);
}

static bool try_lines(struct bench *b)
{
	sv rest = b->canon, line;
	uint8_t hash[CRYPTO_HASH_MAX];
	struct hash before;
	bool ok = false;

	hash_begin(b->t->crypto, b->t->sig->hash, &before);
	for (size_t i = 1; !ok && *b->t->budget && next_line(&rest, &line);
	     i++) {
		ok = edit_line(b, &before, line, rest, i);
		hash_add(&before, line);
		hash_add(&before, SV("\r\n"));
	}
	(void)hash_end(&before, hash);
	return ok;
}

void dkim_trial_body(const struct dkim_trial *t, struct dkim_change *out)
{
	struct bench b = {.t = t, .out = out};
	size_t n = t->mail->body.n;

	out->what = DKIM_BODY_CHANGED;
	if (n > DKIM_TRIAL_BODY || !n)
		return;
	b.a = arena_new(n * 8 + 65536);
	if (!b.a)
		return;
	b.canon = dkim_canon_body_copy(b.a, t->sig->body, t->mail->body);
	if (try_line_ends(&b) || try_edits(&b) || try_relaxed(&b) ||
	    try_decoded(&b) || try_unwrapped(&b) || t->sig->has_l ||
	    try_empty(&b) || try_footer(&b) || try_lines(&b))
		;
	else
		(void)try_banner(&b);
	arena_free(b.a);
}
