/* SPDX-License-Identifier: BSD-2-Clause */
#include "auth/dkim_trial.h"

#include "auth/dkim_hash.h"
#include "base/ascii.h"
#include "mail/date.h"

/* A longer field is not tried in other forms. */
#define FIELD_MAX 4096
/* Blanks of one field at which folds are tried. */
#define FOLDS_MAX 64

struct bench {
	const struct dkim_trial *t;
	struct arena *a;       /* own, for pieces */
	struct arena *scratch; /* own, emptied for each trial */
	const struct dkim_field *field[DKIM_NAMES_MAX];
	sv piece[DKIM_NAMES_MAX + 1];
	struct dkim_change *out;
};

/* ---- one trial ---- */

static bool spend(struct bench *b, uint64_t bytes)
{
	uint64_t cost = bytes + DKIM_TRIAL_STEP;

	if (!b->t->was)
		cost += DKIM_TRIAL_VERIFY;
	if (*b->t->budget < cost) {
		*b->t->budget = 0;
		return false;
	}
	*b->t->budget -= cost;
	return true;
}

static bool try_pieces(struct bench *b, const sv *piece)
{
	const struct dkim_sig *s = b->t->sig;
	uint8_t hash[CRYPTO_HASH_MAX];
	uint64_t bytes = 0;

	for (size_t i = 0; i <= s->names; i++)
		bytes += piece[i].n;
	if (!spend(b, bytes) ||
	    !dkim_hash_pieces(b->t->crypto, s->hash, piece, s->names + 1,
	                      hash))
		return false;
	if (b->t->was)
		return !memcmp(hash, b->t->was, crypto_hash_size(s->hash));
	return crypto_verify(b->t->crypto, b->t->key, s->hash, hash,
	                     s->signature, NULL, NULL) == CRYPTO_GOOD;
}

static bool found(struct bench *b, enum dkim_reason what, sv name)
{
	char *p = arena_alloc(b->t->a, name.n + 1, 1);

	if (!p)
		return true;
	for (size_t i = 0; i < name.n; i++)
		p[i] = to_lower(name.p[i]);
	b->out->what = what;
	b->out->arg = sv_of(p, name.n);
	b->out->proved = true;
	return true;
}

/* Piece k made of another name and value. */
static bool try_field(struct bench *b, size_t k, sv name, sv value)
{
	sv had = b->piece[k];
	struct dkim_field f = {.name = name, .value = value};
	bool ok;

	f.raw = arena_printf(b->scratch, "%.*s:%.*s\r\n", SV_FMT(name),
	                     SV_FMT(value));
	b->piece[k] = dkim_canon_field(b->scratch, b->t->sig->header, &f);
	ok = !arena_failed(b->scratch) && !sv_eq(had, b->piece[k]) &&
	     try_pieces(b, b->piece);
	b->piece[k] = had;
	arena_reset(b->scratch);
	return ok;
}

static bool try_value(struct bench *b, size_t k, sv value)
{
	return try_field(b, k, b->field[k]->name, value);
}

/* ---- whole fields ---- */

/* A field that came later, and was signed as absent or as another one. */
static bool try_without(struct bench *b)
{
	const struct dkim_sig *s = b->t->sig;
	const struct dkim_field *field[DKIM_NAMES_MAX];
	sv piece[DKIM_NAMES_MAX + 1];

	for (size_t k = 0; k < s->names; k++) {
		if (!b->field[k])
			continue;
		dkim_select(b->t->mail, s, b->field[k], field);
		dkim_pieces(b->scratch, s, field, piece);
		if (!arena_failed(b->scratch) && try_pieces(b, piece))
			return found(b, DKIM_HEADER_ADDED, s->name[k]);
		arena_reset(b->scratch);
	}
	return false;
}

static bool try_line_ends(struct bench *b)
{
	sv piece[DKIM_NAMES_MAX + 1];

	if (!b->t->mail->bare_lf)
		return false;
	for (size_t k = 0; k <= b->t->sig->names; k++)
		piece[k] = dkim_with_crlf(b->a, b->piece[k]);
	return !arena_failed(b->a) && try_pieces(b, piece) &&
	       found(b, DKIM_LF_PRESENT, SV(""));
}

/* ---- what mailing lists do to a subject ---- */

