/* SPDX-License-Identifier: BSD-2-Clause */
#include "api/draft.h"

#include "base/ascii.h"
#include "base/buf.h"
#include "base/utf8.h"
#include "classify/pattern.h"
#include "classify/spot.h"

/* What is behind is boilerplate, and lines of rules files stay readable. */
#define SEEN_MAX 1000
/* A sentence with this much of words is enough for a Text. */
#define TEXT_ENOUGH 40
#define TEXT_MAX 400
/* Below PATTERN_MAX_VALUES: room for the user to add some. */
#define SLOTS_MAX 12
#define NAMES_MAX 64
#define ID_WORDS 4

struct pair {
	sv from, to;
};

struct names {
	struct pair v[NAMES_MAX];
	size_t n;
};

struct job {
	struct arena *a;
	const struct ruleset *rs;
	enum draft_slots how;
	/* what was replaced by what */
	struct names bases, hosts, users, ips4, ips6, urls, ids;
	struct buf text, seen;
	bool closed;    /* the Text is long enough */
	size_t words, slots; /* bytes of words, slots in the Text */
};

static const sv *known(const struct names *t, sv from)
{
	for (size_t i = 0; i < t->n; i++)
		if (sv_ieq(t->v[i].from, from))
			return &t->v[i].to;
	return NULL;
}

static sv learn(struct names *t, sv from, sv to)
{
	/* Beyond the table all are alike; nothing real is shown. */
	if (t->n < NAMES_MAX)
		t->v[t->n++] = (struct pair){from, to};
	return to;
}

/* "stem", "stem2", "stem3": the number of entries tells. */
static sv numbered(struct job *j, const struct names *t, const char *stem)
{
	return t->n ? arena_printf(j->a, "%s%zu", stem, t->n + 1)
	            : sv_str(stem);
}

/* What is registered: two labels, or three below "co.uk" and its kind. */
static sv base_of(sv name)
{
	size_t dot = sv_rchr(name, '.'), second;

	if (dot == SV_NPOS)
		return name;
	second = sv_rchr(sv_head(name, dot), '.');
	if (second == SV_NPOS)
		return name;
	if (name.n - dot - 1 == 2 && dot - second - 1 <= 3) {
		size_t third = sv_rchr(sv_head(name, second), '.');

		return third == SV_NPOS ? name : sv_drop(name, third + 1);
	}
	return sv_drop(name, second + 1);
}

static sv new_base(struct job *j, sv base)
{
	static const char *const docs[] = {"example.org", "example.net",
	                                   "example.com"};
	const sv *to = known(&j->bases, base);
	size_t n = j->bases.n;

	if (to)
		return *to;
	return learn(&j->bases, base,
	             n < 3 ? sv_str(docs[n])
	                   : arena_printf(j->a, "other%zu.example.org",
	                                  n - 2));
}

static sv new_name(struct job *j, sv name)
{
	sv base = base_of(name);
	const sv *to = known(&j->hosts, name);

	if (to)
		return *to;
	if (base.n == name.n)
		return new_base(j, base);
	return learn(&j->hosts, name,
	             arena_printf(j->a, "%.*s.%.*s",
	                          SV_FMT(numbered(j, &j->hosts, "mail")),
	                          SV_FMT(new_base(j, base))));
}

static sv new_address(struct job *j, sv address)
{
	size_t at = sv_rchr(address, '@');
	sv user = sv_head(address, at), name = sv_drop(address, at + 1);
	const sv *to = known(&j->users, user);
	sv local = to ? *to
	              : learn(&j->users, user,
	                      numbered(j, &j->users, "user"));

	return arena_printf(j->a, "%.*s@%.*s", SV_FMT(local),
	                    SV_FMT(new_name(j, name)));
}

static sv new_ip(struct job *j, sv ip)
{
	bool six = sv_chr(ip, ':') != SV_NPOS;
	struct names *t = six ? &j->ips6 : &j->ips4;
	const sv *to = known(t, ip);

	if (to)
		return *to;
	return learn(t, ip,
	             arena_printf(j->a, six ? "2001:db8::%zu" : "192.0.2.%zu",
	                          t->n + 1));
}

static sv new_url(struct job *j, sv url)
{
	const sv *to = known(&j->urls, url);

	return to ? *to
	          : learn(&j->urls, url,
	                  arena_printf(j->a, "https://example.org/help%zu",
	                               j->urls.n + 1));
}

static sv new_id(struct job *j, sv id)
{
	const sv *to = known(&j->ids, id);

	return to ? *to
	          : learn(&j->ids, id,
	                  arena_printf(j->a, "id%06zu", j->ids.n + 1));
}

/* Long numbers may name a customer or a message. */
static sv new_number(struct job *j, sv v)
{
	char *p;

	if (v.n <= 4)
		return v;
	p = sv_dupz(j->a, v);
	for (size_t i = 0, k = 0; p && p[i]; i++)
		if (is_digit(p[i]))
			p[i] = (char)('1' + k++ % 9);
	return p ? sv_str(p) : SV("");
}

static sv replaced(struct job *j, enum slot_kind kind, sv v)
{
	switch (kind) {
	case SLOT_ADDRESS:
		return new_address(j, v);
	case SLOT_IP:
		return new_ip(j, v);
	case SLOT_URL:
		return new_url(j, v);
	case SLOT_DOMAIN:
	case SLOT_HOST:
		return new_name(j, v);
	case SLOT_TOKEN:
		return new_id(j, v);
	case SLOT_NUMBER:
		return new_number(j, v);
	default:
		return v; /* sizes and times belong to nobody */
	}
}