static bool try_subject(struct bench *b, size_t k, sv value)
{
	static const char *const marks[] = {
	    "[EXTERNAL]", "[EXT]", "EXTERNAL:", "***SPAM***", "*****SPAM*****",
	    "[SPAM]", "{Spam?}", "Re:", "Fwd:", "FW:"};
	sv lead = sv_head(value, sv_blanks(value));
	sv text = sv_drop(value, lead.n), rest;
	size_t end;

	for (size_t i = 0; i < sizeof(marks) / sizeof(marks[0]); i++) {
		if (!sv_istarts(text, sv_str(marks[i])))
			continue;
		rest = sv_trim(sv_drop(text, strlen(marks[i])));
		if (try_value(b, k, arena_printf(b->a, " %.*s", SV_FMT(rest))))
			return true;
	}
	/* "[list] " before the words, or behind "Re: ". */
	end = sv_chr(text, '[');
	rest = end == SV_NPOS ? SV("") : sv_drop(text, end);
	if (!rest.n || end > 8 || sv_chr(rest, ']') == SV_NPOS)
		return false;
	rest = sv_drop(rest, sv_chr(rest, ']') + 1);
	return try_value(b, k, arena_printf(b->a, "%.*s%.*s%.*s", SV_FMT(lead),
	                                    SV_FMT(sv_head(text, end)),
	                                    SV_FMT(sv_drop(rest,
	                                           sv_blanks(rest)))));
}

/* ---- dates ---- */

/* Year, month and day of a day number since 1970: years begin in March. */
static void civil(int64_t day, int *y, unsigned *m, unsigned *d)
{
	int64_t z = day + 719468, era = (z >= 0 ? z : z - 146096) / 146097;
	unsigned doe = (unsigned)(z - era * 146097);
	unsigned yoe = (doe - doe / 1460 + doe / 36524 - doe / 146096) / 365;
	unsigned doy = doe - (365 * yoe + yoe / 4 - yoe / 100);
	unsigned mp = (5 * doy + 2) / 153;

	*d = doy - (153 * mp + 2) / 5 + 1;
	*m = mp < 10 ? mp + 3 : mp - 9;
	*y = (int)((int64_t)yoe + era * 400) + (*m <= 2);
}

static sv write_date(struct arena *a, int64_t time, int zone, bool wide,
                     const char *word)
{
	static const char days[][4] = {"Thu", "Fri", "Sat", "Sun",
	                               "Mon", "Tue", "Wed"};
	static const char months[][4] = {"Jan", "Feb", "Mar", "Apr",
	                                 "May", "Jun", "Jul", "Aug",
	                                 "Sep", "Oct", "Nov", "Dec"};
	int64_t t = time + zone * 60;
	int64_t day = t >= 0 ? t / 86400 : -((86399 - t) / 86400);
	unsigned m, d, s = (unsigned)(t - day * 86400);
	unsigned away = (unsigned)(zone < 0 ? -zone : zone);
	int y;
	sv end = word ? sv_str(word)
	              : arena_printf(a, "%c%02u%02u", zone < 0 ? '-' : '+',
	                             away / 60, away % 60);

	civil(day, &y, &m, &d);
	return arena_printf(a, wide ? " %s, %02u %s %04d %02u:%02u:%02u %.*s"
	                            : " %s, %u %s %04d %02u:%02u:%02u %.*s",
	                    days[((day % 7) + 7) % 7], d, months[m - 1], y,
	                    s / 3600, s / 60 % 60, s % 60, SV_FMT(end));
}

/* The same instant in other words. */
static bool try_date(struct bench *b, size_t k, sv value)
{
	struct date date;
	struct arena *a;
	bool ok = false;

	if (date_read(value, &date) != MW_OK || date.time < 0 ||
	    date.time > (int64_t)1 << 40)
		return false;
	a = arena_new(1 << 16);
	for (int zone = -720; a && !ok && zone <= 840; zone += 30)
		ok = try_value(b, k, write_date(a, date.time, zone, true, NULL)) ||
		     try_value(b, k, write_date(a, date.time, zone, false, NULL));
	for (int wide = 0; a && !ok && wide < 2; wide++)
		ok = try_value(b, k, write_date(a, date.time, 0, wide, "GMT")) ||
		     try_value(b, k, write_date(a, date.time, 0, wide, "UT"));
	arena_free(a);
	return ok || (sv_chr(value, '(') != SV_NPOS &&
	              try_value(b, k, arena_printf(b->a, " %.*s",
	                        SV_FMT(sv_trim(sv_head(value,
	                               sv_chr(value, '(')))))));
}

/* ---- addresses, encodings ---- */

/* "Anna <a@example.org>" with quotes and without. */
static bool try_address(struct bench *b, size_t k, sv value)
{
	size_t angle = sv_rchr(value, '<');
	sv text = sv_trim(sv_head(value, angle)), rest;

	if (angle == SV_NPOS || !text.n || sv_chr(text, ',') != SV_NPOS)
		return false;
	rest = sv_trim(sv_drop(value, angle));
	if (text.n > 2 && text.p[0] == '"' && sv_ends(text, SV("\"")))
		return try_value(b, k, arena_printf(b->a, " %.*s %.*s",
		                       SV_FMT(sv_slice(text, 1, text.n - 1)),
		                       SV_FMT(rest)));
	return try_value(b, k, arena_printf(b->a, " \"%.*s\" %.*s",
	                                    SV_FMT(text), SV_FMT(rest)));
}

static bool try_encoding(struct bench *b, size_t k)
{
	static const char *const words[] = {" 8bit", " 7bit", " binary",
	                                    " quoted-printable", " base64",
	                                    " 8BIT", " 7BIT"};

	for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++)
		if (try_value(b, k, sv_str(words[i])))
			return true;
	return false;
}

static bool try_meaning(struct bench *b, size_t k)
{
	sv name = b->field[k]->name, value = b->field[k]->value;

	if (sv_ieq(name, SV("Subject")))
		return try_subject(b, k, value);
	if (sv_ieq(name, SV("Date")))
		return try_date(b, k, value);
	if (sv_ieq(name, SV("Content-Transfer-Encoding")))
		return try_encoding(b, k);
	if (sv_ieq(name, SV("From")) || sv_ieq(name, SV("To")) ||
	    sv_ieq(name, SV("Cc")) || sv_ieq(name, SV("Sender")) ||
	    sv_ieq(name, SV("Reply-To")))
		return try_address(b, k, value);
	return false;
}

/* ---- form: c=simple only ---- */

static sv recase(struct arena *a, sv name, int form)
{
	char *p = arena_alloc(a, name.n + 1, 1);
	bool first = true;

	for (size_t i = 0; p && i < name.n; i++) {
		char c = to_lower(name.p[i]);

		if (is_lower(c) && (form == 1 || (form == 2 && first)))
			c = (char)(c - 'a' + 'A');
		p[i] = c;
		first = c == '-';
	}
	return p ? sv_of(p, name.n) : SV("");
}

static bool try_case(struct bench *b, size_t k)
{
	static const char *const usual[] = {"Message-ID", "MIME-Version",
	                                    "Content-ID", "List-ID"};
	sv name = b->field[k]->name, value = b->field[k]->value;

	for (int form = 0; form < 3; form++)
		if (try_field(b, k, recase(b->a, name, form), value))
			return true;
	for (size_t i = 0; i < sizeof(usual) / sizeof(usual[0]); i++)
		if (sv_ieq(name, sv_str(usual[i])) &&
		    try_field(b, k, sv_str(usual[i]), value))
			return true;
	return try_field(b, k, b->t->sig->name[k], value);
}

/* Folds out; what stood for one: its blanks, or one of them. */
static sv unfold(struct arena *a, sv value, bool one)
{
	char *p = arena_alloc(a, value.n + 1, 1);
	size_t n = 0;

	for (size_t i = 0; p && i < value.n; i++) {
		if (value.p[i] == '\r' || value.p[i] == '\n')
			continue;
		if (one && is_blank(value.p[i]) && n && is_blank(p[n - 1]))
			continue;
		p[n++] = one && value.p[i] == '\t' ? ' ' : value.p[i];
	}
	return p ? sv_of(p, n) : SV("");
}

/* Folds put in at one blank of a text without any. */
static bool try_folds(struct bench *b, size_t k, sv flat)
{
	static const char *const folds[] = {"\r\n ", "\r\n\t", "\r\n  ",
	                                    "\r\n    ", "\r\n        "};
	struct arena *a = arena_new(2 * FIELD_MAX);
	unsigned tried = 0;
	bool ok = false;

	for (size_t i = 1; a && !ok && i < flat.n && tried < FOLDS_MAX; i++) {
		if (flat.p[i] != ' ')
			continue;
		tried++;
		for (size_t j = 0; !ok && j < 5; j++) {
			sv v = arena_printf(a, "%.*s%s%.*s",
			                    SV_FMT(sv_head(flat, i)), folds[j],
			                    SV_FMT(sv_drop(flat, i + 1)));

			ok = !arena_failed(a) && try_value(b, k, v);
			arena_reset(a);
		}
	}
	arena_free(a);
	return ok;
}