/* Signs that mean something in a Text. */
static void add_literal(struct job *j, sv s)
{
	for (size_t i = 0; i < s.n; i++) {
		char c = s.p[i];

		if (c == '*' || c == '{')
			buf_addf(&j->text, "{%c}", c);
		else
			buf_addc(&j->text, c);
	}
	j->words += s.n;
}

/*
 * How much of s still belongs to the Text: up to the end of a sentence, once
 * there are words enough.
 */
static size_t sentence(const struct job *j, sv s)
{
	for (size_t i = 0; i + 1 < s.n; i++) {
		bool end = s.p[i] == '.' || s.p[i] == ';' || s.p[i] == '!';

		if (end && s.p[i + 1] == ' ' && j->words + i >= TEXT_ENOUGH)
			return i;
	}
	return s.n;
}

/* What stands before dots that mean that something was left out. */
static sv up_to_gap(sv *s)
{
	size_t dots = sv_find(*s, SV("..."));
	size_t sign = sv_find(*s, SV("\xE2\x80\xA6"));
	size_t at = dots < sign ? dots : sign;
	sv piece = sv_head(*s, at);

	*s = at == SV_NPOS ? SV("") : sv_drop(*s, at + 3);
	return sv_trim(piece);
}

static void keep_longest(struct job *j, sv s)
{
	while (s.n) {
		sv piece = up_to_gap(&s);

		if (piece.n <= j->words)
			continue;
		buf_reset(&j->text);
		j->words = 0;
		add_literal(j, piece);
	}
}

static void words(struct job *j, sv s)
{
	size_t n = sentence(j, s);

	buf_add(&j->seen, s);
	if (j->how == DRAFT_NONE) {
		keep_longest(j, s);
		return;
	}
	if (j->closed)
		return;
	add_literal(j, sv_head(s, n));
	j->closed = n < s.n || j->text.n > TEXT_MAX;
}

static void value(struct job *j, const struct spot *s, sv v)
{
	buf_add(&j->seen, replaced(j, s->kind, v));
	if (j->closed || j->how == DRAFT_NONE)
		return;
	if (j->slots == SLOTS_MAX) {
		j->closed = true;
		return;
	}
	j->slots++;
	if (j->how == DRAFT_SLOTS)
		buf_addf(&j->text, "{%s}", slot_kind_name(s->kind));
	else
		buf_addc(&j->text, '*');
}

/*
 * One line of printable UTF-8 with single blanks: what a rules file can hold.
 * Cut at a blank where it is too long.
 */
static sv one_line(struct arena *a, sv s)
{
	struct buf b;
	size_t len;
	sv out;

	buf_init(&b, SEEN_MAX + 8);
	for (s = sv_trim(s); s.n && b.n < SEEN_MAX; s = sv_drop(s, len)) {
		uint32_t c = utf8_decode(s, &len);

		if (c <= ' ' || c == 0x7F || c == 0xA0) {
			if (b.n && b.p[b.n - 1] != ' ')
				buf_addc(&b, ' ');
		} else if (c != UTF8_REPLACEMENT && utf8_width(c)) {
			buf_add(&b, sv_head(s, len));
		}
	}
	out = sv_trim(buf_sv(&b));
	if (s.n && sv_rchr(out, ' ') != SV_NPOS)
		out = sv_head(out, sv_rchr(out, ' '));
	out = arena_dup(a, out);
	buf_fini(&b);
	return out;
}

static bool is_stop_word(sv w)
{
	static const char *const stop[] = {"and",  "for",  "from", "has",
	                                   "have", "the",  "this", "was",
	                                   "with", "your", "that", "are"};

	for (size_t i = 0; i < sizeof(stop) / sizeof(stop[0]); i++)
		if (sv_ieq(w, sv_str(stop[i])))
			return true;
	return w.n < 3 || w.n > 20;
}

/* The first words of the Text, slots left out, as a name. */
static sv id_words(struct arena *a, sv text)
{
	char name[128];
	size_t n = 0, count = 0;

	while (text.n && count < ID_WORDS) {
		size_t k = 0;

		if (text.p[0] == '{') {
			(void)sv_cut(&text, '}');
			continue;
		}
		while (k < text.n && is_alpha(text.p[k]))
			k++;
		if (k && !is_stop_word(sv_head(text, k))) {
			if (n)
				name[n++] = '-';
			for (size_t i = 0; i < k; i++)
				name[n++] = to_lower(text.p[i]);
			count++;
		}
		text = sv_drop(text, k ? k : 1);
	}
	return arena_dup(a, sv_of(name, n));
}

static void take_apart(struct job *j, sv line)
{
	struct spot s;
	size_t at = 0;

	while (spot_next(j->rs, line, at, &s)) {
		words(j, sv_slice(line, at, s.from));
		value(j, &s, sv_slice(line, s.from, s.to));
		at = s.to;
	}
	words(j, sv_drop(line, at));
}

bool draft_text(struct arena *a, const struct ruleset *rs, sv reply,
                enum draft_slots how, struct draft_text *out)
{
	struct job *j = arena_alloc(a, 1, sizeof(*j));
	bool ok;

	if (!j)
		return false;
	j->a = a;
	j->rs = rs;
	j->how = how;
	buf_init(&j->text, 65536);
	buf_init(&j->seen, 65536);
	take_apart(j, one_line(a, reply));
	out->text = arena_dup(a, sv_trim(buf_sv(&j->text)));
	out->seen = arena_dup(a, sv_trim(buf_sv(&j->seen)));
	out->words = id_words(a, out->text);
	ok = j->words && !buf_failed(&j->text) && !buf_failed(&j->seen);
	buf_fini(&j->text);
	buf_fini(&j->seen);
	return ok;
}