static bool try_form(struct bench *b, size_t k)
{
	const struct dkim_field *f = b->field[k];
	sv flat = unfold(b->a, f->value, true), name = f->name;
	bool folded = sv_chr(f->value, '\n') != SV_NPOS;

	if (try_case(b, k))
		return found(b, DKIM_HEADER_CASE, name);
	if (try_value(b, k, unfold(b->a, f->value, false)) ||
	    (folded && try_value(b, k, flat)))
		return found(b, DKIM_HEADER_FOLDING, name);
	if (try_value(b, k, flat) ||
	    try_value(b, k, arena_printf(b->a, " %.*s",
	                                 SV_FMT(sv_trim(f->value)))) ||
	    try_value(b, k, sv_trim(f->value)))
		return found(b, DKIM_HEADER_SPACE, name);
	return try_folds(b, k, flat) &&
	       found(b, DKIM_HEADER_FOLDING, name);
}

/* ---- z= ---- */

/*
 * The signer may have put a copy of the fields into z=: then the one that
 * differs is known, whatever was done to it.
 */
static bool try_copies(struct bench *b)
{
	const struct dkim_sig *s = b->t->sig;
	sv rest = s->z;

	while (rest.n) {
		sv value = sv_cut(&rest, '|'), name = sv_trim(sv_cut(&value, ':'));

		value = dkim_unquote(b->a, value);
		for (size_t k = 0; k < s->names; k++) {
			if (!b->field[k] || !sv_ieq(b->field[k]->name, name))
				continue;
			if (try_value(b, k, value) ||
			    try_value(b, k, arena_printf(b->a, " %.*s",
			                                 SV_FMT(value))))
				return found(b, DKIM_HEADER_CHANGED, name);
			break;
		}
	}
	return false;
}

/*
 * A signed field that is not there at all: names of fields that were absent
 * when it was signed are rare, but for a few that are listed to keep others
 * from adding them.  So it is a guess, and only where there is one.
 */
static void guess_removed(struct bench *b)
{
	static const char *const usual[] = {
	    "To", "Subject", "Date", "Message-ID", "MIME-Version",
	    "Content-Type", "Content-Transfer-Encoding", "List-Unsubscribe"};
	const char *gone = NULL;
	unsigned n = 0;

	for (size_t i = 0; i < sizeof(usual) / sizeof(usual[0]); i++) {
		bool named = false;

		for (size_t k = 0; k < b->t->sig->names; k++)
			named = named || sv_ieq(b->t->sig->name[k],
			                        sv_str(usual[i]));
		if (!named || dkim_count(b->t->mail, usual[i]))
			continue;
		gone = usual[i];
		n++;
	}
	if (n != 1)
		return;
	(void)found(b, DKIM_HEADER_REMOVED, sv_str(gone));
	b->out->proved = false;
}

/* ---- all ---- */

static bool try_each(struct bench *b, bool form)
{
	for (size_t k = 0; k < b->t->sig->names && *b->t->budget; k++) {
		if (!b->field[k] || b->field[k]->raw.n > FIELD_MAX)
			continue;
		if (form && try_form(b, k))
			return true;
		if (!form && try_meaning(b, k))
			return found(b, DKIM_HEADER_CHANGED,
			             b->field[k]->name);
	}
	return false;
}

/* Every piece of it, some times over. */
static size_t room_for(const struct dkim_mail *m)
{
	size_t n = 1 << 20;

	for (size_t i = 0; i < m->n; i++)
		n += m->field[i].raw.n * 4;
	return n;
}

void dkim_trial_header(const struct dkim_trial *t, struct dkim_change *out)
{
	struct bench *b;
	size_t room = room_for(t->mail);
	struct arena *a = arena_new(room);

	out->what = DKIM_HEADER_CHANGED;
	b = a ? arena_alloc(a, 1, sizeof(*b)) : NULL;
	if (b) {
		b->t = t;
		b->a = a;
		b->out = out;
		b->scratch = arena_new(room);
	}
	if (b && b->scratch) {
		dkim_select(t->mail, t->sig, NULL, b->field);
		dkim_pieces(a, t->sig, b->field, b->piece);
		if (!try_copies(b) && !try_without(b) && !try_line_ends(b) &&
		    !try_each(b, false) &&
		    (t->sig->header == DKIM_RELAXED || !try_each(b, true)))
			guess_removed(b);
	}
	if (b)
		arena_free(b->scratch);
	arena_free(a);
}
